package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was told a short while ago is read again, whatever happened meanwhile. */
final class RereadTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long LOOK_MS = 10_000;
  private static final long BEGAN_MS = 1_760_000_000_000L;

  @TempDir Path folder;

  private Reread reread;

  /** The clock that only goes forward begins anew with each process. */
  private Reread started(long overlapMs, long nowMs) {
    return new Reread(overlapMs, folder.resolve("reread"), 0, BEGAN_MS + nowMs);
  }

  @BeforeEach
  void start() {
    reread = started(HOUR_MS, 0);
  }

  /** A look at a time by which all clocks agree. */
  private long from(long ms, long completeMs) {
    return reread.fromMs(ms, BEGAN_MS + ms, completeMs, BEGAN_MS + ms);
  }

  @Test
  void asARuleOneOverlapIsReadAgain() {
    for (long ms = 0; ms < 10 * HOUR_MS; ms += LOOK_MS) {
      assertThat(from(ms, BEGAN_MS + ms)).isEqualTo(BEGAN_MS + ms - HOUR_MS);
    }
  }

  @Test
  void whatALongAbsenceWasLeaptOverForIsReadAgainForAnOverlap() {
    long awayMs = 5 * HOUR_MS;
    for (long ms = 0; ms <= awayMs; ms += LOOK_MS) {
      assertThat(from(ms, BEGAN_MS)).isEqualTo(BEGAN_MS - HOUR_MS);
    }
    // The end of what is known leaps over the five hours.
    for (long ms = awayMs + LOOK_MS; ms < awayMs + HOUR_MS - HOUR_MS / 64; ms += LOOK_MS) {
      assertThat(from(ms, BEGAN_MS + ms)).as("at " + ms).isLessThanOrEqualTo(BEGAN_MS);
    }
    long laterMs = awayMs + 2 * HOUR_MS + LOOK_MS;
    assertThat(from(laterMs, BEGAN_MS + laterMs)).isEqualTo(BEGAN_MS + laterMs - HOUR_MS);
  }

  @Test
  void aBridgeThatIsStartedAnewReadsItToo() {
    long awayMs = 5 * HOUR_MS;
    for (long ms = 0; ms <= awayMs; ms += LOOK_MS) {
      from(ms, BEGAN_MS);
    }
    from(awayMs + LOOK_MS, BEGAN_MS + awayMs);
    long againMs = awayMs + HOUR_MS / 2;
    reread = started(HOUR_MS, againMs);
    assertThat(reread.fromMs(0, BEGAN_MS + againMs, BEGAN_MS + againMs, BEGAN_MS + againMs))
        .isLessThanOrEqualTo(BEGAN_MS);
    long laterMs = againMs + HOUR_MS;
    assertThat(reread.fromMs(HOUR_MS, BEGAN_MS + laterMs, BEGAN_MS + laterMs, BEGAN_MS + laterMs))
        .isEqualTo(BEGAN_MS + laterMs - HOUR_MS);
  }

  @Test
  void aFileThatIsDamagedOrCannotBeWrittenHoldsNothingUp() throws IOException {
    Files.writeString(folder.resolve("reread"), "12\n");
    reread = started(HOUR_MS, 0);
    assertThat(from(0, BEGAN_MS)).isEqualTo(BEGAN_MS - HOUR_MS);
    reread = new Reread(HOUR_MS, folder.resolve("gone/reread"), 0, BEGAN_MS);
    assertThat(from(0, BEGAN_MS)).isEqualTo(BEGAN_MS - HOUR_MS);
  }

  @Test
  void whatEndsByAClockThatWasSetBackIsRead() {
    long completeMs = BEGAN_MS + 10 * HOUR_MS;
    from(10 * HOUR_MS, completeMs);
    // It is four o'clock again, and the history is known until ten.
    for (long ms = 0; ms < 8 * HOUR_MS; ms += LOOK_MS) {
      long theirMs = BEGAN_MS + 4 * HOUR_MS + ms;
      long here = 10 * HOUR_MS + ms;
      assertThat(reread.fromMs(here, BEGAN_MS + here, completeMs, theirMs))
          .as("at " + ms)
          .isLessThanOrEqualTo(theirMs - HOUR_MS);
    }
  }

  @Test
  void clocksThatDifferAreNamedOnce() {
    ClockSkew skew = new ClockSkew();
    assertThat(skew.say(BEGAN_MS + 5_000, BEGAN_MS)).isEmpty();
    assertThat(skew.say(BEGAN_MS + 90_000, BEGAN_MS))
        .isEqualTo("the clock of slurmctld is 90 s ahead of that of this host");
    assertThat(skew.say(BEGAN_MS + 91_000, BEGAN_MS)).isEmpty();
    assertThat(skew.say(BEGAN_MS, BEGAN_MS)).contains("again");
    assertThat(skew.say(BEGAN_MS - HOUR_MS, BEGAN_MS)).contains("3600 s behind");
  }

  @Test
  void nothingIsReadFromBeforeTheBeginning() {
    assertThat(from(0, 0)).isZero();
    assertThat(from(LOOK_MS, HOUR_MS / 2)).isZero();
  }

  @Test
  void withoutAnOverlapOnlyTheNextIsRead() {
    reread = started(0, 0);
    assertThat(from(0, BEGAN_MS)).isEqualTo(BEGAN_MS);
    assertThat(from(LOOK_MS, BEGAN_MS + LOOK_MS)).isEqualTo(BEGAN_MS + LOOK_MS);
  }
}

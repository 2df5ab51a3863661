package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What was told a short while ago is read again, whatever happened meanwhile. */
final class RereadTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long LOOK_MS = 10_000;
  private static final long BEGAN_MS = 1_760_000_000_000L;

  private final Reread reread = new Reread(HOUR_MS);

  @Test
  void asARuleOneOverlapIsReadAgain() {
    for (long ms = 0; ms < 10 * HOUR_MS; ms += LOOK_MS) {
      long fromMs = reread.fromMs(ms, BEGAN_MS + ms);
      assertThat(fromMs).isEqualTo(BEGAN_MS + ms - HOUR_MS);
    }
  }

  @Test
  void whatALongAbsenceWasLeaptOverForIsReadAgainForAnOverlap() {
    long awayMs = 5 * HOUR_MS;
    for (long ms = 0; ms <= awayMs; ms += LOOK_MS) {
      assertThat(reread.fromMs(ms, BEGAN_MS)).isEqualTo(BEGAN_MS - HOUR_MS);
    }
    // The end of what is known leaps over the five hours.
    for (long ms = awayMs + LOOK_MS; ms < awayMs + HOUR_MS - HOUR_MS / 64; ms += LOOK_MS) {
      assertThat(reread.fromMs(ms, BEGAN_MS + ms)).as("at " + ms).isLessThanOrEqualTo(BEGAN_MS);
    }
    long laterMs = awayMs + 2 * HOUR_MS + LOOK_MS;
    assertThat(reread.fromMs(laterMs, BEGAN_MS + laterMs)).isEqualTo(BEGAN_MS + laterMs - HOUR_MS);
  }

  @Test
  void nothingIsReadFromBeforeTheBeginning() {
    assertThat(reread.fromMs(0, 0)).isZero();
    assertThat(reread.fromMs(LOOK_MS, HOUR_MS / 2)).isZero();
  }

  @Test
  void withoutAnOverlapOnlyTheNextIsRead() {
    Reread none = new Reread(0);
    assertThat(none.fromMs(0, BEGAN_MS)).isEqualTo(BEGAN_MS);
    assertThat(none.fromMs(LOOK_MS, BEGAN_MS + LOOK_MS)).isEqualTo(BEGAN_MS + LOOK_MS);
  }
}

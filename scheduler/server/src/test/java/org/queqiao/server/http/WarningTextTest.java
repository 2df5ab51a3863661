package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.job.WarningSignal;

/** Warning signals as Slurm writes them. */
final class WarningTextTest {
  @Test
  void signalsAreNamedInAnyCaseOrByNumber() {
    WarningSignal wanted = new WarningSignal(10, 90_000, true);
    for (String text : new String[] {"B:USR1@90", "B:SIGUSR1@90", "B:usr1@90", "B:10@90"}) {
      assertThat(WarningText.of(text)).as(text).isEqualTo(wanted);
    }
    assertThat(WarningText.of("2")).isEqualTo(new WarningSignal(2, 60_000, false));
    assertThat(WarningText.of(Map.of("name", "SIGUSR1", "secondsBefore", 90L, "batchOnly", true)))
        .isEqualTo(wanted);
  }

  @Test
  void everySignalOfSlurmAndOfLinuxIsTaken() {
    Map<String, Integer> slurm =
        Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ABRT", 6),
            Map.entry("KILL", 9),
            Map.entry("USR1", 10),
            Map.entry("USR2", 12),
            Map.entry("ALRM", 14),
            Map.entry("TERM", 15),
            Map.entry("CONT", 18),
            Map.entry("STOP", 19),
            Map.entry("TSTP", 20),
            Map.entry("TTIN", 21),
            Map.entry("TTOU", 22),
            Map.entry("URG", 23));
    slurm.forEach((name, number) -> {
      assertThat(WarningText.of(name).number()).as(name).isEqualTo(number);
      assertThat(WarningText.of("SIG" + name).name()).as(name).isEqualTo(name);
    });
    for (int number = 1; number <= 64; number++) {
      WarningSignal signal = WarningText.of("B:" + number + "@7");
      assertThat(signal).isEqualTo(new WarningSignal(number, 7_000, true));
      // What a job shows may be asked for again.
      assertThat(WarningText.of(signal.name()).number()).isEqualTo(number);
    }
  }

  @Test
  void othersAreRefusedWithThoseThatMayBe() {
    for (String text : new String[] {"0", "65", "99", "100", "KILLED", "SIG", "SIG9", "RTMIN"}) {
      assertThatThrownBy(() -> WarningText.of(text))
          .as(text)
          .isInstanceOf(Refused.class)
          .satisfies(refused ->
              assertThat(((Refused) refused).refusal().detail())
                  .contains("from 1 to 64 or one of HUP (1), INT (2), QUIT (3)")
                  .contains("TERM (15)"));
      assertThatThrownBy(() -> WarningText.of(Map.of("name", text)))
          .as(text)
          .isInstanceOf(Refused.class);
    }
    for (String text : new String[] {"USR1@", "A:USR1", "R:USR1", "USR1@123456", "-9", ""}) {
      assertThatThrownBy(() -> WarningText.of(text))
          .as(text)
          .isInstanceOf(Refused.class)
          .satisfies(refused ->
              assertThat(((Refused) refused).refusal().detail()).contains("like USR1, USR1@60"));
    }
  }
}

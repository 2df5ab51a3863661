package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.queqiao.contract.job.WarningSignal;

/** Warning signals as Slurm writes them. */
final class WarningTextTest {
  @Test
  void signalsAreNamedInAnyCaseOrByNumber() {
    WarningSignal wanted = new WarningSignal(WarningSignal.Name.USR1, 90_000, true);
    for (String text : new String[] {"B:USR1@90", "B:SIGUSR1@90", "B:usr1@90", "B:10@90"}) {
      assertThat(WarningText.of(text)).as(text).isEqualTo(wanted);
    }
    assertThat(WarningText.of("2"))
        .isEqualTo(new WarningSignal(WarningSignal.Name.INT, 60_000, false));
  }

  @Test
  void othersAreRefusedWithThoseThatMayBe() {
    for (String text : new String[] {"TERM", "B:TERM@60", "9", "0", "USR1@", "A:USR1", ""}) {
      assertThatThrownBy(() -> WarningText.of(text))
          .as(text)
          .isInstanceOf(Refused.class)
          .satisfies(refused ->
              assertThat(((Refused) refused).refusal().detail())
                  .contains("HUP (1), INT (2), USR1 (10), USR2 (12) or CONT (18)"));
    }
  }
}

package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Slurm decides ends a run; trouble on the way to it does not. */
final class SlurmExceptionTest {
  @ParameterizedTest
  @CsvSource({
    "0, false, the process with libslurm has ended",
    "111, false, Connection refused",
    "1007, false, Protocol authentication error",
    "1800, false, Unable to contact slurm controller",
    "2000, true, Invalid partition name specified",
    "2015, true, Invalid user id",
    "2027, false, Slurm backup controller in standby mode",
    "2131, false, Use the backup controller",
    "5004, false, Socket timed out on send/recv operation",
    "6000, false, Invalid authentication credential",
    "7000, false, Unable to connect to database",
    "8000, true, Time limit specification required",
    "900003, true, uid 0 is root or not known on this host"
  })
  void onlyWhatSlurmDecidesIsADecision(int error, boolean decision, String text) {
    assertThat(new SlurmException(error, text).isDecision()).as(text).isEqualTo(decision);
  }
}

package org.queqiao.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.lifecycle.JobLifecycle.Step;

/** The table of transitions, compared with one written down here by hand. */
final class JobLifecycleTest {
  private static final TreeSet<String> LEGAL =
      new TreeSet<>(
          List.of(
              "PENDING HELD PENDING",
              "PENDING RELEASED PENDING",
              "PENDING PROMISED PENDING",
              "PENDING ELIGIBLE PENDING",
              "PENDING ENDED DEADLINE",
              "RUNNING SIGNALLED RUNNING",
              "RUNNING SUSPEND_REQUESTED RUNNING",
              "RUNNING SUSPENDED SUSPENDED",
              "SUSPENDED STARTED SUSPENDED",
              "SUSPENDED SUSPEND_REQUESTED SUSPENDED",
              "SUSPENDED RESUMED RUNNING",
              "SUSPENDED KILL_REQUESTED COMPLETING",
              "SUSPENDED REQUEUED PENDING",
              "SUSPENDED ENDED COMPLETED",
              "SUSPENDED ENDED FAILED",
              "SUSPENDED ENDED OUT_OF_MEMORY",
              "SUSPENDED ENDED NODE_FAIL",
              "RUNNING REQUEUED PENDING",
              "COMPLETING REQUEUED PENDING",
              "COMPLETING KILL_REQUESTED COMPLETING",
              "COMPLETING ENDED DEADLINE",
              "COMPLETING ENDED PREEMPTED",
              "PENDING ALLOCATED RUNNING",
              "PENDING ENDED CANCELLED",
              "RUNNING STARTED RUNNING",
              "RUNNING KILL_REQUESTED COMPLETING",
              "RUNNING ENDED COMPLETED",
              "RUNNING ENDED FAILED",
              "RUNNING ENDED OUT_OF_MEMORY",
              "RUNNING ENDED NODE_FAIL",
              "COMPLETING STARTED COMPLETING",
              "RUNNING CHECKPOINTED RUNNING",
              "COMPLETING CHECKPOINTED COMPLETING",
              "COMPLETING ENDED CANCELLED",
              "COMPLETING ENDED TIMEOUT",
              "COMPLETING ENDED PREEMPTED",
              "COMPLETING ENDED NODE_FAIL"));

  @Test
  void exactlyTheLegalTransitionsArePermitted() {
    TreeSet<String> permitted = new TreeSet<>();
    for (JobState from : JobState.values()) {
      for (Step step : Step.values()) {
        for (JobState to : JobState.values()) {
          if (JobLifecycle.permits(from, step, to)) {
            permitted.add(from + " " + step + " " + to);
          }
        }
      }
    }
    assertThat(permitted).isEqualTo(LEGAL);
  }

  @Test
  void noRowLeavesATerminalState() {
    assertThat(JobLifecycle.table()).noneMatch(row -> row.from().isTerminal());
    for (Step step : Step.values()) {
      assertThat(Arrays.stream(JobState.values()).filter(JobState::isTerminal))
          .noneMatch(state -> JobLifecycle.permits(state, step));
    }
  }

  @Test
  void everyStateCanBeReachedAndEveryTerminalOneIsAnEnd() {
    TreeSet<JobState> reached = new TreeSet<>(List.of(JobState.PENDING));
    JobLifecycle.table().forEach(row -> reached.addAll(row.to()));
    assertThat(reached).containsExactly(JobState.values());
    JobLifecycle.table()
        .forEach(row ->
            assertThat(row.to())
                .allMatch(state -> state.isTerminal() == (row.step() == Step.ENDED)));
  }

  @Test
  void everyOutcomeIsLegalFromItsState() {
    RunId run = new RunId(new JobId(1), 1);
    NodeName node = new NodeName("n1");
    for (RunExit.Kind kind : RunExit.Kind.values()) {
      for (int code : new int[] {0, 1}) {
        for (KillCause cause :
            new KillCause[] {
              null, KillCause.CANCELLED, KillCause.TIMEOUT, KillCause.NODE_FAIL, KillCause.DEADLINE
            }) {
          RunExit exit = new RunExit(run, kind, code, 0, 5, 10, 0, 0, 0, "");
          JobState from = cause == null ? JobState.RUNNING : JobState.COMPLETING;
          RunOutcome reported = RunOutcome.reported(exit, cause, node, 1, 20);
          assertThat(JobLifecycle.permits(from, Step.ENDED, reported.state())).isTrue();
          RunOutcome lost = RunOutcome.lostWithNode(cause, 1, 20, "gone");
          assertThat(JobLifecycle.permits(from, Step.ENDED, lost.state())).isTrue();
        }
      }
    }
  }
}

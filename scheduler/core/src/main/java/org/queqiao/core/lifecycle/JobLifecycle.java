package org.queqiao.core.lifecycle;

import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.DEADLINE;
import static org.queqiao.contract.job.JobState.FAILED;
import static org.queqiao.contract.job.JobState.NODE_FAIL;
import static org.queqiao.contract.job.JobState.OUT_OF_MEMORY;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.PREEMPTED;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.contract.job.JobState.SUSPENDED;
import static org.queqiao.contract.job.JobState.TIMEOUT;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.queqiao.contract.job.JobState;

/**
 * The legal transitions of a job, as one table.
 *
 * <pre>
 *   PENDING ---allocated---> RUNNING ---kill requested---> COMPLETING
 *      |                        |                              |
 *      | ended: CANCELLED,      | ended: COMPLETED, FAILED,    | ended: CANCELLED, TIMEOUT,
 *      v  DEADLINE              v  OUT_OF_MEMORY, NODE_FAIL    v  NODE_FAIL, DEADLINE,
 *                                                               PREEMPTED
 *   terminal                 terminal                       terminal
 * </pre>
 *
 * A run may be suspended in between: RUNNING ---suspended---> SUSPENDED ---resumed---> RUNNING. A
 * suspended one can come to every end of a running one.
 *
 * <p>A run that loses its node, or is told to, may be requeued instead: its job is PENDING again. A
 * run that is being ended for one of these causes can still be cancelled.
 *
 * <p>Held, released, promised and eligible change a waiting job, started, signalled, checkpointed
 * and suspend requested mark a run; all of them leave the state as it is. A terminal state is
 * absorbing: no row begins there.
 */
public final class JobLifecycle {
  /** The kinds of fact that move or mark a job. */
  public enum Step {
    ALLOCATED,
    STARTED,
    ELIGIBLE,
    HELD,
    RELEASED,
    PROMISED,
    SIGNALLED,
    CHECKPOINTED,
    SUSPEND_REQUESTED,
    SUSPENDED,
    RESUMED,
    KILL_REQUESTED,
    REQUEUED,
    ENDED
  }

  /**
   * One row of the table.
   *
   * @param from the state before
   * @param step the kind of fact
   * @param to the states that may follow
   */
  public record Row(JobState from, Step step, Set<JobState> to) {}

  private static final List<Row> TABLE =
      List.of(
          row(PENDING, Step.ELIGIBLE, PENDING),
          row(PENDING, Step.HELD, PENDING),
          row(PENDING, Step.RELEASED, PENDING),
          row(PENDING, Step.PROMISED, PENDING),
          row(PENDING, Step.ALLOCATED, RUNNING),
          row(PENDING, Step.ENDED, CANCELLED, DEADLINE),
          row(RUNNING, Step.STARTED, RUNNING),
          row(RUNNING, Step.SIGNALLED, RUNNING),
          row(RUNNING, Step.CHECKPOINTED, RUNNING),
          row(RUNNING, Step.SUSPEND_REQUESTED, RUNNING),
          row(RUNNING, Step.SUSPENDED, SUSPENDED),
          row(RUNNING, Step.KILL_REQUESTED, COMPLETING),
          row(RUNNING, Step.REQUEUED, PENDING),
          row(SUSPENDED, Step.STARTED, SUSPENDED),
          row(SUSPENDED, Step.SUSPEND_REQUESTED, SUSPENDED),
          row(SUSPENDED, Step.RESUMED, RUNNING),
          row(SUSPENDED, Step.KILL_REQUESTED, COMPLETING),
          row(SUSPENDED, Step.REQUEUED, PENDING),
          row(COMPLETING, Step.KILL_REQUESTED, COMPLETING),
          row(COMPLETING, Step.CHECKPOINTED, COMPLETING),
          row(COMPLETING, Step.REQUEUED, PENDING),
          row(RUNNING, Step.ENDED, COMPLETED, FAILED, OUT_OF_MEMORY, NODE_FAIL),
          row(SUSPENDED, Step.ENDED, COMPLETED, FAILED, OUT_OF_MEMORY, NODE_FAIL),
          row(COMPLETING, Step.STARTED, COMPLETING),
          row(COMPLETING, Step.ENDED, CANCELLED, TIMEOUT, NODE_FAIL, DEADLINE, PREEMPTED));

  private JobLifecycle() {}

  /** All rows; what is not in them is illegal. */
  public static List<Row> table() {
    return TABLE;
  }

  /** Whether this fact may lead from one state to the other. */
  public static boolean permits(JobState from, Step step, JobState to) {
    return find(from, step).map(row -> row.to().contains(to)).orElse(false);
  }

  /** Whether this kind of fact may happen to a job in this state at all. */
  public static boolean permits(JobState from, Step step) {
    return find(from, step).isPresent();
  }

  private static Optional<Row> find(JobState from, Step step) {
    for (Row row : TABLE) {
      if (row.from() == from && row.step() == step) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  private static Row row(JobState from, Step step, JobState first, JobState... rest) {
    return new Row(from, step, EnumSet.of(first, rest));
  }
}

package org.queqiao.agent.slurm;

import java.util.Optional;
import org.queqiao.contract.job.JobState;

/** The states of jobs in Slurm: a base, and flags above it. */
final class SlurmState {
  static final long RUNNING = 1;
  static final long SUSPENDED = 2;
  static final long NODE_FAIL = 7;

  private static final int BASE = 0xff;
  private static final long REQUEUE = 1 << 10;
  private static final long RESIZING = 1 << 13;

  /** Slurm's names, by number, with what each is here; null where it does not end a run. */
  private enum Base {
    PENDING(null),
    RUNNING(null),
    SUSPENDED(null),
    COMPLETED(JobState.COMPLETED),
    CANCELLED(JobState.CANCELLED),
    FAILED(JobState.FAILED),
    TIMEOUT(JobState.TIMEOUT),
    NODE_FAIL(JobState.NODE_FAIL),
    PREEMPTED(JobState.PREEMPTED),
    BOOT_FAIL(JobState.NODE_FAIL),
    DEADLINE(JobState.DEADLINE),
    OUT_OF_MEMORY(JobState.OUT_OF_MEMORY);

    private final JobState end;

    Base(JobState end) {
      this.end = end;
    }
  }

  private SlurmState() {}

  /** Slurm's word for a state. */
  static String word(long state) {
    if ((state & REQUEUE) != 0) {
      return "REQUEUED";
    }
    if ((state & RESIZING) != 0) {
      return "RESIZING";
    }
    int base = base(state);
    return base < Base.values().length ? Base.values()[base].name() : "STATE " + state;
  }

  /**
   * How a run ended; empty for a state that is no end. A run that was requeued was cancelled, and
   * one that was resized completed: what follows is a run of its own.
   */
  static Optional<JobState> end(long state) {
    if ((state & REQUEUE) != 0) {
      return Optional.of(JobState.CANCELLED);
    }
    if ((state & RESIZING) != 0) {
      return Optional.of(JobState.COMPLETED);
    }
    int base = base(state);
    return base < Base.values().length
        ? Optional.ofNullable(Base.values()[base].end)
        : Optional.empty();
  }

  static int base(long state) {
    return (int) (state & BASE);
  }

  /** Slurm gives its own steps the highest numbers. */
  static String stepId(long number) {
    return switch ((int) number) {
      case (int) 0xfffffffdL -> "pending";
      case (int) 0xfffffffcL -> "extern";
      case (int) 0xfffffffbL -> "batch";
      case (int) 0xfffffffaL -> "interactive";
      default -> Long.toString(number);
    };
  }
}

package org.queqiao.agent.slurm;

import java.util.Optional;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.SlurmWord;

/** The states of jobs in Slurm: a base, and flags above it. */
final class SlurmState {
  static final long RUNNING = 1;
  static final long SUSPENDED = 2;
  static final long NODE_FAIL = 7;

  private static final int BASE = 0xff;
  private static final long REQUEUE = 1 << 10;
  private static final long RESIZING = 1 << 13;

  /** Slurm's names, by number. */
  private enum Base {
    PENDING,
    RUNNING,
    SUSPENDED,
    COMPLETED,
    CANCELLED,
    FAILED,
    TIMEOUT,
    NODE_FAIL,
    PREEMPTED,
    BOOT_FAIL,
    DEADLINE,
    OUT_OF_MEMORY
  }

  private SlurmState() {}

  /** Slurm's word for a state. */
  static String word(long state) {
    if ((state & REQUEUE) != 0) {
      return SlurmWord.REQUEUED;
    }
    if ((state & RESIZING) != 0) {
      return SlurmWord.RESIZING;
    }
    int base = base(state);
    return base < Base.values().length ? Base.values()[base].name() : "STATE " + state;
  }

  /** How a run ended; empty for a state that is no end. */
  static Optional<JobState> end(long state) {
    return SlurmWord.end(word(state));
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

package org.queqiao.contract.observe;

import java.util.Map;
import java.util.Optional;
import org.queqiao.contract.job.JobState;

/** Slurm's words for the states that end a run, and what they are here. */
public final class SlurmWord {
  /** Of a run that goes on as another one, because its job was requeued. */
  public static final String REQUEUED = "REQUEUED";

  /** Of a run that goes on as another one, because its job was resized. */
  public static final String RESIZING = "RESIZING";

  private static final Map<String, JobState> ENDS =
      Map.ofEntries(
          Map.entry("COMPLETED", JobState.COMPLETED),
          Map.entry("CANCELLED", JobState.CANCELLED),
          Map.entry("FAILED", JobState.FAILED),
          Map.entry("TIMEOUT", JobState.TIMEOUT),
          Map.entry("NODE_FAIL", JobState.NODE_FAIL),
          Map.entry("PREEMPTED", JobState.PREEMPTED),
          Map.entry("BOOT_FAIL", JobState.NODE_FAIL),
          Map.entry("DEADLINE", JobState.DEADLINE),
          Map.entry("OUT_OF_MEMORY", JobState.OUT_OF_MEMORY),
          Map.entry(REQUEUED, JobState.CANCELLED),
          Map.entry(RESIZING, JobState.COMPLETED));

  private SlurmWord() {}

  /**
   * How a run ended; empty for a word of a run that goes on, and for one that is unknown. A run
   * that was requeued was cancelled, and one that was resized completed: what follows is a run of
   * its own.
   */
  public static Optional<JobState> end(String word) {
    return Optional.ofNullable(ENDS.get(word));
  }
}

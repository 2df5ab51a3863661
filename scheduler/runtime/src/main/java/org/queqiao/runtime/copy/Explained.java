package org.queqiao.runtime.copy;

import java.util.Map;
import java.util.StringJoiner;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Viewer;

/**
 * Why a job is, or was, in its state.
 *
 * @param position the facts up to here are known
 * @param nowMs the moment that is explained
 * @param job as it is at that moment
 * @param waiting what keeps it from starting, or null when it does not wait
 * @param startsByMs when it starts if everything runs to its limit and nobody submits more; 0 when
 *     that is not known or it does not wait
 * @param history for what it waited before its run, or null when it waits or that is too far back
 */
public record Explained(
    long position,
    long nowMs,
    ClusterImage.JobImage job,
    Explanation waiting,
    long startsByMs,
    WaitHistory history) {
  /**
   * Why, in sentences.
   *
   * @param viewer who asks
   */
  public String sentence(Viewer viewer) {
    if (waiting != null) {
      return ExplanationText.waiting(waiting, nowMs, startsByMs, viewer);
    }
    String past = ExplanationText.past(job, nowMs);
    StringJoiner waited = new StringJoiner(", ", " It waited for: ", ".");
    waited.setEmptyValue("");
    if (history != null) {
      for (Map.Entry<String, Long> each : history.reasons().entrySet()) {
        // Until the next pass it waits for nothing.
        if (!each.getKey().equals(PendingReason.NONE.slurmWord())) {
          waited.add(each.getKey() + ' ' + ExplanationText.duration(each.getValue()));
        }
      }
    }
    return past + waited;
  }

  /** Sentences, one a line, and the terms of the priority of a job that waits. */
  public String text(Viewer viewer) {
    String lines = sentence(viewer).replace(". ", ".\n") + "\n";
    return waiting == null ? lines : lines + ExplanationText.terms(waiting.priority());
  }
}

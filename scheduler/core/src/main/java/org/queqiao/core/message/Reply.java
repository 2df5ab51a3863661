package org.queqiao.core.message;

import org.queqiao.contract.id.JobId;

/** What the sender of an input is told, after the facts are durable. */
public sealed interface Reply {
  /** It is so now, whether by this input or already before. */
  record Done() implements Reply {}

  /**
   * The job is accepted.
   *
   * @param job its number
   * @param repeated whether an earlier request with the same key made it
   * @param never why it cannot start under the limits as they are now, however long it waits; empty
   *     when it can
   */
  record JobAccepted(JobId job, boolean repeated, String never) implements Reply {
    /** One that may start once it is its turn. */
    public JobAccepted(JobId job, boolean repeated) {
      this(job, repeated, "");
    }
  }

  /** The step begins, under this number. */
  record StepAccepted(int step) implements Reply {}

  /**
   * A pass of the planner is over.
   *
   * @param allocated how many runs it started
   * @param more whether the pass stopped at its bound and another one may start more at once
   */
  record Planned(int allocated, boolean more) implements Reply {}

  /**
   * A change waits for a second person.
   *
   * @param proposal its number
   */
  record Proposed(long proposal) implements Reply {}

  /**
   * A change is planned, now or already before.
   *
   * @param number of the planned change
   */
  record ChangeNumbered(long number) implements Reply {}

  /**
   * Runs of another scheduler were told.
   *
   * @param recorded how many were new, or told otherwise than before
   * @param known how many were told before
   * @param tooOld how many were not taken, because they ended too long ago
   * @param completeMs up to when the history of the cluster is known
   */
  record RunsRecorded(int recorded, int known, int tooOld, long completeMs) implements Reply {}

  /**
   * The silence of a node is known.
   *
   * @param againMs after so long without a life sign its next lease is over, which is to be told; 0
   *     for never
   */
  record Silent(long againMs) implements Reply {}

  /** Refused. */
  record Rejected(Rejection rejection) implements Reply {}
}

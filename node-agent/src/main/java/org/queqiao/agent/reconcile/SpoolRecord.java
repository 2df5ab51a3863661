package org.queqiao.agent.reconcile;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.RunMetrics;

/** One entry of the agent's spool. */
public sealed interface SpoolRecord {
  /** The highest leader epoch that was ever accepted. */
  record EpochRaised(long epoch) implements SpoolRecord {}

  /** The desired set that was accepted last. */
  record VersionSeen(long epoch, long version) implements SpoolRecord {}

  /** The launcher is about to be asked for this run. */
  record Intent(RunId run) implements SpoolRecord {}

  /** The launcher started the run at this node time. */
  record Receipt(RunId run, long startMs) implements SpoolRecord {}

  /** The run has an end that no exit record of the launcher tells of; it is never launched. */
  record Concluded(RunExit exit) implements SpoolRecord {}

  /** The server has made the end of the run durable. */
  record Acknowledged(RunId run) implements SpoolRecord {}

  /** Nothing needs to be remembered of the run: the accepted version no longer lists it. */
  record Dropped(RunId run) implements SpoolRecord {}

  /** What was counted of a run; kept until the server has stored it. */
  record Counted(RunMetrics metrics) implements SpoolRecord {}

  /** The server has stored what was counted of the run. */
  record CountsStored(RunId run) implements SpoolRecord {}

  /**
   * Whether the record is synced before anything follows from it.
   *
   * <p>Five are not: a receipt that is lost is found again in the launcher's list, a lost drop
   * leaves a harmless entry, a version only refuses sets whose runs are still remembered until a
   * drop, which comes after it in the spool; what was counted comes before the acknowledgement of
   * the end in the spool, and that it is stored can be told twice.
   */
  default boolean mustBeDurable() {
    return switch (this) {
      case EpochRaised _, Intent _, Concluded _, Acknowledged _ -> true;
      case VersionSeen _, Receipt _, Dropped _, Counted _, CountsStored _ -> false;
    };
  }
}

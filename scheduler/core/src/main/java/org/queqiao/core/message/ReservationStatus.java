package org.queqiao.core.message;

import org.queqiao.contract.snapshot.ReservationImage;

/**
 * A reservation with what is known of its use.
 *
 * @param reservation as it is
 * @param cores how many cores its nodes have
 * @param reservedCoreMs core time that it has kept so far
 * @param usedCoreMs how much of that its jobs have used
 */
public record ReservationStatus(
    ReservationImage reservation, long cores, long reservedCoreMs, long usedCoreMs) {
  /** Core time that was kept and not used so far. */
  public long idleCoreMs() {
    return Math.max(0, reservedCoreMs - usedCoreMs);
  }
}

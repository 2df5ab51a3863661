package org.queqiao.contract.snapshot;

import org.queqiao.contract.reservation.Reservation;

/**
 * A reservation as it is.
 *
 * @param reservation its rules
 * @param startMs when the occurrence that is open began, or when the next one begins
 * @param open whether it is being used
 * @param usedCoreMs core time that ended runs used of it, and all runs of former occurrences
 * @param reservedCoreMs core time that former occurrences kept
 */
public record ReservationImage(
    Reservation reservation, long startMs, boolean open, long usedCoreMs, long reservedCoreMs) {}

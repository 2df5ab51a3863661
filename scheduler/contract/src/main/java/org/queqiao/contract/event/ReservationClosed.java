package org.queqiao.contract.event;

import org.queqiao.contract.id.ReservationName;

/**
 * The time of an occurrence is over.
 *
 * @param reservation which
 * @param startMs when the occurrence began
 * @param nextStartMs when the next one begins; 0 when it was the last one and the reservation is no
 *     more
 */
public record ReservationClosed(ReservationName reservation, long startMs, long nextStartMs)
    implements ReservationEvent {}

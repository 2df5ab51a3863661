package org.queqiao.contract.event;

import org.queqiao.contract.id.ReservationName;

/** The time of an occurrence has come. */
public record ReservationOpened(ReservationName reservation, long startMs)
    implements ReservationEvent {}

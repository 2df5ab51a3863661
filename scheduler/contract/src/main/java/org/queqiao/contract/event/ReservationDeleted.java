package org.queqiao.contract.event;

import org.queqiao.contract.id.ReservationName;

/** A reservation is no more; what runs in it goes on. */
public record ReservationDeleted(ReservationName reservation) implements ReservationEvent {}

package org.queqiao.contract.event;

import org.queqiao.contract.reservation.Reservation;

/** A reservation exists, or its rules changed. */
public record ReservationDefined(Reservation reservation) implements ReservationEvent {}

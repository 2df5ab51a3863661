package org.queqiao.contract.event;

/** A fact about reservations. */
public sealed interface ReservationEvent extends Event
    permits ReservationClosed, ReservationDefined, ReservationDeleted, ReservationOpened {}

package org.queqiao.contract.codec;

import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ReservationImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbReservation;
import org.queqiao.contract.wire.PbReservationEdge;
import org.queqiao.contract.wire.PbReservationImage;

/** Reservations from their wire form. */
final class ReservationReader {
  private ReservationReader() {}

  static Reservation reservation(PbReservation in) {
    return new Reservation(
        new ReservationName(in.getName()),
        in.getTitle(),
        in.getStartMs(),
        in.getDurationMs(),
        repeat(in.getRepeat()),
        in.getUntilMs(),
        ModelReader.list(in.getNodesList(), NodeName::new),
        ModelReader.list(in.getUsersList(), UserName::new),
        ModelReader.list(in.getProjectsList(), ProjectName::new),
        in.getMaintenance(),
        in.getMagnetic(),
        in.getEndsJobs());
  }

  private static Repeat repeat(PbReservation.Repeat in) {
    return switch (in) {
      case ONCE -> Repeat.ONCE;
      case DAILY -> Repeat.DAILY;
      case WEEKLY -> Repeat.WEEKLY;
      case REPEAT_UNSPECIFIED, UNRECOGNIZED ->
          throw ModelReader.unknown("repetition of a reservation");
    };
  }

  static Event event(EventRecord in) {
    return switch (in.getEventCase()) {
      case RESERVATION_DEFINED -> new ReservationDefined(reservation(in.getReservationDefined()));
      case RESERVATION_DELETED ->
          new ReservationDeleted(new ReservationName(in.getReservationDeleted().getReservation()));
      case RESERVATION_OPENED -> opened(in.getReservationOpened());
      case RESERVATION_CLOSED -> closed(in.getReservationClosed());
      default -> throw ModelReader.unknown("fact about a reservation");
    };
  }

  private static ReservationOpened opened(PbReservationEdge in) {
    return new ReservationOpened(new ReservationName(in.getReservation()), in.getStartMs());
  }

  private static ReservationClosed closed(PbReservationEdge in) {
    return new ReservationClosed(
        new ReservationName(in.getReservation()), in.getStartMs(), in.getNextStartMs());
  }

  static ReservationImage image(PbReservationImage in) {
    return new ReservationImage(
        reservation(in.getReservation()),
        in.getStartMs(),
        in.getOpen(),
        in.getUsedCoreMs(),
        in.getReservedCoreMs());
  }
}

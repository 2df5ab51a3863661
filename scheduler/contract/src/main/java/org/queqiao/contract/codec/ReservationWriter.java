package org.queqiao.contract.codec;

import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationEvent;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ReservationImage;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbReservation;
import org.queqiao.contract.wire.PbReservationEdge;
import org.queqiao.contract.wire.PbReservationImage;
import org.queqiao.contract.wire.PbReservationRef;

/** Reservations to their wire form. */
final class ReservationWriter {
  private ReservationWriter() {}

  /** Writes a fact about reservations. */
  static void write(ReservationEvent event, EventRecord.Builder out) {
    switch (event) {
      case ReservationDefined e -> out.setReservationDefined(reservation(e.reservation()));
      case ReservationDeleted e ->
          out.setReservationDeleted(
              PbReservationRef.newBuilder().setReservation(e.reservation().value()));
      case ReservationOpened e -> out.setReservationOpened(edge(e.reservation(), e.startMs(), 0));
      case ReservationClosed e ->
          out.setReservationClosed(edge(e.reservation(), e.startMs(), e.nextStartMs()));
    }
  }

  static PbReservation reservation(Reservation e) {
    PbReservation.Builder out =
        PbReservation.newBuilder()
            .setName(e.name().value())
            .setTitle(e.title())
            .setStartMs(e.startMs())
            .setDurationMs(e.durationMs())
            .setRepeat(PbReservation.Repeat.valueOf(e.repeat().name()))
            .setUntilMs(e.untilMs())
            .setMaintenance(e.maintenance())
            .setMagnetic(e.magnetic())
            .setEndsJobs(e.endsJobs());
    e.nodes().forEach(each -> out.addNodes(each.value()));
    e.users().forEach(each -> out.addUsers(each.value()));
    e.projects().forEach(each -> out.addProjects(each.value()));
    return out.build();
  }

  private static PbReservationEdge edge(ReservationName name, long startMs, long nextStartMs) {
    return PbReservationEdge.newBuilder()
        .setReservation(name.value())
        .setStartMs(startMs)
        .setNextStartMs(nextStartMs)
        .build();
  }

  static PbReservationImage image(ReservationImage image) {
    return PbReservationImage.newBuilder()
        .setReservation(reservation(image.reservation()))
        .setStartMs(image.startMs())
        .setOpen(image.open())
        .setUsedCoreMs(image.usedCoreMs())
        .setReservedCoreMs(image.reservedCoreMs())
        .build();
  }
}

package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ReservationImage;

/** Reservations with every field different from its default. */
final class ReservationSamples {
  private static final ReservationName NAME = new ReservationName("school-1");
  private static final long START_MS = 1_760_000_000_000L;

  static final Reservation RESERVATION =
      new Reservation(
          NAME,
          "Summer school 暑期",
          START_MS,
          7_200_000,
          Repeat.WEEKLY,
          START_MS + 9 * 604_800_000L,
          List.of(Samples.NODE),
          List.of(Samples.USER),
          List.of(Samples.PROJECT),
          true,
          true,
          true);

  private ReservationSamples() {}

  static List<Event> events() {
    return List.of(
        new ReservationDefined(RESERVATION),
        new ReservationDeleted(NAME),
        new ReservationOpened(NAME, START_MS),
        new ReservationClosed(NAME, START_MS, START_MS + 604_800_000L));
  }

  static Map<String, Event> laterEvents() {
    return Map.of(
        "JobAllocated-reservation",
        new JobAllocated(Samples.RUN, List.of(Samples.ALLOCATION), 0, NAME));
  }

  static ClusterImage image(ClusterImage first) {
    return new ClusterImage(
            first.position(),
            first.timeMs(),
            first.lastJobId(),
            first.partitions(),
            first.tariffs(),
            first.domains(),
            first.projects(),
            first.users(),
            first.nodes(),
            List.of(),
            first.idempotencyKeys(),
            List.of(),
            null,
            null,
            first.priorities())
        .with(
            List.of(new ReservationImage(RESERVATION, START_MS + 604_800_000L, true, 17, 44)),
            List.of());
  }
}

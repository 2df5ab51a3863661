package org.queqiao.core.state;

import java.util.List;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ReservationImage;

/** Reservations in the digest, behind their name and only if there are any. */
final class ReservationsDigest {
  private final CanonicalWriter out;

  ReservationsDigest(CanonicalWriter out) {
    this.out = out;
  }

  void write(List<ReservationImage> images) {
    if (!images.isEmpty()) {
      out.text("reservations").list(images, this::image);
    }
  }

  private void image(ReservationImage each) {
    Reservation rules = each.reservation();
    out.text(rules.name().value())
        .text(rules.title())
        .number(rules.startMs())
        .number(rules.durationMs())
        .text(rules.repeat().name())
        .number(rules.untilMs())
        .list(rules.nodes(), node -> out.text(node.value()))
        .list(rules.users(), user -> out.text(user.value()))
        .list(rules.projects(), project -> out.text(project.value()))
        .flag(rules.maintenance())
        .flag(rules.magnetic())
        .flag(rules.endsJobs())
        .number(each.startMs())
        .flag(each.open())
        .number(each.usedCoreMs())
        .number(each.reservedCoreMs());
  }
}

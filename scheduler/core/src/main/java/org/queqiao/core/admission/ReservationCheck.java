package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.reservation.NodesToReserve;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.ReservationState;
import org.queqiao.core.state.ReservationTable;

/** Making, changing and deleting reservations. To ask again for what is so changes nothing. */
public final class ReservationCheck {
  /** How many reservations there may be: each costs the planner its windows. */
  static final int MAX_RESERVATIONS = 1000;

  static final int MAX_NAMES = 1000;
  static final long MIN_DURATION_MS = 1000;
  static final long MAX_DURATION_MS = 366 * 86_400_000L;
  static final long MAX_AHEAD_MS = 3660 * 86_400_000L;
  private static final int MAX_TITLE_CHARACTERS = 256;

  private final Cluster cluster;
  private final Permissions permissions;

  public ReservationCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.DeleteReservation input) {
    if (!permissions.permit(input.actor(), new Action.ControlNodes())) {
      return Rejections.forbidden("only an administrator reserves nodes");
    }
    if (cluster.reservations().find(input.reservation()).isEmpty()) {
      return Rejections.notFound(
          "name",
          "there is no reservation "
              + input.reservation()
              + TextRules.didYouMean(input.reservation().value(), names()));
    }
    return Decision.done(
        List.of(new Fact(input.actor(), new ReservationDeleted(input.reservation()))));
  }

  private List<String> names() {
    return cluster.reservations().all().stream().map(each -> each.rules().name().value()).toList();
  }

  public Decision decide(Input.DefineReservation input, long nowMs) {
    if (!permissions.permit(input.actor(), new Action.ControlNodes())) {
      return Rejections.forbidden("only an administrator reserves nodes");
    }
    ReservationRequest request = input.request();
    ReservationTable table = cluster.reservations();
    Reservation former = table.find(request.name()).map(ReservationState::rules).orElse(null);
    Optional<Decision> wrong =
        title(request).or(() -> room(former)).or(() -> time(request, former, nowMs));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    Reservation wanted = wanted(request, former, nowMs);
    wrong = repetition(wanted).or(() -> whose(wanted)).or(() -> over(wanted, nowMs));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    NodesToReserve.Choice choice =
        new NodesToReserve(cluster, nowMs).choose(request, wanted, former);
    if (choice.refusal() != null) {
      return Decision.rejected(choice.refusal());
    }
    return choice.reservation().equals(former)
        ? Decision.unchanged()
        : Decision.done(
            List.of(new Fact(input.actor(), new ReservationDefined(choice.reservation()))));
  }

  private static Optional<Decision> title(ReservationRequest request) {
    String problem =
        request.title().isEmpty()
            ? null
            : TextRules.problemOfLine(request.title(), MAX_TITLE_CHARACTERS);
    return problem == null
        ? Optional.empty()
        : Optional.of(Rejections.invalid("title", "the title " + problem));
  }

  private Optional<Decision> room(Reservation former) {
    return former != null || cluster.reservations().all().size() < MAX_RESERVATIONS
        ? Optional.empty()
        : invalid("name", "there are " + MAX_RESERVATIONS + " reservations already, the most");
  }

  private static Optional<Decision> invalid(String field, String message) {
    return Optional.of(Rejections.invalid(field, message));
  }

  private static long startMs(ReservationRequest request, Reservation former, long nowMs) {
    if (request.startMs() != null) {
      return request.startMs();
    }
    return former == null ? nowMs : former.startMs();
  }

  private static Optional<Decision> time(
      ReservationRequest request, Reservation former, long nowMs) {
    long startMs = startMs(request, former, nowMs);
    boolean sameStart = former != null && former.startMs() == startMs;
    if (!sameStart && (startMs < nowMs || startMs > nowMs + MAX_AHEAD_MS)) {
      return invalid(
          "startMs",
          "startMs is "
              + startMs
              + ": a reservation begins from now ("
              + nowMs
              + ") to "
              + (nowMs + MAX_AHEAD_MS)
              + "; leave it out to begin now");
    }
    if ((request.endMs() == null) == (request.durationMs() == null)) {
      return invalid("durationMs", "say either endMs or durationMs: when the reservation ends");
    }
    String field = request.endMs() == null ? "durationMs" : "endMs";
    long durationMs = request.endMs() == null ? request.durationMs() : request.endMs() - startMs;
    return durationMs >= MIN_DURATION_MS && durationMs <= MAX_DURATION_MS
        ? Optional.empty()
        : invalid(
            field,
            "the reservation would be "
                + durationMs
                + " ms long: it lasts from "
                + MIN_DURATION_MS
                + " to "
                + MAX_DURATION_MS);
  }

  private static Reservation wanted(ReservationRequest request, Reservation former, long nowMs) {
    long startMs = startMs(request, former, nowMs);
    return new Reservation(
        request.name(),
        request.title(),
        startMs,
        request.durationMs() == null ? request.endMs() - startMs : request.durationMs(),
        request.repeat(),
        request.untilMs() == null ? 0 : request.untilMs(),
        List.of(),
        List.copyOf(new TreeSet<>(request.users())),
        List.copyOf(new TreeSet<>(request.projects())),
        request.maintenance(),
        request.magnetic(),
        request.endsJobs());
  }

  private static Optional<Decision> repetition(Reservation wanted) {
    long periodMs = wanted.repeat().periodMs();
    if (periodMs != 0 && wanted.durationMs() > periodMs) {
      return invalid(
          "repeat",
          "an occurrence of "
              + wanted.durationMs()
              + " ms does not fit into the "
              + periodMs
              + " ms from one to the next");
    }
    if (wanted.untilMs() == 0) {
      return Optional.empty();
    }
    if (wanted.repeat() == Repeat.ONCE) {
      return invalid("untilMs", "a reservation that does not repeat has no untilMs: say its end");
    }
    long firstEndMs = wanted.startMs() + wanted.durationMs();
    return wanted.untilMs() >= firstEndMs && wanted.untilMs() <= firstEndMs + MAX_AHEAD_MS
        ? Optional.empty()
        : invalid(
            "untilMs",
            "untilMs is "
                + wanted.untilMs()
                + ": it lies from the first end, "
                + firstEndMs
                + ", to "
                + (firstEndMs + MAX_AHEAD_MS));
  }

  private Optional<Decision> whose(Reservation wanted) {
    boolean named = !wanted.users().isEmpty() || !wanted.projects().isEmpty();
    if (wanted.maintenance() && (named || wanted.magnetic())) {
      return invalid(
          "maintenance",
          "nobody uses nodes in maintenance: name no users and no projects, or leave"
              + " maintenance out");
    }
    if (!wanted.maintenance() && !named) {
      return invalid(
          "users",
          "name at least one user or project that may use the reservation, or say that it"
              + " is for maintenance");
    }
    if (wanted.users().size() > MAX_NAMES || wanted.projects().size() > MAX_NAMES) {
      return invalid("users", "more than " + MAX_NAMES + " users or projects: name a project");
    }
    for (UserName each : wanted.users()) {
      if (cluster.accounts().account(each).isEmpty()) {
        List<String> known =
            cluster.accounts().accounts().stream()
                .map(account -> account.definition().name().value())
                .toList();
        return invalid(
            "users", "there is no account " + each + TextRules.didYouMean(each.value(), known));
      }
    }
    for (ProjectName each : wanted.projects()) {
      if (cluster.accounts().project(each).isEmpty()) {
        List<String> known =
            cluster.accounts().projects().stream()
                .map(project -> project.definition().name().value())
                .toList();
        return invalid(
            "projects", "there is no project " + each + TextRules.didYouMean(each.value(), known));
      }
    }
    return Optional.empty();
  }

  private static Optional<Decision> over(Reservation wanted, long nowMs) {
    return wanted.occurrenceAfter(nowMs) != Reservation.NEVER
        ? Optional.empty()
        : invalid("endMs", "the reservation would be over already: it is " + nowMs + " now");
  }
}

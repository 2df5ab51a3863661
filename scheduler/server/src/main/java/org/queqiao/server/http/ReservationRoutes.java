package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.explain.Table;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.ReservationStatus;
import org.queqiao.server.auth.Account;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Advance reservations: administrators make them, and everybody sees those that concern them. */
final class ReservationRoutes {
  private final ClusterView view;
  private final Inputs inputs;

  ReservationRoutes(ClusterView view, Inputs inputs) {
    this.view = view;
    this.inputs = inputs;
  }

  void on(Api api) {
    api.on("listReservations", this::list);
    api.on("getReservation", this::get);
    api.on("putReservation", this::put);
    api.on("deleteReservation", this::delete);
  }

  private static Actor actor(Call call) {
    return call.principal().actor();
  }

  private static ReservationName name(Call call) {
    return new ReservationName(call.text("name"));
  }

  private void list(Call call) {
    long nowMs = System.currentTimeMillis();
    inputs.ask(
        call,
        state -> state.reservations(nowMs),
        all -> {
          List<ReservationStatus> known = all.stream().filter(each -> mayKnow(call, each)).toList();
          if (call.accepted("application/json", "text/plain").equals("text/plain")) {
            call.text(200, "text/plain", table(known));
          } else {
            SiteRoutes.page(
                call,
                known,
                each -> each.reservation().reservation().name().value(),
                ReservationRoutes::write);
          }
        });
  }

  private void get(Call call) {
    ReservationName name = name(call);
    long nowMs = System.currentTimeMillis();
    inputs.ask(
        call,
        state -> state.reservations(nowMs),
        all -> {
          ReservationStatus found =
              all.stream()
                  .filter(each -> each.reservation().reservation().name().equals(name))
                  .filter(each -> mayKnow(call, each))
                  .findFirst()
                  .orElse(null);
          if (found == null) {
            call.refuse(
                Refused.notFound("there is no reservation of this name that you may see")
                    .refusal());
          } else {
            call.json(200, out -> write(found, out));
          }
        });
  }

  /** Who sees all jobs sees all; others see maintenance and what they may use. */
  private boolean mayKnow(Call call, ReservationStatus status) {
    Scope scope = view.site().scopeOf(call.principal().user());
    Reservation rules = status.reservation().reservation();
    return scope.everything()
        || rules.maintenance()
        || rules.users().contains(scope.user())
        || view.site().account(scope.user()).map(Account::memberships).orElse(List.of()).stream()
            .anyMatch(each -> rules.projects().contains(each.project()));
  }

  private void put(Call call) {
    inputs.submit(
        call,
        new Input.DefineReservation(actor(call), request(name(call), call.body())),
        _ -> get(call));
  }

  private void delete(Call call) {
    inputs.submit(
        call, new Input.DeleteReservation(actor(call), name(call)), _ -> call.noContent());
  }

  /** A reservation as a document asks for it. */
  static ReservationRequest request(ReservationName name, Map<String, Object> body) {
    Object repeat = body.get("repeat");
    Long nodeCount = (Long) body.get("nodeCount");
    return new ReservationRequest(
        name,
        (String) body.get("title"),
        (Long) body.get("startMs"),
        (Long) body.get("endMs"),
        (Long) body.get("durationMs"),
        repeat == null ? null : Repeat.valueOf((String) repeat),
        (Long) body.get("untilMs"),
        names(body, "nodes", NodeName::new),
        nodeCount == null ? null : nodeCount.intValue(),
        (Long) body.get("coreCount"),
        names(body, "users", UserName::new),
        names(body, "projects", ProjectName::new),
        (Boolean) body.getOrDefault("maintenance", false),
        (Boolean) body.getOrDefault("magnetic", false),
        (Boolean) body.getOrDefault("endsJobs", false));
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> names(
      Map<String, Object> body, String field, Function<String, T> make) {
    Object value = body.get(field);
    try {
      return value == null ? null : ((List<String>) value).stream().map(make).toList();
    } catch (IllegalArgumentException e) {
      throw Refused.invalid(field, field + ": " + e.getMessage());
    }
  }

  private static String table(List<ReservationStatus> all) {
    Table table =
        new Table("RESERVATION", "STATE", "START", "END", "REPEAT", ">NODES", ">CORES", "FOR");
    for (ReservationStatus each : all) {
      Reservation rules = each.reservation().reservation();
      long startMs = each.reservation().startMs();
      table.row(
          rules.name(),
          each.reservation().open() ? "OPEN" : "PLANNED",
          Instant.ofEpochMilli(startMs),
          Instant.ofEpochMilli(startMs + rules.durationMs()),
          rules.repeat(),
          rules.nodes().size(),
          each.cores(),
          whose(rules));
    }
    return table.toString();
  }

  private static String whose(Reservation rules) {
    if (rules.maintenance()) {
      return "maintenance";
    }
    List<String> names = new java.util.ArrayList<>();
    rules.users().forEach(each -> names.add("user " + each));
    rules.projects().forEach(each -> names.add("project " + each));
    return String.join(", ", names);
  }

  private static void write(ReservationStatus status, JsonGenerator out) throws IOException {
    Reservation rules = status.reservation().reservation();
    long startMs = status.reservation().startMs();
    out.writeStartObject();
    out.writeStringField("name", rules.name().value());
    out.writeStringField("title", rules.title());
    out.writeStringField("state", status.reservation().open() ? "OPEN" : "PLANNED");
    out.writeNumberField("startMs", startMs);
    out.writeNumberField("endMs", startMs + rules.durationMs());
    out.writeNumberField("firstStartMs", rules.startMs());
    out.writeNumberField("durationMs", rules.durationMs());
    out.writeStringField("repeat", rules.repeat().name());
    Json.number(out, "untilMs", rules.untilMs() == 0 ? null : (Long) rules.untilMs());
    Json.texts(out, "nodes", rules.nodes().stream().map(NodeName::value).toList());
    out.writeNumberField("cores", status.cores());
    Json.texts(out, "users", rules.users().stream().map(UserName::value).toList());
    Json.texts(out, "projects", rules.projects().stream().map(ProjectName::value).toList());
    out.writeBooleanField("maintenance", rules.maintenance());
    out.writeBooleanField("magnetic", rules.magnetic());
    out.writeBooleanField("endsJobs", rules.endsJobs());
    out.writeNumberField("reservedCoreMs", status.reservedCoreMs());
    out.writeNumberField("usedCoreMs", status.usedCoreMs());
    out.writeNumberField("idleCoreMs", status.idleCoreMs());
    out.writeEndObject();
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Changes of domains and projects that count from a later month or day on, in the billing zone. */
final class PlannedRoutes {
  private static final String FROM = "from";
  private static final String DOMAIN = "domain";
  private static final String DOMAINS = "domains";
  private static final String PARENT = "parent";
  private static final String PLATFORM = "platform";
  private static final String PROJECT = "project";

  /** Which fields each change has beside its name and when it counts. */
  private static final Map<String, List<String>> FIELDS =
      Map.of(
          PARENT, List.of(DOMAIN, PARENT),
          DOMAINS, List.of(PROJECT, DOMAINS),
          PLATFORM, List.of(PROJECT, PLATFORM));

  private final ClusterView view;
  private final Inputs inputs;
  private final BillingCalendar calendar;

  PlannedRoutes(ClusterView view, Inputs inputs, BillingCalendar calendar) {
    this.view = view;
    this.inputs = inputs;
    this.calendar = calendar;
  }

  void on(Api api) {
    api.on("listPlannedChanges", this::list);
    api.on("postPlannedChange", this::plan);
    api.on("deletePlannedChange", this::withdraw);
  }

  /** Everybody knows the domains; of projects those that somebody may see. They are few. */
  private void list(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    List<PlannedChange> known =
        view.site().planned().stream().filter(each -> mayKnow(scope, each.content())).toList();
    call.json(200, out -> Json.page(out, known, null, this::write));
  }

  private boolean mayKnow(Scope scope, PlannedChange.Content content) {
    return switch (content) {
      case PlannedChange.Place _ -> true;
      case PlannedChange.Shares e -> mayKnow(scope, e.project());
      case PlannedChange.Owner e -> mayKnow(scope, e.project());
    };
  }

  private boolean mayKnow(Scope scope, ProjectName project) {
    return view.site().project(project).filter(each -> SiteRoutes.mayKnow(scope, each)).isPresent();
  }

  private void plan(Call call) {
    Map<String, Object> body = call.body();
    String change = (String) body.get("change");
    List<String> fields = FIELDS.get(change);
    for (String each : List.of(DOMAIN, PARENT, PROJECT, DOMAINS, PLATFORM)) {
      if (fields.contains(each) != body.containsKey(each)) {
        throw Refused.invalid(
            each,
            "a planned change of "
                + change
                + " says "
                + String.join(" and ", fields)
                + ", and nothing else");
      }
    }
    PlannedChange.Content content = content(change, body);
    long fromMs = fromMs(content, (String) body.get(FROM));
    inputs.submit(
        call,
        new Input.PlanChange(call.principal().actor(), content, fromMs),
        reply -> {
          long number = ((Reply.ChangeNumbered) reply).number();
          call.response().putHeader("Location", "/api/v1/planned-changes/" + number);
          call.json(201, out -> write(new PlannedChange(number, fromMs, content), out));
        });
  }

  private void withdraw(Call call) {
    inputs.submit(
        call,
        new Input.WithdrawChange(call.principal().actor(), call.number("number")),
        _ -> call.noContent());
  }

  private static PlannedChange.Content content(String change, Map<String, Object> body) {
    return switch (change) {
      case PARENT -> {
        String parent = (String) body.get(PARENT);
        yield new PlannedChange.Place(
            new DomainCode((String) body.get(DOMAIN)),
            parent == null ? null : new DomainCode(parent));
      }
      case DOMAINS -> new PlannedChange.Shares(project(body), SiteRoutes.shares(body.get(DOMAINS)));
      default -> {
        String platform = (String) body.get(PLATFORM);
        yield new PlannedChange.Owner(
            project(body), platform == null ? null : new PlatformName(platform));
      }
    };
  }

  private static ProjectName project(Map<String, Object> body) {
    return new ProjectName((String) body.get(PROJECT));
  }

  /**
   * Domains of projects count from a day on, with the jobs of that day; the others by the month.
   */
  private long fromMs(PlannedChange.Content content, String from) {
    try {
      return calendar.startMs(
          content instanceof PlannedChange.Shares
              ? LocalDate.parse(from)
              : BillingCalendar.parseMonth(from).atDay(1));
    } catch (DateTimeException e) {
      throw Refused.invalid(FROM, "a day is written YYYY-MM-DD, such as 2026-11-30");
    } catch (IllegalArgumentException e) {
      throw Refused.invalid(FROM, e.getMessage());
    }
  }

  private void write(PlannedChange change, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("number", change.number());
    String day = calendar.day(change.fromMs()).toString();
    String month = calendar.month(change.fromMs());
    boolean byDay = change.content() instanceof PlannedChange.Shares;
    out.writeStringField(FROM, byDay ? day : month);
    out.writeNumberField("fromMs", change.fromMs());
    switch (change.content()) {
      case PlannedChange.Place e -> {
        out.writeStringField("change", PARENT);
        out.writeStringField(DOMAIN, e.domain().value());
        out.writeStringField(PARENT, e.parent() == null ? null : e.parent().value());
      }
      case PlannedChange.Shares e -> {
        out.writeStringField("change", DOMAINS);
        out.writeStringField(PROJECT, e.project().value());
        SiteRoutes.write(e.domains(), out);
      }
      case PlannedChange.Owner e -> {
        out.writeStringField("change", PLATFORM);
        out.writeStringField(PROJECT, e.project().value());
        out.writeStringField(PLATFORM, e.platform() == null ? null : e.platform().value());
      }
    }
    out.writeEndObject();
  }
}

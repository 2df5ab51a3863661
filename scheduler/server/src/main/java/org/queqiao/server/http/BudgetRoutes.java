package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Input;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Budgets: those of core time are set by one person, those of money proposed for another. */
final class BudgetRoutes {
  private final ClusterView view;
  private final Inputs inputs;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final BillingCalendar calendar;
  private final Blocking blocking;

  BudgetRoutes(
      ClusterView view,
      Inputs inputs,
      LedgerReads reads,
      LedgerHistory history,
      BillingCalendar calendar,
      Blocking blocking) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.history = history;
    this.calendar = calendar;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("listBudgets", this::list);
    api.on("setBudget", this::set);
  }

  private void list(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    String project = call.text("project");
    long seen = view.position();
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(seen);
          return reads
              .budgetUses()
              .uses(calendar.month(System.currentTimeMillis()))
              .budgets()
              .stream()
              .filter(each -> project == null || each.terms().project().value().equals(project))
              .filter(each -> sees(scope, each.terms()))
              .toList();
        },
        found -> page(call, found));
  }

  private static void page(Call call, List<BudgetUse> found) {
    SiteRoutes.page(call, found, each -> each.terms().name().value(), BudgetRoutes::write);
  }

  /** Managers see those of their project, and users the ones that bound them alone. */
  private static boolean sees(Scope scope, BudgetTerms terms) {
    return scope.everything()
        || scope.projects().contains(terms.project())
        || scope.user().equals(terms.user());
  }

  private void set(Call call) {
    Map<String, Object> body = call.body();
    BudgetTerms terms = terms(body);
    String reason = (String) body.get("reason");
    if (terms.unit() == BudgetUnit.MONEY) {
      inputs.submit(
          call,
          new Input.ProposeMoney(call.principal().actor(), new MoneyChange.Budget(terms), reason),
          reply -> MoneyDesk.proposed(call, reply));
    } else {
      inputs.submit(
          call,
          new Input.DefineBudget(call.principal().actor(), terms, reason),
          _ -> call.noContent());
    }
  }

  private BudgetTerms terms(Map<String, Object> body) {
    String user = (String) body.get("user");
    String fromMonth = (String) body.getOrDefault("fromMonth", "");
    String toMonth = (String) body.getOrDefault("toMonth", "");
    Long fiscalYear = (Long) body.get("fiscalYear");
    if (fiscalYear != null) {
      if (!fromMonth.isEmpty() || !toMonth.isEmpty()) {
        throw Refused.invalid(
            "fiscalYear", "a budget is for a fiscal year or for its months: say one of them");
      }
      fromMonth = calendar.firstOfFiscalYear(fiscalYear.intValue()).toString();
      toMonth = calendar.lastOfFiscalYear(fiscalYear.intValue()).toString();
    }
    return new BudgetTerms(
        new BudgetName((String) body.get("name")),
        new ProjectName((String) body.get("project")),
        user == null ? null : new UserName(user),
        BudgetUnit.valueOf((String) body.get("unit")),
        (Long) body.get("amount"),
        (Long) body.getOrDefault("overdraft", 0L),
        (String) body.getOrDefault("currency", ""),
        fromMonth,
        toMonth,
        (Boolean) body.getOrDefault("ended", false));
  }

  private static void write(BudgetUse each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    write(each.terms(), out);
    out.writeStringField("month", each.month());
    out.writeBooleanField("inForce", each.isInForce());
    out.writeNumberField("used", each.used());
    out.writeNumberField("held", each.held());
    Json.number(out, "left", each.isOver() ? null : each.left());
    out.writeNumberField("usedPermille", each.usedPermille());
    out.writeStringField("setBy", each.setBy());
    out.writeNumberField("setMs", each.setMs());
    out.writeStringField("reason", each.reason());
    out.writeEndObject();
  }

  /** Writes what a budget bounds, without braces around it. */
  static void write(BudgetTerms terms, JsonGenerator out) throws IOException {
    out.writeStringField("name", terms.name().value());
    out.writeStringField("project", terms.project().value());
    out.writeStringField("user", terms.user() == null ? null : terms.user().value());
    out.writeStringField("unit", terms.unit().name());
    out.writeNumberField("amount", terms.amount());
    out.writeNumberField("overdraft", terms.overdraft());
    out.writeStringField("currency", JobDocument.orNull(terms.currency()));
    out.writeStringField("fromMonth", JobDocument.orNull(terms.fromMonth()));
    out.writeStringField("toMonth", JobDocument.orNull(terms.toMonth()));
    out.writeBooleanField("ended", terms.ended());
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.Scope;

/** Prices and money changed by two people: proposals, and decisions on them. */
final class MoneyRoutes {
  private static final String CHECKPOINT = "CHECKPOINT";

  private final MoneyDesk desk;
  private final BillingCalendar calendar;

  MoneyRoutes(MoneyDesk desk, BillingCalendar calendar) {
    this.desk = desk;
    this.calendar = calendar;
  }

  void on(Api api) {
    api.on(
        "proposeTariff",
        call -> desk.propose(call, new MoneyChange.Price(item(call.body(), calendar))));
    api.on(
        "proposeTopUp",
        call ->
            desk.propose(
                call,
                new MoneyChange.TopUp(
                    new ProjectName(call.text("name")),
                    (Long) call.body().get("amountMicro"),
                    (String) call.body().get("currency"))));
    api.on(
        "proposeCreditLine",
        call ->
            desk.propose(
                call,
                new MoneyChange.CreditLine(
                    new ProjectName(call.text("name")),
                    (Long) call.body().get("creditMicro"),
                    (String) call.body().get("currency"))));
    api.on("proposeCorrection", this::correct);
    api.on(
        "proposeRefundRule",
        call ->
            desk.propose(
                call,
                new MoneyChange.RefundRule(
                    RefundCause.valueOf((String) call.body().get("cause")),
                    Math.toIntExact((Long) call.body().get("permille")),
                    (Long) call.body().getOrDefault("validFromMs", 0L),
                    CHECKPOINT.equals(call.body().get("since")))));
    api.on(
        "proposeCustomerClass",
        call ->
            desk.propose(
                call,
                new MoneyChange.CustomerClass(
                    new ProjectName(call.text("name")),
                    (String) call.body().get("customerClass"),
                    (Long) call.body().getOrDefault("validFromMs", 0L))));
    api.on("proposePayer", call -> desk.propose(call, payer(call)));
    api.on("proposeJobBilling", this::jobBilling);
    terms(api);
    api.on("listProposals", this::list);
    api.on("decideProposal", this::decide);
  }

  private static MoneyChange payer(Call call) {
    String payer = (String) call.body().getOrDefault("payer", "");
    return new MoneyChange.ProjectPayer(
        new ProjectName(call.text("name")),
        payer.isEmpty() ? null : new ProjectName(payer),
        (Long) call.body().getOrDefault("validFromMs", 0L));
  }

  /** What the request does not say stays as it is. */
  private void jobBilling(Call call) {
    JobPolicyDefined now = desk.view().site().jobPolicy();
    Object suspended = call.body().get("suspendedTime");
    if (suspended == null && call.body().get("budgetGate") == null) {
      throw Refused.invalid("budgetGate", "name suspendedTime, budgetGate or both");
    }
    desk.propose(
        call,
        new MoneyChange.JobBilling(
            suspended == null ? now.billsSuspendedTime() : SiteRoutes.BILLED.equals(suspended),
            (Boolean) call.body().getOrDefault("budgetGate", now.budgetGate())));
  }

  private void terms(Api api) {
    api.on("proposeConversion", call -> desk.propose(call, conversion(call.body())));
    api.on(
        "proposeAllowance",
        call ->
            desk.propose(
                call,
                new MoneyChange.NewAllowance(
                    AllowanceJson.allowance(new ProjectName(call.text("name")), call.body()))));
    api.on(
        "proposeAllowanceOrder",
        call ->
            desk.propose(
                call, new MoneyChange.OrderOfAllowances(AllowanceJson.order(call.body()))));
  }

  /**
   * A price as a request says it.
   *
   * @param calendar says with which month fiscal years begin when the price does
   */
  static PriceItem item(Map<String, Object> body, BillingCalendar calendar) {
    String partition = (String) body.get("partition");
    String qos = (String) body.get("qos");
    List<DayFactor> factors = new ArrayList<>();
    if (body.get("factors") instanceof List<?> all) {
      for (Object each : all) {
        Map<?, ?> factor = (Map<?, ?>) each;
        factors.add(
            new DayFactor(
                Math.toIntExact((Long) factor.get("fromMinute")),
                Math.toIntExact((Long) factor.get("toMinute")),
                Math.toIntExact((Long) factor.get("permille"))));
      }
    }
    return new PriceItem(
        partition == null ? null : new PartitionName(partition),
        qos == null ? null : new QosName(qos),
        (Long) body.get("priceMicroPerCoreHour"),
        (String) body.get("currency"),
        (Long) body.getOrDefault("validFromMs", 0L),
        (Long) body.getOrDefault("validToMs", 0L),
        Math.toIntExact((Long) body.getOrDefault("utcOffsetMinutes", 0L)),
        factors,
        terms(body, calendar));
  }

  private static MoneyChange conversion(Map<String, Object> body) {
    return new MoneyChange.Conversion(
        (String) body.getOrDefault("nodeType", ""),
        Resource.valueOf((String) body.getOrDefault("resource", Resource.CORES.name())),
        (String) body.getOrDefault("device", ""),
        (Long) body.get("standardPermille"),
        (Long) body.getOrDefault("validFromMs", 0L));
  }

  private static PriceTerms terms(Map<String, Object> body, BillingCalendar calendar) {
    long fromMs = Math.max((Long) body.getOrDefault("validFromMs", 0L), System.currentTimeMillis());
    return new PriceTerms(
        Resource.valueOf((String) body.getOrDefault("resource", Resource.CORES.name())),
        (String) body.getOrDefault("device", ""),
        (String) body.getOrDefault("nodeType", ""),
        (String) body.getOrDefault("customerClass", ""),
        (Boolean) body.getOrDefault("blockedShare", false),
        (Boolean) body.getOrDefault("whileSuspended", false),
        tiers(body.get("tiers")),
        yearStart((String) body.getOrDefault("tierPeriod", "MONTH"), calendar.fiscalStart(fromMs)),
        (Long) body.getOrDefault("minimumMicro", 0L));
  }

  private static int yearStart(String period, int fiscalStart) {
    return switch (period) {
      case "YEAR" -> 1;
      case "FISCAL_YEAR" -> fiscalStart;
      default -> 0;
    };
  }

  private static List<PriceTier> tiers(Object named) {
    List<PriceTier> tiers = new ArrayList<>();
    if (named instanceof List<?> all) {
      for (Object each : all) {
        Map<?, ?> tier = (Map<?, ?>) each;
        tiers.add(
            new PriceTier((Long) tier.get("fromHours"), (Long) tier.get("priceMicroPerHour")));
      }
    }
    return tiers;
  }

  private void correct(Call call) {
    MoneyChange.Correction change =
        new MoneyChange.Correction(
            new ProjectName(call.text("name")),
            (Long) call.body().get("amountMicro"),
            (String) call.body().get("currency"),
            (String) call.body().get("corrects"));
    desk.proposeFor(
        call, change, "corrects", change.project(), change.currency(), change.corrects());
  }

  private void decide(Call call) {
    long id = call.number("proposal");
    desk.inputs()
        .submit(
            call,
            new Input.DecideMoney(
                call.principal().actor(),
                id,
                (Boolean) call.body().get("approve"),
                (String) call.body().get("reason")),
            _ -> call.noContent(),
            rejection -> {
              if (rejection.code() == Rejection.Code.NOT_FOUND) {
                notWaiting(call, id, Refusal.of(rejection));
              } else {
                call.refuse(Refusal.of(rejection));
              }
            });
  }

  /** Of two people who decide the same, the second hears who was first, and when. */
  private void notWaiting(Call call, long id, Refusal unknown) {
    desk.books()
        .ask(
            call,
            () -> desk.reads().proposals().before(id + 1, null, 1),
            found -> {
              boolean decided =
                  !found.isEmpty()
                      && found.getFirst().id() == id
                      && found.getFirst().state() != ProposalRow.State.OPEN;
              call.refuse(decided ? first(found.getFirst()).refusal() : unknown);
            });
  }

  private static Refused first(ProposalRow row) {
    return Refused.conflict(
        "proposal "
            + row.id()
            + " was "
            + row.state().name().toLowerCase(Locale.ROOT)
            + " by "
            + row.decidedBy()
            + " at "
            + row.decidedMs()
            + ": "
            + row.decision());
  }

  private void list(Call call) {
    Scope scope = desk.view().site().scopeOf(call.principal().user());
    if (!scope.everything()) {
      throw Refused.forbidden("only administrators, finance and auditors see proposals");
    }
    String state = call.text("state");
    int limit = call.number("limit").intValue();
    long before = Cursor.jobsBefore(call.text("cursor"));
    desk.books()
        .ask(
            call,
            () ->
                desk.reads()
                    .proposals()
                    .before(before, state == null ? null : ProposalRow.State.valueOf(state), limit),
            found -> {
              String next = found.size() < limit ? null : Cursor.ofJobsBefore(found.getLast().id());
              call.json(200, out -> Json.page(out, found, next, MoneyRoutes::write));
            });
  }

  private static void write(ProposalRow row, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("proposal", row.id());
    out.writeStringField("state", row.state().name());
    write(row.change(), out);
    out.writeStringField("proposedBy", row.proposedBy());
    out.writeNumberField("proposedMs", row.proposedMs());
    out.writeStringField("reason", row.reason());
    out.writeStringField("decidedBy", JobDocument.orNull(row.decidedBy()));
    Json.number(out, "decidedMs", row.decidedMs() == 0 ? null : row.decidedMs());
    out.writeStringField("decision", JobDocument.orNull(row.decision()));
    out.writeEndObject();
  }

  /** What is proposed, within an object. */
  static void write(MoneyChange change, JsonGenerator out) throws IOException {
    switch (change) {
      case MoneyChange.TopUp each -> {
        out.writeStringField("kind", "TOP_UP");
        money(each.project(), each.amountMicro(), each.currency(), out);
      }
      case MoneyChange.Correction each -> {
        out.writeStringField("kind", "CORRECTION");
        money(each.project(), each.amountMicro(), each.currency(), out);
        out.writeStringField("corrects", each.corrects());
      }
      case MoneyChange.RefundRule each -> {
        out.writeStringField("kind", "REFUND_RULE");
        out.writeStringField("cause", each.cause().name());
        out.writeNumberField("permille", each.permille());
        out.writeStringField("since", each.sinceCheckpoint() ? CHECKPOINT : "START");
        out.writeNumberField("validFromMs", each.validFromMs());
      }
      case MoneyChange.JobBilling each -> write(each, out);
      case MoneyChange.CustomerClass each -> {
        out.writeStringField("kind", "CUSTOMER_CLASS");
        out.writeStringField("project", each.project().value());
        out.writeStringField("customerClass", each.customerClass());
        out.writeNumberField("validFromMs", each.validFromMs());
      }
      case MoneyChange.ProjectPayer each -> write(each, out);
      case MoneyChange.Conversion each -> {
        out.writeStringField("kind", "CONVERSION");
        out.writeStringField("nodeType", JobDocument.orNull(each.nodeType()));
        out.writeStringField("resource", each.resource().name());
        out.writeStringField("device", JobDocument.orNull(each.device()));
        out.writeNumberField("standardPermille", each.standardPermille());
        out.writeNumberField("validFromMs", each.validFromMs());
      }
      case MoneyChange.TaxRate each -> write(each, out);
      case MoneyChange.FiscalYear each -> write(each, out);
      case MoneyChange.CreditLine each -> write(each, out);
      case MoneyChange.Refund each -> write(each, out);
      case MoneyChange.CloseMonth _, MoneyChange.StatementPaid _, MoneyChange.ArchiveMonth _ ->
          MonthRoutes.write(change, out);
      case MoneyChange.Budget each -> {
        out.writeStringField("kind", "BUDGET");
        BudgetRoutes.write(each.terms(), out);
      }
      case MoneyChange.Contract(ContractTerms each) -> ContractRoutes.proposed(each, out);
      case MoneyChange.NewAllowance each -> AllowanceJson.proposed(each.allowance(), out);
      case MoneyChange.OrderOfAllowances each -> AllowanceJson.proposed(each.order(), out);
      case MoneyChange.Price each -> {
        out.writeStringField("kind", "PRICE");
        write(each.item(), out);
      }
      case MoneyChange.PriceEnd each -> {
        out.writeStringField("kind", "PRICE_END");
        out.writeNumberField("price", each.price());
        out.writeNumberField("endMs", each.fromMs());
        write(each.item(), out);
      }
    }
  }

  private static void write(MoneyChange.ProjectPayer each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "PROJECT_PAYER");
    out.writeStringField("project", each.project().value());
    out.writeStringField("payer", each.payer() == null ? null : each.payer().value());
    out.writeNumberField("validFromMs", each.validFromMs());
  }

  private static void write(MoneyChange.TaxRate each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "TAX_RATE");
    out.writeNumberField("basisPoints", each.basisPoints());
    out.writeNumberField("validFromMs", each.validFromMs());
  }

  private static void write(MoneyChange.FiscalYear each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "FISCAL_YEAR");
    out.writeNumberField("fiscalYearStart", each.start());
    out.writeStringField("fromMonth", each.month());
    out.writeNumberField("validFromMs", each.fromMs());
  }

  private static void write(MoneyChange.CreditLine each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "CREDIT_LINE");
    out.writeStringField("project", each.project().value());
    out.writeNumberField("creditMicro", each.creditMicro());
    out.writeStringField("currency", each.currency());
  }

  private static void write(MoneyChange.JobBilling each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "JOB_BILLING");
    out.writeStringField("suspendedTime", SiteRoutes.suspendedTime(each.billsSuspendedTime()));
    out.writeBooleanField("budgetGate", each.budgetGate());
  }

  private static void write(MoneyChange.Refund each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "REFUND");
    money(each.project(), each.amountMicro(), each.currency(), out);
    out.writeStringField("corrects", each.transaction());
    out.writeStringField("cause", each.cause().name());
    Json.number(out, "dispute", each.dispute() == 0 ? null : each.dispute());
  }

  private static void money(
      ProjectName project, long amountMicro, String currency, JsonGenerator out)
      throws IOException {
    out.writeStringField("project", project.value());
    out.writeNumberField("amountMicro", amountMicro);
    out.writeStringField("currency", currency);
  }

  private static void write(PriceItem item, JsonGenerator out) throws IOException {
    out.writeStringField("partition", item.partition() == null ? null : item.partition().value());
    out.writeStringField("qos", item.qos() == null ? null : item.qos().value());
    out.writeNumberField("priceMicroPerCoreHour", item.microPerCoreHour());
    out.writeStringField("currency", item.currency());
    out.writeNumberField("validFromMs", item.validFromMs());
    out.writeNumberField("validToMs", item.validToMs());
    out.writeNumberField("utcOffsetMinutes", item.utcOffsetMinutes());
    out.writeArrayFieldStart("factors");
    for (DayFactor each : item.factors()) {
      out.writeStartObject();
      out.writeNumberField("fromMinute", each.fromMinute());
      out.writeNumberField("toMinute", each.toMinute());
      out.writeNumberField("permille", each.permille());
      out.writeEndObject();
    }
    out.writeEndArray();
    PriceTerms terms = item.terms();
    out.writeStringField("resource", terms.resource().name());
    out.writeStringField("device", JobDocument.orNull(terms.device()));
    out.writeStringField("nodeType", JobDocument.orNull(terms.nodeType()));
    out.writeStringField("customerClass", terms.customerClass());
    out.writeBooleanField("blockedShare", terms.blockedShare());
    out.writeBooleanField("whileSuspended", terms.whileSuspended());
    out.writeArrayFieldStart("tiers");
    for (PriceTier each : terms.tiers()) {
      out.writeStartObject();
      out.writeNumberField("fromHours", each.fromHours());
      out.writeNumberField("priceMicroPerHour", each.microPerHour());
      out.writeEndObject();
    }
    out.writeEndArray();
    int start = terms.yearStart();
    out.writeStringField("tierPeriod", start == 0 ? "MONTH" : start == 1 ? "YEAR" : "FISCAL_YEAR");
    Json.number(out, "tierYearStart", start == 0 ? null : (long) start);
    out.writeNumberField("minimumMicro", terms.minimumMicro());
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.StandingWords;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.price.ContractBook;

/**
 * Prices, rules and classes as they stand now, with who agreed on them; and the end of a price.
 * Prices for a class of customers, and who said what, are for those who see everything.
 */
final class InForceRoutes {
  /** The newest words of one project that are told at most. */
  private static final int MOST_CLASSES = 1_000;

  private final MoneyDesk desk;
  private final BillingCalendar calendar;

  InForceRoutes(MoneyDesk desk, BillingCalendar calendar) {
    this.desk = desk;
    this.calendar = calendar;
  }

  void on(Api api) {
    api.on("listTariffs", this::tariffs);
    api.on("endTariff", this::end);
    api.on("listConversions", call -> list(call, List.of("CONVERSION")));
    api.on("listRefundRules", call -> list(call, List.of("REFUND_RULE")));
    api.on("listAllowanceOrders", call -> list(call, List.of("ALLOWANCE_ORDER")));
    api.on("listTaxRates", call -> list(call, List.of("TAX_RATE")));
    api.on("proposeTaxRate", this::taxRate);
    api.on("listFiscalYears", call -> list(call, List.of("FISCAL_YEAR")));
    api.on("proposeFiscalYear", this::fiscalYear);
    api.on("getCustomerClass", this::customerClass);
    api.on("getPayer", this::payer);
  }

  private boolean seesAll(Call call) {
    return desk.view().site().scopeOf(call.principal().user()).everything();
  }

  private void tariffs(Call call) {
    boolean all = seesAll(call);
    List<TariffDefined> first = desk.view().site().tariffs();
    list(
        call,
        List.of("PRICE", "PRICE_END"),
        first,
        word -> all || isForAnybody(((MoneyChange.Price) word.change()).item()));
  }

  private static boolean isForAnybody(PriceItem item) {
    return item.terms().customerClass().isEmpty();
  }

  private void list(Call call, List<String> kinds) {
    list(call, kinds, List.of(), _ -> true);
  }

  private void list(
      Call call, List<String> kinds, List<TariffDefined> first, Predicate<InForce.Word> seen) {
    boolean all = seesAll(call);
    Predicate<InForce.Word> asked = asked(call.text("state"));
    long nowMs = System.currentTimeMillis();
    StandingWords.Question question =
        new StandingWords.Question(
            kinds,
            Named.before(Cursor.namesAfter(call.text("cursor"))),
            call.number("limit").intValue() + 1);
    desk.books()
        .ask(
            call,
            () ->
                desk.reads()
                    .proposals()
                    .standing()
                    .page(
                        question,
                        first,
                        nowMs,
                        word ->
                            (all || word.state() != InForce.State.PROPOSED)
                                && asked.test(word)
                                && seen.test(word)),
            page ->
                SiteRoutes.page(
                    call,
                    Named.of(page),
                    Named::name,
                    (each, out) -> write(each.word(), all, out)));
  }

  /** Those that count and those that will, unless others are asked for. */
  private static Predicate<InForce.Word> asked(String state) {
    if (state == null) {
      return word ->
          word.state() == InForce.State.IN_FORCE || word.state() == InForce.State.PLANNED;
    }
    return state.equals("ALL") ? _ -> true : word -> word.state().name().equals(state);
  }

  /** A word by where it stands: the newest first, then those from before there were two people. */
  private record Named(String name, InForce.Word word) {
    private static final String FIRST = "~";

    static List<Named> of(StandingWords.Page page) {
      List<Named> all = new ArrayList<>();
      for (InForce.Word each : page.words()) {
        all.add(new Named(String.format("%019d", Long.MAX_VALUE - each.row().id()), each));
      }
      for (InForce.Word each : page.first()) {
        MoneyChange.Price price = (MoneyChange.Price) each.change();
        String name = String.format("%019d", Long.MAX_VALUE - price.item().validFromMs());
        all.add(new Named(FIRST + name + price.item().partition(), each));
      }
      all.sort((one, other) -> one.name().compareTo(other.name()));
      return all;
    }

    /** Those that are on the pages behind a name have a lower number. */
    static long before(String name) {
      if (name == null) {
        return Long.MAX_VALUE;
      }
      if (name.startsWith(FIRST)) {
        return 0;
      }
      if (!name.matches("[0-9]{19}")) {
        throw Cursor.wrong();
      }
      try {
        return Long.MAX_VALUE - Long.parseLong(name);
      } catch (NumberFormatException _) {
        throw Cursor.wrong();
      }
    }
  }

  private static void write(InForce.Word word, boolean all, JsonGenerator out) throws IOException {
    ProposalRow row = word.row();
    out.writeStartObject();
    Json.number(out, "proposal", row == null ? null : row.id());
    out.writeStringField("state", word.state().name());
    MoneyRoutes.write(word.change(), out);
    if (word.change() instanceof MoneyChange.OrderOfAllowances) {
      out.writeNumberField("validFromMs", word.fromMs());
    }
    Json.number(out, "replacedBy", word.replacedBy() == null ? null : word.replacedBy().id());
    if (all && row != null) {
      out.writeStringField("proposedBy", row.proposedBy());
      out.writeNumberField("proposedMs", row.proposedMs());
      out.writeStringField("reason", row.reason());
      boolean decided = row.state() == ProposalRow.State.APPROVED;
      out.writeStringField("approvedBy", decided ? row.decidedBy() : null);
      Json.number(out, "approvedMs", decided ? row.decidedMs() : null);
    }
    if (all && word.ends() != null) {
      out.writeObjectFieldStart("ended");
      out.writeNumberField("proposal", word.ends().id());
      out.writeStringField("proposedBy", word.ends().proposedBy());
      out.writeStringField("approvedBy", word.ends().decidedBy());
      out.writeNumberField("approvedMs", word.ends().decidedMs());
      out.writeStringField("reason", word.ends().reason());
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  /** Words about a project: the one that counts now, and all that may be seen. */
  private record Words(List<InForce.Word> now, List<InForce.Word> words) {}

  private record Classes(Words said, List<ProposalRow> contracts) {}

  private Words words(String kind, ProjectName project, boolean all) {
    StandingWords standing = desk.reads().proposals().standing();
    long nowMs = System.currentTimeMillis();
    StandingWords.Question question =
        new StandingWords.Question(List.of(kind), Long.MAX_VALUE, MOST_CLASSES);
    Predicate<InForce.Word> own = word -> project.equals(word.change().project());
    return new Words(
        standing
            .page(
                question, List.of(), nowMs, own.and(word -> word.state() == InForce.State.IN_FORCE))
            .words(),
        standing
            .page(
                question,
                List.of(),
                nowMs,
                own.and(word -> all || word.state() != InForce.State.PROPOSED))
            .words());
  }

  private Classes classes(ProjectName project, boolean all) {
    return new Classes(
        words("CUSTOMER_CLASS", project, all), desk.reads().proposals().contracts(project));
  }

  /** From whose wallet the runs of a project are paid that start now. */
  private void payer(Call call) {
    ProjectName project = OwnProject.of(desk.view(), call, call.text("name"));
    boolean all = seesAll(call);
    desk.books()
        .ask(
            call,
            () -> words("PROJECT_PAYER", project, all),
            found ->
                call.json(
                    200,
                    out -> {
                      out.writeStartObject();
                      out.writeStringField("project", project.value());
                      out.writeStringField("payer", payer(found.now()));
                      items(found.words(), all, out);
                      out.writeEndObject();
                    }));
  }

  private static String payer(List<InForce.Word> now) {
    return now.stream()
        .map(each -> ((MoneyChange.ProjectPayer) each.change()).payer())
        .filter(Objects::nonNull)
        .map(ProjectName::value)
        .findFirst()
        .orElse(null);
  }

  private static void items(List<InForce.Word> words, boolean all, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("items");
    for (InForce.Word each : words) {
      write(each, all, out);
    }
    out.writeEndArray();
  }

  /** Of which class a project is now, by its contract or by what was said. */
  private void customerClass(Call call) {
    ProjectName project = OwnProject.of(desk.view(), call, call.text("name"));
    boolean all = seesAll(call);
    long nowMs = System.currentTimeMillis();
    desk.books()
        .ask(
            call,
            () -> classes(project, all),
            found ->
                call.json(
                    200,
                    out -> {
                      out.writeStartObject();
                      out.writeStringField("project", project.value());
                      now(found.said().now(), contract(found.contracts(), project, nowMs), out);
                      items(found.said().words(), all, out);
                      out.writeEndObject();
                    }));
  }

  private static Optional<ContractTerms> contract(
      List<ProposalRow> contracts, ProjectName project, long nowMs) {
    ContractBook book = new ContractBook();
    for (ProposalRow each : contracts.reversed()) {
      book.add(((MoneyChange.Contract) each.change()).terms());
    }
    return book.at(project, nowMs);
  }

  private static void now(
      List<InForce.Word> words, Optional<ContractTerms> contract, JsonGenerator out)
      throws IOException {
    String said = "";
    for (InForce.Word each : words) {
      said = ((MoneyChange.CustomerClass) each.change()).customerClass();
    }
    out.writeStringField("customerClass", contract.map(ContractTerms::customerClass).orElse(said));
    out.writeStringField("contract", contract.map(ContractTerms::number).orElse(null));
  }

  private void taxRate(Call call) {
    desk.propose(
        call,
        new MoneyChange.TaxRate(
            Math.toIntExact((Long) call.body().get("basisPoints")),
            (Long) call.body().getOrDefault("validFromMs", 0L)));
  }

  private void fiscalYear(Call call) {
    String month = (String) call.body().get("fromMonth");
    desk.propose(
        call,
        new MoneyChange.FiscalYear(
            Math.toIntExact((Long) call.body().get("fiscalYearStart")),
            month,
            calendar.startMs(BillingCalendar.parseMonth(month).atDay(1))));
  }

  /** Proposes the end of a price; one that has not begun then is withdrawn. */
  private void end(Call call) {
    long number = call.number("price");
    long fromMs = (Long) call.body().getOrDefault("fromMs", 0L);
    desk.books()
        .askUpToDate(
            call,
            () -> desk.reads().proposals().before(number + 1, ProposalRow.State.APPROVED, 1),
            found -> {
              if (found.isEmpty()
                  || found.getFirst().id() != number
                  || !(found.getFirst().change() instanceof MoneyChange.Price(PriceItem item))) {
                throw Refused.notFound(
                    "no approved price has the number "
                        + number
                        + ": GET /api/v1/tariffs lists them");
              }
              desk.propose(call, new MoneyChange.PriceEnd(number, item, fromMs, true));
            });
  }
}

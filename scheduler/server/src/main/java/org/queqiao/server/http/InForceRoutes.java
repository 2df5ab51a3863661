package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.ledger.ProposalRow;
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
  private final MoneyDesk desk;

  InForceRoutes(MoneyDesk desk) {
    this.desk = desk;
  }

  void on(Api api) {
    api.on("listTariffs", this::tariffs);
    api.on("endTariff", this::end);
    api.on("listConversions", call -> list(call, List.of("CONVERSION")));
    api.on("listRefundRules", call -> list(call, List.of("REFUND_RULE")));
    api.on("listAllowanceOrders", call -> list(call, List.of("ALLOWANCE_ORDER")));
    api.on("listTaxRates", call -> list(call, List.of("TAX_RATE")));
    api.on("proposeTaxRate", this::taxRate);
    api.on("getCustomerClass", this::customerClass);
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
    String state = call.text("state");
    long nowMs = System.currentTimeMillis();
    desk.books()
        .ask(
            call,
            () -> desk.reads().proposals().standing(kinds),
            rows -> {
              List<Named> named = new ArrayList<>();
              for (InForce.Word each : InForce.at(first, rows, nowMs)) {
                boolean wanted =
                    (all || each.state() != InForce.State.PROPOSED)
                        && (state == null || each.state().name().equals(state));
                if (wanted && seen.test(each)) {
                  named.add(new Named(name(each, named.size()), each));
                }
              }
              named.sort((one, other) -> one.name().compareTo(other.name()));
              SiteRoutes.page(
                  call, named, Named::name, (each, out) -> write(each.word(), all, out));
            });
  }

  private record Named(String name, InForce.Word word) {}

  /** The newest first; those from before there were two people behind them, as they were stated. */
  private static String name(InForce.Word word, int index) {
    return word.row() == null
        ? String.format("~%010d", index)
        : String.format("%019d", Long.MAX_VALUE - word.row().id());
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

  private record Classes(List<ProposalRow> words, List<ProposalRow> contracts) {}

  /** Of which class a project is now, by its contract or by what was said. */
  private void customerClass(Call call) {
    ProjectName project = OwnProject.of(desk.view(), call, call.text("name"));
    boolean all = seesAll(call);
    long nowMs = System.currentTimeMillis();
    desk.books()
        .ask(
            call,
            () ->
                new Classes(
                    desk.reads().proposals().standing(List.of("CUSTOMER_CLASS")),
                    desk.reads().proposals().contracts(project)),
            found -> {
              List<ProposalRow> own =
                  found.words().stream()
                      .filter(each -> project.equals(each.change().project()))
                      .toList();
              List<InForce.Word> words = InForce.at(List.of(), own, nowMs).reversed();
              call.json(
                  200,
                  out -> {
                    out.writeStartObject();
                    out.writeStringField("project", project.value());
                    now(words, contract(found.contracts(), project, nowMs), out);
                    out.writeArrayFieldStart("items");
                    for (InForce.Word each : words) {
                      if (all || each.state() != InForce.State.PROPOSED) {
                        write(each, all, out);
                      }
                    }
                    out.writeEndArray();
                    out.writeEndObject();
                  });
            });
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
      if (each.state() == InForce.State.IN_FORCE) {
        said = ((MoneyChange.CustomerClass) each.change()).customerClass();
      }
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
              desk.propose(call, new MoneyChange.PriceEnd(number, item, fromMs));
            });
  }
}

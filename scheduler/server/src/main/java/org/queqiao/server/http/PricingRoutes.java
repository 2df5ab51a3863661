package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.WhatIfPricing;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Resource;
import org.queqiao.server.view.ClusterView;

/** Past months under another tariff: a report that changes nothing. */
final class PricingRoutes {
  private final ClusterView view;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final Blocking blocking;
  private final int fiscalStart;

  PricingRoutes(
      ClusterView view,
      LedgerReads reads,
      LedgerHistory history,
      Blocking blocking,
      BillingCalendar calendar) {
    this.view = view;
    this.reads = reads;
    this.history = history;
    this.blocking = blocking;
    this.fiscalStart = calendar.fiscalStart();
  }

  void on(Api api) {
    api.on("whatIfPricing", this::report);
  }

  private void report(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only administrators, finance and auditors price all projects anew");
    }
    String from = (String) call.body().get("from");
    String to = (String) call.body().get("to");
    if (from.compareTo(to) > 0) {
      throw Refused.invalid("to", "the last month is not before the first");
    }
    List<PriceItem> prices = prices((List<?>) call.body().get("prices"));
    String currency = prices.getFirst().currency();
    long seen = view.position();
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(seen);
          try {
            return reads.whatIf().of(from, to, prices);
          } catch (WhatIfPricing.TooMany tooMany) {
            throw Refused.invalid("to", tooMany.getMessage());
          }
        },
        lines -> call.json(200, out -> write(lines, currency, out)));
  }

  @SuppressWarnings("unchecked")
  private List<PriceItem> prices(List<?> bodies) {
    List<PriceItem> prices = new ArrayList<>();
    for (Object each : bodies) {
      PriceItem item = MoneyRoutes.item((Map<String, Object>) each, fiscalStart);
      check(item, prices);
      prices.add(item);
    }
    return prices;
  }

  /** What the books have kept of the past says nothing of some terms. */
  private static void check(PriceItem item, List<PriceItem> before) {
    boolean cores = item.terms().resource() == Resource.CORES;
    if (cores && !item.terms().nodeType().isEmpty()) {
      throw Refused.invalid(
          "nodeType", "the kind of the nodes is not kept with the core time of runs that are over");
    }
    if (item.terms().blockedShare()) {
      throw Refused.invalid(
          "blockedShare", "what runs blocked is not kept once they are over, only what they held");
    }
    if (item.terms().minimumMicro() > 0) {
      throw Refused.invalid("minimumMicro", "a minimum is not priced anew: leave it out");
    }
    long hours = 0;
    for (PriceTier tier : item.terms().tiers()) {
      if (tier.fromHours() <= hours) {
        throw Refused.invalid("tiers", "each tier is from more hours than the one before");
      }
      hours = tier.fromHours();
    }
    if (!item.isExact()) {
      throw Refused.invalid(
          "factors", "the price times a factor is not a whole number of micro-units");
    }
    if (!before.isEmpty() && !before.getFirst().currency().equals(item.currency())) {
      throw Refused.invalid("currency", "all prices of a report are in one currency");
    }
  }

  private static void write(List<Repricing.Line> lines, String currency, JsonGenerator out)
      throws IOException {
    long chargedMicro = 0;
    long whatIfMicro = 0;
    out.writeStartObject();
    out.writeStringField("currency", currency);
    out.writeArrayFieldStart("items");
    for (Repricing.Line each : lines) {
      chargedMicro = Math.addExact(chargedMicro, each.chargedMicro());
      whatIfMicro = Math.addExact(whatIfMicro, each.whatIfMicro());
      out.writeStartObject();
      out.writeStringField("project", each.project());
      out.writeStringField("partition", each.partition());
      out.writeStringField("resource", each.resource());
      out.writeStringField("nodeType", JobDocument.orNull(each.nodeType()));
      out.writeStringField("quantity", each.quantity().toString());
      out.writeStringField("divisor", each.divisor().toString());
      out.writeNumberField("chargedMicro", each.chargedMicro());
      out.writeNumberField("whatIfMicro", each.whatIfMicro());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeNumberField("chargedMicro", chargedMicro);
    out.writeNumberField("whatIfMicro", whatIfMicro);
    out.writeEndObject();
  }
}

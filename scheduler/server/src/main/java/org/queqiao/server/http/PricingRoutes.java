package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.ReportForm;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.WhatIfPricing;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.core.admission.PriceTermsCheck;
import org.queqiao.server.view.ClusterView;

/** Past months under another tariff: a report that changes nothing. */
final class PricingRoutes {
  private final ClusterView view;
  private final LedgerReads reads;
  private final FormFiles files;
  private final BillingCalendar calendar;
  private final String currency;

  PricingRoutes(
      ClusterView view,
      LedgerReads reads,
      FormFiles files,
      BillingCalendar calendar,
      String currency) {
    this.view = view;
    this.reads = reads;
    this.files = files;
    this.calendar = calendar;
    this.currency = currency;
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
    Object stated = call.body().get("prices");
    List<PriceItem> prices = stated == null ? List.of() : prices((List<?>) stated);
    String inCurrency = prices.isEmpty() ? currency : prices.getFirst().currency();
    String format = call.text("format");
    if (format.equals("json")) {
      files.ask(
          call,
          () -> lines(from, to, prices),
          lines -> call.json(200, out -> write(lines, inCurrency, out)));
      return;
    }
    files.file(
        call,
        FormWriter.valueOf(format.toUpperCase(Locale.ROOT)),
        "what-if-" + from + "-" + to + "." + format,
        language -> ReportForm.whatIf(lines(from, to, prices), inCurrency, from, to, language));
  }

  private List<Repricing.Line> lines(String from, String to, List<PriceItem> prices) {
    try {
      return reads.whatIf().of(from, to, prices);
    } catch (WhatIfPricing.TooMany | Repricing.TooManyRuns tooMany) {
      throw Refused.invalid("to", tooMany.getMessage());
    }
  }

  @SuppressWarnings("unchecked")
  private List<PriceItem> prices(List<?> bodies) {
    List<PriceItem> prices = new ArrayList<>();
    for (Object each : bodies) {
      PriceItem item = MoneyRoutes.item((Map<String, Object>) each, calendar);
      check(item, prices);
      prices.add(item);
    }
    return prices;
  }

  /** What a proposal of the same price would be refused for. */
  private static void check(PriceItem item, List<PriceItem> before) {
    PriceTermsCheck.wrong(item)
        .ifPresent(wrong -> {
          throw Refused.invalid(wrong.field(), wrong.message());
        });
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

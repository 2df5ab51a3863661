package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;

/**
 * What was metered and charged for one interval of a run, put together from its postings: the core
 * time from the transaction {@code meter/ITEM}, the money from {@code capture/ITEM}; or of another
 * resource of which the name stands behind the interval.
 *
 * @param item run, billing day and begin of the interval
 */
record Charge(
    String item,
    long jobId,
    int run,
    String partition,
    long coreMs,
    long chargeMicro,
    String currency,
    long position,
    long timeMs) {
  private static final String METER = "meter/";
  private static final String CAPTURE = "capture/";

  /** Core time on a kind of nodes, a part of the interval of all cores. */
  private static final String CORES = "/cores@";

  private static final String METER_ACCOUNT = "meter:";
  private static final String REVENUE_ACCOUNT = "revenue:";

  /** The charges behind the postings of a job, in their order. */
  static List<Charge> of(List<Posting> postings) {
    Map<String, Charge> charges = new LinkedHashMap<>();
    for (Posting each : postings) {
      if (each.unit() == Unit.CORE_MS && each.account().startsWith(METER_ACCOUNT)) {
        String item = each.transaction().substring(METER.length());
        charges.put(
            item,
            new Charge(
                item,
                each.run().job().value(),
                each.run().attempt(),
                each.account().substring(METER_ACCOUNT.length()),
                Math.negateExact(each.amount()),
                0,
                "",
                each.position(),
                each.timeMs()));
      } else if (each.account().startsWith(REVENUE_ACCOUNT)
          && each.transaction().startsWith(CAPTURE)) {
        String item = each.transaction().substring(CAPTURE.length());
        int kind = item.indexOf(CORES);
        charges.compute(
            kind < 0 ? item : item.substring(0, kind),
            (name, known) ->
                (known == null ? ofOther(name, each) : known)
                    .priced(each.amount(), each.currency()));
      }
    }
    return new ArrayList<>(charges.values());
  }

  /** Of another resource than cores. */
  private static Charge ofOther(String item, Posting earned) {
    return new Charge(
        item,
        earned.run().job().value(),
        earned.run().attempt(),
        earned.account().substring(REVENUE_ACCOUNT.length()),
        0,
        0,
        "",
        earned.position(),
        earned.timeMs());
  }

  private Charge priced(long micro, String inCurrency) {
    return new Charge(
        item,
        jobId,
        run,
        partition,
        coreMs,
        Math.addExact(chargeMicro, micro),
        inCurrency,
        position,
        timeMs);
  }

  void write(String quoteId, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("quoteId", quoteId);
    out.writeStringField("item", item);
    out.writeNumberField("jobId", jobId);
    out.writeNumberField("run", run);
    out.writeStringField("partition", partition);
    out.writeNumberField("coreMs", coreMs);
    out.writeNumberField("chargeMicro", chargeMicro);
    out.writeStringField("currency", JobDocument.orNull(currency));
    out.writeNumberField("position", position);
    out.writeNumberField("timeMs", timeMs);
    out.writeEndObject();
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;

/**
 * What was metered and charged for one interval of a run, put together from its postings: the core
 * time from the transaction {@code meter/ITEM}, the money from {@code capture/ITEM}, or {@code
 * charge/ITEM} of a run elsewhere, over all tiers and kinds of nodes; or of another resource of
 * which the name stands behind the interval; or what a run paid more up to its minimum.
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
  /** What stands behind the item where a part of it has a price of its own: tier, kind of nodes. */
  private static final Pattern PART = Pattern.compile("(/cores@[^/]*)?(/tier[0-9]+)?$");

  private static final Set<String> PAID = Set.of("capture", "charge", "reverse");
  private static final String METER_ACCOUNT = "meter:";
  private static final String REVENUE_ACCOUNT = "revenue:";
  private static final String MINIMUM_ACCOUNT = "minimum:";

  /** The charges behind the postings of a job, in their order. */
  static List<Charge> of(List<Posting> postings) {
    Map<String, Charge> charges = new LinkedHashMap<>();
    for (Posting each : postings) {
      String account = each.account();
      int slash = each.transaction().indexOf('/');
      String kind = each.transaction().substring(0, Math.max(0, slash));
      String item = each.transaction().substring(slash + 1);
      if (each.unit() == Unit.CORE_MS && account.startsWith(METER_ACCOUNT)) {
        add(charges, item, each, Math.negateExact(each.amount()), 0);
      } else if (account.startsWith(REVENUE_ACCOUNT) && PAID.contains(kind)) {
        add(charges, PART.matcher(item).replaceFirst(""), each, 0, each.amount());
      } else if (account.startsWith(MINIMUM_ACCOUNT)) {
        add(charges, item + "/minimum", each, 0, each.amount());
      }
    }
    return new ArrayList<>(charges.values());
  }

  private static void add(
      Map<String, Charge> charges, String item, Posting posting, long coreMs, long micro) {
    charges.compute(
        item,
        (name, known) ->
            (known == null ? none(name, posting) : known).plus(coreMs, micro, posting));
  }

  private static Charge none(String item, Posting posting) {
    return new Charge(
        item,
        posting.run().job().value(),
        posting.run().attempt(),
        posting.account().substring(posting.account().indexOf(':') + 1),
        0,
        0,
        "",
        posting.position(),
        posting.timeMs());
  }

  /** The postings of one charge come in any order. */
  private Charge plus(long moreCoreMs, long micro, Posting posting) {
    return new Charge(
        item,
        jobId,
        run,
        partition,
        Math.addExact(coreMs, moreCoreMs),
        Math.addExact(chargeMicro, micro),
        posting.unit() == Unit.MICRO ? posting.currency() : currency,
        position,
        timeMs);
  }

  void write(String quoteId, String endUser, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("quoteId", quoteId);
    out.writeStringField("endUser", endUser);
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

package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Price;

/** Posts what segments of a run used and cost, or takes it back. */
final class Charges {
  private Charges() {}

  /**
   * How it is posted.
   *
   * @param metered begin of the names of transactions of time
   * @param charged begin of the names of transactions of money
   * @param payer begin of the name of the account that pays
   * @param back whether it is taken back
   */
  record Manner(String metered, String charged, String payer, boolean back) {
    /** Of a run for which money is held. */
    static final Manner CAPTURE = new Manner("meter/", "capture/", "held:", false);

    /** Of a run elsewhere, from the wallet at once. */
    static final Manner CHARGE = new Manner("meter/", "charge/", "wallet:", false);

    /** Of a run elsewhere that was told otherwise before. */
    static final Manner REVERSE = new Manner("unmeter/", "reverse/", "wallet:", true);

    private long signed(long amount) {
      return back ? Math.negateExact(amount) : amount;
    }

    private BigInteger signed(BigInteger amount) {
      return back ? amount.negate() : amount;
    }
  }

  /**
   * Posts a segment.
   *
   * @param paid what was paid in each currency, to which this is added
   * @return the job with it
   */
  static JobRow post(
      JobRow job,
      RunId run,
      Segment segment,
      Manner manner,
      Map<String, Long> paid,
      LoggedEvent logged,
      Books books) {
    String interval = run + "/" + segment.day() + "/" + segment.fromMs();
    time(job, run, segment, interval, manner, logged, books);
    long sum = 0;
    for (Segment.Priced part : segment.parts()) {
      Use use = part.part().use();
      Price price = part.price();
      LineKey line = LineKey.of(job, segment, part);
      LineTotal before = books.line(line);
      long coreMs =
          segment.isOfCores() ? Math.multiplyExact(part.part().units(), segment.durationMs()) : 0;
      LineTotal after =
          before.plus(
              BigInteger.valueOf(manner.signed(coreMs)),
              manner.signed(segment.quantity(part)),
              use.resource(),
              price.microPerCoreHour());
      books.putLine(line, after);
      long amount = Math.subtractExact(after.postedMicro(), before.postedMicro());
      if (amount != 0) {
        Entry entry = new Entry(manner.charged() + interval + item(use), run, logged, line);
        books.post(
            List.of(
                entry.money("revenue:" + job.partition(), price.currency(), amount),
                entry.money(
                    manner.payer() + job.project(), price.currency(), Math.negateExact(amount))));
        paid.merge(price.currency(), amount, Math::addExact);
        sum = Math.addExact(sum, amount);
      }
    }
    if (manner.back()) {
      books.unmeter(run, job, segment, sum, logged.position());
    } else {
      books.meter(run, job, segment, sum, logged.position());
    }
    String currency = segment.currency();
    return job.charged(
        manner.signed(segment.coreMs()), sum, currency.isEmpty() ? job.currency() : currency);
  }

  /** Core time on nodes of no kind has the name of its interval alone. */
  private static String item(Use use) {
    if (use.nodeType().isEmpty()) {
      return use.resource() == Resource.CORES ? "" : "/" + use.label();
    }
    return "/" + use.label() + "@" + use.nodeType();
  }

  /** Posts core and device time; that of memory does not fit a posting and is on its line. */
  private static void time(
      JobRow job,
      RunId run,
      Segment segment,
      String interval,
      Manner manner,
      LoggedEvent logged,
      Books books) {
    Segment.Priced first = segment.parts().getFirst();
    Use use = first.part().use();
    if (use.resource() == Resource.MEMORY) {
      return;
    }
    boolean cores = segment.isOfCores();
    long amount =
        manner.signed(
            cores
                ? segment.coreMs()
                : Math.multiplyExact(first.part().units(), segment.durationMs()));
    Unit unit = cores ? Unit.CORE_MS : Unit.DEVICE_MS;
    String name = manner.metered() + interval + (cores ? "" : item(use));
    Entry entry = new Entry(name, run, logged, LineKey.of(job, segment, first));
    books.post(
        List.of(
            entry.time("usage:" + job.project(), unit, amount),
            entry.time("meter:" + job.partition(), unit, Math.negateExact(amount))));
  }
}

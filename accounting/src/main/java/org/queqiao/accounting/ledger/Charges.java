package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Volume;

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
   * @param suffix end of their names, so that what is posted again has another one
   */
  record Manner(String metered, String charged, String payer, boolean back, String suffix) {
    private Manner(String metered, String charged, String payer, boolean back) {
      this(metered, charged, payer, back, "");
    }

    /** Of a run for which money is held. */
    static final Manner CAPTURE = new Manner("meter/", "capture/", "held:", false);

    /** Of a run elsewhere, from the wallet at once. */
    static final Manner CHARGE = new Manner("meter/", "charge/", "wallet:", false);

    /** Of a run elsewhere that was told otherwise before. */
    static final Manner REVERSE = new Manner("unmeter/", "reverse/", "wallet:", true);

    /** Of a run that goes on or ends and of which something else was posted for that time. */
    static Manner again(LoggedEvent logged) {
      return new Manner("meter/", "capture/", "held:", false, "/at" + logged.position());
    }

    /** What was posted of a run that went on and is not so. */
    static Manner back(LoggedEvent logged) {
      return new Manner("unmeter/", "reverse/", "held:", true, "/at" + logged.position());
    }

    long signed(long amount) {
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
    String interval = run + "/" + segment.day() + "/" + segment.fromMs() + manner.suffix();
    List<Billed> billed = new ArrayList<>();
    long standardMs = 0;
    for (int which = 0; which < segment.parts().size(); which++) {
      Segment.Priced part = segment.parts().get(which);
      BigInteger quantity = segment.quantity(part);
      List<Portion> portions = portions(job, segment, part, quantity, manner, books);
      List<BigInteger> held = Portion.shares(portions, held(segment, part), quantity);
      List<BigInteger> standard = Portion.shares(portions, standard(segment, part), quantity);
      for (int i = 0; i < portions.size(); i++) {
        Portion portion = portions.get(i);
        LineKey key = LineKey.of(job, segment, part, portion.micro(), books.months());
        LineTotal before = books.line(key);
        LineTotal after =
            before.plus(
                manner.signed(held.get(i)),
                manner.signed(portion.quantity()),
                manner.signed(standard.get(i)),
                part.part().use().resource(),
                portion.micro());
        books.putLine(key, after);
        BigInteger more = after.standardMs().subtract(before.standardMs());
        standardMs = Math.addExact(standardMs, more.longValueExact());
        long amount = Math.subtractExact(after.postedMicro(), before.postedMicro());
        String name = interval + item(part.part().use());
        if (amount != 0) {
          Entry entry =
              new Entry(
                  manner.charged() + name + (portion.tier() == 0 ? "" : "/tier" + portion.tier()),
                  run,
                  logged,
                  key);
          pay(job, entry, part.price().currency(), amount, manner, books);
          paid.merge(part.price().currency(), amount, Math::addExact);
        }
        billed.add(new Billed(which, portion.micro(), manner.signed(portion.quantity()), amount));
      }
    }
    time(job, run, segment, interval, standardMs, manner, logged, books);
    if (manner.back()) {
      books.unmeter(run, job, segment, billed, standardMs, logged.position());
    } else {
      books.meter(run, job, segment, billed, standardMs, logged.position());
    }
    String currency = segment.currency();
    return job.charged(
        manner.signed(segment.coreMs()),
        Billed.sum(billed),
        currency.isEmpty() ? job.currency() : currency);
  }

  private static void pay(
      JobRow job, Entry entry, String currency, long amount, Manner manner, Books books) {
    books.post(
        List.of(
            entry.money("revenue:" + job.partition(), currency, amount),
            entry.money(manner.payer() + job.wallet(), currency, Math.negateExact(amount))));
  }

  /** What is under which tier; what is taken back is the last that was used. */
  private static List<Portion> portions(
      JobRow job,
      Segment segment,
      Segment.Priced part,
      BigInteger quantity,
      Manner manner,
      Books books) {
    Volume volume = part.price().volume();
    if (volume.tiers().isEmpty()) {
      return Portion.of(part, BigInteger.ZERO, quantity);
    }
    String key = Portion.volumeKey(job.project(), segment, volume);
    BigInteger used = books.volume(key);
    BigInteger after = used.add(manner.signed(quantity));
    books.putVolume(key, after);
    return Portion.of(part, used.min(after), quantity);
  }

  private static BigInteger held(Segment segment, Segment.Priced part) {
    return segment.isOfCores()
        ? BigInteger.valueOf(part.part().units()).multiply(BigInteger.valueOf(segment.durationMs()))
        : BigInteger.ZERO;
  }

  /** What a part is in thousandths of standard core-milliseconds: all that it holds. */
  private static BigInteger standard(Segment segment, Segment.Priced part) {
    return BigInteger.valueOf(part.part().units())
        .multiply(BigInteger.valueOf(segment.durationMs()))
        .multiply(BigInteger.valueOf(part.price().standardPermille()));
  }

  /** Core time on nodes of no kind has the name of its interval alone. */
  static String item(Use use) {
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
      long standardMs,
      Manner manner,
      LoggedEvent logged,
      Books books) {
    Segment.Priced first = segment.parts().getFirst();
    Use use = first.part().use();
    if (use.resource() == Resource.MEMORY) {
      return;
    }
    if (use.resource() == Resource.ENERGY) {
      energy(job, run, segment, manner, interval, logged, books);
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
    Entry entry =
        new Entry(
            name,
            run,
            logged,
            LineKey.of(job, segment, first, first.price().microPerCoreHour(), books.months()));
    String usage = "usage:" + job.project();
    String meter = "meter:" + job.partition();
    List<Posting> all = new ArrayList<>();
    all.add(entry.time(usage, unit, amount));
    all.add(entry.time(meter, unit, Math.negateExact(amount)));
    if (books.tariffs().hasConversions()) {
      all.add(entry.standard(usage, standardMs));
      all.add(entry.standard(meter, Math.negateExact(standardMs)));
    }
    books.post(all);
  }

  private static void energy(
      JobRow job,
      RunId run,
      Segment segment,
      Manner manner,
      String interval,
      LoggedEvent logged,
      Books books) {
    Segment.Priced part = segment.parts().getFirst();
    long amount = manner.signed(part.part().units());
    Entry entry =
        new Entry(
            manner.metered() + interval + item(part.part().use()),
            run,
            logged,
            LineKey.of(job, segment, part, part.price().microPerCoreHour(), books.months()));
    books.post(
        List.of(
            entry.time("usage:" + job.project(), Unit.MILLIJOULES, amount),
            entry.time("meter:" + job.partition(), Unit.MILLIJOULES, Math.negateExact(amount))));
  }
}

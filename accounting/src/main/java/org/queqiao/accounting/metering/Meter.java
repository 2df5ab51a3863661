package org.queqiao.accounting.metering;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.Price;
import org.queqiao.contract.price.TariffBook;

/** Cuts the time of a run into segments. */
public final class Meter {
  private final TariffBook tariffs;
  private final BillingCalendar calendar;

  public Meter(TariffBook tariffs, BillingCalendar calendar) {
    this.tariffs = tariffs;
    this.calendar = calendar;
  }

  /**
   * The segments of time that is billed, in order: of the cores, and of each other resource that
   * has a price. They are cut where the price or the billing day changes; the core time of all sums
   * to cores times duration exactly.
   *
   * @return empty when the run held nothing or lasted no time
   */
  public List<Segment> billed(List<Holding.Part> parts, long fromMs, long toMs) {
    List<Holding.Part> cores = new ArrayList<>();
    List<Segment> others = new ArrayList<>();
    for (Holding.Part each : parts) {
      if (each.use().resource() == Resource.CORES) {
        cores.add(each);
      } else if (tariffs.isPriced(each.use().resource())) {
        cut(List.of(each), fromMs, toMs).stream().filter(Segment::counts).forEach(others::add);
      }
    }
    List<Segment> all = cut(cores, fromMs, toMs);
    all.addAll(others);
    return all;
  }

  /** The segments of time for which cores are not billed: those of what is billed all the same. */
  public List<Segment> suspended(List<Holding.Part> parts, long fromMs, long toMs) {
    List<Segment> all = new ArrayList<>();
    for (Segment each : billed(parts, fromMs, toMs)) {
      if (!each.isOfCores() && each.parts().getFirst().price().whileSuspended()) {
        all.add(each);
      }
    }
    return all;
  }

  /**
   * The energy of a run, as if it had taken the same power all the while: cut where its price or
   * the billing day changes. The parts sum to the whole exactly.
   */
  public List<Segment> energy(Use use, long millijoules, long fromMs, long toMs) {
    List<Segment> all = new ArrayList<>();
    Holding.Part whole = new Holding.Part(use, millijoules, millijoules);
    BigInteger lasted = BigInteger.valueOf(toMs - fromMs);
    long until = 0;
    for (Segment each : cut(List.of(whole), fromMs, toMs)) {
      long now =
          BigInteger.valueOf(millijoules)
              .multiply(BigInteger.valueOf(each.toMs() - fromMs))
              .divide(lasted)
              .longValueExact();
      if (now > until) {
        Holding.Part part = new Holding.Part(use, now - until, now - until);
        Price price = each.parts().getFirst().price();
        all.add(
            new Segment(
                each.fromMs(), each.toMs(), each.day(), List.of(new Segment.Priced(part, price))));
      }
      until = now;
    }
    return all;
  }

  /**
   * The same segments, cut at every hour of the clock besides. What they come to is the same
   * exactly.
   */
  public List<Segment> hours(List<Segment> segments) {
    List<Segment> hours = new ArrayList<>();
    for (Segment each : segments) {
      long start = each.fromMs();
      while (start < each.toMs()) {
        long end = Math.min(each.toMs(), calendar.nextHourMs(start));
        hours.add(each.within(start, end));
        start = end;
      }
    }
    return hours;
  }

  private List<Segment> cut(List<Holding.Part> parts, long fromMs, long toMs) {
    List<Segment> segments = new ArrayList<>();
    if (parts.isEmpty() || toMs <= fromMs) {
      return segments;
    }
    TreeSet<Long> cuts = new TreeSet<>();
    parts.forEach(each -> cuts.addAll(tariffs.changes(each.use(), fromMs, toMs)));
    for (long day = calendar.nextDayMs(fromMs); day < toMs; day = calendar.nextDayMs(day)) {
      cuts.add(day);
    }
    cuts.add(toMs);
    long start = fromMs;
    for (long cut : cuts) {
      List<Segment.Priced> priced = new ArrayList<>();
      for (Holding.Part each : parts) {
        priced.add(new Segment.Priced(each, tariffs.at(each.use(), start)));
      }
      add(segments, new Segment(start, cut, calendar.day(start), priced));
      start = cut;
    }
    return segments;
  }

  /** Where a price might have changed and did not, the segment goes on. */
  private static void add(List<Segment> segments, Segment next) {
    Segment last = segments.isEmpty() ? null : segments.getLast();
    if (last != null && last.day().equals(next.day()) && last.parts().equals(next.parts())) {
      segments.removeLast();
      segments.add(last.within(last.fromMs(), next.toMs()));
    } else {
      segments.add(next);
    }
  }
}

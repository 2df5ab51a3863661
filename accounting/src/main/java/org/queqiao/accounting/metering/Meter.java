package org.queqiao.accounting.metering;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.price.Price;
import org.queqiao.contract.price.TariffBook;

/** Cuts the time of a run into segments. */
public final class Meter {
  private Meter() {}

  /**
   * The segments of a run, in order, cut where the price or the billing day changes; their core
   * time sums to cores times duration exactly.
   *
   * @return empty when the run held nothing or lasted no time
   */
  public static List<Segment> segments(
      PartitionName partition,
      QosName qos,
      long cores,
      long fromMs,
      long toMs,
      TariffBook tariffs,
      BillingCalendar calendar) {
    List<Segment> segments = new ArrayList<>();
    if (cores <= 0 || toMs <= fromMs) {
      return segments;
    }
    TreeSet<Long> cuts = new TreeSet<>(tariffs.changes(partition, qos, fromMs, toMs));
    for (long day = calendar.nextDayMs(fromMs); day < toMs; day = calendar.nextDayMs(day)) {
      cuts.add(day);
    }
    cuts.add(toMs);
    long start = fromMs;
    for (long cut : cuts) {
      Price price = tariffs.at(partition, qos, start);
      add(segments, new Segment(start, cut, cores, calendar.day(start), price));
      start = cut;
    }
    return segments;
  }

  /**
   * The same, cut at every hour of the clock besides. The core time of both is the same exactly.
   *
   * @param qos of the job, or null for none
   */
  public static List<Segment> hours(
      PartitionName partition,
      QosName qos,
      long cores,
      long fromMs,
      long toMs,
      TariffBook tariffs,
      BillingCalendar calendar) {
    List<Segment> hours = new ArrayList<>();
    for (Segment each : segments(partition, qos, cores, fromMs, toMs, tariffs, calendar)) {
      long start = each.fromMs();
      while (start < each.toMs()) {
        long end = Math.min(each.toMs(), calendar.nextHourMs(start));
        hours.add(new Segment(start, end, cores, each.day(), each.price()));
        start = end;
      }
    }
    return hours;
  }

  /** Where a price might have changed and did not, the segment goes on. */
  private static void add(List<Segment> segments, Segment next) {
    Segment last = segments.isEmpty() ? null : segments.getLast();
    if (last != null && last.day().equals(next.day()) && last.price().equals(next.price())) {
      segments.removeLast();
      segments.add(new Segment(last.fromMs(), next.toMs(), next.cores(), next.day(), next.price()));
    } else {
      segments.add(next);
    }
  }
}

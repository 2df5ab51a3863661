package org.queqiao.accounting.metering;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.price.TariffBook;

/** Cuts the time of a run into segments. */
public final class Meter {
  private Meter() {}

  /**
   * The segments of a run, in order; their core time sums to cores times duration exactly.
   *
   * @return empty when the run held nothing or lasted no time
   */
  public static List<Segment> segments(
      PartitionName partition,
      long cores,
      long fromMs,
      long toMs,
      TariffBook tariffs,
      BillingCalendar calendar) {
    List<Segment> segments = new ArrayList<>();
    if (cores <= 0 || toMs <= fromMs) {
      return segments;
    }
    TreeSet<Long> cuts = new TreeSet<>(tariffs.changes(partition, fromMs, toMs));
    for (long day = calendar.nextDayMs(fromMs); day < toMs; day = calendar.nextDayMs(day)) {
      cuts.add(day);
    }
    cuts.add(toMs);
    long start = fromMs;
    for (long cut : cuts) {
      segments.add(
          new Segment(start, cut, cores, calendar.day(start), tariffs.at(partition, start)));
      start = cut;
    }
    return segments;
  }
}

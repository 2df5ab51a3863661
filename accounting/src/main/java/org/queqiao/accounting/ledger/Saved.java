package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.price.Holding;

/**
 * What of a run that is over was before its last checkpoint, and what it paid behind that.
 *
 * @param atMs the checkpoint; 0 for none
 * @param coreMs core-milliseconds before it
 * @param covered what allowances paid behind it, in each currency
 */
record Saved(long atMs, long coreMs, Map<String, Long> covered) {
  private static final Saved NOTHING = new Saved(0, 0, Map.of());

  /** Allowances pay the first of the time, so those of a segment that they pay in part too. */
  static Saved of(OpenRun open, RunTime time, List<Holding.Part> parts, long endMs, Meter meter) {
    if (open.checkpointMs() == 0) {
      return NOTHING;
    }
    Cover cover = new Cover(open.draws());
    TreeMap<String, Long> behind = new TreeMap<>();
    long savedMs = 0;
    for (Segment each : open.segments(parts, endMs, meter)) {
      if (!each.isOfCores()) {
        continue;
      }
      long allBehindMs = each.behind(each.coreMs(), open.checkpointMs());
      long beforeMs = Math.subtractExact(each.coreMs(), allBehindMs);
      savedMs = Math.addExact(savedMs, beforeMs);
      Map<String, Long> micro = time.micro(each.fromMs());
      long coveredBefore = cover.coreMs();
      TreeMap<String, Long> paid = new TreeMap<>();
      micro.keySet().forEach(currency -> paid.put(currency, -cover.micro(currency)));
      cover.pay(each, micro);
      long coveredMs = Math.subtractExact(cover.coreMs(), coveredBefore);
      if (coveredMs > beforeMs) {
        paid.forEach((currency, before) -> {
          long all = Math.addExact(before, cover.micro(currency));
          behind.merge(currency, all - share(all, beforeMs, coveredMs), Math::addExact);
        });
      }
    }
    return new Saved(open.checkpointMs(), savedMs, behind);
  }

  private static long share(long all, long part, long whole) {
    return BigInteger.valueOf(all)
        .multiply(BigInteger.valueOf(part))
        .divide(BigInteger.valueOf(whole))
        .longValueExact();
  }

  /**
   * What of the costs was paid with money behind it: all without one.
   *
   * @param costs what the run paid with money, by currency
   * @param behind what it cost behind the checkpoint, before allowances
   */
  Map<String, Long> paid(Map<String, Long> costs, Map<String, Long> behind) {
    if (atMs == 0) {
      return costs;
    }
    TreeMap<String, Long> paid = new TreeMap<>();
    costs.forEach((currency, cost) -> {
      long all =
          Math.subtractExact(behind.getOrDefault(currency, 0L), covered.getOrDefault(currency, 0L));
      paid.put(currency, Math.clamp(all, 0L, Math.max(0L, cost)));
    });
    return paid;
  }
}

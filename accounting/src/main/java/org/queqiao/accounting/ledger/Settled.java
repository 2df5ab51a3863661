package org.queqiao.accounting.ledger;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.accounting.metering.Segment;

/**
 * What of a run that goes on is posted already, because a day was over or a month checked.
 *
 * @param untilMs its time before this instant; 0 for nothing
 * @param stops how many of its stops and starts were known then
 * @param coreMs core-milliseconds
 * @param costs what they cost in each currency
 * @param segments the same by the first instant of the segments of cores; those that cost nothing
 *     are left out
 * @param covers what allowances paid of it, by their number
 * @param behind what of the costs was behind its last checkpoint; nothing where it has none
 * @param elsewhere on the statement of which month what is posted stands that does not stand on
 *     that of its own, by the {@link #name} of its segment
 */
public record Settled(
    long untilMs,
    int stops,
    long coreMs,
    SortedMap<String, Long> costs,
    SortedMap<Long, SortedMap<String, Long>> segments,
    SortedMap<Long, Covered> covers,
    SortedMap<String, Long> behind,
    SortedMap<String, String> elsewhere) {
  /** Nothing. */
  public static final Settled NONE =
      new Settled(
          0,
          0,
          0,
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>());

  public Settled {
    costs = Collections.unmodifiableSortedMap(new TreeMap<>(costs));
    segments = Collections.unmodifiableSortedMap(new TreeMap<>(segments));
    covers = Collections.unmodifiableSortedMap(new TreeMap<>(covers));
    behind = Collections.unmodifiableSortedMap(new TreeMap<>(behind));
    elsewhere = Collections.unmodifiableSortedMap(new TreeMap<>(elsewhere));
  }

  /** What names a segment among those that are posted of a run. */
  static String name(Segment segment) {
    return segment.fromMs() + Charges.item(segment.parts().getFirst().part().use());
  }

  /** The same having saved what it has done: all that is posted was before that. */
  Settled saved() {
    return new Settled(untilMs, stops, coreMs, costs, segments, covers, new TreeMap<>(), elsewhere);
  }

  /**
   * What an allowance paid.
   *
   * @param coreMs core-milliseconds
   * @param micro in each currency
   */
  public record Covered(long coreMs, SortedMap<String, Long> micro) {
    static final Covered NOTHING = new Covered(0, new TreeMap<>());

    public Covered {
      micro = Collections.unmodifiableSortedMap(new TreeMap<>(micro));
    }

    Covered plus(Covered other) {
      SortedMap<String, Long> sum = new TreeMap<>(micro);
      other.micro().forEach((currency, each) -> sum.merge(currency, each, Math::addExact));
      return new Covered(Math.addExact(coreMs, other.coreMs()), sum);
    }

    Covered less() {
      SortedMap<String, Long> negated = new TreeMap<>(micro);
      negated.replaceAll((_, each) -> Math.negateExact(each));
      return new Covered(Math.negateExact(coreMs), negated);
    }
  }

  /** What an allowance has paid so far. */
  Covered cover(long allowance) {
    return covers.getOrDefault(allowance, Covered.NOTHING);
  }

  /** What the segment of cores that begins then cost. */
  public Map<String, Long> posted(long fromMs) {
    return segments.getOrDefault(fromMs, new TreeMap<>());
  }

  /** What was taken from the hold in a currency. */
  public long paidMicro(String currency) {
    long paid = costs.getOrDefault(currency, 0L);
    for (Covered each : covers.values()) {
      paid = Math.subtractExact(paid, each.micro().getOrDefault(currency, 0L));
    }
    return paid;
  }
}

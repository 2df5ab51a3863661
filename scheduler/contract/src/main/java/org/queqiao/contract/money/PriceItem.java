package org.queqiao.contract.money;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;

/**
 * A price by the hour: of core time, or of another resource by its terms.
 *
 * <p>The parts of the day are those at a fixed offset from UTC, so that a price does not depend on
 * anybody's table of time zones.
 *
 * @param partition where it holds, or null for everywhere
 * @param qos for which jobs it holds, or null for all
 * @param microPerCoreHour micro-units of the currency for one hour of one core, or of one device or
 *     GiB where the terms say so; 0 is a trial: metered and not charged
 * @param currency ISO 4217 code
 * @param validFromMs the first instant
 * @param validToMs the first instant after it, or 0 for no end
 * @param utcOffsetMinutes what the clock of the factors is ahead of UTC
 * @param factors by parts of the day that do not overlap; outside of them the price is as it is
 * @param terms of which resource it is, on which nodes and for whom
 */
public record PriceItem(
    PartitionName partition,
    QosName qos,
    long microPerCoreHour,
    String currency,
    long validFromMs,
    long validToMs,
    int utcOffsetMinutes,
    List<DayFactor> factors,
    PriceTerms terms) {
  /** Of a price that names its partition alone. */
  public static final int RANK_OF_PARTITION = 32;

  private static final long MINUTE_MS = 60_000;
  private static final int MINUTES_OF_DAY = 1_440;
  private static final int WHOLE = 1_000;

  public PriceItem {
    factors = List.copyOf(factors);
  }

  /** A price of core time on any node, for any customer. */
  public PriceItem(
      PartitionName partition,
      QosName qos,
      long microPerCoreHour,
      String currency,
      long validFromMs,
      long validToMs,
      int utcOffsetMinutes,
      List<DayFactor> factors) {
    this(
        partition,
        qos,
        microPerCoreHour,
        currency,
        validFromMs,
        validToMs,
        utcOffsetMinutes,
        factors,
        PriceTerms.CORES);
  }

  /**
   * How exactly it names what it is for; the most exact price holds: by partition, then the kind of
   * node, then the class of customer, then the quality of service, then the device.
   */
  public int rank() {
    return (partition == null ? 0 : RANK_OF_PARTITION)
        + (terms.nodeType().isEmpty() ? 0 : 16)
        + (terms.customerClass().isEmpty() ? 0 : 8)
        + (qos == null ? 0 : 4)
        + (terms.device().isEmpty() ? 0 : 1)
        + (terms.device().indexOf(':') < 0 ? 0 : 1);
  }

  /** Whether it is for such use, by customers of a class, or of none for empty. */
  public boolean covers(Use use, String customerClass) {
    return terms.resource() == use.resource()
        && (partition == null || partition.equals(use.partition()))
        && (qos == null || qos.equals(use.qos()))
        && (terms.nodeType().isEmpty() || terms.nodeType().equals(use.nodeType()))
        && (terms.customerClass().isEmpty() || terms.customerClass().equals(customerClass))
        && use.isOf(terms.device());
  }

  /** Whether it holds at an instant. */
  public boolean holdsAt(long timeMs) {
    return timeMs >= validFromMs && (validToMs == 0 || timeMs < validToMs);
  }

  /** The same from another instant on. */
  public PriceItem from(long otherMs) {
    return new PriceItem(
        partition,
        qos,
        microPerCoreHour,
        currency,
        otherMs,
        validToMs,
        utcOffsetMinutes,
        factors,
        terms);
  }

  /** Whether it is the same price, whenever either ends. */
  public boolean isSame(PriceItem other) {
    return until(0).equals(other.until(0));
  }

  /** The same, with another first instant after it; 0 is no end. */
  private PriceItem until(long otherMs) {
    return new PriceItem(
        partition,
        qos,
        microPerCoreHour,
        currency,
        validFromMs,
        otherMs,
        utcOffsetMinutes,
        factors,
        terms);
  }

  /** The same without what of it lies behind an instant; without all of it, it never holds. */
  public PriceItem endedAt(long endMs) {
    long lastMs = Math.max(endMs, validFromMs);
    return validToMs != 0 && validToMs <= lastMs ? this : until(lastMs);
  }

  /** Whether there is no instant at which it holds. */
  public boolean isNever() {
    return validToMs != 0 && validToMs <= validFromMs;
  }

  /**
   * For which use and customers it is: of prices for just the same the one that began last holds.
   */
  public List<Object> isFor() {
    return Arrays.asList(
        partition, qos, terms.resource(), terms.device(), terms.nodeType(), terms.customerClass());
  }

  /** Whether every factor gives whole micro-units. */
  public boolean isExact() {
    return factors.stream()
        .allMatch(each ->
            microPerCoreHour * each.permille() % WHOLE == 0
                && terms.tiers().stream()
                    .allMatch(tier -> tier.microPerHour() * each.permille() % WHOLE == 0));
  }

  /** Micro-units for one core-hour at an instant at which it holds. */
  public long microAt(long timeMs) {
    return at(timeMs, microPerCoreHour);
  }

  /** The tiers at an instant at which it holds. */
  public List<PriceTier> tiersAt(long timeMs) {
    return terms.tiers().stream()
        .map(each -> new PriceTier(each.fromHours(), at(timeMs, each.microPerHour())))
        .toList();
  }

  /** A name that no other price has that began at another instant or is for other use. */
  public String name() {
    return (partition == null ? "" : partition)
        + "|"
        + (qos == null ? "" : qos)
        + "|"
        + terms.resource()
        + "|"
        + terms.device()
        + "|"
        + terms.nodeType()
        + "|"
        + terms.customerClass()
        + "|"
        + validFromMs;
  }

  private long at(long timeMs, long whole) {
    long minute =
        Math.floorMod(Math.floorDiv(timeMs, MINUTE_MS) + utcOffsetMinutes, (long) MINUTES_OF_DAY);
    long micro = whole;
    for (DayFactor each : factors) {
      if (minute >= each.fromMinute() && minute < each.toMinute()) {
        micro = Math.multiplyExact(whole, (long) each.permille()) / WHOLE;
      }
    }
    return micro;
  }

  /** Adds the instants within {@code (fromMs, toMs)} at which it may change. */
  public void changes(long fromMs, long toMs, NavigableSet<Long> out) {
    add(validFromMs, fromMs, toMs, out);
    long endMs = validToMs == 0 ? toMs : validToMs;
    add(endMs, fromMs, toMs, out);
    long beginMs = Math.max(fromMs, validFromMs);
    long lastMs = Math.min(toMs, endMs);
    long dayMs = MINUTES_OF_DAY * MINUTE_MS;
    long offsetMs = utcOffsetMinutes * MINUTE_MS;
    for (DayFactor each : factors) {
      long midnight = Math.floorDiv(beginMs + offsetMs, dayMs) * dayMs - offsetMs;
      for (; midnight < lastMs; midnight += dayMs) {
        add(midnight + each.fromMinute() * MINUTE_MS, fromMs, toMs, out);
        add(midnight + each.toMinute() * MINUTE_MS, fromMs, toMs, out);
      }
    }
  }

  private static void add(long timeMs, long fromMs, long toMs, NavigableSet<Long> out) {
    if (timeMs > fromMs && timeMs < toMs) {
      out.add(timeMs);
    }
  }
}

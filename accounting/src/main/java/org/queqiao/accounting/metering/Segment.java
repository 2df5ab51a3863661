package org.queqiao.accounting.metering;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.Price;

/**
 * A time of a run within one billing day, under one price for each of its parts: all its cores, or
 * one other resource.
 *
 * @param fromMs first instant
 * @param toMs first instant after it
 * @param day the billing day
 * @param parts cores by kind of node, or one part of another resource
 */
public record Segment(long fromMs, long toMs, LocalDate day, List<Priced> parts) {
  public Segment {
    parts = List.copyOf(parts);
    if (toMs <= fromMs || parts.isEmpty()) {
      throw new IllegalArgumentException("a segment has a part and a duration");
    }
  }

  /** A part with the price that holds. */
  public record Priced(Holding.Part part, Price price) {
    /** Cores, devices, bytes or millijoules that are counted. */
    public long counted() {
      return part.counted(price);
    }
  }

  /** Whether it is of cores. */
  public boolean isOfCores() {
    return parts.getFirst().part().use().resource() == Resource.CORES;
  }

  /** Cores held all the while; none of another resource. */
  public long cores() {
    long cores = 0;
    for (Priced each : parts) {
      cores = Math.addExact(cores, isOfCores() ? each.part().units() : 0);
    }
    return cores;
  }

  public long durationMs() {
    return Math.subtractExact(toMs, fromMs);
  }

  /** Core-milliseconds, exactly; none of another resource. */
  public long coreMs() {
    return Math.multiplyExact(cores(), durationMs());
  }

  /** What is counted of a part, in its units times milliseconds; of energy in millijoules. */
  public BigInteger quantity(Priced priced) {
    BigInteger counted = BigInteger.valueOf(priced.counted());
    return priced.part().use().resource() == Resource.ENERGY
        ? counted
        : counted.multiply(BigInteger.valueOf(durationMs()));
  }

  /** Whether a part has a price or is core-hours of the table. */
  boolean counts() {
    return !currency().isEmpty() || parts.getFirst().price().standardPermille() > 0;
  }

  /** What of an amount is for its time behind an instant, as if it came evenly: rounded up. */
  public long behind(long amount, long atMs) {
    long beforeMs = Math.clamp(atMs - fromMs, 0L, durationMs());
    return Math.subtractExact(
        amount,
        BigInteger.valueOf(amount)
            .multiply(BigInteger.valueOf(beforeMs))
            .divide(BigInteger.valueOf(durationMs()))
            .longValueExact());
  }

  /** The currency of its prices, or empty. */
  public String currency() {
    for (Priced each : parts) {
      if (!each.price().currency().isEmpty()) {
        return each.price().currency();
      }
    }
    return "";
  }

  /** The same parts at another time of the day. */
  Segment within(long from, long to) {
    return new Segment(from, to, day, parts);
  }
}

package org.queqiao.contract.price;

import java.math.BigInteger;
import java.util.List;
import java.util.function.ToLongFunction;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;

/** What a run costs: exact, in micro-units, whatever its size. */
public final class RunCost {
  /** Milliseconds of an hour: prices are by the hour. */
  public static final BigInteger HOUR_MS = BigInteger.valueOf(3_600_000);

  /** Millijoules of a kilowatt-hour. */
  private static final BigInteger KWH_MJ = BigInteger.valueOf(3_600_000_000L);

  /** Bytes of a GiB as a power of two: memory is priced by the GiB. */
  private static final int GIB_BITS = 30;

  /** No two days begin closer to each other than this, in any zone. */
  private static final long SHORTEST_DAY_MS = 20 * 3_600_000L;

  private RunCost() {}

  /**
   * By what units times milliseconds times a price are divided to be micro-units; of energy
   * millijoules times a price.
   */
  public static BigInteger divisor(Resource resource) {
    return switch (resource) {
      case MEMORY -> HOUR_MS.shiftLeft(GIB_BITS);
      case ENERGY -> KWH_MJ;
      case CORES, ACCELERATORS, RESERVED -> HOUR_MS;
    };
  }

  /** The divisor of a resource by the name that a line has for it. */
  public static BigInteger divisorOf(String label) {
    return divisor(Use.resourceOf(label));
  }

  /**
   * The exact amount in micro-units times the {@link #divisor} of memory, whatever the resource, so
   * that amounts of several resources can be summed.
   */
  public static BigInteger common(Resource resource, BigInteger numerator) {
    return resource == Resource.MEMORY ? numerator : numerator.shiftLeft(GIB_BITS);
  }

  /**
   * What is held for a run: its cost up to its limit at the prices known now, rounded up.
   *
   * @param parts what it holds
   * @param untilMs its start plus its time limit
   */
  public static BigInteger held(
      TariffBook tariffs, List<Holding.Part> parts, long startMs, long untilMs) {
    return held(tariffs, parts, startMs, untilMs, 0);
  }

  /**
   * The same where allowances pay the first of its core time.
   *
   * @param coveredMs core-milliseconds that they pay
   */
  public static BigInteger held(
      TariffBook tariffs, List<Holding.Part> parts, long startMs, long untilMs, long coveredMs) {
    BigInteger sum = BigInteger.ZERO;
    for (Holding.Part each : parts) {
      long fromMs = fromMs(parts, each, startMs, coveredMs);
      sum = sum.add(numerator(tariffs, each, fromMs, untilMs, Price::mostMicro));
    }
    return ceiling(sum).max(minimum(tariffs, parts, startMs));
  }

  /** From when on a part is paid with money. */
  private static long fromMs(
      List<Holding.Part> parts, Holding.Part each, long startMs, long coveredMs) {
    return coveredMs > 0 && each.use().resource() == Resource.CORES
        ? Covering.paidFromMs(parts, startMs, coveredMs)
        : startMs;
  }

  /** What a run costs at least that starts then. */
  public static BigInteger minimum(TariffBook tariffs, List<Holding.Part> parts, long startMs) {
    long most = 0;
    for (Holding.Part each : parts) {
      if (each.use().resource() == Resource.CORES) {
        most = Math.max(most, tariffs.at(each.use(), startMs).minimumMicro());
      }
    }
    return BigInteger.valueOf(most);
  }

  /**
   * No less than what is charged for a run: each day and price of a part makes a posting of its
   * own, a difference of rounded totals, which is less than one micro-unit above its exact amount.
   */
  public static BigInteger mostCharged(
      TariffBook tariffs, List<Holding.Part> parts, long startMs, long endMs) {
    return mostCharged(tariffs, parts, startMs, endMs, 0, 0);
  }

  /**
   * The same less what allowances pay, which is rounded down, and with what its energy costs.
   *
   * @param coveredMs core-milliseconds that they pay
   * @param energyMj millijoules that it took, which are known at its end
   */
  public static BigInteger mostCharged(
      TariffBook tariffs,
      List<Holding.Part> parts,
      long startMs,
      long endMs,
      long coveredMs,
      long energyMj) {
    BigInteger sum = BigInteger.ZERO;
    long postings = coveredMs > 0 ? 1 : 0;
    for (Holding.Part each : parts) {
      long fromMs = fromMs(parts, each, startMs, coveredMs);
      BigInteger exact = numerator(tariffs, each, fromMs, endMs, Price::mostMicro);
      if (exact.signum() != 0) {
        sum = sum.add(exact);
        postings += postings(tariffs, each.use(), startMs, endMs);
      }
    }
    if (energyMj > 0 && endMs > startMs && !parts.isEmpty()) {
      Use one = parts.getFirst().use();
      Use energy = Use.energy(one.partition(), one.qos(), one.project());
      BigInteger most = energy(tariffs, energy, energyMj, startMs, endMs);
      sum = sum.add(most);
      postings += most.signum() == 0 ? 0 : postings(tariffs, energy, startMs, endMs);
    }
    return ceiling(sum)
        .add(BigInteger.valueOf(postings * (1 + tariffs.mostTiers())))
        .max(minimum(tariffs, parts, startMs));
  }

  private static long postings(TariffBook tariffs, Use use, long startMs, long endMs) {
    return 2
        + tariffs.changes(use, startMs, endMs).size()
        + Math.max(0, endMs - startMs) / SHORTEST_DAY_MS;
  }

  /** As if all of it had been taken at the highest price within; over the common divisor. */
  private static BigInteger energy(
      TariffBook tariffs, Use use, long energyMj, long startMs, long endMs) {
    long most = 0;
    if (tariffs.isPriced(Resource.ENERGY)) {
      most = tariffs.at(use, startMs).mostMicro();
      for (long change : tariffs.changes(use, startMs, endMs)) {
        most = Math.max(most, tariffs.at(use, change).mostMicro());
      }
    }
    return BigInteger.valueOf(energyMj)
        .multiply(BigInteger.valueOf(most))
        .multiply(divisor(Resource.MEMORY))
        .add(KWH_MJ.subtract(BigInteger.ONE))
        .divide(KWH_MJ);
  }

  /**
   * The least that a run can cost of which it is not known where it will lie and which devices it
   * will get, rounded up.
   *
   * @param parts what it asks for, with no kind of nodes and devices by name
   */
  public static BigInteger least(
      TariffBook tariffs, List<Holding.Part> parts, long startMs, long untilMs) {
    return least(tariffs, parts, startMs, untilMs, 0);
  }

  /**
   * The same where allowances pay the first of its core time.
   *
   * @param coveredMs core-milliseconds that they pay
   */
  public static BigInteger least(
      TariffBook tariffs, List<Holding.Part> parts, long startMs, long untilMs, long coveredMs) {
    BigInteger sum = BigInteger.ZERO;
    for (Holding.Part each : parts) {
      BigInteger least = null;
      for (Use use : tariffs.mayBecome(each.use())) {
        Holding.Part part = new Holding.Part(use, each.units(), each.units());
        long fromMs = fromMs(parts, each, startMs, coveredMs);
        BigInteger cost = numerator(tariffs, part, fromMs, untilMs, Price::leastMicro);
        least = least == null ? cost : least.min(cost);
      }
      sum = sum.add(least);
    }
    return ceiling(sum);
  }

  private static BigInteger numerator(
      TariffBook tariffs, Holding.Part part, long fromMs, long toMs, ToLongFunction<Price> micro) {
    if (!tariffs.isPriced(part.use().resource())) {
      return BigInteger.ZERO;
    }
    BigInteger sum = BigInteger.ZERO;
    long start = fromMs;
    List<Long> changes = tariffs.changes(part.use(), fromMs, toMs);
    for (int i = 0; i <= changes.size() && start < toMs; i++) {
      long end = i == changes.size() ? toMs : changes.get(i);
      Price price = tariffs.at(part.use(), start);
      sum =
          sum.add(
              BigInteger.valueOf(part.counted(price))
                  .multiply(BigInteger.valueOf(end - start))
                  .multiply(BigInteger.valueOf(micro.applyAsLong(price))));
      start = end;
    }
    return common(part.use().resource(), sum);
  }

  private static BigInteger ceiling(BigInteger numerator) {
    BigInteger divisor = divisor(Resource.MEMORY);
    return numerator.add(divisor).subtract(BigInteger.ONE).divide(divisor);
  }
}

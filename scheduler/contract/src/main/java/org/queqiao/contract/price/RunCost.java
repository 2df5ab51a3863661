package org.queqiao.contract.price;

import java.math.BigInteger;
import java.util.List;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;

/** What a run costs: exact, in micro-units, whatever its size. */
public final class RunCost {
  /** Milliseconds of an hour: prices are per core-hour. */
  public static final BigInteger HOUR_MS = BigInteger.valueOf(3_600_000);

  /** No two days begin closer to each other than this, in any zone. */
  private static final long SHORTEST_DAY_MS = 20 * 3_600_000L;

  private RunCost() {}

  /**
   * What is held for a run: its cost up to its limit at the prices known now, rounded up.
   *
   * @param qos of the job, or null for none
   * @param cores over all its nodes
   * @param untilMs its start plus its time limit
   */
  public static BigInteger held(
      TariffBook tariffs,
      PartitionName partition,
      QosName qos,
      long cores,
      long startMs,
      long untilMs) {
    return ceiling(numerator(tariffs, partition, qos, cores, startMs, untilMs));
  }

  /**
   * No less than what is charged for a run: each day and price makes a posting of its own, a
   * difference of rounded totals, which is less than one micro-unit above its exact amount.
   */
  public static BigInteger mostCharged(
      TariffBook tariffs,
      PartitionName partition,
      QosName qos,
      long cores,
      long startMs,
      long endMs) {
    BigInteger exact = numerator(tariffs, partition, qos, cores, startMs, endMs);
    if (exact.signum() == 0) {
      return BigInteger.ZERO;
    }
    long postings =
        2
            + tariffs.changes(partition, qos, startMs, endMs).size()
            + Math.max(0, endMs - startMs) / SHORTEST_DAY_MS;
    return ceiling(exact).add(BigInteger.valueOf(postings));
  }

  /** Core-milliseconds times price: the cost in micro-units times {@link #HOUR_MS}. */
  private static BigInteger numerator(
      TariffBook tariffs,
      PartitionName partition,
      QosName qos,
      long cores,
      long fromMs,
      long toMs) {
    BigInteger sum = BigInteger.ZERO;
    long start = fromMs;
    List<Long> changes = tariffs.changes(partition, qos, fromMs, toMs);
    for (int i = 0; i <= changes.size() && start < toMs; i++) {
      long end = i == changes.size() ? toMs : changes.get(i);
      sum =
          sum.add(
              BigInteger.valueOf(cores)
                  .multiply(BigInteger.valueOf(end - start))
                  .multiply(
                      BigInteger.valueOf(tariffs.at(partition, qos, start).microPerCoreHour())));
      start = end;
    }
    return sum;
  }

  private static BigInteger ceiling(BigInteger numerator) {
    return numerator.add(HOUR_MS).subtract(BigInteger.ONE).divide(HOUR_MS);
  }
}

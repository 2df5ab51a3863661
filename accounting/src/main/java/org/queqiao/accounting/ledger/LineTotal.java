package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import org.queqiao.contract.price.RunCost;

/**
 * The exact total of a statement line and what has been posted of it.
 *
 * <p>The amount due is core-milliseconds times price over the milliseconds of an hour. What is
 * posted is always that total rounded half up to the micro-unit; a posting is the difference to
 * what was posted before, so the sum never drifts by more than one micro-unit, in any order of
 * arrival.
 *
 * @param coreMs core-milliseconds so far
 * @param postedMicro micro-units posted so far
 */
public record LineTotal(BigInteger coreMs, long postedMicro) {
  /** Milliseconds of an hour: the divisor of {@link #numerator}. */
  public static final BigInteger HOUR_MS = RunCost.HOUR_MS;

  /** A line without anything. */
  public static final LineTotal EMPTY = new LineTotal(BigInteger.ZERO, 0);

  /** Core-milliseconds times price: the exact amount due in micro-units times {@link #HOUR_MS}. */
  public BigInteger numerator(long microPerCoreHour) {
    return coreMs.multiply(BigInteger.valueOf(microPerCoreHour));
  }

  /**
   * The line with more core time on it, all of it posted.
   *
   * @throws ArithmeticException when the amount does not fit 64 bits
   */
  public LineTotal plus(long moreCoreMs, long microPerCoreHour) {
    BigInteger total = coreMs.add(BigInteger.valueOf(moreCoreMs));
    BigInteger due = roundHalfUp(total.multiply(BigInteger.valueOf(microPerCoreHour)), HOUR_MS);
    return new LineTotal(total, due.longValueExact());
  }

  /** A quotient of numbers that are not negative, halves rounded up. */
  public static BigInteger roundHalfUp(BigInteger numerator, BigInteger divisor) {
    return numerator.shiftLeft(1).add(divisor).divide(divisor.shiftLeft(1));
  }
}

package org.queqiao.accounting.ledger;

import java.math.BigInteger;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.price.RunCost;

/**
 * The exact total of a statement line and what has been posted of it.
 *
 * <p>The amount due is what is counted times price over the {@link RunCost#divisor} of the
 * resource. What is posted is always that total rounded half up to the micro-unit; a posting is the
 * difference to what was posted before, so the sum never drifts by more than one micro-unit, in any
 * order of arrival.
 *
 * @param quantity counted so far: cores, devices or bytes, times milliseconds
 * @param coreMs core-milliseconds that were held so far; none of another resource
 * @param standard thousandths of standard core-milliseconds so far
 * @param postedMicro micro-units posted so far
 */
public record LineTotal(
    BigInteger quantity, BigInteger coreMs, BigInteger standard, long postedMicro) {
  private static final BigInteger THOUSAND = BigInteger.valueOf(1_000);

  /** A line without anything. */
  public static final LineTotal EMPTY =
      new LineTotal(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, 0);

  /**
   * The line with more on it, all of it posted.
   *
   * @param moreCoreMs held
   * @param more counted
   * @param moreStandard thousandths of standard core-milliseconds
   * @throws ArithmeticException when the amount does not fit 64 bits
   */
  public LineTotal plus(
      BigInteger moreCoreMs,
      BigInteger more,
      BigInteger moreStandard,
      Resource resource,
      long micro) {
    BigInteger total = quantity.add(more);
    BigInteger due =
        roundHalfUp(total.multiply(BigInteger.valueOf(micro)), RunCost.divisor(resource));
    return new LineTotal(
        total, coreMs.add(moreCoreMs), standard.add(moreStandard), due.longValueExact());
  }

  /** Standard core-milliseconds, rounded half up: what is posted of them. */
  public BigInteger standardMs() {
    return roundHalfUp(standard, THOUSAND);
  }

  /** A quotient by a positive number, halves rounded up. */
  public static BigInteger roundHalfUp(BigInteger numerator, BigInteger divisor) {
    BigInteger twice = divisor.shiftLeft(1);
    BigInteger[] parts = numerator.shiftLeft(1).add(divisor).divideAndRemainder(twice);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }
}

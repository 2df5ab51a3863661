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
 * @param postedMicro micro-units posted so far
 */
public record LineTotal(BigInteger quantity, BigInteger coreMs, long postedMicro) {
  /** A line without anything. */
  public static final LineTotal EMPTY = new LineTotal(BigInteger.ZERO, BigInteger.ZERO, 0);

  /**
   * The line with more on it, all of it posted.
   *
   * @param moreCoreMs held
   * @param more counted
   * @throws ArithmeticException when the amount does not fit 64 bits
   */
  public LineTotal plus(BigInteger moreCoreMs, BigInteger more, Resource resource, long micro) {
    BigInteger total = quantity.add(more);
    BigInteger due =
        roundHalfUp(total.multiply(BigInteger.valueOf(micro)), RunCost.divisor(resource));
    return new LineTotal(total, coreMs.add(moreCoreMs), due.longValueExact());
  }

  /** A quotient of numbers that are not negative, halves rounded up. */
  public static BigInteger roundHalfUp(BigInteger numerator, BigInteger divisor) {
    return numerator.shiftLeft(1).add(divisor).divide(divisor.shiftLeft(1));
  }
}

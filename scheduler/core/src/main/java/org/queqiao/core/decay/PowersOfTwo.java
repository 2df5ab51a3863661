package org.queqiao.core.decay;

import java.math.BigInteger;

/**
 * Negative powers of two with fractions, in integers: the same on every machine.
 *
 * <p>A fraction is taken apart in its bits: 2^-(b1/2 + b2/4 + ...) is the product of the constants
 * 2^-(1/2), 2^-(1/4), ... of the bits that are set. Each constant is the integer square root of the
 * one before, rounded down, so it is at most 1 unit of 2^-62 too small; so is each product. The
 * result of at most {@link #FRACTION_BITS} factors is at most 2 x {@link #FRACTION_BITS} units of
 * 2^-62, which is less than 2^-56, too small, and never too large.
 */
public final class PowersOfTwo {
  /** Bits behind the point of an exponent. */
  public static final int FRACTION_BITS = 20;

  /** One, with 62 bits behind the point. */
  public static final long ONE = 1L << 62;

  private static final int BITS = 62;
  private static final int MILLION = 1_000_000;
  private static final long[] ROOTS = roots();

  private PowersOfTwo() {}

  private static long[] roots() {
    long[] roots = new long[FRACTION_BITS];
    BigInteger last = BigInteger.ONE.shiftLeft(BITS - 1);
    for (int i = 0; i < FRACTION_BITS; i++) {
      last = last.shiftLeft(BITS).sqrt();
      roots[i] = last.longValueExact();
    }
    return roots;
  }

  /**
   * 2^-x with 62 bits behind the point.
   *
   * @param x not negative, with {@link #FRACTION_BITS} bits behind the point
   */
  public static long negative(long x) {
    long whole = x >>> FRACTION_BITS;
    if (whole >= BITS) {
      return 0;
    }
    long value = ONE;
    for (int i = 0; i < FRACTION_BITS; i++) {
      if ((x >>> (FRACTION_BITS - 1 - i) & 1) == 1) {
        value = product(value, ROOTS[i]);
      }
    }
    return value >>> whole;
  }

  /** As {@link #negative}, in millionths, rounded down. */
  public static int negativePpm(long x) {
    return (int) Math.multiplyHigh(negative(x), (long) MILLION << 2);
  }

  private static long product(long a, long b) {
    return Math.multiplyHigh(a, b) << 2 | a * b >>> BITS;
  }
}

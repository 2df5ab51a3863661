package org.queqiao.core.predict;

/**
 * How often 1 must be doubled to reach a number: its logarithm to base 2, linear between powers of
 * 2, so that it is the same everywhere.
 */
public final class Doublings {
  private static final int FRACTION_BITS = 20;

  /** One doubling. */
  public static final long ONE = 1L << FRACTION_BITS;

  private Doublings() {}

  /**
   * The doublings of a number.
   *
   * @param number at least 1
   * @return in parts of {@link #ONE}
   */
  public static long of(long number) {
    int whole = Long.SIZE - 1 - Long.numberOfLeadingZeros(number);
    long rest = number - (1L << whole);
    long fraction =
        whole > FRACTION_BITS ? rest >> (whole - FRACTION_BITS) : rest << (FRACTION_BITS - whole);
    return whole * ONE + fraction;
  }
}

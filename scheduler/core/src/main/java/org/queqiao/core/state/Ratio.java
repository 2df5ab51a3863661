package org.queqiao.core.state;

import java.math.BigInteger;

/** Quotients of integers that may be too large to multiply. */
public final class Ratio {
  /** One, in millionths. */
  public static final long MILLION = 1_000_000;

  private Ratio() {}

  /** {@code part / whole} in millionths, rounded down, at most one. */
  public static long ppm(long part, long whole) {
    return part >= whole ? MILLION : scaled(part, MILLION, whole);
  }

  /** {@code value x factor / divisor}, rounded down; fails when it does not fit. */
  public static long scaled(long value, long factor, long divisor) {
    return Math.multiplyHigh(value, factor) == 0 && value * factor >= 0
        ? value * factor / divisor
        : BigInteger.valueOf(value)
            .multiply(BigInteger.valueOf(factor))
            .divide(BigInteger.valueOf(divisor))
            .longValueExact();
  }
}

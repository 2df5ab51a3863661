package org.queqiao.core.decay;

import java.math.BigInteger;

/**
 * How much a moment counts, when past use fades with a half-life. Instead of making old use smaller
 * again and again, which would round each time, later use is made larger: the weight of a moment
 * doubles with every half-life since a base. Quotients of sums are the same either way, and sums of
 * weighted use are exact and do not depend on the order in which they were made.
 *
 * <pre>
 *   step of a moment   s = floor((t - base) / (halfLife / 64)),  s = 64 q + i
 *   weight             w(t) = 2^q x floor(2^(i/64) x 2^30)
 *   use of a run       cores x (W(end) - W(begin)),  W(t) = sum of w over all milliseconds to t
 * </pre>
 *
 * The weight is constant within a step, so it differs from the smooth curve by less than 1.1 %, and
 * the table by less than 2^-30; both are part of the definition, and everything else is exact.
 */
public final class UsageClock {
  private static final int STEPS = 64;
  private static final int BITS = 30;
  private static final long[] TABLE = new long[STEPS];

  /** Sums of the table before each step. */
  private static final long[] BEFORE = new long[STEPS + 1];

  static {
    for (int i = 0; i < STEPS; i++) {
      long x = (long) (STEPS - i) << (PowersOfTwo.FRACTION_BITS - 6);
      // 2^(i/64) = 2 x 2^-((64 - i)/64)
      TABLE[i] = PowersOfTwo.negative(x) >>> (62 - 1 - BITS);
      BEFORE[i + 1] = BEFORE[i] + TABLE[i];
    }
  }

  private final long halfLifeMs;
  private final long baseMs;
  private final long stepMs;

  /**
   * Weights from a base on.
   *
   * @param halfLifeMs a multiple of 64, or 0 when nothing fades
   */
  public UsageClock(long halfLifeMs, long baseMs) {
    this.halfLifeMs = halfLifeMs;
    this.baseMs = baseMs;
    this.stepMs = halfLifeMs / STEPS;
  }

  public long baseMs() {
    return baseMs;
  }

  /** How many half-lives have passed since the base. */
  public long halfLives(long timeMs) {
    return halfLifeMs == 0 ? 0 : Math.max(0, timeMs - baseMs) / halfLifeMs;
  }

  /** The weight of a moment; of the base, for what lies before. */
  public BigInteger weight(long timeMs) {
    long age = Math.max(0, timeMs - baseMs);
    if (halfLifeMs == 0) {
      return BigInteger.valueOf(TABLE[0]);
    }
    int step = (int) (age % halfLifeMs / stepMs);
    return BigInteger.valueOf(TABLE[step]).shiftLeft(Math.toIntExact(age / halfLifeMs));
  }

  /** When the weight is next another than at a moment; the greatest number when it never is. */
  public long nextStepMs(long timeMs) {
    if (halfLifeMs == 0) {
      return Long.MAX_VALUE;
    }
    long age = Math.max(0, timeMs - baseMs);
    return Math.addExact(baseMs, Math.multiplyExact(age / stepMs + 1, stepMs));
  }

  /** The sum of the weights of all milliseconds from the base to a moment. */
  public BigInteger sum(long timeMs) {
    long age = Math.max(0, timeMs - baseMs);
    if (halfLifeMs == 0) {
      return BigInteger.valueOf(age).shiftLeft(BITS);
    }
    int whole = Math.toIntExact(age / halfLifeMs);
    long rest = age % halfLifeMs;
    int step = (int) (rest / stepMs);
    BigInteger cycle = product(BEFORE[STEPS], stepMs);
    BigInteger within =
        product(BEFORE[step], stepMs).add(product(TABLE[step], rest % stepMs)).shiftLeft(whole);
    return BigInteger.ONE.shiftLeft(whole).subtract(BigInteger.ONE).multiply(cycle).add(within);
  }

  private static BigInteger product(long a, long b) {
    return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
  }

  /** The same weights from a base that is so many half-lives later. */
  public UsageClock later(int halfLives) {
    return new UsageClock(
        halfLifeMs, Math.addExact(baseMs, Math.multiplyExact(halfLifeMs, (long) halfLives)));
  }
}

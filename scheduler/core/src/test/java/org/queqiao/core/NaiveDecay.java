package org.queqiao.core;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Past use that fades, added up the long way: every 64th of a half-life weighs more than the one
 * before.
 *
 * @param halfLifeMs 0 when nothing fades
 * @param baseMs when the weight is that of one
 */
record NaiveDecay(long halfLifeMs, long baseMs) {
  /** The 64 weights within a half-life: 2^(i/64) x 2^30, rounded down. */
  private static final List<BigInteger> ROOTS =
      IntStream.range(0, 64).mapToObj(NaiveDecay::root).toList();

  /** Milliseconds between two moments, each at its weight. */
  BigInteger sum(long fromMs, long toMs) {
    BigInteger sum = BigInteger.ZERO;
    for (long ms = fromMs; ms < toMs; ) {
      // The weight is the same for a 64th of a half-life.
      long stepMs = halfLifeMs == 0 ? toMs - ms : halfLifeMs / 64;
      long next = halfLifeMs == 0 ? toMs : ms + stepMs - (ms - baseMs) % stepMs;
      next = Math.min(next, toMs);
      sum = sum.add(weight(ms).multiply(BigInteger.valueOf(next - ms)));
      ms = next;
    }
    return sum;
  }

  /** Of the step of a moment; it doubles with every half-life. */
  BigInteger weight(long ms) {
    if (halfLifeMs == 0) {
      return BigInteger.ONE.shiftLeft(30);
    }
    long steps = (ms - baseMs) / (halfLifeMs / 64);
    return ROOTS.get((int) (steps % 64)).shiftLeft((int) (steps / 64));
  }

  /** From the 64th root of the exact power. */
  private static BigInteger root(int i) {
    BigInteger power = BigInteger.ONE.shiftLeft(i).shiftLeft(64 * 40);
    for (int times = 0; times < 6; times++) {
      power = power.sqrt();
    }
    return power.shiftRight(10);
  }
}

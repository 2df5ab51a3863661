package org.queqiao.core;

import java.math.BigInteger;

/**
 * Past use that fades, added up the long way: every 64th of a half-life weighs more than the one
 * before.
 *
 * @param halfLifeMs 0 when nothing fades
 * @param baseMs when the weight is that of one
 */
record NaiveDecay(long halfLifeMs, long baseMs) {
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

  /** 2^(i/64) x 2^30, rounded down, from the 64th root of the exact power. */
  BigInteger weight(long ms) {
    if (halfLifeMs == 0) {
      return BigInteger.ONE.shiftLeft(30);
    }
    long steps = (ms - baseMs) / (halfLifeMs / 64);
    int whole = (int) (steps / 64);
    BigInteger power = BigInteger.ONE.shiftLeft((int) (steps % 64)).shiftLeft(64 * 40);
    for (int i = 0; i < 6; i++) {
      power = power.sqrt();
    }
    return power.shiftRight(10).shiftLeft(whole);
  }
}

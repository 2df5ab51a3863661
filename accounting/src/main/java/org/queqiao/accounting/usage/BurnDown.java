package org.queqiao.accounting.usage;

import java.math.BigInteger;

/**
 * What is left of a wallet or a budget, and when nothing will be if it is used on as lately.
 *
 * @param kind what it is
 * @param name of the budget, or of the currency of the wallet
 * @param unit {@code MONEY} or {@code CORE_TIME}
 * @param currency of money, or empty
 * @param left micro-units or core-milliseconds that are not used; runs that go on may still take
 *     some of it
 * @param spent what was used in the days looked at
 * @param days how many these were
 * @param runsOutMs the instant at which nothing is left, or null where it does not come within the
 *     period of the budget or nothing was used
 */
public record BurnDown(
    Kind kind,
    String name,
    String unit,
    String currency,
    long left,
    long spent,
    int days,
    Long runsOutMs) {
  private static final long DAY_MS = 86_400_000;

  /** What it is about. */
  public enum Kind {
    WALLET,
    BUDGET
  }

  /**
   * Computes it: the instant is now + left * days / spent, rounded down.
   *
   * @param endMs first instant after the period of the budget; {@link Long#MAX_VALUE} for none
   */
  public static BurnDown of(
      Kind kind,
      String name,
      String unit,
      String currency,
      long left,
      long spent,
      int days,
      long nowMs,
      long endMs) {
    Long runsOutMs = null;
    if (left <= 0) {
      runsOutMs = nowMs;
    } else if (spent > 0) {
      BigInteger lasts =
          BigInteger.valueOf(left)
              .multiply(BigInteger.valueOf(days * DAY_MS))
              .divide(BigInteger.valueOf(spent));
      BigInteger at = lasts.add(BigInteger.valueOf(nowMs));
      if (at.compareTo(BigInteger.valueOf(endMs)) < 0) {
        runsOutMs = at.longValueExact();
      }
    }
    return new BurnDown(kind, name, unit, currency, left, spent, days, runsOutMs);
  }
}

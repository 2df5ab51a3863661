package org.queqiao.contract.price;

/**
 * A price by the hour, of a core, a device or a GiB.
 *
 * @param microPerCoreHour micro-units of the currency for one hour of one of them, not negative
 * @param currency ISO 4217 code, or empty where there is no tariff
 * @param validFromMs the instant from which it holds
 * @param blockedShare whether the cores that a run blocks are counted instead of those it has
 * @param whileSuspended whether it counts also while the cores of a suspended run are not billed
 */
public record Price(
    long microPerCoreHour,
    String currency,
    long validFromMs,
    boolean blockedShare,
    boolean whileSuspended) {
  /** What holds where no tariff is defined: usage is metered and costs nothing. */
  public static final Price NONE = new Price(0, "", 0);

  /** A price of what a run has, while it is billed. */
  public Price(long microPerCoreHour, String currency, long validFromMs) {
    this(microPerCoreHour, currency, validFromMs, false, false);
  }
}

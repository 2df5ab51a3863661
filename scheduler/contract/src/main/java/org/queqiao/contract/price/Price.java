package org.queqiao.contract.price;

/**
 * A price of core time.
 *
 * @param microPerCoreHour micro-units of the currency for one core-hour, not negative
 * @param currency ISO 4217 code, or empty where there is no tariff
 * @param validFromMs the instant from which it holds
 */
public record Price(long microPerCoreHour, String currency, long validFromMs) {
  /** What holds where no tariff is defined: usage is metered and costs nothing. */
  public static final Price NONE = new Price(0, "", 0);
}

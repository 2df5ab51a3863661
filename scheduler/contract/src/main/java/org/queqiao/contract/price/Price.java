package org.queqiao.contract.price;

import org.queqiao.contract.money.PriceTier;

/**
 * A price by the hour, of a core, a device or a GiB.
 *
 * @param microPerCoreHour micro-units of the currency for one hour of one of them, not negative
 * @param currency ISO 4217 code, or empty where there is no tariff
 * @param validFromMs the instant from which it holds
 * @param blockedShare whether the cores that a run blocks are counted instead of those it has
 * @param whileSuspended whether it counts also while the cores of a suspended run are not billed
 * @param standardPermille thousandths of a standard core-hour that one hour of one of them is
 * @param volume other prices beyond what the project has used
 * @param minimumMicro what a run costs at least that starts under it
 */
public record Price(
    long microPerCoreHour,
    String currency,
    long validFromMs,
    boolean blockedShare,
    boolean whileSuspended,
    long standardPermille,
    Volume volume,
    long minimumMicro) {
  /** Standard core-hours of a core-hour where no table says otherwise, in thousandths. */
  public static final long SAME = 1_000;

  /** What holds where no tariff is defined: usage is metered and costs nothing. */
  public static final Price NONE = new Price(0, "", 0);

  /** A price of what a run has, while it is billed. */
  public Price(long microPerCoreHour, String currency, long validFromMs) {
    this(microPerCoreHour, currency, validFromMs, false, false, SAME, Volume.NONE, 0);
  }

  /** The same where an hour is so many thousandths of a standard core-hour. */
  Price standard(long permille) {
    return new Price(
        microPerCoreHour,
        currency,
        validFromMs,
        blockedShare,
        whileSuspended,
        permille,
        volume,
        minimumMicro);
  }

  /** The most that an hour may cost, whatever the volume. */
  public long mostMicro() {
    long most = microPerCoreHour;
    for (PriceTier each : volume.tiers()) {
      most = Math.max(most, each.microPerHour());
    }
    return most;
  }

  /** The least that an hour may cost, whatever the volume. */
  public long leastMicro() {
    long least = microPerCoreHour;
    for (PriceTier each : volume.tiers()) {
      least = Math.min(least, each.microPerHour());
    }
    return least;
  }
}

package org.queqiao.contract.event;

import org.queqiao.contract.id.PartitionName;

/**
 * A partition has a price from a moment on; earlier prices stay as they were.
 *
 * @param partition the partition
 * @param priceMicroPerCoreHour micro-units of the currency per core-hour
 * @param currency ISO 4217 code
 * @param validFromMs from this instant, not before the fact itself
 */
public record TariffDefined(
    PartitionName partition, long priceMicroPerCoreHour, String currency, long validFromMs)
    implements Event {}

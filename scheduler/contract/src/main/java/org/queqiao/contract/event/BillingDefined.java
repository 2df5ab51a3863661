package org.queqiao.contract.event;

/**
 * By which calendar and in which currency bills are made, as the site was configured when this was
 * stated. It counts from the beginning of the log, so that whoever has the log computes the same
 * bills again, whatever a configuration says.
 *
 * @param zone time zone in which a billing day begins, as {@code Asia/Shanghai}
 * @param fiscalYearStart the month with which a fiscal year begins, from 1 to 12
 * @param currency ISO 4217 code of all amounts
 */
public record BillingDefined(String zone, int fiscalYearStart, String currency)
    implements MoneyEvent {}

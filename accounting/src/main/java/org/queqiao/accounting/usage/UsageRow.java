package org.queqiao.accounting.usage;

/**
 * Usage of one user, project or domain.
 *
 * @param key the user, project or domain
 * @param coreMs core-milliseconds
 * @param chargeMicro what was charged for it
 * @param currency of the charge, or empty
 */
public record UsageRow(String key, long coreMs, long chargeMicro, String currency) {}

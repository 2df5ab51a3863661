package org.queqiao.contract.job;

/**
 * The quote under which a job was submitted: what was said that it would cost.
 *
 * @param id names the quote, on the job and on all that is charged for it
 * @param quotedMs when it was given
 * @param maxMicro the most that it would cost, with all its tasks
 * @param expectedMicro by the predicted run time
 * @param currency ISO 4217 code, or empty where nothing has a price
 */
public record JobQuote(
    String id, long quotedMs, long maxMicro, long expectedMicro, String currency) {}

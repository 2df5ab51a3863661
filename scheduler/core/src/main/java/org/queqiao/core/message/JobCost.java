package org.queqiao.core.message;

import java.math.BigInteger;

/**
 * What a job may cost that starts at a moment, and what of it is paid with money where allowances
 * pay the first of its core time.
 *
 * @param tasks how many tasks it has; 1 of a job that is no array
 * @param maxMicro micro-units up to its limit, of all tasks
 * @param expectedMicro the same up to the run time that is predicted
 * @param coveredMs core-milliseconds that it takes of allowances up to its limit, of all tasks as
 *     if they started together
 * @param heldMicro what is held of money for it, of all tasks
 * @param dueMicro what of the expected amount is paid with money
 * @param limitMs its time limit
 * @param predictedMs how long it is believed to run; its limit where nothing is known
 * @param currency ISO 4217 code, or empty where nothing has a price
 * @param placed whether its nodes are known; else no kind of node has a price of its own in it
 */
public record JobCost(
    int tasks,
    BigInteger maxMicro,
    BigInteger expectedMicro,
    long coveredMs,
    BigInteger heldMicro,
    BigInteger dueMicro,
    long limitMs,
    long predictedMs,
    String currency,
    boolean placed) {}

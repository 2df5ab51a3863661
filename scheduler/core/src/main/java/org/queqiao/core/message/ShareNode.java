package org.queqiao.core.message;

import java.math.BigInteger;

/**
 * A place in the fair-share tree.
 *
 * @param shares its own
 * @param siblingShares of all children of its parent together
 * @param sharesPart its part of the centre, of 2^40
 * @param usedMilliCoreMs use as it counts now, in thousandths of core-milliseconds
 * @param usePart its part of all use, of 2^40
 * @param effectivePart effective use, of 2^40
 * @param factorPpm what it still deserves, in millionths
 */
public record ShareNode(
    long shares,
    long siblingShares,
    long sharesPart,
    BigInteger usedMilliCoreMs,
    long usePart,
    long effectivePart,
    int factorPpm) {}

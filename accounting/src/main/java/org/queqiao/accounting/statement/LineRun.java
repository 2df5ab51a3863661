package org.queqiao.accounting.statement;

import java.math.BigInteger;
import org.queqiao.contract.id.RunId;

/**
 * What a line of a statement has of one run, or of one time of a reservation.
 *
 * @param run null of a reservation
 * @param job how its job is called, or the reservation
 * @param qos or empty
 * @param endUser for whom a service platform submitted it, or empty
 * @param fromMs when the first time of it begins
 * @param toMs when the last ends
 * @param segments how many times
 * @param quantity what was counted: cores, devices or bytes times milliseconds, or millijoules
 * @param chargedMicro what was posted
 * @param firstPosition of the fact with which the first was posted
 * @param lastPosition of the fact with which the last was
 * @param exact false of what was metered before the price was kept with it: then it may be of
 *     another line of the same user, partition and resource
 */
public record LineRun(
    RunId run,
    String job,
    String qos,
    String endUser,
    long fromMs,
    long toMs,
    int segments,
    BigInteger quantity,
    long chargedMicro,
    long firstPosition,
    long lastPosition,
    boolean exact) {
  /** The same with what the job is. */
  public LineRun named(String name, String user) {
    return new LineRun(
        run,
        name,
        qos,
        user,
        fromMs,
        toMs,
        segments,
        quantity,
        chargedMicro,
        firstPosition,
        lastPosition,
        exact);
  }

  /** With another time of the same run. */
  public LineRun plus(LineRun other) {
    return new LineRun(
        run,
        job,
        qos,
        endUser,
        Math.min(fromMs, other.fromMs),
        Math.max(toMs, other.toMs),
        segments + other.segments,
        quantity.add(other.quantity),
        Math.addExact(chargedMicro, other.chargedMicro),
        Math.min(firstPosition, other.firstPosition),
        Math.max(lastPosition, other.lastPosition),
        exact && other.exact);
  }
}

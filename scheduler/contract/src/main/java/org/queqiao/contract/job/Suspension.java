package org.queqiao.contract.job;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;

/**
 * What is known of the suspensions of one run. Times are logical, in epoch milliseconds.
 *
 * @param wanted whether the run shall be stopped now
 * @param by who asked for that last, or for the opposite
 * @param askedMs when
 * @param sinceMs since when all its processes are stopped; 0 while they are not
 * @param billed whether the time since then is billed
 * @param formerMs how long it was stopped in all before {@code sinceMs}
 * @param formerUnbilledMs how much of that is not billed
 * @param edgeMs when the last stop began or ended; 0 before the first
 * @param stoppedOn nodes on which all of it is stopped, as was asked for last, while it is not on
 *     others; ascending
 * @param lastStopMs the latest moment of those stops; 0 where there are none
 */
public record Suspension(
    boolean wanted,
    Actor by,
    long askedMs,
    long sinceMs,
    boolean billed,
    long formerMs,
    long formerUnbilledMs,
    long edgeMs,
    List<NodeName> stoppedOn,
    long lastStopMs) {
  public Suspension {
    stoppedOn = List.copyOf(stoppedOn);
  }

  /** A run that is stopped as a whole, or nowhere. */
  public Suspension(
      boolean wanted,
      Actor by,
      long askedMs,
      long sinceMs,
      boolean billed,
      long formerMs,
      long formerUnbilledMs,
      long edgeMs) {
    this(wanted, by, askedMs, sinceMs, billed, formerMs, formerUnbilledMs, edgeMs, List.of(), 0);
  }

  /** A run that somebody wants to stop for the first time. */
  public static Suspension first(Actor by, long nowMs) {
    return new Suspension(true, by, nowMs, 0, false, 0, 0, 0);
  }

  /** Somebody wants the run to stop, or to go on. */
  public Suspension asked(boolean stop, Actor who, long nowMs) {
    return new Suspension(stop, who, nowMs, sinceMs, billed, formerMs, formerUnbilledMs, edgeMs);
  }

  /** All of it that lives on one node is stopped. */
  public Suspension stoppedOn(NodeName node, long atMs) {
    TreeSet<NodeName> nodes = new TreeSet<>(stoppedOn);
    nodes.add(node);
    return new Suspension(
        wanted,
        by,
        askedMs,
        sinceMs,
        billed,
        formerMs,
        formerUnbilledMs,
        edgeMs,
        List.copyOf(nodes),
        Math.max(lastStopMs, atMs));
  }

  /** All its processes are stopped. */
  public Suspension stopped(long atMs, boolean isBilled) {
    return new Suspension(wanted, by, askedMs, atMs, isBilled, formerMs, formerUnbilledMs, atMs);
  }

  /** Its processes go on, or are gone; of a run that is not stopped the same. */
  public Suspension over(long atMs) {
    return !isStopped()
        ? this
        : new Suspension(wanted, by, askedMs, 0, false, suspendedMs(atMs), unbilledMs(atMs), atMs);
  }

  /** Whether all its processes are stopped. */
  public boolean isStopped() {
    return sinceMs != 0;
  }

  /** How long the run was stopped until a moment, in all. */
  public long suspendedMs(long untilMs) {
    return Math.addExact(formerMs, openMs(untilMs));
  }

  /** How much of the time until a moment is not billed. */
  public long unbilledMs(long untilMs) {
    return Math.addExact(formerUnbilledMs, billed ? 0 : openMs(untilMs));
  }

  private long openMs(long untilMs) {
    return sinceMs == 0 ? 0 : Math.max(0, Math.subtractExact(untilMs, sinceMs));
  }
}

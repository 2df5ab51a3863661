package org.queqiao.accounting.usage;

import java.util.List;

/**
 * What runs made of what they had, in all that ended in some months. A sum that is more than {@link
 * Long#MAX_VALUE} is that.
 *
 * @param keys one for each thing that is grouped by, in the order asked for
 * @param runs how many
 * @param coreMs core-milliseconds that are metered
 * @param lostCoreMs those of runs that ended otherwise than as {@code COMPLETED}
 * @param limitCoreMs core-milliseconds that their time limits allowed
 * @param knownCoreMs {@code coreMs} of runs whose processor time is known
 * @param cpuMs that processor time
 * @param knownDeviceMs accelerator-milliseconds for which it is known how busy they were
 * @param idleDeviceMs those of them in which they were idle
 */
public record EndedRow(
    List<String> keys,
    long runs,
    long coreMs,
    long lostCoreMs,
    long limitCoreMs,
    long knownCoreMs,
    long cpuMs,
    long knownDeviceMs,
    long idleDeviceMs) {
  public EndedRow {
    keys = List.copyOf(keys);
  }

  /** Core time in which no process ran, where that is known: never below zero. */
  public long idleCoreMs() {
    return Math.max(0, Math.subtractExact(knownCoreMs, cpuMs));
  }

  /** Core time that was asked for and not used: the limit less the run. */
  public long unusedLimitCoreMs() {
    return Math.max(0, Math.subtractExact(limitCoreMs, coreMs));
  }
}

package org.queqiao.accounting.usage;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.account.DomainShare;

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

  /** The same under other keys. */
  EndedRow keyed(List<String> others) {
    return new EndedRow(
        others,
        runs,
        coreMs,
        lostCoreMs,
        limitCoreMs,
        knownCoreMs,
        cpuMs,
        knownDeviceMs,
        idleDeviceMs);
  }

  /** Both together, under the keys of this. */
  EndedRow plus(EndedRow other) {
    return new EndedRow(
        keys,
        EndedRows.sum(runs, other.runs),
        EndedRows.sum(coreMs, other.coreMs),
        EndedRows.sum(lostCoreMs, other.lostCoreMs),
        EndedRows.sum(limitCoreMs, other.limitCoreMs),
        EndedRows.sum(knownCoreMs, other.knownCoreMs),
        EndedRows.sum(cpuMs, other.cpuMs),
        EndedRows.sum(knownDeviceMs, other.knownDeviceMs),
        EndedRows.sum(idleDeviceMs, other.idleDeviceMs));
  }

  /** What of it each domain has, in the order of the shares. */
  List<EndedRow> parts(List<DomainShare> shares) {
    long[][] parts = {
      DomainSplit.parts(runs, shares),
      DomainSplit.parts(coreMs, shares),
      DomainSplit.parts(lostCoreMs, shares),
      DomainSplit.parts(limitCoreMs, shares),
      DomainSplit.parts(knownCoreMs, shares),
      DomainSplit.parts(cpuMs, shares),
      DomainSplit.parts(knownDeviceMs, shares),
      DomainSplit.parts(idleDeviceMs, shares)
    };
    List<EndedRow> all = new ArrayList<>();
    for (int i = 0; i < shares.size(); i++) {
      all.add(
          new EndedRow(
              keys,
              parts[0][i],
              parts[1][i],
              parts[2][i],
              parts[3][i],
              parts[4][i],
              parts[5][i],
              parts[6][i],
              parts[7][i]));
    }
    return all;
  }
}

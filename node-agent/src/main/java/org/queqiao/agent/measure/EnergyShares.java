package org.queqiao.agent.measure;

import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.id.RunId;

/**
 * The energy of runs: of what the processors of the node took between two beats each run gets the
 * part that its CPU time is of all CPU time of the node then, and one that is alone on the node
 * gets all. Pure; used by one thread.
 */
final class EnergyShares {
  private final TreeMap<RunId, Long> microjoules = new TreeMap<>();
  private final TreeMap<RunId, Long> cpuUs = new TreeMap<>();
  private boolean known;
  private long energyUj;
  private long busyUs;
  private int living;

  /** What runs that ended since the last beat have got of the node since then. */
  private long givenUj;

  private long givenUs;

  /**
   * A beat.
   *
   * @param newEnergyUj of all packages, without a step back
   * @param newBusyUs CPU time of all cores
   * @param newLiving how many runs live, also such whose CPU time is not known
   * @param newCpuUs CPU time of each run that lives, from its start
   */
  void beat(long newEnergyUj, long newBusyUs, int newLiving, Map<RunId, Long> newCpuUs) {
    long took = Math.max(0, newEnergyUj - energyUj - givenUj);
    long busy = Math.max(0, newBusyUs - busyUs - givenUs);
    if (known) {
      long all = 0;
      for (Map.Entry<RunId, Long> each : newCpuUs.entrySet()) {
        all += ran(each.getKey(), each.getValue());
      }
      for (Map.Entry<RunId, Long> each : newCpuUs.entrySet()) {
        boolean alone = newLiving == 1 && isAlone(each.getKey());
        long ran = ran(each.getKey(), each.getValue());
        give(each.getKey(), took, alone ? 1 : ran, alone ? 1 : Math.max(busy, all));
      }
    }
    cpuUs.clear();
    cpuUs.putAll(newCpuUs);
    known = true;
    energyUj = newEnergyUj;
    busyUs = newBusyUs;
    living = newLiving;
    givenUj = 0;
    givenUs = 0;
  }

  /** A run has ended with so much CPU time: what it gets is not shared out at the next beat. */
  void ended(RunId run, long newEnergyUj, long newBusyUs, long totalUs) {
    long took = Math.max(0, newEnergyUj - energyUj - givenUj);
    long busy = Math.max(0, newBusyUs - busyUs - givenUs);
    if (known) {
      boolean alone = isAlone(run);
      long ran = ran(run, totalUs);
      givenUj += give(run, took, alone ? 1 : ran, alone ? 1 : Math.max(busy, ran));
      givenUs += ran;
    }
    cpuUs.put(run, totalUs);
  }

  /** Whether it has been alone since the last beat, as far as that is known. */
  private boolean isAlone(RunId run) {
    return living == 1 && cpuUs.size() == 1 && cpuUs.containsKey(run);
  }

  /** CPU time since the last beat; all of it of a run that has begun since. */
  private long ran(RunId run, long nowUs) {
    return Math.max(0, nowUs - cpuUs.getOrDefault(run, 0L));
  }

  private long give(RunId run, long took, long part, long whole) {
    long share =
        whole <= 0
            ? 0
            : BigInteger.valueOf(took)
                .multiply(BigInteger.valueOf(Math.min(part, whole)))
                .divide(BigInteger.valueOf(whole))
                .longValueExact();
    microjoules.merge(run, share, Math::addExact);
    return share;
  }

  /** What a run that was followed before begins with. */
  void carry(RunId run, long before, long ranUs) {
    microjoules.putIfAbsent(run, before);
    cpuUs.putIfAbsent(run, ranUs);
  }

  /** Microjoules of a run so far; nothing where none were counted. */
  Long of(RunId run) {
    return microjoules.get(run);
  }

  void forget(RunId run) {
    microjoules.remove(run);
    cpuUs.remove(run);
  }
}

package org.queqiao.core.state;

import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.policy.Limit;

/** What jobs that are counted together hold and ask for. */
public final class Tally {
  private long submittedJobs;
  private long runningJobs;
  private long cores;
  private long nodes;
  private long memBytes;
  private final TreeMap<String, Long> gres = new TreeMap<>();

  /** Of running jobs: cores times the moment of their time limit. */
  private BigInteger coreDeadlines = BigInteger.ZERO;

  /**
   * Of running jobs: cores by the moment of their time limit, so that who is late takes nothing.
   */
  private final TreeMap<Long, Long> deadlines = new TreeMap<>();

  /** Of jobs that are suspended or end: cores times the rest of their time, which does not pass. */
  private BigInteger stillCoreMs = BigInteger.ZERO;

  /** How many of the cores are those of jobs whose rest does not pass. */
  private long stillCores;

  /** So many jobs are there; {@code sign} is 1, or -1 to take that back. */
  void submitted(int sign, int jobs) {
    submittedJobs = counted(submittedJobs, sign, jobs);
  }

  /** A job holds resources until this moment at the latest. */
  public void running(Demand demand, long deadlineMs, int sign) {
    held(demand, sign);
    coreDeadlines = coreDeadlines.add(coreMs(demand, deadlineMs, sign));
    long until = counted(deadlines.getOrDefault(deadlineMs, 0L), sign, demand.cores());
    if (until == 0) {
      deadlines.remove(deadlineMs);
    } else {
      deadlines.put(deadlineMs, until);
    }
  }

  /** A job holds resources, and may use them for so long, however late it is. */
  void still(Demand demand, long restMs, int sign) {
    held(demand, sign);
    stillCores = counted(stillCores, sign, demand.cores());
    stillCoreMs = stillCoreMs.add(coreMs(demand, restMs, sign));
  }

  private static BigInteger coreMs(Demand demand, long ms, int sign) {
    return BigInteger.valueOf(Math.multiplyExact(demand.cores(), (long) sign))
        .multiply(BigInteger.valueOf(ms));
  }

  private void held(Demand demand, int sign) {
    runningJobs = counted(runningJobs, sign, 1);
    cores = counted(cores, sign, demand.cores());
    nodes = counted(nodes, sign, demand.nodes());
    memBytes = counted(memBytes, sign, demand.memBytes());
    demand
        .gres()
        .forEach((name, count) -> {
          long now = counted(gres.getOrDefault(name, 0L), sign, count);
          if (now == 0) {
            gres.remove(name);
          } else {
            gres.put(name, now);
          }
        });
  }

  private static long counted(long before, int sign, long amount) {
    long after = Math.addExact(before, Math.multiplyExact((long) sign, amount));
    if (after < 0) {
      throw new IllegalStateException("a counter of a limit falls to " + after);
    }
    return after;
  }

  boolean isEmpty() {
    return submittedJobs == 0 && runningJobs == 0;
  }

  /** How much of the quantity of a limit is taken; what is kept elsewhere is 0 here. */
  public long used(Limit limit, long nowMs) {
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> runningJobs;
      case SUBMITTED_JOBS -> submittedJobs;
      case CORES -> cores;
      case NODES -> nodes;
      case MEM_BYTES -> memBytes;
      case GRES -> gres.getOrDefault(limit.gres(), 0L);
      case RUNNING_CORE_MS -> restCoreMs(nowMs);
      case LIMIT_MS, CORE_MS -> 0;
    };
  }

  /** Cores of jobs whose time limit comes nearer. */
  public long movingCores() {
    return cores - stillCores;
  }

  /** Cores times the rest of the time limit of all that runs; of a job past its limit nothing. */
  public long restCoreMs(long nowMs) {
    BigInteger rest =
        coreDeadlines.subtract(
            BigInteger.valueOf(movingCores()).multiply(BigInteger.valueOf(nowMs)));
    for (Map.Entry<Long, Long> late : deadlines.headMap(nowMs).entrySet()) {
      rest =
          rest.add(BigInteger.valueOf(Math.multiplyExact(late.getValue(), nowMs - late.getKey())));
    }
    return rest.add(stillCoreMs).longValueExact();
  }

  @Override
  public String toString() {
    return submittedJobs
        + " "
        + runningJobs
        + " "
        + cores
        + " "
        + nodes
        + " "
        + memBytes
        + " "
        + gres
        + " "
        + coreDeadlines
        + (stillCores == 0 ? "" : " " + stillCores + " " + stillCoreMs);
  }
}

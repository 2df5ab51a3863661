package org.queqiao.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.runtime.loop.RuntimeKillPoint;
import org.queqiao.simulator.fault.FaultPlan;
import org.queqiao.simulator.node.AgentKillPoint;

/**
 * What one simulation is about. The same scenario gives the same history.
 *
 * @param seed of all chance but the faults
 * @param nodes how many nodes
 * @param jobs how many jobs are submitted
 * @param activeMs how long people submit and faults begin
 * @param restMs how long everything may take to come to rest after that
 * @param faults what goes wrong
 */
public record Scenario(
    long seed, int nodes, int jobs, long activeMs, long restMs, FaultPlan faults) {
  private static final long ACTIVE_MS = 90_000;
  private static final long REST_MS = 900_000;

  /** The scenario of a seed. */
  public static Scenario of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = 2 + random.nextInt(4);
    int jobs = 5 + random.nextInt(28);
    return new Scenario(
        seed,
        nodes,
        jobs,
        ACTIVE_MS,
        REST_MS,
        FaultPlan.draw(random.split(), nodes, ACTIVE_MS, serverPoints(), agentPoints()));
  }

  /** The same with other faults. */
  public Scenario with(FaultPlan otherFaults) {
    return new Scenario(seed, nodes, jobs, activeMs, restMs, otherFaults);
  }

  /** The same with another number of jobs. */
  public Scenario withJobs(int otherJobs) {
    return new Scenario(seed, nodes, otherJobs, activeMs, restMs, faults);
  }

  /** The same with so many nodes; faults of others are left out. */
  public Scenario withNodes(int otherNodes) {
    return new Scenario(seed, otherNodes, jobs, activeMs, restMs, faults.onNodesBelow(otherNodes));
  }

  /** Every place at which the scheduler can be killed. */
  public static List<String> serverPoints() {
    List<String> points = new ArrayList<>();
    for (KillPoint point : KillPoint.values()) {
      points.add(point.pointName());
    }
    for (RuntimeKillPoint point : RuntimeKillPoint.values()) {
      points.add(point.pointName());
    }
    return points;
  }

  /** Every place at which an agent can be killed. */
  public static List<String> agentPoints() {
    List<String> points = new ArrayList<>();
    for (AgentKillPoint point : AgentKillPoint.values()) {
      points.add(point.pointName());
    }
    return points;
  }
}

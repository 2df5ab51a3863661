package org.queqiao.simulator.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The faults of one simulation, in the order of their numbers. Leaving some out gives another
 * simulation of the same seed; that is how a failing plan is shortened.
 *
 * @param faults what goes wrong
 */
public record FaultPlan(List<Fault> faults) {
  private static final long HOUR_MS = 3_600_000;

  public FaultPlan {
    faults = List.copyOf(faults);
  }

  /** Nothing goes wrong. */
  public static FaultPlan none() {
    return new FaultPlan(List.of());
  }

  /** This plan without the faults of nodes from this number on. */
  public FaultPlan onNodesBelow(int nodes) {
    return new FaultPlan(faults.stream().filter(each -> each.node() < nodes).toList());
  }

  /**
   * Draws a plan.
   *
   * @param nodes how many nodes there are
   * @param untilMs faults begin before this moment
   * @param serverPoints places at which the scheduler can be killed
   * @param agentPoints places at which an agent can be killed
   */
  public static FaultPlan draw(
      SplittableRandom random,
      int nodes,
      long untilMs,
      List<String> serverPoints,
      List<String> agentPoints) {
    List<Fault> faults = new ArrayList<>();
    int count = 2 + random.nextInt(9);
    for (int i = 0; i < count; i++) {
      faults.add(one(random, nodes, random.nextLong(untilMs), serverPoints, agentPoints));
    }
    return new FaultPlan(faults);
  }

  private static Fault one(
      SplittableRandom random,
      int nodes,
      long atMs,
      List<String> serverPoints,
      List<String> agentPoints) {
    int node = random.nextInt(nodes);
    long briefMs = 50 + random.nextInt(4_000);
    long longMs = 5_000 + random.nextInt(50_000);
    return switch (random.nextInt(16)) {
      case 0 -> new Fault.KillServer(atMs, random.nextInt(5) == 0 ? longMs : briefMs);
      case 1, 2, 3, 4 ->
          new Fault.KillServerAt(
              atMs,
              serverPoints.get(random.nextInt(serverPoints.size())),
              1 + random.nextInt(6),
              briefMs);
      case 5 -> new Fault.FailSync(atMs, briefMs);
      case 6 -> new Fault.FillDisk(atMs, longMs, random.nextInt(3) == 0);
      case 7 -> new Fault.PauseServer(atMs, longMs);
      case 8 ->
          new Fault.StepClock(atMs, (random.nextBoolean() ? 1 : -1) * random.nextLong(HOUR_MS));
      case 9 -> new Fault.KillAgent(atMs, node, random.nextInt(3) == 0 ? longMs : briefMs);
      case 10, 11 ->
          new Fault.KillAgentAt(
              atMs,
              node,
              agentPoints.get(random.nextInt(agentPoints.size())),
              1 + random.nextInt(3),
              briefMs);
      case 12 -> new Fault.RebootNode(atMs, node, longMs);
      case 13 ->
          node == 0
              ? new Fault.RebootNode(atMs, node, briefMs)
              : new Fault.LoseNode(atMs, node, longMs);
      case 14 ->
          new Fault.CutNode(atMs, node, longMs, random.nextInt(3) > 0, random.nextInt(3) > 0);
      default ->
          new Fault.Weather(
              atMs,
              longMs,
              random.nextInt(300),
              random.nextInt(500),
              1 + random.nextInt(random.nextBoolean() ? 50 : 3_000));
    };
  }
}

package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * The nodes and running jobs of a cluster in the numbers of a {@link Planner}: made from the tables
 * once, then told of starts and ends. Nodes are numbered by weight, then by name.
 */
final class ClusterMirror {
  private static final int MAX_DEMANDS = 50_000;

  private final List<NodeName> names = new ArrayList<>();
  private final TreeMap<NodeName, Integer> numbers = new TreeMap<>();
  private final TreeMap<Shape, Demand> demands = new TreeMap<>();
  private final TreeMap<JobId, PlanJob> running = new TreeMap<>();
  private final ClusterKinds kinds;
  private final ClusterChoices choices;
  private final Planner planner;

  ClusterMirror(Cluster cluster, PlanPolicy policy, Starts starts) {
    this.kinds = new ClusterKinds(cluster.nodes().all());
    NodePool pool = new NodePool(cluster.nodes().all().size(), kinds.count());
    List<Job> holders = new ArrayList<>();
    for (Node node : inOrder(cluster)) {
      int number = names.size();
      names.add(node.name());
      numbers.put(node.name(), number);
      fill(pool, number, node);
      for (Job job : node.holders()) {
        if (job.scriptNode().equals(node.name())) {
          holders.add(job);
        }
      }
    }
    this.choices = new ClusterChoices(cluster, names);
    this.planner = new Planner(policy, pool, starts);
    for (Job job : holders) {
      PlanJob run = planJob(job);
      running.put(job.id(), run);
      planner.runs(run, nodesOf(job), job.startMs());
    }
  }

  /** Those that the site wants to be given away first are the first. */
  private static List<Node> inOrder(Cluster cluster) {
    List<Node> nodes = new ArrayList<>(cluster.nodes().all());
    nodes.sort(Comparator.comparingInt(node -> node.settings().weight()));
    return nodes;
  }

  private void fill(NodePool pool, int number, Node node) {
    NodeFacts facts = node.facts();
    long[] free = kinds.of(facts);
    for (Job job : node.holders()) {
      for (Allocation each : job.allocations()) {
        if (each.node().equals(node.name())) {
          long[] held = kinds.of(each);
          for (int kind = 0; kind < held.length; kind++) {
            free[kind] -= held[kind];
          }
        }
      }
    }
    for (int kind = 0; kind < free.length; kind++) {
      pool.setFree(number, kind, free[kind]);
    }
    pool.setMemoryPerCore(number, facts.memBytes() / facts.cores());
    if (!node.takesRuns()) {
      pool.close(number);
    }
  }

  private int[] nodesOf(Job job) {
    int[] on = new int[job.allocations().size()];
    for (int i = 0; i < on.length; i++) {
      on[i] = numbers.get(job.allocations().get(i).node());
    }
    return on;
  }

  Planner planner() {
    return planner;
  }

  NodeName name(int number) {
    return names.get(number);
  }

  /** A job as the planner sees it, or null when it asks for what no node has. */
  PlanJob planJob(Job job) {
    JobSpec spec = job.spec();
    int large = spec.tasks() % spec.nodes();
    long[] small = kinds.of(spec, spec.coresOnNode(spec.nodes() - 1));
    if (small == null) {
      return null;
    }
    ClusterChoices.Choice choice = choices.of(spec);
    Shape shape =
        new Shape(
            small,
            large,
            spec.coresOnNode(0),
            spec.nodes() - large,
            spec.memBytes() == 0,
            choice.number());
    if (demands.size() >= MAX_DEMANDS) {
      demands.clear();
    }
    Demand demand = demands.computeIfAbsent(shape, _ -> shape.demand(spec, choice));
    return new PlanJob(
        job.id().value(), job.id().value(), demand, job.submitMs(), spec.limitMs(), spec.limitMs());
  }

  /** A start of the planner has become a fact. */
  void started(PlanJob run) {
    running.put(new JobId(run.number()), run);
  }

  /** A run has ended. */
  void ended(JobId id, long nowMs) {
    PlanJob run = running.remove(id);
    if (run != null) {
      planner.ended(run, nowMs);
    }
  }

  /** Whether a run is known. */
  boolean runs(JobId id) {
    return running.containsKey(id);
  }

  /** What makes two demands the same. */
  private record Shape(
      long[] small,
      int largeShares,
      long largeCores,
      int smallShares,
      boolean memoryPerCore,
      int choice)
      implements Comparable<Shape> {
    Demand demand(JobSpec spec, ClusterChoices.Choice of) {
      long[] amounts = small.clone();
      amounts[0] = largeCores;
      Share large = new Share(amounts, memoryPerCore);
      Share rest = new Share(small, memoryPerCore);
      JobParts parts = JobParts.of(spec, of.wish());
      if (parts.isOneGroup()) {
        return new Demand(large, largeShares, rest, smallShares, of.groups().get(parts.group(0)));
      }
      List<Demand.Part> list = new ArrayList<>();
      for (int part = 0; part < parts.parts().count(); part++) {
        list.add(
            new Demand.Part(
                parts.large(part) ? large : rest,
                parts.parts().wanted(part),
                of.groups().get(parts.group(part))));
      }
      return new Demand(list);
    }

    @Override
    public int compareTo(Shape other) {
      int order = java.util.Arrays.compare(small, other.small);
      order = order != 0 ? order : Integer.compare(largeShares, other.largeShares);
      order = order != 0 ? order : Long.compare(largeCores, other.largeCores);
      order = order != 0 ? order : Integer.compare(smallShares, other.smallShares);
      order = order != 0 ? order : Boolean.compare(memoryPerCore, other.memoryPerCore);
      return order != 0 ? order : Integer.compare(choice, other.choice);
    }
  }
}

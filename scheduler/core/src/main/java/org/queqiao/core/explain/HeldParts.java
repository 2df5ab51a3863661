package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.state.Job;

/** What runs hold on each of their nodes: a run on many of them is gone through once. */
final class HeldParts {
  private final TreeMap<JobId, TreeMap<NodeName, List<Allocation>>> known = new TreeMap<>();

  /** What a run holds on a node. */
  List<Allocation> on(Job run, NodeName node) {
    return known.computeIfAbsent(run.id(), _ -> byNode(run)).getOrDefault(node, List.of());
  }

  private static TreeMap<NodeName, List<Allocation>> byNode(Job run) {
    TreeMap<NodeName, List<Allocation>> out = new TreeMap<>();
    for (Allocation each : run.allocations()) {
      out.computeIfAbsent(each.node(), _ -> new ArrayList<>(1)).add(each);
    }
    return out;
  }
}

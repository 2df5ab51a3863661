package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.core.message.Explanation.Lack;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.state.Node;

/** Counts what nodes lack that would have room if nothing ran on them. */
final class Shortage {
  static final String CORES = "cores";
  static final String MEMORY = "memory";
  static final String NODES = "nodes";
  private static final String GRES = "gres/";

  private final TreeMap<String, Integer> nodes = new TreeMap<>();

  /** What a node lacks now for a need that it could meet when idle; all of it, by name. */
  static NavigableSet<String> on(Node node, NodeNeed need) {
    Capacity free = node.capacity();
    TreeSet<String> lacks = new TreeSet<>();
    int cores = need.wholeNode() ? node.facts().cores() : need.cores();
    if (free.freeCores() < cores) {
      lacks.add(CORES);
    }
    // Memory that comes with the cores is missing with them.
    boolean comesWithCores = need.memBytes() == 0;
    if (free.freeMemBytes() < memBytes(node, need) && !(comesWithCores && lacks.contains(CORES))) {
      lacks.add(MEMORY);
    }
    TreeSet<String> devices = new TreeSet<>();
    for (GresRequest each : need.gres()) {
      devices.add(GRES + each.name() + (each.type().isEmpty() ? "" : ":" + each.type()));
      if (free.choose(0, 0, List.of(each)) == null) {
        lacks.add(devices.last());
      }
    }
    if (lacks.isEmpty()) {
      // Each alone is there, but not all at once.
      lacks.addAll(devices);
    }
    return lacks;
  }

  /** The memory that a need takes of a node: what it says, or what comes with its cores. */
  static long memBytes(Node node, NodeNeed need) {
    int cores = need.wholeNode() ? node.facts().cores() : need.cores();
    long share = node.facts().memBytes() / node.facts().cores();
    return need.memBytes() == 0 ? share * cores : need.memBytes();
  }

  /** Whether what a run holds on a node has any of what is missing there. */
  static boolean isHeldBy(List<Allocation> onNode, NavigableSet<String> missing) {
    for (Allocation each : onNode) {
      if (missing.contains(CORES) && !each.cores().isEmpty()
          || missing.contains(MEMORY) && each.memBytes() > 0
          || each.gres().stream()
              .anyMatch(gres ->
                  missing.contains(GRES + gres.name())
                      || missing.contains(GRES + gres.name() + ":" + gres.type()))) {
        return true;
      }
    }
    return false;
  }

  /** Another node, with what it lacks. */
  void add(NavigableSet<String> lacks) {
    lacks.forEach(each -> nodes.merge(each, 1, Integer::sum));
  }

  /** What was counted, what most nodes lack first. */
  List<Lack> found() {
    List<Lack> found = new ArrayList<>();
    nodes.forEach((what, count) -> found.add(new Lack(what, count)));
    found.sort(Comparator.comparing(Lack::nodes, Comparator.reverseOrder()));
    return found;
  }
}

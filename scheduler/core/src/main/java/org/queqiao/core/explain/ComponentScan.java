package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Node;

/** Counts over all nodes what each component of a job needs, its own nodes first. */
final class ComponentScan {
  private final JobParts parts;
  private final List<Count> counts = new ArrayList<>();

  /** What there is for one part. */
  private static final class Count {
    private final NodeNeed need;
    private final int wanted;
    private int fitNow;
    private int fitIdle;
    private final TreeMap<String, Integer> missing = new TreeMap<>();

    private Count(NodeNeed need, int wanted) {
      this.need = need;
      this.wanted = wanted;
    }

    /** What most of the nodes that could serve lack; nodes themselves where those are too few. */
    private String lacks() {
      if (fitNow >= wanted) {
        return "";
      }
      if (fitIdle < wanted) {
        return "nodes";
      }
      String most = "nodes";
      int nodes = 0;
      for (Map.Entry<String, Integer> each : missing.entrySet()) {
        if (each.getValue() > nodes) {
          nodes = each.getValue();
          most = each.getKey();
        }
      }
      return most;
    }
  }

  ComponentScan(JobSpec spec, NodeWish wish) {
    parts = spec.placement().components().isEmpty() ? null : JobParts.of(spec, wish);
    for (int part = 0; parts != null && part < parts.parts().count(); part++) {
      counts.add(new Count(parts.need(part), parts.parts().wanted(part)));
    }
  }

  /**
   * Looks at a node that takes runs and is kept for nobody else.
   *
   * @param groups the groups of the wish that it may serve
   * @return whether runs on it hold what a component needs
   */
  boolean look(Node node, int groups) {
    boolean held = false;
    for (int part = 0; part < counts.size(); part++) {
      Count count = counts.get(part);
      boolean may = (groups >> parts.group(part) & 1) == 1;
      if (may && NodeCapacity.idle(node.facts()).choose(count.need) != null) {
        count.fitIdle++;
        boolean now = node.capacity().choose(count.need) != null;
        count.fitNow += now ? 1 : 0;
        held |= !now;
        if (!now) {
          count.missing.merge(missing(node.capacity(), count.need), 1, Integer::sum);
        }
      }
    }
    return held;
  }

  private static String missing(Capacity free, NodeNeed need) {
    if (free.freeCores() < need.cores()) {
      return "cores";
    }
    for (GresRequest each : need.gres()) {
      if (free.choose(0, 0, List.of(each)) == null) {
        return "gres/" + each.name();
      }
    }
    return free.freeMemBytes() < need.memBytes() || need.memBytes() == 0 ? "memory" : "nodes";
  }

  /** What was found; nothing for a job without components. */
  List<Explanation.Component> found() {
    return counts.stream()
        .map(each ->
            new Explanation.Component(
                each.wanted, each.need.cores(), each.fitNow, each.fitIdle, each.lacks()))
        .toList();
  }
}

package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.placement.Switches;
import org.queqiao.core.state.Node;

/** Counts over all nodes what each component of a job needs, its own nodes first. */
final class ComponentScan {
  private final JobSpec spec;
  private final JobParts parts;
  private final List<Count> counts = new ArrayList<>();
  private final List<Whole> wholes = new ArrayList<>();
  private final List<NodeName> names = new ArrayList<>();
  private final List<Byte> masks = new ArrayList<>();

  /** What there is for one part of a component. */
  private static final class Count {
    private final NodeNeed need;
    private final int wanted;
    private int fitNow;
    private int fitIdle;
    private final Shortage missing = new Shortage();

    private Count(NodeNeed need, int wanted) {
      this.need = need;
      this.wanted = wanted;
    }

    /** What most of the nodes that could serve lack; nodes themselves where those are too few. */
    private String lacks() {
      if (fitNow >= wanted) {
        return "";
      }
      List<Explanation.Lack> found = missing.found();
      return fitIdle < wanted || found.isEmpty() ? Shortage.NODES : found.getFirst().what();
    }
  }

  /** Nodes that can serve some part of a component. */
  private static final class Whole {
    private int fitNow;
    private int fitIdle;
  }

  ComponentScan(JobSpec spec, NodeWish wish) {
    this.spec = spec;
    parts = spec.placement().components().isEmpty() ? null : JobParts.of(spec, wish);
    for (int part = 0; parts != null && part < parts.parts().count(); part++) {
      counts.add(new Count(parts.need(part), parts.parts().wanted(part)));
    }
    spec.components().forEach(_ -> wholes.add(new Whole()));
  }

  /**
   * Looks at a node.
   *
   * @param groups the groups of the wish that it may serve: none where it takes no runs or is kept
   *     for somebody else
   * @return what a component needs that runs on it hold
   */
  NavigableSet<String> look(Node node, int groups) {
    TreeSet<String> held = new TreeSet<>();
    if (parts == null) {
      return held;
    }
    int now = 0;
    int idle = 0;
    for (int part = 0; part < counts.size(); part++) {
      Count count = counts.get(part);
      boolean may = (groups >> parts.group(part) & 1) == 1;
      if (may && NodeCapacity.idle(node.facts()).choose(count.need) != null) {
        count.fitIdle++;
        idle |= 1 << part;
        if (node.capacity().choose(count.need) != null) {
          count.fitNow++;
          now |= 1 << part;
        } else {
          NavigableSet<String> lacks = Shortage.on(node, count.need);
          held.addAll(lacks);
          count.missing.add(lacks);
        }
      }
    }
    for (int component = 0; component < wholes.size(); component++) {
      wholes.get(component).fitNow += (now & partsOf(component)) != 0 ? 1 : 0;
      wholes.get(component).fitIdle += (idle & partsOf(component)) != 0 ? 1 : 0;
    }
    names.add(node.name());
    masks.add((byte) now);
    return held;
  }

  private int partsOf(int component) {
    int set = 0;
    for (int part = 0; part < counts.size(); part++) {
      set |= parts.component(part) == component ? 1 << part : 0;
    }
    return set;
  }

  /** How many nodes of the components are missing, its own left out. */
  long lacks() {
    long lacks = 0;
    for (int part = 0; part < counts.size(); part++) {
      Count count = counts.get(part);
      lacks += parts.component(part) > 0 ? Math.max(0, count.wanted - count.fitNow) : 0;
    }
    return lacks;
  }

  /** What was found; nothing for a job without components. */
  List<Explanation.Component> found(Switches switches) {
    List<Explanation.Component> out = new ArrayList<>();
    for (int component = 0; parts != null && component < wholes.size(); component++) {
      Whole whole = wholes.get(component);
      out.add(
          new Explanation.Component(
              spec.components().get(component).nodes(),
              spec.components().get(component).coresOnNode(0),
              whole.fitNow,
              whole.fitIdle,
              lacks(component, switches)));
    }
    return out;
  }

  private String lacks(int component, Switches switches) {
    for (int part = 0; part < counts.size(); part++) {
      if (parts.component(part) == component && !counts.get(part).lacks().isEmpty()) {
        return counts.get(part).lacks();
      }
    }
    JobPlacement placement = spec.components().get(component).placement();
    byte[] now = new byte[masks.size()];
    for (int i = 0; i < now.length; i++) {
      now[i] = (byte) (masks.get(i) & partsOf(component));
    }
    boolean lies = Arrangement.lies(spec, parts, new Fabric(switches, names), component, now);
    return lies ? "" : placement.contiguous() ? "contiguous" : "switches";
  }
}

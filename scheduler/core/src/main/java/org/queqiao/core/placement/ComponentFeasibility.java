package org.queqiao.core.placement;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Feasibility.Cause;
import org.queqiao.core.placement.Feasibility.Impossible;

/** Why a job with components can never run, component by component. */
final class ComponentFeasibility {
  private ComponentFeasibility() {}

  /** The first component whose nodes alone cannot lie so, or that they cannot all at once. */
  static Impossible liesNot(JobSpec spec, JobParts parts, Fabric fabric, byte[] masks) {
    List<JobComponent> components = spec.components();
    for (int i = 0; i < components.size(); i++) {
      JobPlacement placement = components.get(i).placement();
      if (!Arrangement.lies(spec, parts, fabric, i, masks)) {
        return new Impossible(
            Cause.LAYOUT,
            "components",
            which(i)
                + "no "
                + components.get(i).nodes()
                + " nodes that are as it asks lie "
                + (placement.contiguous()
                    ? "side by side"
                    : "on " + placement.switches() + " switches")
                + ", also when nothing runs",
            "ask for fewer nodes, name others, or leave "
                + (placement.contiguous() ? "contiguous" : "switches")
                + " out");
      }
    }
    return new Impossible(
        Cause.LAYOUT,
        "components",
        "each component alone could lie so, but not all at once, also when nothing runs",
        "ask for fewer nodes of one of them, or leave contiguous or switches of one out");
  }

  /** How a component is named in a refusal. */
  private static String which(int component) {
    return component == 0 ? "the job's own nodes: " : "component " + component + ": ";
  }

  /** The first component that alone can never run, or that they cannot all at once. */
  static Impossible explain(
      JobSpec spec, NodeWish wish, SortedMap<Integer, Map<NodeShape, Integer>> byGroups) {
    JobParts parts = JobParts.of(spec, wish);
    for (int part = 0; part < parts.parts().count(); part++) {
      NodeNeed need = parts.need(part);
      TreeMap<NodeShape, Integer> shapes = new TreeMap<>();
      for (Map.Entry<Integer, Map<NodeShape, Integer>> each : byGroups.entrySet()) {
        if ((each.getKey() >> parts.group(part) & 1) == 1) {
          each.getValue().forEach((shape, count) -> shapes.merge(shape, count, Math::addExact));
        }
      }
      String which = which(parts.component(part));
      Optional<Impossible> tooLarge =
          shapes.isEmpty()
              ? Optional.empty()
              : Feasibility.tooLargeForOneNode(
                  spec.components().get(parts.component(part)), need, shapes);
      if (tooLarge.isPresent()) {
        Impossible found = tooLarge.get();
        return new Impossible(
            found.cause(),
            "components",
            which + found.problem(),
            found.advice(),
            parts.component(part));
      }
      int fit = Feasibility.count(shapes, shape -> Feasibility.fits(need, shape));
      if (fit < parts.parts().wanted(part)) {
        return tooFew(which, wish, parts, part, fit);
      }
    }
    return new Impossible(
        Cause.AT_ONCE,
        "components",
        "each component alone could run, but not all at once, because a node serves one of them",
        "ask for fewer nodes of one of them");
  }

  private static Impossible tooFew(String which, NodeWish wish, JobParts parts, int part, int fit) {
    int wanted = parts.parts().wanted(part);
    boolean named =
        wish.includedNodes(parts.component(part)) > 0
            && (part == 0 || parts.component(part - 1) != parts.component(part));
    if (named) {
      return new Impossible(
          Cause.GROUP,
          "components",
          which
              + "of the nodes of its nodeList only "
              + fit
              + " of "
              + wanted
              + " may be used and have what it asks for",
          "leave the others out or ask for less on each node",
          parts.component(part));
    }
    return new Impossible(
        Cause.NODES,
        "components",
        which + "asks for " + wanted + " nodes, but only " + fit + " have what it asks for",
        "ask for " + (fit == 0 ? "less on each node, or for other nodes" : "at most " + fit),
        parts.component(part));
  }
}

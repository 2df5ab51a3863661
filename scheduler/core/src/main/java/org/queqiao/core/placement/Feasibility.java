package org.queqiao.core.placement;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;

/** Whether a job could ever run, on a cluster with nothing else on it. */
public final class Feasibility {
  private static final NodeName ANY = new NodeName("any");

  private Feasibility() {}

  /** What of a job no idle cluster can give, in the order in which it is looked for. */
  public enum Cause {
    /** No node may serve it. */
    NO_NODE,
    CORES,
    MEMORY,
    DEVICES,
    /** No node has all of it at once. */
    TOGETHER,
    /** Too few of those that it names, or of one count of its constraint. */
    GROUP,
    NODES,
    /** Too few nodes for those that have one task more. */
    UNEVEN,
    /** A node serves one count of a constraint, or one component. */
    AT_ONCE,
    LAYOUT
  }

  /**
   * Why a job can never run.
   *
   * @param field the field of the request that asks for too much
   * @param problem what is asked, and what there is
   * @param advice what to ask for instead, where nothing is known that could run
   * @param component of which component, 0 for the job's own nodes; they are looked at in this
   *     order
   */
  public record Impossible(
      Cause cause, String field, String problem, String advice, int component) {
    Impossible(Cause cause, String field, String problem, String advice) {
      this(cause, field, problem, advice, 0);
    }

    /** Whether this is found only where the other is not. */
    public boolean isBeyond(Impossible other) {
      boolean together = cause.compareTo(Cause.AT_ONCE) >= 0;
      int order = component - other.component;
      return order == 0 || together || other.cause.compareTo(Cause.AT_ONCE) >= 0
          ? cause.compareTo(other.cause) > 0
          : order > 0;
    }

    /** What is asked, what there is, and what to do. */
    public String message() {
      return problem + ": " + advice;
    }
  }

  /** A node to be asked, idle. */
  public record Offer(NodeName name, NodeSettings settings, NodeFacts facts) {}

  /**
   * Compares a job that may use any node with all nodes, idle.
   *
   * @param shapes how many nodes there are of each kind; with none at all nothing is impossible yet
   */
  public static Optional<Impossible> check(JobSpec spec, Map<NodeShape, Integer> shapes) {
    TreeMap<Integer, Map<NodeShape, Integer>> oneGroup = new TreeMap<>();
    oneGroup.put(1, shapes);
    return shapes.isEmpty() ? Optional.empty() : check(spec, NodeWish.ANY, oneGroup);
  }

  /** The same for each alternative of a wish. */
  public static List<SortedMap<Integer, Map<NodeShape, Integer>>> byAlternatives(
      NodeWish wish, List<Offer> nodes) {
    return wish.alternatives().stream().map(each -> byGroups(each, nodes)).toList();
  }

  /** How many nodes of each kind serve which groups of a wish; none that serve no group. */
  public static SortedMap<Integer, Map<NodeShape, Integer>> byGroups(
      NodeWish wish, Iterable<Offer> nodes) {
    TreeMap<Integer, Map<NodeShape, Integer>> byGroups = new TreeMap<>();
    for (Offer each : nodes) {
      int groups = wish.groups(each.name(), each.settings());
      if (groups != 0) {
        byGroups
            .computeIfAbsent(groups, _ -> new TreeMap<>())
            .merge(NodeShape.of(each.facts()), 1, Integer::sum);
      }
    }
    return byGroups;
  }

  /** Nodes, by their numbers, that serve the same groups of a wish and offer the same. */
  public record Served(int groups, NodeShape shape, BitSet nodes) {}

  /**
   * How it is asked whether nodes lie as they must.
   *
   * @param inWords whether the answer says what there is, and not its cause alone
   * @param looked is told how many nodes were looked at
   */
  public record LayoutQuestion(boolean inWords, LongConsumer looked) {}

  /**
   * Compares a job that must lie somehow with all nodes, idle, that fit it otherwise.
   *
   * @param fabric of these nodes by their numbers
   * @param served of each alternative of the wish
   */
  public static Optional<Impossible> checkLayout(
      JobSpec spec,
      NodeWish wish,
      Fabric fabric,
      List<List<Served>> served,
      LayoutQuestion question) {
    List<NodeWish> alternatives = wish.alternatives();
    Optional<Impossible> found = Optional.empty();
    for (int i = 0; i < alternatives.size(); i++) {
      // What is said is said of the last one.
      boolean inWords = question.inWords() && i == alternatives.size() - 1;
      LayoutQuestion one = new LayoutQuestion(inWords, question.looked());
      found = checkOneLayout(spec, alternatives.get(i), fabric, served.get(i), one);
      if (found.isEmpty()) {
        break;
      }
    }
    return found;
  }

  private static Optional<Impossible> checkOneLayout(
      JobSpec spec, NodeWish wish, Fabric fabric, List<Served> served, LayoutQuestion question) {
    JobParts parts = JobParts.of(spec, wish);
    Arrangement arrangement = Arrangement.of(spec, parts, fabric);
    byte[] masks = new byte[fabric.nodes()];
    for (Served each : served) {
      byte mask = (byte) parts.mask(each.groups(), need -> fits(need, each.shape()));
      each.nodes().stream().forEach(node -> masks[node] = mask);
    }
    boolean lies = arrangement.choose(parts.parts(), masks) != null;
    question.looked().accept(masks.length + arrangement.takeLooked());
    if (lies) {
      return Optional.empty();
    }
    if (!question.inWords()) {
      return Optional.of(new Impossible(Cause.LAYOUT, arrangement.field(), "", ""));
    }
    if (!spec.placement().components().isEmpty()) {
      return Optional.of(ComponentFeasibility.liesNot(spec, parts, fabric, masks));
    }
    if (parts.parts().count() > 1) {
      return Optional.of(
          new Impossible(
              Cause.LAYOUT,
              arrangement.field(),
              "no nodes lie so that are as the job asks for each of its "
                  + spec.nodes()
                  + " nodes, also when nothing runs",
              "ask for fewer nodes, name others, or leave " + arrangement.field() + " out"));
    }
    int most = arrangement.most(masks);
    return Optional.of(
        new Impossible(
            Cause.LAYOUT,
            arrangement.field(),
            "the job asks for "
                + spec.nodes()
                + " nodes that lie so, but the largest number of nodes that do and fit is "
                + most,
            "ask for at most " + most + " nodes, or leave " + arrangement.field() + " out"));
  }

  /**
   * Compares a job that wishes for some nodes with those that serve its groups, idle: one of the
   * alternatives of the wish is enough.
   *
   * @param byGroups of each alternative
   */
  public static Optional<Impossible> check(
      JobSpec spec, NodeWish wish, List<SortedMap<Integer, Map<NodeShape, Integer>>> byGroups) {
    List<NodeWish> alternatives = wish.alternatives();
    Optional<Impossible> first = Optional.empty();
    int most = 0;
    for (int i = 0; i < alternatives.size(); i++) {
      Optional<Impossible> found = check(spec, alternatives.get(i), byGroups.get(i));
      if (found.isEmpty()) {
        return found;
      }
      first = first.isEmpty() ? found : first;
      int fit = 0;
      for (Map<NodeShape, Integer> each : byGroups.get(i).values()) {
        fit += count(each, shape -> fitsSmall(spec, shape));
      }
      most = Math.max(most, fit);
    }
    boolean own = spec.placement().components().isEmpty();
    return alternatives.size() == 1 || !own || most == 0 || most >= spec.nodes()
        ? first
        : Optional.of(
            new Impossible(
                Cause.NODES,
                "constraint",
                "all "
                    + spec.nodes()
                    + " nodes are to have the same of the features in square brackets, but the most"
                    + " that do and fit are "
                    + most,
                "ask for at most " + most + " nodes, or leave the brackets out"));
  }

  /** The same for a wish without alternatives. */
  public static Optional<Impossible> check(
      JobSpec spec, NodeWish wish, SortedMap<Integer, Map<NodeShape, Integer>> byGroups) {
    JobParts parts = JobParts.of(spec, wish);
    long[] nodes = new long[1 << parts.parts().count()];
    TreeMap<NodeShape, Integer> shapes = new TreeMap<>();
    byGroups.forEach((groups, offered) ->
        offered.forEach((shape, count) -> {
          nodes[parts.mask(groups, need -> fits(need, shape))] += count;
          shapes.merge(shape, count, Math::addExact);
        }));
    return parts.parts().possible(nodes)
        ? Optional.empty()
        : Optional.of(explain(spec, wish, byGroups, shapes));
  }

  private static boolean fitsLarge(JobSpec spec, NodeShape shape) {
    return fits(NodeNeed.large(spec), shape);
  }

  private static boolean fitsSmall(JobSpec spec, NodeShape shape) {
    return fits(NodeNeed.small(spec), shape);
  }

  static boolean fits(NodeNeed need, NodeShape shape) {
    return shape.cores() >= need.cores() && idle(shape).choose(need) != null;
  }

  private static Impossible explain(
      JobSpec spec,
      NodeWish wish,
      SortedMap<Integer, Map<NodeShape, Integer>> byGroups,
      SortedMap<NodeShape, Integer> shapes) {
    if (shapes.isEmpty()) {
      return noneMayServe(spec);
    }
    if (!spec.placement().components().isEmpty()) {
      return ComponentFeasibility.explain(spec, wish, byGroups);
    }
    Optional<Impossible> tooLarge =
        tooLargeForOneNode(spec.components().getFirst(), NodeNeed.large(spec), shapes);
    if (tooLarge.isPresent()) {
      return tooLarge.get();
    }
    Optional<Impossible> tooFew = tooFewOfAGroup(spec, wish, byGroups);
    if (tooFew.isPresent()) {
      return tooFew.get();
    }
    int small = count(shapes, shape -> fitsSmall(spec, shape));
    if (small < spec.nodes()) {
      return tooManyNodes(spec, small);
    }
    int large = count(shapes, shape -> fitsLarge(spec, shape));
    return large < spec.tasks() % spec.nodes()
        ? tooUneven(spec, large)
        : new Impossible(
            Cause.AT_ONCE,
            "constraint",
            "each count of the constraint alone can be met, but not all at once, because a node"
                + " counts for one of them",
            "ask for fewer nodes of one of them");
  }

  private static Impossible noneMayServe(JobSpec spec) {
    String field =
        spec.placement().constraint().isEmpty()
            ? spec.placement().excludeNodes().isEmpty() ? "partition" : "excludeNodes"
            : "constraint";
    return new Impossible(
        Cause.NO_NODE,
        field,
        "no node of partition "
            + spec.partition()
            + (field.equals("constraint") ? " has " + spec.placement().constraint() : "")
            + (field.equals("constraint") ? "" : " is left that the job may use"),
        field.equals("constraint")
            ? "ask for fewer features"
            : field.equals("excludeNodes") ? "exclude fewer nodes" : "name another one");
  }

  private static Optional<Impossible> tooFewOfAGroup(
      JobSpec spec, NodeWish wish, SortedMap<Integer, Map<NodeShape, Integer>> byGroups) {
    int[] sizes = wish.sizes(0, spec.nodes());
    for (int i = 0; i < sizes.length - 1; i++) {
      int fit = 0;
      for (Map.Entry<Integer, Map<NodeShape, Integer>> each : byGroups.entrySet()) {
        if ((each.getKey() >> i & 1) == 1) {
          fit += count(each.getValue(), shape -> fitsSmall(spec, shape));
        }
      }
      if (fit < sizes[i]) {
        return Optional.of(
            wish.includedNodes(0) > 0
                ? new Impossible(
                    Cause.GROUP,
                    "nodeList",
                    "of the "
                        + sizes[i]
                        + " nodes of nodeList only "
                        + fit
                        + " may be used and have what the job asks for on each node",
                    "leave the others out or ask for less on each node")
                : new Impossible(
                    Cause.GROUP,
                    "constraint",
                    "count "
                        + (i + 1)
                        + " of the constraint asks for "
                        + sizes[i]
                        + " nodes, but only "
                        + fit
                        + " have these features and what the job asks for on each node",
                    "ask for at most " + fit));
      }
    }
    return Optional.empty();
  }

  static int count(Map<NodeShape, Integer> shapes, Predicate<NodeShape> fits) {
    int nodes = 0;
    for (Map.Entry<NodeShape, Integer> each : shapes.entrySet()) {
      nodes += fits.test(each.getKey()) ? each.getValue() : 0;
    }
    return nodes;
  }

  private static Impossible tooManyNodes(JobSpec spec, int nodes) {
    return new Impossible(
        Cause.NODES,
        "nodes",
        "the job asks for "
            + spec.nodes()
            + " nodes with "
            + spec.coresOnNode(spec.nodes() - 1)
            + " cores each, but the cluster has only "
            + nodes
            + " nodes that fit",
        "ask for at most " + nodes + " nodes");
  }

  private static Impossible tooUneven(JobSpec spec, int nodes) {
    return new Impossible(
        Cause.UNEVEN,
        "tasks",
        "the tasks do not divide evenly, so "
            + spec.tasks() % spec.nodes()
            + " nodes need "
            + spec.coresOnNode(0)
            + " cores, but the cluster has only "
            + nodes
            + " such nodes",
        "ask for " + spec.tasks() / spec.nodes() * spec.nodes() + " tasks");
  }

  static Optional<Impossible> tooLargeForOneNode(
      JobComponent of, NodeNeed need, Map<NodeShape, Integer> shapes) {
    int cores = need.cores();
    int mostCores = 0;
    long mostMemBytes = 0;
    boolean someNodeHasGres = false;
    boolean someNodeHasAll = false;
    for (NodeShape shape : shapes.keySet()) {
      mostCores = Math.max(mostCores, shape.cores());
      mostMemBytes = Math.max(mostMemBytes, shape.memBytes());
      Capacity idle = idle(shape);
      someNodeHasGres |= idle.choose(0, 0, need.gres()) != null;
      someNodeHasAll |= idle.choose(need) != null;
    }
    if (someNodeHasAll) {
      return Optional.empty();
    }
    if (cores > mostCores) {
      return Optional.of(
          new Impossible(
              Cause.CORES,
              "cpusPerTask",
              "the job asks for "
                  + cores
                  + " cores on one node, but the largest node has "
                  + mostCores,
              "ask for at most " + mostCores + " cores per node, or for more nodes"));
    }
    if (need.memBytes() > mostMemBytes) {
      return Optional.of(
          new Impossible(
              Cause.MEMORY,
              memField(of),
              "the job asks for "
                  + need.memBytes()
                  + " bytes of memory on one node, but the largest"
                  + " node has "
                  + mostMemBytes,
              "ask for less memory, or for more nodes"));
    }
    if (!someNodeHasGres) {
      return Optional.of(MissingGres.explain(of, need, shapes));
    }
    return Optional.of(
        new Impossible(
            Cause.TOGETHER,
            "cpusPerTask",
            "no node has "
                + cores
                + " cores, the memory and the generic resources of the job at"
                + " once",
            "ask for fewer of one of them"));
  }

  private static String memField(JobComponent of) {
    if (of.placement().memPerCpuBytes() > 0) {
      return "memPerCpuBytes";
    }
    return of.placement().memPerGpuBytes() > 0 ? "memPerGpuBytes" : "memBytes";
  }

  private static Capacity idle(NodeShape shape) {
    return NodeCapacity.idle(
        new NodeFacts(ANY, "", shape.cores(), shape.memBytes(), shape.gres(), "", "", List.of()));
  }
}

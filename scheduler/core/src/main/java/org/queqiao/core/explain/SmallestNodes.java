package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.FewestNodes;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * What a job would get now that takes of a node what that has: all its cores, or the memory that
 * goes with those that it asks for. As the planner does it: first on the nodes that are given away
 * first, then on the smallest among which there is room.
 */
final class SmallestNodes {
  private final Cluster cluster;
  private final Job job;

  /** All nodes, those that are given away first before the others. */
  private final List<Node> all;

  private final TreeSet<NodeName> open = new TreeSet<>();
  private final Fabric fabric;

  /** A job on those nodes that it may use. */
  SmallestNodes(Cluster cluster, Job job, List<Node> nodes) {
    this.cluster = cluster;
    this.job = job;
    this.all = new ArrayList<>(cluster.nodes().all());
    all.sort(cluster.policy().firstGiven());
    nodes.forEach(each -> open.add(each.name()));
    this.fabric = new Fabric(cluster.policy().switches(), all.stream().map(Node::name).toList());
  }

  /** A shape of the job, and which of its parts each node could serve. */
  private record Way(JobSpec spec, JobParts parts, Arrangement arrangement, byte[] masks) {
    /** The numbers of its nodes, or null. */
    int[] on(byte[] some) {
      return arrangement == null
          ? parts.parts().choose(some)
          : arrangement.choose(parts.parts(), some);
    }

    /** The parts that the planner knows as one, as masks. */
    List<Integer> together() {
      int count = parts.parts().count();
      boolean one = spec.components().size() == 1 && spec.placement().licences().isEmpty();
      if (one && parts.isOneGroup() && arrangement == null) {
        return List.of((1 << count) - 1);
      }
      List<Integer> bits = new ArrayList<>();
      for (int part = 0; part < count; part++) {
        bits.add(1 << part);
      }
      return bits;
    }
  }

  /**
   * The least that it can get now, if what it would get first is too much.
   *
   * @param tooMuch whether it does not start with so much
   * @return nothing where it gets everywhere what it asks for, or starts, or there is no room
   */
  List<Allocation> insteadOf(Predicate<List<Allocation>> tooMuch) {
    boolean exclusive = job.spec().placement().exclusive();
    if (!exclusive
        && job.spec().components().stream()
            .noneMatch(each -> each.memOnNode(each.nodes() - 1) == 0)) {
      return List.of();
    }
    Way decided = null;
    for (JobSpec spec : job.spec().shapes()) {
      for (NodeWish wish : cluster.wishOf(job.spec()).alternatives()) {
        Way way = way(spec, wish);
        List<Allocation> first = allocations(spec, way.on(way.masks()));
        if (!first.isEmpty() && !tooMuch.test(first)) {
          return List.of();
        }
        decided = decided == null && !first.isEmpty() ? way : decided;
      }
    }
    return decided == null
        ? List.of()
        : smallest(
            decided,
            node ->
                exclusive ? node.facts().cores() : node.facts().memBytes() / node.facts().cores());
  }

  private Way way(JobSpec spec, NodeWish wish) {
    JobParts parts = JobParts.of(spec, wish);
    byte[] masks = new byte[all.size()];
    for (int i = 0; i < masks.length; i++) {
      Node node = all.get(i);
      if (open.contains(node.name())) {
        int groups = wish.groups(node.name(), node.settings());
        masks[i] = (byte) parts.mask(groups, need -> node.capacity().choose(need) != null);
      }
    }
    return new Way(spec, parts, Arrangement.of(spec, parts, fabric), masks);
  }

  /** On the fewest nodes by their size among which there is room, up to the greatest of these. */
  private List<Allocation> smallest(Way way, ToLongFunction<Node> size) {
    List<Integer> bySize = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      bySize.add(i);
    }
    bySize.sort(Comparator.comparingLong(i -> size.applyAsLong(all.get(i))));
    int[] decided = way.on(way.masks());
    int[] places = new int[bySize.size()];
    for (int place = 0; place < places.length; place++) {
      places[bySize.get(place)] = place;
    }
    int last = Arrays.stream(decided).map(each -> places[each]).max().orElse(0);
    long least = size.applyAsLong(all.get(bySize.getFirst()));
    if (size.applyAsLong(all.get(bySize.get(last))) == least) {
      return allocations(way.spec(), decided);
    }
    List<Integer> together = way.together();
    int[] on =
        FewestNodes.find(
            together.size(),
            last + 1,
            most -> {
              byte[] some = way.masks().clone();
              for (int part = 0; part < most.length; part++) {
                int bits = together.get(part);
                bySize.subList(most[part], all.size()).forEach(i -> some[i] &= (byte) ~bits);
              }
              return way.on(some);
            });
    return allocations(way.spec(), on == null ? decided : on);
  }

  private List<Allocation> allocations(JobSpec spec, int[] on) {
    List<Allocation> found = new ArrayList<>();
    for (int i = 0; on != null && i < on.length; i++) {
      Node node = all.get(on[i]);
      Allocation here = node.capacity().choose(NodeNeed.of(spec, i));
      if (here == null) {
        return List.of();
      }
      found.add(here.on(node.facts(), node.settings().type()));
    }
    return found;
  }
}

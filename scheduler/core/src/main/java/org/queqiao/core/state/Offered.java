package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.node.NodeFacts;

/**
 * What the nodes of each partition offer when nothing runs on them, whether they take runs or not:
 * what a job gets at the least that leaves something to its node. Derived from nodes and
 * partitions. It says something else only when a first or last node of so many cores comes or goes,
 * or the least memory of some does, so that the order of the queue may depend on it.
 */
public final class Offered {
  private final Policy policy;
  private final NodeTable nodes;
  private final Kinds all = new Kinds();
  private final TreeMap<PartitionName, Kinds> listed = new TreeMap<>();

  Offered(Policy policy, NodeTable nodes) {
    this.policy = policy;
    this.nodes = nodes;
  }

  /** How many nodes there are of each number of cores and each memory for a core. */
  public static final class Kinds {
    private final TreeMap<Integer, TreeMap<Long, Integer>> counts = new TreeMap<>();

    private Kinds() {}

    /** Those of some nodes. */
    static Kinds of(Iterable<NodeFacts> nodes) {
      Kinds kinds = new Kinds();
      nodes.forEach(each -> kinds.count(each, 1));
      return kinds;
    }

    public boolean isEmpty() {
      return counts.isEmpty();
    }

    /** The cores of the smallest node that has so many; so many where none has. */
    public long cores(int least) {
      Integer found = counts.ceilingKey(least);
      return found == null ? least : found;
    }

    /**
     * The cores of so many nodes, the smallest that have so many each; so many each for those that
     * there are not.
     */
    public long cores(int least, long nodes) {
      long left = nodes;
      long sum = 0;
      for (Map.Entry<Integer, TreeMap<Long, Integer>> each : counts.tailMap(least).entrySet()) {
        long there = each.getValue().values().stream().mapToLong(count -> count).sum();
        long taken = Math.min(left, there);
        sum = Math.addExact(sum, Math.multiplyExact(taken, (long) each.getKey()));
        left -= taken;
      }
      return Math.addExact(sum, Math.multiplyExact(left, (long) least));
    }

    /** The least memory for a core of a node that has so many; of any node where none has. */
    public long memPerCore(int least) {
      NavigableMap<Integer, TreeMap<Long, Integer>> enough = counts.tailMap(least, true);
      return (enough.isEmpty() ? counts : enough)
          .values().stream().mapToLong(TreeMap::firstKey).min().orElse(0);
    }

    private static long memPerCore(NodeFacts facts) {
      return facts.memBytes() / facts.cores();
    }

    /** How many such nodes there are. */
    private int count(NodeFacts facts) {
      TreeMap<Long, Integer> ofCores = counts.get(facts.cores());
      return ofCores == null ? 0 : ofCores.getOrDefault(memPerCore(facts), 0);
    }

    private void count(NodeFacts facts, int sign) {
      TreeMap<Long, Integer> ofCores = counts.computeIfAbsent(facts.cores(), _ -> new TreeMap<>());
      int now = ofCores.merge(memPerCore(facts), sign, Integer::sum);
      if (now == 0) {
        ofCores.remove(memPerCore(facts));
      }
      if (ofCores.isEmpty()) {
        counts.remove(facts.cores());
      }
    }

    /**
     * Whether an answer changes. Nodes of one make tell memories that differ by some KiB, also from
     * one start to the next: with most of them the least memory stays what it was.
     */
    private boolean changesWith(NodeFacts before, NodeFacts after) {
      boolean same =
          before != null
              && before.cores() == after.cores()
              && memPerCore(before) == memPerCore(after);
      if (same || count(after) > 0 && (before == null || count(before) > 1)) {
        return false;
      }
      TreeMap<Integer, Long> answers = answers();
      replace(before, after);
      boolean changed = !answers.equals(answers());
      replace(after, before);
      return changed;
    }

    /** By number of cores of nodes: the least memory for a core of those that have as many. */
    private TreeMap<Integer, Long> answers() {
      TreeMap<Integer, Long> out = new TreeMap<>();
      long least = Long.MAX_VALUE;
      for (Map.Entry<Integer, TreeMap<Long, Integer>> each : counts.descendingMap().entrySet()) {
        least = Math.min(least, each.getValue().firstKey());
        out.put(each.getKey(), least);
      }
      return out;
    }

    /** Counts one node instead of another; null for none. */
    private void replace(NodeFacts before, NodeFacts after) {
      if (before != null) {
        count(before, -1);
      }
      if (after != null) {
        count(after, 1);
      }
    }

    @Override
    public String toString() {
      return counts.toString();
    }
  }

  /** What the nodes of a partition offer. */
  public Kinds of(PartitionName partition) {
    return listed.getOrDefault(partition, all);
  }

  private List<Kinds> with(NodeName node) {
    List<Kinds> out = new ArrayList<>();
    out.add(all);
    listed.forEach((name, kinds) -> {
      if (policy.nodesOf(name).contains(node)) {
        out.add(kinds);
      }
    });
    return out;
  }

  /**
   * Whether it says something else with a node that is new or offers something else.
   *
   * @param before null for a new node
   */
  boolean changesWith(NodeFacts before, NodeFacts after) {
    return with(after.name()).stream().anyMatch(each -> each.changesWith(before, after));
  }

  /** Counts a node that is new or offers something else. */
  void count(NodeFacts before, NodeFacts after) {
    for (Kinds each : with(after.name())) {
      each.replace(before, after);
    }
  }

  /** A partition has other nodes. */
  void relist(PartitionName partition) {
    NavigableSet<NodeName> names = policy.nodesOf(partition);
    if (names == null) {
      listed.remove(partition);
    } else {
      List<NodeFacts> there = new ArrayList<>();
      names.forEach(name -> nodes.find(name).ifPresent(node -> there.add(node.facts())));
      listed.put(partition, Kinds.of(there));
    }
  }

  /** What it says, to be compared. */
  @Override
  public String toString() {
    return all + " " + listed;
  }
}

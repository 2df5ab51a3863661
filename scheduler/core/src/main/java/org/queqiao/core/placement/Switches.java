package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NetworkSwitch;

/**
 * The switches of a site. Those with nodes are leaves; they are numbered depth first, so that each
 * switch has the leaves below it in one row.
 *
 * <pre>
 *   core ─┬─ rack1 ─┬─ s1: leaf 0        rack1 has leaves 0 to 1, core leaves 0 to 2
 *         │         └─ s2: leaf 1
 *         └─ s3: leaf 2
 * </pre>
 */
public final class Switches {
  /** How many there may be. */
  public static final int MAX = 10_000;

  /** No switches. */
  public static final Switches NONE = new Switches();

  private final TreeMap<NodeName, Integer> leafOf = new TreeMap<>();
  private final List<Row> rows = new ArrayList<>();
  private int leaves;

  private Switches() {}

  /** The leaves below one switch. */
  record Row(int from, int beyond) {
    int size() {
      return beyond - from;
    }
  }

  /**
   * The switches as the site says them.
   *
   * @throws IllegalArgumentException that says what is wrong with them
   */
  public static Switches of(TopologyDefined topology) {
    if (topology.switches().size() > MAX) {
      throw new IllegalArgumentException("there are more than " + MAX + " switches");
    }
    TreeMap<String, NetworkSwitch> byName = new TreeMap<>();
    TreeMap<String, List<NetworkSwitch>> below = new TreeMap<>();
    for (NetworkSwitch each : topology.switches()) {
      if (each.name().isEmpty() || byName.put(each.name(), each) != null) {
        throw new IllegalArgumentException(
            "switch '" + each.name() + "' is there twice or has no name");
      }
      below.computeIfAbsent(each.parent(), _ -> new ArrayList<>()).add(each);
    }
    Switches out = new Switches();
    TreeSet<String> seen = new TreeSet<>();
    for (NetworkSwitch root : below.getOrDefault("", List.of())) {
      out.number(root, below, seen, 0);
    }
    for (NetworkSwitch each : topology.switches()) {
      if (!seen.contains(each.name())) {
        throw new IllegalArgumentException(
            byName.containsKey(each.parent())
                ? "switch '" + each.name() + "' hangs below itself, or below one that does"
                : "switch '"
                    + each.name()
                    + "' hangs below '"
                    + each.parent()
                    + "', which is not there");
      }
    }
    return out;
  }

  private void number(
      NetworkSwitch at,
      TreeMap<String, List<NetworkSwitch>> below,
      TreeSet<String> seen,
      int depth) {
    if (depth > 16) {
      throw new IllegalArgumentException("switch '" + at.name() + "' is more than 16 levels deep");
    }
    seen.add(at.name());
    int from = leaves;
    List<NetworkSwitch> children = below.getOrDefault(at.name(), List.of());
    if (!at.nodes().isEmpty()) {
      if (!children.isEmpty()) {
        throw new IllegalArgumentException(
            "switch '"
                + at.name()
                + "' has nodes and other switches below it: give it one of both");
      }
      leaf(at);
    }
    for (NetworkSwitch each : children) {
      number(each, below, seen, depth + 1);
    }
    if (leaves > from) {
      rows.add(new Row(from, leaves));
    }
  }

  private void leaf(NetworkSwitch at) {
    try {
      for (NodeName node : HostList.parse(at.nodes())) {
        if (leafOf.put(node, leaves) != null) {
          throw new IllegalArgumentException("has node " + node + ", which another one has too");
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("switch '" + at.name() + "' " + e.getMessage(), e);
    }
    leaves++;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return leaves == 0;
  }

  int leaves() {
    return leaves;
  }

  /** The leaf of a node, or the number behind all leaves. */
  public int leafOf(NodeName node) {
    return leafOf.getOrDefault(node, leaves);
  }

  /** The leaves below each switch, the fewest first. */
  List<Row> rows() {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparingInt(Row::size).thenComparingInt(Row::from));
    return Collections.unmodifiableList(sorted);
  }
}

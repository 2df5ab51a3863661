package org.queqiao.server.view;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;

/** The nodes, by name. Written by one thread. */
public final class NodeTable {
  private final ConcurrentSkipListMap<NodeName, NodeEntry> nodes = new ConcurrentSkipListMap<>();

  NodeTable() {}

  void put(NodeEntry entry) {
    nodes.put(entry.facts().name(), entry);
  }

  void change(NodeName name, UnaryOperator<NodeEntry> change) {
    nodes.computeIfPresent(name, (_, entry) -> change.apply(entry));
  }

  /** A run takes what it is given, or gives it back. */
  void hold(List<Allocation> allocations, int sign) {
    for (Allocation each : allocations) {
      change(
          each.node(),
          entry ->
              entry.holding(
                  sign * each.cores().size(), Math.multiplyExact(sign, each.memBytes()), sign));
    }
  }

  public Optional<NodeEntry> find(NodeName name) {
    return Optional.ofNullable(nodes.get(name));
  }

  /** Nodes after this one, or all of them for null. */
  public Collection<NodeEntry> after(NodeName name) {
    return Collections.unmodifiableCollection(
        (name == null ? nodes : nodes.tailMap(name, false)).values());
  }
}

package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.placement.NodeShape;

/**
 * The nodes, by name.
 *
 * <pre>
 *   byName   every node that ever registered
 *   open     those that take runs and have a free core: what a pass walks over; empty on a full machine
 *   shapes   how many nodes offer the same, for questions about the whole cluster
 *   usable   the same of those that take runs, busy or not; and with which facts each was counted
 * </pre>
 */
public final class NodeTable {
  private final TreeMap<NodeName, Node> byName = new TreeMap<>();
  private final TreeMap<NodeName, Node> open = new TreeMap<>();
  private final TreeMap<NodeShape, Integer> shapes = new TreeMap<>();
  private final TreeMap<NodeShape, Integer> usableShapes = new TreeMap<>();
  private final TreeMap<NodeName, NodeFacts> usableFacts = new TreeMap<>();

  private long version;
  private long settingsVersion;

  /** What the site calls any of them, and for which version of the settings. */
  private NavigableSet<String> features = new TreeSet<>();

  private long featuresAt;

  NodeTable() {}

  void add(Node node) {
    version++;
    settingsVersion++;
    byName.put(node.name(), node);
    count(shapes, node.facts());
    refresh(node);
  }

  /** Runs a change of facts, keeping the count of shapes right. */
  void reshape(Node node, Runnable change) {
    version++;
    discount(shapes, node.facts());
    change.run();
    count(shapes, node.facts());
    refresh(node);
  }

  /** Must follow every change of a node. */
  void refresh(Node node) {
    if (node.takesRuns() && node.capacity().freeCores() > 0) {
      open.put(node.name(), node);
    } else {
      open.remove(node.name());
    }
    NodeFacts counted = usableFacts.get(node.name());
    NodeFacts now = node.takesRuns() ? node.facts() : null;
    if (!Objects.equals(counted, now)) {
      version++;
      if (counted != null) {
        discount(usableShapes, counted);
        usableFacts.remove(node.name());
      }
      if (now != null) {
        count(usableShapes, now);
        usableFacts.put(node.name(), now);
      }
    }
  }

  /** The site says something else of a node. */
  void described(Node node, NodeSettings settings) {
    node.set(settings);
    version++;
    settingsVersion++;
  }

  /** Another number after each change of what a node offers when it is idle. */
  long version() {
    return version;
  }

  /** Another number after each change of which nodes there are or of what the site says of them. */
  long settingsVersion() {
    return settingsVersion;
  }

  /** The features that any node has. */
  public NavigableSet<String> features() {
    if (featuresAt != settingsVersion) {
      featuresAt = settingsVersion;
      features = new TreeSet<>();
      byName.values().forEach(each -> features.addAll(each.settings().features()));
    }
    return Collections.unmodifiableNavigableSet(features);
  }

  private static void count(Map<NodeShape, Integer> counts, NodeFacts facts) {
    counts.merge(NodeShape.of(facts), 1, Integer::sum);
  }

  private static void discount(Map<NodeShape, Integer> counts, NodeFacts facts) {
    counts.computeIfPresent(NodeShape.of(facts), (shape, count) -> count == 1 ? null : count - 1);
  }

  public Optional<Node> find(NodeName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All nodes, by name. */
  public Collection<Node> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /** Those of some kind, to ask whether a job could run on them when they are idle. */
  public List<Feasibility.Offer> offers(Predicate<Node> which) {
    List<Feasibility.Offer> offers = new ArrayList<>();
    for (Node each : byName.values()) {
      if (which.test(each)) {
        offers.add(new Feasibility.Offer(each.name(), each.settings(), each.facts()));
      }
    }
    return offers;
  }

  /** Nodes that take runs and have a free core, by name. */
  public NavigableMap<NodeName, Node> open() {
    return Collections.unmodifiableNavigableMap(open);
  }

  /** How many nodes offer the same. */
  public Map<NodeShape, Integer> shapes() {
    return Collections.unmodifiableMap(shapes);
  }

  /** How many nodes that take runs, busy or not, offer the same. */
  public Map<NodeShape, Integer> usableShapes() {
    return Collections.unmodifiableMap(usableShapes);
  }
}

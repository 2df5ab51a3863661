package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Limit;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.state.Cluster;

/**
 * The devices and licences that limits and weights can name: those that there are. A name of
 * nothing would bind or weigh nothing, and nobody would notice.
 */
final class Countable {
  private final Cluster cluster;

  Countable(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether there is such a device or licence; before the first node, any device may come. */
  boolean knows(String name) {
    if (name.startsWith(Limit.LICENCE)) {
      return cluster.licences().find(name.substring(Limit.LICENCE.length())).isPresent();
    }
    return cluster.nodes().shapes().isEmpty() || devices().contains(name);
  }

  /** What is said of one that there is not. */
  String unknown(String name) {
    List<String> all = new ArrayList<>(devices());
    for (LicenceDefined each : cluster.licences().all()) {
      all.add(Limit.LICENCE + each.name());
    }
    boolean licence = name.startsWith(Limit.LICENCE);
    return (licence
            ? "there is no licence " + name.substring(Limit.LICENCE.length())
            : "no node has devices \"" + name + "\"")
        + ", so nothing would be counted; there are "
        + (all.isEmpty() ? "none of either kind" : String.join(", ", all))
        + (licence || cluster.licences().find(name).isEmpty()
            ? ""
            : ": a licence is named " + Limit.LICENCE + name);
  }

  private TreeSet<String> devices() {
    TreeSet<String> names = new TreeSet<>();
    for (NodeShape each : cluster.nodes().shapes().keySet()) {
      for (NodeFacts.GresInventory gres : each.gres()) {
        names.add(gres.name());
      }
    }
    return names;
  }
}

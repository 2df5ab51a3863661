package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.node.NetworkSwitch;

/** The site says which nodes are close to each other: a forest of switches. */
public record TopologyDefined(List<NetworkSwitch> switches) implements Event {
  /** No node is closer to another than to any. */
  public static final TopologyDefined NONE = new TopologyDefined(List.of());

  public TopologyDefined {
    switches = List.copyOf(switches);
  }
}

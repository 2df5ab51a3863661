package org.queqiao.simulator.node;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/** Who sees what really happens on the nodes. */
public interface NodeWatcher {
  /** User code of a run begins. */
  void forked(NodeName node, LaunchOrder order);

  /** All processes of a run are stopped. */
  void stopped(NodeName node, RunId run);

  /** The processes of a run go on. */
  void wentOn(NodeName node, RunId run);

  /** The last process of a run is gone. */
  void gone(NodeName node, RunId run);

  /** An agent acts on a desired set of this epoch. */
  void obeyed(NodeName node, long epoch);

  /** The agent was in contact with the scheduler for so much longer. */
  void contact(NodeName node, long forMs);

  /** The agent comes to a named place; what this throws kills it. */
  void reached(int node, String point);
}

package org.queqiao.server.gateway;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.RunMetrics;

/** Where what was counted of runs is stored. */
@FunctionalInterface
public interface CountersKeeper {
  /** Stores nothing, so that agents keep what they have. */
  CountersKeeper NONE = (node, metrics, stored) -> {};

  /**
   * Takes what a node counted of a run. Never blocks; what cannot be taken now is told again.
   *
   * @param stored is called on some thread once it is on disk; not at all when it is not taken
   */
  void keep(NodeName node, RunMetrics metrics, Runnable stored);
}

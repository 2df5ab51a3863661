package org.queqiao.server.auth.local;

import java.util.Optional;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeState;

/** The nodes as the log has them now, answered from memory. */
@FunctionalInterface
public interface NodeDirectory {
  Optional<Condition> find(NodeName node);

  /**
   * How a node is.
   *
   * @param state whether it takes part
   * @param drained whether it gets no new jobs
   */
  record Condition(NodeState state, boolean drained) {}
}

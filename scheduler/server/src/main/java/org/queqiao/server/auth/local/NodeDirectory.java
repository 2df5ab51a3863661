package org.queqiao.server.auth.local;

import java.util.Optional;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeState;

/** The nodes as log and connections have them now, answered from memory. */
@FunctionalInterface
public interface NodeDirectory {
  Optional<Condition> find(NodeName node);

  /**
   * How a node is.
   *
   * @param state whether it takes part
   * @param drained whether it gets no new jobs
   * @param connected whether its agent is there; a node whose agent restarts stays UP meanwhile
   */
  record Condition(NodeState state, boolean drained, boolean connected) {
    /** In words, for the script. */
    String text() {
      return state.name()
          + (drained ? " DRAINED" : "")
          + (state == NodeState.UP && !connected ? " AWAY" : "");
    }
  }
}

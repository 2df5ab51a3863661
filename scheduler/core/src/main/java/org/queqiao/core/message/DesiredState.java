package org.queqiao.core.message;

import java.util.List;
import org.queqiao.contract.id.NodeName;

/**
 * Everything that shall run on a node, and nothing else.
 *
 * @param node the node
 * @param version counts the changes of this set; 0 for a node that never had one
 * @param runs what shall be there, by run
 */
public record DesiredState(NodeName node, long version, List<DesiredRunState> runs) {
  public DesiredState {
    runs = List.copyOf(runs);
  }
}

package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * A step of a run begins: tasks on some nodes of its allocation. From now on something of the run
 * may live on each of them, until {@link RunPartEnded} or the end of the run says otherwise.
 *
 * @param step counts the steps of the run, from 0
 * @param name shown to people; the command's name
 * @param tasks how many tasks over all nodes
 * @param nodes where, in the order of the allocation; at least one
 */
public record StepStarted(RunId run, int step, String name, int tasks, List<NodeName> nodes)
    implements Event {
  public StepStarted {
    nodes = List.copyOf(nodes);
  }
}

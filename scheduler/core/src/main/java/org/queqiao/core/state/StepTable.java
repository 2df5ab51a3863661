package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.snapshot.StepsImage;

/**
 * The steps of runs that hold resources, and on which nodes something of a run may live: that of
 * its script until the script has ended, and those of its steps until each has told its end.
 */
public final class StepTable {
  private final TreeMap<JobId, StepsImage> runs = new TreeMap<>();

  StepTable() {}

  void put(StepsImage steps) {
    runs.put(steps.run().job(), steps);
  }

  void remove(Job job) {
    runs.remove(job.id());
  }

  /** What is known of the steps of the present run of a job; null when it has begun none. */
  public StepsImage of(Job job) {
    return runs.get(job.id());
  }

  /** Whether something of a run may live on a node. */
  public boolean livesOn(Job job, NodeName node) {
    StepsImage steps = of(job);
    if (job.scriptNode().equals(node)) {
      return steps == null || steps.script() == null;
    }
    return steps != null && steps.parts().contains(node);
  }

  /** The nodes on which something of a run may live: that of its script first. */
  public List<NodeName> nodesOf(Job job) {
    List<NodeName> nodes = new ArrayList<>();
    if (!scriptEnded(job)) {
      nodes.add(job.scriptNode());
    }
    StepsImage steps = of(job);
    if (steps != null) {
      nodes.addAll(steps.parts());
    }
    return nodes;
  }

  /** Whether the script of a run has ended and only other parts of it are left. */
  public boolean scriptEnded(Job job) {
    StepsImage steps = of(job);
    return steps != null && steps.script() != null;
  }

  List<StepsImage> images() {
    return List.copyOf(runs.values());
  }

  @Override
  public String toString() {
    return runs.toString();
  }
}

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
  /** How many steps of jobs that hold nothing are kept, so that people can ask for them. */
  static final int PAST_MAX = 20_000;

  /** How many nodes these steps name in sum. */
  static final long PAST_NODES_MAX = 500_000;

  private final TreeMap<JobId, StepsImage> runs = new TreeMap<>();

  /** Of jobs that hold nothing; those of the lowest numbers go first. */
  private final TreeMap<JobId, StepsImage> past = new TreeMap<>();

  private int pastSteps;
  private long pastNodes;

  StepTable() {}

  void put(StepsImage steps) {
    runs.put(steps.run().job(), steps);
  }

  /** The present run of a job begins its first step. */
  StepsImage first(Job job) {
    StepsImage before = past.remove(job.id());
    if (before != null) {
      countPast(before, -1);
    }
    return StepsImage.first(job.run(), before == null ? List.of() : before.recent());
  }

  /** A run holds nothing any more. */
  void over(Job job, long atMs) {
    StepsImage steps = runs.remove(job.id());
    if (steps != null) {
      putPast(steps.over(atMs));
    }
  }

  void putPast(StepsImage steps) {
    restorePast(steps);
    while (pastSteps > PAST_MAX || pastNodes > PAST_NODES_MAX) {
      countPast(past.pollFirstEntry().getValue(), -1);
    }
  }

  /** As an image has them: one of the time before a bound may have more. */
  void restorePast(StepsImage steps) {
    past.put(steps.run().job(), steps);
    countPast(steps, 1);
  }

  private void countPast(StepsImage steps, int sign) {
    pastSteps += sign * steps.recent().size();
    pastNodes += sign * steps.recentNodes();
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
    List<StepsImage> all = new ArrayList<>(runs.values());
    all.addAll(past.values());
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return runs.toString();
  }
}

package org.queqiao.core.check;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;

/** What the log has said of one job. */
final class Life {
  final JobSubmitted submitted;
  JobState state = JobState.PENDING;
  KillCause cause;
  int attempt;
  boolean held;

  /** Whether its run was asked to stop for another, and whether it did. */
  boolean makesRoom;

  boolean yields;

  long firstStartMs;
  long endMs;
  List<Allocation> allocations = List.of();
  JobSpec spec;
  boolean renamed;

  /** Where something of its run may live besides the node of the script. */
  private final TreeSet<NodeName> parts = new TreeSet<>();

  private boolean scriptEnded;

  /** Whether a part of its run was ended for want of memory. */
  private boolean shortOfMemory;

  /** Null for what is no array. */
  final ArrayLife array;

  /** Its index as a task, or -1. */
  final int index;

  Life(JobSubmitted submitted) {
    this.submitted = submitted;
    this.spec = submitted.spec();
    this.held = spec.hold();
    this.array = spec.array() == null ? null : new ArrayLife(spec.array());
    this.index = -1;
  }

  /** Something of its run may live on this node from now on. */
  void begins(StepStarted step) {
    for (NodeName node : step.nodes()) {
      if (!node.equals(allocations.getFirst().node())) {
        parts.add(node);
      }
    }
  }

  /** Whether it could be told so: something lived there, and something is left elsewhere. */
  boolean partEnds(NodeName node, RunExit exit) {
    shortOfMemory |= exit.kind() == RunExit.Kind.OUT_OF_MEMORY;
    boolean ofScript = node.equals(allocations.getFirst().node());
    boolean legal = livesOn(node);
    scriptEnded |= ofScript;
    parts.remove(node);
    return legal && !(scriptEnded && parts.isEmpty());
  }

  boolean livesOn(NodeName node) {
    return node.equals(allocations.getFirst().node()) ? !scriptEnded : parts.contains(node);
  }

  boolean scriptEnded() {
    return scriptEnded;
  }

  boolean shortOfMemory() {
    return shortOfMemory;
  }

  /** Its run ends: whether at most one place was left where something of it could live. */
  boolean runEnds() {
    boolean last = scriptEnded ? parts.size() == 1 : parts.isEmpty();
    parts.clear();
    scriptEnded = false;
    shortOfMemory = false;
    return last;
  }

  /** A task of an array. */
  Life(Life whole, int index) {
    this.submitted = whole.submitted;
    this.spec = whole.spec;
    this.array = null;
    this.index = index;
  }
}

package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.NodeLease;

/**
 * Folds a log and says where a run was taken for lost, without a word of its node, before anything
 * proved it (I15): a fence, a new boot, or a silence that outlasts the lease of the run.
 */
final class LossHistory {
  private final TreeMap<JobId, JobAllocated> runs = new TreeMap<>();

  /**
   * What was said of a node since it was last up: whether all is gone, and how long it is silent.
   */
  private final TreeMap<NodeName, Boolean> gone = new TreeMap<>();

  private final TreeMap<NodeName, Long> silentMs = new TreeMap<>();
  private final List<String> found = new ArrayList<>();

  /** Takes the next fact; says in words what is wrong with it. */
  List<String> observe(LoggedEvent logged) {
    found.clear();
    switch (logged.event()) {
      case JobAllocated e -> runs.put(e.run().job(), e);
      case NodeUp e -> {
        gone.remove(e.node());
        silentMs.remove(e.node());
      }
      case NodeFenced e -> gone.put(e.node(), true);
      case NodeDown e -> {
        gone.merge(e.node(), !e.newBootId().isEmpty(), Boolean::logicalOr);
        silentMs.merge(e.node(), e.silentMs(), Math::max);
      }
      case RunPartEnded e -> lost(logged.actor(), e.run(), e.node());
      case JobEnded e -> {
        if (e.exit() == null && e.state() == JobState.NODE_FAIL) {
          lostScript(logged.actor(), e.job());
        }
        runs.remove(e.job());
      }
      case JobRequeued e -> {
        if (e.exit() == null) {
          lostScript(logged.actor(), e.run().job());
        }
        runs.remove(e.run().job());
      }
      default -> {
        // No other fact ends a run or proves that it is gone.
      }
    }
    return List.copyOf(found);
  }

  private void lostScript(Actor actor, JobId job) {
    JobAllocated began = runs.get(job);
    if (began != null) {
      lost(actor, began.run(), began.allocations().getFirst().node());
    }
  }

  private void lost(Actor actor, RunId run, NodeName node) {
    JobAllocated began = runs.get(run.job());
    long leaseMs = began == null ? 0 : began.leaseMs();
    boolean over = leaseMs > 0 && silentMs.getOrDefault(node, 0L) >= NodeLease.overMs(leaseMs);
    if (actor.equals(Actor.SCHEDULER) && !over && !gone.getOrDefault(node, false)) {
      found.add("run " + run + " is lost with node " + node + ", of which nothing proves that");
    }
  }
}

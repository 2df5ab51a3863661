package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.policy.NodeLease;

/**
 * Folds a log and says where a run was taken for lost, without a word of its node, before anything
 * proved it (I15): a fence, a new boot, or a silence that outlasts the lease of the run.
 *
 * <p>Without a word of its node ends
 *
 * <ul>
 *   <li>a run, in whatever state its job ends or waits again, where the fact has no exit record,
 *       whoever says it: only a node knows how a run ended;
 *   <li>a run or a part of one where the scheduler itself says it, also with the exit record of
 *       what had ended before, as of a script whose last step was lost later.
 * </ul>
 *
 * Proved must that be of each node where something of the run may live: that of its script and
 * those of its steps, until they are told to have ended. A job that waits has no run that could be
 * lost, whatever attempt it is at.
 */
final class LossHistory {
  private final TreeMap<JobId, JobAllocated> runs = new TreeMap<>();

  /** Where something of each of these may live. */
  private final TreeMap<JobId, TreeSet<NodeName>> places = new TreeMap<>();

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
      case JobAllocated e -> {
        runs.put(e.run().job(), e);
        places.put(e.run().job(), new TreeSet<>(List.of(e.allocations().getFirst().node())));
      }
      case StepStarted e ->
          places.computeIfAbsent(e.run().job(), _ -> new TreeSet<>()).addAll(e.nodes());
      case NodeUp e -> {
        gone.remove(e.node());
        silentMs.remove(e.node());
      }
      case NodeFenced e -> gone.put(e.node(), true);
      case NodeDown e -> {
        gone.merge(e.node(), !e.newBootId().isEmpty(), Boolean::logicalOr);
        silentMs.merge(e.node(), e.silentMs(), Math::max);
      }
      case RunPartEnded e -> {
        if (logged.actor().equals(Actor.SCHEDULER)) {
          lost(e.run().job(), e.node());
        }
        places.getOrDefault(e.run().job(), new TreeSet<>()).remove(e.node());
      }
      case JobEnded e -> ends(logged.actor(), e.job(), e.exit());
      case JobRequeued e -> ends(logged.actor(), e.run().job(), e.exit());
      default -> {
        // No other fact ends a run or proves that it is gone.
      }
    }
    return List.copyOf(found);
  }

  private void ends(Actor actor, JobId job, RunExit exit) {
    if (exit == null || actor.equals(Actor.SCHEDULER)) {
      places.getOrDefault(job, new TreeSet<>()).forEach(node -> lost(job, node));
    }
    places.remove(job);
    runs.remove(job);
  }

  private void lost(JobId job, NodeName node) {
    JobAllocated began = runs.get(job);
    long leaseMs = began == null ? 0 : began.leaseMs();
    boolean over = leaseMs > 0 && silentMs.getOrDefault(node, 0L) >= NodeLease.overMs(leaseMs);
    if (began != null && !over && !gone.getOrDefault(node, false)) {
      found.add(
          "run " + began.run() + " is lost with node " + node + ", of which nothing proves that");
    }
  }
}

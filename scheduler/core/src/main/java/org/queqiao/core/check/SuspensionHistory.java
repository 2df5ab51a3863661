package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * What must hold of suspended runs: only a run that somebody wants to stop is stopped, and only
 * when all nodes on which it lives have said so; it goes on only after it was stopped, its
 * intervals follow each other, and while it is stopped it gets no signal.
 */
final class SuspensionHistory {
  private final TreeMap<RunId, Stop> runs = new TreeMap<>();
  private final List<String> found = new ArrayList<>();

  /** A run that holds resources. */
  private static final class Stop {
    private boolean asked;
    private boolean wanted;
    private boolean stopped;
    private boolean ending;
    private long edgeMs;
    private final TreeSet<NodeName> lives = new TreeSet<>();
    private final TreeSet<NodeName> stoppedOn = new TreeSet<>();
  }

  /** Takes the next fact; says what is wrong with it. */
  List<String> observe(LoggedEvent logged) {
    found.clear();
    long nowMs = logged.timeMs();
    switch (logged.event()) {
      case JobAllocated e -> {
        Stop run = new Stop();
        run.edgeMs = nowMs;
        run.lives.add(e.allocations().getFirst().node());
        runs.put(e.run(), run);
      }
      case JobSuspendRequested e -> {
        Stop run = find(e.run());
        require(!run.ending && run.wanted != e.suspend(), e + " changes nothing");
        run.asked = true;
        run.wanted = e.suspend();
        run.stoppedOn.clear();
      }
      case StepStarted e -> find(e.run()).lives.addAll(e.nodes());
      case RunPartEnded e -> find(e.run()).lives.remove(e.node());
      case RunPartSuspended e -> part(e, nowMs);
      case JobSuspended e -> {
        Stop run = find(e.run());
        everywhere(run, logged.actor(), e.toString());
        require(run.asked && !run.stopped && !run.ending, e + " of a run that does not stop");
        edge(run, e.atMs(), nowMs, e.toString());
        run.stopped = true;
      }
      case JobResumed e -> {
        Stop run = find(e.run());
        require(run.stopped, e + " of a run that was not stopped");
        edge(run, e.atMs(), nowMs, e.toString());
        run.stopped = false;
      }
      case JobSignalled e -> require(!find(e.run()).stopped, e + " to a stopped run");
      case JobKillRequested e -> {
        Stop run = find(e.run());
        run.edgeMs = run.stopped ? nowMs : run.edgeMs;
        run.stopped = false;
        run.ending = true;
      }
      case JobEnded e when e.attempt() > 0 -> over(e.job(), e.attempt(), e.endMs(), nowMs);
      case JobRequeued e -> over(e.run().job(), e.run().attempt(), e.endMs(), nowMs);
      default -> {
        // says nothing of what is stopped
      }
    }
    return List.copyOf(found);
  }

  private void part(RunPartSuspended e, long nowMs) {
    Stop run = find(e.run());
    require(run.wanted && !run.stopped && !run.ending, e + " of a run that does not stop");
    require(run.lives.contains(e.node()) && run.stoppedOn.add(e.node()), e + " says nothing new");
    require(e.atMs() >= run.edgeMs && e.atMs() <= nowMs, e + " is out of order");
  }

  /** The node that tells of it is the last, or nothing of the run lives there any more. */
  private void everywhere(Stop run, Actor by, String what) {
    for (NodeName node : run.lives) {
      require(
          run.stoppedOn.contains(node) || by.equals(Actor.node(node)),
          what + " and node " + node + " has not said so");
    }
  }

  private Stop find(RunId id) {
    Stop run = runs.get(id);
    require(run != null, "run " + id + " holds nothing");
    return run == null ? new Stop() : run;
  }

  /** A job that waits again ends without a run. */
  private void over(JobId job, int attempt, long endMs, long nowMs) {
    Stop run = runs.remove(new RunId(job, attempt));
    if (run != null) {
      edge(run, endMs, nowMs, "the end of run " + job + "." + attempt);
    }
  }

  private void edge(Stop run, long atMs, long nowMs, String what) {
    require(atMs >= run.edgeMs && atMs <= nowMs, what + " is out of order");
    run.edgeMs = atMs;
  }

  private void require(boolean holds, String detail) {
    if (!holds) {
      found.add(detail);
    }
  }
}

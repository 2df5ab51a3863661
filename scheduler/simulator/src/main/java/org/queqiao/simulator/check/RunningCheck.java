package org.queqiao.simulator.check;

import java.util.TreeSet;
import java.util.function.Supplier;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;

/** What happens to a run while it goes on: signals, changes, and that it is stopped for a while. */
final class RunningCheck {
  /** So long after a wish a set that carries it may still be on its way to a node. */
  private static final long ON_ITS_WAY_MS = 30_000;

  private final ModelCluster model;
  private final ReuseCheck reuse;

  RunningCheck(ModelCluster model, ReuseCheck reuse) {
    this.model = model;
    this.reuse = reuse;
  }

  void signalled(LoggedEvent logged, JobSignalled e) {
    ModelJob job = model.job(e.run().job());
    require(
        job != null && job.state == JobState.RUNNING && job.spec.terms().signal() != null,
        Invariant.I6,
        () -> HistoryCheck.at(logged) + " signals a run" + HistoryCheck.describe(job));
    require(!job.stopped, Invariant.I43, () -> HistoryCheck.at(logged) + " to a stopped run");
  }

  void changed(LoggedEvent logged, JobChanged e) {
    ModelJob job = model.job(e.job());
    require(
        job != null && (job.state == JobState.PENDING || job.state == JobState.RUNNING),
        Invariant.I6,
        () -> HistoryCheck.at(logged) + " changes a job" + HistoryCheck.describe(job));
    require(
        job.state == JobState.PENDING
            || job.spec.toBuilder().limitMs(e.spec().limitMs()).build().equals(e.spec()),
        Invariant.I6,
        () -> HistoryCheck.at(logged) + " changes more than the limit of a running job");
    job.renamed |= !job.spec.name().equals(e.spec().name());
    job.spec = e.spec();
  }

  /** What is said of whether a run is, or shall be, stopped. */
  void stands(LoggedEvent logged) {
    switch (logged.event()) {
      case JobSuspendRequested e -> asked(logged, e);
      case RunPartSuspended e -> partStopped(logged, e);
      case JobSuspended e -> stopped(logged, e);
      case JobResumed e -> wentOn(logged, e);
      default -> throw new IllegalArgumentException(String.valueOf(logged.event()));
    }
  }

  private void asked(LoggedEvent logged, JobSuspendRequested e) {
    ModelJob job = running(logged, e.run());
    require(
        job.stopWanted != e.suspend(),
        Invariant.I6,
        () -> HistoryCheck.at(logged) + " asks for what was asked for");
    job.stopWanted = e.suspend();
    job.stoppedOn.clear();
    job.makesRoom = e.preemptor() != null;
    if (job.yields && !e.suspend()) {
      job.yields = false;
      back(logged, e.run(), job);
    }
    if (!e.suspend()) {
      job.mayGoOn = true;
      job.resumeAskedMs = logged.timeMs();
    } else if (logged.timeMs() - job.resumeAskedMs > ON_ITS_WAY_MS) {
      job.mayGoOn = false;
    }
  }

  private void partStopped(LoggedEvent logged, RunPartSuspended e) {
    ModelJob job = running(logged, e.run());
    require(
        !job.stopped && job.stopWanted && nodesOf(e.run()).contains(e.node()),
        Invariant.I43,
        () -> HistoryCheck.at(logged) + " stops what nobody wanted to stop there");
    require(
        job.stoppedOn.add(e.node()),
        Invariant.I6,
        () -> HistoryCheck.at(logged) + " says what was said");
  }

  /** The nodes on which something of a run may live. */
  private TreeSet<NodeName> nodesOf(RunId run) {
    TreeSet<NodeName> nodes = new TreeSet<>(model.parts.getOrDefault(run, new TreeSet<>()));
    nodes.add(model.starts.get(run).scriptNode());
    return nodes;
  }

  /** Every node has said so, and the last of them says it now. */
  private void everywhere(LoggedEvent logged, RunId run, ModelJob job) {
    for (NodeName node : nodesOf(run)) {
      require(
          job.stoppedOn.contains(node) || logged.actor().equals(Actor.node(node)),
          job.makesRoom ? Invariant.I46 : Invariant.I43,
          () -> HistoryCheck.at(logged) + " and node " + node + " has not said so");
    }
  }

  private void stopped(LoggedEvent logged, JobSuspended e) {
    ModelJob job = running(logged, e.run());
    everywhere(logged, e.run(), job);
    require(
        !job.stopped && (job.stopWanted || job.mayGoOn),
        Invariant.I43,
        () -> HistoryCheck.at(logged) + " stops a run that nobody wanted to stop");
    edge(logged, job, e.atMs());
    job.stopped = true;
    job.stoppedMs = e.atMs();
    job.stopBilled = e.billed();
    if (job.makesRoom) {
      // Nothing that was wished before can be on its way any more.
      job.mayGoOn = false;
      job.yields = true;
      for (Allocation each : job.allocations) {
        ModelNode node = model.nodes.get(each.node());
        each.cores().forEach(node.coreUsers::remove);
      }
    }
  }

  /** A run that others had the cores of is to go on: they must be gone. */
  private void back(LoggedEvent logged, RunId run, ModelJob job) {
    for (Allocation each : job.allocations) {
      ModelNode node = model.nodes.get(each.node());
      for (int core : each.cores()) {
        RunId user = node.coreUsers.putIfAbsent(core, run);
        require(
            user == null,
            Invariant.I46,
            () -> HistoryCheck.at(logged) + " and " + user + " has core " + core);
        reuse.taken(logged, run, each.node() + "/" + core);
      }
    }
  }

  private void wentOn(LoggedEvent logged, JobResumed e) {
    ModelJob job = running(logged, e.run());
    require(
        job.stopped, Invariant.I43, () -> HistoryCheck.at(logged) + " of a run that did not stop");
    edge(logged, job, e.atMs());
    job.goOn(e.atMs());
  }

  private static void edge(LoggedEvent logged, ModelJob job, long atMs) {
    require(
        atMs >= Math.max(job.allocatedMs, job.edgeMs) && atMs <= logged.timeMs(),
        Invariant.I23,
        () -> HistoryCheck.at(logged) + " at " + atMs + ", after " + job.edgeMs);
    job.edgeMs = atMs;
  }

  private ModelJob running(LoggedEvent logged, RunId run) {
    ModelJob job = model.job(run.job());
    require(
        job != null && job.state == JobState.RUNNING && job.attempt == run.attempt(),
        Invariant.I6,
        () -> HistoryCheck.at(logged) + HistoryCheck.describe(job));
    return job;
  }

  private static void require(boolean holds, Invariant invariant, Supplier<String> detail) {
    HistoryCheck.require(holds, invariant, detail);
  }
}

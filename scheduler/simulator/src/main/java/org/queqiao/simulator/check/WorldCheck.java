package org.queqiao.simulator.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.simulator.node.LaunchOrder;

/** Compares what really runs on the nodes with what the facts allow. */
public final class WorldCheck {
  /** How long a process without an allocation may live while its agent is in contact. */
  private static final long ORPHAN_MS = 15_000;

  private final ModelCluster model;
  private final TreeMap<NodeName, TreeSet<RunId>> alive = new TreeMap<>();

  /** By node and run, what is stopped. */
  private final TreeSet<String> still = new TreeSet<>();

  private final TreeMap<String, Integer> forks = new TreeMap<>();
  private final TreeMap<String, Long> orphanMs = new TreeMap<>();
  private final TreeMap<NodeName, Long> epochs = new TreeMap<>();

  WorldCheck(ModelCluster model) {
    this.model = model;
  }

  /** User code of a run begins on a node. */
  public void forked(NodeName node, LaunchOrder order) {
    RunId run = order.run();
    require(
        forks.merge(node + "/" + run, 1, Integer::sum) == 1,
        Invariant.I13,
        () -> run + " is launched again on " + node);
    alive.forEach((where, runs) -> {
      for (RunId other : runs) {
        require(
            !other.job().equals(run.job())
                || (other.equals(run) && (isPart(node, run) || isPart(where, run))),
            Invariant.I3,
            () -> run + " begins on " + node + " while " + other + " lives on " + where);
      }
    });
    ModelJob job = model.job(run.job());
    require(
        model.isOpen(run) && (job.allocations.getFirst().node().equals(node) || isPart(node, run)),
        Invariant.I14,
        () -> run + " begins on " + node + " and holds nothing there");
    JobSubmitted submitted = job.submitted;
    require(
        submitted.unixUser().equals(order.unixUser()) && submitted.uid() == order.uid(),
        Invariant.I30,
        () -> run + " begins as " + order.unixUser() + " (" + order.uid() + ")");
    alive.computeIfAbsent(node, _ -> new TreeSet<>()).add(run);
  }

  /** The last process of a run is gone. */
  public void gone(NodeName node, RunId run) {
    TreeSet<RunId> runs = alive.get(node);
    if (runs != null) {
      runs.remove(run);
    }
    orphanMs.remove(node + "/" + run);
    still.remove(node + "/" + run);
  }

  /** All processes of a run on a node are stopped. */
  public void stopped(NodeName node, RunId run) {
    still.add(node + "/" + run);
  }

  /** The processes of a run on a node go on: somebody wants that, or that they end. */
  public void wentOn(NodeName node, RunId run) {
    still.remove(node + "/" + run);
    ModelJob job = model.job(run.job());
    require(
        !model.isOpen(run) || !job.stopped || job.mayGoOn,
        Invariant.I43,
        () -> run + " goes on while it is suspended");
    TreeSet<RunId> here = alive.getOrDefault(node, new TreeSet<>());
    if (here.contains(run)) {
      here.forEach(other -> alone(node, run, other));
    }
  }

  /** No core has processes of two runs that go on. */
  private void alone(NodeName node, RunId run, RunId other) {
    if (!other.equals(run) && !still.contains(node + "/" + other)) {
      List<Integer> shared = new ArrayList<>(coresOf(run, node));
      shared.retainAll(coresOf(other, node));
      require(
          shared.isEmpty(),
          Invariant.I46,
          () -> run + " goes on where " + other + " uses cores " + shared + " of " + node);
    }
  }

  /** What is said to be stopped is so, unless it was wanted to go on meanwhile. */
  private void suspended(RunId run) {
    ModelJob job = model.job(run.job());
    alive.forEach((node, runs) ->
        require(
            !runs.contains(run) || still.contains(node + "/" + run) || job.mayGoOn,
            Invariant.I43,
            () -> run + " is said to be suspended and goes on on " + node));
  }

  /** A durable fact: cores that are given away must have no process of an older run. */
  void observe(LoggedEvent logged) {
    if (logged.event() instanceof JobSuspended suspended) {
      suspended(suspended.run());
    }
    if (!(logged.event() instanceof JobAllocated allocated)) {
      return;
    }
    for (Allocation allocation : allocated.allocations()) {
      for (RunId other : alive.getOrDefault(allocation.node(), new TreeSet<>())) {
        ModelJob job = model.job(other.job());
        boolean yields =
            job.yields
                && job.attempt == other.attempt()
                && still.contains(allocation.node() + "/" + other);
        if (other.equals(allocated.run()) || yields) {
          continue;
        }
        List<Integer> shared = new ArrayList<>(allocation.cores());
        shared.retainAll(coresOf(other, allocation.node()));
        require(
            shared.isEmpty(),
            Invariant.I15,
            () ->
                allocated.run()
                    + " gets cores "
                    + shared
                    + " of "
                    + allocation.node()
                    + " while "
                    + other
                    + " lives on them");
      }
    }
  }

  /** Whether steps of the run may live there. */
  private boolean isPart(NodeName node, RunId run) {
    return model.parts.getOrDefault(run, new TreeSet<>()).contains(node);
  }

  private List<Integer> coresOf(RunId run, NodeName node) {
    ModelJob job = model.job(run.job());
    List<Integer> cores = new ArrayList<>();
    if (job != null && job.attempt == run.attempt()) {
      for (Allocation allocation : job.allocations) {
        if (allocation.node().equals(node)) {
          cores.addAll(allocation.cores());
        }
      }
    }
    return cores;
  }

  /** An agent acts on a set of this epoch. */
  public void obeyed(NodeName node, long epoch) {
    long highest = epochs.getOrDefault(node, 0L);
    require(
        epoch >= highest,
        Invariant.I12,
        () -> node + " obeys epoch " + epoch + " after epoch " + highest);
    epochs.put(node, epoch);
  }

  /** An agent was in contact for so much longer. */
  public void contact(NodeName node, long forMs) {
    for (RunId run : alive.getOrDefault(node, new TreeSet<>())) {
      if (!model.isOpen(run)) {
        long orphanedMs = orphanMs.merge(node + "/" + run, forMs, Long::sum);
        require(
            orphanedMs <= ORPHAN_MS,
            Invariant.I16,
            () ->
                run
                    + " lives on "
                    + node
                    + " without an allocation, in contact for "
                    + orphanedMs
                    + " ms");
      }
    }
  }

  /** Nothing lives when everything has ended. */
  void atRest() {
    alive.forEach((node, runs) ->
        require(runs.isEmpty(), Invariant.I16, () -> runs + " live on " + node + " at the end"));
  }

  private static void require(boolean holds, Invariant invariant, Supplier<String> detail) {
    HistoryCheck.require(holds, invariant, detail);
  }
}

package org.queqiao.simulator.check;

import java.util.TreeSet;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;

/** Steps begin on nodes that a run holds, and its parts end where they began. */
final class StepsCheck {
  private final ModelCluster model;
  private final TreeSet<String> gone = new TreeSet<>();

  StepsCheck(ModelCluster model) {
    this.model = model;
  }

  /** A fact about steps. */
  void accept(LoggedEvent logged) {
    if (logged.event() instanceof StepStarted started) {
      started(logged, started);
    } else if (logged.event() instanceof RunPartEnded ended) {
      partEnded(logged, ended);
    }
  }

  private void started(LoggedEvent logged, StepStarted e) {
    for (NodeName node : e.nodes()) {
      HistoryCheck.require(
          model.isOpen(e.run()) && holds(e.run(), node) && !gone.contains(e.run() + "@" + node),
          Invariant.I14,
          () -> HistoryCheck.at(logged) + " begins a step on " + node);
      if (!model.starts.get(e.run()).scriptNode().equals(node)) {
        model.parts.computeIfAbsent(e.run(), _ -> new TreeSet<>()).add(node);
      }
    }
  }

  private void partEnded(LoggedEvent logged, RunPartEnded e) {
    boolean ofScript = model.starts.get(e.run()).scriptNode().equals(e.node());
    TreeSet<NodeName> parts = model.parts.getOrDefault(e.run(), new TreeSet<>());
    HistoryCheck.require(
        model.isOpen(e.run())
            && gone.add(e.run() + "@" + e.node())
            && (ofScript ? !parts.isEmpty() : parts.remove(e.node())),
        Invariant.I5,
        () -> HistoryCheck.at(logged) + " ends a part that is not there");
    // Its other parts are told to end, and may have to go on for that.
    model.job(e.run().job()).mayGoOn |= ofScript;
  }

  private boolean holds(RunId run, NodeName node) {
    for (Allocation each : model.job(run.job()).allocations) {
      if (each.node().equals(node)) {
        return true;
      }
    }
    return false;
  }
}

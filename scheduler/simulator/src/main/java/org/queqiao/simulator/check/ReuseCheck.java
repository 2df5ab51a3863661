package org.queqiao.simulator.check;

import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.id.RunId;

/** No core is used again before the log proves that its old user is gone. */
final class ReuseCheck {
  private final ModelCluster model;

  ReuseCheck(ModelCluster model) {
    this.model = model;
  }

  /** Silence proves nothing; a new boot proves that nothing of the former one is left. */
  void down(NodeDown e) {
    if (!e.newBootId().isEmpty()) {
      model.nodes.get(e.node()).bootId = e.newBootId();
    }
  }

  /** Whether all processes of a run are stopped to make room. */
  private boolean yields(RunId run) {
    ModelJob job = model.job(run.job());
    return job.yields && job.attempt == run.attempt();
  }

  /** A run takes a core, which is named by node and number. */
  void taken(LoggedEvent logged, RunId run, String core) {
    RunId before = model.lastUsers.put(core, run);
    if (before == null || before.equals(run)) {
      // Or it was stopped and nobody has used it.
      return;
    }
    ModelCluster.Start start = model.starts.get(before);
    // The other nodes of a run have none of its processes; the node of its script speaks for them.
    ModelNode node = model.nodes.get(start.scriptNode());
    boolean rebooted = !node.bootId.equals(start.bootId());
    boolean fenced = node.fencedPosition > start.position();
    HistoryCheck.require(
        model.provenGone.contains(before) || rebooted || fenced || yields(before),
        Invariant.I15,
        () ->
            HistoryCheck.at(logged)
                + " gives core "
                + core
                + " to "
                + run
                + "; nothing proves that "
                + before
                + " is gone");
  }
}

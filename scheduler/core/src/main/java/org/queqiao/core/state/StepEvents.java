package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;

/** Makes the facts about steps, and about the parts of a run on its nodes, true. */
final class StepEvents {
  private final Cluster cluster;

  StepEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void started(StepStarted event, long nowMs) {
    Job job = find(event.run());
    StepsImage before = cluster.steps().of(job);
    StepsImage steps = before == null ? cluster.steps().first(job) : before;
    require(
        job.state() == JobState.RUNNING && steps.script() == null,
        "run " + event.run() + " begins a step in its end");
    require(
        event.step() == steps.started() && !event.nodes().isEmpty() && event.tasks() >= 1,
        "step " + event.step() + " of run " + event.run() + " follows " + steps.started());
    List<NodeName> others = new ArrayList<>();
    for (NodeName name : event.nodes()) {
      require(
          job.allocations().stream().anyMatch(each -> each.node().equals(name))
              && !steps.gone().contains(name),
          "run " + event.run() + " has no step on " + name);
      if (!name.equals(job.scriptNode())) {
        others.add(name);
      }
    }
    StepImage step =
        new StepImage(
            event.run().attempt(),
            event.step(),
            event.name(),
            event.tasks(),
            event.nodes(),
            nowMs,
            0,
            null);
    cluster.steps().put(steps.begun(step, others));
    for (NodeName name : others) {
      if (!steps.parts().contains(name)) {
        Node node = node(name);
        node.partBegins(job);
        node.desiredSetChanged();
      }
    }
  }

  void ended(StepEnded event, long nowMs) {
    Job job = find(event.run());
    StepsImage steps = cluster.steps().of(job);
    require(
        steps != null && steps.live().contains(event.step()),
        "step " + event.step() + " of run " + event.run() + " ends and is not there");
    cluster.steps().put(steps.ended(event.step(), nowMs, event.exitCode()));
  }

  void partEnded(RunPartEnded event) {
    Job job = find(event.run());
    StepsImage steps = cluster.steps().of(job);
    boolean ofScript = job.scriptNode().equals(event.node());
    require(
        steps != null
            && cluster.steps().livesOn(job, event.node())
            && event.exit().run().equals(event.run()),
        "a part of run " + event.run() + " ends on " + event.node() + " and is not there");
    StepsImage after = steps.partEnded(event.node(), ofScript, event.exit());
    require(
        after.script() == null || !after.parts().isEmpty(),
        "the last part of run " + event.run() + " ends and not the run");
    cluster.steps().put(after);
    Node here = node(event.node());
    here.partEnds(job);
    here.desiredSetChanged();
    if (ofScript) {
      after.parts().forEach(name -> node(name).desiredSetChanged());
    }
  }

  private Node node(NodeName name) {
    return cluster.nodes().find(name).orElseThrow(IllegalStateException::new);
  }

  private Job find(RunId run) {
    Job job = cluster.jobs().find(run.job()).orElse(null);
    require(job != null && job.isRun(run), "run " + run + " holds nothing");
    return job;
  }
}

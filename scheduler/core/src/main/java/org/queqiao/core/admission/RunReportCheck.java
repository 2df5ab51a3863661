package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * What an agent reports about a run. A report that is repeated, late, about a run that is unknown
 * or not of this node changes nothing and is acknowledged all the same, or the agent would repeat
 * it for ever.
 */
public final class RunReportCheck {
  private final Cluster cluster;
  private final RunEnds runEnds;

  public RunReportCheck(Cluster cluster) {
    this.cluster = cluster;
    this.runEnds = new RunEnds(cluster);
  }

  public Decision decide(Input.RunStarted input) {
    if (input.startMs() <= 0) {
      return Rejections.invalid(
          "startMs", "run " + input.run() + " cannot have started at " + input.startMs());
    }
    return runOn(input.node(), input.run())
        .filter(job -> job.nodeStartMs() == 0)
        .map(job ->
            Decision.done(
                List.of(
                    new Fact(
                        Actor.node(input.node()),
                        new JobStarted(input.run(), input.node(), input.startMs())))))
        .orElseGet(Decision::unchanged);
  }

  public Decision decide(Input.RunEnded input, long nowMs) {
    RunId run = input.exit().run();
    return cluster
        .jobs()
        .find(run.job())
        .filter(job -> job.isRun(run) && cluster.steps().livesOn(job, input.node()))
        .map(job -> Decision.done(runEnds.reported(job, input.exit(), input.node(), nowMs)))
        .orElseGet(Decision::unchanged);
  }

  /** The job of a run, if it holds resources and its script runs on this node. */
  private Optional<Job> runOn(NodeName node, RunId run) {
    return cluster
        .jobs()
        .find(run.job())
        .filter(job -> job.isRun(run) && job.scriptNode().equals(node));
  }
}

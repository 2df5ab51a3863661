package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * Steps of runs. A process of the run asks for one through the agent of its node, which proves to
 * which run and user it belongs; the agent of another node cannot ask for this run.
 */
public final class StepCheck {
  /** How many steps a run may begin. */
  public static final int MAX_STEPS = 10_000;

  /** How many of them may be there at a time. */
  public static final int MAX_LIVE = 256;

  /** How many tasks a step may have. */
  public static final int MAX_TASKS = 65_536;

  private static final int MAX_NAME_CHARACTERS = 128;

  private final Cluster cluster;

  public StepCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  public Decision decide(Input.StartStep input) {
    Job job =
        cluster.jobs().find(input.run().job()).filter(each -> each.isRun(input.run())).orElse(null);
    if (job == null || !job.scriptNode().equals(input.node()) || job.uid() != input.uid()) {
      return Rejections.notFound(
          "run",
          "run "
              + input.run()
              + " has no script of this user on node "
              + input.node()
              + ": steps are started on the node of the batch script");
    }
    if (job.state() != JobState.RUNNING || cluster.steps().scriptEnded(job)) {
      return Rejections.conflict("run", "job " + job.id() + " is ending or suspended");
    }
    StepsImage steps = cluster.steps().of(job);
    if (steps != null && steps.started() >= MAX_STEPS) {
      return Rejections.of(
          org.queqiao.core.message.Rejection.Code.TOO_MANY,
          "run",
          "a run begins at most " + MAX_STEPS + " steps: start more tasks in each");
    }
    if (steps != null && steps.live().size() >= MAX_LIVE) {
      return Rejections.of(
          org.queqiao.core.message.Rejection.Code.TOO_MANY,
          "run",
          "there are " + MAX_LIVE + " steps of this run already: wait for one to end");
    }
    String problem = TextRules.problemOfLine(input.name(), MAX_NAME_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("name", "the name of the step " + problem);
    }
    if (input.tasks() < input.nodes().size() || input.tasks() > MAX_TASKS) {
      return Rejections.invalid(
          "tasks",
          "a step on "
              + input.nodes().size()
              + " nodes has "
              + input.nodes().size()
              + " to "
              + MAX_TASKS
              + " tasks, not "
              + input.tasks());
    }
    Optional<Decision> wrong = wrongNodes(input, job, steps);
    return wrong.orElseGet(() -> {
      int step = steps == null ? 0 : steps.started();
      StepStarted started =
          new StepStarted(input.run(), step, input.name(), input.tasks(), input.nodes());
      return new Decision(
          List.of(new Fact(Actor.node(input.node()), started)), new Reply.StepAccepted(step));
    });
  }

  private Optional<Decision> wrongNodes(Input.StartStep input, Job job, StepsImage steps) {
    List<NodeName> own = job.allocations().stream().map(Allocation::node).toList();
    List<NodeName> seen = new ArrayList<>();
    for (NodeName name : input.nodes()) {
      if (!own.contains(name) || seen.contains(name)) {
        return Optional.of(
            Rejections.invalid(
                "nodes",
                "node "
                    + name
                    + " is "
                    + (seen.contains(name) ? "named twice" : "not of this job")
                    + TextRules.didYouMean(
                        name.value(), own.stream().map(NodeName::value).toList())));
      }
      seen.add(name);
      Node node = cluster.nodes().find(name).orElseThrow();
      if (!node.isUp() || (steps != null && steps.gone().contains(name))) {
        return Optional.of(
            Rejections.conflict(
                "nodes",
                "node "
                    + name
                    + (node.isUp() ? " has ended its part of this run" : " is not up now")
                    + ": name the others"));
      }
    }
    return input.nodes().isEmpty()
        ? Optional.of(Rejections.invalid("nodes", "a step has at least one node"))
        : Optional.empty();
  }

  /** A report that is repeated, late, or of a step that is not there changes nothing. */
  public Decision decide(Input.EndStep input) {
    Job job =
        cluster.jobs().find(input.run().job()).filter(each -> each.isRun(input.run())).orElse(null);
    if (job == null
        || !job.scriptNode().equals(input.node())
        || cluster.steps().of(job) == null
        || !cluster.steps().of(job).live().contains(input.step())) {
      return Decision.unchanged();
    }
    int code = Math.max(0, Math.min(255, input.exitCode()));
    return Decision.done(
        List.of(
            new Fact(Actor.node(input.node()), new StepEnded(input.run(), input.step(), code))));
  }
}

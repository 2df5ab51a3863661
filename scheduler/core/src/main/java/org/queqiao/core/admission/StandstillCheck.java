package org.queqiao.core.admission;

import java.util.List;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspension;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/**
 * What nodes report of runs that are stopped and go on. A run stands still from the moment at which
 * the last of the nodes on which it lives has stopped what is there, until the first of them lets
 * it go on.
 *
 * <pre>
 *   script on n1, steps on n2 and n3      wish   n2     n1     n3
 *   facts                                 asked  part   part   suspended
 * </pre>
 */
public final class StandstillCheck {
  private final Cluster cluster;

  public StandstillCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** A report that is repeated, late, or of a run that holds nothing here changes nothing. */
  public Decision decide(Input.RunSuspended input, long nowMs) {
    Job job =
        cluster
            .jobs()
            .find(input.run().job())
            .filter(each -> each.isRun(input.run()) && mayTell(each, input.node()))
            .orElse(null);
    if (job == null || !isNews(job, input)) {
      return Decision.unchanged();
    }
    long earliestMs = JobClock.edgeMs(job);
    boolean inside = input.atMs() >= earliestMs && input.atMs() <= nowMs;
    long atMs = inside ? input.atMs() : nowMs;
    Event event =
        input.suspended() ? stopped(job, input.node(), atMs) : new JobResumed(input.run(), atMs);
    return Decision.done(List.of(new Fact(Actor.node(input.node()), event)));
  }

  private boolean mayTell(Job job, NodeName node) {
    return cluster.steps().livesOn(job, node) && !cluster.steps().scriptEnded(job);
  }

  private Event stopped(Job job, NodeName node, long atMs) {
    return isStoppedBut(job, node)
        ? suspended(job, atMs)
        : new RunPartSuspended(job.run(), node, atMs);
  }

  private JobSuspended suspended(Job job, long atMs) {
    return new JobSuspended(
        job.run(),
        Math.max(atMs, job.suspension().lastStopMs()),
        cluster.policy().jobPolicy().billsSuspendedTime());
  }

  /** Whether it is stopped wherever it lives, not counting one node. */
  private boolean isStoppedBut(Job job, NodeName node) {
    return cluster.steps().nodesOf(job).stream()
        .allMatch(each -> each.equals(node) || job.suspension().stoppedOn().contains(each));
  }

  /**
   * What follows when nothing of a run lives on a node any more, which is not that of its script:
   * it may be stopped now as a whole, because the others have said so before.
   */
  List<Fact> withoutPart(Actor actor, Job job, NodeName node, long endMs, long nowMs) {
    Suspension known = job.suspension();
    if (job.state() != JobState.RUNNING
        || known == null
        || !known.wanted()
        || node.equals(job.scriptNode())
        || cluster.steps().scriptEnded(job)
        || !isStoppedBut(job, node)) {
      return List.of();
    }
    long atMs = Math.max(JobClock.edgeMs(job), Math.min(endMs, nowMs));
    return List.of(new Fact(actor, suspended(job, atMs)));
  }

  private boolean isNews(Job job, Input.RunSuspended input) {
    Suspension known = job.suspension();
    if (known == null) {
      return false;
    }
    if (job.preemption().suspends() || cluster.steps().nodesOf(job).size() > 1) {
      return answersTheLastWish(job, input);
    }
    // That a run was stopped is news also when it is to go on meanwhile, unless the report is of
    // an earlier stop than the last.
    return input.suspended()
        ? job.state() == JobState.RUNNING && (known.wanted() || input.atMs() > JobClock.edgeMs(job))
        : job.state() == JobState.SUSPENDED
            && (!known.wanted() || input.atMs() > JobClock.edgeMs(job));
  }

  /**
   * Cores may be given away, or several nodes have to agree: what was asked for before may be under
   * way to its node no more.
   */
  private static boolean answersTheLastWish(Job job, Input.RunSuspended input) {
    Suspension known = job.suspension();
    if (input.askedMs() != known.askedMs() || input.suspended() != known.wanted()) {
      return false;
    }
    return input.suspended()
        ? job.state() == JobState.RUNNING && !known.stoppedOn().contains(input.node())
        : job.state() == JobState.SUSPENDED;
  }
}

package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.SuspensionEvent;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.core.lifecycle.JobLifecycle;
import org.queqiao.core.lifecycle.JobLifecycle.Step;

/** Makes the facts about suspended runs true. */
final class SuspensionEvents {
  private final Cluster cluster;

  SuspensionEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void apply(SuspensionEvent event, Actor actor, long nowMs) {
    switch (event) {
      case JobSuspendRequested e -> requested(e, actor, nowMs);
      case RunPartSuspended e -> partSuspended(e, nowMs);
      case JobSuspended e -> suspended(e, nowMs);
      case JobResumed e -> resumed(e, nowMs);
    }
  }

  private void requested(JobSuspendRequested event, Actor by, long nowMs) {
    Job job = find(event.run());
    requireStep(job, Step.SUSPEND_REQUESTED, job.state());
    boolean wanted = job.suspension() != null && job.suspension().wanted();
    require(
        wanted != event.suspend(),
        "run " + event.run() + " is asked twice to " + (wanted ? "stop" : "go on"));
    Suspension next =
        job.suspension() == null
            ? Suspension.first(by, nowMs)
            : job.suspension().asked(event.suspend(), by, nowMs);
    PreemptionImage aside = job.preemption();
    require(
        event.suspend() || event.preemptor() == null, "run " + event.run() + " goes on for one");
    if (event.preemptor() != null) {
      Job forWhom = cluster.jobs().find(event.preemptor()).orElse(null);
      require(
          forWhom != null && job.state() == JobState.RUNNING,
          "run " + event.run() + " is stopped for job " + event.preemptor());
      PreemptionEvents.makeRoom(cluster, job, forWhom, event.claims(), true);
    }
    if (aside.yields()) {
      cluster.regains(job);
    }
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.suspension(job.state(), next);
              job.preempt(
                  event.preemptor() == null
                      ? PreemptionImage.NONE
                      : PreemptionImage.suspending(event.preemptor(), nowMs));
            });
    cluster.desiredSetChanged(job);
  }

  private void partSuspended(RunPartSuspended event, long nowMs) {
    Job job = find(event.run());
    Suspension known = job.suspension();
    require(
        job.state() == JobState.RUNNING
            && known != null
            && known.wanted()
            && cluster.steps().livesOn(job, event.node())
            && !known.stoppedOn().contains(event.node()),
        "run " + event.run() + " stops on " + event.node());
    requireTime(job, event.atMs(), nowMs);
    Suspension next = known.stoppedOn(event.node(), event.atMs());
    cluster.jobs().change(job, () -> job.suspension(job.state(), next));
  }

  /** All but one of the nodes on which a run lives have said that it is stopped there. */
  private boolean allButOneStopped(Job job) {
    int left = 0;
    for (NodeName node : cluster.steps().nodesOf(job)) {
      left += job.suspension().stoppedOn().contains(node) ? 0 : 1;
    }
    return left <= 1;
  }

  private void suspended(JobSuspended event, long nowMs) {
    Job job = find(event.run());
    requireStep(job, Step.SUSPENDED, JobState.SUSPENDED);
    require(job.suspension() != null, "run " + event.run() + " stops and nobody wanted it to");
    requireTime(job, event.atMs(), nowMs);
    cluster.priorities().edge(job, event.atMs());
    Suspension next = job.suspension().stopped(event.atMs(), event.billed());
    boolean yields = job.preemption().suspends();
    require(
        !yields || allButOneStopped(job),
        "run " + event.run() + " gives its cores away and is not stopped everywhere");
    if (yields) {
      cluster.yields(job);
    }
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.suspension(JobState.SUSPENDED, next);
              if (!event.billed()) {
                saved(job, event.atMs(), -1);
              }
              if (yields) {
                job.preempt(job.preemption().yielding());
              }
            });
  }

  private void resumed(JobResumed event, long nowMs) {
    Job job = find(event.run());
    requireStep(job, Step.RESUMED, JobState.RUNNING);
    require(!job.preemption().yields(), "run " + event.run() + " goes on without its cores");
    requireTime(job, event.atMs(), nowMs);
    cluster.priorities().edge(job, event.atMs());
    boolean unbilled = !job.suspension().billed();
    Suspension next = job.suspension().over(event.atMs());
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.suspension(JobState.RUNNING, next);
              if (unbilled) {
                saved(job, event.atMs(), 1);
              }
            });
  }

  /** What is billed of its time before its checkpoint is more or less if this was told late. */
  private static void saved(Job job, long atMs, int sign) {
    if (job.checkpoint() != null && atMs < job.checkpoint().atMs()) {
      job.checkpoint(job.checkpoint().plus(sign * (job.checkpoint().atMs() - atMs)));
    }
  }

  private static void requireTime(Job job, long atMs, long nowMs) {
    require(
        atMs >= JobClock.edgeMs(job) && atMs <= nowMs,
        "run " + job.run() + " stops or goes on at " + atMs);
  }

  private Job find(RunId run) {
    Job job = cluster.jobs().find(run.job()).orElse(null);
    require(job != null && job.isRun(run), "run " + run + " holds nothing");
    return job;
  }

  private static void requireStep(Job job, Step step, JobState to) {
    require(
        JobLifecycle.permits(job.state(), step, to),
        "job " + job.id() + ": " + job.state() + " --" + step + "--> " + to);
  }
}

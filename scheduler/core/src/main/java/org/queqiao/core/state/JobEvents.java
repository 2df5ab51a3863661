package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.core.lifecycle.JobLifecycle;
import org.queqiao.core.lifecycle.JobLifecycle.Step;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.predict.Lesson;

/** Makes the facts about jobs true. */
final class JobEvents {
  private final Cluster cluster;
  private final DependencyEvents dependencies;
  private final ArrayEvents arrays;

  JobEvents(Cluster cluster, DependencyEvents dependencies, ArrayEvents arrays) {
    this.cluster = cluster;
    this.dependencies = dependencies;
    this.arrays = arrays;
  }

  void submitted(JobSubmitted event, long nowMs) {
    JobId id = event.job();
    require(id.value() > cluster.lastJobId(), "job number " + id + " was used before");
    require(event.uid() > 0, "job " + id + " would run as uid " + event.uid());
    require(cluster.accounts().account(event.user()).isPresent(), "job " + id + " has no account");
    require(
        cluster.accounts().project(event.spec().project()).isPresent(),
        "job " + id + " has no project");
    require(
        cluster.policy().partition(event.spec().partition()).isPresent(),
        "job " + id + " has no partition");
    require(
        event.spec().nodes() >= 1 && event.spec().tasks() >= event.spec().nodes(),
        "job " + id + " has no shape");
    cluster.jobNumberUsed(id.value());
    if (!event.idempotencyKey().isEmpty()) {
      cluster
          .keys()
          .remember(
              new ClusterImage.IdempotencyImage(
                  event.user(), event.idempotencyKey(), event.requestHash(), id, nowMs));
    }
    Job job =
        new Job(
            event,
            cluster.accounts().definition(event.user()),
            cluster.content().share(event.spec()),
            nowMs,
            ArrayEvents.corresponds(cluster, event.spec()));
    cluster.jobs().add(job);
    dependencies.submitted(job, nowMs);
    arrays.correspond(job);
  }

  void allocated(JobAllocated event, long nowMs) {
    Job job = find(event.run().job());
    requireStep(job, Step.ALLOCATED, JobState.RUNNING);
    require(job.array() == null, "array " + job.id() + " is started as a whole");
    require(job.startable(), "held job " + job.id() + " is started");
    require(
        event.run().attempt() == job.attempt() + 1,
        "run " + event.run() + " follows attempt " + job.attempt());
    requireShape(job, event.allocations());
    require(
        cluster.reservations().permit(job, event.reservation(), event.allocations(), nowMs),
        "run " + event.run() + " is placed against a reservation");
    PreemptionEvents.requireRoom(cluster, job, event.allocations());
    cluster.priorities().beginAt(nowMs);
    cluster.jobs().change(job, () -> job.allocate(event, nowMs));
    cluster.money().allowances().started(job);
    cluster.money().payers().started(event, job);
    cluster.wallets().holds(job);
    cluster.jobs().waits().started(job);
    dependencies.moved(job, nowMs);
    cluster.take(job);
    desiredSetChanged(job);
  }

  /** As many nodes, each once, with as many cores as asked, and all of them take runs. */
  private void requireShape(Job job, List<Allocation> allocations) {
    require(
        allocations.size() >= job.spec().allNodes() && allocations.size() <= job.spec().mostNodes(),
        "job " + job.id() + " gets " + allocations.size() + " nodes");
    require(
        cluster.licences().areFree(job.spec().placement().licences()),
        "job " + job.id() + " starts without licences");
    NodeWish wish = cluster.wishOf(job.spec());
    requireSizes(job, allocations);
    JobSpec spec = job.spec().ranOn(allocations);
    TreeSet<NodeName> seen = new TreeSet<>();
    for (int i = 0; i < allocations.size(); i++) {
      Allocation each = allocations.get(i);
      int asked = spec.coresOnNode(i);
      require(seen.add(each.node()), "job " + job.id() + " gets " + each.node() + " twice");
      require(
          job.spec().placement().exclusive()
              ? each.cores().size() == cores(each.node()) && cores(each.node()) >= asked
              : each.cores().size() == asked,
          "job " + job.id() + " gets " + each.cores().size() + " cores on " + each.node());
      require(
          cluster.nodes().find(each.node()).map(Node::takesRuns).orElse(false),
          "job " + job.id() + " is placed on " + each.node() + ", which takes no runs");
    }
    require(
        wish.isAny()
            || wish.alternatives().stream().anyMatch(each -> serve(each, spec, allocations)),
        "job " + job.id() + " is placed on " + seen + ", which it may not use together");
  }

  /** Of each component as many nodes as it may have, one component behind the other. */
  private static void requireSizes(Job job, List<Allocation> allocations) {
    List<JobComponent> components = job.spec().components();
    if (!job.spec().hasShapes() || components.size() == 1) {
      return;
    }
    List<Integer> nodesOf = job.spec().nodesOf(allocations);
    int before = 0;
    for (Allocation each : allocations) {
      require(
          each.component() >= before && each.component() < components.size(),
          "job " + job.id() + " gets component " + each.component() + " behind " + before);
      before = each.component();
    }
    for (int i = 0; i < components.size(); i++) {
      int nodes = nodesOf.get(i);
      require(
          nodes >= components.get(i).nodes() && nodes <= components.get(i).mostNodes(),
          "job " + job.id() + " gets " + nodes + " nodes of component " + i);
    }
  }

  /** Whether each node of a run is one of its group, by one alternative of what the job wishes. */
  private boolean serve(NodeWish wish, JobSpec spec, List<Allocation> allocations) {
    JobParts parts = JobParts.of(spec, wish);
    for (int i = 0; i < allocations.size(); i++) {
      NodeName node = allocations.get(i).node();
      NodeSettings settings = cluster.nodes().find(node).orElseThrow().settings();
      if ((wish.groups(node, settings) >> parts.groupOfNode(i) & 1) != 1) {
        return false;
      }
    }
    return true;
  }

  private int cores(NodeName node) {
    return cluster.nodes().find(node).map(each -> each.facts().cores()).orElse(0);
  }

  void claimed(RoomClaimed event) {
    PreemptionEvents.claim(cluster, find(event.job()), event.claims());
  }

  void promised(JobPromised event) {
    Job job = find(event.job());
    requireStep(job, Step.PROMISED, JobState.PENDING);
    require(job.startable(), "held job " + job.id() + " is promised a start");
    boolean again = job.promisedMs() != 0;
    require(
        !again
            || event.nodes() != null
            || event.startMs() < job.promisedMs()
            || job.promised().room() != null,
        "job " + job.id() + " is promised a start at " + job.promisedMs() + " already");
    require(event.startMs() > 0, "job " + job.id() + " is promised " + event.startMs());
    require((job.array() == null) == (event.task() == null), "no task is promised: " + event);
    int task = event.task() == null ? -1 : job.spec().array().tasks().ordinalOf(event.task());
    require(
        event.task() == null || job.array().isReady(task), "a task that cannot start: " + event);
    require(
        !again || event.task() == null || TasksAhead.promised(job) == task,
        "two tasks are promised a start: " + event);
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.promise(job.promised().then(event));
              if (event.task() != null) {
                job.array().promise(task);
              }
            });
  }

  void started(JobStarted event) {
    Job job = findRun(event.run());
    requireStep(job, Step.STARTED, job.state());
    require(job.scriptNode().equals(event.node()), event.run() + " starts on " + event.node());
    require(job.nodeStartMs() == 0, event.run() + " starts twice");
    job.started(event.startMs());
  }

  void eligible(JobEligible event, long nowMs) {
    Job job = find(event.job());
    requireStep(job, Step.ELIGIBLE, JobState.PENDING);
    require(job.eligibleMs() == 0, "job " + job.id() + " is eligible already");
    cluster.jobs().change(job, () -> job.tryEligible(nowMs));
    require(job.eligibleMs() == nowMs, "job " + job.id() + " is not eligible yet");
  }

  void held(JobHeld event) {
    Job job = find(event.job());
    requireStep(job, Step.HELD, JobState.PENDING);
    require(job.awaitsStart(), "job " + job.id() + " is held and has no task left");
    require(event.tasks() == null || !event.letsGo(), "tasks let go of a start: " + event);
    if (event.tasks() != null) {
      arrays.held(event);
      return;
    }
    boolean letsGo = event.letsGo() || cluster.policy().scheduling().promisesAll();
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.hold(event.byAdministrator());
              if (letsGo) {
                job.promise(PromisedStart.NONE);
              }
            });
  }

  void released(JobReleased event) {
    Job job = find(event.job());
    requireStep(job, Step.RELEASED, JobState.PENDING);
    if (event.tasks() != null) {
      arrays.released(event);
      return;
    }
    cluster.jobs().change(job, job::release);
  }

  void checkpointed(RunCheckpointed event, long nowMs) {
    Job job = findRun(event.run());
    requireStep(job, Step.CHECKPOINTED, job.state());
    require(
        event.atMs() >= JobClock.edgeMs(job) && event.atMs() <= nowMs,
        "run " + event.run() + " is saved at " + event.atMs());
    Checkpoint next = new Checkpoint(event.atMs(), JobClock.billedMs(job, event.atMs()));
    cluster.jobs().change(job, () -> job.checkpoint(next));
  }

  void signalled(JobSignalled event) {
    Job job = findRun(event.run());
    requireStep(job, Step.SIGNALLED, JobState.RUNNING);
    require(
        JobClock.awaitsSignal(job), "run " + event.run() + " gets a signal that it does not await");
    cluster.jobs().change(job, job::signalled);
    desiredSetChanged(job);
  }

  void killRequested(JobKillRequested event, LoggedEvent logged) {
    long nowMs = logged.timeMs();
    Job job = findRun(event.run());
    requireStep(job, Step.KILL_REQUESTED, JobState.COMPLETING);
    require(
        job.killCause() == null
            || (RunOutcome.isRequeue(job.killCause()) && event.cause() == KillCause.CANCELLED),
        "run " + event.run() + " is being ended already");
    if (job.state() == JobState.SUSPENDED) {
      cluster.priorities().edge(job, nowMs);
    }
    OperatorEnd operator = OperatorEnds.told(job, event, logged);
    PreemptionImage aside = job.preemption();
    boolean preempted = RunOutcome.stateOf(event.cause()) == JobState.PREEMPTED;
    require(
        preempted == (event.preemptor() != null), "run " + event.run() + " makes room for nobody");
    if (preempted) {
      PreemptionEvents.makeRoom(cluster, job, find(event.preemptor()), event.claims(), false);
    }
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.killRequested(new Ending(event.cause(), operator), nowMs);
              if (preempted) {
                job.preempt(PreemptionImage.leaving(event.preemptor(), event.graceMs(), nowMs));
              } else if (aside.suspends() && !aside.yields()) {
                // It was to be stopped, and now makes room by its end.
                job.preempt(PreemptionImage.leaving(aside.preemptor(), 0, nowMs));
              }
            });
    desiredSetChanged(job);
  }

  void ended(JobEnded event, long nowMs) {
    Job job = find(event.job());
    requireStep(job, Step.ENDED, event.state());
    require(job.array() == null, "array " + job.id() + " ends as a job");
    require(
        event.attempt() == job.attempt(),
        "attempt " + event.attempt() + " of job " + job.id() + " ends in attempt " + job.attempt());
    require(
        job.killCause() == null || RunOutcome.stateOf(job.killCause()) == event.state(),
        "job " + job.id() + " ends " + event.state() + " after " + job.killCause());
    OperatorEnds.ended(job, event.operator());
    boolean ran = job.holdsResources();
    long earliestMs = ran ? JobClock.edgeMs(job) : job.submitMs();
    require(
        event.endMs() >= earliestMs && event.endMs() <= nowMs,
        "job "
            + job.id()
            + " ends at "
            + event.endMs()
            + ", outside "
            + earliestMs
            + " to "
            + nowMs);
    require(
        event.exit() == null || (ran && event.exit().run().equals(job.run())),
        "job " + job.id() + " ends with the exit of another run");
    if (ran && Lesson.in(event, job.killCause())) {
      cluster
          .priorities()
          .learn(
              job.experience(), event.endMs() - JobClock.startWithoutStopsMs(job, event.endMs()));
    }
    if (ran) {
      cluster.priorities().ended(job, cluster.jobs().all(), event.endMs(), nowMs);
      reservationUsed(job, event.endMs());
      Optional<RefundCause> cause =
          refunds().causeOf(event.operator(), RefundBook.causeOf(event.state()), event.endMs());
      cluster.wallets().ended(job, event.endMs(), cause, event.exit());
      desiredSetChanged(job);
      cluster.give(job, event.endMs());
    }
    cluster
        .jobs()
        .change(
            job,
            () -> {
              job.promise(job.promised().withoutRoom());
              job.end(event, nowMs);
            });
    dependencies.moved(job, nowMs);
    if (job.task() != null) {
      arrays.taskEnded(job);
    }
  }

  void requeued(JobRequeued event, long nowMs) {
    Job job = findRun(event.run());
    requireStep(job, Step.REQUEUED, JobState.PENDING);
    require(RunOutcome.isRequeue(event.cause()), "run " + event.run() + " is no cause to wait");
    OperatorEnds.ended(job, event.operator());
    require(
        job.killCause() == null || RunOutcome.isRequeue(job.killCause()),
        "run " + event.run() + " waits again after " + job.killCause());
    require(
        event.endMs() >= JobClock.edgeMs(job) && event.endMs() <= nowMs,
        "run " + event.run() + " ends at " + event.endMs());
    require(
        event.exit() == null || event.exit().run().equals(event.run()),
        "run " + event.run() + " ends with the exit of another run");
    cluster.priorities().ended(job, cluster.jobs().all(), event.endMs(), nowMs);
    reservationUsed(job, event.endMs());
    Optional<RefundCause> cause =
        refunds().causeOf(event.operator(), RefundBook.causeOf(event.cause()), event.endMs());
    cluster.wallets().ended(job, event.endMs(), cause, event.exit());
    desiredSetChanged(job);
    cluster.give(job, event.endMs());
    cluster.jobs().change(job, () -> job.requeue(event));
    cluster.jobs().waitsAgain(job);
  }

  private RefundBook refunds() {
    return cluster.money().allowances().refunds();
  }

  private void reservationUsed(Job job, long endMs) {
    if (job.reservation() != null) {
      cluster.reservations().find(job.reservation()).ifPresent(each -> each.used(job, endMs));
    }
  }

  private void desiredSetChanged(Job job) {
    cluster.desiredSetChanged(job);
  }

  private Job find(JobId id) {
    return cluster
        .jobs()
        .find(id)
        .orElseThrow(() -> new IllegalStateException("not legal here: no job " + id));
  }

  private Job findRun(RunId run) {
    Job job = find(run.job());
    require(job.isRun(run), "run " + run + " holds nothing");
    return job;
  }

  private static void requireStep(Job job, Step step, JobState to) {
    require(
        JobLifecycle.permits(job.state(), step, to),
        "job " + job.id() + ": " + job.state() + " --" + step + "--> " + to);
  }
}

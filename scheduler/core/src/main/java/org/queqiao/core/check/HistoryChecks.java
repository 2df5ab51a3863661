package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.DesiredRunState;

/**
 * What must hold over a history. It is fed with every event of a log in order and keeps its own
 * small model: one end for each job (I5), legal transitions (I6), positions and times in order
 * (I9), no core reused before its old user is proven gone (I15), no start before begin time and
 * dependencies (I23, I26), one job for each key (I37), identity fixed at submission (I30), numbers
 * never reused (I31). The model is written from the promises, not from the machine's tables.
 */
public final class HistoryChecks {
  /** For how long the same key must give the same job. */
  private static final long KEY_LIFE_MS = 7L * 24 * 3_600_000;

  private final List<Violation> found = new ArrayList<>();
  private final TreeMap<JobId, Life> lives = new TreeMap<>();

  /** When each key of each user made a job. */
  private final TreeMap<String, Long> keys = new TreeMap<>();

  private final HeldCores held = new HeldCores();
  private final TreeMap<NodeName, String> boots = new TreeMap<>();
  private final PreemptionHistory preemption = new PreemptionHistory();
  private final ReservationHistory reservations = new ReservationHistory();
  private final SuspensionHistory suspensions = new SuspensionHistory();
  private final LossHistory losses = new LossHistory();
  private final OperatorHistory operators = new OperatorHistory();
  private long lastPosition;
  private long lastMs;
  private long lastJob;

  /** Takes the next event of the log; says what it violates. */
  public List<Violation> observe(LoggedEvent event) {
    int before = found.size();
    require(
        lastPosition == 0 || event.position() == lastPosition + 1,
        "I9",
        "position " + event.position() + " follows " + lastPosition);
    require(event.timeMs() >= lastMs, "I9", "time " + event.timeMs() + " follows " + lastMs);
    lastPosition = event.position();
    lastMs = event.timeMs();
    take(event.event(), event.timeMs());
    reservations.observe(event).forEach(each -> require(false, "I38", each));
    preemption.observe(event).forEach(each -> require(false, "I39", each));
    suspensions.observe(event).forEach(each -> require(false, "I43", each));
    losses.observe(event).forEach(each -> require(false, "I15", each));
    operators.observe(event).forEach(each -> require(false, "I29", each));
    return List.copyOf(found.subList(before, found.size()));
  }

  /** Compares every desired run of a machine with what was submitted (I30, I14). */
  public List<Violation> desiredRuns(SchedulerMachine machine) {
    int before = found.size();
    for (NodeName node : machine.state().nodeNames()) {
      for (DesiredRunState run : machine.desired(node).runs()) {
        Life life = lives.get(run.run().job());
        require(life != null, "I14", "run " + run.run() + " is desired and was never submitted");
        if (life != null) {
          compare(run, life, node);
        }
      }
    }
    return List.copyOf(found.subList(before, found.size()));
  }

  private void compare(DesiredRunState run, Life life, NodeName node) {
    JobSubmitted submitted = life.submitted;
    require(
        run.user().equals(submitted.user())
            && run.unixUser().equals(submitted.unixUser())
            && run.uid() == submitted.uid()
            && run.spec().project().equals(life.spec.project()),
        "I30",
        "run " + run.run() + " has another identity than its submission");
    require(
        life.attempt == run.run().attempt() && !life.state.isTerminal(),
        "I14",
        "run " + run.run() + " is desired and not allocated");
    require(
        run.allocations().equals(life.allocations) && life.livesOn(node),
        "I14",
        "run " + run.run() + " is desired on " + node + " with another allocation");
    require(
        run.stop() == (life.state == JobState.COMPLETING || life.scriptEnded()),
        "I14",
        "run " + run.run() + " is " + life.state + " and stop is " + run.stop());
  }

  private void take(Event event, long nowMs) {
    switch (event) {
      case JobSubmitted e -> submitted(e, nowMs);
      case JobAllocated e -> allocated(e, nowMs);
      case JobStarted e -> started(e);
      case JobHeld e -> held(e.job(), e.tasks(), true);
      case JobReleased e -> held(e.job(), e.tasks(), false);
      case JobKillRequested e -> killRequested(e);
      case JobSuspendRequested e ->
          held.asked(lives.get(e.run().job()), e).forEach(each -> require(false, "I15", each));
      case JobSuspended e -> held.stopped(lives.get(e.run().job()));
      case JobEnded e -> ended(e, nowMs);
      case JobRequeued e -> requeued(e);
      case StepStarted e -> lives.get(e.run().job()).begins(e);
      case RunPartEnded e ->
          require(
              lives.get(e.run().job()).partEnds(e.node(), e.exit()),
              "I15",
              "no part of run " + e.run() + " could end on " + e.node());
      case JobSignalled e -> signalled(e);
      case ArrayTaskSplit e -> split(e, nowMs);
      case ArrayTasksEnded e -> tasksEnded(e, nowMs);
      case ArrayEnded e -> arrayEnded(e);
      case JobChanged e -> changed(e);
      case NodeRegistered e -> registered(e);
      case NodeFenced e -> fenced(e);
      default -> {
        // The other facts change nothing that is checked here.
      }
    }
  }

  private void submitted(JobSubmitted event, long nowMs) {
    long number = event.job().value();
    require(number > lastJob, "I31", "job " + number + " follows job " + lastJob);
    lastJob = Math.max(lastJob, number);
    require(event.uid() > 0, "I30", "job " + number + " runs as uid " + event.uid());
    lives.put(event.job(), new Life(event));
    if (!event.idempotencyKey().isEmpty()) {
      Long before = keys.put(event.user() + " " + event.idempotencyKey(), nowMs);
      require(
          before == null || before + KEY_LIFE_MS <= nowMs,
          "I37",
          "a key of " + event.user() + " from " + before + " made job " + number + " too");
    }
  }

  private void allocated(JobAllocated event, long nowMs) {
    Life life = lives.get(event.run().job());
    require(
        life != null && life.state == JobState.PENDING && !life.held && life.array == null,
        "I6",
        "run " + event.run() + " is allocated and its job does not wait for it");
    if (life == null) {
      return;
    }
    throttle(life);
    require(
        event.run().attempt() == life.attempt + 1,
        "I6",
        "run " + event.run() + " follows attempt " + life.attempt);
    mayBegin(life, nowMs);
    life.state = JobState.RUNNING;
    life.firstStartMs = life.firstStartMs == 0 ? nowMs : life.firstStartMs;
    life.attempt = event.run().attempt();
    life.allocations = event.allocations();
    held.take(life, event.run()).forEach(each -> require(false, "I15", each));
  }

  /** Never more tasks of an array at once than its throttle lets. */
  private void throttle(Life life) {
    if (life.index >= 0) {
      Life whole = lives.get(life.submitted.job());
      int atOnce = whole.spec.array().atOnce();
      int holding = whole.array.hold(1);
      require(
          atOnce == 0 || holding <= atOnce,
          "I26",
          holding + " tasks of array " + life.submitted.job() + " run at once, not " + atOnce);
    }
  }

  /** A task becomes a job of its own, once. */
  private void split(ArrayTaskSplit event, long nowMs) {
    long number = event.job().value();
    require(number > lastJob, "I31", "job " + number + " follows job " + lastJob);
    lastJob = Math.max(lastJob, number);
    Life whole = lives.get(event.array());
    boolean waits =
        whole != null
            && whole.array != null
            && whole.state == JobState.PENDING
            && !whole.held
            && whole.array.split(event.task(), event.job());
    require(waits, "I6", "task " + event + " becomes a job and did not wait");
    if (whole != null) {
      lives.put(event.job(), new Life(whole, event.task()));
      begun(whole, nowMs);
    }
  }

  /** Script, environment and tasks stay as they were submitted; what runs keeps its shape. */
  private void changed(JobChanged event) {
    Life life = lives.get(event.job());
    boolean legal =
        life != null
            && !life.state.isTerminal()
            && life.state != JobState.COMPLETING
            && Arrays.equals(life.spec.script(), event.spec().script())
            && life.spec.environment().equals(event.spec().environment())
            && (life.state == JobState.PENDING
                || life.spec.toBuilder()
                    .limitMs(event.spec().limitMs())
                    .build()
                    .equals(event.spec()));
    require(legal, "I6", "job " + event.job() + " is changed in what stays as it is");
    if (life != null) {
      life.renamed |= !life.spec.name().equals(event.spec().name());
      life.spec = event.spec();
    }
  }

  private static void begun(Life whole, long nowMs) {
    if (!whole.array.anyWaiting() && whole.firstStartMs == 0) {
      whole.firstStartMs = nowMs;
    }
  }

  private void tasksEnded(ArrayTasksEnded event, long nowMs) {
    Life whole = lives.get(event.array());
    boolean waited =
        whole != null
            && whole.array != null
            && whole.state == JobState.PENDING
            && whole.array.ended(event.tasks(), event.endMs());
    require(waited, "I5", "tasks " + event.tasks() + " of " + event.array() + " did not all wait");
    if (whole != null && whole.array != null) {
      begun(whole, nowMs);
    }
  }

  private void arrayEnded(ArrayEnded event) {
    Life whole = lives.get(event.array());
    boolean over =
        whole != null
            && whole.array != null
            && whole.state == JobState.PENDING
            && !whole.array.anyWaiting();
    require(over, "I5", "array " + event.array() + " ends and has not come to its end");
    if (!over) {
      return;
    }
    for (JobId each : whole.array.jobs()) {
      require(
          lives.get(each).state.isTerminal(),
          "I5",
          "array " + event.array() + " ends before its task " + each);
    }
    whole.state = event.state();
    whole.endMs = event.endMs();
  }

  /** A job starts after its begin time, and after those it depends on as it wished (I26). */
  private void mayBegin(Life life, long nowMs) {
    JobTerms terms = life.spec.terms();
    JobId id = life.submitted.job();
    require(terms.beginMs() <= nowMs, "I23", "job " + id + " starts before its begin time");
    int held = 0;
    for (Dependency each : terms.dependency().parts()) {
      held += holds(life, each, nowMs) ? 1 : 0;
    }
    int wanted = terms.dependency().any() ? 1 : terms.dependency().parts().size();
    require(
        terms.dependency().isEmpty() || held >= wanted,
        "I26",
        "job " + id + " starts and only " + held + " of " + terms.dependency() + " hold");
  }

  private boolean holds(Life life, Dependency part, long nowMs) {
    if (part.kind() == Dependency.Kind.SINGLETON) {
      return lives.headMap(life.submitted.job(), false).values().stream()
          .noneMatch(each ->
              !each.state.isTerminal()
                  && each.index < 0
                  && !each.renamed
                  && each.submitted.user().equals(life.submitted.user())
                  && each.submitted.spec().name().equals(life.spec.name()));
    }
    Life other = lives.get(part.job());
    Integer index = part.task();
    if (part.kind() == Dependency.Kind.AFTER_CORRESPONDING && life.index >= 0) {
      index = life.index;
    }
    if (index != null && other != null && other.array != null) {
      JobId own = other.array.job(index);
      long endMs = other.array.endedWaitingMs(index);
      if (own == null && part.task() != null) {
        // It has not been a job: it waits, or has ended without a start.
        return endMs >= 0
            && part.kind() != Dependency.Kind.AFTER_OK
            && endMs <= nowMs - part.offsetMs();
      }
      other = own == null ? other : lives.get(own);
    }
    if (other == null) {
      return false;
    }
    boolean ended = other.state.isTerminal();
    boolean well = other.state == JobState.COMPLETED;
    return switch (part.kind()) {
      case AFTER -> {
        long begunMs = other.firstStartMs > 0 ? other.firstStartMs : ended ? other.endMs : nowMs;
        yield (other.attempt > 0 || other.firstStartMs > 0 || ended)
            && begunMs <= nowMs - part.offsetMs();
      }
      case AFTER_ANY -> ended;
      case AFTER_OK, AFTER_CORRESPONDING -> well;
      case AFTER_NOT_OK -> ended && !well;
      case SINGLETON -> throw new IllegalStateException("a singleton depends on no one job");
    };
  }

  private void started(JobStarted event) {
    Life life = lives.get(event.run().job());
    require(
        life != null
            && life.attempt == event.run().attempt()
            && (life.state == JobState.RUNNING || life.state == JobState.COMPLETING),
        "I6",
        "run " + event.run() + " starts and does not run");
  }

  private void held(JobId job, TaskIndices tasks, boolean hold) {
    Life life = lives.get(job);
    require(
        life != null && life.state == JobState.PENDING,
        "I6",
        "job " + job + " is held or released and does not wait");
    if (life != null && tasks == null) {
      life.held = hold;
    }
  }

  private void killRequested(JobKillRequested event) {
    Life life = lives.get(event.run().job());
    require(
        life != null
            && life.attempt == event.run().attempt()
            && (life.state == JobState.RUNNING || mayStillBeCancelled(life, event.cause())),
        "I6",
        "run " + event.run() + " is being ended and does not run");
    if (life != null) {
      life.state = JobState.COMPLETING;
      life.cause = event.cause();
    }
  }

  private void signalled(JobSignalled event) {
    Life life = lives.get(event.run().job());
    require(
        life != null
            && life.state == JobState.RUNNING
            && life.attempt == event.run().attempt()
            && life.spec.terms().signal() != null,
        "I6",
        "run " + event.run() + " gets a signal that nobody asked for");
  }

  private static boolean mayStillBeCancelled(Life life, KillCause cause) {
    return cause == KillCause.CANCELLED
        && life.state == JobState.COMPLETING
        && (life.cause == KillCause.NODE_FAIL
            || life.cause == KillCause.REQUEUED
            || life.cause == KillCause.PREEMPTED_REQUEUED);
  }

  /** A run is over and its job waits again: only for its node or because it was told to. */
  private void requeued(JobRequeued event) {
    Life life = lives.get(event.run().job());
    require(
        life != null
            && life.attempt == event.run().attempt()
            && life.spec.terms().requeue()
            && (event.cause() == KillCause.REQUEUED || event.cause() == KillCause.PREEMPTED_REQUEUED
                ? life.state == JobState.COMPLETING && life.cause == event.cause()
                : event.cause() == KillCause.NODE_FAIL
                    && (life.state == JobState.RUNNING || life.cause == KillCause.NODE_FAIL)),
        "I6",
        "run " + event.run() + " waits again for " + event.cause());
    if (life == null) {
      return;
    }
    life.state = JobState.PENDING;
    life.cause = null;
    life.held = event.held();
    free(life);
  }

  private void free(Life life) {
    require(
        life.runEnds(),
        "I15",
        "job " + life.submitted.job() + " gives cores back on which parts of it may live");
    held.over(life);
    if (life.index >= 0 && !life.allocations.isEmpty()) {
      lives.get(life.submitted.job()).array.hold(-1);
    }
    life.allocations = List.of();
  }

  private void ended(JobEnded event, long nowMs) {
    Life life = lives.get(event.job());
    require(life != null, "I6", "job " + event.job() + " ends and was never submitted");
    if (life == null) {
      return;
    }
    require(!life.state.isTerminal(), "I5", "job " + event.job() + " ends a second time");
    require(event.state().isTerminal(), "I6", "job " + event.job() + " ends as " + event.state());
    require(
        fits(life, event.state()),
        "I6",
        "job "
            + event.job()
            + " ends "
            + event.state()
            + " from "
            + life.state
            + ", "
            + life.cause);
    require(
        !life.shortOfMemory() || event.state() != JobState.COMPLETED,
        "I6",
        "job " + event.job() + " ends as if none of its parts had been short of memory");
    life.state = event.state();
    life.endMs = nowMs;
    free(life);
  }

  private static boolean fits(Life life, JobState end) {
    return switch (life.state) {
      case PENDING -> end == JobState.CANCELLED || end == JobState.DEADLINE;
      case RUNNING, SUSPENDED ->
          end != JobState.CANCELLED
              && end != JobState.TIMEOUT
              && end != JobState.DEADLINE
              && end != JobState.PREEMPTED;
      case COMPLETING ->
          life.cause == KillCause.RESERVATION
              ? end == JobState.TIMEOUT
              : life.cause != null && end.name().equals(life.cause.name());
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED ->
          false;
    };
  }

  private void registered(NodeRegistered event) {
    NodeName node = event.facts().name();
    String former = boots.put(node, event.facts().bootId());
    if (former != null && !former.equals(event.facts().bootId())) {
      for (Life life : lives.values()) {
        require(
            life.state.isTerminal() || life.allocations.isEmpty() || !life.livesOn(node),
            "I15",
            "node " + node + " has a new boot and job " + life.submitted.job() + " goes on there");
      }
    }
  }

  private void fenced(NodeFenced event) {
    require(boots.containsKey(event.node()), "I6", "unknown node " + event.node() + " is fenced");
  }

  private void require(boolean holds, String invariant, String detail) {
    if (!holds) {
      found.add(new Violation(invariant, detail));
    }
  }
}

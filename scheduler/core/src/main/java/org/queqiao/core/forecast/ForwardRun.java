package org.queqiao.core.forecast;

import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;

/**
 * Runs a machine of its own forward in virtual time: runs end when they are assumed to, time brings
 * what it brings, and the machine's own passes decide what starts. Nobody submits anything and no
 * node goes or comes. The same image, assumptions and bounds give the same outcome.
 *
 * <pre>
 *   image -> machine;  loop: ends of this moment -> tick -> passes until nothing starts -> next moment
 * </pre>
 */
public final class ForwardRun {
  /** A run that should have ended, or is being ended, is expected to be gone after this. */
  private static final long OVERDUE_MS = 30_000;

  private final SchedulerMachine machine;
  private final RunTimes runTimes;
  private final TreeSet<Due> due = new TreeSet<>();
  private final TreeMap<JobId, Due> dueOf = new TreeMap<>();
  private final TreeMap<JobId, Long> starts = new TreeMap<>();
  private final TreeSet<JobId> asked = new TreeSet<>();

  /** The jobs of which something may live on other nodes than that of the script. */
  private final TreeSet<JobId> withSteps = new TreeSet<>();

  /** Runs whose nodes were told to stop them, or to let them go on. */
  private final TreeSet<RunId> told = new TreeSet<>();

  private long nowMs;

  /** Who was told to make room, and those of them that were suspended. */
  private ForwardOutcome.Aside aside = ForwardOutcome.Aside.NONE;

  private final TreeSet<RunId> stopped = new TreeSet<>();

  private long busyCores;
  private long busyCoreMs;
  private long steps;

  /** When a run ends. */
  private record Due(long endMs, JobId job, int attempt, long cores) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(endMs, other.endMs);
      return byTime != 0 ? byTime : job.compareTo(other.job);
    }
  }

  /**
   * How far to go.
   *
   * @param untilMs the horizon, in epoch milliseconds
   * @param maxSteps most facts and slices of passes
   * @param stop asked after every moment; true ends the run early
   */
  public record Bounds(long untilMs, long maxSteps, BooleanSupplier stop) {}

  /**
   * Prepares a run.
   *
   * @param image the state to begin with; it is only read
   * @param nowMs when to begin: now, at or after the time of the image
   */
  public ForwardRun(ClusterImage image, RunTimes runTimes, long nowMs) {
    this.machine = SchedulerMachine.from(image);
    this.runTimes = runTimes;
    this.nowMs = Math.max(nowMs, image.timeMs());
    image.steps().stream()
        .filter(each -> each.started() > 0)
        .forEach(each -> withSteps.add(each.run().job()));
    for (ClusterImage.JobImage job : image.jobs()) {
      if (job.state() != JobState.PENDING && !job.state().isTerminal()) {
        if (!job.preemption().yields() || job.state() == JobState.COMPLETING) {
          expect(job);
        }
        if (job.preemption().suspends() && !job.preemption().yields()) {
          told.add(new RunId(job.id(), job.attempt()));
        }
      }
    }
  }

  /** Tells the machine something before the run; its facts are made true at once. */
  public Reply tell(Input input) {
    Decision decision = machine.decide(input, nowMs);
    record(decision);
    Reply reply = decision.reply();
    while (decision.more()) {
      decision = machine.decide(input, nowMs);
      record(decision);
      reply = decision.replyAfterParts();
    }
    return reply;
  }

  /** The state as it is now in this run. */
  public ClusterImage image() {
    return machine.image();
  }

  /** The machine, to be asked. */
  public SchedulerMachine machine() {
    return machine;
  }

  /**
   * Goes on until all of these jobs have started, or to a bound; with no jobs, to a bound.
   *
   * @param wanted jobs that wait
   */
  public ForwardOutcome run(Collection<JobId> wanted, Bounds bounds) {
    long fromMs = nowMs;
    asked.addAll(wanted);
    boolean untilAnswered = !asked.isEmpty();
    asked.removeAll(starts.keySet());
    while (true) {
      happen(bounds);
      boolean spent = steps > bounds.maxSteps() || bounds.stop().getAsBoolean();
      if (untilAnswered && asked.isEmpty()) {
        return outcome(fromMs, ForwardOutcome.End.ANSWERED);
      }
      if (spent) {
        return outcome(fromMs, ForwardOutcome.End.SPENT);
      }
      OptionalLong next = next();
      boolean quiet = next.isEmpty();
      if (quiet || next.getAsLong() > bounds.untilMs()) {
        advance(Math.max(nowMs, bounds.untilMs()));
        return outcome(fromMs, quiet ? ForwardOutcome.End.QUIET : ForwardOutcome.End.HORIZON);
      }
      advance(next.getAsLong());
    }
  }

  /** Everything that happens at this moment. */
  private void happen(Bounds bounds) {
    while (!due.isEmpty() && due.first().endMs() <= nowMs) {
      Due over = due.pollFirst();
      dueOf.remove(over.job());
      busyCores -= over.cores();
      machine
          .state()
          .job(over.job())
          .filter(job -> !job.allocations().isEmpty())
          .ifPresent(job -> ends(job, over));
    }
    record(machine.decide(new Input.Tick(), nowMs));
    while ((obey() || machine.state().planningDue()) && steps <= bounds.maxSteps()) {
      record(machine.decide(new Input.PlanPass(), nowMs));
      steps++;
    }
  }

  /** Nodes stop runs, and let them go on, at once; says whether any did. */
  private boolean obey() {
    List<RunId> now = List.copyOf(told);
    told.clear();
    for (RunId run : now) {
      ClusterImage.JobImage job = machine.state().job(run.job()).orElseThrow();
      if (job.suspension() != null && !job.allocations().isEmpty()) {
        nodesOf(job).forEach(node -> record(machine.decide(stands(run, job, node), nowMs)));
      }
    }
    return !now.isEmpty();
  }

  private Input stands(RunId run, ClusterImage.JobImage job, NodeName node) {
    Suspension known = job.suspension();
    return new Input.RunSuspended(node, run, known.wanted(), nowMs, known.askedMs());
  }

  /** Where something of its run may live: steps on all nodes, then its script. */
  private List<NodeName> nodesOf(ClusterImage.JobImage job) {
    int last = withSteps.contains(job.id()) ? job.allocations().size() : 1;
    return job.allocations().subList(0, last).reversed().stream().map(Allocation::node).toList();
  }

  private boolean yields(RunId run) {
    return machine.state().job(run.job()).orElseThrow().preemption().yields();
  }

  private void ends(ClusterImage.JobImage job, Due over) {
    RunExit exit =
        new RunExit(
            new RunId(over.job(), over.attempt()),
            RunExit.Kind.EXITED,
            0,
            0,
            job.startMs(),
            nowMs,
            0,
            0,
            0,
            "");
    nodesOf(job).forEach(node -> record(machine.decide(new Input.RunEnded(node, exit), nowMs)));
  }

  private OptionalLong next() {
    OptionalLong byTime = machine.state().nextDeadlineMs();
    long next = Long.MAX_VALUE;
    if (!due.isEmpty()) {
      next = due.first().endMs();
    }
    if (byTime.isPresent()) {
      next = Math.min(next, byTime.getAsLong());
    }
    return next == Long.MAX_VALUE
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(next, nowMs + 1));
  }

  private void advance(long toMs) {
    busyCoreMs = Math.addExact(busyCoreMs, Math.multiplyExact(busyCores, toMs - nowMs));
    nowMs = toMs;
  }

  private void record(Decision decision) {
    for (Fact fact : decision.facts()) {
      machine.apply(
          new LoggedEvent(machine.state().position() + 1, 1, nowMs, fact.actor(), fact.event()));
      steps++;
      follow(fact.event());
    }
  }

  private void follow(Event event) {
    switch (event) {
      case JobAllocated e -> {
        JobId id = e.run().job();
        starts.putIfAbsent(id, nowMs);
        asked.remove(id);
        expect(machine.state().job(id).orElseThrow());
      }
      case ArrayTaskSplit e -> {
        // An array has started once its first task has.
        starts.putIfAbsent(e.array(), nowMs);
        asked.remove(e.array());
      }
      case JobSuspendRequested e -> {
        told.add(e.run());
        boolean first = e.suspend() && e.preemptor() != null && stopped.add(e.run());
        aside = first ? aside.plus(new ForwardOutcome.Aside(0, 0, 1, 0)) : aside;
      }
      case JobSuspended e when yields(e.run()) -> gone(e.run().job());
      case JobResumed e -> expect(machine.state().job(e.run().job()).orElseThrow());
      case JobKillRequested e -> {
        ClusterImage.JobImage job = machine.state().job(e.run().job()).orElseThrow();
        pushedAside(job, e.cause());
        expect(job);
      }
      case JobEnded e -> gone(e.job());
      case JobRequeued e -> gone(e.run().job());
      default -> {
        // changes nothing of when a run ends
      }
    }
  }

  /** Counts a run that makes room by its end, with what it had computed. */
  private void pushedAside(ClusterImage.JobImage job, KillCause cause) {
    boolean requeued = cause == KillCause.PREEMPTED_REQUEUED;
    if (requeued || cause == KillCause.PREEMPTED) {
      long ranMs = Math.max(0, nowMs - job.startMs() - job.suspendedMs(nowMs));
      long lostCoreMs = Math.multiplyExact(coresOf(job), ranMs);
      aside =
          aside.plus(new ForwardOutcome.Aside(requeued ? 1 : 0, requeued ? 0 : 1, 0, lostCoreMs));
    }
  }

  private static long coresOf(ClusterImage.JobImage job) {
    return job.allocations().stream().mapToLong(each -> each.cores().size()).sum();
  }

  private void gone(JobId id) {
    asked.remove(id);
    Due known = dueOf.remove(id);
    if (known != null) {
      due.remove(known);
      busyCores -= known.cores();
    }
  }

  private void expect(ClusterImage.JobImage job) {
    boolean wanted = asked.contains(job.id());
    gone(job.id());
    if (wanted) {
      asked.add(job.id());
    }
    long cores = coresOf(job);
    Due next = new Due(endMs(job), job.id(), job.attempt(), cores);
    due.add(next);
    dueOf.put(job.id(), next);
    busyCores += cores;
  }

  private long endMs(ClusterImage.JobImage job) {
    if (job.state() == JobState.COMPLETING) {
      return goneMs(job);
    }
    long limitMs = job.spec().limitMs();
    long runMs = Math.clamp(runTimes.runMs(job, nowMs), 1, limitMs);
    // A suspended run is assumed to go on now.
    long endMs = Math.addExact(job.startMs() + job.suspendedMs(nowMs), runMs);
    long deadlineMs = job.spec().terms().deadlineMs();
    if (deadlineMs != 0) {
      endMs = Math.min(endMs, deadlineMs);
    }
    return endMs > nowMs ? endMs : nowMs + OVERDUE_MS;
  }

  /** When a run is gone that was told to end: not after its KILL, if that is still to come. */
  private long goneMs(ClusterImage.JobImage job) {
    long killMs = job.preemption().killMs();
    if (killMs <= nowMs) {
      return nowMs + OVERDUE_MS;
    }
    long toldMs = killMs - job.preemption().killGraceMs();
    long goneMs = toldMs + runTimes.leavingMs(job, nowMs - toldMs);
    return Math.clamp(goneMs, nowMs + 1, killMs);
  }

  private ForwardOutcome outcome(long fromMs, ForwardOutcome.End end) {
    long usable = 0;
    for (ClusterImage.NodeImage each : machine.image().nodes()) {
      boolean takesRuns = each.state() == NodeState.UP && !each.drained();
      usable += takesRuns ? each.facts().cores() : 0;
    }
    return new ForwardOutcome(
        new TreeMap<>(starts), fromMs, nowMs, end, busyCoreMs, aside, usable, steps);
  }
}

package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobTable;
import org.queqiao.core.state.Outranking;
import org.queqiao.core.state.Outranking.Rank;
import org.queqiao.core.state.PreemptionTable;

/**
 * After a pass in which nothing started: finds the first waiting job that may push others aside and
 * for which that helps, and the runs to be ended for it.
 *
 * <p>A job is asked about only while all that wait before it for the same nodes are outranked by
 * it. The runs of the lowest rank and the youngest of them are given up first. Until it starts, a
 * job for which runs were ended goes before all others ({@link Candidates}), and what leaves for
 * one is not counted on by the next.
 */
final class Preemption {
  /** How many waiting jobs are looked at. */
  private static final int MAX_LOOKED = 1000;

  /** For how many of them runs are looked for. */
  private static final int MAX_TRIED = 32;

  /** How many runs are candidates. */
  private static final int MAX_CANDIDATES = 10_000;

  /** For how many starts room may be made at a time. */
  private static final int MAX_CLAIMS = 4096;

  private static final long NEVER = Long.MAX_VALUE;

  private final Cluster cluster;
  private final Outranking outranking;
  private final ClusterMirror mirror;
  private final long nowMs;
  private final List<Tried> tried = new ArrayList<>();

  /**
   * The jobs of the candidates: a run that was planned as a task has another number than its job.
   */
  private final TreeMap<Long, JobId> jobs = new TreeMap<>();

  private long retryMs = NEVER;

  Preemption(Cluster cluster, ClusterMirror mirror, long nowMs) {
    this.cluster = cluster;
    this.outranking = cluster.outranking();
    this.mirror = mirror;
    this.nowMs = nowMs;
  }

  /**
   * What was found.
   *
   * @param asides the runs to end or to stop, all for one job
   * @param retryMs when a run may be ended that may not be yet, or the greatest number
   */
  record Found(List<Event> asides, long retryMs) {
    static final Found NOTHING = new Found(List.of(), NEVER);
  }

  /** A job for which nothing was found: another like it need not be asked about. */
  private record Tried(Rank rank, org.queqiao.core.plan.Demand demand, long limitMs) {}

  Found find(Supplier<JobOrder.Queue> waiting) {
    if (!outranking.isUsed()) {
      return Found.NOTHING;
    }
    LimitTree limits = new LimitTree(cluster, nowMs);
    int claims = 0;
    for (JobId each : cluster.jobs().preemption().claimants()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      claims += job.preemption().claims();
      boolean comes = isComing(each) || limits.blocks(Claim.of(job)).isPresent();
      List<Event> asides = comes ? List.of() : makeRoom(job, job.preemption().claims());
      if (!asides.isEmpty()) {
        return new Found(asides, NEVER);
      }
    }
    return claims < MAX_CLAIMS ? findNew(waiting, limits) : new Found(List.of(), retryMs);
  }

  private Found findNew(Supplier<JobOrder.Queue> waiting, LimitTree limits) {
    TreeSet<Rank> ahead = new TreeSet<>();
    JobOrder.Queue queue = waiting.get();
    Job job = queue.next();
    for (int looked = 0; job != null && looked < MAX_LOOKED; looked++) {
      LimitTree.Block block = limits.blocks(Claim.of(job)).orElse(null);
      if (block == null && waits(job)) {
        Rank rank = Rank.of(job);
        boolean may = ahead.stream().allMatch(each -> outranking.passes(rank, each));
        List<Event> asides = may ? makeRoom(job, job.preemption().claims() + 1) : List.of();
        if (!asides.isEmpty()) {
          return new Found(asides, NEVER);
        }
        ahead.add(rank);
      } else if (block != null && block.whateverShape()) {
        queue.skipGroup();
      }
      job = queue.next();
    }
    return new Found(List.of(), retryMs);
  }

  /** Whether a job, or a task of an array, waits for nodes and room was not made for it. */
  private boolean waits(Job job) {
    if (mirror.demand(job.spec()) == null
        || Throttle.left(cluster, job) <= job.preemption().claims()) {
      return false;
    }
    return job.array() == null
        ? job.preemption().claims() == 0
        : job.array().readyBehind(job.preemption().claims()) >= 0;
  }

  /** The runs to end so that so many starts of a job have room; none when that does not help. */
  private List<Event> makeRoom(Job job, int claims) {
    Rank rank = Rank.of(job);
    org.queqiao.core.plan.Demand demand = mirror.demand(job.spec());
    Tried same = new Tried(rank, demand, job.spec().limitMs());
    if (demand == null || tried.size() == MAX_TRIED || tried.contains(same)) {
      return List.of();
    }
    List<Rank> below = below(rank);
    if (below.isEmpty()) {
      return List.of();
    }
    tried.add(same);
    Victims victims = new Victims(mirror.planner().pool(), nowMs);
    PreemptionTable known = cluster.jobs().preemption();
    AsideRoom room = new AsideRoom(cluster, mirror, rank);
    room.addIdle(victims);
    known.leaving().values().forEach(runs -> runs.forEach(id -> leaves(victims, room, id)));
    for (JobId each : known.claimants()) {
      Job before = cluster.jobs().find(each).orElseThrow();
      int starts = before == job ? claims - 1 : before.preemption().claims();
      if (before == job || !isComing(each)) {
        goesBefore(victims, before, starts);
      } else if (!goesBeforeWhole(victims, before, starts)) {
        // What has come for it and what is to come is not there for others.
        withhold(victims, room, each);
        goesBefore(victims, before, starts);
      }
    }
    known.leaving().values().forEach(runs -> runs.forEach(id -> keeps(victims, room, id)));
    if (victims.fits(demand, job.spec().limitMs())) {
      return List.of();
    }
    long graceMs = addCandidates(victims, room, rank, below);
    List<Event> asides = new ArrayList<>();
    for (PlanJob each : victims.choose(demand, graceMs + job.spec().limitMs())) {
      asides.add(aside(cluster.jobs().find(jobs.get(each.number())).orElseThrow(), job, claims));
    }
    return asides;
  }

  /** The ranks whose runs may be ended, those to be given up first before the others. */
  private List<Rank> below(Rank rank) {
    List<Rank> below = new ArrayList<>();
    for (Rank each : cluster.jobs().preemption().ranks()) {
      if (outranking.rules(rank, each).mode() != PreemptMode.OFF) {
        below.add(each);
      }
    }
    below.sort(
        Comparator.comparingInt(outranking::tierOf)
            .thenComparingInt(outranking::priorityOf)
            .thenComparing(Comparator.naturalOrder()));
    return below;
  }

  private void leaves(Victims victims, AsideRoom room, JobId id) {
    PlanJob run = mirror.run(id);
    if (run != null) {
      Job job = cluster.jobs().find(id).orElseThrow();
      victims.leaves(run, room.gain(job, run, job.preemption().suspends()));
    }
  }

  /** As {@link #goesBefore}, and takes nothing where not all starts fit. */
  private boolean goesBeforeWhole(Victims victims, Job before, int starts) {
    Victims whole = victims.copy();
    boolean fit = goesBefore(whole, before, starts);
    if (fit) {
      victims.becomes(whole);
    }
    return fit;
  }

  /** Takes what the starts of a job need, one after the other as long as they fit. */
  private boolean goesBefore(Victims victims, Job before, int starts) {
    org.queqiao.core.plan.Demand demand = mirror.demand(before.spec());
    boolean fit = demand != null;
    for (int i = 0; fit && i < starts; i++) {
      fit = victims.goesBefore(demand, before.spec().limitMs());
    }
    return fit;
  }

  private boolean isComing(JobId claimant) {
    return cluster.jobs().preemption().leaving().containsKey(claimant);
  }

  /** A run that is being stopped keeps its cores from those who may not push it aside. */
  private void keeps(Victims victims, AsideRoom room, JobId id) {
    PlanJob run = mirror.run(id);
    Job job = cluster.jobs().find(id).orElseThrow();
    if (run != null && job.preemption().suspends() && !room.isPassedOver(job)) {
      victims.withholdRest(run);
    }
  }

  private void withhold(Victims victims, AsideRoom room, JobId claimant) {
    for (JobId id : cluster.jobs().preemption().leaving().getOrDefault(claimant, new TreeSet<>())) {
      PlanJob run = mirror.run(id);
      if (run != null) {
        victims.withhold(run);
      }
    }
    room.withhold(victims, claimant);
  }

  /** Says how long the end of one of them may take. */
  private long addCandidates(Victims victims, AsideRoom room, Rank rank, List<Rank> below) {
    long graceMs = 0;
    int count = 0;
    for (Rank each : below) {
      PreemptRules rules = outranking.rules(rank, each);
      graceMs = Math.max(graceMs, PreemptRules.graceOf(rules.graceMs()));
      for (JobTable.Moment start : cluster.jobs().preemption().youngestOf(each)) {
        long mayEndMs = Math.addExact(start.timeMs(), rules.exemptMs());
        PlanJob run = mirror.run(start.job());
        if (mayEndMs > nowMs) {
          retryMs = Math.min(retryMs, mayEndMs);
        } else if (run != null && count < MAX_CANDIDATES) {
          Job job = cluster.jobs().find(start.job()).orElseThrow();
          boolean stops = rules.mode() == PreemptMode.SUSPEND;
          if (!stops || maySuspend(job)) {
            victims.candidate(run, room.gain(job, run, stops));
            jobs.put(run.number(), start.job());
            count++;
          }
        }
      }
    }
    return graceMs;
  }

  /**
   * Whether a run can be stopped for another: all its nodes know how and can answer, for each of
   * them has to say that what it has of the run is stopped; and nobody has asked for that yet or in
   * this moment, so that the answers to this wish cannot be mistaken.
   */
  private boolean maySuspend(Job job) {
    Suspension stops = job.suspension();
    if (stops != null && !stops.wanted() && stops.askedMs() >= nowMs) {
      retryMs = Math.min(retryMs, stops.askedMs() + 1);
    }
    return job.allocations().stream()
            .map(each -> cluster.nodes().find(each.node()).orElseThrow())
            .allMatch(node -> node.takesRuns() && node.facts().suspends())
        && (stops == null || !stops.wanted() && stops.askedMs() < nowMs);
  }

  private Event aside(Job victim, Job preemptor, int claims) {
    PreemptRules rules = outranking.rules(Rank.of(preemptor), Rank.of(victim));
    if (rules.mode() == PreemptMode.SUSPEND) {
      return new JobSuspendRequested(victim.run(), true, preemptor.id(), claims);
    }
    boolean again = rules.mode() == PreemptMode.REQUEUE && victim.spec().terms().requeue();
    return new JobKillRequested(
        victim.run(),
        again ? KillCause.PREEMPTED_REQUEUED : KillCause.PREEMPTED,
        preemptor.id(),
        rules.graceMs(),
        claims);
  }
}

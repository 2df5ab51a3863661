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
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.plan.ClaimedRoom.Taker;
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
 * it, or find room in what is free and what leaves: they take their share of that, so that others
 * do not count on it. The runs of the lowest rank and the youngest of them are given up first.
 * Until it starts, a job for which runs were ended goes before all others ({@link Candidates}), and
 * what leaves for one is not counted on by the next.
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

  /** Of those for whom no room was made yet. */
  private final List<Tried> tried = new ArrayList<>();

  /** Of those for whom it was, and has gone. */
  private final List<Tried> again = new ArrayList<>();

  /** Who takes a share of what is free and leaves, in the order in which it is taken. */
  private final List<Taker> order = new ArrayList<>();

  /** Those of them that were met in the queue, in its order. */
  private final List<Taker> met = new ArrayList<>();

  /** Those for whom runs were ended that were not met there yet, by number. */
  private final TreeMap<JobId, Taker> claimed = new TreeMap<>();

  /** The ranks of the runs that leave. */
  private final TreeSet<Rank> left = new TreeSet<>();

  /** How many starts all these are. */
  private int starts;

  /** What the job that was asked about last finds behind them. */
  private ClaimedRoom room;

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
   * @param asides the runs to end or to stop, all for one job, behind what others claim of what
   *     leaves already
   * @param retryMs when a run may be ended that may not be yet, or the greatest number
   */
  record Found(List<Event> asides, long retryMs) {
    static final Found NOTHING = new Found(List.of(), NEVER);
  }

  /**
   * What was found for a job.
   *
   * @param facts what it claims, or the runs to end
   * @param isOver whether runs are to end, after which a pass begins anew
   * @param all whether all of its starts have room
   */
  private record Served(List<Event> facts, boolean isOver, boolean all) {
    static final Served NOT = new Served(List.of(), false, false);
  }

  /** A job for which nothing was found: another like it need not be asked about. */
  private record Tried(Rank rank, org.queqiao.core.plan.Demand demand, long limitMs) {}

  Found find(Supplier<JobOrder.Queue> waiting) {
    if (!outranking.isUsed()) {
      return Found.NOTHING;
    }
    LimitTree limits = new LimitTree(cluster, nowMs);
    PreemptionTable known = cluster.jobs().preemption();
    for (TreeSet<JobId> runs : known.leaving().values()) {
      runs.forEach(each -> left.add(Rank.of(cluster.jobs().find(each).orElseThrow())));
    }
    for (JobId each : known.claimants()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      Taker taker = new Taker(job, job.preemption().claims(), true);
      order.add(taker);
      claimed.put(each, taker);
      starts += taker.starts();
    }
    for (Taker each : List.copyOf(order)) {
      boolean comes = known.leaving().containsKey(each.job().id());
      List<Event> asides =
          comes
                  || limits.blocks(Claim.of(each.job())).isPresent()
                  || behindAll(each.job()).lacking().isEmpty()
              ? List.of()
              : makeRoomAgain(each);
      if (!asides.isEmpty()) {
        return new Found(asides, NEVER);
      }
    }
    return findNew(waiting.get(), limits);
  }

  /** For a job for which something was ended, and that has lost it: all others go before. */
  private List<Event> makeRoomAgain(Taker taker) {
    Job job = taker.job();
    if (!isNew(again, tried(job))) {
      return List.of();
    }
    List<Taker> others = new ArrayList<>(order);
    others.set(order.indexOf(taker), new Taker(job, taker.starts() - 1, true));
    ClaimedRoom behind = new ClaimedRoom(cluster, mirror, nowMs, job, others);
    return behind.takeOne(job) ? List.of() : choose(job, behind, taker.starts());
  }

  private Found findNew(JobOrder.Queue queue, LimitTree limits) {
    TreeSet<Rank> ahead = new TreeSet<>();
    TreeSet<JobId> seen = new TreeSet<>();
    List<Event> facts = new ArrayList<>();
    for (int looked = 0; starts < MAX_CLAIMS && looked < MAX_LOOKED; looked++) {
      Job job = queue.next();
      if (job == null) {
        break;
      }
      // An array whose task goes ahead stands in the queue twice.
      if (!seen.add(job.id())) {
        continue;
      }
      meets(job);
      LimitTree.Block block = limits.blocks(Claim.of(job)).orElse(null);
      if (block == null && waits(job, 0)) {
        Rank rank = Rank.of(job);
        boolean may = ahead.stream().allMatch(each -> outranking.passes(rank, each));
        Served served = may && pushes(rank) ? serve(job) : Served.NOT;
        facts.addAll(served.facts());
        if (served.isOver()) {
          return new Found(facts, NEVER);
        }
        if (!served.all()) {
          ahead.add(rank);
        }
      } else if (block != null && block.whateverShape()) {
        queue.skipGroup();
      }
    }
    return new Found(facts, facts.isEmpty() ? retryMs : NEVER);
  }

  /** A job with a claim has its place among the others in the order of the queue. */
  private void meets(Job job) {
    Taker taker = claimed.remove(job.id());
    if (taker != null) {
      met.add(taker);
    }
  }

  /** Whether a job, or a task of an array, waits for nodes and room was not made for it. */
  private boolean waits(Job job, int served) {
    int before = job.preemption().claims() + served;
    if (mirror.demand(job.spec()) == null || Throttle.left(cluster, job) <= before) {
      return false;
    }
    return job.array() == null ? before == 0 : job.array().readyBehind(before) >= 0;
  }

  /**
   * Serves the starts of a job, one after the other: one that fits into what is free and leaves
   * takes its share of that, and claims it where it needs what leaves; for the first that does not
   * fit runs are looked for.
   */
  private Served serve(Job job) {
    int had = job.preemption().claims();
    int claims = had;
    boolean all = true;
    for (int served = 0; all && starts < MAX_CLAIMS && waits(job, served); served++) {
      all = fits(job);
      if (all) {
        starts++;
        claims += room.fitsNow(job) ? 0 : 1;
      }
    }
    List<Event> asides =
        !all && isNew(tried, tried(job)) ? choose(job, room, claims + 1) : List.of();
    if (!asides.isEmpty()) {
      return new Served(asides, true, false);
    }
    List<Event> claim = claims > had ? List.of(new RoomClaimed(job.id(), claims)) : List.of();
    return new Served(claim, false, all);
  }

  private Tried tried(Job job) {
    return new Tried(Rank.of(job), mirror.demand(job.spec()), job.spec().limitMs());
  }

  /** Whether another like it was not asked about in vain. */
  private static boolean isNew(List<Tried> tried, Tried job) {
    return tried.size() < MAX_TRIED && !tried.contains(job) && tried.add(job);
  }

  /**
   * Whether one more start of a job fits behind all others, or in its turn, so that all others fit
   * as before: then it takes its share.
   */
  private boolean fits(Job job) {
    Taker taker = new Taker(job, 1, false);
    if (behindAll(job).takeOne(job)) {
      order.add(taker);
      met.add(taker);
      return true;
    }
    List<Taker> inTurn = new ArrayList<>(met);
    inTurn.add(taker);
    inTurn.addAll(claimed.values());
    ClaimedRoom other = new ClaimedRoom(cluster, mirror, nowMs, job, inTurn);
    if (other.lacking().stream().anyMatch(each -> each == taker)
        || other.placed() <= room.placed()) {
      return false;
    }
    room = other;
    order.clear();
    order.addAll(inTurn);
    met.add(taker);
    return true;
  }

  private ClaimedRoom behindAll(Job job) {
    if (room == null || !room.serves(job)) {
      room = new ClaimedRoom(cluster, mirror, nowMs, job, order);
    }
    return room;
  }

  /** The runs to end so that one more start of a job has room; none when that does not help. */
  private List<Event> choose(Job job, ClaimedRoom behind, int claims) {
    Rank rank = Rank.of(job);
    org.queqiao.core.plan.Demand demand = mirror.demand(job.spec());
    long graceMs = addCandidates(behind.victims(), behind.aside(), rank);
    List<Event> asides = new ArrayList<>();
    for (PlanJob each : behind.victims().choose(demand, graceMs + job.spec().limitMs())) {
      asides.add(aside(cluster.jobs().find(jobs.get(each.number())).orElseThrow(), job, claims));
    }
    return asides;
  }

  /** Whether jobs of a rank may push aside one of the runs that are there or leave. */
  private boolean pushes(Rank rank) {
    return !below(rank).isEmpty() || left.stream().anyMatch(each -> isBelow(each, rank));
  }

  private boolean isBelow(Rank each, Rank rank) {
    return outranking.rules(rank, each).mode() != PreemptMode.OFF;
  }

  /** The ranks whose runs may be ended, those to be given up first before the others. */
  private List<Rank> below(Rank rank) {
    List<Rank> below = new ArrayList<>();
    for (Rank each : cluster.jobs().preemption().ranks()) {
      if (isBelow(each, rank)) {
        below.add(each);
      }
    }
    below.sort(
        Comparator.comparingInt(outranking::tierOf)
            .thenComparingInt(outranking::priorityOf)
            .thenComparing(Comparator.naturalOrder()));
    return below;
  }

  /** Says how long the end of one of them may take. */
  private long addCandidates(Victims victims, AsideRoom room, Rank rank) {
    long graceMs = 0;
    int count = 0;
    for (Rank each : below(rank)) {
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

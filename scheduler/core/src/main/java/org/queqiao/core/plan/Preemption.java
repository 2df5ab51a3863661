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
import org.queqiao.core.state.Throttle;

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

  /** How many jobs and runs were looked at since the last question. */
  private long looked;

  /** How many starts all these are. */
  private int starts;

  /** What the job that was asked about last finds behind them. */
  private ClaimedRoom room;

  /** The same of the job that is asked about, with all in another order; or null. */
  private ClaimedRoom other;

  private List<Taker> otherOrder = List.of();

  /** Who may be ended for it, or null before it is known that it does not fit. */
  private VictimChoice choice;

  private final LimitTree limits;
  private final Supplier<JobOrder.Queue> queue;

  /** Those for whom runs were ended, until all have been asked about; then null. */
  private List<Taker> claimants = new ArrayList<>();

  /** Those that wait, in the order of the queue, after that. */
  private final List<Job> waiting = new ArrayList<>();

  /** The next of these two. */
  private int next;

  /** How many starts of that job have room, and how many it claims. */
  private int served;

  private int claims;

  /** The ranks of those for whom nothing can be done. */
  private final TreeSet<Rank> ahead = new TreeSet<>();

  private final List<Event> facts = new ArrayList<>();
  private boolean over;

  /**
   * The jobs of the candidates: a run that was planned as a task has another number than its job.
   */
  private final TreeMap<Long, JobId> jobs = new TreeMap<>();

  private long retryMs = NEVER;

  /**
   * A search that has not begun.
   *
   * @param queue opens the queue, which is read in one step
   */
  Preemption(Cluster cluster, ClusterMirror mirror, Supplier<JobOrder.Queue> queue, long nowMs) {
    this.cluster = cluster;
    this.outranking = cluster.outranking();
    this.mirror = mirror;
    this.queue = queue;
    this.nowMs = nowMs;
    this.limits = new LimitTree(cluster, nowMs);
    PreemptionTable known = cluster.jobs().preemption();
    for (TreeSet<JobId> runs : known.leaving().values()) {
      runs.forEach(each -> left.add(Rank.of(cluster.jobs().find(each).orElseThrow())));
    }
    for (JobId each : known.claimants()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      Taker taker = new Taker(job, job.preemption().claims(), true);
      order.add(taker);
      claimants.add(taker);
      claimed.put(each, taker);
      starts += taker.starts();
    }
    this.over = !outranking.isUsed();
  }

  /** A job for which nothing was found: another like it need not be asked about. */
  private record Tried(Rank rank, org.queqiao.core.plan.Demand demand, long limitMs) {}

  /**
   * Goes on, in steps: where it was cut makes no difference to what is found.
   *
   * @param budget how many steps at most, but for the last; a step looks at a job, a run or a node
   * @return whether it is over
   */
  boolean work(long budget) {
    long left = budget;
    while (!over && left > 0) {
      step();
      left -= 1 + takeLooked();
    }
    return over;
  }

  /** Whether nothing is left to be looked for; without any rules nothing ever is. */
  boolean isOver() {
    return over;
  }

  /** The runs to end or to stop, all for one job, and what others claim of what leaves already. */
  List<Event> facts() {
    return List.copyOf(facts);
  }

  /** When a run may be ended that may not be yet, or the greatest number. */
  long retryMs() {
    return facts.isEmpty() ? retryMs : NEVER;
  }

  /**
   * When a limit opens by time alone that keeps out somebody who may push others aside, or the
   * greatest number: also on a machine that is full, where nobody was asked about for a start.
   */
  long limitsOpenMs() {
    return facts.isEmpty() ? limits.opensMs() : NEVER;
  }

  private long takeLooked() {
    long count = looked;
    looked = 0;
    count += room == null ? 0 : room.takeLooked();
    count += other == null ? 0 : other.takeLooked();
    return count;
  }

  private void step() {
    if (choice != null) {
      choose();
    } else if (other != null && !other.isReckoned()) {
      other.reckon();
    } else if (room != null && !room.isReckoned()) {
      room.reckon();
    } else if (claimants != null) {
      askAgain();
    } else if (next < waiting.size()) {
      ask(waiting.get(next));
    } else {
      over = true;
    }
  }

  /** Asks about a job for which something was ended: if it has lost that, others are. */
  private void askAgain() {
    if (next == claimants.size()) {
      // Nobody has room made for more than may start with what room is made for already.
      claimants.forEach(each -> claims(each.job(), each.starts()));
      claimants = null;
      next = 0;
      readQueue();
      return;
    }
    Taker taker = claimants.get(next);
    Job job = taker.job();
    boolean comes = cluster.jobs().preemption().leaving().containsKey(job.id());
    if (comes || limits.blocks(Claim.of(job)).isPresent()) {
      next++;
    } else if (!serves(job)) {
      room = new ClaimedRoom(cluster, mirror, nowMs, job, order);
    } else if (other == null && (room.lacking().isEmpty() || !isNew(again, job))) {
      next++;
    } else if (other == null) {
      List<Taker> others = new ArrayList<>(order);
      others.set(next, new Taker(job, taker.starts() - 1, true));
      other = new ClaimedRoom(cluster, mirror, nowMs, job, others);
    } else if (other.takeOne(job)) {
      other = null;
      next++;
    } else {
      claims = taker.starts() - 1;
      choice = choiceFor(job, other);
    }
  }

  private void claims(Job job, int starts) {
    for (int i = 0; i < starts; i++) {
      limits.claimed(Claim.of(job));
    }
  }

  private void readQueue() {
    TreeSet<JobId> seen = new TreeSet<>();
    JobOrder.Queue all = queue.get();
    Job job = starts < MAX_CLAIMS ? all.next() : null;
    for (int count = 0; job != null && count < MAX_LOOKED; count++) {
      looked++;
      LimitTree.Block block = limits.blocks(Claim.of(job)).orElse(null);
      // An array whose task goes ahead stands in the queue twice.
      if (seen.add(job.id()) && (claimed.containsKey(job.id()) || block == null && waits(job, 0))) {
        waiting.add(job);
      } else if (block != null && block.whateverShape()) {
        all.skipGroup();
      }
      job = all.next();
    }
  }

  /**
   * Serves the next start of a job: one that fits into what is free and leaves claims its share of
   * that; for the first that does not fit runs are looked for.
   */
  private void ask(Job job) {
    Rank rank = Rank.of(job);
    if (served == 0 && other == null) {
      meets(job);
      claims = job.preemption().claims();
    }
    boolean may = pushes(rank) && ahead.stream().allMatch(each -> outranking.passes(rank, each));
    boolean done = starts >= MAX_CLAIMS || !waits(job, served);
    if (done || limits.blocks(Claim.of(job)).isPresent()) {
      served(job, true);
    } else if (!may) {
      served(job, false);
    } else if (!serves(job)) {
      room = new ClaimedRoom(cluster, mirror, nowMs, job, order);
    } else if (other != null) {
      askInTurn(job);
    } else if (room.fits(job)) {
      if (!isKeptOut(job)) {
        room.takeOne(job);
        order.add(new Taker(job, 1, false));
        fits(job);
      }
    } else {
      otherOrder = otherOrder(job);
      other = new ClaimedRoom(cluster, mirror, nowMs, job, otherOrder);
    }
  }

  /** It does not fit behind all others: it may in its turn, so that all others fit as before. */
  private void askInTurn(Job job) {
    Taker taker = otherOrder.get(met.size());
    boolean lacks = other.lacking().stream().anyMatch(each -> each == taker);
    if (!lacks && other.placed() > room.placed()) {
      if (!isKeptOut(job)) {
        room = other;
        other = null;
        order.clear();
        order.addAll(otherOrder);
        fits(job);
      }
    } else if (isNew(tried, job)) {
      other = null;
      choice = choiceFor(job, room);
    } else {
      served(job, false);
    }
  }

  /** All that were met in the order of the queue, a start of a job, and the others with claims. */
  private List<Taker> otherOrder(Job job) {
    List<Taker> out = new ArrayList<>(met);
    out.add(new Taker(job, 1, false));
    out.addAll(claimed.values());
    return out;
  }

  /** A job that fits into what is free alone is kept from that by a promise: nothing is done. */
  private boolean isKeptOut(Job job) {
    boolean kept = room.fitsNow(job);
    if (kept) {
      served(job, false);
    }
    return kept;
  }

  private void fits(Job job) {
    met.add(new Taker(job, 1, false));
    claims(job, 1);
    starts++;
    served++;
    claims++;
  }

  /** A job was asked about, and a start of it has no room or all have. */
  private void served(Job job, boolean all) {
    if (claims > job.preemption().claims()) {
      facts.add(new RoomClaimed(job.id(), claims));
    }
    if (!all) {
      ahead.add(Rank.of(job));
    }
    other = null;
    served = 0;
    next++;
  }

  /** Goes on to choose who is ended; when that is decided, the search is over or goes on. */
  private void choose() {
    boolean decided = choice.decide();
    looked += choice.takeLooked();
    if (!decided) {
      return;
    }
    Job job = claimants == null ? waiting.get(next) : claimants.get(next).job();
    for (PlanJob each : choice.chosen()) {
      Job victim = cluster.jobs().find(jobs.get(each.number())).orElseThrow();
      facts.add(aside(victim, job, claims + 1));
    }
    over = !choice.chosen().isEmpty();
    choice = null;
    if (!over && claimants == null) {
      served(job, false);
    } else if (!over) {
      other = null;
      next++;
    }
  }

  /** A job with a claim has its place among the others in the order of the queue. */
  private void meets(Job job) {
    Taker taker = claimed.remove(job.id());
    if (taker != null) {
      met.add(taker);
    }
  }

  /** Whether a job, or a task of an array, waits for nodes and room was not made for it. */
  private boolean waits(Job job, int besides) {
    int before = job.preemption().claims() + besides;
    if (mirror.demand(job.spec()) == null || Throttle.left(cluster, job) <= before) {
      return false;
    }
    return job.array() == null ? before == 0 : job.array().readyBehind(before) >= 0;
  }

  /** Whether what is reckoned is what a job finds. */
  private boolean serves(Job job) {
    return room != null && room.serves(job);
  }

  /** Whether another like it was not asked about in vain. */
  private boolean isNew(List<Tried> known, Job job) {
    Tried like = new Tried(Rank.of(job), mirror.demand(job.spec()), job.spec().limitMs());
    return known.size() < MAX_TRIED && !known.contains(like) && known.add(like);
  }

  private VictimChoice choiceFor(Job job, ClaimedRoom behind) {
    long graceMs = addCandidates(behind.victims(), behind.aside(), Rank.of(job));
    return behind.victims().choice(mirror.demand(job.spec()), graceMs + job.spec().limitMs());
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
        looked++;
        if (mayEndMs > nowMs) {
          retryMs = Math.min(retryMs, mayEndMs);
        } else if (count == MAX_CANDIDATES) {
          break;
        } else if (run != null) {
          Job job = cluster.jobs().find(start.job()).orElseThrow();
          boolean stops = rules.mode() == PreemptMode.SUSPEND;
          if (!stops || maySuspend(job)) {
            looked += run.nodes().length;
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

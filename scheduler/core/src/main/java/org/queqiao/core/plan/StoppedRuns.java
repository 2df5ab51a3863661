package org.queqiao.core.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.NodeCores;
import org.queqiao.core.state.Outranking.Rank;
import org.queqiao.core.state.Throttle;

/**
 * What becomes of the cores of runs that were stopped for others, before anything else in a pass:
 * first whoever may push these runs aside starts on them, those for whom it was done before the
 * others; then every run goes on that nobody needs stopped any more and whose very cores are idle.
 * No other job ever gets such a core.
 */
final class StoppedRuns {
  /** How many waiting jobs are looked at. */
  private static final int MAX_JOBS = 1000;

  /** So many nodes are looked at to place them; who comes then gets no such cores. */
  private static final long MAX_LOOKED = 5_000_000;

  private final Cluster cluster;
  private final ClusterMirror mirror;
  private final LimitTree limits;
  private final long nowMs;

  /** For whom runs were stopped whose cores the job that was placed last does not take. */
  private final List<JobId> spared = new ArrayList<>();

  /** What there is for the job that was placed last. */
  private Victims around;

  /** What is free for all, or null before anybody asked. */
  private Victims free;

  /** What those leave who were asked first, so many of them; null while that is nobody. */
  private BehindClaimants behindFirst;

  private int first;

  /** What was asked in vain, of those behind all for whom runs were stopped. */
  private final TreeSet<Tried> tried = new TreeSet<>();

  /** Those for whom runs were stopped or ended who are not asked about yet, and the others. */
  private final Iterator<JobId> claiming;

  private final List<Job> claimants = new ArrayList<>();
  private final Supplier<JobOrder.Queue> queue;

  /** Those that wait behind them and are not asked about yet; null until the queue is read. */
  private ArrayDeque<Job> waiting;

  private final TreeSet<Rank> ahead = new TreeSet<>();

  /** Who is asked, its task or -1, and how many were asked before it; null for nobody. */
  private Job asked;

  private int askedTask;
  private int before;

  private PlanJob start;
  private long looked;

  /** Jobs of one rank that need the same for as long fit alike. */
  private record Tried(int demand, Rank rank, long limitMs) implements Comparable<Tried> {
    @Override
    public int compareTo(Tried other) {
      int order = Integer.compare(demand, other.demand);
      order = order != 0 ? order : rank.compareTo(other.rank);
      return order != 0 ? order : Long.compare(limitMs, other.limitMs);
    }
  }

  /**
   * Nobody has been asked yet.
   *
   * @param queue opens the queue, which is read in one step
   */
  StoppedRuns(Cluster cluster, ClusterMirror mirror, Supplier<JobOrder.Queue> queue, long nowMs) {
    this.cluster = cluster;
    this.queue = queue;
    this.claiming = List.copyOf(cluster.jobs().preemption().claimants()).iterator();
    this.mirror = mirror;
    this.limits = new LimitTree(cluster, nowMs);
    this.nowMs = nowMs;
  }

  /**
   * Goes on, a job a step, or a start of one that is before it: where it was cut makes no
   * difference to what is found.
   *
   * @param budget how many nodes are looked at, at most, but for the last step
   * @return whether it is over
   */
  boolean work(long budget) {
    long until = looked + budget;
    do {
      if (asked != null) {
        start = findsLeft() ? place() : null;
      } else if (waiting == null) {
        askClaimant();
      } else if (!waiting.isEmpty()) {
        ask(waiting.poll());
      }
    } while (!isOver() && looked < until);
    return isOver();
  }

  private boolean isOver() {
    return start != null || asked == null && waiting != null && waiting.isEmpty();
  }

  /** The first job that can start on such cores, with its nodes, or null. */
  PlanJob start() {
    return start;
  }

  private void askClaimant() {
    looked++;
    if (!claiming.hasNext()) {
      readQueue();
      return;
    }
    Job job = cluster.jobs().find(claiming.next()).orElseThrow();
    if (!isBlocked(job)) {
      ask(job, 0);
    }
    claimants.add(job);
  }

  /** In one step: between two of them the queue may change. */
  private void readQueue() {
    waiting = new ArrayDeque<>();
    JobOrder.Queue all = queue.get();
    for (Job job = all.next(); job != null && waiting.size() < MAX_JOBS; job = all.next()) {
      waiting.add(job);
    }
    looked += waiting.size();
  }

  private void ask(Job job) {
    looked++;
    Rank rank = Rank.of(job);
    int claims = job.preemption().claims();
    if (!isBlocked(job)
        && Throttle.left(cluster, job) > claims
        && (claims == 0 || job.array() != null)) {
      boolean may = ahead.stream().allMatch(each -> cluster.outranking().passes(rank, each));
      if (may && isNew(job, rank, claims)) {
        ask(job, claims);
      }
      ahead.add(rank);
    }
  }

  /** How many nodes were looked at, or amounts copied. */
  long looked() {
    return looked;
  }

  /** Whether a job that may start has not been asked for in vain by another like it. */
  private boolean isNew(Job job, Rank rank, int claims) {
    looked++;
    Demand demand = mirror.demand(job.spec());
    return demand != null
        && (job.array() == null || job.array().readyBehind(claims) >= 0)
        && tried.add(new Tried(demand.number(), rank, job.spec().limitMs()));
  }

  private boolean isBlocked(Job job) {
    return limits.blocks(Claim.of(job)).isPresent();
  }

  /**
   * Asks whether a job starts on cores that are kept for stopped runs, unless it fits without them.
   *
   * @param claimed how many tasks of an array go before
   */
  private void ask(Job job, int claimed) {
    Demand demand = mirror.demand(job.spec());
    int ordinal = job.array() == null ? -1 : job.array().readyBehind(claimed);
    if (demand == null || job.array() != null && ordinal < 0) {
      return;
    }
    AsideRoom room = new AsideRoom(cluster, mirror, Rank.of(job));
    looked += mirror.sharedNodes().size();
    if (looked <= MAX_LOOKED && room.hasIdle() && !fitsAnyhow(demand, job.spec().limitMs())) {
      asked = job;
      askedTask = ordinal;
      before = claimants.size();
    }
  }

  /** Places who was asked, once it is known what those before it leave. */
  private PlanJob place() {
    Job job = asked;
    asked = null;
    Demand demand = mirror.demand(job.spec());
    AsideRoom room = new AsideRoom(cluster, mirror, Rank.of(job));
    List<JobId> behind = new ArrayList<>(cluster.jobs().preemption().claimants());
    claimants.subList(0, before).forEach(each -> behind.remove(each.id()));
    behind.remove(job.id());
    PlanJob planned = askedTask < 0 ? mirror.planJob(job) : mirror.planTask(job, askedTask, demand);
    boolean fits = placed(planned, demand, room, behind);
    if (!fits && !behind.isEmpty()) {
      fits = placed(planned, demand, room, List.of());
    }
    return fits ? planned : null;
  }

  private boolean fitsAnyhow(Demand demand, long limitMs) {
    if (free == null) {
      free = new Victims(mirror.planner().pool(), nowMs);
      looked += free.size();
    }
    boolean fits = free.fits(demand, limitMs);
    looked += free.takeLooked();
    return fits;
  }

  /** Goes on to find what those leave who were asked before; says whether it is found. */
  private boolean findsLeft() {
    if (behindFirst == null) {
      behindFirst = new BehindClaimants(cluster, mirror, free);
    }
    if (first < before && behindFirst.add(claimants.get(first))) {
      first++;
    }
    looked += behindFirst.takeLooked();
    return first == before;
  }

  /**
   * Places a job.
   *
   * @param behind who comes after it, and what was stopped for whom it does not take
   */
  private boolean placed(PlanJob planned, Demand demand, AsideRoom room, List<JobId> behind) {
    Victims victims = behindFirst.left();
    spared.clear();
    spared.addAll(behind);
    spared.addAll(behindFirst.waiting());
    // Those before would have started had they found such cores: they take what is free alone.
    room.addIdle(victims);
    spared.forEach(each -> room.withhold(victims, each));
    behindFirst.limit(victims);
    boolean placed = placed(planned, demand, victims);
    looked += behindFirst.takeLooked() + victims.takeLooked();
    return placed;
  }

  private boolean placed(PlanJob planned, Demand demand, Victims victims) {
    for (Demand each : demand.alternatives()) {
      int[] on = victims.place(each, planned.limit());
      if (on != null) {
        around = victims;
        planned.take(each);
        planned.startAt(nowMs, on);
        return true;
      }
    }
    return false;
  }

  /** Where the job that was placed last has room for less; null where it has none. */
  int[] room(Demand demand, PlanJob start) {
    int[] on = null;
    for (Demand each : demand.alternatives()) {
      on = on == null ? around.place(each, start.limit()) : on;
    }
    return on;
  }

  /** What is free for a job on the nodes where it starts so. */
  Trial trial(PlanJob start) {
    Job job = cluster.jobs().find(ClusterMirror.jobOf(start)).orElseThrow();
    AsideRoom room = new AsideRoom(cluster, mirror, Rank.of(job));
    Trial trial = new Trial(cluster.nodes());
    for (NodeName node : mirror.sharedNodes()) {
      BitSet cores = room.idle(node);
      spared.forEach(each -> cores.andNot(room.stoppedFor(node, each)));
      trial.give(node, cores);
    }
    return trial;
  }

  /** The runs that go on now: who was stopped last is first. */
  List<JobSuspendRequested> goOn() {
    List<Job> stopped = new ArrayList<>();
    List<JobSuspendRequested> out = new ArrayList<>();
    for (JobId each : cluster.jobs().preemption().suspended()) {
      Job job = cluster.jobs().find(each).orElseThrow();
      if (job.preemption().yields()) {
        stopped.add(job);
      } else if (!isNeeded(job)) {
        out.add(new JobSuspendRequested(job.run(), false));
      }
    }
    stopped.sort(NodeCores.LAST_STOPPED_FIRST);
    TreeMap<NodeName, BitSet> spokenFor = new TreeMap<>();
    for (Job job : stopped) {
      if (!isNeeded(job) && areIdle(job, spokenFor)) {
        out.add(new JobSuspendRequested(job.run(), false));
      }
      for (Allocation each : job.allocations()) {
        BitSet here = spokenFor.computeIfAbsent(each.node(), _ -> new BitSet());
        each.cores().forEach(here::set);
      }
    }
    return out;
  }

  /** Whether nobody has its cores, and nobody who was stopped after it waits for one of them. */
  private boolean areIdle(Job job, TreeMap<NodeName, BitSet> spokenFor) {
    for (Allocation each : job.allocations()) {
      Node node = cluster.nodes().find(each.node()).orElseThrow();
      BitSet others = spokenFor.getOrDefault(each.node(), new BitSet());
      if (!node.cores().areIdle(each) || each.cores().stream().anyMatch(others::get)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the job for which a run was stopped still waits for that, and can use it. */
  private boolean isNeeded(Job run) {
    JobId id = run.preemption().preemptor();
    if (!cluster.jobs().preemption().claimants().contains(id)) {
      return false;
    }
    Job forWhom = cluster.jobs().find(id).orElseThrow();
    boolean usable =
        run.allocations().stream()
            .allMatch(each -> cluster.nodes().find(each.node()).orElseThrow().takesRuns());
    return usable
        && !isBlocked(forWhom)
        && cluster.outranking().rules(Rank.of(forWhom), Rank.of(run)).mode() != PreemptMode.OFF;
  }
}

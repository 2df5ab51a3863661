package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * Plans for the live cluster with the engine of this package, slice by slice. It is no part of the
 * state: what it keeps between slices it can make anew from the tables, and does so whenever a fact
 * came that it did not decide and cannot add.
 *
 * <pre>
 *   slice    tables or mirror -> engine: who starts, on which nodes -> ids of cores and devices -> facts
 *   follow   fact -> mirror: a start that was decided here is now true; an end gives back
 * </pre>
 *
 * <p>A slice ends after a number of steps or starts, never by time, so every machine decides alike.
 * Submissions that come between two slices wait for the next pass; ends leave more room than the
 * pass counts on; a job that may not start any more is left out; a node that is lost begins the
 * pass anew.
 */
public final class ClusterPlanner {
  /**
   * A run past its limit is being killed, one that is suspended may go on at any moment: both are
   * expected to do so at the next moment that so many milliseconds divide. So it does not matter
   * when this was last asked, and a plan moves with time at these moments alone.
   */
  private static final long SOON_MS = 30_000;

  /** How often the steps of a slice are doubled for a search that was given up. */
  private static final int MAX_DOUBLED = 5;

  private final Cluster cluster;
  private final JobOrder order;
  private final SliceBounds bounds;
  private ClusterMirror mirror;
  private PlanPolicy policy;
  private boolean passBegun;
  private long chancesAtBegin;
  private long positionAtBegin;

  /** From when on the pass that was begun, if it was cut for so long, is of another time. */
  private long movesMs;

  private boolean passStarted;
  private final WaitingPlanJobs waiting = new WaitingPlanJobs();

  /** Of the slice that is decided. */
  private SliceStarts slice;

  /** When the first limit that kept a job of this pass from its nodes lets it start by itself. */
  private long limitsOpenMs;

  /** Of the latest pass that was begun, or null. */
  private Candidates candidates;

  /** Null while the queue is made anew for each pass. */
  private StandingQueue standing;

  private final PromiseFacts promises;

  private final MovedUp movedUp;

  /** The search after a pass in which nothing started that is not over, or null. */
  private Preemption search;

  /**
   * The choice of nodes before a pass for those for whom room is made that is not over, or null.
   */
  private ClaimPlaces places;

  /** The search before that for who gets the cores of stopped runs that is not over, or null. */
  private StoppedRuns stopped;

  /** Whether that search has read the queue for the pass, and what is left to the slice. */
  private boolean readsBefore;

  private long stepsLeft;

  /** How often a search was given up since the last that was over. */
  private int givenUp;

  /** Decided and not a fact yet; null for one that starts otherwise than was decided. */
  private final TreeMap<JobId, PlanJob> unconfirmed = new TreeMap<>();

  public ClusterPlanner(Cluster cluster, JobOrder order, SliceBounds bounds) {
    this.cluster = cluster;
    this.order = order;
    this.bounds = bounds;
    this.movedUp = new MovedUp(cluster, order);
    this.promises = new PromiseFacts(cluster);
  }

  /** Decides the next starts; changes nothing in the tables. */
  public Slice slice(long nowMs) {
    if (mirror == null || !unconfirmed.isEmpty()) {
      renew();
    }
    if (search != null) {
      return goOn(List.of(), longer(bounds.steps()), nowMs);
    }
    stepsLeft = bounds.steps();
    Slice before = passBegun ? null : ofStopped(nowMs);
    if (before != null) {
      return before;
    }
    Planner planner = mirror.planner();
    // In each slice, or a run that stands still would be taken for one that outlives its limit.
    mirror.standStill(soonMs(nowMs));
    mirror.expectOverdue(nowMs, soonMs(nowMs));
    if (!passBegun && planner.pool().totalFreeCores() <= 0 && !policy.keepsAllStarts()) {
      candidates = null;
      begins(nowMs);
      return fruitless(List.of(), nowMs);
    }
    if (!passBegun) {
      if (!choosesPlaces(nowMs)) {
        return Slice.goesOn(List.of());
      }
      begin(planner, nowMs);
    }
    return pass(planner, nowMs);
  }

  /** What is done before a pass with cores of stopped runs, if there are any; null for nothing. */
  private Slice ofStopped(long nowMs) {
    if (places != null || cluster.jobs().preemption().suspended().isEmpty()) {
      return null;
    }
    if (stopped == null) {
      stopped = new StoppedRuns(cluster, mirror, this::queue, nowMs);
      begins(nowMs);
      readsBefore = true;
    }
    long before = stopped.looked();
    if (!stopped.work(longer(stepsLeft))) {
      return Slice.goesOn(List.of());
    }
    stepsLeft -= stopped.looked() - before;
    Slice found = of(stopped, nowMs);
    stopped = null;
    readsBefore &= found == null;
    return found;
  }

  /** Goes on to choose nodes for those for whom room is made; says whether they are chosen. */
  private boolean choosesPlaces(long nowMs) {
    if (places == null) {
      places = new ClaimPlaces(cluster, mirror, new LimitTree(cluster, nowMs), nowMs);
    }
    long before = places.looked();
    boolean chosen = places.work(longer(Math.max(1, stepsLeft)));
    stepsLeft -= places.looked() - before;
    return chosen;
  }

  private Slice pass(Planner planner, long nowMs) {
    promises.clear();
    movedUp.beginSlice();
    FewerNodes.Rooms rooms = (demand, job) -> planner.room(demand, job, nowMs);
    slice = new SliceStarts(cluster, mirror, new Trial(cluster.nodes()), rooms, nowMs);
    boolean over = planner.work(nowMs, Math.max(1, stepsLeft), bounds.starts());
    stepsLeft -= planner.steps();
    if (!over) {
      planner.drain(nowMs);
    }
    List<JobPromised> moves = promises.moves();
    List<JobPromised> first = promises.first(slice.facts());
    limitsOpenMs = Math.min(limitsOpenMs, slice.limitsOpenMs());
    passBegun = !over;
    List<Event> stated = new ArrayList<>(movedUp.facts());
    stated.addAll(first);
    // Who starts after all had other room before that.
    List<Event> facts = new ArrayList<>(moves);
    facts.addAll(slice.facts());
    if (over && movedUp.endsPass()) {
      // All is planned anew from what is stated now.
      return new Slice(facts, slice.count(), stated, List.of(), true, -1, Long.MAX_VALUE);
    }
    if (over && !passStarted) {
      facts.addAll(stated);
      return fruitless(facts, nowMs);
    }
    return new Slice(facts, slice.count(), stated, List.of(), !over, -1, Long.MAX_VALUE);
  }

  /** Nothing starts any more: room may be made for who outranks what runs. */
  private Slice fruitless(List<Event> promises, long nowMs) {
    search = new Preemption(cluster, mirror, this::queue, nowMs);
    if (!promises.isEmpty() && !search.isOver()) {
      // Whoever is promised a start has another place in the queue from then on.
      search = policy.keepsAllStarts() ? null : search;
      return Slice.goesOn(promises);
    }
    return goOn(promises, Math.max(1, stepsLeft), nowMs);
  }

  private Slice goOn(List<Event> promises, long steps, long nowMs) {
    if (!search.work(steps)) {
      return Slice.goesOn(promises);
    }
    List<Event> asides = search.facts();
    long retryMs = Math.min(search.retryMs(), search.limitsOpenMs());
    search = null;
    givenUp = 0;
    boolean nothing = asides.isEmpty();
    // A start that came after the pass had asked whose had come is one that it has not answered.
    long startMs = mirror.planner().nextHeldStart();
    boolean holds = nothing && nowMs < Math.min(movesMs, startMs);
    long limitsMs = candidates == null ? Long.MAX_VALUE : candidates.limitsOpenMs();
    limitsMs = candidates == null ? limitsMs : Math.min(limitsMs, limitsOpenMs);
    return new Slice(
        List.of(),
        0,
        promises,
        asides,
        !nothing,
        holds ? chancesAtBegin : -1,
        Math.min(
            Math.min(limitsMs, cluster.money().allowances().nextMs(nowMs)),
            Math.min(Math.min(retryMs, movesMs(nowMs)), startMs)));
  }

  /**
   * What is looked for may be something else after a fact, so it is looked for anew, for longer.
   */
  private void giveUpSearch() {
    if (search != null || places != null || stopped != null) {
      search = null;
      places = null;
      stopped = null;
      readsBefore = false;
      givenUp++;
    }
  }

  private long longer(long steps) {
    return steps << Math.min(givenUp, MAX_DOUBLED);
  }

  /**
   * When the plan is another one for time alone, or the greatest number: a run that outlives what
   * was believed of it, and one that does not go on, put off the start that is promised behind
   * them, and leave more room before it. Nobody can use that on a cluster that is full.
   */
  private long movesMs(long nowMs) {
    boolean usable = policy.backfills() && mirror.planner().pool().totalFreeCores() > 0;
    if (!usable && !mirror.makesRoom()) {
      return Long.MAX_VALUE;
    }
    return mirror.anyStill() ? Math.min(soonMs(nowMs), mirror.firstEndMs()) : mirror.firstEndMs();
  }

  /**
   * Starts on cores of runs that were stopped for others, and runs that go on; null for neither.
   */
  private Slice of(StoppedRuns stopped, long nowMs) {
    PlanJob start = stopped.start();
    List<Event> facts = List.of();
    if (start != null) {
      SliceStarts one =
          new SliceStarts(cluster, mirror, stopped.trial(start), stopped::room, nowMs);
      one.offer(start, (job, task, _) -> starts(job, task));
      facts = one.facts();
    }
    int starts = facts.isEmpty() ? 0 : 1;
    if (facts.isEmpty()) {
      facts = List.copyOf(stopped.goOn());
    }
    return facts.isEmpty()
        ? null
        : new Slice(facts, starts, List.of(), List.of(), true, -1, Long.MAX_VALUE);
  }

  private void renew() {
    giveUpSearch();
    unconfirmed.clear();
    waiting.clear();
    standing = null;
    passBegun = false;
    SchedulingDefined stated = cluster.policy().scheduling();
    policy = PlanPolicies.live(stated.policy(), stated.reservations()).orElseThrow();
    mirror = new ClusterMirror(cluster, policy, new LiveStarts());
  }

  /** What a planner decides, as it becomes facts of the live cluster. */
  private final class LiveStarts implements Starts {
    @Override
    public boolean mayStart(PlanJob job) {
      return !passStarted || slice.passes(job);
    }

    @Override
    public Answer answer(PlanJob start, int[] nodes) {
      JobId[] as = new JobId[1];
      Answer answer =
          slice.offer(
              start,
              (job, task, run) -> {
                starts(job, task);
                as[0] = run;
              });
      passStarted |= answer != Answer.STAYS;
      if (answer != Answer.STAYS) {
        unconfirmed.put(as[0], answer == Answer.STARTS ? start : null);
      }
      return answer;
    }

    @Override
    public void start(PlanJob job, int[] nodes) {
      // it has been asked about
    }

    /**
     * What gets devices of whatever model is not known before it is a fact. Where runs are stopped,
     * one may go on before the rest of the pass is planned with that.
     */
    @Override
    public boolean endsSlice(PlanJob started) {
      return !cluster.jobs().preemption().suspended().isEmpty()
          && ClusterKinds.leavesModelOpen(cluster, ClusterMirror.jobOf(started));
    }

    @Override
    public boolean keepsPromise(PlanJob job) {
      return promises.keeps(job, slice.facts());
    }

    @Override
    public void promised(PlanJob job) {
      promises.promised(job, mirror);
    }

    @Override
    public void moved(PlanJob job) {
      promises.moved(job, mirror);
    }

    @Override
    public boolean roomCameEarly() {
      return movedUp.isDue();
    }

    @Override
    public List<PlanJob> inTurn(List<PlanJob> held) {
      return movedUp.inTurn(held);
    }

    @Override
    public void movedUp(List<PlanJob> moved, boolean over) {
      movedUp.answer(moved, over, mirror);
    }
  }

  private static long soonMs(long nowMs) {
    return (nowMs / SOON_MS + 1) * SOON_MS;
  }

  private void begin(Planner planner, long nowMs) {
    limitsOpenMs = Long.MAX_VALUE;
    candidates =
        new Candidates(cluster, queue(), mirror, policy.reservations(), waiting, places, nowMs);
    places = null;
    planner.begin(candidates, nowMs);
    passBegun = true;
    passStarted = false;
    begins(nowMs);
  }

  /** From now on what comes may be news to the pass, if nothing was read for it before. */
  private void begins(long nowMs) {
    movedUp.beginPass();
    if (!readsBefore) {
      chancesAtBegin = cluster.chances();
      positionAtBegin = cluster.position();
      movesMs = movesMs(nowMs);
    }
    readsBefore = false;
  }

  /**
   * The last fact that the pass knew from its first slice on: what came since may be news to it.
   */
  public long positionAtBegin() {
    return positionAtBegin;
  }

  /** What may start in the order of the queue; between passes only. */
  private JobOrder.Queue queue() {
    if (!StandingQueue.serves(cluster, order, standing != null)) {
      standing = null;
      return order.open(cluster, cluster.timeMs());
    }
    if (standing == null) {
      waiting.clear();
      standing = new StandingQueue(cluster, order, mirror);
    }
    return standing.open();
  }

  /** A job starts, or a task of an array, as a job of its own. */
  private void starts(Job job, int task) {
    if (task < 0) {
      waiting.remove(job.id());
      if (standing != null) {
        standing.forget(job.id());
      }
    }
  }

  /** A fact has been applied to the tables. One that is not named here makes the mirror anew. */
  public void follow(Event event, long nowMs) {
    if (mirror == null || NextPass.learns(event)) {
      return;
    }
    giveUpSearch();
    switch (event) {
      case JobAllocated e -> confirm(e.run().job());
      case JobEnded e -> gone(e.job(), nowMs);
      case JobHeld e when e.tasks() != null -> withdraw(e.job(), e.tasks());
      case JobHeld e -> withdraw(e.job());
      case JobKillRequested e when mirror.isStill(e.run().job()) -> mirror = null;
      case JobKillRequested e -> cluster.jobs().find(e.run().job()).ifPresent(mirror::leaves);
      case JobSuspendRequested e when e.preemptor() != null ->
          cluster.jobs().find(e.run().job()).ifPresent(mirror::leaves);
      case JobSuspendRequested e when e.suspend() -> {
        // nothing has stopped yet
      }
      case ArrayTaskSplit e -> waiting.remove(e.array(), ordinalOf(e.array(), e.task()));
      case ArrayTasksEnded e -> withdraw(e.array(), e.tasks());
      default -> mirror = null;
    }
  }

  private void confirm(JobId id) {
    boolean decided = unconfirmed.containsKey(id);
    PlanJob start = unconfirmed.remove(id);
    if (decided && start == null) {
      // What was decided behind it counts on other nodes: the pass begins anew.
      passBegun = false;
      mirror = mirror.startedOtherwise(cluster.jobs().find(id).orElseThrow()) ? mirror : null;
    } else if (start == null || ClusterKinds.leavesModelOpen(cluster, id)) {
      mirror = null;
    } else {
      mirror.started(id, start);
    }
  }

  private void gone(JobId id, long nowMs) {
    if (!mirror.runs(id)) {
      withdraw(id);
    } else if (ClusterKinds.leavesModelOpen(cluster, id) || mirror.isOdd(id)) {
      mirror = null;
    } else {
      mirror.ended(id, nowMs);
    }
  }

  private void withdraw(JobId id) {
    waiting.removeAll(id).forEach(mirror.planner()::withdrawn);
    if (standing != null) {
      standing.withdrawn(id);
    }
  }

  private void withdraw(JobId array, TaskIndices tasks) {
    for (TaskRange each : tasks.ranges()) {
      int first = ordinalOf(array, each.first());
      int last = ordinalOf(array, each.last());
      if (last - first + 1 == each.count()) {
        waiting.removeBetween(array, first, last).forEach(mirror.planner()::withdrawn);
      } else {
        mirror = null;
        return;
      }
    }
  }

  private int ordinalOf(JobId array, int index) {
    return cluster.jobs().find(array).orElseThrow().spec().array().tasks().ordinalOf(index);
  }
}

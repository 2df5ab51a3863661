package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One pass of a policy that promises every job a start and keeps it until the job can have an
 * earlier one ({@link PlanPolicy#keepsAllStarts}). What is promised is stated; room is held for it
 * anew in each pass:
 *
 * <ol>
 *   <li>those for whom runs were ended start if they fit, else room is held for them;
 *   <li>room is held for all who were promised a start, by the promised start, where they were
 *       promised it; who has lost it gets other room behind all others;
 *   <li>if room has come earlier than it was counted on, each of these is lifted, one by one in the
 *       order of the queue, and put back at the earliest start that it can have beside all others.
 *       When any has moved, the pass is over: what was found is stated first, and all this follows
 *       from what is stated;
 *   <li>those whose start has come start, and nobody earlier than promised. One that starts on
 *       other nodes than were held for it while somebody has less room than it was promised ends
 *       the pass: what is left free may be that room;
 *   <li>each of the others gets, in the order of the queue, the earliest start that is left, and
 *       starts if that is now. Where nodes were counted until one of them must have certain nodes,
 *       all others are laid on nodes before it.
 * </ol>
 */
final class KeptStarts implements Pass {
  private static final int STEP = 1;
  private static final long NEVER = Long.MAX_VALUE;

  private final PlanPolicy policy;
  private final NodePool pool;
  private final Runs runs;
  private final HeldByNode byNode;
  private final More more;
  private final Starts starts;

  private enum Round {
    CLAIMS,
    HOLD,
    DISPLACED,
    MOVE,
    DUE,
    OTHERS,
    LAY,
    OVER
  }

  private Round round = Round.OVER;

  /** Null once a job of the pass is not for whole nodes of those that are alike. */
  private HeldByCount byCount;

  private HeldRoom room;
  private WaitingJobs queue;
  private long now;

  /** The next of the queue, of those to be moved, or of those that room is held for. */
  private int next;

  /** Those of the queue before this had runs ended for them. */
  private int firstHeld;

  /** Those of the queue before this were promised a start, or runs were ended for them. */
  private int firstOther;

  /** All for whom room is held. */
  private final List<PlanJob> holders = new ArrayList<>();

  /** Those of them that were promised a start before this pass, by that start. */
  private final List<PlanJob> held = new ArrayList<>();

  /** Those who do not have the room that they were promised when they were promised a start. */
  private final List<PlanJob> displaced = new ArrayList<>();

  /** Whether one of those has room only later: the next pass looks for it from then on again. */
  private boolean someLate;

  /** Those of whom room is held as they take turns; only in the round that goes by them. */
  private List<PlanJob> turns = List.of();

  /** The round that goes on after all are laid on nodes, and with whom. */
  private Round laidFor = Round.OVER;

  private int laidForNext;

  /** When those whose start had come were first looked at in this pass. */
  private long dueMs;

  private final List<PlanJob> moved = new ArrayList<>();

  private long steps;
  private int startsLeft;

  /** Whether devices of any model were given in this slice. */
  private boolean tookAnyModel;

  KeptStarts(PlanPolicy policy, NodePool pool, Runs runs, More more, Starts starts) {
    this.policy = policy;
    this.pool = pool;
    this.runs = runs;
    this.more = more;
    this.starts = starts;
    this.byNode = new HeldByNode(pool, runs);
    this.room = byNode;
  }

  @Override
  public void begin(long atTime, WaitingJobs inOrder, WaitingJobs byKey) {
    close();
    now = atTime;
    dueMs = atTime;
    queue = inOrder;
    byCount = HeldByCount.of(pool, runs, now);
    room = byCount == null ? byNode : byCount;
    round = Round.CLAIMS;
  }

  @Override
  public void close() {
    holders.forEach(job -> job.hold(null));
    holders.clear();
    held.clear();
    displaced.clear();
    someLate = false;
    turns = List.of();
    moved.clear();
    byNode.clear();
    next = 0;
    firstHeld = 0;
    firstOther = 0;
    round = Round.OVER;
  }

  @Override
  public boolean over() {
    return round == Round.OVER;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public boolean looksAtRest() {
    return false;
  }

  @Override
  public boolean hasNoRoomFor(Demand demand, long believed, long limit) {
    return room(demand, now + believed, now + limit) == null;
  }

  @Override
  public int[] room(Demand demand, long end, long limitEnd) {
    return room.room(demand, end, limitEnd);
  }

  /**
   * When the next of those that room is held for is to start, or the greatest number; of one whose
   * start came only after the pass had asked whose had come, that start.
   */
  long nextStart() {
    long first = NEVER;
    for (PlanJob job : holders) {
      if (job.waiting() && job.hold() != null && job.hold().moment() > dueMs) {
        first = Math.min(first, job.hold().moment());
      }
    }
    return first;
  }

  @Override
  public void work(long atTime, long budget, int maxStarts) {
    now = atTime;
    startsLeft = maxStarts;
    tookAnyModel = false;
    steps = 0;
    while (round != Round.OVER && steps < budget && startsLeft > 0) {
      PlanJob job = nextJob();
      if (job == null) {
        nextRound();
      } else if (tookAnyModel && job.waiting() && job.demand().namesModel()) {
        return;
      } else {
        next++;
        steps += STEP;
        if (round == Round.LAY) {
          lay(job);
        } else if (job.waiting()) {
          look(job);
        }
        steps += room.takeLooked();
      }
    }
  }

  /** The next job of this round, or null. */
  private PlanJob nextJob() {
    return switch (round) {
      case CLAIMS -> ofQueue() && queue.get(next).claims() ? queue.get(next) : null;
      case HOLD -> ofQueue() && queue.get(next).isPromised() ? queue.get(next) : null;
      case DISPLACED -> next < displaced.size() ? displaced.get(next) : null;
      case MOVE, LAY -> next < turns.size() ? turns.get(next) : null;
      case DUE -> next < held.size() ? held.get(next) : null;
      case OTHERS -> holders.size() < policy.reservations() && ofQueue() ? queue.get(next) : null;
      case OVER -> null;
    };
  }

  private boolean ofQueue() {
    return next < queue.size() || more.pull(now);
  }

  private void look(PlanJob job) {
    if (byCount != null && !byCount.counts(job)) {
      if (hasNoRoom(job)) {
        return;
      }
      byCount = null;
      room = byNode;
      if (round == Round.HOLD) {
        // Those before it were laid on nodes already.
        holders.forEach(each -> each.hold(null));
        holders.clear();
        held.clear();
        displaced.clear();
        next = firstHeld;
        return;
      }
      layOnNodes();
      return;
    }
    switch (round) {
      case CLAIMS, OTHERS -> serve(job);
      case HOLD -> holdAgain(job);
      case DISPLACED -> holdElsewhere(job);
      case MOVE -> move(job);
      case DUE -> startHeld(job);
      case LAY, OVER -> throw new IllegalStateException("nobody is looked at in round " + round);
    }
  }

  /**
   * Whether nodes need not be told apart for a job, because those that it asks for have no room for
   * it whatever ends: nothing has been laid on nodes yet that could be in its way.
   */
  private boolean hasNoRoom(PlanJob job) {
    boolean none = !job.claims() && job.preferred() == null && !byNode.everFits(job, now);
    steps += byNode.takeLooked();
    return none;
  }

  private void nextRound() {
    switch (round) {
      case CLAIMS -> {
        firstHeld = next;
        round = Round.HOLD;
      }
      case HOLD -> {
        firstOther = next;
        goTo(Round.DISPLACED, 0);
      }
      case DISPLACED -> {
        held.removeIf(job -> job.hold() == null);
        boolean moves = !held.isEmpty() && starts.roomCameEarly();
        turns = moves ? starts.inTurn(held) : List.of();
        goTo(moves ? Round.MOVE : Round.DUE, 0);
      }
      case MOVE -> {
        boolean any = !moved.isEmpty();
        moved.removeIf(job -> !job.waiting());
        moved.forEach(room::promise);
        moved.forEach(PlanJob::moveUp);
        starts.movedUp(List.copyOf(moved), any);
        goTo(any ? Round.OVER : Round.DUE, 0);
      }
      case DUE -> goTo(Round.OTHERS, firstOther);
      case LAY -> goTo(laidFor, laidForNext);
      case OTHERS, OVER -> round = Round.OVER;
    }
  }

  private void goTo(Round nextRound, int from) {
    round = nextRound;
    next = from;
    dueMs = round == Round.DUE ? now : dueMs;
  }

  /**
   * Lays all for whom nodes are counted on nodes, one by one by their starts: on nodes alike all
   * fit. Then the job that was looked at has its turn again.
   */
  private void layOnNodes() {
    List<PlanJob> byStart = new ArrayList<>(holders);
    byStart.removeIf(job -> job.hold() == null);
    byStart.sort(Comparator.comparingLong(job -> job.hold().moment()));
    turns = byStart;
    laidFor = round;
    laidForNext = next - 1;
    goTo(Round.LAY, 0);
  }

  private void lay(PlanJob job) {
    if (room.hold(job, job.hold().moment(), now)
        && job.isPromised()
        && job.waiting()
        && !isPromisedThat(job)) {
      room.promise(job);
      starts.moved(job);
    }
  }

  /** Whether what is held for a job is what it was promised; late by no more than it is late. */
  private boolean isPromisedThat(PlanJob job) {
    Promises.Hold known = job.room();
    Promises.Hold hold = job.hold();
    return known != null
        && Math.max(now, known.moment()) == hold.moment()
        && known.demand() == hold.demand()
        && Arrays.equals(known.on(), hold.on());
  }

  private void holdAgain(PlanJob job) {
    if (!starts.mayStart(job)) {
      return;
    }
    held.add(job);
    if (!room.holdAgain(job, now)) {
      displaced.add(job);
    }
    if (job.hold() != null) {
      holders.add(job);
    }
  }

  /** After all others have theirs. */
  private void holdElsewhere(PlanJob job) {
    boolean had = job.hold() != null;
    if (room.holdElsewhere(job, now)) {
      room.promise(job);
      starts.moved(job);
      if (!had) {
        holders.add(job);
      }
    }
    // Who has no room whatever ends gets none by a start.
    someLate |= job.hold() != null && job.hold().moment() > Math.max(now, job.promised());
  }

  private void move(PlanJob job) {
    if (job.hold() != null && room.moveUp(job, now)) {
      moved.add(job);
    }
  }

  private void startHeld(PlanJob job) {
    if (job.hold() == null || job.hold().moment() > now || !starts.mayStart(job)) {
      return;
    }
    int[] on = room.now(job, now);
    if (on != null) {
      boolean there = room.found() == job.hold().demand() && Arrays.equals(on, job.hold().on());
      start(job, on);
      if (byCount == null && someLate && !there && job.hold() == null) {
        round = Round.OVER;
      }
    }
  }

  /** One that has no start yet, or for whom runs were ended. */
  private void serve(PlanJob job) {
    if (job.hold() != null || !starts.mayStart(job)) {
      return;
    }
    int[] on = room.now(job, now);
    if (on != null) {
      start(job, on);
      return;
    }
    if (room.hold(job, now, now)) {
      holders.add(job);
    }
    boolean later = job.hold() != null && job.hold().moment() > now;
    if (later && !job.claims() && starts.keepsPromise(job)) {
      if (starts.roomCameEarly()) {
        // There was nobody to move up.
        starts.movedUp(List.of(), false);
      }
      room.promise(job);
      job.promise(job.hold().moment());
      starts.promised(job);
    }
  }

  private void start(PlanJob job, int[] on) {
    boolean held = job.hold() != null;
    if (held) {
      room.lift(job);
    }
    job.take(room.found());
    Demand demand = job.demand();
    job.startAt(now, on);
    Starts.Answer answer = starts.answer(job, on);
    if (held && answer == Starts.Answer.STAYS) {
      room.putBack(job);
    } else {
      job.hold(null);
    }
    if (answer != Starts.Answer.STARTS) {
      startsLeft = answer == Starts.Answer.STAYS ? startsLeft : 0;
      return;
    }
    tookAnyModel |= demand.namesNoModel();
    pool.take(demand, on);
    startsLeft--;
    runs.add(job);
    room.started(job, on, now);
    starts.start(job, on);
  }
}

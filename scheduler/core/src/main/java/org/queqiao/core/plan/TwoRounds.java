package org.queqiao.core.plan;

import java.util.ArrayDeque;

/**
 * One pass of the two rounds of a {@link PlanPolicy}.
 *
 * <p>What is free only shrinks during a pass. So the first promise is looked for only when a job
 * behind it fits, a demand that was refused once is not tried again, and with nothing free the pass
 * is over.
 */
final class TwoRounds implements Pass {
  private static final int STEP = 1;

  private final PlanPolicy policy;
  private final NodePool pool;
  private final Runs runs;
  private final RunningJobs running;
  private final Ceilings ceilings;
  private final Shadow shadow;

  /** Only with a policy that makes several promises; else {@link #shadow} is enough. */
  private final Promises several;

  /** The same as if all ran to its limit. */
  private final PromisesOnLimits onLimits;

  private final Room room;
  private final RoomNow roomNow;
  private final More more;
  private final Starts starts;

  private enum Round {
    PROTECTED,
    REST,
    OVER
  }

  private Round round = Round.OVER;
  private WaitingJobs queue;
  private WaitingJobs rest;
  private long now;

  /** Another one for each pass, so that demands may be shared between planners. */
  private Object identity;

  private int next;

  /** The alternative that has room for the job that was looked at last. */
  private Demand found;

  private final ArrayDeque<PlanJob> unpromised = new ArrayDeque<>();
  private int promises;

  /** Of those, to jobs for which runs were ended: they come besides what the policy makes. */
  private int claims;

  /** Whether room is held for all who were promised a start before this pass. */
  private boolean heldAll;

  /** The next of the queue who may be one of them. */
  private int nextHeld;

  /** Those of them who do not have their room when they were promised a start. */
  private final ArrayDeque<PlanJob> displaced = new ArrayDeque<>();

  /** Looks at what is free and believed, as if there were no limits. */
  private final Room believedRoom;

  private int startsLeft;

  /** How many steps the last slice took. */
  private long steps;

  /**
   * Whether devices of any model were given in this slice: how many are left of each is not known.
   */
  private boolean tookAnyModel;

  TwoRounds(PlanPolicy policy, NodePool pool, Runs runs, More more, Starts starts) {
    this.policy = policy;
    this.pool = pool;
    this.runs = runs;
    this.running = runs.believed();
    this.more = more;
    this.starts = starts;
    this.ceilings = new Ceilings(pool);
    this.shadow = new Shadow(pool, running);
    this.onLimits = new PromisesOnLimits(policy, pool, runs, starts);
    this.room = new Room(pool, ceilings, onLimits.ceilings());
    this.roomNow = new RoomNow(pool);
    this.believedRoom = new Room(pool, ceilings, new Ceilings(pool));
    this.several =
        runs.releases() == null
            ? null
            : new Promises(pool, runs.releases(), ceilings, false, false);
  }

  @Override
  public void begin(long atTime, WaitingJobs inOrder, WaitingJobs byKey) {
    now = atTime;
    queue = inOrder;
    rest = byKey;
    identity = new Object();
    next = 0;
    promises = 0;
    claims = 0;
    onLimits.clear();
    heldAll = !onLimits.holdsAll();
    nextHeld = 0;
    displaced.clear();
    unpromised.clear();
    ceilings.clear();
    if (several != null) {
      several.clear();
    }
    round = Round.PROTECTED;
  }

  /**
   * Goes on after its end with jobs that come after all others, when nothing else has changed: the
   * promises and what was refused still hold.
   */
  void extend(WaitingJobs inOrder, WaitingJobs byKey) {
    queue = inOrder;
    rest = byKey;
    next = 0;
    round = Round.PROTECTED;
    if (promises - claims == policy.reservations()) {
      nextRound();
    }
  }

  @Override
  public boolean looksAtRest() {
    return round == Round.REST;
  }

  @Override
  public boolean hasNoRoomFor(Demand demand, long believed, long limit) {
    if (!isRefused(demand, now + believed, now + limit)) {
      return false;
    }
    for (Demand each : demand.others()) {
      if (!isRefused(each, now + believed, now + limit)) {
        return false;
      }
    }
    return true;
  }

  private boolean isRefused(Demand demand, long end, long limitEnd) {
    if (refused(demand, end, limitEnd)) {
      return true;
    }
    if (room.find(demand, end, limitEnd) != null) {
      return false;
    }
    refuse(demand, end, limitEnd);
    return true;
  }

  @Override
  public void close() {
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
  public void work(long atTime, long budget, int maxStarts) {
    now = atTime;
    startsLeft = maxStarts;
    tookAnyModel = false;
    long left = budget;
    steps = 0;
    while (round != Round.OVER && left > 0 && startsLeft > 0) {
      WaitingJobs jobs = round == Round.PROTECTED ? queue : rest;
      if (pool.totalFreeCores() <= 0) {
        round = Round.OVER;
      } else if (next == jobs.size() && !more.pull(now)) {
        nextRound();
      } else if (!heldAll && !jobs.get(next).claims()) {
        steps += STEP + holdNext();
        left = budget - steps;
      } else {
        PlanJob job = jobs.get(next);
        if (tookAnyModel && job.waiting() && job.demand().namesModel()) {
          return;
        }
        next++;
        steps += STEP + (job.waiting() ? look(job) : 0);
        left = budget - steps;
      }
    }
  }

  /**
   * Holds room for the next of those who were promised a start before this pass, by the promised
   * start, before anybody starts who comes in turn: each has its room at that moment, because what
   * ran and was held when it was promised takes no more than it did then. Who has lost its room, or
   * has it later, gets another after all others have theirs.
   */
  private long holdNext() {
    nextHeld = Math.max(nextHeld, next);
    if (nextHeld == queue.size() && !more.pull(now) || !queue.get(nextHeld).isPromised()) {
      return holdElsewhere();
    }
    PlanJob job = queue.get(nextHeld++);
    if (job.waiting() && starts.mayStart(job) && !onLimits.hold(job, now)) {
      displaced.add(job);
    }
    return onLimits.takeLooked();
  }

  private long holdElsewhere() {
    PlanJob job = displaced.poll();
    heldAll = job == null;
    if (job != null && job.waiting()) {
      onLimits.holdElsewhere(job, now);
    }
    return onLimits.takeLooked();
  }

  private void nextRound() {
    round = round == Round.PROTECTED && policy.backfills() ? Round.REST : Round.OVER;
    next = 0;
  }

  private long look(PlanJob job) {
    boolean inTurn = round == Round.PROTECTED;
    if (inTurn && !job.claims() && !policy.protects(job, now)) {
      return 0;
    }
    if (!starts.mayStart(job)) {
      return 0;
    }
    int[] on = job.hold() == null ? anywhere(job) : beside(job);
    long looked = believedRoom.takeLooked() + onLimits.takeLooked();
    if (on != null && !unpromised.isEmpty()) {
      next--;
      return looked + room.takeLooked() + promise(unpromised.poll());
    }
    if (on != null) {
      job.take(found);
      start(job, on, now + job.believed(), now + job.limit());
    } else if (inTurn) {
      wait(job);
    }
    return looked + room.takeLooked();
  }

  private int[] anywhere(PlanJob job) {
    int[] on = roomNow.placed(room, job, now);
    if (on != null) {
      found = roomNow.found();
    }
    on = on != null || job.preferred() == null ? on : find(job, job.preferred());
    return on == null ? find(job, job.demand()) : on;
  }

  /** Nodes where a job for whom room is held has room now beside what is held for others. */
  private int[] beside(PlanJob job) {
    if (roomNow.of(believedRoom, job, now) == null) {
      return null;
    }
    onLimits.lift(job);
    int[] on = roomNow.of(room, job, now);
    found = roomNow.found();
    onLimits.putBack(job);
    return on;
  }

  @Override
  public int[] room(Demand demand, long end, long limitEnd) {
    return room.findAny(demand, end, limitEnd);
  }

  /**
   * Nodes where it may start now with a demand, or null; remembers that there are none, or which
   * alternative has them.
   */
  private int[] find(PlanJob job, Demand demand) {
    found = demand;
    int[] on = findOn(job, demand);
    for (int i = 0; on == null && i < demand.others().size(); i++) {
      found = demand.others().get(i);
      on = findOn(job, found);
    }
    return on;
  }

  private int[] findOn(PlanJob job, Demand demand) {
    long end = now + job.believed();
    long limitEnd = now + job.limit();
    int[] on = refused(demand, end, limitEnd) ? null : room.find(demand, end, limitEnd);
    if (on == null) {
      refuse(demand, end, limitEnd);
    }
    return on;
  }

  private void wait(PlanJob job) {
    promises++;
    unpromised.add(job);
    if (job.claims() && policy.backfills()) {
      claims++;
    } else if (promises - claims == policy.reservations()) {
      nextRound();
    }
  }

  /** Remembers that there was no room: at all, or only because of a promise. */
  private void refuse(Demand demand, long end, long limitEnd) {
    boolean noPromise = promises == unpromised.size() && onLimits.holdsNone();
    boolean tooMuch = demand.totalCores() > pool.totalFreeCores();
    // Where nodes are kept for others, another limit may get another answer.
    boolean atAll = tooMuch || noPromise && !demand.isKept();
    long from = atAll ? Long.MIN_VALUE : end;
    boolean believedAlone = !onLimits.asked() && !demand.isKept();
    long fromLimit = atAll || believedAlone ? Long.MIN_VALUE : limitEnd;
    boolean earlier = demand.refusedIn == identity && fromLimit >= demand.refusedLimitEnd;
    demand.refusedEnd = earlier ? Math.min(demand.refusedEnd, from) : from;
    demand.refusedLimitEnd = fromLimit;
    demand.refusedIn = identity;
  }

  /** Whether the same demand was refused in this pass for ends no later than these. */
  private boolean refused(Demand demand, long end, long limitEnd) {
    return demand.totalCores() > pool.totalFreeCores()
        || demand.refusedIn == identity
            && end >= demand.refusedEnd
            && limitEnd >= demand.refusedLimitEnd;
  }

  private void start(PlanJob job, int[] on, long end, long limitEnd) {
    Demand demand = job.demand();
    boolean held = job.hold() != null;
    if (held) {
      onLimits.lift(job);
    }
    job.startAt(now, on);
    Starts.Answer answer = starts.answer(job, on);
    if (answer == Starts.Answer.STAYS && held) {
      onLimits.putBack(job);
    }
    if (answer != Starts.Answer.STARTS) {
      startsLeft = answer == Starts.Answer.STAYS ? startsLeft : 0;
      return;
    }
    tookAnyModel |= demand.namesNoModel();
    pool.take(demand, on);
    for (int i = 0; i < on.length; i++) {
      ceilings.take(demand.share(i), on[i], end);
      onLimits.ceilings().take(demand.share(i), on[i], limitEnd);
    }
    startsLeft = starts.endsSlice(job) ? 0 : startsLeft - 1;
    runs.add(job);
    if (several != null) {
      several.started(job, on, now);
    }
    onLimits.started(job, on, now);
    starts.start(job, on);
  }

  /** Makes a promise; says how many steps it took. */
  private long promise(PlanJob job) {
    if (!job.waiting()) {
      return 0;
    }
    long looked = running.size();
    if (several != null) {
      several.promise(job, now);
      looked = several.takeLooked();
    } else {
      Demand demand = shadow.soonest(job.demand(), now);
      if (demand != null) {
        shadow.promise(demand, ceilings);
      }
      looked += shadow.takeLooked();
    }
    return looked + onLimits.promise(job, now);
  }
}

package org.queqiao.core.plan;

/**
 * One pass of the two rounds of a {@link PlanPolicy}, in slices: {@link #work} goes on where it
 * stopped, and the starts do not depend on where that was.
 *
 * <p>What is free only shrinks during a pass. So the first promise is looked for only when a job
 * behind it fits, a demand that was refused once is not tried again, and with nothing free the
 * pass is over.
 */
final class TwoRounds {
  private static final int STEP = 1;

  private final PlanPolicy policy;
  private final NodePool pool;
  private final RunningJobs running;
  private final Ceilings ceilings;
  private final Shadow shadow;
  private final Room room;
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
  private long number;
  private int next;
  private PlanJob unpromised;
  private int promises;

  TwoRounds(PlanPolicy policy, NodePool pool, RunningJobs running, Starts starts) {
    this.policy = policy;
    this.pool = pool;
    this.running = running;
    this.starts = starts;
    this.ceilings = new Ceilings(pool);
    this.shadow = new Shadow(pool, running);
    this.room = new Room(pool, ceilings);
  }

  /**
   * Begins anew.
   *
   * @param inOrder the waiting jobs in the order of the queue
   * @param byKey the same in the order of the second round
   */
  void begin(long atTime, WaitingJobs inOrder, WaitingJobs byKey) {
    now = atTime;
    queue = inOrder;
    rest = byKey;
    number++;
    next = 0;
    promises = 0;
    unpromised = null;
    ceilings.clear();
    round = Round.PROTECTED;
  }

  boolean over() {
    return round == Round.OVER;
  }

  /**
   * Goes on.
   *
   * @param budget how many steps at most; a step looks at a job or at a node
   */
  void work(long budget) {
    long left = budget;
    while (round != Round.OVER && left > 0) {
      WaitingJobs jobs = round == Round.PROTECTED ? queue : rest;
      if (pool.totalFreeCores() <= 0) {
        round = Round.OVER;
      } else if (next == jobs.size()) {
        nextRound();
      } else {
        PlanJob job = jobs.get(next++);
        left -= STEP;
        if (job.waiting()) {
          left -= look(job);
        }
      }
    }
  }

  private void nextRound() {
    round = round == Round.PROTECTED && policy.backfills() ? Round.REST : Round.OVER;
    next = 0;
  }

  private long look(PlanJob job) {
    boolean inTurn = round == Round.PROTECTED;
    if (inTurn && !policy.protects(job, now)) {
      return 0;
    }
    if (!tryToStart(job) && inTurn) {
      promises++;
      unpromised = job;
      if (promises == policy.reservations()) {
        nextRound();
      }
    }
    return room.takeLooked();
  }

  private boolean tryToStart(PlanJob job) {
    Demand demand = job.demand();
    long end = now + job.believed();
    if (demand.totalCores() > pool.totalFreeCores()
        || demand.refusedInPass == number && end >= demand.refusedEnd) {
      return false;
    }
    int[] on = room.find(demand, end);
    if (on != null && unpromised != null) {
      promise();
      on = room.find(demand, end);
    }
    if (on == null) {
      demand.refusedInPass = number;
      demand.refusedEnd = unpromised == null && promises > 0 ? end : Long.MIN_VALUE;
      return false;
    }
    start(job, on, end);
    return true;
  }

  private void start(PlanJob job, int[] on, long end) {
    Demand demand = job.demand();
    pool.take(demand, on);
    for (int i = 0; i < on.length; i++) {
      ceilings.take(demand.share(i), on[i], end);
    }
    job.startAt(now, on);
    running.add(job);
    starts.start(job, on);
  }

  private void promise() {
    if (shadow.find(unpromised.demand(), now)) {
      shadow.promise(unpromised.demand(), ceilings);
    }
    unpromised = null;
  }
}

package org.queqiao.core.plan;

import java.util.List;

/**
 * The planning engine: it is told what is submitted, withdrawn and ended, and says in each pass
 * what starts now and where. The live machine and the replay of logs use this same class; a pool of
 * processors is a cluster of one node.
 *
 * <p>It holds what it needs to plan and nothing that the log does not determine. Times never go
 * back.
 */
public final class Planner {
  private static final int[] FIRST_NODE = {0};

  private final PlanPolicy policy;
  private final NodePool pool;
  private final Runs runs;
  private final WaitingJobs queue = new WaitingJobs(WaitingJobs.Order.QUEUE);
  private final WaitingJobs byKey;

  private final Pass pass;

  /** The same where the policy has two rounds; else null. */
  private final TwoRounds rounds;

  /** The same where all starts are kept; else null. */
  private final KeptStarts kept;

  private final Starts starts;

  /** Only with a policy that plans at submission. */
  private final Timeline timeline;

  /** What the queue of this pass is filled from, or null when it is all there. */
  private WaitingSource source;

  private long order;

  /** What was submitted behind everything else since the last pass was over. */
  private final WaitingJobs fresh = new WaitingJobs(WaitingJobs.Order.QUEUE);

  private final WaitingJobs freshByKey;

  /** Whether nothing but such submissions has happened since then. */
  private boolean settled;

  private long settledPool;
  private boolean someLeft;
  private boolean early;

  /** An engine over nodes that nothing runs on yet. */
  public Planner(PlanPolicy policy, NodePool pool, Starts starts) {
    this(policy, pool, starts, false);
  }

  /**
   * As above.
   *
   * @param windows whether some nodes are kept for some jobs at some time: promises then look at
   *     each node for itself
   */
  Planner(PlanPolicy policy, NodePool pool, Starts starts, boolean windows) {
    this(policy, pool, starts, windows, false);
  }

  /**
   * As above.
   *
   * @param more whether there may be more promises than the policy makes
   */
  Planner(PlanPolicy policy, NodePool pool, Starts starts, boolean windows, boolean more) {
    this.policy = policy;
    this.pool = pool;
    this.starts = starts;
    this.byKey =
        policy.keyRule() == PlanPolicy.KeyRule.NONE
            ? queue
            : new WaitingJobs(WaitingJobs.Order.KEY);
    this.freshByKey = byKey == queue ? fresh : new WaitingJobs(WaitingJobs.Order.KEY);
    boolean several = (windows || more || policy.reservations() > 1) && !policy.plansAtSubmission();
    // With one promise the whole pool is asked on limits, unless windows differ by node.
    boolean onLimits = policy.keepsPromisesOnLimits();
    boolean limitsByNode = several && onLimits && (windows || policy.reservations() > 1);
    this.runs = new Runs(pool.nodes(), onLimits, several, limitsByNode);
    boolean keeps = policy.keepsAllStarts();
    this.rounds = keeps ? null : new TwoRounds(policy, pool, runs, this::pull, heard());
    this.kept = keeps ? new KeptStarts(policy, pool, runs, this::pull, heard()) : null;
    this.pass = keeps ? kept : rounds;
    this.timeline = policy.plansAtSubmission() ? new Timeline(pool, 0, 0) : null;
  }

  public NodePool pool() {
    return pool;
  }

  public RunningJobs running() {
    return runs.believed();
  }

  /** How many jobs wait. */
  public int waiting() {
    return queue.size();
  }

  /** A job waits no more and has not started. */
  public void withdrawn(PlanJob job) {
    settled = false;
    someLeft = true;
    job.withdraw();
  }

  private void start(PlanJob job, int[] nodes) {
    someLeft = true;
    starts.start(job, nodes);
  }

  private Starts heard() {
    return new Starts() {
      @Override
      public void start(PlanJob job, int[] nodes) {
        Planner.this.start(job, nodes);
      }

      @Override
      public boolean mayStart(PlanJob job) {
        return starts.mayStart(job);
      }

      @Override
      public Answer answer(PlanJob job, int[] nodes) {
        return starts.answer(job, nodes);
      }

      @Override
      public boolean endsSlice(PlanJob started) {
        return starts.endsSlice(started);
      }

      @Override
      public boolean keepsPromise(PlanJob job) {
        return starts.keepsPromise(job);
      }

      @Override
      public boolean roomCameEarly() {
        return starts.roomCameEarly();
      }

      @Override
      public List<PlanJob> inTurn(List<PlanJob> promised) {
        return starts.inTurn(promised);
      }

      @Override
      public void movedUp(List<PlanJob> sooner, boolean over) {
        starts.movedUp(sooner, over);
      }

      @Override
      public void promised(PlanJob job) {
        byKey.disorder();
        starts.promised(job);
      }

      @Override
      public void moved(PlanJob job) {
        starts.moved(job);
      }
    };
  }

  /**
   * Begins a pass over jobs that a source gives in the order of the queue, as far as the pass needs
   * them, instead of those that were submitted; not with a policy that plans at submission.
   */
  public void begin(WaitingSource inOrder, long now) {
    settled = false;
    queue.clear();
    if (byKey != queue) {
      byKey.clear();
    }
    source = inOrder;
    order = 0;
    pass.close();
    if (byKey != queue) {
      drain(now);
    }
    beginRounds(now);
  }

  /** How many steps the last slice of a pass took. */
  long steps() {
    return pass.steps();
  }

  /** Whether those are looked at that are promised no start in this pass. */
  boolean looksAtRest() {
    return pass.looksAtRest();
  }

  /** Whether there is no room for a demand in the rest of this pass if it is run so long. */
  boolean hasNoRoomFor(Demand demand, long believed, long limit) {
    return pass.hasNoRoomFor(demand, believed, limit);
  }

  private void beginRounds(long now) {
    pass.begin(now, policy.takesTurnsByKey() ? byKey : queue, byKey);
  }

  /** Takes the rest of what the source has, after which it may change. */
  public void drain(long now) {
    while (pull(now)) {
      // until it is empty
    }
  }

  private boolean pull(long now) {
    PlanJob job = source == null ? null : source.next();
    if (job == null) {
      source = null;
      return false;
    }
    job.order(order++);
    submitted(job, now);
    return true;
  }

  /**
   * A job runs already, on these nodes, large shares first, since a moment; what the pool says is
   * free is so without what it holds.
   */
  public void runs(PlanJob job, int[] nodes, long since) {
    settled = false;
    job.startAt(since, nodes);
    runs.add(job);
  }

  /** A job waits from now on, behind those of a smaller order. */
  public void submitted(PlanJob job, long now) {
    settled &= queue.size() == 0 || queue.get(queue.size() - 1).order() < job.order();
    queue.add(job);
    if (byKey != queue) {
      job.key(policy.key(job, now));
      byKey.add(job);
    }
    if (settled) {
      fresh.add(job);
      if (freshByKey != fresh) {
        freshByKey.add(job);
      }
    }
    if (timeline != null) {
      timeline.advance(now);
      place(job, now, Long.MAX_VALUE);
    }
  }

  /** A running job has ended. */
  public void ended(PlanJob job, long now) {
    settled = false;
    runs.remove(job);
    pool.give(job.demand(), job.nodes());
    if (timeline != null && job.end() > now) {
      timeline.advance(now);
      timeline.add(job.demand().small(), now, job.end(), 1);
      early = true;
    }
  }

  /** Where a demand has room beside the promises of the pass, as long as a job may run; or null. */
  int[] room(Demand demand, PlanJob job, long now) {
    return pass.room(demand, now + job.believed(), now + job.limit());
  }

  /** A waiting job is believed to run for another time than before, or became a trial. */
  void believed(PlanJob job, long believed, long now) {
    settled = false;
    job.believe(believed);
    if (byKey != queue) {
      job.key(policy.key(job, now));
      byKey.disorder();
    }
  }

  /** A running job is believed to run for another time than before. */
  public void corrected(PlanJob job, long believed) {
    settled = false;
    runs.remove(job);
    job.correct(believed);
    runs.add(job);
  }

  /** A running job counts as started at another moment than before: it stood still. */
  public void shifted(PlanJob job, long since) {
    settled = false;
    runs.remove(job);
    job.planAt(since);
    runs.add(job);
  }

  /** Whether a job has ended before its time since the last {@link #moveUp}. */
  public boolean endedEarly() {
    return early;
  }

  /**
   * Gives each waiting job the earliest start that it can have now, one by one in the order of the
   * queue, so that none starts later than before; for policies that plan at submission.
   */
  public void moveUp(long now) {
    if (timeline == null) {
      return;
    }
    early = false;
    timeline.advance(now);
    for (int i = 0; i < queue.size(); i++) {
      PlanJob job = queue.get(i);
      long start = job.start();
      timeline.add(job.demand().small(), start, job.end(), 1);
      place(job, now, start);
    }
  }

  /** Gives a job its earliest start, or this one when there is none before it. */
  private void place(PlanJob job, long now, long otherwise) {
    Share share = job.demand().small();
    long start = timeline.earliest(share, job.believed(), now, otherwise);
    job.planAt(Math.min(start, otherwise));
    timeline.add(share, job.start(), job.end(), -1);
  }

  /** When the next job is planned to start, or the greatest number; for the same policies. */
  public long nextStart() {
    long next = Long.MAX_VALUE;
    for (int i = 0; timeline != null && i < queue.size(); i++) {
      next = Math.min(next, queue.get(i).start());
    }
    return next;
  }

  /** When the next job that has a start in this pass is to have it, or the greatest number. */
  long nextHeldStart() {
    return kept == null ? Long.MAX_VALUE : kept.nextStart();
  }

  /** Decides what starts now, to the end. */
  public void pass(long now) {
    begin(now);
    work(now, Long.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Begins a pass; one that is not over is given up. What it started stays started. When nothing
   * but submissions behind all others came since the last pass was over, only those are looked at:
   * the others would be refused again.
   */
  public void begin(long now) {
    if (settled && pool.version() == settledPool) {
      rounds.extend(fresh, freshByKey);
      return;
    }
    settled = false;
    if (policy.keyRule() == PlanPolicy.KeyRule.EVERY_PASS) {
      for (int i = 0; i < queue.size(); i++) {
        queue.get(i).key(policy.key(queue.get(i), now));
      }
      byKey.disorder();
    }
    byKey.sort();
    beginRounds(now);
  }

  /**
   * Goes on with the pass that was begun, decided in steps. Where it was cut makes no difference to
   * what starts.
   *
   * @param now not before the last call
   * @param budget how many steps at most; a step looks at a job or a node
   * @param maxStarts how many jobs start at most, so that nothing waits long behind them
   * @return whether the pass is over
   */
  public boolean work(long now, long budget, int maxStarts) {
    if (timeline != null) {
      startPlanned(now);
    } else {
      pass.work(now, budget, maxStarts);
      if (!pass.over()) {
        return false;
      }
    }
    finish();
    return true;
  }

  private void finish() {
    if (someLeft) {
      someLeft = false;
      queue.compact();
      if (byKey != queue) {
        byKey.compact();
      }
    }
    fresh.clear();
    if (freshByKey != fresh) {
      freshByKey.clear();
    }
    settled =
        timeline == null
            && rounds != null
            && policy.keyRule() != PlanPolicy.KeyRule.EVERY_PASS
            && !policy.takesTurnsByKey();
    settledPool = pool.version();
  }

  private void startPlanned(long now) {
    for (int i = 0; i < queue.size(); i++) {
      PlanJob job = queue.get(i);
      if (job.start() <= now) {
        pool.take(job.demand(), FIRST_NODE);
        job.startAt(now, FIRST_NODE);
        runs.add(job);
        start(job, FIRST_NODE);
      }
    }
  }
}

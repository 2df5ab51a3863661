package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The promises of a pass that are kept as if everything ran to its limit: where the policy keeps
 * one, the first of the pass, and with several all that were made in any pass.
 */
final class PromisesOnLimits {
  private final PlanPolicy policy;
  private final RunningJobs believed;
  private final RunningJobs running;
  private final Ceilings ceilings;
  private final Shadow shadow;
  private final Starts starts;

  /** Only where each node is asked for itself; else {@link #shadow} is enough. */
  private final Promises several;

  /**
   * Whether room is held for every promise that was made in any pass, at its moment; else for the
   * first alone, and it may come so much later as the policy tolerates.
   */
  private final boolean holdsAll;

  /** Those for whom room is held in this pass. */
  private final List<PlanJob> held = new ArrayList<>();

  /** Whether the first promise of this pass is kept already. */
  private boolean keptOne;

  PromisesOnLimits(PlanPolicy policy, NodePool pool, Runs runs, Starts starts) {
    this.policy = policy;
    this.believed = runs.believed();
    this.running = runs.byLimit();
    this.ceilings = new Ceilings(pool);
    this.shadow = new Shadow(pool, running);
    this.starts = starts;
    this.holdsAll = runs.limitReleases() != null && policy.reservations() > 1;
    this.several =
        runs.limitReleases() == null
            ? null
            : new Promises(pool, runs.limitReleases(), ceilings, true, holdsAll);
  }

  void clear() {
    keptOne = false;
    held.forEach(job -> job.hold(null));
    held.clear();
    ceilings.clear();
    if (several != null) {
      several.clear();
    }
  }

  /** What the promises leave for those that start now. */
  Ceilings ceilings() {
    return ceilings;
  }

  /** Whether room is held for all promises that were made in any pass. */
  boolean holdsAll() {
    return holdsAll;
  }

  boolean holdsNone() {
    return held.isEmpty();
  }

  /** Whether limits are asked for at all; else nothing is promised here. */
  boolean asked() {
    return running != believed;
  }

  /**
   * Holds the room that a job was promised, from the moment on from which it was promised.
   *
   * @return whether it has room when it was promised a start
   */
  boolean hold(PlanJob job, long now) {
    Promises.Hold room = job.room();
    if (room != null) {
      hold(job, several.holdAgain(job, room, Math.max(now, room.moment()), now));
    }
    return job.hold() != null && job.hold().moment() <= Math.max(now, job.promised());
  }

  /** Holds room for a job anywhere, where that is earlier than what is held for it. */
  void holdElsewhere(PlanJob job, long now) {
    Promises.Hold before = job.hold();
    if (before != null) {
      several.lift(job);
    }
    long moment = several.earliest(job, Math.max(now, job.promised()));
    if (moment < (before == null ? Promises.NEVER : before.moment())) {
      hold(job, several.holdFound(job, moment, now));
      job.room(job.hold());
      starts.moved(job);
    } else if (before != null) {
      several.putBack(job);
    }
  }

  private void hold(PlanJob job, Promises.Hold room) {
    if (job.hold() == null && room != null) {
      held.add(job);
    }
    job.hold(room);
  }

  /** Gives back what is held for a job, until it is {@link #putBack}. */
  void lift(PlanJob job) {
    several.lift(job);
  }

  void putBack(PlanJob job) {
    several.putBack(job);
  }

  /** A job starts now beside the promises. */
  void started(PlanJob job, int[] on, long now) {
    if (holdsAll) {
      several.started(job, on, now);
    }
  }

  /** Makes a promise that is to be kept; says how many steps it took. */
  long promise(PlanJob job, long now) {
    if (!asked() || job.claims()) {
      return 0;
    }
    if (holdsAll) {
      return promiseForGood(job, now);
    }
    if (keptOne) {
      return 0;
    }
    keptOne = true;
    return several == null ? promiseFirst(job, now) : promiseBetweenWindows(job, now);
  }

  /**
   * What was believed may be wrong, what was declared may not: a job that starts now leaves room
   * for the promised start also if everything runs to its limit.
   */
  private long promiseFirst(PlanJob job, long now) {
    Demand demand = shadow.soonest(job.demand(), now);
    if (demand != null) {
      promised(job, shadow.moment());
      shadow.goOnTo(latest(job, shadow.moment()), demand);
      shadow.promise(demand, ceilings);
    }
    return shadow.takeLooked();
  }

  /**
   * The latest start of a promised job: so much after the promised one as the policy tolerates, or,
   * where ends before their time have made an earlier start possible, after that.
   */
  private long latest(PlanJob job, long moment) {
    return Math.min(job.promised(), moment) + policy.toleratedDelay();
  }

  /**
   * Promises a job that was promised none the start that declared limits leave it, for good. One
   * that could start now by them waits for what is believed of others, and is promised nothing yet:
   * who was promised a start earlier than theirs goes before them, so that no belief keeps it.
   */
  private long promiseForGood(PlanJob job, long now) {
    if (!job.isPromised() && starts.keepsPromise(job)) {
      long moment = several.earliest(job, now);
      if (moment > now && moment < Promises.NEVER) {
        hold(job, several.holdFound(job, moment, now));
        job.room(job.hold());
        promised(job, moment);
      }
    }
    return several.takeLooked();
  }

  /**
   * The same as the first where nodes are kept for others at some times: what may be gambled with
   * ends before a window that the job would run into.
   */
  private long promiseBetweenWindows(PlanJob job, long now) {
    long moment = several.earliest(job, now);
    if (moment < Promises.NEVER) {
      promised(job, moment);
      long latest = latest(job, moment);
      boolean gambles = latest > moment && several.earliest(job, latest) == latest;
      several.promiseAt(job, gambles ? latest : moment, now);
    }
    return several.takeLooked();
  }

  private void promised(PlanJob job, long moment) {
    if (!job.isPromised()) {
      job.promise(moment);
      starts.promised(job);
    }
  }

  /** How many questions to nodes there were since the last time this was asked. */
  long takeLooked() {
    return several == null ? 0 : several.takeLooked();
  }
}

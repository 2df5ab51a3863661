package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Outranking.Rank;

/**
 * What is free behind some for whom runs are stopped or ended, one after the other. Who fits has
 * taken its share. Who does not fit yet, because some of those runs are still to stop, counts on
 * what is free besides: on the nodes where it will fit then, so much is kept for it that it does.
 */
final class BehindClaimants {
  private final Cluster cluster;
  private final ClusterMirror mirror;

  /** What is free for all, without the shares that were taken. */
  private final Victims left;

  /** The same once all has left that is to leave for them, without the shares that are kept. */
  private Victims later;

  /** How much of what is free and stopped others may take, or null while nothing is kept. */
  private Victims most;

  /** Those of them who do not fit yet. */
  private final List<JobId> waiting = new ArrayList<>();

  /** Who takes its share, how often it is still to start, and with what. */
  private Job adding;

  private int starts;
  private Demand demand;

  /** What it counts on, once it has found too little that is free; else null. */
  private Victims then;

  private long looked;

  BehindClaimants(Cluster cluster, ClusterMirror mirror, Victims free) {
    this.cluster = cluster;
    this.mirror = mirror;
    this.left = free.copy();
    this.looked = left.size();
  }

  /**
   * Goes on with the next of them, a start a step: each takes its share, or that is kept for it.
   *
   * @return whether this one is done
   */
  boolean add(Job job) {
    looked++;
    if (adding != job) {
      adding = job;
      demand = mirror.demand(job.spec());
      starts = job.preemption().claims();
      then = null;
    }
    boolean goesOn = starts > 0 && (then == null ? takes(job) || comesFor(job) : keepsOne(job));
    adding = goesOn ? job : null;
    return !goesOn;
  }

  /** Those who do not fit yet: what was stopped for them is not there for others. */
  List<JobId> waiting() {
    return waiting;
  }

  /** What is free for all behind them. */
  Victims left() {
    looked += left.size();
    return left.copy();
  }

  /** Leaves so much of some room as others may take of it. */
  void limit(Victims room) {
    if (most != null) {
      looked += room.size();
      room.limit(most);
    }
  }

  /** How many nodes were looked at since the last question, or amounts copied. */
  long takeLooked() {
    long count = looked + left.takeLooked() + (later == null ? 0 : later.takeLooked());
    looked = 0;
    return count;
  }

  private boolean takes(Job job) {
    for (Demand each : demand == null ? List.<Demand>of() : demand.alternatives()) {
      int[] on = left.place(each, job.spec().limitMs());
      if (on != null) {
        left.take(each, on);
        if (later != null) {
          later.take(each, on);
        }
        starts--;
        return true;
      }
    }
    return false;
  }

  /** Whether runs are still to leave for one that does not fit yet: then it counts on these. */
  private boolean comesFor(Job job) {
    TreeSet<JobId> leaving = cluster.jobs().preemption().leaving().get(job.id());
    if (leaving == null) {
      // All has come that was to come, so it waits for something else.
      return false;
    }
    waiting.add(job.id());
    if (later == null) {
      later = left.copy();
      most = left.unbounded();
      looked += 2L * left.size();
    }
    AsideRoom room = new AsideRoom(cluster, mirror, Rank.of(job));
    for (JobId id : leaving) {
      PlanJob run = mirror.run(id);
      if (run != null) {
        Job leaves = cluster.jobs().find(id).orElseThrow();
        later.leaves(run, room.gain(leaves, run, leaves.preemption().suspends()));
        looked += run.nodes().length;
      }
    }
    then = later.copy();
    looked += then.size();
    room.addIdle(then);
    return demand != null;
  }

  private boolean keepsOne(Job job) {
    int[] on = null;
    for (Demand each : demand.alternatives()) {
      on = then.place(each, job.spec().limitMs());
      if (on != null) {
        then.take(each, on);
        later.take(each, on);
        most.limit(then, on);
        starts--;
        break;
      }
    }
    looked += then.takeLooked();
    return on != null;
  }
}

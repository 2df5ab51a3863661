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

  private long looked;

  BehindClaimants(Cluster cluster, ClusterMirror mirror, Victims free) {
    this.cluster = cluster;
    this.mirror = mirror;
    this.left = free.copy();
    this.looked = left.size();
  }

  /** The next of them takes its share. */
  void add(Job job) {
    Demand demand = mirror.demand(job.spec());
    int starts = job.preemption().claims();
    while (starts > 0 && demand != null && takes(job, demand)) {
      starts--;
    }
    // Where all has come that was to come, it waits for something else.
    boolean comes = cluster.jobs().preemption().leaving().containsKey(job.id());
    if (starts > 0 && comes) {
      waiting.add(job.id());
      keepFor(job, demand, starts);
    }
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

  private boolean takes(Job job, Demand demand) {
    for (Demand each : demand.alternatives()) {
      int[] on = left.place(each, job.spec().limitMs());
      if (on != null) {
        left.take(each, on);
        if (later != null) {
          later.take(each, on);
        }
        return true;
      }
    }
    return false;
  }

  private void keepFor(Job job, Demand demand, int starts) {
    if (later == null) {
      later = left.copy();
      most = left.unbounded();
      looked += 2L * left.size();
    }
    AsideRoom room = new AsideRoom(cluster, mirror, Rank.of(job));
    for (JobId id : cluster.jobs().preemption().leaving().getOrDefault(job.id(), new TreeSet<>())) {
      PlanJob run = mirror.run(id);
      if (run != null) {
        Job leaves = cluster.jobs().find(id).orElseThrow();
        later.leaves(run, room.gain(leaves, run, leaves.preemption().suspends()));
      }
    }
    Victims then = later.copy();
    looked += then.size();
    room.addIdle(then);
    for (int i = 0; demand != null && i < starts && keepsOne(job, demand, then); i++) {
      // one more has its share
    }
    looked += then.takeLooked();
  }

  private boolean keepsOne(Job job, Demand demand, Victims then) {
    for (Demand each : demand.alternatives()) {
      int[] on = then.place(each, job.spec().limitMs());
      if (on != null) {
        then.take(each, on);
        later.take(each, on);
        most.limit(then, on);
        return true;
      }
    }
    return false;
  }
}

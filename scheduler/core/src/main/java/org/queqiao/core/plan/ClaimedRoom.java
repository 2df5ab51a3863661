package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Outranking.Rank;
import org.queqiao.core.state.PreemptionTable;

/**
 * What jobs of one rank find of what is free and of what leaves, when those who go before have
 * taken theirs: first all for whom room was made or who fit into it, in some order. It is reckoned
 * in steps, one for each start.
 */
final class ClaimedRoom {
  private final Cluster cluster;
  private final ClusterMirror mirror;
  private final Rank rank;
  private final JobId own;
  private final AsideRoom room;
  private final long nowMs;
  private final Victims victims;
  private final List<Taker> all;
  private final List<Taker> lacking = new ArrayList<>();
  private int next;
  private int placed;
  private long looked;

  /** Where the next takes its share: apart while it is tried whether all of its starts fit. */
  private Victims into;

  private int fit;

  /** What is free now, or null before anybody asked. */
  private Victims free;

  /**
   * Who takes a share.
   *
   * @param claimed whether runs were ended for it, else it fits into what they leave
   */
  record Taker(Job job, int starts, boolean claimed) {}

  /**
   * Room behind some who take theirs.
   *
   * @param own the job that asks: what leaves for it is there for it
   * @param all those who go before, in this order
   */
  ClaimedRoom(Cluster cluster, ClusterMirror mirror, long nowMs, Job own, List<Taker> all) {
    this.cluster = cluster;
    this.mirror = mirror;
    this.rank = Rank.of(own);
    this.own = own.id();
    this.room = new AsideRoom(cluster, mirror, rank);
    this.nowMs = nowMs;
    this.victims = new Victims(mirror.planner().pool(), nowMs);
    this.all = List.copyOf(all);
    this.looked = victims.size();
    room.addIdle(victims);
    known().leaving().values().forEach(runs -> runs.forEach(this::leaves));
  }

  private PreemptionTable known() {
    return cluster.jobs().preemption();
  }

  /** Whether all who go before have taken theirs. */
  boolean isReckoned() {
    return next > all.size();
  }

  /** Lets the next start take its share. */
  void reckon() {
    if (next < all.size()) {
      take(all.get(next));
    } else {
      known().leaving().values().forEach(runs -> runs.forEach(this::keeps));
      next++;
    }
  }

  /** How many nodes were looked at since the last question, or amounts copied. */
  long takeLooked() {
    long count = looked + victims.takeLooked() + (free == null ? 0 : free.takeLooked());
    looked = 0;
    return count;
  }

  /** Whether another job finds the same. */
  boolean serves(Job job) {
    boolean alike = !isComing(own) && !isComing(job.id());
    return rank.equals(Rank.of(job)) && (alike || own.equals(job.id()));
  }

  /** How many starts found room. */
  int placed() {
    return placed;
  }

  /** Those of whose starts not all found room. */
  List<Taker> lacking() {
    return lacking;
  }

  /** Whether a start of a job fits into what is free now, before anybody took anything. */
  boolean fitsNow(Job job) {
    if (free == null) {
      free = new Victims(mirror.planner().pool(), nowMs);
      room.addIdle(free);
      looked += free.size();
    }
    return free.fits(mirror.demand(job.spec()), job.spec().limitMs());
  }

  /** Whether one more start of a job fits. */
  boolean fits(Job job) {
    return victims.fits(mirror.demand(job.spec()), job.spec().limitMs());
  }

  /** Takes what one more start of a job needs, if it is there. */
  boolean takeOne(Job job) {
    boolean fits = goesBefore(victims, job);
    placed += fits ? 1 : 0;
    return fits;
  }

  Victims victims() {
    return victims;
  }

  AsideRoom aside() {
    return room;
  }

  private void take(Taker taker) {
    Job job = taker.job();
    if (into == null) {
      boolean whole = taker.claimed() && !job.id().equals(own) && isComing(job.id());
      into = whole ? victims.copy() : victims;
      fit = 0;
    }
    boolean fits = fit < taker.starts() && goesBefore(into, job);
    fit += fits ? 1 : 0;
    if (fits && fit < taker.starts()) {
      return;
    }
    if (into != victims) {
      looked += into.size() + into.takeLooked();
    }
    if (into != victims && fit < taker.starts()) {
      // What has come for it and what is to come is not there for others.
      withhold(job.id());
      into = victims;
      fit = 0;
      return;
    }
    victims.becomes(into);
    placed += fit;
    if (fit < taker.starts()) {
      lacking.add(taker);
    }
    into = null;
    next++;
  }

  /** Takes what a start of a job needs, if it is there. */
  private boolean goesBefore(Victims from, Job job) {
    Demand demand = mirror.demand(job.spec());
    return demand != null && from.goesBefore(demand, job.spec().limitMs());
  }

  private boolean isComing(JobId claimant) {
    return known().leaving().containsKey(claimant);
  }

  private void leaves(JobId id) {
    PlanJob run = mirror.run(id);
    if (run != null) {
      Job job = cluster.jobs().find(id).orElseThrow();
      victims.leaves(run, room.gain(job, run, job.preemption().suspends()));
    }
  }

  /** A run that is being stopped keeps its cores from those who may not push it aside. */
  private void keeps(JobId id) {
    PlanJob run = mirror.run(id);
    Job job = cluster.jobs().find(id).orElseThrow();
    if (run != null && job.preemption().suspends() && !room.isPassedOver(job)) {
      victims.withholdRest(run);
    }
  }

  private void withhold(JobId claimant) {
    for (JobId id : known().leaving().getOrDefault(claimant, new TreeSet<>())) {
      PlanJob run = mirror.run(id);
      if (run != null) {
        victims.withhold(run);
      }
    }
    room.withhold(victims, claimant);
  }
}

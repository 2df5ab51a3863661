package org.queqiao.core.plan;

import java.util.BitSet;
import java.util.function.Predicate;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.NodeCores;
import org.queqiao.core.state.Outranking.Rank;

/**
 * The room that runs leave which are pushed aside, as jobs of one rank see it: a core that is kept
 * for a stopped run is there only for those who may push that run aside too.
 */
final class AsideRoom {
  private final Cluster cluster;
  private final ClusterMirror mirror;
  private final Predicate<Job> passedOver;

  AsideRoom(Cluster cluster, ClusterMirror mirror, Rank rank) {
    this.cluster = cluster;
    this.mirror = mirror;
    this.passedOver =
        each -> cluster.outranking().rules(rank, Rank.of(each)).mode() != PreemptMode.OFF;
  }

  /** Whether such a job may push a run aside. */
  boolean isPassedOver(Job run) {
    return passedOver.test(run);
  }

  /** The idle cores of a node that are kept for runs which such a job may pass over. */
  BitSet idle(NodeName node) {
    return cluster.nodes().find(node).orElseThrow().cores().idle(passedOver);
  }

  /** Whether there are such cores on any node. */
  boolean hasIdle() {
    return mirror.sharedNodes().stream().anyMatch(each -> !idle(each).isEmpty());
  }

  /** Adds the idle cores of all nodes. */
  void addIdle(Victims victims) {
    for (NodeName node : mirror.sharedNodes()) {
      victims.idle(mirror.number(node), idle(node).cardinality());
    }
  }

  /** Takes the idle cores away again that are kept for runs which were stopped for one job. */
  void withhold(Victims victims, JobId claimant) {
    for (NodeName node : mirror.sharedNodes()) {
      int cores = stoppedFor(node, claimant).cardinality();
      victims.idle(mirror.number(node), -cores);
    }
  }

  /** Those of the idle cores of a node that are kept for runs which were stopped for one job. */
  BitSet stoppedFor(NodeName node, JobId claimant) {
    BitSet cores = idle(node);
    cores.and(
        cluster
            .nodes()
            .find(node)
            .orElseThrow()
            .cores()
            .keptFor(run -> claimant.equals(run.preemption().preemptor())));
    return cores;
  }

  /**
   * What a run gives back.
   *
   * @param stops whether it is stopped, which gives its cores alone
   * @return a row of kinds for each of its nodes
   */
  long[] gain(Job job, PlanJob run, boolean stops) {
    NodePool pool = mirror.planner().pool();
    int kinds = pool.kinds();
    int[] on = run.nodes();
    long[] gain = new long[on.length * kinds];
    for (int i = 0; i < on.length; i++) {
      Share share = run.demand().share(i);
      for (int kind = 1; kind < kinds && !stops; kind++) {
        gain[i * kinds + kind] = pool.need(share, on[i], kind);
      }
      gain[i * kinds] = mirror.isLicences(on[i]) ? 0 : cores(job, share, on[i], pool);
    }
    return gain;
  }

  private long cores(Job job, Share share, int number, NodePool pool) {
    NodeCores cores = cluster.nodes().find(mirror.name(number)).orElseThrow().cores();
    if (!cores.isShared()) {
      return pool.cores(share, number);
    }
    BitSet mine = cores.coresOf(job);
    mine.andNot(cores.keptFor(passedOver.negate()));
    return mine.cardinality();
  }
}

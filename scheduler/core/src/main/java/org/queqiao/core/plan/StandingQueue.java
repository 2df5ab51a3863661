package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.limit.BudgetGate;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Backlog;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * The jobs that may start, kept in the order of the queue from pass to pass: only what entered,
 * left or changed its place is looked at again. It gives each pass the same jobs in the same order
 * as {@link Candidates} would, where nothing else has a say in that: no time, limit, wallet, array,
 * reservation or preemption.
 */
final class StandingQueue {
  /** So many jobs are in each group on average at most. */
  private static final int JOBS_IN_GROUP = 16;

  private final Cluster cluster;
  private final JobOrder order;
  private final ClusterMirror mirror;
  private WaitingJobs inOrder = new WaitingJobs(WaitingJobs.Order.TURN);
  private final TreeMap<JobId, PlanJob> known = new TreeMap<>();

  /** Decided to start and not started. */
  private final TreeSet<JobId> refused = new TreeSet<>();

  /** Begins with nothing known. */
  StandingQueue(Cluster cluster, JobOrder order, ClusterMirror mirror) {
    this.cluster = cluster;
    this.order = order;
    this.mirror = mirror;
    fill();
  }

  /**
   * Whether the jobs may and should be kept in order: of groups with very many jobs a pass needs
   * the first ones alone, and what is believed of them all changes at once.
   *
   * @param kept whether they are kept in order already
   */
  static boolean serves(Cluster cluster, PlanPolicy policy, boolean kept) {
    Backlog backlog = cluster.priorities().backlog();
    int most = kept ? 2 * JOBS_IN_GROUP : JOBS_IN_GROUP;
    return backlog.size() <= (long) most * backlog.groups().size() && mayServe(cluster, policy);
  }

  private static boolean mayServe(Cluster cluster, PlanPolicy policy) {
    return policy.keyRule() == PlanPolicy.KeyRule.NONE
        && !policy.plansAtSubmission()
        && !cluster.priorities().orderMoves()
        && cluster.priorities().backlog().arrays() == 0
        && !BudgetGate.decides(cluster)
        && !cluster.outranking().isUsed()
        && cluster.jobs().preemption().claimants().isEmpty()
        && cluster.reservations().isEmpty();
  }

  private void fill() {
    cluster.priorities().backlog().noteChanges();
    known.clear();
    refused.clear();
    inOrder = new WaitingJobs(WaitingJobs.Order.TURN);
    JobOrder.Queue queue = order.open(cluster, cluster.timeMs());
    List<PlanJob> all = new ArrayList<>();
    for (Job job = queue.next(); job != null; job = queue.next()) {
      PlanJob planned = mirror.planJob(job);
      if (planned != null) {
        planned.turn(queue.turn());
        known.put(job.id(), planned);
        all.add(planned);
      }
    }
    inOrder.addAll(all);
  }

  /** What may start now; between passes only. */
  WaitingJobs upToDate() {
    Collection<Job> changed = cluster.priorities().backlog().changed();
    if (changed == null) {
      fill();
      return inOrder;
    }
    List<Job> all = new ArrayList<>(changed);
    changed.forEach(job -> refused.remove(job.id()));
    refused.forEach(id -> cluster.jobs().find(id).ifPresent(all::add));
    refused.clear();
    JobOrder.Turns turns = order.turns(cluster, cluster.timeMs());
    List<PlanJob> leaving = new ArrayList<>();
    List<PlanJob> coming = new ArrayList<>();
    List<JobOrder.Turn> places = new ArrayList<>();
    for (Job each : all) {
      JobId id = each.id();
      Job job = each.startable() ? each : null;
      PlanJob old = known.get(id);
      PlanJob now = old != null && old.waiting() ? old : job == null ? null : mirror.planJob(job);
      JobOrder.Turn turn = job == null ? null : turnOf(job, old, turns);
      if (now != null && job != null) {
        now.believe(mirror.believedMs(job));
      }
      if (now == old && now != null && turn != null && turn.equals(now.turn())) {
        continue;
      }
      if (old != null) {
        leaving.add(old);
        known.remove(id);
      }
      if (now != null && turn != null) {
        coming.add(now);
        places.add(turn);
        known.put(id, now);
      }
    }
    inOrder.removeAll(leaving);
    for (int i = 0; i < coming.size(); i++) {
      coming.get(i).turn(places.get(i));
    }
    inOrder.addAll(coming);
    return inOrder;
  }

  private static JobOrder.Turn turnOf(Job job, PlanJob old, JobOrder.Turns turns) {
    return old == null ? turns.of(job) : turns.again(job, old.turn());
  }

  /** A job that was decided to start does not, so it waits on. */
  void refused(JobId job) {
    refused.add(job);
  }

  /** A job waits no more and has not started. */
  void withdrawn(JobId job) {
    PlanJob planned = known.get(job);
    if (planned != null && planned.waiting()) {
      mirror.planner().withdrawn(planned);
    }
  }
}

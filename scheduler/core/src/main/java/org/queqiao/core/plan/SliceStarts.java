package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.limit.AccountLimits;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Leases;

/**
 * The starts of one slice: chooses the ids of cores and devices for what was decided in numbers,
 * and asks the limits, before anything is taken for it. So a job that stays takes no room from
 * others, and what starts in a slice counts for the next job as what started in a slice before.
 */
final class SliceStarts {
  private final Cluster cluster;
  private final ClusterMirror mirror;
  private final Trial trial;
  private final LimitTree limits;
  private final FewerNodes fewer;
  private final long nowMs;
  private final List<Event> facts = new ArrayList<>();
  private final AccountLimits accounts;
  private final CheaperNodes cheaper;
  private long lastJobId;
  private int starts;

  /**
   * Nothing has started yet.
   *
   * @param trial what is free
   * @param rooms where there is room for less, or on other nodes
   */
  SliceStarts(
      Cluster cluster, ClusterMirror mirror, Trial trial, FewerNodes.Rooms rooms, long nowMs) {
    this.cluster = cluster;
    this.mirror = mirror;
    this.trial = trial;
    this.limits = new LimitTree(cluster, nowMs);
    this.accounts = new AccountLimits(limits);
    this.fewer = new FewerNodes(mirror, trial, limits, rooms);
    this.cheaper = new CheaperNodes(mirror, trial, limits, rooms);
    this.nowMs = nowMs;
    this.lastJobId = cluster.lastJobId();
  }

  /** The runs to start; a task of an array becomes a job right before. */
  List<Event> facts() {
    return List.copyOf(facts);
  }

  /** How many start. */
  int count() {
    return starts;
  }

  /** When the first limit that kept a job where it was may let it start without any fact. */
  long limitsOpenMs() {
    return limits.opensMs();
  }

  /** Whether limits let a job start with the least that it gets, after what starts before it. */
  boolean passes(PlanJob waiting) {
    Job job = cluster.jobs().find(ClusterMirror.jobOf(waiting)).orElse(null);
    return job != null && accounts.ask(job) == LimitTree.Answer.PASSES;
  }

  /**
   * A start on nodes that were decided.
   *
   * @param run the job that runs then, where anything starts; it is told before this returns
   */
  Starts.Answer offer(PlanJob start, Run run) {
    Job job = cluster.jobs().find(ClusterMirror.jobOf(start)).orElse(null);
    int task = ClusterMirror.taskOf(start);
    if (job == null || !job.startable() || task >= 0 && !job.array().isReady(task)) {
      return Starts.Answer.STAYS;
    }
    List<Allocation> chosen =
        trial.choose(job.spec(), start.demand().nodesOf(), mirror.names(start.nodes()));
    boolean otherwise = !chosen.isEmpty() && limits.blocks(Claim.of(job), chosen).isPresent();
    if (otherwise) {
      boolean may = chosen.size() > job.spec().allNodes();
      chosen = may ? fewer.of(job, start) : List.of();
      chosen = chosen.isEmpty() ? cheaper.of(job, start) : chosen;
    }
    if (chosen.isEmpty()) {
      return Starts.Answer.STAYS;
    }
    ReservationName in = mirror.reservationOf(job, start);
    if (!cluster.reservations().permit(job, in, chosen, nowMs)) {
      return Starts.Answer.STAYS;
    }
    limits.started(Claim.of(job), chosen);
    accounts.forget();
    trial.take(chosen);
    starts++;
    RunId id = new RunId(job.id(), job.attempt() + 1);
    if (task >= 0) {
      id = new RunId(new JobId(++lastJobId), 1);
      int index = job.spec().array().tasks().at(task);
      facts.add(new ArrayTaskSplit(job.id(), index, id.job()));
    }
    run.starts(job, task, id.job());
    long leaseMs = Leases.ofRun(cluster, job, chosen);
    ProjectName payer =
        cluster.money().payers().book().at(job.spec().project(), nowMs).orElse(null);
    facts.add(new JobAllocated(id, chosen, predictedMs(job, start), in, true, leaseMs, payer));
    return otherwise ? Starts.Answer.STARTS_OTHERWISE : Starts.Answer.STARTS;
  }

  /** Hears of a run before its fact. */
  @FunctionalInterface
  interface Run {
    /**
     * It starts.
     *
     * @param job the job that waited, or the array
     * @param task the ordinal of its task, or -1
     * @param as the job that runs
     */
    void starts(Job job, int task, JobId as);
  }

  /**
   * What is predicted for a job, and what its start was planned by if the policy believes: an end
   * between two slices may have changed what would be predicted now.
   */
  private long predictedMs(Job job, PlanJob start) {
    long predictedMs = cluster.learning().predictedMs(job);
    boolean any = predictedMs != 0 || start.believed() < job.spec().limitMs();
    return mirror.believes() && any ? start.believed() : predictedMs;
  }
}

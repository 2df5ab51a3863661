package org.queqiao.core.plan;

import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.TasksAhead;
import org.queqiao.core.state.Throttle;

/**
 * What may start in one pass, in the order of the queue: jobs that no limit holds, and of each
 * array only as many tasks as the pass can have a use for. That is as many as could start at once,
 * because what is free only shrinks, and as many more as could be promised a start; the others
 * would be refused like these. Before all come those for which runs were ended.
 */
final class Candidates implements WaitingSource {
  /** How many tasks of one array are promised a start at most. */
  static final int MAX_PROMISED_TASKS = 1024;

  private final Cluster cluster;
  private final JobOrder.Queue queue;

  /** The queue, where it is kept in order; else null. */
  private final StandingQueue.Walk standing;

  private final LimitTree limits;
  private final ClusterMirror mirror;
  private final int promises;

  /** Given out in earlier passes and still waiting. */
  private final WaitingPlanJobs waiting;

  /** By array: how many more tasks its throttle lets start. */
  private final TreeMap<JobId, Integer> throttles = new TreeMap<>();

  private final Iterator<JobId> claimants;
  private final ClaimPlaces places;

  private Job array;
  private org.queqiao.core.plan.Demand demandOfArray;
  private int nextTask;
  private long tasksLeft;

  /** The one task that goes ahead of the others of its array, or -1 for those others. */
  private int onlyTask;

  /** Whether what comes now comes because runs were ended for it. */
  private boolean claims = true;

  Candidates(
      Cluster cluster,
      JobOrder.Queue queue,
      ClusterMirror mirror,
      int promises,
      WaitingPlanJobs waiting,
      ClaimPlaces places,
      long nowMs) {
    this.cluster = cluster;
    this.queue = queue;
    this.limits = new LimitTree(cluster, nowMs);
    this.standing =
        queue instanceof StandingQueue.Walk walk ? walk.forPass(mirror.planner(), limits) : null;
    this.mirror = mirror;
    this.promises = Math.min(promises, MAX_PROMISED_TASKS);
    this.waiting = waiting;
    this.claimants = List.copyOf(cluster.jobs().preemption().claimants()).iterator();
    this.places = places;
  }

  /** When the first limit that kept a job out may let it start without any fact. */
  long limitsOpenMs() {
    return limits.opensMs();
  }

  @Override
  public PlanJob next() {
    while (true) {
      PlanJob task = array == null ? null : nextTask();
      if (task != null) {
        return task;
      }
      Job job = nextJob();
      if (job == null) {
        return null;
      }
      boolean plain = isPlain();
      if (!plain && job.array() != null) {
        open(job);
      } else if (plain || takeThrottle(job)) {
        PlanJob planned = planned(job);
        if (planned != null) {
          claim(planned, job);
          return planned;
        }
      }
    }
  }

  private void claim(PlanJob planned, Job job) {
    planned.claim(claims);
    if (claims) {
      planned.place(places.next(job.id()));
    }
  }

  /** A job as the engine knew it before, or knows it from now on; null when it may not start. */
  private PlanJob planned(Job job) {
    boolean stands = standing != null && !claims;
    PlanJob known = stands ? standing.current().planned() : waiting.find(job.id());
    boolean anew = known == null || !known.waiting();
    PlanJob planned = anew ? mirror.planJob(job) : known;
    if (stands) {
      // What is believed of it is kept up to date where it stands.
      standing.current().planned(planned);
    } else if (planned != null) {
      planned.believe(mirror.believedMs(job));
      waiting.put(job.id(), planned);
    }
    return planned;
  }

  /** The next job that no limit holds; one that waits for its own limit holds up nobody. */
  private Job nextJob() {
    while (claimants.hasNext()) {
      Job job = cluster.jobs().find(claimants.next()).orElseThrow(IllegalStateException::new);
      if (limits.blocks(Claim.of(job)).isEmpty()) {
        return job;
      }
    }
    claims = false;
    for (Job job = queue.next(); job != null; job = queue.next()) {
      LimitTree.Answer answer = ask(job);
      if (answer == LimitTree.Answer.PASSES
          && (isPlain() || job.preemption().claims() == 0 || job.array() != null)) {
        return job;
      }
      if (answer == LimitTree.Answer.ALL_BLOCKED) {
        queue.skipGroup();
      }
    }
    return null;
  }

  /** Whether nothing but limits has a say in the job that came last: most are so. */
  private boolean isPlain() {
    return standing != null && !claims && standing.current().isPlain();
  }

  private LimitTree.Answer ask(Job job) {
    return standing == null
        ? limits.account(Claim.of(job)).ask(job.spec(), limits.least(job.spec()))
        : standing.current().ask(limits);
  }

  private void open(Job job) {
    // Those that came with the claims of their array are given out already.
    int from = claims ? 0 : job.array().readyBehind(job.preemption().claims());
    onlyTask = claims ? -1 : queue.task();
    demandOfArray = from < 0 || onlyTask >= 0 && onlyTask < from ? null : mirror.demand(job.spec());
    if (demandOfArray == null) {
      return;
    }
    array = job;
    nextTask = from;
    long startable = mirror.planner().pool().totalFreeCores() / demandOfArray.totalCores();
    tasksLeft = claims ? job.preemption().claims() : onlyTask < 0 ? startable + promises : 1;
  }

  private PlanJob nextTask() {
    int ordinal = tasksLeft <= 0 ? -1 : onlyTask < 0 ? nextOther() : onlyTask;
    if (ordinal < 0 || !takeThrottle(array)) {
      array = null;
      return null;
    }
    tasksLeft--;
    nextTask = ordinal + 1;
    PlanJob planned = mirror.planTask(array, ordinal, demandOfArray);
    claim(planned, array);
    waiting.put(array.id(), ordinal, planned);
    return planned;
  }

  private int nextOther() {
    return claims ? array.array().nextReady(nextTask) : TasksAhead.nextOther(array, nextTask);
  }

  /** Whether the throttle of its array lets one more task start. */
  private boolean takeThrottle(Job job) {
    if (job.spec().array() == null) {
      return true;
    }
    Integer known = throttles.get(Throttle.arrayOf(job));
    int left = known != null ? known : Throttle.left(cluster, job);
    if (left == Integer.MAX_VALUE) {
      return true;
    }
    throttles.put(Throttle.arrayOf(job), Math.max(0, left - 1));
    return left > 0;
  }
}

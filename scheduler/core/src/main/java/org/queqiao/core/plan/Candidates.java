package org.queqiao.core.plan;

import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobArray;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.TasksAhead;

/**
 * What may start in one pass, in the order of the queue: jobs that no limit holds, and of each
 * array only as many tasks as the pass can have a use for. That is as many as could start at once,
 * because what is free only shrinks, and as many more as could be promised a start; the others
 * would be refused like these.
 */
final class Candidates implements WaitingSource {
  /** How many tasks of one array are promised a start at most. */
  static final int MAX_PROMISED_TASKS = 1024;

  private final Cluster cluster;
  private final JobOrder.Queue queue;
  private final LimitTree limits;
  private final ClusterMirror mirror;
  private final int promises;

  /** Given out in earlier passes and still waiting. */
  private final WaitingPlanJobs waiting;

  /** By array: how many more tasks its throttle lets start. */
  private final TreeMap<JobId, Integer> throttles = new TreeMap<>();

  private Job array;
  private org.queqiao.core.plan.Demand demandOfArray;
  private int nextTask;
  private long tasksLeft;

  /** The one task that goes ahead of the others of its array, or -1 for those others. */
  private int onlyTask;

  Candidates(
      Cluster cluster,
      JobOrder.Queue queue,
      ClusterMirror mirror,
      int promises,
      WaitingPlanJobs waiting) {
    this.cluster = cluster;
    this.queue = queue;
    this.limits = new LimitTree(cluster, cluster.timeMs());
    this.mirror = mirror;
    this.promises = Math.min(promises, MAX_PROMISED_TASKS);
    this.waiting = waiting;
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
      if (job.array() != null) {
        open(job);
      } else if (takeThrottle(job)) {
        PlanJob known = waiting.find(job.id());
        PlanJob planned = known == null || !known.waiting() ? mirror.planJob(job) : known;
        if (planned != null) {
          planned.believe(mirror.believedMs(job));
          waiting.put(job.id(), planned);
          return planned;
        }
      }
    }
  }

  /** The next job that no limit holds; one that waits for its own limit holds up nobody. */
  private Job nextJob() {
    for (Job job = queue.next(); job != null; job = queue.next()) {
      LimitTree.Block block = limits.blocks(Claim.of(job), Demand.of(job.spec())).orElse(null);
      if (block == null) {
        return job;
      }
      if (block.whateverShape()) {
        queue.skipGroup();
      }
    }
    return null;
  }

  private void open(Job job) {
    array = job;
    demandOfArray = mirror.demand(job.spec());
    nextTask = 0;
    onlyTask = queue.task();
    if (demandOfArray == null) {
      array = null;
      return;
    }
    long startable = mirror.planner().pool().totalFreeCores() / demandOfArray.totalCores();
    tasksLeft = onlyTask < 0 ? startable + promises : 1;
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
    waiting.put(array.id(), ordinal, planned);
    return planned;
  }

  private int nextOther() {
    return TasksAhead.nextOther(array, nextTask);
  }

  /** Whether the throttle of its array lets one more task start. */
  private boolean takeThrottle(Job job) {
    JobId id = job.task() == null ? job.id() : job.task().array();
    JobArray spec = job.spec().array();
    if (spec == null) {
      return true;
    }
    // A task that waits again has the throttle that its array has now.
    Job whole = cluster.jobs().find(id).orElseThrow(IllegalStateException::new);
    int atOnce = whole.spec().array().atOnce();
    if (atOnce == 0) {
      return true;
    }
    int left = throttles.computeIfAbsent(id, _ -> atOnce - whole.array().holding());
    if (left > 0) {
      throttles.put(id, left - 1);
    }
    return left > 0;
  }
}

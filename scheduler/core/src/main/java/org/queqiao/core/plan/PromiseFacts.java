package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.TasksAhead;

/** The promises of a slice that are stated. Of an array one task at a time has a promise. */
final class PromiseFacts {
  private final Cluster cluster;
  private final List<Promise> promised = new ArrayList<>();
  private final List<Promise> moved = new ArrayList<>();

  PromiseFacts(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * A promise.
   *
   * @param startMs from when on room is held
   * @param nodes where, or null
   */
  private record Promise(PlanJob to, long startMs, PromisedNodes nodes) {
    JobPromised fact(Job job) {
      int task = ClusterMirror.taskOf(to);
      Integer index = task < 0 ? null : (Integer) job.spec().array().tasks().at(task);
      return new JobPromised(job.id(), nodes == null ? to.promised() : startMs, index, nodes);
    }
  }

  /** A slice begins. */
  void clear() {
    promised.clear();
    moved.clear();
  }

  /** A job or task was promised its first start. */
  void promised(PlanJob job, ClusterMirror mirror) {
    promised.add(promise(job, mirror));
  }

  /**
   * Other room is held for a job or task that was promised a start. One that was promised it in
   * this slice is promised both, one after the other, as if the pass had been cut between the two;
   * nodes that cannot be stated are nothing new.
   */
  void moved(PlanJob job, ClusterMirror mirror) {
    boolean first = promised.stream().anyMatch(each -> each.to() == job);
    Promise other = promise(job, mirror);
    if (other.nodes() != null) {
      (first ? promised : moved).add(other);
    }
  }

  private static Promise promise(PlanJob job, ClusterMirror mirror) {
    if (job.room() == null) {
      return new Promise(job, job.promised(), null);
    }
    long startMs = job.room().moment();
    PromisedNodes nodes = mirror.promisedNodes(job);
    if (nodes == null) {
      // What is not stated is not known to a machine that is started anew.
      job.room(null);
    }
    return new Promise(job, startMs, nodes);
  }

  /** The promise of the room that is held for a job or task that may start. */
  static JobPromised promise(Job waits, PlanJob job, ClusterMirror mirror) {
    return promise(job, mirror).fact(waits);
  }

  /** Whether a promise that is made now would be stated, beside what starts in the slice. */
  boolean keeps(PlanJob waits, List<Event> starts) {
    JobId id = ClusterMirror.jobOf(waits);
    return ClusterMirror.taskOf(waits) < 0
        || promised.stream().noneMatch(each -> ClusterMirror.jobOf(each.to()).equals(id))
            && cluster.jobs().find(id).stream().noneMatch(array -> hasPromise(array, starts));
  }

  /**
   * The first promises, to what does not start: where room came during the pass, who was promised a
   * start may have started after all.
   */
  List<JobPromised> first(List<Event> starts) {
    List<JobPromised> out = new ArrayList<>();
    for (Promise each : promised) {
      Job job = startable(each);
      int task = ClusterMirror.taskOf(each.to());
      if (job != null
          && !isAmong(job, task, starts)
          && (task < 0 ? job.promisedMs() == 0 : !hasPromise(job, starts))) {
        out.add(each.fact(job));
      }
    }
    return out;
  }

  /** The promises of other room, also to what starts after all. */
  List<JobPromised> moves() {
    List<JobPromised> out = new ArrayList<>();
    for (Promise each : moved) {
      Job job = startable(each);
      int task = ClusterMirror.taskOf(each.to());
      if (job != null
          && each.nodes() != null
          && (task < 0 ? job.promisedMs() != 0 : task == TasksAhead.promised(job))) {
        out.add(each.fact(job));
      }
    }
    return out;
  }

  /** The job or array of a promise, if what was promised a start may still have it. */
  private Job startable(Promise promise) {
    Job job = cluster.jobs().find(ClusterMirror.jobOf(promise.to())).orElse(null);
    int task = ClusterMirror.taskOf(promise.to());
    boolean waits = job != null && job.startable() && (task < 0 || job.array().isReady(task));
    return waits ? job : null;
  }

  /** Whether a task of an array was promised a start that it does not get by these facts. */
  private static boolean hasPromise(Job array, List<Event> starts) {
    int task = TasksAhead.promised(array);
    if (array.promisedMs() == 0 || task < 0) {
      return array.promisedMs() != 0;
    }
    return !isAmong(array, task, starts);
  }

  /** Whether a job, or the task of this ordinal of an array, starts by these facts. */
  private static boolean isAmong(Job job, int task, List<Event> starts) {
    int index = task < 0 ? -1 : job.spec().array().tasks().at(task);
    return starts.stream()
        .anyMatch(fact ->
            task < 0
                ? fact instanceof JobAllocated run && run.run().job().equals(job.id())
                : fact instanceof ArrayTaskSplit split
                    && split.array().equals(job.id())
                    && split.task() == index);
  }
}

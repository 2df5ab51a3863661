package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.List;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.snapshot.PreemptionImage;

/** Makes the facts about arrays and their tasks true. */
final class ArrayEvents {
  private final Cluster cluster;
  private final DependencyEvents dependencies;

  ArrayEvents(Cluster cluster, DependencyEvents dependencies) {
    this.cluster = cluster;
    this.dependencies = dependencies;
  }

  /** A task becomes a job of its own. */
  void split(ArrayTaskSplit event, long nowMs) {
    Job array = array(event.array());
    int ordinal = array.spec().array().tasks().ordinalOf(event.task());
    require(array.array().isReady(ordinal), "task " + event + " does not wait");
    require(array.startable(), "held array " + array.id() + " starts a task");
    require(event.job().value() > cluster.lastJobId(), "job number " + event + " was used before");
    cluster.jobNumberUsed(event.job().value());
    Job task = new Job(event.job(), array, event.task(), cluster.content().again(array.content()));
    cluster
        .jobs()
        .change(
            array,
            () -> {
              TasksAhead.split(array, ordinal, event.job().value());
              if (array.array().promised() == ordinal) {
                task.promise(array.promised());
              }
              array.array().split(ordinal, nowMs);
              keepPromise(array);
              array.preempt(PreemptionImage.claiming(Math.max(0, array.preemption().claims() - 1)));
            });
    cluster.jobs().add(task);
    if (!array.awaitsStart()) {
      dependencies.moved(array, nowMs);
    }
  }

  /** Waiting tasks are held one by one. */
  void held(JobHeld event) {
    Job array = array(event.job());
    TaskIndices all = array.spec().array().tasks();
    require(array.array().areWaiting(all, event.tasks()), "tasks that do not wait: " + event);
    cluster
        .jobs()
        .change(
            array,
            () -> {
              array.array().hold(all, event.tasks(), event.byAdministrator());
              if (TasksAhead.promised(array) < 0) {
                array.promise(PromisedStart.NONE);
              }
            });
  }

  /** Tasks that were held one by one are released. */
  void released(JobReleased event) {
    Job array = array(event.job());
    TaskIndices all = array.spec().array().tasks();
    require(array.array().areWaiting(all, event.tasks()), "tasks that do not wait: " + event);
    cluster.jobs().change(array, () -> array.array().release(all, event.tasks()));
  }

  /** Waiting tasks end without a start. */
  void tasksEnded(ArrayTasksEnded event, long nowMs) {
    Job array = array(event.array());
    TaskIndices all = array.spec().array().tasks();
    require(
        event.state() == JobState.CANCELLED || event.state() == JobState.DEADLINE,
        "waiting tasks of " + event.array() + " end " + event.state());
    require(
        event.endMs() >= array.submitMs() && event.endMs() <= nowMs,
        "tasks of " + event.array() + " end at " + event.endMs());
    require(
        array.array().areWaiting(all, event.tasks()),
        "tasks " + event.tasks() + " of " + event.array() + " do not all wait");
    cluster
        .jobs()
        .change(
            array,
            () -> {
              array.array().endedWaiting(all, event.tasks(), event.state(), event.endMs(), nowMs);
              keepPromise(array);
            });
    counterparts(array, event.tasks(), false);
    dependencies.endedWaiting(array.id(), event.tasks(), event.endMs(), nowMs);
    if (!array.awaitsStart()) {
      dependencies.moved(array, nowMs);
    }
  }

  /** A promise goes with its task. */
  private static void keepPromise(Job array) {
    if (array.array().promised() < 0) {
      array.promise(PromisedStart.NONE);
    }
  }

  /** The job of a task has ended. */
  void taskEnded(Job task) {
    Job array = array(task.task().array());
    cluster
        .jobs()
        .change(
            array,
            () ->
                array
                    .array()
                    .endedJob(
                        array.spec().array().tasks().ordinalOf(task.task().index()),
                        task.state(),
                        task.endMs()));
    int index = task.task().index();
    counterparts(
        array,
        TaskIndices.of(List.of(new TaskRange(index, index, 1))),
        task.state() == JobState.COMPLETED);
  }

  /** All tasks have ended. */
  void ended(ArrayEnded event, long nowMs) {
    Job array = array(event.array());
    require(array.array().isOver(), "array " + event.array() + " ends before its tasks");
    require(
        event.state() == array.array().finalState(),
        "array " + event.array() + " ends " + event.state());
    require(
        event.endMs() == array.array().lastEndMs(),
        "array " + event.array() + " ends at " + event.endMs());
    cluster.jobs().change(array, () -> array.endArray(event.state(), event.endMs(), nowMs));
    dependencies.moved(array, nowMs);
  }

  /** Tells the arrays whose tasks wait for these ones by index. */
  private void counterparts(Job array, TaskIndices tasks, boolean well) {
    for (JobId each : cluster.jobs().waits().dependentsOf(array.id())) {
      Job job = cluster.jobs().find(each).orElseThrow(IllegalStateException::new);
      if (job.array() != null && job.array().corresponds() && waitsByIndex(job, array.id())) {
        TaskIndices own = job.spec().array().tasks();
        cluster.jobs().change(job, () -> job.array().counterpartsEnded(own, tasks, well));
      }
    }
  }

  private static boolean waitsByIndex(Job job, JobId array) {
    return job.spec().terms().dependency().parts().stream()
        .anyMatch(
            part -> part.kind() == Dependency.Kind.AFTER_CORRESPONDING && array.equals(part.job()));
  }

  /** A new array of which each task waits for the task of another with its index. */
  void correspond(Job job) {
    if (job.array() == null || !job.array().corresponds()) {
      return;
    }
    for (Dependency part : job.spec().terms().dependency().parts()) {
      Job other = part.job() == null ? null : cluster.jobs().find(part.job()).orElse(null);
      if (part.kind() == Dependency.Kind.AFTER_CORRESPONDING
          && other != null
          && other.array() != null
          && other.array().lastEndMs() > 0) {
        catchUp(job, other);
      }
    }
  }

  /** What has ended of the other array before. */
  private void catchUp(Job job, Job other) {
    TaskIndices own = job.spec().array().tasks();
    TaskIndices theirs = other.spec().array().tasks();
    cluster
        .jobs()
        .change(
            job,
            () -> {
              for (int ordinal = 0; ordinal < own.count(); ordinal++) {
                int index = own.at(ordinal);
                int there = theirs.ordinalOf(index);
                Job split = cluster.jobs().tasksOf(other.id()).get(index);
                if (!other.array().isWaiting(there)
                    && (split == null || split.state().isTerminal())) {
                  job.array()
                      .counterpartsEnded(
                          own,
                          TaskIndices.of(List.of(new TaskRange(index, index, 1))),
                          !other.array().endedNotWell(there));
                }
              }
            });
  }

  /** Whether each task of a new job waits for the task of another array with its index. */
  static boolean corresponds(Cluster cluster, JobSpec spec) {
    return spec.array() != null
        && spec.terms().dependency().parts().stream()
            .anyMatch(part ->
                part.kind() == Dependency.Kind.AFTER_CORRESPONDING
                    && cluster
                        .jobs()
                        .find(part.job())
                        .filter(DependencyEvents::isArray)
                        .isPresent());
  }

  private Job array(JobId id) {
    Job job = cluster.jobs().find(id).orElseThrow(() -> new IllegalStateException("no job " + id));
    require(job.array() != null && job.isPending(), "job " + id + " is no array with tasks");
    return job;
  }
}

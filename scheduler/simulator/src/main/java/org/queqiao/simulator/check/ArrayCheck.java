package org.queqiao.simulator.check;

import java.util.TreeSet;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;

/** No task of an array is run twice or lost, and never more run at once than its throttle lets. */
final class ArrayCheck {
  private final ModelCluster model;

  ArrayCheck(ModelCluster model) {
    this.model = model;
  }

  /** A task becomes a job. */
  void split(LoggedEvent logged, ArrayTaskSplit e) {
    HistoryCheck.require(
        e.job().value() > model.lastJobId,
        Invariant.I31,
        () -> "entry " + logged.position() + " gives out number " + e.job() + " again");
    model.lastJobId = e.job().value();
    ModelJob whole = model.job(e.array());
    HistoryCheck.require(
        whole != null && whole.array != null && whole.array.waiting.remove(e.task()),
        Invariant.I6,
        () -> "entry " + logged.position() + ": " + e + " was no waiting task");
    whole.array.jobs.put(e.task(), e.job());
    begun(whole, logged);
    model.jobs.put(e.job(), new ModelJob(whole, e.task()));
  }

  private static void begun(ModelJob whole, LoggedEvent logged) {
    if (whole.array.waiting.isEmpty()) {
      whole.array.begunMs = logged.timeMs();
    }
  }

  /** Waiting tasks end. */
  void tasksEnded(LoggedEvent logged, ArrayTasksEnded e) {
    ModelJob whole = model.job(e.array());
    TreeSet<Integer> tasks = ModelArray.indices(e.tasks());
    HistoryCheck.require(
        whole != null && whole.array != null && whole.array.waiting.containsAll(tasks),
        Invariant.I5,
        () -> "entry " + logged.position() + ": not all of " + e + " waited");
    whole.array.waiting.removeAll(tasks);
    tasks.forEach(each -> whole.array.endedWaiting.put(each, e.endMs()));
    begun(whole, logged);
  }

  /** The whole has ended. */
  void ended(LoggedEvent logged, ArrayEnded e) {
    ModelJob whole = model.job(e.array());
    HistoryCheck.require(
        whole != null
            && whole.array != null
            && whole.state == JobState.PENDING
            && whole.array.waiting.isEmpty(),
        Invariant.I5,
        () -> "entry " + logged.position() + ": " + e + " before its tasks");
    for (JobId each : whole.array.jobs.values()) {
      HistoryCheck.require(
          model.job(each).state.isTerminal(),
          Invariant.I5,
          () -> "entry " + logged.position() + ": " + e + " before its task " + each);
    }
    whole.state = e.state();
    whole.endMs = e.endMs();
  }

  /** A job gets resources. */
  void allocated(LoggedEvent logged, ModelJob job) {
    HistoryCheck.require(
        job.array == null,
        Invariant.I6,
        () -> "entry " + logged.position() + " starts an array as a whole");
    if (job.task == null) {
      return;
    }
    ModelJob whole = model.job(job.task.array());
    int atOnce = whole.spec.array().atOnce();
    whole.array.holding++;
    HistoryCheck.require(
        atOnce == 0 || whole.array.holding <= atOnce,
        Invariant.I26,
        () ->
            "entry "
                + logged.position()
                + " lets "
                + whole.array.holding
                + " tasks of "
                + job.task.array()
                + " run at once where "
                + atOnce
                + " may");
  }

  /** A job gives its resources back. */
  void gaveBack(ModelJob job) {
    if (job.task != null) {
      model.job(job.task.array()).array.holding--;
    }
  }
}

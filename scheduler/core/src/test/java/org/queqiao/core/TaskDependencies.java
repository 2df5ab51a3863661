package org.queqiao.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;

/**
 * What became of each task of an array, told by the log alone, beside how far those are that wait
 * for one task: a job that is let go too late starts too late, and no rule about starts sees it.
 */
final class TaskDependencies {
  private record Task(JobId array, int index) {}

  private enum Fate {
    BEGUN,
    WAITS_AGAIN,
    WELL,
    NOT_WELL
  }

  private final Map<Task, Fate> fates = new HashMap<>();
  private final Map<JobId, Task> tasks = new HashMap<>();

  private TaskDependencies(List<LoggedEvent> log) {
    for (LoggedEvent each : log) {
      switch (each.event()) {
        case ArrayTaskSplit e -> tasks.put(e.job(), new Task(e.array(), e.task()));
        case JobAllocated e -> told(e.run().job(), Fate.BEGUN);
        case JobRequeued e -> told(e.run().job(), Fate.WAITS_AGAIN);
        case JobEnded e ->
            told(e.job(), e.state() == JobState.COMPLETED ? Fate.WELL : Fate.NOT_WELL);
        case ArrayTasksEnded e -> {
          for (int i = 0; i < e.tasks().count(); i++) {
            fates.put(new Task(e.array(), e.tasks().at(i)), Fate.NOT_WELL);
          }
        }
        default -> {
          // The other facts end and begin no task.
        }
      }
    }
  }

  private void told(JobId job, Fate fate) {
    Task task = tasks.get(job);
    if (task != null) {
      fates.put(task, fate);
    }
  }

  /** How jobs that wait for tasks stand otherwise than the log says; empty for nothing. */
  static List<String> wrong(SchedulerStory story) {
    TaskDependencies known = new TaskDependencies(story.log);
    List<String> out = new ArrayList<>();
    for (ClusterImage.JobImage job : story.machine.image().jobs()) {
      List<Dependency> parts = job.spec().terms().dependency().parts();
      for (int i = 0; i < parts.size() && job.state() == JobState.PENDING; i++) {
        Dependency part = parts.get(i);
        Progress is = job.dependencies().get(i).progress();
        if (part.task() != null && !known.fits(part, is)) {
          out.add("job " + job.id() + " has " + part + " as " + is + ", and the log otherwise");
        }
      }
    }
    return out;
  }

  private boolean fits(Dependency part, Progress is) {
    Fate fate = fates.get(new Task(part.job(), part.task()));
    boolean ended = fate == Fate.WELL || fate == Fate.NOT_WELL;
    return switch (part.kind()) {
      // One that has begun and waits again has begun for those that asked before.
      case AFTER ->
          fate == Fate.WAITS_AGAIN || is == (fate == null ? Progress.WAITING : Progress.FULFILLED);
      case AFTER_ANY -> is == (ended ? Progress.FULFILLED : Progress.WAITING);
      case AFTER_OK, AFTER_CORRESPONDING -> is == asWished(fate, ended, Fate.WELL);
      case AFTER_NOT_OK -> is == asWished(fate, ended, Fate.NOT_WELL);
      case SINGLETON -> false;
    };
  }

  private static Progress asWished(Fate fate, boolean ended, Fate wished) {
    return !ended ? Progress.WAITING : fate == wished ? Progress.FULFILLED : Progress.FAILED;
  }
}

package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;

/** What follows for waiting jobs from what happens to the jobs they depend on. */
final class DependencyEvents {
  private final Cluster cluster;

  DependencyEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  /** How far the other job is. */
  private record Standing(long startMs, long endMs, boolean ended, boolean well, boolean array) {
    static Standing of(Job job) {
      long startMs = job.attempt() == 0 ? 0 : job.startMs();
      return new Standing(
          job.array() == null ? startMs : job.array().begunMs(),
          job.endMs(),
          job.state().isTerminal(),
          job.state() == JobState.COMPLETED,
          isArray(job));
    }

    /**
     * One task; of those that are no jobs of their own any more, the time is not known more
     * exactly.
     */
    static Standing of(Job array, int index, Job task) {
      if (task != null) {
        return of(task);
      }
      int ordinal = array.spec().array().tasks().ordinalOf(index);
      return array.array().isWaiting(ordinal)
          ? new Standing(0, 0, false, false, false)
          : new Standing(
              0, array.array().lastEndMs(), true, !array.array().endedNotWell(ordinal), false);
    }

    static Standing of(ClusterImage.OutcomeImage outcome) {
      return new Standing(outcome.startMs(), outcome.endMs(), true, outcome.well(), false);
    }

    boolean begun() {
      return startMs > 0 || ended;
    }

    long begunMs() {
      return startMs > 0 ? startMs : endMs;
    }
  }

  static boolean isArray(Job job) {
    return job.array() != null;
  }

  /** A job was submitted: what it depends on may have happened long ago. */
  void submitted(Job job, long nowMs) {
    List<Dependency> parts = job.spec().terms().dependency().parts();
    cluster
        .jobs()
        .change(
            job,
            () -> {
              for (int i = 0; i < parts.size(); i++) {
                Dependency part = parts.get(i);
                if (part.job() == null) {
                  if (!cluster.jobs().waits().waitsForEarlier(job)) {
                    job.dependencies().fulfilled(i, nowMs);
                  }
                } else {
                  settle(job, i, part, standing(part), nowMs);
                }
              }
              job.tryEligible(nowMs);
            });
  }

  private Standing standing(Dependency part) {
    JobId id = part.job();
    Optional<Job> job = cluster.jobs().find(id);
    if (job.isPresent()) {
      return part.task() == null
          ? Standing.of(job.get())
          : Standing.of(job.get(), part.task(), cluster.jobs().tasksOf(id).get(part.task()));
    }
    require(part.task() == null, "nothing is known of the tasks of " + id);
    return cluster
        .outcomes()
        .find(id)
        .map(Standing::of)
        .orElseThrow(() -> new IllegalStateException("not legal here: nothing is known of " + id));
  }

  /** A job started or ended: those that wait for it are told. */
  void moved(Job other, long nowMs) {
    Standing standing = Standing.of(other);
    WaitTable waits = cluster.jobs().waits();
    tell(waits.dependentsOf(other.id()), other.id(), null, standing, nowMs);
    if (other.task() != null) {
      taskMoved(other.task().array(), other.task().index(), standing, nowMs);
    }
    if (other.state().isTerminal()) {
      waits.singletonsFreedBy(other).forEach(each -> freeSingleton(each, nowMs));
    }
  }

  /** Waiting tasks of an array ended without a start: those that wait for one of them are told. */
  void endedWaiting(JobId array, TaskIndices tasks, long endMs, long nowMs) {
    Standing standing = new Standing(0, endMs, true, false, false);
    for (int index : cluster.jobs().waits().tasksWaitedFor(array)) {
      if (tasks.ordinalOf(index) >= 0) {
        taskMoved(array, index, standing, nowMs);
      }
    }
  }

  private void taskMoved(JobId array, int index, Standing standing, long nowMs) {
    tell(cluster.jobs().waits().dependentsOf(array, index), array, index, standing, nowMs);
  }

  private void tell(
      NavigableSet<JobId> waiting, JobId other, Integer task, Standing standing, long nowMs) {
    for (JobId each : waiting) {
      Job job = cluster.jobs().find(each).orElseThrow(IllegalStateException::new);
      List<Dependency> parts = job.spec().terms().dependency().parts();
      cluster
          .jobs()
          .change(
              job,
              () -> {
                for (int i = 0; i < parts.size(); i++) {
                  Dependency part = parts.get(i);
                  if (other.equals(part.job()) && Objects.equals(task, part.task())) {
                    settle(job, i, part, standing, nowMs);
                  }
                }
                job.tryEligible(nowMs);
              });
    }
  }

  void freeSingleton(JobId id, long nowMs) {
    Job job = cluster.jobs().find(id).orElseThrow(IllegalStateException::new);
    List<Dependency> parts = job.spec().terms().dependency().parts();
    cluster
        .jobs()
        .change(
            job,
            () -> {
              for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).kind() == Dependency.Kind.SINGLETON) {
                  job.dependencies().fulfilled(i, nowMs);
                }
              }
              job.tryEligible(nowMs);
            });
  }

  private static void settle(Job job, int index, Dependency part, Standing other, long nowMs) {
    DependencyProgress progress = job.dependencies();
    if (progress.of(index) == Progress.FULFILLED) {
      return;
    }
    switch (part.kind()) {
      case AFTER -> {
        if (other.begun()) {
          progress.fulfilled(index, Math.addExact(other.begunMs(), part.offsetMs()));
        }
      }
      case AFTER_ANY -> {
        if (other.ended()) {
          progress.fulfilled(index, nowMs);
        }
      }
      case AFTER_OK -> ended(progress, index, other, other.well(), nowMs);
      case AFTER_CORRESPONDING -> {
        if (isArray(job) && job.array().corresponds() && other.array()) {
          // Each task waits by itself, for the task with its index.
          progress.fulfilled(index, nowMs);
        } else {
          ended(progress, index, other, other.well(), nowMs);
        }
      }
      case AFTER_NOT_OK -> ended(progress, index, other, !other.well(), nowMs);
      case SINGLETON -> throw new IllegalStateException("a singleton depends on no one job");
    }
  }

  private static void ended(
      DependencyProgress progress, int index, Standing other, boolean asWished, long nowMs) {
    if (!other.ended()) {
      progress.waiting(index);
    } else if (asWished) {
      progress.fulfilled(index, nowMs);
    } else {
      progress.failed(index);
    }
  }
}

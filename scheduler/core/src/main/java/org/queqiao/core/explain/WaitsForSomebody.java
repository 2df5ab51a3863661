package org.queqiao.core.explain;

import java.util.SortedSet;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Dependence;
import org.queqiao.core.state.Job;

/**
 * The waiting jobs whose start no time brings: those that are held, that depend on what can never
 * come or on others of these, or that ask for more than a limit ever leaves. Somebody must do
 * something.
 */
public final class WaitsForSomebody {
  private final Cluster cluster;
  private final WhyPending why;
  private final TreeSet<JobId> found = new TreeSet<>();

  /** Those of them that no deadline ends, which would be an end for who waits for one. */
  private final TreeSet<JobId> staying = new TreeSet<>();

  /** Whose later singletons wait with them. */
  private final TreeSet<Named> names = new TreeSet<>();

  private record Named(UserName user, String name) implements Comparable<Named> {
    @Override
    public int compareTo(Named other) {
      int byUser = user.compareTo(other.user);
      return byUser != 0 ? byUser : name.compareTo(other.name);
    }
  }

  private WaitsForSomebody(Cluster cluster, WhyPending why) {
    this.cluster = cluster;
    this.why = why;
  }

  /** Finds them all. */
  public static SortedSet<JobId> in(Cluster cluster, WhyPending why) {
    return new WaitsForSomebody(cluster, why).all();
  }

  private SortedSet<JobId> all() {
    // Jobs depend on earlier ones alone, so those are known when a job is looked at.
    for (Job job : cluster.jobs().all()) {
      if (job.awaitsStart() && isStuck(job)) {
        found.add(job.id());
        if (job.spec().terms().deadlineMs() == 0) {
          names.add(new Named(job.user(), job.spec().name()));
          staying.add(job.id());
        }
      }
    }
    return found;
  }

  private boolean isStuck(Job job) {
    return WhyPending.isHeld(job)
        || Dependence.isHopeless(job)
        || Dependence.waitsForOthers(job) && dependsOnStuck(job)
        || why.never(job).isPresent();
  }

  private boolean dependsOnStuck(Job job) {
    DependencyRule rule = job.spec().terms().dependency();
    boolean all = true;
    for (int i = 0; i < rule.parts().size(); i++) {
      Progress known = job.dependencies() == null ? Progress.WAITING : job.dependencies().of(i);
      boolean stuck = known == Progress.WAITING && isOnStuck(job, rule.parts().get(i));
      if (stuck && !rule.any()) {
        return true;
      }
      all &= stuck || known == Progress.FAILED;
    }
    return all;
  }

  private boolean isOnStuck(Job job, Dependency on) {
    if (on.task() != null) {
      return !isEndedInTime(on) && isStuck(on.job(), on.task());
    }
    return switch (on.kind()) {
      case SINGLETON -> names.contains(new Named(job.user(), job.spec().name()));
      case AFTER_OK, AFTER_CORRESPONDING -> found.contains(on.job());
      case AFTER, AFTER_ANY, AFTER_NOT_OK -> staying.contains(on.job());
    };
  }

  /** Whether the deadline of an array ends the task on which one waits that waits for any end. */
  private boolean isEndedInTime(Dependency on) {
    boolean any =
        switch (on.kind()) {
          case AFTER, AFTER_ANY, AFTER_NOT_OK -> true;
          case AFTER_OK, AFTER_CORRESPONDING, SINGLETON -> false;
        };
    return any
        && cluster
            .jobs()
            .find(on.job())
            .filter(array -> array.spec().terms().deadlineMs() != 0)
            .isPresent();
  }

  /** One task: its own job if it is one, else what holds it or all of its array. */
  private boolean isStuck(JobId id, int index) {
    Job own = cluster.jobs().tasksOf(id).get(index);
    if (own != null) {
      return own.awaitsStart() && isStuck(own);
    }
    Job array = cluster.jobs().find(id).orElse(null);
    int ordinal = array == null ? -1 : array.spec().array().tasks().ordinalOf(index);
    return ordinal >= 0
        && array.array().isWaiting(ordinal)
        && (found.contains(id)
            || array.array().isHeld(ordinal, false)
            || array.array().isHeld(ordinal, true)
            || array.array().isHopeless(ordinal));
  }
}

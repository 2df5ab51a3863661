package org.queqiao.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;

/**
 * What waiting jobs wait for besides their turn.
 *
 * <pre>
 *   dependents   by job: the waiting jobs that depend on it as a whole
 *   ofTasks      by array and index: the waiting jobs that depend on one task
 *   releases     not eligible yet, by the time from which they are
 *   lastStarts   with a deadline, by the last time at which they can start and still end by it
 *   hopeless     to be cancelled, because their dependency can never be met
 *   names        by user and name: how many jobs have not ended; every job is in it, so it is only
 *                looked up, which hashes do fastest, and never iterated
 *   singletons   by user and name: those that wait for the earlier ones, and for how many
 * </pre>
 *
 * Everything is derived from the jobs.
 */
public final class WaitTable {
  private final TreeMap<JobId, TreeSet<JobId>> dependents = new TreeMap<>();
  private final TreeMap<JobId, TreeMap<Integer, TreeSet<JobId>>> ofTasks = new TreeMap<>();
  private final TreeSet<JobTable.Moment> releases = new TreeSet<>();
  private final TreeSet<JobTable.Moment> lastStarts = new TreeSet<>();
  private final TreeSet<JobId> hopeless = new TreeSet<>();
  private final LinkedHashMap<UserName, LinkedHashMap<String, Integer>> names =
      new LinkedHashMap<>();
  private final TreeMap<NameKey, TreeMap<JobId, Integer>> singletons = new TreeMap<>();

  WaitTable() {}

  /** A name that a user gives to jobs. */
  private record NameKey(UserName user, String name) implements Comparable<NameKey> {
    static NameKey of(Job job) {
      return new NameKey(job.user(), job.spec().name());
    }

    @Override
    public int compareTo(NameKey other) {
      int byUser = user.compareTo(other.user);
      return byUser != 0 ? byUser : name.compareTo(other.name);
    }
  }

  /** Whether a job waits for the earlier ones of its name. */
  static boolean waitsAsSingleton(Job job) {
    List<Dependency> parts = job.spec().terms().dependency().parts();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).kind() == Dependency.Kind.SINGLETON
          && job.dependencies().of(i) == Progress.WAITING) {
        return true;
      }
    }
    return false;
  }

  /** A job is new here, in the order of the numbers. */
  void add(Job job) {
    if (job.isPending() && job.task() == null && waitsAsSingleton(job)) {
      int earlier = liveOfItsName(job);
      if (earlier > 0) {
        singletons.computeIfAbsent(NameKey.of(job), _ -> new TreeMap<>()).put(job.id(), earlier);
      }
    }
  }

  private int liveOfItsName(Job job) {
    LinkedHashMap<String, Integer> ofUser = names.get(job.user());
    return ofUser == null ? 0 : ofUser.getOrDefault(job.spec().name(), 0);
  }

  void index(Job job) {
    if (isNamed(job)) {
      names
          .computeIfAbsent(job.user(), _ -> new LinkedHashMap<>())
          .merge(job.spec().name(), 1, Integer::sum);
    }
    if (!job.awaitsStart()) {
      return;
    }
    for (Dependency each : job.spec().terms().dependency().parts()) {
      if (each.task() != null) {
        ofTasks
            .computeIfAbsent(each.job(), _ -> new TreeMap<>())
            .computeIfAbsent(each.task(), _ -> new TreeSet<>())
            .add(job.id());
      } else if (each.job() != null) {
        dependents.computeIfAbsent(each.job(), _ -> new TreeSet<>()).add(job.id());
      }
    }
    if (job.eligibleMs() == 0 && Dependence.releaseMs(job) != DependencyProgress.NOT_YET) {
      releases.add(new JobTable.Moment(Dependence.releaseMs(job), job.id()));
    }
    if (job.spec().terms().deadlineMs() != 0) {
      lastStarts.add(new JobTable.Moment(JobClock.lastStartMs(job), job.id()));
    }
    if ((Dependence.isHopeless(job) || (job.array() != null && job.array().hasHopeless()))
        && job.spec().terms().killOnInvalidDependency()) {
      hopeless.add(job.id());
    }
  }

  /** An array counts as one job until all of its tasks have ended. */
  private static boolean isNamed(Job job) {
    return !job.state().isTerminal() && job.task() == null;
  }

  void unindex(Job job) {
    if (isNamed(job)) {
      names.computeIfPresent(
          job.user(),
          (_, ofUser) -> {
            ofUser.computeIfPresent(job.spec().name(), (_, count) -> count == 1 ? null : count - 1);
            return ofUser.isEmpty() ? null : ofUser;
          });
    }
    if (!job.awaitsStart()) {
      return;
    }
    for (Dependency each : job.spec().terms().dependency().parts()) {
      if (each.task() != null) {
        ofTasks.computeIfPresent(
            each.job(),
            (_, byIndex) -> {
              remove(byIndex, each.task(), job.id());
              return byIndex.isEmpty() ? null : byIndex;
            });
      } else if (each.job() != null) {
        remove(dependents, each.job(), job.id());
      }
    }
    if (job.eligibleMs() == 0 && Dependence.releaseMs(job) != DependencyProgress.NOT_YET) {
      releases.remove(new JobTable.Moment(Dependence.releaseMs(job), job.id()));
    }
    if (job.spec().terms().deadlineMs() != 0) {
      lastStarts.remove(new JobTable.Moment(JobClock.lastStartMs(job), job.id()));
    }
    hopeless.remove(job.id());
  }

  private static <K> void remove(TreeMap<K, TreeSet<JobId>> from, K key, JobId job) {
    from.computeIfPresent(
        key,
        (_, waiting) -> {
          waiting.remove(job);
          return waiting.isEmpty() ? null : waiting;
        });
  }

  /** The waiting jobs that depend on one task of an array. */
  NavigableSet<JobId> dependentsOf(JobId array, int index) {
    TreeMap<Integer, TreeSet<JobId>> byIndex = ofTasks.get(array);
    TreeSet<JobId> found = byIndex == null ? null : byIndex.get(index);
    return found == null ? Collections.emptyNavigableSet() : new TreeSet<>(found);
  }

  /** The indices of the tasks of an array that waiting jobs depend on one by one. */
  NavigableSet<Integer> tasksWaitedFor(JobId array) {
    TreeMap<Integer, TreeSet<JobId>> byIndex = ofTasks.get(array);
    return byIndex == null ? Collections.emptyNavigableSet() : new TreeSet<>(byIndex.keySet());
  }

  /** The waiting jobs that depend on a job as a whole. */
  NavigableSet<JobId> dependentsOf(JobId job) {
    TreeSet<JobId> found = dependents.get(job);
    return found == null ? Collections.emptyNavigableSet() : new TreeSet<>(found);
  }

  /** How many waiting jobs depend on a job or, one by one, on tasks of it. */
  public int countDependentsOf(JobId job) {
    TreeSet<JobId> found = dependents.get(job);
    int count = found == null ? 0 : found.size();
    TreeMap<Integer, TreeSet<JobId>> byIndex = ofTasks.get(job);
    if (byIndex != null) {
      for (TreeSet<JobId> each : byIndex.values()) {
        count += each.size();
      }
    }
    return count;
  }

  /** How many jobs of a user and name wait for earlier ones. */
  public int countSingletonsOf(UserName user, String name) {
    TreeMap<JobId, Integer> waiting = singletons.get(new NameKey(user, name));
    return waiting == null ? 0 : waiting.size();
  }

  /** A job has ended: which singletons wait for no earlier one any more. */
  NavigableSet<JobId> singletonsFreedBy(Job ended) {
    TreeSet<JobId> freed = new TreeSet<>();
    if (ended.task() != null) {
      return freed;
    }
    NameKey key = NameKey.of(ended);
    TreeMap<JobId, Integer> waiting = singletons.get(key);
    if (waiting == null) {
      return freed;
    }
    waiting.remove(ended.id());
    for (JobId each : new TreeSet<>(waiting.tailMap(ended.id(), false).keySet())) {
      int left = waiting.get(each) - 1;
      if (left == 0) {
        waiting.remove(each);
        freed.add(each);
      } else {
        waiting.put(each, left);
      }
    }
    if (waiting.isEmpty()) {
      singletons.remove(key);
    }
    return freed;
  }

  /** A job has another name now: those that wait for the name wait for it too. */
  void renamed(Job job) {
    TreeMap<JobId, Integer> waiting = singletons.get(NameKey.of(job));
    if (waiting != null) {
      waiting.tailMap(job.id(), false).replaceAll((_, count) -> count + 1);
    }
  }

  /** A job does not wait any more: it waits for no earlier one either. */
  void started(Job job) {
    singletons.computeIfPresent(
        NameKey.of(job),
        (_, waiting) -> {
          waiting.remove(job.id());
          return waiting.isEmpty() ? null : waiting;
        });
  }

  /** A singleton that started for another reason waits again. */
  void waitsAgain(Job job, Iterable<Job> earlier) {
    int live = 0;
    for (Job each : earlier) {
      live += isNamed(each) && NameKey.of(each).equals(NameKey.of(job)) ? 1 : 0;
    }
    if (live > 0) {
      singletons.computeIfAbsent(NameKey.of(job), _ -> new TreeMap<>()).put(job.id(), live);
    }
  }

  /** Whether a singleton waits for an earlier job. */
  boolean waitsForEarlier(Job job) {
    TreeMap<JobId, Integer> waiting = singletons.get(NameKey.of(job));
    return waiting != null && waiting.containsKey(job.id());
  }

  /** Jobs that are not eligible yet, by the time from which they are. */
  public NavigableSet<JobTable.Moment> releases() {
    return Collections.unmodifiableNavigableSet(releases);
  }

  /** Jobs with a deadline, by the last time at which they can start and still end by it. */
  public NavigableSet<JobTable.Moment> lastStarts() {
    return Collections.unmodifiableNavigableSet(lastStarts);
  }

  /** Jobs to be cancelled, because their dependency can never be met. */
  public NavigableSet<JobId> hopeless() {
    return Collections.unmodifiableNavigableSet(hopeless);
  }

  private TreeMap<UserName, TreeMap<String, Integer>> sortedNames() {
    TreeMap<UserName, TreeMap<String, Integer>> sorted = new TreeMap<>();
    names.forEach((user, ofUser) -> sorted.put(user, new TreeMap<>(ofUser)));
    return sorted;
  }

  /** Everything here, for a comparison. */
  @Override
  public String toString() {
    return "dependents "
        + dependents
        + ", of tasks "
        + ofTasks
        + ", releases "
        + releases
        + ", last starts "
        + lastStarts
        + ", hopeless "
        + hopeless
        + ", names "
        + sortedNames()
        + ", singletons "
        + singletons;
  }
}

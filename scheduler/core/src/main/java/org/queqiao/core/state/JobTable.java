package org.queqiao.core.state;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;

/**
 * The jobs that wait, run, or ended not long ago.
 *
 * <pre>
 *   byId        every job, by number
 *   deadlines   running, by the time of their limit
 *   signals     running, by the time of a warning signal that they have not got
 *   preemption  what is derived for preemption
 *   finished    ended, by the time when that became known: the next to be forgotten comes first
 *   live        how many jobs of a user have not ended
 *   waits       what waiting jobs wait for besides their turn
 *   tasks       of each array: the tasks that are jobs of their own, by index
 *   over        arrays all of whose tasks have ended, which is not said yet
 * </pre>
 *
 * Everything but {@code byId} is derived. A job is taken out of the derived indexes before it
 * changes and put back after, so each index has one place that decides membership.
 */
public final class JobTable {
  private final TreeMap<JobId, Job> byId = new TreeMap<>();
  private final TreeSet<Moment> deadlines = new TreeSet<>();
  private final TreeSet<Moment> signals = new TreeSet<>();
  private final PreemptionTable preemption = new PreemptionTable();
  private final TreeSet<Moment> finished = new TreeSet<>();
  private final TreeMap<UserName, Integer> live = new TreeMap<>();
  private final WaitTable waits = new WaitTable();
  private final TreeMap<JobId, TreeMap<Integer, Job>> tasks = new TreeMap<>();
  private final TreeSet<JobId> over = new TreeSet<>();
  private final Priorities priorities;
  private final Learning learning;
  private int pending;
  private int running;

  JobTable(Priorities priorities, Learning learning) {
    this.priorities = priorities;
    this.learning = learning;
  }

  /** A job at a moment of its life. */
  public record Moment(long timeMs, JobId job) implements Comparable<Moment> {
    @Override
    public int compareTo(Moment other) {
      int byTime = Long.compare(timeMs, other.timeMs);
      return byTime != 0 ? byTime : job.compareTo(other.job);
    }
  }

  void add(Job job) {
    byId.put(job.id(), job);
    if (job.task() != null) {
      tasks.computeIfAbsent(job.task().array(), _ -> new TreeMap<>()).put(job.task().index(), job);
    }
    waits.add(job);
    index(job);
  }

  /** Runs a change of one job, keeping all indexes right. */
  void change(Job job, Runnable change) {
    unindex(job);
    change.run();
    PreemptionTable.settle(job);
    index(job);
  }

  /** A job that ran waits again: as a singleton it counts anew whom it waits for. */
  void waitsAgain(Job job) {
    if (job.task() == null && WaitTable.waitsAsSingleton(job)) {
      waits.waitsAgain(job, byId.headMap(job.id(), false).values());
    }
  }

  void forget(Job job) {
    unindex(job);
    byId.remove(job.id());
    if (job.task() != null) {
      tasks.computeIfPresent(
          job.task().array(),
          (_, ofArray) -> {
            ofArray.remove(job.task().index());
            return ofArray.isEmpty() ? null : ofArray;
          });
    }
  }

  /** Counts a task for its array, and whether the array is over. */
  private void countTask(Job job, int sign) {
    Job array = job.array() != null ? job : job.task() == null ? null : arrayOf(job);
    if (array == null) {
      return;
    }
    if (job != array) {
      array.array().count(job, sign);
    }
    if (array.isPending() && array.array().isOver()) {
      over.add(array.id());
    } else {
      over.remove(array.id());
    }
  }

  /** The array of a task; null when it is forgotten. */
  private Job arrayOf(Job task) {
    return byId.get(task.task().array());
  }

  private void index(Job job) {
    if (JobClock.awaitsSignal(job)) {
      signals.add(new Moment(JobClock.signalMs(job), job.id()));
    }
    countTask(job, 1);
    waits.index(job);
    learning.follow(job);
    priorities.index(job);
    if (job.startable()) {
      job.experience().wait(TasksAhead.countOfKind(job));
      priorities.tryUnknown(job);
    }
    preemption.index(job);
    if (JobClock.awaitsDeadline(job)) {
      deadlines.add(new Moment(JobClock.deadlineMs(job), job.id()));
    }
    if (job.state().isTerminal()) {
      finished.add(new Moment(job.finishedMs(), job.id()));
    } else {
      live.merge(job.user(), 1, Integer::sum);
    }
    pending += job.state() == JobState.PENDING ? 1 : 0;
    running += job.holdsResources() ? 1 : 0;
  }

  private void unindex(Job job) {
    if (JobClock.awaitsSignal(job)) {
      signals.remove(new Moment(JobClock.signalMs(job), job.id()));
    }
    countTask(job, -1);
    waits.unindex(job);
    priorities.unindex(job);
    if (job.startable()) {
      job.experience().wait(-TasksAhead.countOfKind(job));
    }
    preemption.unindex(job);
    if (JobClock.awaitsDeadline(job)) {
      deadlines.remove(new Moment(JobClock.deadlineMs(job), job.id()));
    }
    if (job.state().isTerminal()) {
      finished.remove(new Moment(job.finishedMs(), job.id()));
    } else {
      live.computeIfPresent(job.user(), (user, count) -> count == 1 ? null : count - 1);
    }
    pending -= job.state() == JobState.PENDING ? 1 : 0;
    running -= job.holdsResources() ? 1 : 0;
  }

  public Optional<Job> find(JobId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** All jobs, by number. */
  public Collection<Job> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  /** The tasks of an array that are jobs of their own, by index. */
  public NavigableMap<Integer, Job> tasksOf(JobId array) {
    TreeMap<Integer, Job> found = tasks.get(array);
    return found == null
        ? Collections.emptyNavigableMap()
        : Collections.unmodifiableNavigableMap(found);
  }

  /** Arrays all of whose tasks have ended, which is not said yet. */
  public NavigableSet<JobId> over() {
    return Collections.unmodifiableNavigableSet(over);
  }

  /** What waiting jobs wait for besides their turn. */
  public WaitTable waits() {
    return waits;
  }

  /** Running jobs by the time of their limit. */
  public NavigableSet<Moment> deadlines() {
    return Collections.unmodifiableNavigableSet(deadlines);
  }

  /** Running jobs by the time of a warning signal that they have not got. */
  public NavigableSet<Moment> signals() {
    return Collections.unmodifiableNavigableSet(signals);
  }

  /** What is derived for preemption. */
  public PreemptionTable preemption() {
    return preemption;
  }

  /** Ended jobs by the time when their end became known. */
  public NavigableSet<Moment> finished() {
    return Collections.unmodifiableNavigableSet(finished);
  }

  /** How many jobs of a user have not ended. */
  public int liveOf(UserName user) {
    return live.getOrDefault(user, 0);
  }

  /** How many jobs have not ended. */
  public int live() {
    return Math.addExact(pending, running);
  }

  /** How many jobs wait. */
  public int pending() {
    return pending;
  }

  /** How many jobs hold resources. */
  public int running() {
    return running;
  }
}

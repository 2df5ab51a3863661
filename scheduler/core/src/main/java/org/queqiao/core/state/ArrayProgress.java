package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.snapshot.ArrayImage;

/**
 * How far an array is with its tasks. A task that has not started is a member of a set of runs and
 * costs nothing by itself; one that has is a job of its own. Tasks are named by ordinals: the place
 * of their index in rising order.
 *
 * <pre>
 *   waiting --split--> live (jobs of their own) --ended--> ended
 *      `--ended without a start--------------------------> ended
 * </pre>
 */
public final class ArrayProgress {
  private final OrdinalRuns waiting;

  /** Whether each task waits for the task of another array with the same index. */
  private final boolean corresponds;

  /** Only then: those whose counterpart has ended well, started or not. */
  private final OrdinalRuns released;

  /** Only then: those that wait for ever. */
  private final OrdinalRuns hopeless;

  private final OrdinalRuns notWell;

  /** Waiting tasks that are held one by one. */
  private final OrdinalRuns heldByUser;

  private final OrdinalRuns heldByAdministrator;
  private final EnumMap<JobState, Integer> ended = new EnumMap<>(JobState.class);
  private long begunMs;
  private long lastEndMs;

  /** The ordinal of the waiting task that the promise of the array is for, or -1. */
  private int promised = -1;

  /** Derived: how many tasks are jobs of their own that have not ended. */
  private int live;

  /** Derived: how many of these hold resources. */
  private int holding;

  /** An array of which nothing has started. */
  ArrayProgress(JobArray array, boolean corresponds) {
    this.waiting = new OrdinalRuns();
    this.waiting.addAll(0, array.tasks().count() - 1);
    this.corresponds = corresponds;
    this.released = new OrdinalRuns();
    this.hopeless = new OrdinalRuns();
    this.notWell = new OrdinalRuns();
    this.heldByUser = new OrdinalRuns();
    this.heldByAdministrator = new OrdinalRuns();
  }

  ArrayProgress(ArrayImage image) {
    this.waiting = OrdinalRuns.of(image.waiting());
    this.corresponds = image.corresponds();
    this.released = OrdinalRuns.of(image.released());
    this.hopeless = OrdinalRuns.of(image.hopeless());
    this.notWell = OrdinalRuns.of(image.notWell());
    this.heldByUser = OrdinalRuns.of(image.heldByUser());
    this.heldByAdministrator = OrdinalRuns.of(image.heldByAdministrator());
    image.ended().forEach(each -> ended.put(each.state(), each.count()));
    this.begunMs = image.begunMs();
    this.lastEndMs = image.lastEndMs();
    this.promised = image.promised() == null ? -1 : image.promised();
  }

  ArrayImage image() {
    List<ArrayImage.StateCount> counts = new ArrayList<>();
    ended.forEach((state, count) -> counts.add(new ArrayImage.StateCount(state, count)));
    return new ArrayImage(
        waiting.image(),
        corresponds,
        released.image(),
        hopeless.image(),
        notWell.image(),
        counts,
        begunMs,
        lastEndMs,
        promised < 0 ? null : (Integer) promised,
        heldByUser.image(),
        heldByAdministrator.image());
  }

  /** A waiting task was promised a start; -1 for none. */
  void promise(int ordinal) {
    promised = ordinal;
  }

  /** The ordinal of the waiting task that the promise of the array is for, or -1. */
  int promised() {
    return promised;
  }

  /** A task becomes a job of its own. */
  void split(int ordinal, long nowMs) {
    waiting.remove(ordinal);
    begun(nowMs);
  }

  private void begun(long nowMs) {
    promised = isWaiting(promised) ? promised : -1;
    if (waiting.isEmpty() && begunMs == 0) {
      begunMs = nowMs;
    }
  }

  /** Waiting tasks end without a start. */
  void endedWaiting(TaskIndices all, TaskIndices tasks, JobState state, long endMs, long nowMs) {
    eachRun(
        all,
        tasks,
        (first, last) -> {
          waiting.removeAll(first, last);
          hopeless.removeAll(first, last);
          heldByUser.removeAll(first, last);
          heldByAdministrator.removeAll(first, last);
          notWell.addAll(first, last);
        });
    count(state, tasks.count(), endMs);
    begun(nowMs);
  }

  /** Waiting tasks may not start until they are released. */
  void hold(TaskIndices all, TaskIndices tasks, boolean byAdministrator) {
    OrdinalRuns held = byAdministrator ? heldByAdministrator : heldByUser;
    eachRun(all, tasks, held::addAll);
  }

  /** Tasks are held no more, by whomever. */
  void release(TaskIndices all, TaskIndices tasks) {
    eachRun(
        all,
        tasks,
        (first, last) -> {
          heldByUser.removeAll(first, last);
          heldByAdministrator.removeAll(first, last);
        });
  }

  /** The indices of the waiting tasks that are held one by one; null when there are none. */
  public TaskIndices heldTasks(TaskIndices all) {
    OrdinalRuns held = OrdinalRuns.of(heldByUser.image());
    heldByAdministrator.image().forEach(run -> held.addAll(run.first(), run.last()));
    return indices(all, held);
  }

  /** Whether a waiting task is held by itself. */
  public boolean isHeld(int ordinal, boolean byAdministrator) {
    return (byAdministrator ? heldByAdministrator : heldByUser).contains(ordinal);
  }

  /** Whether waiting tasks are held one by one and no other one could start. */
  public boolean onlyHeldWait(boolean byAdministrator) {
    OrdinalRuns held = byAdministrator ? heldByAdministrator : heldByUser;
    return !held.isEmpty() && nextReady(0) < 0;
  }

  /** Whether all of these wait. */
  public boolean areWaiting(TaskIndices all, TaskIndices tasks) {
    boolean[] out = {true};
    eachRun(
        all,
        tasks,
        (first, last) ->
            out[0] &= first >= 0 && waiting.contains(first) && waiting.endOfRun(first) >= last);
    return out[0];
  }

  private interface RunAction {
    void on(int first, int last);
  }

  /** A range of indices is mostly one run of ordinals; else it goes one by one. */
  private static void eachRun(TaskIndices all, TaskIndices tasks, RunAction action) {
    for (TaskRange range : tasks.ranges()) {
      int first = all.ordinalOf(range.first());
      int last = all.ordinalOf(range.last());
      if (first >= 0 && last - first + 1 == range.count()) {
        action.on(first, last);
      } else {
        for (int index = range.first(); index <= range.last(); index += range.step()) {
          action.on(all.ordinalOf(index), all.ordinalOf(index));
        }
      }
    }
  }

  /** A job of one of the tasks has ended. */
  void endedJob(int ordinal, JobState state, long endMs) {
    if (state != JobState.COMPLETED) {
      notWell.add(ordinal);
    }
    count(state, 1, endMs);
  }

  private void count(JobState state, int count, long endMs) {
    ended.merge(state, count, Math::addExact);
    lastEndMs = Math.max(lastEndMs, endMs);
  }

  /** Counts a job of one of the tasks; {@code sign} is 1, or -1 to take that back. */
  void count(Job task, int sign) {
    live += task.state().isTerminal() ? 0 : sign;
    holding += task.holdsResources() ? sign : 0;
  }

  /** The counterparts of tasks have ended; those that this array does not have are passed over. */
  void counterpartsEnded(TaskIndices all, TaskIndices counterparts, boolean well) {
    eachRun(
        all,
        counterparts,
        (first, last) -> {
          if (first >= 0 && well) {
            released.addAll(first, last);
          } else if (first >= 0) {
            hopeless.addWhereIn(waiting, first, last);
          }
        });
  }

  /** How many tasks have not started. */
  public int waiting() {
    return waiting.size();
  }

  public boolean isWaiting(int ordinal) {
    return ordinal >= 0 && waiting.contains(ordinal);
  }

  /** Whether a task waits for nothing but its turn. */
  public boolean isReady(int ordinal) {
    return isWaiting(ordinal)
        && passHeld(ordinal) == ordinal
        && (!corresponds || released.contains(ordinal));
  }

  /**
   * The first task that waits for nothing but its turn.
   *
   * @param from an ordinal; those before it do not count
   * @return its ordinal, or -1
   */
  public int nextReady(int from) {
    int next = waiting.next(from);
    while (next >= 0 && !isReady(next)) {
      int after = passHeld(next);
      int released = corresponds ? this.released.next(after) : after;
      next = released < 0 ? -1 : waiting.next(released);
    }
    return next;
  }

  /** The task that waits for nothing but its turn behind so many others, or -1. */
  public int readyBehind(int others) {
    int next = nextReady(0);
    for (int i = 0; i < others && next >= 0; i++) {
      next = nextReady(next + 1);
    }
    return next;
  }

  /** The ordinal itself, or the first one behind the tasks that are held with it. */
  private int passHeld(int ordinal) {
    if (heldByUser.contains(ordinal)) {
      return heldByUser.endOfRun(ordinal) + 1;
    }
    return heldByAdministrator.contains(ordinal)
        ? heldByAdministrator.endOfRun(ordinal) + 1
        : ordinal;
  }

  /** Whether each task waits for the task of another array with the same index. */
  boolean corresponds() {
    return corresponds;
  }

  /** Whether no task may start, for another reason than that it is held. */
  boolean waitsForOthers() {
    return nextReady(0) < 0 && heldByUser.isEmpty() && heldByAdministrator.isEmpty();
  }

  /** Whether a waiting task waits for ever. */
  public boolean isHopeless(int ordinal) {
    return hopeless.contains(ordinal);
  }

  /** Whether waiting tasks wait for ever. */
  boolean hasHopeless() {
    return !hopeless.isEmpty();
  }

  /** Whether all waiting tasks wait for ever. */
  boolean isHopeless() {
    return !hopeless.isEmpty() && hopeless.size() == waiting.size();
  }

  /** The indices of the waiting tasks that wait for ever; null when there are none. */
  public TaskIndices hopelessTasks(TaskIndices all) {
    return indices(all, hopeless);
  }

  /** The indices of the waiting tasks; null when there are none. */
  public TaskIndices waitingTasks(TaskIndices all) {
    return indices(all, waiting);
  }

  private static TaskIndices indices(TaskIndices all, OrdinalRuns ordinals) {
    if (ordinals.isEmpty()) {
      return null;
    }
    List<TaskRange> out = new ArrayList<>();
    ordinals.image().forEach(each -> out.addAll(all.between(each.first(), each.last())));
    return TaskIndices.of(out);
  }

  /** Whether a task has ended, and not well. */
  boolean endedNotWell(int ordinal) {
    return notWell.contains(ordinal);
  }

  /** How many tasks are jobs of their own that have not ended. */
  public int live() {
    return live;
  }

  /** How many tasks hold resources. */
  public int holding() {
    return holding;
  }

  /** When the last task stopped waiting; 0 before. */
  long begunMs() {
    return begunMs;
  }

  /** When the latest of the ended tasks ended. */
  public long lastEndMs() {
    return lastEndMs;
  }

  /** Whether every task has ended. */
  public boolean isOver() {
    return waiting.isEmpty() && live == 0;
  }

  /** The state of the whole when it is over. */
  public JobState finalState() {
    JobState out = JobState.COMPLETED;
    for (Map.Entry<JobState, Integer> each : ended.entrySet()) {
      if (each.getKey() == JobState.CANCELLED) {
        out = out == JobState.COMPLETED ? JobState.CANCELLED : out;
      } else if (each.getKey() != JobState.COMPLETED) {
        out = JobState.FAILED;
      }
    }
    return out;
  }

  @Override
  public String toString() {
    return image() + ", live " + live + ", holding " + holding;
  }

  /** Of an array: the waiting tasks whose dependency can never be met. */
  public static TaskIndices hopelessTasks(Job array) {
    boolean all = array.dependencies() != null && array.dependencies().isHopeless();
    JobArray asked = array.spec().array();
    return all
        ? array.array().waitingTasks(asked.tasks())
        : array.array().hopelessTasks(asked.tasks());
  }
}

package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.job.JobState;

/**
 * How far an array is. Tasks are named by their ordinals: their places in the rising order of the
 * indices.
 *
 * @param waiting not started yet
 * @param corresponds whether each task waits for the task of another array with its index
 * @param released if so: those whose counterpart has ended well
 * @param hopeless if so: those that wait and whose counterpart has not
 * @param notWell ended, and not {@code COMPLETED}
 * @param ended how many ended in which state, sorted by state; states without any are left out
 * @param begunMs when the last task stopped waiting; 0 before
 * @param lastEndMs when the latest of the ended tasks ended; 0 before
 * @param promised the waiting task that the promise of the array is for, or null
 * @param heldByUser waiting tasks that are held one by one by who may release them
 * @param heldByAdministrator those that only an administrator may release
 */
public record ArrayImage(
    List<OrdinalRun> waiting,
    boolean corresponds,
    List<OrdinalRun> released,
    List<OrdinalRun> hopeless,
    List<OrdinalRun> notWell,
    List<StateCount> ended,
    long begunMs,
    long lastEndMs,
    Integer promised,
    List<OrdinalRun> heldByUser,
    List<OrdinalRun> heldByAdministrator) {
  public ArrayImage {
    waiting = List.copyOf(waiting);
    released = List.copyOf(released);
    hopeless = List.copyOf(hopeless);
    notWell = List.copyOf(notWell);
    ended = List.copyOf(ended);
    heldByUser = List.copyOf(heldByUser);
    heldByAdministrator = List.copyOf(heldByAdministrator);
  }

  /** Ordinals one after the other, both ends included. */
  public record OrdinalRun(int first, int last) {}

  /** How many tasks ended in a state. */
  public record StateCount(JobState state, int count) {}
}

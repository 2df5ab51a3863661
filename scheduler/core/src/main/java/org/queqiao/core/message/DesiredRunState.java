package org.queqiao.core.message;

import java.util.List;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.WarningSignal;

/**
 * One run of a desired set. A run is listed on the node where its script runs, the first of its
 * allocations, and on those on which it has begun steps.
 *
 * @param run which run
 * @param stop whether it shall end now
 * @param graceMs between TERM and KILL; 0 for KILL at once
 * @param user whose job it is
 * @param unixUser whom it runs as, fixed at submission
 * @param uid number of {@code unixUser}
 * @param submitMs scheduler time of the submission
 * @param spec what the job asked for
 * @param allocations what it was given, on every node
 * @param signal what the run gets once, now, or null
 * @param task which task of which array it is a run of, or null
 * @param suspending what is wanted of its processes
 * @param suspendingAskedMs when that was asked for; 0 for never
 * @param leaseMs the node ends it after so long without contact; 0: it goes on
 */
public record DesiredRunState(
    RunId run,
    boolean stop,
    int graceMs,
    UserName user,
    String unixUser,
    int uid,
    long submitMs,
    JobSpec spec,
    List<Allocation> allocations,
    WarningSignal signal,
    ArrayTask task,
    Suspending suspending,
    long suspendingAskedMs,
    long leaseMs) {
  /** A run that gets no signal and is of no array. */
  public DesiredRunState(
      RunId run,
      boolean stop,
      int graceMs,
      UserName user,
      String unixUser,
      int uid,
      long submitMs,
      JobSpec spec,
      List<Allocation> allocations) {
    this(run, stop, graceMs, user, unixUser, uid, submitMs, spec, allocations, null, null);
  }

  /** A run that nobody wants to suspend. */
  public DesiredRunState(
      RunId run,
      boolean stop,
      int graceMs,
      UserName user,
      String unixUser,
      int uid,
      long submitMs,
      JobSpec spec,
      List<Allocation> allocations,
      WarningSignal signal,
      ArrayTask task) {
    this(
        run,
        stop,
        graceMs,
        user,
        unixUser,
        uid,
        submitMs,
        spec,
        allocations,
        signal,
        task,
        Suspending.NONE,
        0,
        0);
  }

  public DesiredRunState {
    allocations = List.copyOf(allocations);
  }
}

package org.queqiao.core.state;

import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.Suspension;

/**
 * When time alone brings something to a job, and how much of it has passed for its run. Suspended
 * time does not count against a time limit, as in Slurm; a deadline is a moment and stays.
 */
public final class JobClock {
  private JobClock() {}

  /**
   * When its run must end: at its time limit, or at its deadline if that comes before. A suspended
   * run has only its deadline; without one the greatest number.
   */
  public static long deadlineMs(Job job) {
    long deadlineMs = job.spec().terms().deadlineMs();
    return deadlineMs == 0 ? limitEndMs(job) : Math.min(limitEndMs(job), deadlineMs);
  }

  private static long limitEndMs(Job job) {
    if (job.state() == JobState.SUSPENDED) {
      return Long.MAX_VALUE;
    }
    Suspension stops = job.suspension();
    long startMs = Math.addExact(job.startMs(), stops == null ? 0 : stops.formerMs());
    return Math.addExact(startMs, job.spec().limitMs());
  }

  /** When its run must end at the latest if a suspended one goes on now. */
  public static long latestEndMs(Job job, long nowMs) {
    long limitEndMs = Math.addExact(startWithoutStopsMs(job, nowMs), job.spec().limitMs());
    long deadlineMs = job.spec().terms().deadlineMs();
    return deadlineMs == 0 ? limitEndMs : Math.min(limitEndMs, deadlineMs);
  }

  /** When its run would have started, had it never been stopped until a moment. */
  public static long startWithoutStopsMs(Job job, long untilMs) {
    Suspension stops = job.suspension();
    return Math.addExact(job.startMs(), stops == null ? 0 : stops.suspendedMs(untilMs));
  }

  /** Of a suspended run: how long it has run; 0 of one that goes on. */
  public static long ranMs(Job job) {
    if (job.state() != JobState.SUSPENDED) {
      return 0;
    }
    long sinceMs = job.suspension().sinceMs();
    return Math.subtractExact(sinceMs, startWithoutStopsMs(job, sinceMs));
  }

  /** Whether its run must end at its deadline, because that comes before its time limit. */
  public static boolean endsByDeadline(Job job) {
    return deadlineMs(job) < limitEndMs(job);
  }

  /** The last time at which it can start and still end by its deadline. */
  public static long lastStartMs(Job job) {
    return Math.subtractExact(job.spec().terms().deadlineMs(), job.spec().limitMs());
  }

  /** Whether a moment will come at which its run must end though nobody does anything. */
  static boolean awaitsDeadline(Job job) {
    return job.state() == JobState.RUNNING
        || (job.state() == JobState.SUSPENDED && job.spec().terms().deadlineMs() != 0);
  }

  static boolean awaitsSignal(Job job) {
    return job.state() == JobState.RUNNING
        && !job.isSignalled()
        && job.spec().terms().signal() != null;
  }

  /** When its run is to get its warning signal. */
  static long signalMs(Job job) {
    return Math.max(job.startMs(), deadlineMs(job) - job.spec().terms().signal().beforeMs());
  }

  /** Of a suspended run: how much of its time limit is left. */
  static long restMs(Job job) {
    long sinceMs = job.suspension().sinceMs();
    return Math.max(0, latestEndMs(job, sinceMs) - sinceMs);
  }

  /** Whether it runs or is suspended, and was not told to end. */
  public static boolean mayGoOn(Job job) {
    return job.state() == JobState.RUNNING || job.state() == JobState.SUSPENDED;
  }

  /** When its run began, or was last stopped or went on, whichever came last. */
  public static long edgeMs(Job job) {
    Suspension stops = job.suspension();
    return stops == null ? job.startMs() : Math.max(job.startMs(), stops.edgeMs());
  }

  /** Whether what its run holds counts as used now: not while it is stopped and not billed. */
  static boolean isMetered(Job job) {
    return job.holdsResources() && (job.state() != JobState.SUSPENDED || job.suspension().billed());
  }

  /** How much of the time of its run until a moment is billed. */
  static long billedMs(Job job, long untilMs) {
    Suspension stops = job.suspension();
    long ranMs = Math.subtractExact(untilMs, job.startMs());
    return stops == null ? ranMs : Math.subtractExact(ranMs, stops.unbilledMs(untilMs));
  }

  /** What is wanted of the processes of its run. */
  public static Suspending suspending(Job job) {
    if (job.suspension() == null) {
      return Suspending.NONE;
    }
    return job.suspension().wanted() ? Suspending.SUSPEND : Suspending.RESUME;
  }
}

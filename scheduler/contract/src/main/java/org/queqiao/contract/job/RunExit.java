package org.queqiao.contract.job;

import org.queqiao.contract.id.RunId;

/**
 * How a run ended, as the node's monitor recorded it. Written by the node, never trusted for
 * billing beyond the scheduler's own interval.
 *
 * @param run which run
 * @param kind what the monitor saw
 * @param exitCode the code of the batch script, 0 to 255; 0 when a signal ended it
 * @param signal the signal that ended it, or 0
 * @param startMs node time when the script started
 * @param endMs node time when the last process was gone
 * @param userUs user CPU time of all its processes, in microseconds
 * @param systemUs system CPU time of all its processes, in microseconds
 * @param maxRssBytes the largest resident memory seen
 * @param detail for a failed launch: the step and the error in words; else empty
 * @param nodeFault why the node is not to get new jobs after this run, such as a prolog or epilog
 *     that failed, in words; else empty. A launch that failed for it is no fault of the job.
 * @param energyMj energy of the processors that its agent counts for the run, in millijoules; 0
 *     where it was not measured
 * @param accelerators how long its agent measured its accelerators, and how long they were idle
 */
public record RunExit(
    RunId run,
    Kind kind,
    int exitCode,
    int signal,
    long startMs,
    long endMs,
    long userUs,
    long systemUs,
    long maxRssBytes,
    String detail,
    String nodeFault,
    long energyMj,
    AcceleratorTime accelerators) {
  /** More millijoules than any run takes, 28 GWh: no sum of energy is larger. */
  private static final long ENERGY_MAX_MJ = 100_000_000_000_000_000L;

  /** The end of a run of which no energy is known. */
  public RunExit(
      RunId run,
      Kind kind,
      int exitCode,
      int signal,
      long startMs,
      long endMs,
      long userUs,
      long systemUs,
      long maxRssBytes,
      String detail,
      String nodeFault) {
    this(
        run,
        kind,
        exitCode,
        signal,
        startMs,
        endMs,
        userUs,
        systemUs,
        maxRssBytes,
        detail,
        nodeFault,
        0,
        AcceleratorTime.NONE);
  }

  /** The end of a run after which nothing is wrong with the node. */
  public RunExit(
      RunId run,
      Kind kind,
      int exitCode,
      int signal,
      long startMs,
      long endMs,
      long userUs,
      long systemUs,
      long maxRssBytes,
      String detail) {
    this(run, kind, exitCode, signal, startMs, endMs, userUs, systemUs, maxRssBytes, detail, "");
  }

  /** What the monitor saw. */
  public enum Kind {
    EXITED,
    OUT_OF_MEMORY,
    /** No user code ran. */
    LAUNCH_FAILED,
    /** The run is gone and its exit could not be seen, such as after the monitor was killed. */
    LOST
  }

  /** The same exit with other words. */
  public RunExit withDetail(String otherDetail) {
    return with(otherDetail, nodeFault, energyMj, accelerators);
  }

  /** The same exit that says this of its node. */
  public RunExit withNodeFault(String fault) {
    return with(detail, fault, energyMj, accelerators);
  }

  /** The energy of two parts of a run. */
  public static long energyOf(long oneMj, long otherMj) {
    return Math.min(ENERGY_MAX_MJ, oneMj)
        + Math.min(ENERGY_MAX_MJ - Math.min(ENERGY_MAX_MJ, oneMj), otherMj);
  }

  /** The same exit with this energy. */
  public RunExit withEnergy(long millijoules) {
    return with(detail, nodeFault, millijoules, accelerators);
  }

  /** The same exit with this time of its accelerators. */
  public RunExit withAccelerators(AcceleratorTime time) {
    return with(detail, nodeFault, energyMj, time);
  }

  private RunExit with(String otherDetail, String fault, long millijoules, AcceleratorTime time) {
    return new RunExit(
        run,
        kind,
        exitCode,
        signal,
        startMs,
        endMs,
        userUs,
        systemUs,
        maxRssBytes,
        otherDetail,
        fault,
        millijoules,
        time);
  }
}

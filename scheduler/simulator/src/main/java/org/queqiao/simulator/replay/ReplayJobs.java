package org.queqiao.simulator.replay;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.queqiao.core.plan.Demand;
import org.queqiao.simulator.swf.SwfLog;

/**
 * The jobs of a log that a machine of so many processors can run, in the order of the log. A job
 * that never ran, asked for nothing or does not fit is left out; one that ran past its limit is cut
 * there.
 */
public final class ReplayJobs {
  private final SwfLog log;
  private final long procs;
  private final LeftOut leftOut;
  private final int[] lines;
  private final long[] size;
  private final long[] run;
  private final int[] user;
  private final int[] bySubmission;
  private final int users;

  private ReplayJobs(SwfLog log, long procs) {
    this.log = log;
    this.procs = procs;
    int[] kept = new int[log.size()];
    int count = 0;
    int neverRan = 0;
    int tooLarge = 0;
    int unsaid = 0;
    for (int i = 0; i < log.size(); i++) {
      if (log.run(i) <= 0) {
        neverRan++;
      } else if (sizeOf(log, i) <= 0 || log.limit(i) <= 0 || log.submit(i) < 0) {
        unsaid++;
      } else if (log.allocated(i) > procs || log.asked(i) > procs) {
        tooLarge++;
      } else {
        kept[count++] = i;
      }
    }
    this.leftOut = new LeftOut(neverRan, unsaid, tooLarge);
    this.lines = Arrays.copyOf(kept, count);
    this.size = new long[count];
    this.run = new long[count];
    this.user = new int[count];
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int line = lines[i];
      size[i] = sizeOf(log, line);
      run[i] = Math.min(log.run(line), log.limit(line));
      user[i] = numbers.computeIfAbsent(log.user(line), _ -> numbers.size());
    }
    this.users = numbers.size();
    this.bySubmission = order();
  }

  /** The jobs that a machine of so many processors can run. */
  public static ReplayJobs of(SwfLog log, long procs) {
    return new ReplayJobs(log, procs);
  }

  private static long sizeOf(SwfLog log, int line) {
    return log.asked(line) > 0 ? log.asked(line) : log.allocated(line);
  }

  private int[] order() {
    boolean sorted = true;
    for (int i = 1; i < lines.length && sorted; i++) {
      sorted = submit(i - 1) <= submit(i);
    }
    IntStream all = IntStream.range(0, lines.length);
    return sorted
        ? all.toArray()
        : all.boxed()
            .sorted((left, right) -> Long.compare(submit(left), submit(right)))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /** One instance for each number of processors. */
  Demand[] demands() {
    Map<Long, Demand> known = new HashMap<>();
    Demand[] out = new Demand[lines.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = known.computeIfAbsent(size[i], Demand::ofCores);
    }
    return out;
  }

  /** Processors of the machine. */
  public long procs() {
    return procs;
  }

  /**
   * The jobs of the log that are left out, each by the first of these that is so.
   *
   * @param neverRan it never ran
   * @param unsaid the log states no processors, no time or no submission
   * @param tooLarge the machine has fewer processors
   */
  record LeftOut(int neverRan, int unsaid, int tooLarge) {
    int all() {
      return neverRan + unsaid + tooLarge;
    }

    /** How many, and why, in one line. */
    String text() {
      return all()
          + " ("
          + neverRan
          + " never ran, "
          + unsaid
          + " without processors, time or submission, "
          + tooLarge
          + " too large)";
    }
  }

  /** What of the log is left out. */
  LeftOut leftOut() {
    return leftOut;
  }

  /** How many jobs. */
  public int count() {
    return lines.length;
  }

  /** Ids of users are dense, from 0. */
  int users() {
    return users;
  }

  /** The job with the i-th submission, jobs of one second in the order of the log. */
  int bySubmission(int i) {
    return bySubmission[i];
  }

  public long id(int job) {
    return log.id(lines[job]);
  }

  public long submit(int job) {
    return log.submit(lines[job]);
  }

  public long run(int job) {
    return run[job];
  }

  public long size(int job) {
    return size[job];
  }

  public long limit(int job) {
    return log.limit(lines[job]);
  }

  int user(int job) {
    return user[job];
  }
}

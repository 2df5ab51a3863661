package org.queqiao.core.forecast;

import org.queqiao.contract.id.UserName;

/**
 * What ended runs taught: which part of their time limits they lasted, of each user and of all
 * together, in fiftieths of the limit; and with it how long those took to leave that made room.
 */
public final class RunTimeRatios {
  /** How many parts a limit is divided into. */
  static final int PARTS = 50;

  /** So many runs of a user say more than those of everybody. */
  private static final int ENOUGH_OF_USER = 10;

  /** With fewer runs in all nothing is known. */
  private static final int ENOUGH = 20;

  private final CountsByUser counts;
  private final LeavingTimes leaving;
  private long runs;

  /** Nothing is known yet. */
  public RunTimeRatios() {
    this(new CountsByUser(PARTS), new LeavingTimes(), 0);
  }

  private RunTimeRatios(CountsByUser counts, LeavingTimes leaving, long runs) {
    this.counts = counts;
    this.leaving = leaving;
    this.runs = runs;
  }

  /** A copy that stays as it is. */
  public RunTimeRatios copy() {
    return new RunTimeRatios(counts.copy(), leaving.copy(), runs);
  }

  /** How long runs took to leave that made room for others. */
  public LeavingTimes leaving() {
    return leaving;
  }

  /** A run has ended after a part of its limit. */
  public void ended(UserName user, long runMs, long limitMs) {
    counts.count(user, part(Math.min(runMs, limitMs), limitMs));
    runs++;
  }

  private static int part(long ms, long limitMs) {
    return (int) Math.min(PARTS - 1, Math.multiplyExact(Math.max(0, ms), PARTS) / limitMs);
  }

  /** How many runs were learnt from. */
  public long runs() {
    return runs;
  }

  /** Whether anything can be said. */
  public boolean known() {
    return counts.total() >= ENOUGH;
  }

  /**
   * A run time drawn from what is known.
   *
   * @param limitMs the longest it may run
   * @param beyondMs it has lasted this long already
   * @param random bits to draw with
   * @return more than {@code beyondMs}; the limit when nothing is known
   */
  long draw(UserName user, long limitMs, long beyondMs, long random) {
    if (!known() || beyondMs >= limitMs) {
      return limitMs;
    }
    int drawn = counts.of(user, ENOUGH_OF_USER).draw(part(beyondMs, limitMs), random);
    if (drawn < 0) {
      return limitMs;
    }
    long partMs = Math.max(1, limitMs / PARTS);
    long withinMs = Long.remainderUnsigned(random >>> 32, partMs);
    long runMs = Math.multiplyExact(limitMs, drawn) / PARTS + withinMs;
    return Math.clamp(runMs, beyondMs + 1, Math.max(beyondMs + 1, limitMs));
  }
}

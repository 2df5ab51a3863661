package org.queqiao.core.priority;

import org.queqiao.core.predict.Doublings;

/**
 * The place of a job in a queue that lets the small pass the large, softly: its submission, put
 * back by two hours for each doubling of its area (cores times believed run time), up to 44 hours.
 * Whoever is submitted later than the size of a job can put it back comes after it, so nobody waits
 * for ever.
 */
public final class ShortArea {
  private static final long PUT_BACK_S = 7_200;
  private static final long TRIAL_AHEAD_S = 86_400;

  /** What is shorter than this counts as this long: start-up, not work. */
  private static final long SHORTEST_S = 10;

  /**
   * Above 48 days of one core all are large: they go by submission, or the largest of them would
   * wait longer than the small ones gain.
   */
  private static final long MOST_PUT_BACK_S = 22 * PUT_BACK_S;

  private ShortArea() {}

  /**
   * The place: smaller first.
   *
   * @param submit when it was submitted, in units of the caller, as all times here
   * @param believed how long it is believed to run
   * @param limit the longest it may run
   * @param trial whether it goes a day ahead to show how long the jobs like it run
   * @param perSecond how many units a second has
   */
  public static long place(
      long submit, long believed, long limit, long cores, boolean trial, long perSecond) {
    long shortest = Math.min(SHORTEST_S * perSecond, limit);
    long coreSeconds = Math.max(Math.max(believed, shortest) / perSecond, 1) * Math.max(cores, 1);
    long seconds = putBackS(coreSeconds) - (trial ? TRIAL_AHEAD_S : 0);
    return submit + seconds * perSecond;
  }

  private static long putBackS(long area) {
    return Math.min(Doublings.of(area) * PUT_BACK_S / Doublings.ONE, MOST_PUT_BACK_S);
  }
}

package org.queqiao.core.forecast;

/**
 * The moments at which drawn runs end. What was learnt is no finer than a fiftieth of a limit, so
 * ends that lie near each other are brought together, the more the later they are: a forward run
 * then has a bounded number of passes, however many runs there are.
 *
 * <pre>
 *   seconds from now   0 1 2 ... 15 | 16 18 ... 30 | 32 36 ... 60 | 64 72 ...
 * </pre>
 *
 * @param fromMs the moment from which the distances are counted
 */
record EndGrid(long fromMs) {
  private static final long FINEST_MS = 1_000;
  private static final int MOST_STEPS = 16;

  /**
   * The moment nearest to an end, after now.
   *
   * @param latestMs it is not after this, if there is a moment between
   */
  long near(long endMs, long nowMs, long latestMs) {
    long distance = Math.max(0, endMs - fromMs);
    long stepMs = FINEST_MS;
    while (distance / stepMs >= MOST_STEPS) {
      stepMs *= 2;
    }
    long nth = (distance + stepMs / 2) / stepMs;
    if (fromMs + nth * stepMs > latestMs) {
      nth--;
    }
    long next = (nowMs - fromMs) / stepMs + 1;
    return fromMs + Math.max(nth, next) * stepMs;
  }
}

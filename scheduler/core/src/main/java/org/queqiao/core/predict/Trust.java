package org.queqiao.core.predict;

/**
 * Whether what is believed of a user's jobs is worth more than the limits that the user declares:
 * each run that ends says by how many doublings either was wrong. Beliefs are trusted while they
 * have been nearer, by half a doubling each time; a user of whom nothing is known yet is trusted.
 */
final class Trust {
  /** Half a doubling: beliefs that are about as good as limits are not worth a mistake. */
  private static final long MARGIN = Doublings.ONE / 2;

  /** So much is remembered of good or bad, or trust would take as long to lose as to gain. */
  private static final long MOST = 64 * Doublings.ONE;

  /** What is shorter is over before it matters. */
  private static final long SHORTEST_S = 10;

  private final long perSecond;
  private long gained;

  /**
   * Of what was gained so far.
   *
   * @param perSecond how many units of time a second has
   */
  Trust(long perSecond, long gained) {
    this.perSecond = perSecond;
    this.gained = Math.clamp(gained, -MOST, MOST);
  }

  boolean holds() {
    return gained >= 0;
  }

  /** By how many doublings beliefs were nearer than limits in all, in parts of a doubling. */
  long gained() {
    return gained;
  }

  /** A run took so long, when so long was believed of it and it might take as long as its limit. */
  void judge(long believed, long limit, long run) {
    long took = doublings(run);
    long byLimit = Math.abs(doublings(limit) - took);
    long byBelief = Math.abs(doublings(Math.min(believed, limit)) - took);
    gained = Math.clamp(gained + byLimit - byBelief - MARGIN, -MOST, MOST);
  }

  private long doublings(long time) {
    return Doublings.of(Math.max(time / perSecond, SHORTEST_S));
  }
}

package org.queqiao.core.predict;

import java.util.Arrays;

/**
 * The mean run time of the last two jobs of the user that ended, rounded down, at most the limit;
 * the limit as long as there are fewer. From Tsafrir, Etsion and Feitelson, "Backfilling using
 * system-generated predictions rather than user runtime estimates", IEEE TPDS 18(6), 2007.
 */
public final class LastTwoRuns implements RunTimePredictor {
  private static final long NONE = -1;

  private long[] last = {};
  private long[] lastButOne = {};

  @Override
  public long predict(int user, long limit) {
    if (user >= last.length || lastButOne[user] == NONE) {
      return limit;
    }
    return Math.clamp((last[user] + lastButOne[user]) / 2, 1, limit);
  }

  @Override
  public void ended(int user, long run) {
    if (user >= last.length) {
      int known = last.length;
      int room = Math.max(user + 1, known * 2);
      last = Arrays.copyOf(last, room);
      lastButOne = Arrays.copyOf(lastButOne, room);
      Arrays.fill(last, known, room, NONE);
      Arrays.fill(lastButOne, known, room, NONE);
    }
    lastButOne[user] = last[user];
    last[user] = run;
  }
}

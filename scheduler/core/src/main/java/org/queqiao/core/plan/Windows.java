package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * The times at which a node is kept for others, one after the other.
 *
 * <pre>
 *   from   1,000   9,000        a job of 2,000 may begin up to -1,000, from 1,500 to 7,000,
 *   to     1,500   9,900        and from 9,900 on
 * </pre>
 */
final class Windows {
  private final long[] from;
  private final long[] to;

  /** Windows that are in order and do not overlap. */
  Windows(long[] from, long[] to) {
    this.from = Arrays.copyOf(from, from.length);
    this.to = Arrays.copyOf(to, to.length);
  }

  /** Whether none begins before a moment. */
  boolean clear(long until) {
    return from.length == 0 || from[0] >= until;
  }

  /** The earliest moment, not before this one, from which there is none for so long. */
  long earliest(long notBefore, long duration) {
    long at = notBefore;
    for (int i = 0; i < from.length && from[i] - at < duration; i++) {
      at = Math.max(at, to[i]);
    }
    return at;
  }
}

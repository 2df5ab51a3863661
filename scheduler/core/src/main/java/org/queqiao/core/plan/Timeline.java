package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What will be free on one node from now on, when everything starts and ends as planned.
 *
 * <pre>
 *   at      0          10         25             the last row holds for ever
 *   row     4 cores    0 cores    8 cores
 * </pre>
 */
final class Timeline {
  private final NodePool pool;
  private final int node;
  private final int kinds;
  private long[] at = new long[8];
  private long[] rows;
  private int size;

  /** A node whose free amounts of now hold for ever. */
  Timeline(NodePool pool, int node, long now) {
    this.pool = pool;
    this.node = node;
    this.kinds = pool.kinds();
    this.rows = new long[at.length * kinds];
    at[0] = now;
    for (int kind = 0; kind < kinds; kind++) {
      rows[kind] = pool.free(node, kind);
    }
    size = 1;
  }

  /** How many rows it has. */
  int size() {
    return size;
  }

  /** Forgets what is over. */
  void advance(long now) {
    int first = indexAt(now);
    if (first > 0) {
      System.arraycopy(at, first, at, 0, size - first);
      System.arraycopy(rows, first * kinds, rows, 0, (size - first) * kinds);
      size -= first;
    }
    at[0] = Math.max(at[0], now);
  }

  /**
   * The earliest moment from which a share fits for a time.
   *
   * @param from not before this moment
   * @param before where to stop looking
   * @return the moment, or {@code before} or later when there is none before that
   */
  long earliest(Share share, long duration, long from, long before) {
    long candidate = from;
    for (int i = indexAt(from); i < size; i++) {
      if (at[i] - candidate >= duration) {
        return candidate;
      }
      if (!pool.fits(share, node, rows, i * kinds)) {
        candidate = i + 1 < size ? at[i + 1] : Long.MAX_VALUE;
        if (candidate >= before) {
          return candidate;
        }
      }
    }
    return candidate;
  }

  /** Adds a share, times a sign, from one moment to another. */
  void add(Share share, long from, long to, int sign) {
    if (from >= to) {
      return;
    }
    int first = split(from);
    int last = split(to);
    for (int i = first; i < last; i++) {
      pool.add(share, node, rows, i * kinds, sign);
    }
    merge(last);
    merge(first);
  }

  /**
   * Says what jobs that start now may hold from when on: a step wherever less is free than before.
   *
   * @param ofNow whether to say so as well where less than is free now is left from the first
   *     moment on
   */
  void writeCeilings(Ceilings ceilings, boolean ofNow) {
    ceilings.clear(node);
    long[] least = Arrays.copyOf(rows, kinds);
    for (int kind = 0; ofNow && kind < kinds; kind++) {
      least[kind] = pool.free(node, kind);
    }
    for (int i = ofNow ? 0 : 1; i < size; i++) {
      boolean lower = false;
      for (int kind = 0; kind < kinds; kind++) {
        lower |= rows[i * kinds + kind] < least[kind];
        least[kind] = Math.min(least[kind], rows[i * kinds + kind]);
      }
      if (lower) {
        ceilings.add(node, at[i], rows, i * kinds);
      }
    }
  }

  private int indexAt(long moment) {
    int found = Arrays.binarySearch(at, 0, size, moment);
    return found >= 0 ? found : Math.max(0, -found - 2);
  }

  /** Makes a row begin at a moment. */
  private int split(long moment) {
    int found = Arrays.binarySearch(at, 0, size, moment);
    if (found >= 0) {
      return found;
    }
    int i = -found - 1;
    if (size == at.length) {
      at = Arrays.copyOf(at, size * 2);
      rows = Arrays.copyOf(rows, size * 2 * kinds);
    }
    System.arraycopy(at, i, at, i + 1, size - i);
    System.arraycopy(rows, i * kinds, rows, (i + 1) * kinds, (size - i) * kinds);
    at[i] = moment;
    int like = i == 0 ? 1 : i - 1;
    System.arraycopy(rows, like * kinds, rows, i * kinds, kinds);
    size++;
    return i;
  }

  /** Takes a row away that says the same as the one before it. */
  private void merge(int i) {
    if (i == 0 || i >= size) {
      return;
    }
    for (int kind = 0; kind < kinds; kind++) {
      if (rows[i * kinds + kind] != rows[(i - 1) * kinds + kind]) {
        return;
      }
    }
    System.arraycopy(at, i + 1, at, i, size - i - 1);
    System.arraycopy(rows, (i + 1) * kinds, rows, i * kinds, (size - i - 1) * kinds);
    size--;
  }
}

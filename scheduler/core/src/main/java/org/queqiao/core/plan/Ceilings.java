package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What the promises of a pass leave on each node for jobs that start now: from a moment on, jobs
 * that start now and still run may hold no more than a row of amounts. A job that ends by that
 * moment is free of it.
 *
 * <p>With one promise on one pool of processors this is the "shadow time" and the "extra
 * processors" of EASY backfilling (Lifka, JSSPP 1995): the only step of the only node.
 *
 * <pre>
 *   node 3:   from 1,000: 12 cores   from 5,000: 0 cores       a job of 16 cores must end by 1,000,
 *                                                              one of 8 cores by 5,000
 * </pre>
 */
final class Ceilings {
  private final NodePool pool;
  private final int[] steps;
  private final long[][] from;
  private final long[][] left;
  private int[] touched = new int[16];
  private int touchedCount;

  Ceilings(NodePool pool) {
    this.pool = pool;
    this.steps = new int[pool.nodes()];
    this.from = new long[pool.nodes()][];
    this.left = new long[pool.nodes()][];
  }

  void clear() {
    for (int i = 0; i < touchedCount; i++) {
      steps[touched[i]] = 0;
    }
    touchedCount = 0;
  }

  /** Takes all steps of a node away. */
  void clear(int node) {
    steps[node] = 0;
  }

  /** Adds a step to a node; its steps need no order. */
  void add(int node, long moment, long[] amounts, int row) {
    int step = steps[node];
    int kinds = pool.kinds();
    if (step == 0) {
      touch(node);
    }
    if (step == from[node].length) {
      from[node] = Arrays.copyOf(from[node], step * 2);
      left[node] = Arrays.copyOf(left[node], step * 2 * kinds);
    }
    from[node][step] = moment;
    System.arraycopy(amounts, row, left[node], step * kinds, kinds);
    steps[node] = step + 1;
  }

  private void touch(int node) {
    if (touchedCount == touched.length) {
      touched = Arrays.copyOf(touched, touchedCount * 2);
    }
    touched[touchedCount++] = node;
    if (from[node] == null) {
      from[node] = new long[1];
      left[node] = new long[pool.kinds()];
    }
  }

  /** Whether a share may start now on a node and run until an end. */
  boolean allow(Share share, int node, long end) {
    int count = steps[node];
    for (int step = 0; step < count; step++) {
      int row = step * pool.kinds();
      if (end > from[node][step]
          && !(pool.fits(share, node, left[node], row) && leavesModels(share, node, row))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether enough is left of each model if a share that names none gets devices of that one alone:
   * which it gets is decided later.
   */
  private boolean leavesModels(Share share, int node, int row) {
    for (int[] models : pool.models()) {
      long any = anyOf(share, models);
      for (int i = 1; any > 0 && i < models.length; i++) {
        long most = Math.min(any, pool.free(node, models[i])) + share.need(models[i]);
        if (most > left[node][row + models[i]]) {
          return false;
        }
      }
    }
    return true;
  }

  /** How many devices of whatever model a share takes. */
  private static long anyOf(Share share, int[] models) {
    long any = share.need(models[0]);
    for (int i = 1; i < models.length; i++) {
      any -= share.need(models[i]);
    }
    return any;
  }

  /** A share starts now on a node and runs until an end. */
  void take(Share share, int node, long end) {
    int count = steps[node];
    for (int step = 0; step < count; step++) {
      if (end > from[node][step]) {
        pool.add(share, node, left[node], step * pool.kinds(), -1);
        takeModels(share, node, step * pool.kinds());
      }
    }
  }

  private void takeModels(Share share, int node, int row) {
    for (int[] models : pool.models()) {
      long any = anyOf(share, models);
      for (int i = 1; any > 0 && i < models.length; i++) {
        left[node][row + models[i]] -= Math.min(any, pool.free(node, models[i]));
      }
    }
  }
}

package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What each node gets back and when: the running jobs of a node by their believed end, or by that
 * of their limit. Only kept where promises look at each node for itself.
 */
final class Releases {
  private static final int[] NONE = {};
  private static final PlanJob[] NOBODY = {};

  private final PlanJob[][] jobs;
  private final int[][] shares;
  private final int[] size;
  private final long[] version;
  private final boolean byLimit;

  /**
   * Of so many nodes.
   *
   * @param byLimit whether every run ends with its limit, whatever is believed
   */
  Releases(int nodes, boolean byLimit) {
    this.byLimit = byLimit;
    jobs = new PlanJob[nodes][];
    shares = new int[nodes][];
    size = new int[nodes];
    version = new long[nodes];
    Arrays.fill(jobs, NOBODY);
    Arrays.fill(shares, NONE);
  }

  /** Another number after each change of a node. */
  long version(int node) {
    return version[node];
  }

  int size(int node) {
    return size[node];
  }

  /** When the i-th of a node ends. */
  long end(int node, int i) {
    return byLimit ? jobs[node][i].limitEnd() : jobs[node][i].end();
  }

  /** What the i-th of a node gives back. */
  Share share(int node, int i) {
    return jobs[node][i].demand().share(shares[node][i]);
  }

  void add(PlanJob job) {
    int[] on = job.nodes();
    for (int i = 0; i < on.length; i++) {
      insert(on[i], job, i);
    }
  }

  void remove(PlanJob job) {
    for (int node : job.nodes()) {
      int at = find(node, job);
      version[node]++;
      size[node]--;
      System.arraycopy(jobs[node], at + 1, jobs[node], at, size[node] - at);
      System.arraycopy(shares[node], at + 1, shares[node], at, size[node] - at);
      jobs[node][size[node]] = null;
    }
  }

  private void insert(int node, PlanJob job, int share) {
    if (size[node] == jobs[node].length) {
      int room = Math.max(4, size[node] * 2);
      jobs[node] = Arrays.copyOf(jobs[node], room);
      shares[node] = Arrays.copyOf(shares[node], room);
    }
    int at = find(node, job);
    System.arraycopy(jobs[node], at, jobs[node], at + 1, size[node] - at);
    System.arraycopy(shares[node], at, shares[node], at + 1, size[node] - at);
    jobs[node][at] = job;
    shares[node][at] = share;
    size[node]++;
    version[node]++;
  }

  private boolean before(PlanJob left, PlanJob right) {
    long first = byLimit ? left.limitEnd() : left.end();
    long second = byLimit ? right.limitEnd() : right.end();
    return first < second || first == second && left.number() < right.number();
  }

  private int find(int node, PlanJob job) {
    int low = 0;
    int high = size[node];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (before(jobs[node][middle], job)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

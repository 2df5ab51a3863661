package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.placement.NodeWish;

/**
 * Counts the nodes that can serve each group of a job's own nodes: those that it names, those of
 * each count of its constraint, and the others.
 */
final class GroupScan {
  private final boolean named;
  private final int[] sizes;
  private final int[] fitNow;
  private final int[] fitIdle;

  GroupScan(JobSpec spec, NodeWish wish) {
    named = wish.isNamed(0);
    sizes = wish.sizes(0, spec.nodes());
    fitNow = new int[sizes.length];
    fitIdle = new int[sizes.length];
  }

  /** A node that would have room if nothing ran on it, with the groups that it may serve. */
  void addIdle(int groups) {
    add(groups, fitIdle);
  }

  /** The same node when it has room now. */
  void addNow(int groups) {
    add(groups, fitNow);
  }

  private static void add(int groups, int[] counts) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += groups >> i & 1;
    }
  }

  /** How many nodes of single groups are missing, of jobs with several; 0 for others. */
  long lacks() {
    long lacks = 0;
    for (int i = 0; isSeveral() && i < sizes.length; i++) {
      lacks += Math.max(0, sizes[i] - fitNow[i]);
    }
    return lacks;
  }

  /** The groups for which too few nodes have room; all when that is so for none alone. */
  int lacking() {
    int lacking = 0;
    for (int i = 0; i < sizes.length; i++) {
      lacking |= fitNow[i] < sizes[i] ? 1 << i : 0;
    }
    return lacking == 0 ? -1 : lacking;
  }

  private boolean isSeveral() {
    int needed = 0;
    for (int size : sizes) {
      needed += size > 0 ? 1 : 0;
    }
    return needed > 1;
  }

  /** What was found; nothing for a job whose own nodes are of one group. */
  List<Explanation.Group> found() {
    List<Explanation.Group> out = new ArrayList<>();
    for (int i = 0; isSeveral() && i < sizes.length; i++) {
      if (sizes[i] > 0) {
        boolean rest = i == sizes.length - 1;
        String what = rest ? "others" : named ? "nodeList" : "count " + (i + 1);
        out.add(new Explanation.Group(what, sizes[i], fitNow[i], fitIdle[i]));
      }
    }
    return out;
  }
}

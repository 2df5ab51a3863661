package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Explanation.Holder;
import org.queqiao.core.message.Explanation.Other;
import org.queqiao.core.message.Viewer;

/** Names the first few of several jobs, those that somebody may see, and counts the others. */
final class NamedJobs {
  private static final int MOST = 5;

  private final Viewer viewer;

  NamedJobs(Viewer viewer) {
    this.viewer = viewer;
  }

  /**
   * The end of a sentence about jobs.
   *
   * @param others the first of them
   * @param all how many they are
   */
  String end(List<Other> others, int all) {
    List<String> named = new ArrayList<>();
    for (Other each : others) {
      if (named.size() < MOST && viewer.sees(each.user(), each.project())) {
        named.add(each.job().toString());
      }
    }
    if (named.isEmpty()) {
      return ".";
    }
    int more = all - named.size();
    String last = more > 0 ? more + " more" : named.removeLast();
    return ": " + (named.isEmpty() ? "" : String.join(", ", named) + " and ") + last + ".";
  }

  /** The same of runs that hold what is missing. */
  String ofHolders(Explanation explained) {
    return end(explained.holders().stream().map(Holder::other).toList(), explained.holderCount());
  }

  /** Whether a reservation may be named. */
  boolean names(Explanation.Kept kept) {
    return kept.known() || viewer.everything();
  }
}

package org.queqiao.core.predict;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns run times from jobs that ended, for each kind of jobs and for each user. Of kinds it keeps
 * those that were asked for last, so its size has a bound; what it says follows from what it was
 * told, in that order, and from nothing else.
 */
public final class LikeJobs {
  private static final int MOST_KINDS = 200_000;

  private final int mostKinds;
  private final Map<JobKind, Experience> kinds;
  private final Map<Integer, RecentRuns> users = new TreeMap<>();

  public LikeJobs() {
    this(MOST_KINDS);
  }

  LikeJobs(int mostKinds) {
    this.mostKinds = mostKinds;
    this.kinds = new LinkedHashMap<>(16, 0.75f, true);
  }

  /** What is known of a kind; jobs that wait keep it even when it is forgotten here. */
  public Experience of(JobKind kind) {
    Experience known = kinds.get(kind);
    if (known == null) {
      known = new Experience(users.computeIfAbsent(kind.user(), _ -> new RecentRuns()));
      kinds.put(kind, known);
      if (kinds.size() > mostKinds) {
        kinds.remove(kinds.keySet().iterator().next());
      }
    }
    return known;
  }

  int size() {
    return kinds.size();
  }
}

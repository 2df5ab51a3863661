package org.queqiao.core.plan;

/** What runs, in every order that a policy asks for. */
final class Runs {
  private final RunningJobs believed = new RunningJobs();
  private final RunningJobs byLimit;
  private final Releases releases;
  private final Releases limitReleases;

  /**
   * Of so many nodes.
   *
   * @param onLimits whether ends by the limit are asked for; else they are the believed ones
   * @param byNode whether each node is asked for its own ends
   * @param limitsByNode whether that is so for ends by the limit as well
   */
  Runs(int nodes, boolean onLimits, boolean byNode, boolean limitsByNode) {
    byLimit = onLimits ? new RunningJobs(true) : believed;
    releases = byNode ? new Releases(nodes, false) : null;
    limitReleases = limitsByNode ? new Releases(nodes, true) : null;
  }

  RunningJobs believed() {
    return believed;
  }

  /** By the ends of their limits; the same as the believed where nobody asks for limits. */
  RunningJobs byLimit() {
    return byLimit;
  }

  /** What each node gets back, or null. */
  Releases releases() {
    return releases;
  }

  /** The same when everything runs to its limit, or null. */
  Releases limitReleases() {
    return limitReleases;
  }

  void add(PlanJob job) {
    believed.add(job);
    if (byLimit != believed) {
      byLimit.add(job);
    }
    if (releases != null) {
      releases.add(job);
    }
    if (limitReleases != null) {
      limitReleases.add(job);
    }
  }

  void remove(PlanJob job) {
    believed.remove(job);
    if (byLimit != believed) {
      byLimit.remove(job);
    }
    if (releases != null) {
      releases.remove(job);
    }
    if (limitReleases != null) {
      limitReleases.remove(job);
    }
  }
}

package org.queqiao.simulator.replay;

import org.queqiao.core.plan.PlanJob;

/** How the promises that were made on declared limits were kept. */
final class PromiseRecord {
  private long made;
  private long late;
  private long latestS;

  void started(PlanJob job) {
    if (job.isPromised()) {
      made++;
      long after = job.start() - job.promised();
      late += after > 0 ? 1 : 0;
      latestS = Math.max(latestS, after);
    }
  }

  /** Jobs that were promised a start. */
  long made() {
    return made;
  }

  /** Those that started after it. */
  long late() {
    return late;
  }

  /** By how many seconds at most. */
  long latestS() {
    return latestS;
  }
}

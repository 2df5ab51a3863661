package org.queqiao.simulator.replay;

import org.queqiao.core.plan.PlanJob;

/**
 * One pass for each second in which something happens: ends in the order of the log, then
 * corrections, then submissions in the order of the log, then the pass.
 */
final class BatchReplay extends Replay {
  private final LongHeap ends = new LongHeap();
  private int submitted;

  BatchReplay(ReplayJobs jobs, ReplaySettings settings) {
    super(jobs, settings);
  }

  @Override
  void run() {
    while (submitted < jobs.count() || !ends.isEmpty()) {
      step(nextMoment());
    }
  }

  private long nextMoment() {
    long now = planner.nextStart();
    if (submitted < jobs.count()) {
      now = Math.min(now, jobs.submit(jobs.bySubmission(submitted)));
    }
    return ends.isEmpty() ? now : Math.min(now, ends.firstKey() >>> Integer.SIZE);
  }

  private void step(long now) {
    while (!ends.isEmpty() && ends.firstKey() >>> Integer.SIZE == now) {
      end(ends.removeFirst(), now);
    }
    while (planner.running().size() > 0 && planner.running().get(0).end() <= now) {
      correct(planner.running().get(0));
    }
    if (planner.endedEarly()) {
      planner.moveUp(now);
    }
    while (submitted < jobs.count() && jobs.submit(jobs.bySubmission(submitted)) == now) {
      submit(jobs.bySubmission(submitted++), now);
    }
    pass(now);
  }

  @Override
  void started(int index, PlanJob job) {
    start[index] = job.start();
    ends.add((job.start() + jobs.run(index)) << Integer.SIZE | index, index);
  }
}

package org.queqiao.simulator.replay;

import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.plan.PlanJob;

/**
 * A pass after each submission and each end, in the order of the pyss simulator that the authors of
 * "Improving backfilling by using machine learning to predict running times" (SC'15) used: at one
 * second corrections, then submissions, then ends, then starts, each kind in order of creation. A
 * policy that plans at submission is not offered by these rules.
 */
final class EventReplay extends Replay {
  private final LongHeap corrections = new LongHeap();
  private final LongHeap ends = new LongHeap();
  private int submitted;
  private int created;

  EventReplay(ReplayJobs jobs, ReplaySettings settings) {
    super(jobs, settings);
  }

  @Override
  void run() {
    while (submitted < jobs.count() || !ends.isEmpty()) {
      long correction = time(corrections);
      long submission =
          submitted < jobs.count() ? jobs.submit(jobs.bySubmission(submitted)) : Long.MAX_VALUE;
      long end = time(ends);
      if (correction <= Math.min(submission, end)) {
        correction(correction);
      } else if (submission <= end) {
        submission(submission);
      } else {
        end(end);
      }
    }
  }

  private static long time(LongHeap heap) {
    return heap.isEmpty() ? Long.MAX_VALUE : heap.firstKey() >>> Integer.SIZE;
  }

  private void correction(long now) {
    int index = corrections.removeFirst();
    PlanJob job = planned[index];
    if (job != null && job.end() == now) {
      correct(job);
      expectCorrection(index, job);
    }
  }

  private void submission(long now) {
    int index = jobs.bySubmission(submitted++);
    submit(index, now);
    boolean fits = jobs.size(index) <= planner.pool().totalFreeCores() + overdue(now);
    if (fits || settings.policy() != KnownPolicy.EASY) {
      passWithOverdueFree(now);
    }
  }

  private void end(long now) {
    end(ends.removeFirst(), now);
    passWithOverdueFree(now);
  }

  /**
   * These rules hold the processors of a job free once its believed end has come, also when its end
   * at the same second has not been handled yet.
   */
  private void passWithOverdueFree(long now) {
    long overdue = overdue(now);
    long free = planner.pool().free(0, 0);
    planner.pool().setFree(0, 0, free + overdue);
    pass(now);
    planner.pool().setFree(0, 0, planner.pool().free(0, 0) - overdue);
  }

  private long overdue(long now) {
    long procs = 0;
    for (int i = 0; i < planner.running().size(); i++) {
      PlanJob job = planner.running().get(i);
      if (job.end() > now) {
        break;
      }
      procs += job.demand().totalCores();
    }
    return procs;
  }

  private void expectCorrection(int index, PlanJob job) {
    if (job.believed() < jobs.run(index)) {
      corrections.add(job.end() << Integer.SIZE | created++, index);
    }
  }

  @Override
  void started(int index, PlanJob job) {
    start[index] = job.start();
    ends.add((job.start() + jobs.run(index)) << Integer.SIZE | created++, index);
    expectCorrection(index, job);
  }
}

package org.queqiao.simulator.replay;

import org.queqiao.core.plan.Beliefs;
import org.queqiao.core.plan.Demand;
import org.queqiao.core.plan.NodePool;
import org.queqiao.core.plan.PlanJob;
import org.queqiao.core.plan.Planner;
import org.queqiao.core.predict.JobKind;
import org.queqiao.core.predict.RunTimePredictor;

/** What the replays of both pass rules share: the engine, the jobs and what is believed of them. */
abstract class Replay {
  final ReplayJobs jobs;
  final ReplaySettings settings;
  final Planner planner;
  final PlanJob[] planned;
  final long[] start;
  private final Demand[] demands;
  private final RunTimePredictor predictor;
  private final Beliefs beliefs;
  private final PromiseRecord promises = new PromiseRecord();
  private long passes;

  Replay(ReplayJobs jobs, ReplaySettings settings) {
    this.jobs = jobs;
    this.settings = settings;
    this.planner =
        new Planner(
            settings.policy(),
            NodePool.ofProcessors(jobs.procs()),
            (job, nodes) -> begin((int) job.order(), job));
    this.planned = new PlanJob[jobs.count()];
    this.start = new long[jobs.count()];
    this.demands = jobs.demands();
    this.predictor = settings.estimates().predictor();
    this.beliefs = settings.learns() ? new Beliefs(planner) : null;
  }

  /** Replays all jobs. */
  static ReplayResult run(ReplayJobs jobs, ReplaySettings settings) {
    long begunNanos = System.nanoTime();
    Replay replay =
        settings.passes() == PassRule.BATCH
            ? new BatchReplay(jobs, settings)
            : new EventReplay(jobs, settings);
    replay.run();
    return new ReplayResult(
        jobs, replay.start, replay.passes, replay.promises, System.nanoTime() - begunNanos);
  }

  abstract void run();

  abstract void started(int index, PlanJob job);

  final void submit(int index, long now) {
    long limit = jobs.limit(index);
    long believed =
        settings.estimates() == Estimates.EXACT
            ? jobs.run(index)
            : predictor.predict(jobs.user(index), limit);
    PlanJob job = new PlanJob(jobs.id(index), index, demands[index], now, limit, believed);
    planned[index] = job;
    if (beliefs == null) {
      planner.submitted(job, now);
    } else {
      JobKind kind = kind(index);
      beliefs.submitted(job, kind);
      planner.submitted(job, now);
      beliefs.tryUnknown(job, kind, now);
    }
  }

  private JobKind kind(int index) {
    return JobKind.of(jobs.user(index), jobs.size(index), jobs.limit(index));
  }

  private void begin(int index, PlanJob job) {
    if (beliefs != null) {
      beliefs.left(job);
      promises.started(job);
    }
    started(index, job);
  }

  final void end(int index, long now) {
    PlanJob job = planned[index];
    if (beliefs == null) {
      predictor.ended(jobs.user(index), jobs.run(index));
    } else {
      beliefs.ended(job, kind(index), jobs.run(index), now);
    }
    planner.ended(job, now);
    planned[index] = null;
  }

  final void correct(PlanJob job) {
    planner.corrected(
        job, settings.correction().correct(job.believed(), job.limit(), job.corrections()));
  }

  final void pass(long now) {
    passes++;
    planner.pass(now);
  }
}

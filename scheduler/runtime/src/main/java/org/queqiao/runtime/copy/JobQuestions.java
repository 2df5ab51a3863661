package org.queqiao.runtime.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.Forecaster;
import org.queqiao.core.forecast.ForwardOutcome;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.Quote;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.RunTimes;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.forecast.WhatIf;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.QuotedShape;

/** Answers questions about one job from copies of the state. */
public final class JobQuestions {
  private static final long DAY_MS = 86_400_000;

  /** How far an expected start is looked for. */
  private static final long HORIZON_MS = 30 * DAY_MS;

  private final StateCopies copies;
  private final Bounds bounds;

  /**
   * Questions to copies.
   *
   * @param bounds of each question
   */
  public JobQuestions(StateCopies copies, Bounds bounds) {
    this.copies = copies;
    this.bounds = bounds;
  }

  /**
   * How much a question may cost.
   *
   * @param mostLive with more jobs that have not ended than this, nothing is run forward
   * @param mostSteps how many steps one forward run may take
   */
  public record Bounds(int mostLive, long mostSteps) {
    /** Those of a server. */
    public static final Bounds USUAL = new Bounds(200_000, 1_000_000);
  }

  /** What one machine says about a job. */
  private record Found(
      long position, ClusterImage.JobImage job, Explanation waiting, ClusterImage image) {}

  /**
   * Explains a job now.
   *
   * @param stop asked again and again; true gives the search for its start up
   * @return empty when the state does not know the job, such as one that ended long ago
   */
  public Optional<Explained> explain(JobId id, long nowMs, BooleanSupplier stop) {
    Optional<Found> found = copies.now(machine -> find(machine, id, nowMs, bounds));
    return found.map(each -> explained(each, nowMs, stop, bounds, history(each.job())));
  }

  /**
   * Explains a job as it was at a moment.
   *
   * @return empty when the state did not know the job then
   * @throws TooFarBack when these are more facts than one question may replay
   */
  public Optional<Explained> explainAt(JobId id, long atMs, BooleanSupplier stop) {
    SchedulerMachine machine = copies.at(copies.positionAt(atMs));
    return find(machine, id, atMs, bounds)
        .map(each -> explained(each, atMs, stop, bounds, history(each.job())));
  }

  /**
   * Explains a job as a machine knows it that stands at a moment; for what it waited that waits no
   * more is left out.
   *
   * @return empty when the machine does not know the job
   */
  public static Optional<Explained> explain(
      SchedulerMachine machine, JobId id, long atMs, Bounds bounds) {
    return find(machine, id, atMs, bounds)
        .map(each -> explained(each, atMs, () -> false, bounds, null));
  }

  /**
   * Forecasts the start of a job.
   *
   * @param learnt what is known of run times; must not change meanwhile
   * @param samples how many futures to draw
   * @param stop asked again and again; true ends the drawing
   * @return empty when the state does not know the job
   */
  public Optional<Forecasted> forecast(
      JobId id, long nowMs, RunTimeRatios learnt, int samples, BooleanSupplier stop) {
    Optional<Seen> seen = copies.now(machine -> see(machine, id));
    return seen.map(each -> {
      Forecast forecast = null;
      if (!each.never().isEmpty()) {
        forecast = Forecast.WITHOUT_A_START;
      } else if (each.image() != null) {
        forecast =
            new Forecaster(each.image(), nowMs, bounds.mostSteps(), stop)
                .forecast(id, learnt, samples);
      }
      return new Forecasted(each.position(), nowMs, each.job(), each.never(), forecast);
    });
  }

  /**
   * Tries something on copies.
   *
   * @param change what its job would ask for, made from what it asks for
   * @param horizonMs how far to look
   * @param learnt as for a forecast
   * @param samples how many futures to run, without the trial and with it
   * @throws TooFarBack when no snapshot is near enough
   */
  public Tried whatIf(
      Trial trial,
      UnaryOperator<JobSpec> change,
      long nowMs,
      long horizonMs,
      RunTimeRatios learnt,
      int samples,
      BooleanSupplier stop) {
    Seen seen =
        copies.now(machine -> {
          ClusterImage.JobImage job =
              trial.job() == null ? null : machine.state().job(trial.job()).orElse(null);
          boolean whole = trial.submit() != null && trial.submit().terms().dependency() != null;
          ClusterImage image = mayRunForward(machine) ? machine.image() : null;
          return new Seen(
              machine.state().position(), job, "", image == null || whole ? image : live(image));
        });
    boolean waits =
        trial.job() == null || seen.job() != null && seen.job().state() == JobState.PENDING;
    if (!waits || seen.image() == null) {
      return new Tried(seen.position(), nowMs, waits, null);
    }
    JobSpec changed =
        trial.job() == null
            ? null
            : QuotedShape.keepQuote(seen.job().spec(), change.apply(seen.job().spec()));
    Trial whole =
        changed == null || changed.equals(seen.job().spec()) ? trial : trial.changing(changed);
    WhatIf whatIf = new WhatIf(seen.image(), nowMs, horizonMs, bounds.mostSteps(), stop);
    return new Tried(seen.position(), nowMs, true, whatIf.of(whole, learnt, samples));
  }

  /**
   * Says what a submission would cost.
   *
   * @param stop asked again and again; true gives the search for its start up
   * @return empty when too many jobs wait or run for a copy to be run forward
   */
  public Optional<Quote> quote(Input.SubmitJob submission, long nowMs, BooleanSupplier stop) {
    boolean whole = submission.request().terms().dependency() != null;
    Optional<ClusterImage> image =
        copies.now(machine ->
            mayRunForward(machine)
                ? Optional.of(whole ? machine.image() : live(machine.image()))
                : Optional.empty());
    ForwardRun.Bounds far = new ForwardRun.Bounds(nowMs + HORIZON_MS, bounds.mostSteps(), stop);
    return image.map(each -> Quote.of(each, submission, nowMs, far));
  }

  private record Seen(long position, ClusterImage.JobImage job, String never, ClusterImage image) {}

  private Optional<Seen> see(SchedulerMachine machine, JobId id) {
    return machine
        .state()
        .job(id)
        .map(job -> {
          boolean forward = job.state() == JobState.PENDING && mayRunForward(machine);
          return new Seen(
              machine.state().position(),
              job,
              machine.state().neverStarts(id).orElse(""),
              forward ? live(machine.image()) : null);
        });
  }

  private boolean mayRunForward(SchedulerMachine machine) {
    return mayRunForward(machine, bounds);
  }

  private static boolean mayRunForward(SchedulerMachine machine, Bounds bounds) {
    return machine.state().pendingJobs() + machine.state().runningJobs() <= bounds.mostLive();
  }

  private static Optional<Found> find(
      SchedulerMachine machine, JobId id, long nowMs, Bounds bounds) {
    return machine
        .state()
        .job(id)
        .map(job -> {
          Explanation waiting = machine.state().explain(id, nowMs).orElse(null);
          boolean forward = waiting != null && mayRunForward(machine, bounds);
          ClusterImage image = forward ? live(machine.image()) : null;
          return new Found(machine.state().position(), job, waiting, image);
        });
  }

  /** An image without what has ended. */
  static ClusterImage live(ClusterImage image) {
    List<ClusterImage.JobImage> jobs = new ArrayList<>();
    for (ClusterImage.JobImage each : image.jobs()) {
      if (!each.state().isTerminal()) {
        jobs.add(each);
      }
    }
    return image.withOnly(jobs);
  }

  private static Explained explained(
      Found found, long nowMs, BooleanSupplier stop, Bounds bounds, WaitHistory history) {
    long startsByMs = found.image() == null ? 0 : startsBy(found, nowMs, stop, bounds);
    return new Explained(
        found.position(), nowMs, found.job(), found.waiting(), startsByMs, history);
  }

  private static long startsBy(Found found, long nowMs, BooleanSupplier stop, Bounds bounds) {
    ForwardRun run = new ForwardRun(found.image(), RunTimes.DECLARED, nowMs);
    ForwardOutcome outcome =
        run.run(
            List.of(found.job().id()),
            new ForwardRun.Bounds(nowMs + HORIZON_MS, bounds.mostSteps(), stop));
    return outcome.starts().getOrDefault(found.job().id(), 0L);
  }

  private WaitHistory history(ClusterImage.JobImage job) {
    if (job.state() == JobState.PENDING) {
      return null;
    }
    long begunMs = job.array() == null ? job.startMs() : job.array().begunMs();
    long waitedToMs = begunMs != 0 ? begunMs : job.endMs();
    try {
      return WaitHistory.of(copies, job.id(), job.submitMs(), waitedToMs);
    } catch (TooFarBack tooFar) {
      return null;
    }
  }
}

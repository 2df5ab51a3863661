package org.queqiao.server.http;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.runtime.copy.Explained;
import org.queqiao.runtime.copy.Forecasted;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.copy.TooFarBack;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.forecast.Forecasts;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Why a job is, or was, in its state, and when it will start. */
final class WhyRoutes {
  private final ClusterView view;
  private final JobReader reader;
  private final LongQuestions threads;
  private final JobQuestions questions;
  private final Forecasts forecasts;
  private final InstantSource clock;

  WhyRoutes(
      ClusterView view,
      JobReader reader,
      LongQuestions threads,
      JobQuestions questions,
      Forecasts forecasts,
      InstantSource clock) {
    this.view = view;
    this.reader = reader;
    this.threads = threads;
    this.questions = questions;
    this.forecasts = forecasts;
    this.clock = clock;
  }

  void on(Api api) {
    api.on("explainJob", this::explain);
    api.on("forecastJob", this::forecast);
  }

  private long nowMs() {
    return Math.max(clock.millis(), view.timeMs());
  }

  private void forecast(Call call) {
    int samples = call.number("samples").intValue();
    find(call, job -> forecast(call, job, samples));
  }

  private void forecast(Call call, JobDocument job, int samples) {
    requireWaiting(job.id(), job.state());
    long nowMs = nowMs();
    JobId id = new JobId(job.id());
    threads.ask(
        call,
        stop -> questions.forecast(id, nowMs, forecasts.learnt(), samples, stop),
        (Optional<Forecasted> found) -> answerForecast(call, id, found));
  }

  private static void requireWaiting(long id, JobState state) {
    if (state != JobState.PENDING) {
      throw new Refused(
          Refusal.of(
              Refusal.Code.CONFLICT,
              "job " + id + " is " + state + ": only waiting jobs have a start to come"));
    }
  }

  private void answerForecast(Call call, JobId id, Optional<Forecasted> found) {
    Forecasted made = found.orElseThrow(() -> Refused.notFound(JobRoutes.NOT_THERE));
    requireWaiting(id.value(), made.job().state());
    if (made.forecast() == null) {
      throw new Refused(
          new Refusal(Refusal.Code.BUSY, "", "too many jobs wait or run to be run forward", 60));
    }
    ForecastDocument document = new ForecastDocument(made, forecasts.coverage());
    forecasts.gave(id, made.position(), made.forecast());
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", document.text());
    } else {
      call.json(200, document::write);
    }
  }

  private void explain(Call call) {
    Long at = call.number("at");
    find(call, job -> explain(call, job, at));
  }

  /** The job that is asked about; with the index of a task, what stands for that. */
  private void find(Call call, Consumer<JobDocument> about) {
    Long task = call.number("task");
    reader.find(
        call,
        call.number("id"),
        job -> {
          if (task == null) {
            call.guarded(() -> about.accept(job));
          } else {
            reader.task(
                call,
                job,
                task.intValue(),
                each -> call.guarded(() -> about.accept(each)),
                refused -> call.refuse(refused.refusal()));
          }
        },
        () -> call.refuse(Refused.notFound(JobRoutes.NOT_THERE).refusal()));
  }

  private void explain(Call call, JobDocument job, Long at) {
    long nowMs = nowMs();
    if (at != null && at < job.submitMs()) {
      throw Refused.invalid(
          "at", "the job was submitted at " + job.submitMs() + ": ask for a moment from then on");
    }
    if (at != null && at > nowMs) {
      throw Refused.invalid("at", "at lies in the future: the latest moment is " + nowMs);
    }
    threads.ask(
        call,
        stop -> explained(job, at == null ? nowMs : at, at == null, stop),
        (Optional<Explained> found) -> answer(call, found));
  }

  /** A job that the state does not know any more is explained as it was when it ended. */
  private Optional<Explained> explained(
      JobDocument job, long atMs, boolean isNow, BooleanSupplier stop) {
    JobId id = new JobId(job.id());
    try {
      Optional<Explained> found =
          isNow ? questions.explain(id, atMs, stop) : questions.explainAt(id, atMs, stop);
      return found.isEmpty() && job.endMs() != null && job.endMs() < atMs
          ? questions.explainAt(id, job.endMs(), stop)
          : found;
    } catch (TooFarBack tooFar) {
      if (isNow) {
        throw tooFar;
      }
      throw Refused.invalid(
          "at", tooFar.getMessage() + ": ask for a later moment, or ./queqiao log explain offline");
    }
  }

  private void answer(Call call, Optional<Explained> found) {
    if (found.isEmpty()) {
      call.refuse(Refused.notFound(JobRoutes.NOT_THERE).refusal());
      return;
    }
    Scope scope = view.site().scopeOf(call.principal().user());
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", found.get().text(scope));
      return;
    }
    call.json(200, new ExplainedDocument(found.get(), scope)::write);
  }
}

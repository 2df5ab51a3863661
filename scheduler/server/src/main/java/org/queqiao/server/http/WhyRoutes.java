package org.queqiao.server.http;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.JobId;
import org.queqiao.runtime.copy.Explained;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.copy.TooFarBack;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Why a job is, or was, in its state. */
final class WhyRoutes {
  private final ClusterView view;
  private final JobReader reader;
  private final LongQuestions threads;
  private final JobQuestions questions;
  private final InstantSource clock;

  WhyRoutes(
      ClusterView view,
      JobReader reader,
      LongQuestions threads,
      JobQuestions questions,
      InstantSource clock) {
    this.view = view;
    this.reader = reader;
    this.threads = threads;
    this.questions = questions;
    this.clock = clock;
  }

  void on(Api api) {
    api.on("explainJob", this::explain);
  }

  private void explain(Call call) {
    Long at = call.number("at");
    reader.find(
        call,
        call.number("id"),
        job -> call.guarded(() -> explain(call, job, at)),
        () -> call.refuse(Refused.notFound(JobRoutes.NOT_THERE).refusal()));
  }

  private void explain(Call call, JobDocument job, Long at) {
    long nowMs = Math.max(clock.millis(), view.timeMs());
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
      throw Refused.invalid(
          "at", tooFar.getMessage() + ": ask for a later moment, or replay the log offline");
    }
  }

  private void answer(Call call, Optional<Explained> found) {
    if (found.isEmpty()) {
      call.refuse(Refused.notFound(JobRoutes.NOT_THERE).refusal());
      return;
    }
    Scope scope = view.site().scopeOf(call.principal().user());
    ExplainedDocument document = new ExplainedDocument(found.get(), scope);
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", document.text());
    } else {
      call.json(200, document::write);
    }
  }
}

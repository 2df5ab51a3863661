package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigInteger;
import java.time.InstantSource;
import org.queqiao.core.forecast.Quote;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.QuoteClaim;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.ClusterView;

/** What a submission would cost, tried on a copy of the state. */
final class QuoteRoutes {
  private final ClusterView view;
  private final LongQuestions threads;
  private final JobQuestions questions;
  private final InstantSource clock;
  private final GivenQuotes given;

  QuoteRoutes(
      ClusterView view,
      LongQuestions threads,
      JobQuestions questions,
      InstantSource clock,
      GivenQuotes given) {
    this.view = view;
    this.threads = threads;
    this.questions = questions;
    this.clock = clock;
    this.given = given;
  }

  void on(Api api) {
    api.on("quoteJob", this::quote);
  }

  private void quote(Call call) {
    Input.SubmitJob submission =
        new Input.SubmitJob(
            call.principal().actor(), Submission.of(call.body(), null), "", new byte[0]);
    long nowMs = Math.max(clock.millis(), view.timeMs());
    threads.ask(
        call,
        stop -> questions.quote(submission, nowMs, stop),
        found -> {
          Quote quote =
              found.orElseThrow(() ->
                  new Refused(
                      new Refusal(
                          Refusal.Code.BUSY,
                          "",
                          "too many jobs wait or run to be run forward",
                          60)));
          if (quote.refused() != null) {
            throw new Refused(Refusal.of(quote.refused()));
          }
          QuoteClaim.Given kept = given.give(quote, call.principal().user(), nowMs);
          call.json(200, out -> write(quote, kept, nowMs, out));
        });
  }

  private static void write(Quote quote, QuoteClaim.Given kept, long nowMs, JsonGenerator out)
      throws IOException {
    JobCost cost = quote.cost();
    out.writeStartObject();
    out.writeStringField("quoteId", kept == null ? null : kept.quote().id());
    Json.number(out, "expiresMs", kept == null ? null : kept.expiresMs());
    out.writeNumberField("asOfMs", nowMs);
    Json.number(out, "startMs", quote.startMs() == 0 ? null : quote.startMs());
    out.writeNumberField("tasks", cost.tasks());
    out.writeNumberField("limitMs", cost.limitMs());
    out.writeNumberField("predictedMs", cost.predictedMs());
    out.writeFieldName("maxMicro");
    out.writeNumber(cost.maxMicro());
    out.writeFieldName("expectedMicro");
    out.writeNumber(cost.expectedMicro());
    out.writeNumberField("coveredCoreMs", cost.coveredMs());
    out.writeFieldName("heldMicro");
    out.writeNumber(cost.heldMicro());
    out.writeFieldName("expectedDueMicro");
    out.writeNumber(cost.dueMicro());
    out.writeStringField("currency", JobDocument.orNull(cost.currency()));
    out.writeBooleanField("placed", cost.placed());
    boolean pays = quote.wallet() != null;
    Json.number(out, "availableMicro", pays ? quote.wallet().availableMicro() : null);
    out.writeFieldName("availableAfterMicro");
    if (pays) {
      out.writeNumber(
          BigInteger.valueOf(quote.wallet().availableMicro()).subtract(cost.heldMicro()));
    } else {
      out.writeNull();
    }
    out.writeEndObject();
  }
}

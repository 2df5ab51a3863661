package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.explain.Table;
import org.queqiao.core.forecast.Forecast;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.runtime.copy.Forecasted;

/** A forecast with how forecasts have proved. */
record ForecastDocument(Forecasted made, ForecastBook.Coverage coverage) {
  private String sentence() {
    Forecast forecast = made.forecast();
    return switch (forecast.ended()) {
      case WAITS_FOR_SOMEBODY ->
          made.never().isEmpty()
              ? "No time brings its start: it waits for somebody, such as for its release, for"
                  + " another job that is held, or for a node."
              : "No time brings its start: " + made.never() + ".";
      case COMPLETE, SPENT ->
          forecast.p50Ms() == 0
              ? "The way to its start is longer than one question may look ahead."
              : "It is expected to start in "
                  + in(forecast.p50Ms())
                  + "; one start in ten comes within "
                  + in(forecast.p10Ms())
                  + (forecast.p90Ms() == 0 ? "" : ", nine in ten within " + in(forecast.p90Ms()))
                  + ".";
    };
  }

  private String in(long ms) {
    return ExplanationText.duration(ms - made.nowMs());
  }

  String text() {
    Forecast forecast = made.forecast();
    Table table = new Table("START", ">EPOCH_MS", "UTC", "IN");
    row(table, "P10", forecast.p10Ms());
    row(table, "P50", forecast.p50Ms());
    row(table, "P90", forecast.p90Ms());
    row(table, "by limits", forecast.startsByMs());
    return sentence()
        + "\n"
        + table
        + "samples "
        + forecast.samples()
        + ", learnt from "
        + forecast.learntRuns()
        + " runs; of "
        + coverage.forecasts()
        + " forecasts "
        + coverage.withinP10P90()
        + " starts lay within P10 and P90 and "
        + coverage.belowP50()
        + " not after P50\n";
  }

  private void row(Table table, String name, long ms) {
    table.row(
        name,
        ms == 0 ? null : (Long) ms,
        ms == 0 ? null : Instant.ofEpochMilli(ms),
        ms == 0 ? null : in(ms));
  }

  private static Long orNull(long ms) {
    return ms == 0 ? null : (Long) ms;
  }

  void write(JsonGenerator out) throws IOException {
    Forecast forecast = made.forecast();
    out.writeStartObject();
    out.writeNumberField("id", made.job().id().value());
    out.writeNumberField("atMs", made.nowMs());
    out.writeNumberField("position", made.position());
    out.writeStringField("sentence", sentence());
    Json.number(out, "p10Ms", orNull(forecast.p10Ms()));
    Json.number(out, "p50Ms", orNull(forecast.p50Ms()));
    Json.number(out, "p90Ms", orNull(forecast.p90Ms()));
    Json.number(out, "startsByMs", orNull(forecast.startsByMs()));
    out.writeNumberField("samples", forecast.samples());
    out.writeNumberField("neverStarted", forecast.neverStarted());
    out.writeNumberField("learntRuns", forecast.learntRuns());
    out.writeStringField("ended", forecast.ended().name());
    out.writeStringField("limit", JobDocument.orNull(made.never()));
    out.writeObjectFieldStart("coverage");
    out.writeNumberField("forecasts", coverage.forecasts());
    out.writeNumberField("withinP10P90", coverage.withinP10P90());
    out.writeNumberField("belowP50", coverage.belowP50());
    out.writeEndObject();
    out.writeEndObject();
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.explain.Table;
import org.queqiao.core.forecast.TrialResult;
import org.queqiao.runtime.copy.Tried;

/** What a trial showed, beside how it would go without it. */
record TriedDocument(Tried tried, long horizonMs) {
  String text() {
    TrialResult.Side base = tried.result().base();
    TrialResult.Side changed = tried.result().changed();
    Table table = new Table("WITHIN " + ExplanationText.duration(horizonMs), ">NOW", ">TRIED");
    table.row("the job starts in", start(base), start(changed));
    table.row("others that wait", base.jobs(), changed.jobs());
    table.row("of them not started", base.notStarted(), changed.notStarted());
    table.row("of them on this side alone", compared().baseAlone(), compared().changedAlone());
    table.row(
        "mean wait of those on both",
        spanOrNull(compared().baseMeanWaitMs()),
        spanOrNull(compared().changedMeanWaitMs()));
    table.row("their P95 wait", span(base.p95WaitMs()), span(changed.p95WaitMs()));
    table.row("utilisation", percent(base), percent(changed));
    aside(table, base, changed);
    StringBuilder out = new StringBuilder();
    if (looked() != null && looked().reservation() != null) {
      table.row("the job's reservation", null, looked().reservation());
    }
    out.append(table).append("samples ").append(tried.result().samples()).append('\n');
    out.append("of the others ")
        .append(compared().onBoth())
        .append(compared().onBoth() == 1 ? " starts" : " start")
        .append(" on both sides and ")
        .append(compared().onNeither())
        .append(" on neither\n");
    if (tried.result().apart() > 0) {
      out.append("besides, no time brings the start of ")
          .append(ExplanationText.jobs(tried.result().apart()))
          .append('\n');
    }
    for (String each : warnings()) {
      out.append("warning: ").append(each).append('\n');
    }
    return out.toString();
  }

  /** What becomes of those whom others push aside. */
  private static void aside(Table table, TrialResult.Side base, TrialResult.Side changed) {
    table.row("runs sent back to the queue for others", base.requeued(), changed.requeued());
    table.row("runs ended for others", base.ended(), changed.ended());
    table.row("runs suspended for others", base.suspended(), changed.suspended());
    table.row("core-seconds they lose", base.lostCoreS(), changed.lostCoreS());
  }

  private TrialResult.Looked looked() {
    return tried.result().looked();
  }

  private TrialResult.Compared compared() {
    return tried.result().compared();
  }

  private List<String> warnings() {
    List<String> out = new ArrayList<>();
    if (looked() != null && looked().never() != null) {
      out.add(JobRoutes.waitsForLimit(looked().never()));
    }
    if (looked() != null && looked().unpaid() != null) {
      out.add(JobRoutes.waitsForMoney(looked().unpaid()));
    }
    return out;
  }

  private String start(TrialResult.Side side) {
    return side.startMs() == 0 ? null : span(side.startMs() - tried.nowMs());
  }

  private static String spanOrNull(long ms) {
    return ms < 0 ? null : span(ms);
  }

  private static String span(long ms) {
    return ExplanationText.duration(ms);
  }

  private static String percent(TrialResult.Side side) {
    long tenths = side.utilisationPpm() / 1000;
    return tenths / 10 + "." + tenths % 10 + " %";
  }

  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("atMs", tried.nowMs());
    out.writeNumberField("position", tried.position());
    out.writeNumberField("horizonMs", horizonMs);
    out.writeNumberField("samples", tried.result().samples());
    boolean reserved = looked() != null && looked().reservation() != null;
    out.writeStringField("reservation", reserved ? looked().reservation().value() : null);
    out.writeArrayFieldStart("warnings");
    for (String each : warnings()) {
      out.writeString(each);
    }
    out.writeEndArray();
    out.writeNumberField("waitForSomebody", tried.result().apart());
    out.writeNumberField("startOnBoth", compared().onBoth());
    out.writeNumberField("startOnNeither", compared().onNeither());
    side("base", tried.result().base(), compared().baseAlone(), compared().baseMeanWaitMs(), out);
    side(
        "tried",
        tried.result().changed(),
        compared().changedAlone(),
        compared().changedMeanWaitMs(),
        out);
    out.writeEndObject();
  }

  private static void side(
      String name, TrialResult.Side side, int alone, long meanWaitOfBothMs, JsonGenerator out)
      throws IOException {
    out.writeObjectFieldStart(name);
    Json.number(out, "startMs", side.startMs() == 0 ? null : (Long) side.startMs());
    out.writeNumberField("jobs", side.jobs());
    out.writeNumberField("notStarted", side.notStarted());
    out.writeNumberField("startAlone", alone);
    Json.number(out, "meanWaitOfBothMs", meanWaitOfBothMs < 0 ? null : (Long) meanWaitOfBothMs);
    out.writeNumberField("meanWaitMs", side.meanWaitMs());
    out.writeNumberField("p95WaitMs", side.p95WaitMs());
    out.writeNumberField("utilisationPpm", side.utilisationPpm());
    out.writeNumberField("runsRequeued", side.requeued());
    out.writeNumberField("runsEnded", side.ended());
    out.writeNumberField("runsSuspended", side.suspended());
    out.writeNumberField("lostCoreSeconds", side.lostCoreS());
    out.writeEndObject();
  }
}

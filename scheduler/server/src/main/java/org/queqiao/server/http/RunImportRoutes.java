package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.queqiao.accounting.imports.Quarantined;
import org.queqiao.accounting.imports.RunFile;
import org.queqiao.accounting.imports.RunLine;
import org.queqiao.accounting.imports.RunOrigin;
import org.queqiao.accounting.imports.SacctFile;
import org.queqiao.accounting.imports.SwfFile;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.core.admission.ObservedCheck;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Site;

/**
 * Files of runs from before, or from elsewhere. A run that is known already changes nothing, so a
 * file may come again, whole or longer, also after it was taken in half.
 */
final class RunImportRoutes {
  private static final long PATIENCE_S = 30;

  private final ClusterView view;
  private final Inputs inputs;
  private final LedgerReads reads;
  private final FileImports files;

  RunImportRoutes(ClusterView view, Inputs inputs, LedgerReads reads, FileImports files) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.files = files;
  }

  void on(Api api) {
    api.on("importRuns", this::importRuns);
  }

  /** What became of a file. */
  private static final class Outcome {
    final List<Quarantined> quarantined = new ArrayList<>();
    List<String> warnings = List.of();
    int recorded;
    int known;
    int repeated;
    int passedOver;
    long recordedCoreMs;
    long knownCoreMs;
  }

  private void importRuns(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only finance imports runs");
    }
    ClusterName cluster = new ClusterName(call.text("cluster"));
    RunFile file = read(call, cluster);
    boolean billed = call.text("mode").equals("billed");
    files.take(
        call,
        () -> record(call, cluster, billed, file),
        outcome -> call.json(200, out -> write(outcome, out)));
  }

  private static RunFile read(Call call, ClusterName cluster) {
    boolean sacct = call.text("format").equals("sacct");
    String project = call.text("project");
    RunOrigin origin =
        new RunOrigin(
            cluster,
            zone(call.text("zone"), sacct),
            project == null ? null : new ProjectName(project),
            System.currentTimeMillis(),
            call.number("shift").intValue());
    byte[] content = FileImports.content(call);
    try {
      return sacct ? SacctFile.read(content, origin) : SwfFile.read(content, origin);
    } catch (RunFile.NotRuns wrong) {
      throw Refused.invalid("body", wrong.getMessage());
    }
  }

  private static ZoneId zone(String name, boolean needed) {
    if (name == null) {
      if (needed) {
        throw Refused.invalid(
            "zone", "sacct prints times of the clocks there: name their zone, as Asia/Shanghai");
      }
      return ZoneId.of("UTC");
    }
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw Refused.invalid("zone", "there is no time zone " + name + "; one is Asia/Shanghai");
    }
  }

  private Outcome record(Call call, ClusterName cluster, boolean billed, RunFile file)
      throws Exception {
    files.awaitBooks();
    Outcome outcome = new Outcome();
    outcome.quarantined.addAll(file.quarantined());
    outcome.warnings = file.warnings();
    outcome.repeated = file.repeated();
    outcome.passedOver = file.passedOver();
    Map<ExternalRun, Long> known =
        reads
            .importedRuns()
            .fingerprints(
                cluster, file.runs().stream().map(each -> each.run().id().job()).toList());
    List<ObservedRun> fresh = new ArrayList<>();
    Site site = view.site();
    for (RunLine line : file.runs()) {
      ObservedRun run = line.run();
      Long before = known.get(run.id());
      if (before == null && billed && site.project(run.project()).isEmpty()) {
        outcome.quarantined.add(
            new Quarantined(line.line(), ObservedCheck.unknownPayer(run.project())));
      } else if (before == null) {
        fresh.add(run);
      } else if (run.wasTold(before)) {
        outcome.known++;
        outcome.knownCoreMs = Math.addExact(outcome.knownCoreMs, run.coreMs());
      } else {
        outcome.quarantined.add(
            new Quarantined(
                line.line(), "run " + run.id() + " was imported before and was otherwise then"));
      }
    }
    for (int from = 0; from < fresh.size(); from += ObservedCheck.RUNS_MAX) {
      List<ObservedRun> part =
          fresh.subList(from, Math.min(fresh.size(), from + ObservedCheck.RUNS_MAX));
      submit(call, new Input.ImportRuns(call.principal().actor(), cluster, billed, part));
      outcome.recorded += part.size();
      for (ObservedRun run : part) {
        outcome.recordedCoreMs = Math.addExact(outcome.recordedCoreMs, run.coreMs());
      }
    }
    outcome.quarantined.sort(Comparator.comparingInt(Quarantined::line));
    return outcome;
  }

  private void submit(Call call, Input.ImportRuns input) throws Exception {
    if (inputs.submit(call, input).get(PATIENCE_S, TimeUnit.SECONDS)
        instanceof Reply.Rejected(var rejection)) {
      throw new Refused(Refusal.of(rejection));
    }
  }

  private static void write(Outcome outcome, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField(
        "lines",
        outcome.recorded
            + outcome.known
            + outcome.repeated
            + outcome.passedOver
            + outcome.quarantined.size());
    out.writeNumberField("recorded", outcome.recorded);
    out.writeNumberField("known", outcome.known);
    out.writeNumberField("repeated", outcome.repeated);
    out.writeNumberField("passedOver", outcome.passedOver);
    out.writeNumberField("recordedCoreMs", outcome.recordedCoreMs);
    out.writeNumberField("knownCoreMs", outcome.knownCoreMs);
    out.writeArrayFieldStart("warnings");
    for (String each : outcome.warnings) {
      out.writeString(each);
    }
    out.writeEndArray();
    FileImports.write(outcome.quarantined, out);
    out.writeEndObject();
  }
}

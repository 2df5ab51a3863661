package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.queqiao.accounting.imports.Quarantined;
import org.queqiao.accounting.imports.TopUpFile;
import org.queqiao.accounting.imports.TopUpLine;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.server.auth.Refusal;

/**
 * Files of top-ups. Each line becomes a proposal that a second person approves; a line whose
 * reference is known already changes nothing, so a file may come again, whole or longer.
 */
final class ImportRoutes {
  private static final long PATIENCE_S = 30;

  private final Inputs inputs;
  private final LedgerReads reads;
  private final FileImports files;

  ImportRoutes(Inputs inputs, LedgerReads reads, FileImports files) {
    this.inputs = inputs;
    this.reads = reads;
    this.files = files;
  }

  void on(Api api) {
    api.on("importTopUps", this::importTopUps);
  }

  /** What became of a file; each of its lines is counted once. */
  private static final class Outcome {
    final List<Quarantined> quarantined = new ArrayList<>();
    final Map<String, Long> proposedMicro = new TreeMap<>();
    final Map<String, Long> knownMicro = new TreeMap<>();
    int proposed;
    int known;
  }

  private void importTopUps(Call call) {
    TopUpFile file;
    try {
      file = TopUpFile.read(FileImports.content(call));
    } catch (TopUpFile.NotTopUps wrong) {
      throw Refused.invalid("body", wrong.getMessage());
    }
    files.take(
        call, () -> propose(call, file), outcome -> call.json(200, out -> write(outcome, out)));
  }

  private Outcome propose(Call call, TopUpFile file) throws Exception {
    Outcome outcome = new Outcome();
    outcome.quarantined.addAll(file.quarantined());
    Map<String, MoneyChange.TopUp> known = known(file);
    for (TopUpLine line : file.lines()) {
      MoneyChange.TopUp change =
          new MoneyChange.TopUp(
              new ProjectName(line.project()), line.amountMicro(), line.currency());
      String mark = TopUpLine.mark(line.reference());
      MoneyChange.TopUp before = known.get(mark);
      if (before == null) {
        if (accepted(call, line, change, outcome)) {
          known.put(mark, change);
          outcome.proposed++;
          outcome.proposedMicro.merge(line.currency(), line.amountMicro(), Math::addExact);
        }
      } else if (before.equals(change)) {
        outcome.known++;
        outcome.knownMicro.merge(line.currency(), line.amountMicro(), Math::addExact);
      } else {
        String detail =
            "the reference " + line.reference() + " is known with another project or amount";
        outcome.quarantined.add(new Quarantined(line.line(), detail));
      }
    }
    outcome.quarantined.sort(java.util.Comparator.comparingInt(Quarantined::line));
    return outcome;
  }

  /** The top-ups by the marks of their references, as all the books have them by now. */
  private Map<String, MoneyChange.TopUp> known(TopUpFile file) {
    files.awaitBooks();
    Map<String, MoneyChange.TopUp> known = new HashMap<>();
    List<String> marks =
        file.lines().stream().map(line -> TopUpLine.mark(line.reference())).distinct().toList();
    for (ProposalRow row : reads.proposals().topUpsMarked(marks)) {
      String mark = row.reason().substring(0, row.reason().indexOf(']') + 1);
      known.put(mark, (MoneyChange.TopUp) row.change());
    }
    return known;
  }

  private boolean accepted(Call call, TopUpLine line, MoneyChange.TopUp change, Outcome outcome)
      throws Exception {
    Reply reply =
        inputs
            .submit(call, new Input.ProposeMoney(call.principal().actor(), change, line.marked()))
            .get(PATIENCE_S, TimeUnit.SECONDS);
    if (!(reply instanceof Reply.Rejected(Rejection rejection))) {
      return true;
    }
    switch (rejection.code()) {
      case FORBIDDEN, BUSY, DISK_FULL -> throw new Refused(Refusal.of(rejection));
      case MALFORMED, NOT_FOUND, CONFLICT, STALE, IDEMPOTENCY_MISMATCH, INVALID, TOO_MANY ->
          outcome.quarantined.add(new Quarantined(line.line(), rejection.message()));
    }
    return false;
  }

  private static void write(Outcome outcome, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("lines", outcome.proposed + outcome.known + outcome.quarantined.size());
    out.writeNumberField("proposed", outcome.proposed);
    out.writeNumberField("known", outcome.known);
    totals("proposedTotals", outcome.proposedMicro, out);
    totals("knownTotals", outcome.knownMicro, out);
    FileImports.write(outcome.quarantined, out);
    out.writeEndObject();
  }

  private static void totals(String name, Map<String, Long> micro, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (Map.Entry<String, Long> each : micro.entrySet()) {
      out.writeStartObject();
      out.writeStringField("currency", each.getKey());
      out.writeNumberField("amountMicro", each.getValue());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}

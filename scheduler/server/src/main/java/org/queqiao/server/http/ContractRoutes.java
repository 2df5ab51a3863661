package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Input;
import org.queqiao.server.view.ClusterView;

/** Contracts of projects. */
final class ContractRoutes {
  private final ClusterView view;
  private final Inputs inputs;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final Blocking blocking;

  ContractRoutes(
      ClusterView view,
      Inputs inputs,
      LedgerReads reads,
      LedgerHistory history,
      Blocking blocking) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.history = history;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("proposeContract", this::propose);
    api.on("listContracts", this::list);
  }

  private void propose(Call call) {
    Map<String, Object> body = call.body();
    MoneyChange change =
        new MoneyChange.Contract(
            new ContractTerms(
                (String) body.get("number"),
                new ProjectName(call.text("name")),
                (String) body.getOrDefault("customerClass", ""),
                (Long) body.getOrDefault("validFromMs", 0L),
                (Long) body.getOrDefault("validToMs", 0L),
                (String) body.getOrDefault("documents", "")));
    inputs.submit(
        call,
        new Input.ProposeMoney(call.principal().actor(), change, (String) body.get("reason")),
        reply -> MoneyRoutes.proposed(call, reply));
  }

  private void list(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("name"));
    long seen = view.position();
    long nowMs = System.currentTimeMillis();
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(seen);
          return reads.proposals().contracts(project);
        },
        found ->
            call.json(200, out -> Json.page(out, found, null, (row, to) -> write(row, nowMs, to))));
  }

  private static void write(ProposalRow row, long nowMs, JsonGenerator out) throws IOException {
    ContractTerms terms = ((MoneyChange.Contract) row.change()).terms();
    out.writeStartObject();
    out.writeNumberField("proposal", row.id());
    write(terms, out);
    out.writeBooleanField("holds", terms.holdsAt(nowMs));
    out.writeStringField("proposedBy", row.proposedBy());
    out.writeStringField("approvedBy", row.decidedBy());
    out.writeNumberField("approvedMs", row.decidedMs());
    out.writeStringField("reason", row.reason());
    out.writeEndObject();
  }

  /** What is proposed, within an object. */
  static void proposed(ContractTerms terms, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "CONTRACT");
    write(terms, out);
  }

  /** What it says, within an object. */
  private static void write(ContractTerms terms, JsonGenerator out) throws IOException {
    out.writeStringField("number", terms.number());
    out.writeStringField("project", terms.project().value());
    out.writeStringField("customerClass", terms.customerClass());
    out.writeNumberField("validFromMs", terms.validFromMs());
    out.writeNumberField("validToMs", terms.validToMs());
    out.writeStringField("documents", terms.documents());
  }
}

package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;

/** Contracts of projects. */
final class ContractRoutes {
  private final MoneyDesk desk;

  ContractRoutes(MoneyDesk desk) {
    this.desk = desk;
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
    desk.propose(call, change);
  }

  private void list(Call call) {
    ProjectName project = OwnProject.of(desk.view(), call, call.text("name"));
    long nowMs = System.currentTimeMillis();
    desk.books()
        .ask(
            call,
            () -> desk.reads().proposals().contracts(project),
            found ->
                call.json(
                    200, out -> Json.page(out, found, null, (row, to) -> write(row, nowMs, to))));
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

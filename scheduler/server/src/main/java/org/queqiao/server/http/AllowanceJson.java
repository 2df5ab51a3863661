package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.sql.AllowanceRows;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;

/** Money and core-hours of projects, as JSON and back. */
final class AllowanceJson {
  private AllowanceJson() {}

  static Allowance allowance(ProjectName project, Map<String, Object> body) {
    String partition = (String) body.get("partition");
    return new Allowance(
        project,
        AllowanceKind.valueOf((String) body.get("kind")),
        (Long) body.get("coreMs"),
        partition == null ? null : new PartitionName(partition),
        (Long) body.getOrDefault("validFromMs", 0L),
        (Long) body.getOrDefault("validToMs", 0L));
  }

  static AllowanceOrder order(Map<String, Object> body) {
    List<AllowanceKind> kinds = new ArrayList<>();
    for (Object each : (List<?>) body.get("kinds")) {
      kinds.add(AllowanceKind.valueOf((String) each));
    }
    return new AllowanceOrder((Boolean) body.getOrDefault("earliestExpiryFirst", true), kinds);
  }

  /** What it is, within an object. */
  static void write(Allowance each, JsonGenerator out) throws IOException {
    out.writeStringField("allowanceKind", each.kind().name());
    out.writeNumberField("coreMs", each.coreMs());
    out.writeStringField("partition", each.partition() == null ? null : each.partition().value());
    out.writeNumberField("validFromMs", each.validFromMs());
    out.writeNumberField("validToMs", each.validToMs());
  }

  static void write(AllowanceOrder order, JsonGenerator out) throws IOException {
    out.writeBooleanField("earliestExpiryFirst", order.earliestExpiryFirst());
    Json.texts(out, "kinds", order.kinds().stream().map(AllowanceKind::name).toList());
  }

  /** What is proposed, within an object. */
  static void proposed(Allowance each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "ALLOWANCE");
    out.writeStringField("project", each.project().value());
    write(each, out);
  }

  /** What is proposed, within an object. */
  static void proposed(AllowanceOrder each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "ALLOWANCE_ORDER");
    write(each, out);
  }

  /** Money of a project, within an object. */
  static void balances(ProjectName project, List<LedgerReads.Balance> found, JsonGenerator out)
      throws IOException {
    out.writeStringField("project", project.value());
    out.writeArrayFieldStart("items");
    for (LedgerReads.Balance each : found) {
      out.writeStartObject();
      out.writeStringField("currency", each.currency());
      out.writeNumberField("availableMicro", each.availableMicro());
      out.writeNumberField("heldMicro", each.heldMicro());
      out.writeNumberField("creditMicro", each.creditMicro());
      out.writeBooleanField("paysBefore", each.paysBefore());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Core-hours of a project, within an object. */
  static void write(List<AllowanceRows.Listed> all, long nowMs, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("allowances");
    for (AllowanceRows.Listed each : all) {
      write(each, nowMs, out);
    }
    out.writeEndArray();
  }

  /** What is left of it; nothing once it has ended, whether that is posted already or not. */
  private static void write(AllowanceRows.Listed listed, long nowMs, JsonGenerator out)
      throws IOException {
    AllowanceBook.Row row = listed.row();
    Allowance allowance = row.left().allowance();
    out.writeStartObject();
    out.writeNumberField("id", row.left().id());
    write(allowance, out);
    out.writeNumberField("leftCoreMs", allowance.isOver(nowMs) ? 0 : row.left().leftMs());
    out.writeNumberField("heldCoreMs", row.drawnMs());
    out.writeBooleanField("expiryTold", listed.told());
    out.writeEndObject();
  }
}

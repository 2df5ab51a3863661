package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.ledger.DisputeRow;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.view.Scope;

/** Disputes of charges, their answers, and refunds by name. */
final class DisputeRoutes {
  private final MoneyDesk desk;

  DisputeRoutes(MoneyDesk desk) {
    this.desk = desk;
  }

  void on(Api api) {
    api.on("listDisputes", this::list);
    api.on("openDispute", this::open);
    api.on("answerDispute", this::answer);
    api.on("proposeRefund", this::refund);
  }

  private void list(Call call) {
    Scope scope = desk.view().site().scopeOf(call.principal().user());
    List<String> projects =
        scope.everything() ? null : scope.projects().stream().map(ProjectName::value).toList();
    int limit = call.number("limit").intValue();
    long before = Cursor.jobsBefore(call.text("cursor"));
    String self = call.principal().actor().toString();
    desk.books()
        .ask(
            call,
            () -> desk.reads().disputes().before(before, self, projects, limit),
            found -> {
              String next = found.size() < limit ? null : Cursor.ofJobsBefore(found.getLast().id());
              call.json(200, out -> Json.page(out, found, next, DisputeRoutes::write));
            });
  }

  /** A charge is disputed by who may see it. */
  private void open(Call call) {
    Scope scope = desk.view().site().scopeOf(call.principal().user());
    String transaction = (String) call.body().get("transaction");
    String reason = (String) call.body().get("reason");
    desk.books()
        .ask(
            call,
            () -> {
              Optional<Long> job = desk.reads().disputes().jobOf(transaction);
              return job.flatMap(id -> desk.reads().job(new JobId(id)))
                  .filter(row -> scope.sees(row.user(), row.project()));
            },
            found -> {
              JobRow row =
                  found.orElseThrow(() ->
                      Refused.notFound("there is no charge of this transaction that you may see"));
              desk.inputs()
                  .submit(
                      call,
                      new Input.OpenDispute(
                          call.principal().actor(), row.project(), transaction, reason),
                      reply -> numbered(call, 201, "dispute", ((Reply.Proposed) reply).proposal()));
            });
  }

  private void answer(Call call) {
    boolean uphold = (Boolean) call.body().get("uphold");
    long amount = (Long) call.body().getOrDefault("amountMicro", 0L);
    String cause = (String) call.body().get("cause");
    String currency = (String) call.body().getOrDefault("currency", "");
    if (uphold && (amount <= 0 || cause == null || currency.isEmpty())) {
      throw Refused.invalid(
          "amountMicro",
          "who upholds a dispute says amountMicro, currency and cause of the refund");
    }
    if (!uphold && (amount != 0 || cause != null)) {
      throw Refused.invalid("uphold", "a dispute that is rejected has no refund");
    }
    long dispute = call.number("dispute");
    if (!uphold
        || !desk.view().site().permits(call.principal().actor(), new Action.ChangeMoney())) {
      answer(call, dispute, amount, currency, cause);
      return;
    }
    desk.books()
        .askUpToDate(
            call,
            () ->
                desk.reads()
                    .disputes()
                    .subject(dispute)
                    .map(each ->
                        desk.reads()
                            .disputes()
                            .refundable(each.transaction(), each.project(), currency)),
            left -> {
              // A dispute that the books do not know yet, or no more, is refused by the machine.
              left.ifPresent(each -> MoneyDesk.requireLeft(each, amount, currency));
              answer(call, dispute, amount, currency, cause);
            });
  }

  private void answer(Call call, long dispute, long amount, String currency, String cause) {
    desk.inputs()
        .submit(
            call,
            new Input.AnswerDispute(
                call.principal().actor(),
                dispute,
                amount,
                currency,
                cause == null ? null : RefundReason.valueOf(cause),
                (String) call.body().get("reason")),
            reply -> {
              long proposal = ((Reply.Proposed) reply).proposal();
              if (proposal == 0) {
                call.noContent();
              } else {
                numbered(call, 202, "proposal", proposal);
              }
            });
  }

  private void refund(Call call) {
    MoneyChange.Refund refund =
        new MoneyChange.Refund(
            new ProjectName((String) call.body().get("project")),
            (Long) call.body().get("amountMicro"),
            (String) call.body().get("currency"),
            (String) call.body().get("transaction"),
            RefundReason.valueOf((String) call.body().get("cause")));
    desk.proposeRefund(call, refund);
  }

  private static void numbered(Call call, int status, String name, long number) {
    call.json(
        status,
        out -> {
          out.writeStartObject();
          out.writeNumberField(name, number);
          out.writeEndObject();
        });
  }

  private static void write(DisputeRow each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("dispute", each.id());
    out.writeStringField("state", each.state().name());
    out.writeStringField("project", each.project());
    out.writeStringField("transaction", each.transaction());
    out.writeStringField("openedBy", each.openedBy());
    out.writeNumberField("openedMs", each.openedMs());
    out.writeStringField("reason", each.reason());
    out.writeStringField("answeredBy", JobDocument.orNull(each.answeredBy()));
    Json.number(out, "answeredMs", each.answeredMs() == 0 ? null : each.answeredMs());
    out.writeStringField("answer", JobDocument.orNull(each.answer()));
    Json.number(out, "proposal", each.proposal() == 0 ? null : each.proposal());
    out.writeEndObject();
  }
}

package org.queqiao.server.http;

import java.util.OptionalLong;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.view.ClusterView;

/** What routes of money share: they ask the books, and propose what another person decides. */
record MoneyDesk(ClusterView view, Inputs inputs, LedgerReads reads, FormFiles books) {
  /** Proposes a change with the reason of the request, and answers with its number. */
  void propose(Call call, MoneyChange change) {
    Input input =
        new Input.ProposeMoney(
            call.principal().actor(), change, (String) call.body().get("reason"));
    inputs.submit(call, input, reply -> proposed(call, reply));
  }

  /**
   * Proposes what names a transaction, once the books say that it moved money of the project.
   *
   * @param field which field of the request names it
   */
  void proposeFor(
      Call call,
      MoneyChange change,
      String field,
      ProjectName project,
      String currency,
      String transaction) {
    // Who may not propose it hears that, and nothing of what is in the books.
    if (!view.site().permits(call.principal().actor(), new Action.ChangeMoney())
        || view.site().project(project).isEmpty()) {
      propose(call, change);
      return;
    }
    books.askUpToDate(
        call,
        () -> reads.disputes().moved(transaction, project, currency),
        moved -> {
          if (!moved) {
            throw notMoved(field, currency, project);
          }
          propose(call, change);
        });
  }

  /** Proposes a refund of no more than what its charge took and is not given back. */
  void proposeRefund(Call call, MoneyChange.Refund refund) {
    if (!view.site().permits(call.principal().actor(), new Action.ChangeMoney())
        || view.site().project(refund.project()).isEmpty()) {
      propose(call, refund);
      return;
    }
    books.askUpToDate(
        call,
        () ->
            reads.disputes().refundable(refund.transaction(), refund.project(), refund.currency()),
        left -> {
          if (left.isEmpty()) {
            throw notMoved("transaction", refund.currency(), refund.project());
          }
          requireLeft(left, refund.amountMicro(), refund.currency());
          propose(call, refund);
        });
  }

  /** Refuses more than is left of a charge; nothing is left of what moved no money. */
  static void requireLeft(OptionalLong left, long micro, String currency) {
    long most = Math.max(0, left.orElse(0));
    if (micro > most) {
      throw Refused.invalid(
          "amountMicro",
          "of what this run or transaction took, less what was given back or waits to be, "
              + most
              + " micro-units of "
              + currency
              + " are left: a refund of "
              + micro
              + " is more; money beyond a charge is a correction");
    }
  }

  private static Refused notMoved(String field, String currency, ProjectName project) {
    return Refused.invalid(
        field,
        "no transaction of this name moved "
            + currency
            + " of project "
            + project
            + ": GET /api/v1/charges?job=N shows those of a job, and GET /api/v1/wallets/"
            + project
            + "/postings the others");
  }

  /** Answers with the number of a proposal. */
  static void proposed(Call call, Reply reply) {
    call.json(
        202,
        out -> {
          out.writeStartObject();
          out.writeNumberField("proposal", ((Reply.Proposed) reply).proposal());
          out.writeEndObject();
        });
  }
}

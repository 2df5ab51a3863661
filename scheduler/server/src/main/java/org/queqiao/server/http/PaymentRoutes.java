package org.queqiao.server.http;

import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.server.view.ClusterView;

/** Payments of statements, and those that went back. */
final class PaymentRoutes {
  private final ClusterView view;
  private final Inputs inputs;
  private final LedgerReads reads;
  private final FormFiles files;

  PaymentRoutes(ClusterView view, Inputs inputs, LedgerReads reads, FormFiles files) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.files = files;
  }

  void on(Api api) {
    api.on("payStatement", call -> propose(call, false));
    api.on("takePaymentBack", call -> propose(call, true));
  }

  private void propose(Call call, boolean back) {
    MonthRoutes.onlyFinance(view, call);
    ProjectName project = OwnProject.of(view, call, call.text("project"));
    String month = call.text("period");
    Long micro = back ? null : (Long) call.body().get("amountMicro");
    String currency = back ? null : (String) call.body().get("currency");
    if (micro != null && currency == null) {
      throw Refused.invalid("currency", "amountMicro and currency go together");
    }
    files.ask(
        call,
        () -> asked(project, month, currency),
        asked -> {
          Statement statement = asked.statement();
          Optional<Refused> refused =
              back
                  ? notToTakeBack(statement)
                  : unpayable(statement, micro, currency, asked.amounts());
          if (refused.isPresent()) {
            call.refuse(refused.get().refusal());
            return;
          }
          MonthRoutes.propose(
              inputs,
              call,
              new MoneyChange.StatementPaid(
                  project,
                  month,
                  (String) call.body().get("paidOn"),
                  (String) call.body().get("reference"),
                  back ? List.of() : asked.amounts(),
                  back,
                  asked.currency()),
              (String) call.body().get("reason"));
        });
  }

  /**
   * What a payment is of.
   *
   * @param currency in which alone, where the statement asks for several; else empty
   */
  record Asked(Statement statement, List<MoneyChange.PaidAmount> amounts, String currency) {}

  private Asked asked(ProjectName project, String month, String currency) {
    Statement statement = reads.statement(project.value(), month);
    List<MoneyChange.PaidAmount> all = asked(statement);
    boolean one =
        currency != null
            && all.size() > 1
            && all.stream().anyMatch(each -> each.currency().equals(currency));
    if (!one || statement.standing().state() != Standing.State.CLOSED) {
      return new Asked(statement, all, "");
    }
    long micro = reads.months().askedIn(project.value(), month, currency);
    return new Asked(
        statement,
        micro == 0 ? List.of() : List.of(new MoneyChange.PaidAmount(currency, micro)),
        currency);
  }

  /** What a statement asks for, in each currency in which it does. */
  private static List<MoneyChange.PaidAmount> asked(Statement statement) {
    return statement.totals().stream()
        .map(
            each -> new MoneyChange.PaidAmount(each.currency(), each.payableMicro(statement.tax())))
        .filter(each -> each.amountMicro() > 0)
        .toList();
  }

  /** Why a statement cannot be paid so; empty when it can. */
  private static Optional<Refused> unpayable(
      Statement statement, Long micro, String currency, List<MoneyChange.PaidAmount> asked) {
    Standing standing = statement.standing();
    if (standing.state() == Standing.State.PAID) {
      return Optional.of(
          Refused.conflict(
              "statement "
                  + standing.number()
                  + " was paid on "
                  + standing.paidOn()
                  + " ("
                  + standing.reference()
                  + ")"));
    }
    if (standing.state() != Standing.State.CLOSED || standing.number().isEmpty()) {
      return Optional.of(
          Refused.conflict(
              "the statement of "
                  + statement.project()
                  + " for "
                  + statement.period()
                  + " has no number: "
                  + (standing.state() == Standing.State.CLOSED
                      ? "there was nothing on it when its month was closed"
                      : "its month is not closed")));
    }
    return currency == null ? Optional.empty() : otherAmount(statement, micro, currency, asked);
  }

  /** Why an amount is not what is asked for; empty when it is. */
  private static Optional<Refused> otherAmount(
      Statement statement, Long micro, String currency, List<MoneyChange.PaidAmount> asked) {
    String name = "statement " + statement.standing().number();
    List<String> currencies = asked.stream().map(MoneyChange.PaidAmount::currency).toList();
    if (asked.isEmpty()) {
      return Optional.of(Refused.conflict(name + " asks for nothing"));
    }
    if (!currencies.contains(currency)) {
      return Optional.of(
          Refused.invalid(
              "currency",
              name + " asks for " + String.join(" and ", currencies) + ", not for " + currency));
    }
    MoneyChange.PaidAmount one = asked.getFirst();
    return micro == null || one.amountMicro() == micro
        ? Optional.empty()
        : Optional.of(
            Refused.invalid(
                "amountMicro",
                name
                    + " asks for "
                    + StatementForms.money(one.amountMicro())
                    + " "
                    + currency
                    + ", no more and no less, not for "
                    + StatementForms.money(micro)));
  }

  /** Why no payment can go back; empty when one can. */
  static Optional<Refused> notToTakeBack(Statement statement) {
    Standing standing = statement.standing();
    boolean came = statement.totals().stream().anyMatch(each -> each.settlement().paidMicro() != 0);
    if (standing.state() != Standing.State.PAID && !came) {
      return Optional.of(
          Refused.conflict(
              "the statement of "
                  + statement.project()
                  + " for "
                  + statement.period()
                  + " is not paid"));
    }
    boolean byMoney = statement.totals().isEmpty() || came;
    return byMoney
        ? Optional.empty()
        : Optional.of(
            Refused.conflict(
                "nothing came for statement " + standing.number() + ": it asked for nothing"));
  }
}

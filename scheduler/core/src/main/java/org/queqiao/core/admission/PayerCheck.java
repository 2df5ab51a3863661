package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.PayerBook;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.PayerTable;
import org.queqiao.core.state.Wallet;

/**
 * One wallet for the runs of several projects. There are no chains: who pays for others is paid for
 * by nobody, so that whoever reads what was agreed on knows whose money it is.
 */
final class PayerCheck {
  private PayerCheck() {}

  /** The projects whose money a change may move: a refund goes to whoever paid for the run. */
  static List<ProjectName> projectsOf(MoneyChange change, Cluster cluster) {
    List<ProjectName> all = new ArrayList<>();
    if (change.project() != null) {
      all.add(change.project());
    }
    if (change instanceof MoneyChange.ProjectPayer each && each.payer() != null) {
      all.add(each.payer());
    }
    if (change instanceof MoneyChange.Refund each) {
      all.addAll(cluster.money().payers().book().everOf(each.project()));
    }
    return all;
  }

  /** Why it is refused, whoever proposes or approves it, or nothing. */
  static Optional<Decision> wrong(MoneyChange.ProjectPayer each, long nowMs, Cluster cluster) {
    Optional<Decision> first =
        unknown("project", each.project(), cluster)
            .or(() -> ProposalCheck.past("validFromMs", "a payer", each.validFromMs(), nowMs))
            .or(() ->
                each.payer() == null ? Optional.empty() : unknown("payer", each.payer(), cluster))
            .or(() ->
                cluster.money().payers().words().size() < PayerTable.MAX_WORDS
                    ? Optional.empty()
                    : Optional.of(
                        Rejections.conflict(
                            "",
                            "there are "
                                + PayerTable.MAX_WORDS
                                + " words about payers, the most there may be")));
    if (first.isPresent() || each.payer() == null) {
      return first;
    }
    long fromMs = each.validFromMs() == 0 ? nowMs : each.validFromMs();
    return ProposalCheck.invalid(
            each.payer().equals(each.project()),
            "payer",
            "project " + each.project() + " pays for itself without a payer: leave it out")
        .or(() -> chain(each, fromMs, cluster.money().payers().book()))
        .or(() -> currencies(each, cluster));
  }

  private static Optional<Decision> unknown(String field, ProjectName name, Cluster cluster) {
    return ProposalCheck.invalid(
        cluster.accounts().project(name).isEmpty(), field, "there is no project " + name);
  }

  private static Optional<Decision> chain(
      MoneyChange.ProjectPayer each, long fromMs, PayerBook book) {
    Optional<ProjectName> above = book.anyFrom(each.payer(), fromMs);
    if (above.isPresent()) {
      return Optional.of(
          Rejections.conflict(
              "payer",
              "project "
                  + each.payer()
                  + " is paid for by project "
                  + above.get()
                  + ": a payer has no payer"));
    }
    return book.paidBy(each.project(), fromMs)
        .map(below ->
            Rejections.conflict(
                "project",
                "project "
                    + each.project()
                    + " pays for project "
                    + below
                    + ": who pays for others gets no payer"));
  }

  private static Optional<Decision> currencies(MoneyChange.ProjectPayer each, Cluster cluster) {
    Optional<String> own = cluster.wallets().find(each.project()).map(Wallet::currency);
    Optional<String> other = cluster.wallets().find(each.payer()).map(Wallet::currency);
    return own.isPresent() && other.isPresent() && !own.equals(other)
        ? Optional.of(
            Rejections.conflict(
                "payer",
                "the wallet of project "
                    + each.project()
                    + " is in "
                    + own.get()
                    + " and that of project "
                    + each.payer()
                    + " in "
                    + other.get()))
        : Optional.empty();
  }
}

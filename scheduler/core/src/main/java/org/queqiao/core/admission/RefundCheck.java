package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/**
 * Money that people give back for a charge. What it was is looked up in the books, which come
 * after; so a run that was told otherwise since somebody looked is looked at anew.
 */
final class RefundCheck {
  private static final String TRANSACTION = "transaction";

  private RefundCheck() {}

  /** Why it is refused whoever proposes or approves it, or nothing. */
  static Optional<Decision> wrong(MoneyChange.Refund each, Cluster cluster) {
    String problem =
        TextRules.problemOfLine(each.transaction(), ProposalCheck.MAX_TRANSACTION_CHARACTERS);
    return ProposalCheck.invalid(
            each.amountMicro() <= 0 || each.amountMicro() > MoneyCheck.MAX_FUNDING_MICRO,
            "amountMicro",
            "a refund is from 1 to "
                + MoneyCheck.MAX_FUNDING_MICRO
                + " micro-units, not "
                + each.amountMicro())
        .or(() ->
            ProposalCheck.invalid(
                problem != null,
                TRANSACTION,
                "the transaction " + problem + ": name the one for which it is"))
        .or(() -> ProposalCheck.invalid(each.cause() == null, "cause", "say why money goes back"))
        .or(() -> goesOn(each.transaction(), cluster));
  }

  /**
   * At its end a rule may give back all that a run cost: not what was given back before as well.
   */
  private static Optional<Decision> goesOn(String transaction, Cluster cluster) {
    return RunId.ofTransaction(transaction)
        .filter(run -> cluster.jobs().find(run.job()).filter(job -> job.isRun(run)).isPresent())
        .map(run ->
            Rejections.conflict(
                TRANSACTION,
                "run "
                    + run
                    + " goes on: wait for its end, which posts what a rule gives back of it"));
  }

  /** A refund with how often its run was told, where that is remembered. */
  static MoneyChange toldNow(MoneyChange change, Cluster cluster) {
    return change instanceof MoneyChange.Refund each && told(each, cluster) > 0
        ? each.toldAs(told(each, cluster))
        : change;
  }

  /**
   * Why a refund is not approved whose run was told otherwise after it was proposed, or nothing:
   * who proposed it looked at another charge. Of one that is forgotten by now nobody knows.
   */
  static Optional<Decision> toldAgain(MoneyChange change, Cluster cluster) {
    if (!(change instanceof MoneyChange.Refund each)) {
      return Optional.empty();
    }
    int now = told(each, cluster);
    // One that was proposed before that was kept names the charge that its proposer looked at.
    boolean same =
        each.toldAs() == 0
            ? now == 0
                || RunId.ofTransaction(each.transaction()).orElseThrow().attempt() == 2 * now - 1
            : each.toldAs() == now;
    return same
        ? Optional.empty()
        : Optional.of(
            Rejections.conflict(
                TRANSACTION,
                now == 0
                    ? "whether the run was told otherwise is not remembered any more: reject this"
                        + " and propose it anew"
                    : "the run was told otherwise since this was proposed: reject it and propose"
                        + " what is right of the charge that stands"));
  }

  private static int told(MoneyChange.Refund each, Cluster cluster) {
    return RunId.ofTransaction(each.transaction())
        .map(run -> cluster.observed().toldAs(run.job()))
        .orElse(0);
  }
}

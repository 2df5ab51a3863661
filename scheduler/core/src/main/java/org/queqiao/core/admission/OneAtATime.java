package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/** Changes by two people of which one at a time waits, because two would be too much. */
final class OneAtATime {
  private OneAtATime() {}

  /** Why a change waits for the answer to another one, or nothing. */
  static Optional<Decision> waits(MoneyChange change, Cluster cluster) {
    return cluster.money().proposals().stream()
        .filter(each -> isOfTheSame(each.change(), change, cluster))
        .findFirst()
        .map(each ->
            Rejections.conflict(
                change instanceof MoneyChange.Refund ? "transaction" : "",
                "proposal " + each.id() + " about the same waits: decide on it first"));
  }

  /**
   * Two refunds of one charge could give back more than it took; two of the others undo each other.
   */
  private static boolean isOfTheSame(MoneyChange waiting, MoneyChange change, Cluster cluster) {
    return switch (change) {
      case MoneyChange.FiscalYear _ -> waiting instanceof MoneyChange.FiscalYear;
      case MoneyChange.JobBilling _ -> waiting instanceof MoneyChange.JobBilling;
      case MoneyChange.Refund refund ->
          waiting instanceof MoneyChange.Refund other
              && other.currency().equals(refund.currency())
              && charge(other, cluster).equals(charge(refund, cluster));
      case MoneyChange.PriceEnd end ->
          waiting instanceof MoneyChange.PriceEnd other
              && (end.byNumber() && other.byNumber()
                  ? other.price() == end.price()
                  : other.item().isSame(end.item()));
      default -> false;
    };
  }

  /**
   * The run that is charged by the transaction, or without a run the transaction. Each time that a
   * run elsewhere is told it has another number of a run in the books, and is the same.
   */
  private static Object charge(MoneyChange.Refund refund, Cluster cluster) {
    return RunId.ofTransaction(refund.transaction())
        .<Object>map(run -> cluster.observed().toldAs(run.job()) > 0 ? run.job() : run)
        .orElse(refund.transaction());
  }
}

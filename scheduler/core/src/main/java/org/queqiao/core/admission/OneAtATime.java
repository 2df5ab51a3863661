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
        .filter(each -> isOfTheSame(each.change(), change))
        .findFirst()
        .map(each ->
            Rejections.conflict(
                change instanceof MoneyChange.Refund ? "transaction" : "",
                "proposal " + each.id() + " about the same waits: decide on it first"));
  }

  /**
   * Two refunds of one charge could give back more than it took; two of the others undo each other.
   */
  private static boolean isOfTheSame(MoneyChange waiting, MoneyChange change) {
    return switch (change) {
      case MoneyChange.JobBilling _ -> waiting instanceof MoneyChange.JobBilling;
      case MoneyChange.Refund refund ->
          waiting instanceof MoneyChange.Refund other
              && other.currency().equals(refund.currency())
              && charge(other).equals(charge(refund));
      case MoneyChange.PriceEnd end ->
          waiting instanceof MoneyChange.PriceEnd other
              && (end.byNumber() && other.byNumber()
                  ? other.price() == end.price()
                  : other.item().isSame(end.item()));
      default -> false;
    };
  }

  /** The run that is charged by the transaction, or without a run the transaction. */
  private static Object charge(MoneyChange.Refund refund) {
    return RunId.ofTransaction(refund.transaction())
        .<Object>map(run -> run)
        .orElse(refund.transaction());
  }
}

package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.Covering;

/**
 * Core-hours that projects have beside their wallets.
 *
 * @param allowances with what is left of each, by id
 * @param holds what runs have taken that go on, by run
 * @param order in which runs take of them
 * @param refundRules by which they come back, in the order of their approval
 */
public record AllowancesImage(
    List<Covering.Left> allowances,
    List<Hold> holds,
    AllowanceOrder order,
    List<MoneyChange.RefundRule> refundRules) {
  /** There are none. */
  public static final AllowancesImage NONE =
      new AllowancesImage(List.of(), List.of(), AllowanceOrder.DEFAULT, List.of());

  public AllowancesImage {
    allowances = List.copyOf(allowances);
    holds = List.copyOf(holds);
    refundRules = List.copyOf(refundRules);
  }

  /** What a run that goes on has taken. */
  public record Hold(RunId run, List<Covering.Draw> draws) {
    public Hold {
      draws = List.copyOf(draws);
    }
  }
}

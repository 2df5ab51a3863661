package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.price.Covering;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;

/** One of each record about allowances and contracts. */
final class AllowanceSamples {
  private static final Allowance PACKAGE =
      new Allowance(
          Samples.PROJECT,
          AllowanceKind.PACKAGE,
          36_000_000_000L,
          new PartitionName("batch"),
          1_760_000_000_000L,
          1_790_000_000_000L);
  private static final AllowanceOrder ORDER =
      new AllowanceOrder(
          false, List.of(AllowanceKind.REWARD, AllowanceKind.PACKAGE, AllowanceKind.GRANT));

  private static final ContractTerms CONTRACT =
      new ContractTerms(
          "HT-2026-017",
          Samples.PROJECT,
          "partner",
          1_760_000_000_000L,
          1_790_000_000_000L,
          "archive 2026/17");

  private AllowanceSamples() {}

  static Map<String, Event> laterEvents() {
    return Map.of(
        "MoneyDecided-allowance",
        new MoneyDecided(95, true, new MoneyChange.NewAllowance(PACKAGE), "contract 12"),
        "MoneyDecided-contract",
        new MoneyDecided(97, true, new MoneyChange.Contract(CONTRACT), "signed"),
        "MoneyProposed-order",
        new MoneyProposed(96, new MoneyChange.OrderOfAllowances(ORDER), "rewards first"));
  }

  static ClusterImage contracts(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            AllowancesImage.NONE,
            List.of(CONTRACT)));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new AllowancesImage(
                List.of(new Covering.Left(95, PACKAGE, 35_000_000_000L)),
                List.of(
                    new AllowancesImage.Hold(
                        Samples.RUN, List.of(new Covering.Draw(95, 1_000_000_000L)))),
                ORDER,
                List.of(
                    new MoneyChange.RefundRule(
                        RefundCause.NODE_FAIL, 1_000, 1_760_000_000_000L)))));
  }
}

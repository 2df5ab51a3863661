package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.snapshot.BudgetImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.contract.snapshot.WalletImage;

/** Budgets with every field different from its default. */
final class BudgetSamples {
  private static final BudgetName NAME = new BudgetName("climate-year");

  private static final BudgetTerms MONEY =
      new BudgetTerms(
          NAME,
          Samples.PROJECT,
          new UserName("ada"),
          BudgetUnit.MONEY,
          9_000_000,
          500_000,
          "CNY",
          "2026-04",
          "2027-03",
          true);

  private BudgetSamples() {}

  static List<Event> events() {
    return List.of(
        new BudgetDefined(
            new BudgetTerms(
                NAME,
                Samples.PROJECT,
                new UserName("ada"),
                BudgetUnit.CORE_TIME,
                3_600_000,
                7,
                "",
                "2026-04",
                "2027-03",
                true),
            "a share of each"),
        new BudgetUseTold(NAME, -12, 98));
  }

  static Map<String, Event> laterEvents() {
    return Map.of(
        "MoneyProposed-budget",
        new MoneyProposed(93, new MoneyChange.Budget(MONEY), "the year's money"));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(
                new BudgetImage(
                    MONEY,
                    new WalletImage(
                        Samples.PROJECT,
                        12,
                        500_000,
                        "CNY",
                        90,
                        1_760_000_000_000L,
                        8_000_000,
                        91,
                        List.of(
                            new WalletImage.Move(95, -40_000), new WalletImage.Move(97, 39_000)),
                        List.of(new WalletImage.Hold(Samples.RUN, 40_000))))),
            List.of()));
  }
}

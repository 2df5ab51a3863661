package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.contract.snapshot.PayersImage;

/** What wallets of several projects added to the contract. */
final class PayerSamples {
  private static final ProjectName PAYER = new ProjectName("faculty");
  private static final MoneyChange.ProjectPayer WORD =
      new MoneyChange.ProjectPayer(Samples.PROJECT, PAYER, 1_770_000_000_000L);

  private PayerSamples() {}

  static Map<String, Event> laterEvents() {
    return Map.of(
        "MoneyProposed-payer",
        new MoneyProposed(99, WORD, "one budget"),
        "MoneyDecided-payer-ends",
        new MoneyDecided(
            99,
            true,
            new MoneyChange.ProjectPayer(Samples.PROJECT, null, 1_780_000_000_000L),
            "on its own"),
        "JobAllocated-payer",
        new JobAllocated(Samples.RUN, List.of(Samples.ALLOCATION), 0, null, true, 0, PAYER));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            AllowancesImage.NONE,
            List.of(),
            null,
            List.of(),
            new PayersImage(List.of(WORD), List.of(new PayersImage.PaidRun(Samples.RUN, PAYER)))));
  }
}

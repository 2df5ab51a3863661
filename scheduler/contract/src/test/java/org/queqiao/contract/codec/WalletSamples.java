package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.contract.snapshot.WalletImage;

/** Wallets with every field different from its default. */
final class WalletSamples {
  static final BillingDefined BILLING = new BillingDefined("Asia/Shanghai", 4, "CNY");

  private WalletSamples() {}

  static List<Event> events() {
    return List.of(
        BILLING,
        new BudgetTold(Samples.PROJECT, -2_500_000, "CNY", 98),
        new CreditLineSet(Samples.PROJECT, 7_000_000, "CNY", "until the grant comes"));
  }

  static Map<String, Event> laterEvents() {
    return Map.of("JobPolicyDefined-gate", new JobPolicyDefined(9, false, false));
  }

  static ClusterImage billing(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            AllowancesImage.NONE,
            List.of(),
            BILLING));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        List.of(),
        List.of(
            new WalletImage(
                Samples.PROJECT,
                12,
                7_000_000,
                "CNY",
                90,
                1_760_000_000_000L,
                -2_500_000,
                91,
                List.of(new WalletImage.Move(95, -40_000), new WalletImage.Move(97, 39_000)),
                List.of(new WalletImage.Hold(Samples.RUN, 40_000)))));
  }
}

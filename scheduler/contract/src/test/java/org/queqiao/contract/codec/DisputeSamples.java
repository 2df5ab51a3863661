package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.Dispute;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;

/** Disputes and refunds with every field different from its default. */
final class DisputeSamples {
  private DisputeSamples() {}

  static List<Event> events() {
    return List.of(
        new DisputeOpened(88, Samples.PROJECT, "capture/7.1/x", "the node was broken"),
        new DisputeAnswered(88, 90, "so it was"),
        new LostRunsSeen(
            List.of(new RunId(new JobId(7), 1), new RunId(new JobId(8), 2)), "the node was off"));
  }

  static Map<String, Event> laterEvents() {
    return Map.of(
        "MoneyProposed-credit",
        new MoneyProposed(
            91, new MoneyChange.CreditLine(Samples.PROJECT, 9_000, "CNY"), "until spring"),
        "MoneyProposed-month",
        new MoneyProposed(
            92, new MoneyChange.CloseMonth("2026-10", 1_793_462_400_000L, 2026), "checked"),
        "MoneyProposed-month-wallets",
        new MoneyProposed(
            98,
            new MoneyChange.CloseMonth("2026-10", 1_793_462_400_000L, 2026, true, true),
            "checked"),
        "MoneyProposed-paid",
        new MoneyProposed(
            93,
            new MoneyChange.StatementPaid(Samples.PROJECT, "2026-10", "2026-11-20", "bank 17"),
            "received"),
        "MoneyProposed-payment",
        new MoneyProposed(
            96,
            new MoneyChange.StatementPaid(
                Samples.PROJECT,
                "2026-10",
                "2026-11-20",
                "bank 17",
                List.of(new MoneyChange.PaidAmount("CNY", 4_510_000)),
                false),
            "received"),
        "MoneyProposed-payment-back",
        new MoneyProposed(
            97,
            new MoneyChange.StatementPaid(
                Samples.PROJECT, "2026-10", "2026-11-25", "bank 18", List.of(), true),
            "it was of somebody else"),
        "MoneyProposed-archive",
        new MoneyProposed(94, new MoneyChange.ArchiveMonth("2026-10"), "two years are over"),
        "MoneyProposed-job-billing",
        new MoneyProposed(95, new MoneyChange.JobBilling(true, false), "as the board wants"),
        "MoneyProposed-given-back",
        new MoneyProposed(
            90,
            new MoneyChange.Refund(
                Samples.PROJECT,
                7_000,
                "CNY",
                "capture/7.1/x",
                RefundReason.PLATFORM_FAULT,
                88,
                null),
            "so it was"),
        "MoneyProposed-given-back-to",
        new MoneyProposed(
            90,
            new MoneyChange.Refund(
                Samples.PROJECT,
                7_000,
                "CNY",
                "capture/7.1/x",
                RefundReason.PLATFORM_FAULT,
                88,
                Actor.user(new UserName("ada"))),
            "so it was"));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(
                new Dispute(
                    88,
                    Actor.user(new UserName("ada")),
                    1_760_000_000_000L,
                    Samples.PROJECT,
                    "capture/7.1/x",
                    "the node was broken"))));
  }
}

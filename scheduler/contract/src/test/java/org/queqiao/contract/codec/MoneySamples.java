package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Proposal;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.snapshot.AllowancesImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;

/** Changes by two people with every field different from its default. */
final class MoneySamples {
  private static final PriceItem ITEM =
      new PriceItem(
          new PartitionName("batch"),
          new QosName("urgent"),
          120_000,
          "CNY",
          1_760_000_000_000L,
          1_790_000_000_000L,
          480,
          List.of(new DayFactor(480, 1_320, 1_500), new DayFactor(0, 480, 500)));

  private static final PriceItem GPU_ITEM =
      new PriceItem(
          new PartitionName("gpu"),
          null,
          7_000_000,
          "CNY",
          1_760_000_000_000L,
          0,
          0,
          List.of(),
          new PriceTerms(Resource.ACCELERATORS, "gpu:a100", "gpu8", "partner", true, true));

  private MoneySamples() {}

  static List<Event> events() {
    return List.of(
        new MoneyProposed(88, new MoneyChange.Price(ITEM), "peak and valley"),
        new MoneyDecided(
            88, true, new MoneyChange.TopUp(Samples.PROJECT, 5_000_000, "CNY"), "paid in"));
  }

  static final MoneyChange.FiscalYear FISCAL_YEAR =
      new MoneyChange.FiscalYear(4, "2027-04", 1_806_508_800_000L);

  static Map<String, Event> laterEvents() {
    Map<String, Event> all = new TreeMap<>(first());
    all.put(
        "MoneyProposed-month-running",
        new MoneyProposed(
            97, new MoneyChange.CloseMonth("2026-10", 1_793_462_400_000L, 2026, true), "checked"));
    all.put(
        "MoneyDecided-price-end",
        new MoneyDecided(
            98, true, new MoneyChange.PriceEnd(91, GPU_ITEM, 1_770_000_000_000L), "sold"));
    all.put(
        "MoneyDecided-refund-told",
        new MoneyDecided(
            98,
            true,
            new MoneyChange.Refund(
                    Samples.PROJECT, 7_000, "CNY", "capture/7.3/x", RefundReason.GOODWILL)
                .toldAs(2),
            "seen"));
    all.put(
        "MoneyDecided-price-end-by-number",
        new MoneyDecided(
            98, true, new MoneyChange.PriceEnd(91, GPU_ITEM, 1_770_000_000_000L, true), "sold"));
    all.put(
        "MoneyProposed-tax",
        new MoneyProposed(99, new MoneyChange.TaxRate(600, 1_770_000_000_000L), "the law"));
    all.put(
        "MoneyDecided-fiscal-year", new MoneyDecided(99, true, FISCAL_YEAR, "as the law has it"));
    all.put(
        "MoneyProposed-payment-currency",
        new MoneyProposed(
            96,
            new MoneyChange.StatementPaid(
                Samples.PROJECT,
                "2026-10",
                "2026-11-20",
                "bank 17",
                List.of(new MoneyChange.PaidAmount("EUR", 4_510_000)),
                false,
                "EUR"),
            "received"));
    all.put(
        "MoneyProposed-fiscal-tiers",
        new MoneyProposed(
            96,
            new MoneyChange.Price(
                new PriceItem(
                    null,
                    null,
                    7_000_000,
                    "CNY",
                    1_760_000_000_000L,
                    0,
                    0,
                    List.of(),
                    PriceTerms.CORES.with(List.of(new PriceTier(1_000, 6_000_000)), 4, 0))),
            "by volume of the fiscal year"));
    return all;
  }

  private static Map<String, Event> first() {
    return Map.of(
        "JobSubmitted-quote",
        new JobSubmitted(
            Samples.RUN.job(),
            Samples.USER,
            "liwei",
            1234,
            Samples.SPEC.toBuilder()
                .quote(new JobQuote("q-01", 1_760_000_000_000L, 5_000_000, 40_000, "CNY"))
                .build(),
            "",
            Samples.HASH),
        "MoneyProposed-refund",
        new MoneyProposed(
            89, new MoneyChange.RefundRule(RefundCause.PREEMPTED, 250, 1_760_000_000_000L), "fair"),
        "MoneyProposed-correction",
        new MoneyProposed(
            90,
            new MoneyChange.Correction(Samples.PROJECT, -7_000, "CNY", "capture/7.1/x"),
            "priced twice"),
        "MoneyProposed-terms",
        new MoneyProposed(91, new MoneyChange.Price(GPU_ITEM), "GPUs of partners"),
        "MoneyDecided-class",
        new MoneyDecided(
            92,
            true,
            new MoneyChange.CustomerClass(Samples.PROJECT, "partner", 1_760_000_000_000L),
            "as in the contract"),
        "MoneyProposed-conversion",
        new MoneyProposed(
            93,
            new MoneyChange.Conversion(
                "gpu8", Resource.ACCELERATORS, "gpu:a100", 32_500, 1_760_000_000_000L),
            "as the ministry says"),
        "MoneyProposed-tiers",
        new MoneyProposed(
            94,
            new MoneyChange.Price(
                new PriceItem(
                    null,
                    null,
                    7_000_000,
                    "CNY",
                    1_760_000_000_000L,
                    0,
                    0,
                    List.of(),
                    PriceTerms.CORES.with(
                        List.of(new PriceTier(1_000, 6_000_000), new PriceTier(9_000, 5_000_000)),
                        1,
                        40_000))),
            "by volume"),
        "MoneyProposed-reserved",
        new MoneyProposed(
            95,
            new MoneyChange.Price(
                new PriceItem(
                    null,
                    null,
                    20_000,
                    "CNY",
                    1_760_000_000_000L,
                    0,
                    0,
                    List.of(),
                    new PriceTerms(Resource.RESERVED, "", "gpu8", "", false, false))),
            "what nobody uses"),
        "JobAllocated-blocks",
        new JobAllocated(
            Samples.RUN,
            List.of(
                new Allocation(
                    new NodeName("n1"),
                    List.of(0, 1),
                    64L << 30,
                    List.of(new Allocation.GresDevices("gpu", "a100", List.of(0, 2))),
                    "gpu8",
                    16))),
        "NodeSettingsSet-type",
        new NodeSettingsSet(
            new NodeName("n1"), new NodeSettings(List.of("ib", "a100"), 20, "gpu8")));
  }

  /** As {@link #image}, with what was added later. */
  static ClusterImage laterImage(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(new AgreedPrice(0, GPU_ITEM)),
            List.of(
                new MoneyChange.CustomerClass(Samples.PROJECT, "partner", 1_760_000_000_000L))));
  }

  static ClusterImage fiscalYears(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            AllowancesImage.NONE,
            List.of(),
            WalletSamples.BILLING,
            List.of(FISCAL_YEAR)));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        new MoneyImage(
            List.of(
                new Proposal(
                    88,
                    Actor.user(new UserName("finance1")),
                    1_760_000_000_000L,
                    new MoneyChange.Price(ITEM),
                    "peak and valley")),
            List.of(new AgreedPrice(0, ITEM)),
            List.of()));
  }
}

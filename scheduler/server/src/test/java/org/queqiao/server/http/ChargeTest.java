package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/** What was charged for a job, put together from its postings. */
final class ChargeTest {
  private static final String DAY = "/2026-11-02/1000";
  private final List<Posting> postings = new ArrayList<>();

  private void posted(
      int attempt, String transaction, String account, Unit unit, String currency, long amount) {
    RunId run = new RunId(new JobId(7), attempt);
    postings.add(
        new Posting(
            transaction + "#" + account,
            transaction,
            account,
            unit,
            currency,
            amount,
            run,
            5,
            9,
            null));
  }

  private void metered(int attempt, String kind, long coreMs) {
    String name = kind + "/7." + attempt + DAY;
    posted(attempt, name, "usage:climate", Unit.CORE_MS, "", coreMs);
    posted(attempt, name, "meter:batch", Unit.CORE_MS, "", -coreMs);
  }

  private void paid(int attempt, String transaction, String to, String from, long micro) {
    posted(attempt, transaction, to, Unit.MICRO, "CNY", micro);
    posted(attempt, transaction, from, Unit.MICRO, "CNY", -micro);
  }

  private List<String> charges() {
    return charges(postings);
  }

  private static List<String> charges(List<Posting> postings) {
    return Charge.of(postings).stream()
        .map(each ->
            each.item()
                + " of "
                + each.partition()
                + ": "
                + each.coreMs()
                + " "
                + each.chargeMicro()
                + " "
                + each.currency())
        .toList();
  }

  @Test
  void tiersAndKindsOfNodesAreOneChargeAndTheMinimumIsOneOfItsOwn() {
    metered(1, "meter", 7_200_000);
    paid(1, "capture/7.1" + DAY, "revenue:batch", "held:climate", 400);
    paid(1, "capture/7.1" + DAY + "/tier1", "revenue:batch", "held:climate", 30);
    paid(1, "capture/7.1" + DAY + "/cores@fat/tier2", "revenue:batch", "held:climate", 2);
    paid(1, "capture/7.1" + DAY + "/gpu:a100", "revenue:batch", "held:climate", 50);
    paid(1, "capture/7.1" + DAY + "/gpu:a100/tier1", "revenue:batch", "held:climate", 5);
    paid(1, "minimum/7.1", "minimum:batch", "held:climate", 9);
    paid(1, "release/7.1", "wallet:climate", "held:climate", 1_000);
    assertThat(charges())
        .containsExactly(
            "7.1" + DAY + " of batch: 7200000 432 CNY",
            "7.1" + DAY + "/gpu:a100 of batch: 0 55 CNY",
            "7.1/minimum of batch: 0 9 CNY");
    assertThat(charges(postings.reversed()))
        .as("money is captured before the time is posted")
        .containsExactlyInAnyOrderElementsOf(charges());
  }

  @Test
  void aRunElsewhereThatWasToldOtherwiseIsTakenBackAndChargedAnew() {
    metered(1, "meter", 100);
    paid(1, "charge/7.1" + DAY, "revenue:c1.batch", "wallet:climate", 10);
    metered(2, "unmeter", -100);
    paid(2, "reverse/7.2" + DAY, "revenue:c1.batch", "wallet:climate", -10);
    paid(2, "reverse-minimum/7.2", "minimum:c1.batch", "wallet:climate", -3);
    assertThat(charges())
        .containsExactly(
            "7.1" + DAY + " of batch: 100 10 CNY",
            "7.2" + DAY + " of batch: -100 -10 CNY",
            "7.2/minimum of c1.batch: 0 -3 CNY");
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;

/** Runs of other schedulers are billed as own ones, and corrected by entries of their own. */
final class ObservedBookingTest {
  private static final long DAY_MS = 86_400_000;
  private static final long RAN_MS = 170_000;
  private static final PartitionName PARTITION = new PartitionName("c1.batch");
  private static final ProjectName PROJECT = new ProjectName("polar");

  private final ShadowLedger ledger = new ShadowLedger(new BillingCalendar(ZoneOffset.UTC));
  private long position;

  private void log(Event event) {
    position++;
    ledger.record(new LoggedEvent(position, 1, 1_000_000 + position, Actor.SCHEDULER, event));
  }

  /** From a minute before midnight until two after it, without ten seconds of the first. */
  private static RunObserved run(int revision, long cores) {
    return new RunObserved(
        new JobId(5),
        revision,
        new ObservedRun(
            new ExternalRun(new ClusterName("c1"), 17, 1_000),
            "",
            "melt",
            new UserName("liwei"),
            1001,
            PROJECT,
            PARTITION,
            JobState.COMPLETED,
            "COMPLETED",
            0,
            0,
            DAY_MS - 60_000,
            DAY_MS + 120_000,
            List.of(DAY_MS - 30_000, DAY_MS - 20_000),
            cores,
            0,
            0,
            "cn1",
            List.of()));
  }

  private long used() {
    return ledger.books().balance("usage:" + PROJECT, Unit.CORE_MS, "");
  }

  private long paid() {
    return -ledger.books().balance("wallet:" + PROJECT, Unit.MICRO, "CNY");
  }

  @Test
  void aRunIsCutAtStopsAndDaysAndPaidAtOnce() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    log(run(1, 4));
    assertThat(used()).isEqualTo(4 * RAN_MS);
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
    JobRow row = ledger.books().job(new JobId(5)).orElseThrow();
    assertThat(row.coreMs()).isEqualTo(4 * RAN_MS);
    assertThat(row.detail()).isEqualTo("c1/17: COMPLETED");
  }

  @Test
  void aCorrectionReversesWhatWasBilledAndBillsAnew() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    log(run(1, 4));
    List<Posting> before = List.copyOf(ledger.books().postings());
    log(run(2, 3));
    assertThat(used()).isEqualTo(3 * RAN_MS);
    assertThat(paid()).isEqualTo(3 * RAN_MS);
    log(run(3, 5));
    assertThat(used()).isEqualTo(5 * RAN_MS);
    assertThat(paid()).isEqualTo(5 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
    assertThat(ledger.books().postings().subList(0, before.size())).isEqualTo(before);
    assertThat(ledger.books().job(new JobId(5)).orElseThrow().chargeMicro()).isEqualTo(5 * RAN_MS);
  }

  private void price(String qos, Resource resource, long micro) {
    MoneyChange price =
        new MoneyChange.Price(
            new PriceItem(
                PARTITION,
                qos == null ? null : new QosName(qos),
                micro,
                "CNY",
                1,
                0,
                0,
                List.of(),
                new PriceTerms(resource, "", "", "", false, false)));
    log(new MoneyProposed(position + 1, price, "as agreed"));
    log(new MoneyDecided(position, true, price, "seen"));
  }

  private static RunObserved with(RunObserved told, String qos, long gib, long gpus) {
    ObservedRun run = told.run();
    return new RunObserved(
        told.job(),
        told.revision(),
        new ObservedRun(
            run.id(),
            run.task(),
            run.name(),
            run.user(),
            run.uid(),
            run.project(),
            run.partition(),
            run.state(),
            run.detail(),
            run.exitCode(),
            run.signal(),
            run.startMs(),
            run.endMs(),
            run.stops(),
            run.cores(),
            gib << 30,
            run.limitMs(),
            run.nodes(),
            run.steps(),
            RunResources.ofSlurm(qos, Map.of("gpu:a100", gpus, "gpu", gpus))));
  }

  /** A core, a device and a GiB cost a micro-unit each millisecond, with urgency twice that. */
  @Test
  void memoryDevicesAndQosArePricedAsThoseOfOwnRuns() {
    price(null, Resource.CORES, 3_600_000);
    price("urgent", Resource.CORES, 7_200_000);
    price(null, Resource.ACCELERATORS, 3_600_000);
    price(null, Resource.MEMORY, 3_600_000);
    log(with(run(1, 4), "normal", 64, 2));
    assertThat(paid()).isEqualTo((4 + 2 + 64) * RAN_MS);
    assertThat(ledger.books().balance("usage:" + PROJECT, Unit.DEVICE_MS, ""))
        .isEqualTo(2 * RAN_MS);
    assertThat(ledger.books().job(new JobId(5)).orElseThrow().qos()).isEqualTo("normal");
    log(with(run(2, 4), "urgent", 32, 1));
    assertThat(paid()).isEqualTo((2 * 4 + 1 + 32) * RAN_MS);
    assertThat(ledger.books().balance("usage:" + PROJECT, Unit.DEVICE_MS, "")).isEqualTo(RAN_MS);
    assertThat(used()).isEqualTo(4 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  private void refund(RefundCause cause, int permille) {
    MoneyChange rule = new MoneyChange.RefundRule(cause, permille, 1, false);
    log(new MoneyProposed(position + 1, rule, "not their doing"));
    log(new MoneyDecided(position, true, rule, "seen"));
  }

  private static RunObserved ended(RunObserved told, JobState state, String word) {
    ObservedRun run = told.run();
    return new RunObserved(
        told.job(),
        told.revision(),
        new ObservedRun(
            run.id(),
            run.task(),
            run.name(),
            run.user(),
            run.uid(),
            run.project(),
            run.partition(),
            state,
            word,
            run.exitCode(),
            run.signal(),
            run.startMs(),
            run.endMs(),
            run.stops(),
            run.cores(),
            run.memBytes(),
            run.limitMs(),
            run.nodes(),
            run.steps(),
            RunResources.ofSlurm("", Map.of())));
  }

  private long refunded() {
    return -ledger.books().balance("refunds:" + PARTITION, Unit.MICRO, "CNY");
  }

  @Test
  void aRunThatANodeFailedIsRefundedByRuleAndWhatIsToldOtherwiseTakesThatBack() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    refund(RefundCause.NODE_FAIL, 500);
    log(ended(run(1, 4), JobState.NODE_FAIL, "NODE_FAIL"));
    assertThat(refunded()).isEqualTo(2 * RAN_MS);
    assertThat(paid()).isEqualTo(2 * RAN_MS);
    // The rule changes meanwhile: what is taken back is what was given.
    refund(RefundCause.NODE_FAIL, 1_000);
    log(ended(run(2, 4), JobState.COMPLETED, "COMPLETED"));
    assertThat(refunded()).isZero();
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    log(ended(run(3, 3), JobState.NODE_FAIL, "BOOT_FAIL"));
    assertThat(refunded()).isEqualTo(3 * RAN_MS);
    assertThat(paid()).isZero();
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void runsThatWerePushedAsideOrRequeuedAreRefundedAndOthersAreNot() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    for (RefundCause each : RefundCause.values()) {
      refund(each, 1_000);
    }
    log(ended(run(1, 4), JobState.PREEMPTED, "PREEMPTED"));
    assertThat(paid()).isZero();
    log(ended(run(2, 4), JobState.CANCELLED, "REQUEUED"));
    assertThat(paid()).isZero();
    log(ended(run(3, 4), JobState.CANCELLED, "CANCELLED"));
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    assertThat(refunded()).isZero();
    // One of old logs, for which there was no refund.
    RunObserved old = ended(run(4, 4), JobState.NODE_FAIL, "NODE_FAIL");
    log(new RunObserved(old.job(), 4, old.run().with(null)));
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void aRunOfAFileThatANodeFailedIsRefundedIfItIsBilled() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    refund(RefundCause.NODE_FAIL, 1_000);
    ObservedRun failed = ended(run(1, 4), JobState.NODE_FAIL, "NODE_FAIL").run();
    log(new RunImported(new JobId(5), true, failed));
    assertThat(refunded()).isEqualTo(4 * RAN_MS);
    assertThat(paid()).isZero();
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void aRunOfAFileThatIsOnlyShownIsNotRefunded() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    refund(RefundCause.NODE_FAIL, 1_000);
    ObservedRun failed = ended(run(1, 4), JobState.NODE_FAIL, "NODE_FAIL").run();
    log(new RunImported(new JobId(5), false, failed));
    assertThat(refunded()).isZero();
    assertThat(paid()).isZero();
  }

  /** As old logs have it: what was billed for cores alone is taken back for cores alone. */
  @Test
  void aRunOfWhichNothingElseIsKnownPaysForItsCoresAlone() {
    price(null, Resource.CORES, 3_600_000);
    price(null, Resource.MEMORY, 3_600_000);
    RunObserved full = with(run(1, 4), "normal", 64, 2);
    log(new RunObserved(full.job(), 1, full.run().with(null)));
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    log(with(run(2, 4), "normal", 64, 2));
    assertThat(paid()).isEqualTo((4 + 64) * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  private void minimum(long micro) {
    PriceTerms terms = PriceTerms.CORES.with(List.of(), 0, micro);
    MoneyChange price =
        new MoneyChange.Price(
            new PriceItem(PARTITION, null, 3_600_000, "CNY", 1, 0, 0, List.of(), terms));
    log(new MoneyProposed(position + 1, price, "as agreed"));
    log(new MoneyDecided(position, true, price, "seen"));
  }

  @Test
  void aRunPaysNoLessThanTheMinimumOfItsPriceAndACorrectionTakesThatBack() {
    minimum(1_000_000);
    log(run(1, 4));
    assertThat(paid()).isEqualTo(1_000_000);
    assertThat(ledger.books().job(new JobId(5)).orElseThrow().chargeMicro()).isEqualTo(1_000_000);
    log(run(2, 3));
    assertThat(paid()).isEqualTo(1_000_000);
    assertThat(ledger.books().balance("minimum:" + PARTITION, Unit.MICRO, "CNY"))
        .isEqualTo(1_000_000 - 3 * RAN_MS);
    log(run(3, 40));
    assertThat(paid()).isEqualTo(40 * RAN_MS);
    assertThat(ledger.books().balance("minimum:" + PARTITION, Unit.MICRO, "CNY")).isZero();
    log(run(4, 0));
    assertThat(paid()).isZero();
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void aRunOfAFilePaysTheMinimumIfItIsBilled() {
    minimum(1_000_000);
    log(new RunImported(new JobId(5), true, run(1, 4).run()));
    assertThat(paid()).isEqualTo(1_000_000);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void aRunOfAFileThatIsOnlyShownPaysNoMinimum() {
    minimum(1_000_000);
    log(new RunImported(new JobId(5), false, run(1, 4).run()));
    assertThat(paid()).isZero();
  }

  @Test
  void aRunThatNeverStartedCostsNothing() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    log(run(1, 0));
    assertThat(used()).isZero();
    assertThat(ledger.books().postings()).isEmpty();
    assertThat(ledger.books().job(new JobId(5)).orElseThrow().attempt()).isZero();
  }

  @Test
  void aRunOfAFileIsBilledOrOnlyShownAsChosen() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    log(new RunImported(new JobId(5), true, run(1, 4).run()));
    assertThat(used()).isEqualTo(4 * RAN_MS);
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    ObservedRun second = run(1, 3).run();
    log(
        new RunImported(
            new JobId(6),
            false,
            new ObservedRun(
                new ExternalRun(second.id().cluster(), 18, 1_000),
                second.task(),
                second.name(),
                second.user(),
                second.uid(),
                second.project(),
                second.partition(),
                second.state(),
                second.detail(),
                second.exitCode(),
                second.signal(),
                second.startMs(),
                second.endMs(),
                second.stops(),
                second.cores(),
                second.memBytes(),
                second.limitMs(),
                second.nodes(),
                second.steps())));
    assertThat(used()).isEqualTo(7 * RAN_MS);
    assertThat(paid()).isEqualTo(4 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
    assertThat(ledger.books().job(new JobId(6)).orElseThrow().chargeMicro()).isZero();
  }

  @Test
  void anAbsurdTimeLimitStopsNoBooks() {
    log(new TariffDefined(PARTITION, 3_600_000, "CNY", 0));
    for (int revision = 1; revision <= 2; revision++) {
      ObservedRun run = run(revision, 4).run();
      log(
          new RunObserved(
              new JobId(5),
              revision,
              new ObservedRun(
                  run.id(),
                  run.task(),
                  run.name(),
                  run.user(),
                  run.uid(),
                  run.project(),
                  run.partition(),
                  run.state(),
                  run.detail(),
                  run.exitCode(),
                  run.signal(),
                  run.startMs(),
                  run.endMs(),
                  run.stops(),
                  run.cores(),
                  run.memBytes(),
                  Long.MAX_VALUE - revision,
                  run.nodes(),
                  run.steps())));
    }
    assertThat(used()).isEqualTo(4 * RAN_MS);
    assertThat(ledger.unbalanced()).isEmpty();
  }
}

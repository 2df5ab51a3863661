package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;

/** Refunds of what runs were charged behind their last checkpoint, in a real PostgreSQL. */
final class CheckpointStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** A core-hour costs 1 CNY, and so much of what is lost comes back. */
  private static NodeLog site(int permille) {
    NodeLog log = new NodeLog(OCT).postsDays().node("cn1", 8);
    log.twoPeople(new MoneyChange.TopUp(History.CLIMATE, 10_000_000_000L, "CNY"), true);
    log.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, permille, OCT, true), true);
    return log;
  }

  private static Ledger books(String name, NodeLog log) throws Exception {
    database.create(name);
    Ledger ledger = database.open(name, SHANGHAI);
    ledger.record(log.events());
    return ledger;
  }

  private static List<String> entries(Ledger ledger) {
    return ledger.reads().statement("climate", "2026-10").entries().stream()
        .map(each ->
            each.kind()
                + " "
                + each.run()
                + " "
                + each.coreMs() / HOUR_MS
                + "h "
                + each.amountMicro()
                + " "
                + each.cause()
                + (each.reason().isEmpty() ? "" : " " + each.reason()))
        .toList();
  }

  private static long available(Ledger ledger) {
    return ledger.reads().balances("climate").getFirst().availableMicro();
  }

  @Test
  void aRunThatANodeFailedGetsBackWhatItWasChargedBehindItsLastCheckpoint() throws Exception {
    NodeLog log = site(1_000);
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 8 * HOUR_MS).saved(run);
    log.at(OCT + 11 * HOUR_MS).saved(run);
    log.at(OCT + 16 * HOUR_MS).end(run, OCT + 16 * HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = books("saved", log)) {
      // Ten hours on two cores, of which the last five are lost.
      assertThat(entries(ledger))
          .containsExactly(
              "REFUND 1.1 0h 10000000 NODE_FAIL since its checkpoint at 2026-10-01T03:00:00Z");
      assertThat(available(ledger)).isEqualTo(10_000_000_000L - 20_000_000 + 10_000_000);
      assertThat(StatementForms.csv(ledger.reads().statement("climate", "2026-10")))
          .contains("refund NODE_FAIL,,,,,-10.00,-10.00,CNY")
          .contains("total,,,20.000000,72000000,,10.00,10.00,CNY");
    }
    database.audit("saved");
  }

  @Test
  void aRunWithoutACheckpointGetsBackAllAndSoDoesItsNextRunThatSavedNothing() throws Exception {
    NodeLog log = site(500);
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 10 * HOUR_MS).saved(run);
    log.requeue(run, OCT + 10 * HOUR_MS);
    RunId next = log.again(new RunId(run.job(), 2), 2, "cn1");
    log.at(OCT + 16 * HOUR_MS).end(next, OCT + 16 * HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = books("unsaved", log)) {
      // The first lost nothing, the second half of its six hours on two cores.
      assertThat(entries(ledger)).containsExactly("REFUND 1.2 0h 6000000 NODE_FAIL");
    }
    database.audit("unsaved");
  }

  @Test
  void daysThatArePostedBehindTheCheckpointComeBackAndThoseBeforeItDoNot() throws Exception {
    NodeLog log = site(1_000);
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 25 * HOUR_MS).node("cn2", 1);
    log.at(OCT + 36 * HOUR_MS).saved(run);
    for (int day = 2; day <= 4; day++) {
      log.at(OCT + (24 * day + 1) * HOUR_MS).node("cn2", 1);
    }
    log.at(OCT + 100 * HOUR_MS).end(run, OCT + 100 * HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = books("days", log)) {
      assertThat(entries(ledger))
          .containsExactly(
              "REFUND 1.1 0h 128000000 NODE_FAIL since its checkpoint at 2026-10-02T04:00:00Z");
      assertThat(available(ledger)).isEqualTo(10_000_000_000L - 2 * 30 * 1_000_000);
    }
    database.audit("days");
  }

  /** A package pays the first six of ten hours; five of them were saved. */
  @Test
  void coreHoursOfAPackageComeBackByWhatTheyPaidBehindTheCheckpoint() throws Exception {
    NodeLog log = site(500);
    log.twoPeople(
        new MoneyChange.NewAllowance(
            new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, 12 * HOUR_MS, null, OCT, 0)),
        true);
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 11 * HOUR_MS).saved(run);
    log.at(OCT + 16 * HOUR_MS).end(run, OCT + 16 * HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = books("package", log)) {
      String since = "NODE_FAIL since its checkpoint at 2026-10-01T03:00:00Z";
      assertThat(entries(ledger))
          .containsExactlyInAnyOrder(
              "ALLOWANCE 1.1 12h 12000000 PACKAGE 9",
              "ALLOWANCE_REFUND 1.1 1h 0 PACKAGE 9",
              "REFUND 1.1 0h 4000000 " + since);
      // Eight core-hours were paid with money, all of them behind the checkpoint.
      assertThat(available(ledger)).isEqualTo(10_000_000_000L - 8_000_000 + 4_000_000);
    }
    database.audit("package");
  }

  @Test
  void anEndThatWasBeforeTheCheckpointAndToldLateLosesNothing() throws Exception {
    NodeLog log = site(1_000);
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 11 * HOUR_MS).saved(run);
    log.at(OCT + 12 * HOUR_MS).end(run, OCT + 10 * HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = books("late", log)) {
      assertThat(entries(ledger)).isEmpty();
    }
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;

/** What comes back of runs that operators ended, in a real PostgreSQL. */
final class OperatorRefundTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long NOON = SHANGHAI.startMs(LocalDate.parse("2026-11-02")) + 12 * HOUR_MS;
  private static final long FUNDED = 99_000_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** A core-hour costs 1 CNY. */
  private static History site() {
    return new History(NOON).price(1_000_000).fund(FUNDED);
  }

  private static History rule(History history, RefundCause cause, int permille) {
    return history.twoPeople(new MoneyChange.RefundRule(cause, permille, NOON), true);
  }

  private static RunId runs(History history, int hours) {
    JobId job = history.submit(History.LI, "storm", 1, 48 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(history.timeMs() + hours * HOUR_MS);
    return run;
  }

  private static Statement statement(Ledger ledger) {
    return ledger.reads().statement("climate", "2026-11");
  }

  private static List<String> entries(Ledger ledger) {
    return statement(ledger).entries().stream()
        .map(each ->
            each.kind()
                + " "
                + each.run()
                + " "
                + each.amountMicro()
                + " "
                + each.cause()
                + " "
                + each.reason())
        .toList();
  }

  private static long available(Ledger ledger) {
    return ledger.reads().balances("climate").getFirst().availableMicro();
  }

  @Test
  void whoeverEndedARunSaysWhatComesBackOfIt() throws Exception {
    History history = site();
    rule(history, RefundCause.PLATFORM_FAULT, 1_000);
    rule(history, RefundCause.ADMINISTRATOR, 500);
    RunId fault = runs(history, 2);
    history.endedBy(OperatorCause.PLATFORM_FAULT, fault);
    RunId wanted = runs(history, 4);
    history.endedBy(OperatorCause.ADMINISTRATOR, wanted);
    RunId own = runs(history, 8);
    history.kill(own).end(own, JobState.CANCELLED);
    database.books(
        "operators",
        SHANGHAI,
        history,
        ledger -> {
          assertThat(entries(ledger))
              .containsExactly(
                  "REFUND 1.1 2000000 PLATFORM_FAULT ended by administrator admin1 for a fault of"
                      + " the platform: the switch",
                  "REFUND 2.1 2000000 ADMINISTRATOR ended by administrator admin1: the switch");
          assertThat(available(ledger)).isEqualTo(FUNDED - 14_000_000 + 4_000_000);
          assertThat(StatementForms.csv(statement(ledger)))
              .contains("refund PLATFORM_FAULT,,,,,-2.00,-2.00,CNY")
              .contains("refund ADMINISTRATOR,,,,,-2.00,-2.00,CNY")
              .contains("total,,,14.000000,50400000,,10.00,10.00,CNY");
        });
  }

  @Test
  void aRequeueForAFaultRefundsTheRunThatEndedAndTheNextIsBilled() throws Exception {
    History history = site();
    rule(history, RefundCause.PLATFORM_FAULT, 750);
    rule(history, RefundCause.REQUEUED, 100);
    RunId lost = runs(history, 4);
    history.requeuedBy(OperatorCause.PLATFORM_FAULT, lost);
    RunId again = history.start(lost.job(), 2, 1);
    history.at(history.timeMs() + HOUR_MS).end(again, JobState.COMPLETED);
    database.books(
        "requeues",
        SHANGHAI,
        history,
        ledger -> {
          assertThat(entries(ledger))
              .containsExactly(
                  "REFUND 1.1 3000000 PLATFORM_FAULT ended by administrator admin1 for a fault of"
                      + " the platform: the switch");
          assertThat(available(ledger)).isEqualTo(FUNDED - 5_000_000 + 3_000_000);
        });
  }

  /** What a centre gave back until now it gives back still. */
  @Test
  void withoutARuleForItsCauseItIsWhatTheSameEndIsWithoutIt() throws Exception {
    History history = site();
    rule(history, RefundCause.REQUEUED, 100);
    RunId first = runs(history, 4);
    history.requeuedBy(OperatorCause.ADMINISTRATOR, first);
    history.endWaiting(first.job(), 1);
    RunId second = runs(history, 4);
    history.endedBy(OperatorCause.PLATFORM_FAULT, second);
    // A rule of nothing is a rule: the one of requeues does not come in its place.
    rule(history.at(history.timeMs()), RefundCause.ADMINISTRATOR, 0);
    RunId third = runs(history, 4);
    history.requeuedBy(OperatorCause.ADMINISTRATOR, third);
    database.books(
        "otherwise",
        SHANGHAI,
        history,
        ledger ->
            assertThat(entries(ledger))
                .containsExactly(
                    "REFUND 1.1 400000 REQUEUED ended by administrator admin1: the switch"));
  }

  @Test
  void sinceACheckpointOnlyWhatLiesBehindItComesBack() throws Exception {
    History history = site();
    history.twoPeople(
        new MoneyChange.RefundRule(RefundCause.PLATFORM_FAULT, 1_000, NOON, true), true);
    RunId run = runs(history, 3);
    history.savedNow(run).at(history.timeMs() + HOUR_MS);
    history.endedBy(OperatorCause.PLATFORM_FAULT, run);
    database.books(
        "behind",
        SHANGHAI,
        history,
        ledger ->
            assertThat(entries(ledger))
                .containsExactly(
                    "REFUND 1.1 1000000 PLATFORM_FAULT since its checkpoint at"
                        + " 2026-11-02T07:00:00Z: ended by administrator admin1 for a fault of the"
                        + " platform: the switch"));
  }

  /** The feed tells some facts twice; and other books take them all at once. */
  @Test
  void aFeedThatIsRepeatedAndBooksThatAreComputedAnewPostTheSame() throws Exception {
    History history = site();
    rule(history, RefundCause.PLATFORM_FAULT, 1_000);
    history.endedBy(OperatorCause.PLATFORM_FAULT, runs(history, 2));
    RunId lost = runs(history, 3);
    history.requeuedBy(OperatorCause.PLATFORM_FAULT, lost);
    List<LoggedEvent> log = history.events();
    database.create("told");
    database.create("anew");
    try (Ledger told = database.open("told", SHANGHAI);
        Ledger anew = database.open("anew", SHANGHAI)) {
      for (int i = 0; i < log.size(); i++) {
        told.record(log.subList(Math.max(0, i - 2), i + 1));
      }
      told.record(log);
      anew.record(log);
      assertThat(entries(told)).hasSize(2).isEqualTo(entries(anew));
      assertThat(available(told)).isEqualTo(FUNDED).isEqualTo(available(anew));
      assertThat(told.end()).isEqualTo(anew.end());
      assertThat(told.reads().verify()).isEmpty();
    }
    database.audit("told");
    database.audit("anew");
  }
}

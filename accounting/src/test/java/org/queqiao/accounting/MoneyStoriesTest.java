package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.RunHours;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.RefundCause;

/** Prices, refunds and corrections by two people, from the fact to the statement in PostgreSQL. */
final class MoneyStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate, long hour) {
    return CALENDAR.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  /** Takes a history into a ledger of its own, one fact at a time, and asks it. */
  private static void books(String name, History history, TestDatabase.Question question)
      throws Exception {
    database.books(name, CALENDAR, history, question);
  }

  private static List<String> lines(Statement statement) {
    return statement.lines().stream()
        .map(each ->
            each.coreMs() / HOUR_MS
                + "h at "
                + each.microPerCoreHour()
                + " = "
                + each.postedMicro())
        .toList();
  }

  private static PriceItem urgent(long micro, long fromMs, long toMs, DayFactor... factors) {
    return new PriceItem(
        History.BATCH, new QosName("urgent"), micro, "CNY", fromMs, toMs, 480, List.of(factors));
  }

  @Test
  void peakAndValleyOfAQualityOfServiceAreLinesOfTheirOwn() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    history.twoPeople(
        new MoneyChange.Price(
            urgent(
                90_000,
                ms("2026-11-02", 0),
                0,
                new DayFactor(0, 480, 500),
                new DayFactor(1_080, 1_320, 1_500))),
        true);
    JobId urgent = history.submit("urgent", 2, 48 * HOUR_MS);
    JobId plain = history.submit(History.LI, "plain", 1, 48 * HOUR_MS);
    history.at(ms("2026-11-02", 6));
    RunId first = history.start(urgent, 1, 2);
    RunId second = history.start(plain, 1, 1);
    history.at(ms("2026-11-02", 20)).end(first, JobState.COMPLETED);
    history.end(second, JobState.COMPLETED);
    // 2 hours valley, 10 hours plain, 2 hours peak, on 2 cores; 14 hours of the other.
    books(
        "factors",
        history,
        ledger ->
            assertThat(lines(ledger.reads().statement("climate", "2026-11")))
                .containsExactlyInAnyOrder(
                    "14h at 40000 = 560000",
                    "4h at 45000 = 180000",
                    "20h at 90000 = 1800000",
                    "4h at 135000 = 540000"));
  }

  @Test
  void aReportOverMonthsSumsWhatTheStatementsSay() throws Exception {
    History history = new History(ms("2026-11-30", 22)).price(40_000).fund(100_000_000);
    JobId job = history.submit("urgent", 1, 48 * HOUR_MS);
    JobId other = history.submit(History.LI, "plain", 2, 48 * HOUR_MS);
    RunId first = history.start(job, 1, 1);
    RunId second = history.start(other, 1, 2);
    history.at(ms("2026-12-01", 3)).end(first, JobState.COMPLETED);
    history.end(second, JobState.FAILED);
    books(
        "report",
        history,
        ledger -> {
          UsageReports reports = ledger.reads().reports();
          assertThat(rows(reports, "2026-01", "2026-12", 9, ReportBy.MONTH, ReportBy.QOS))
              .containsExactly(
                  "[2026-11, ] 4h 160000",
                  "[2026-11, urgent] 2h 80000",
                  "[2026-12, ] 6h 240000",
                  "[2026-12, urgent] 3h 120000");
          assertThat(rows(reports, "2026-12", "2027-01", 9, ReportBy.DOMAIN, ReportBy.YEAR))
              .containsExactly("[atmosphere, 2026] 5h 216000", "[ocean, 2026] 3h 144000");
          assertThat(rows(reports, "2026-11", "2026-12", 1, ReportBy.MONTH))
              .containsExactly("[2026-12] 9h 360000");
          assertThat(
                  reports.usage(
                      UsageReports.Question.of(List.of(ReportBy.USER), "2026-11", "2026-12", 9),
                      new LedgerReads.Scope(List.of("wang"), List.of())))
              .isEmpty();
        });
  }

  private static List<String> rows(
      UsageReports reports, String from, String to, int most, ReportBy... by) {
    UsageReports.Question asked = UsageReports.Question.of(List.of(by), from, to, most);
    return reports.usage(asked, LedgerReads.Scope.ALL).stream()
        .map(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h " + each.chargeMicro())
        .toList();
  }

  @Test
  void aRunThatGoesOnIsShownByTheHourAndPostedToTheSameSums() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon + HOUR_MS / 4).price(40_000).fund(100_000_000);
    JobId job = history.submit(History.LI, "storm", 3, 48 * HOUR_MS);
    RunId run = history.start(job, 1, 3);
    history.at(noon + HOUR_MS).suspend(run, noon + HOUR_MS, false);
    history.at(noon + 2 * HOUR_MS).resume(run, noon + 2 * HOUR_MS);
    long now = noon + 3 * HOUR_MS + 1;
    books(
        "running",
        history,
        ledger -> {
          RunHours.Running running = ledger.reads().hours().of(job, now).getFirst();
          assertThat(running.hours().stream().map(each -> each.fromMs() - noon))
              .containsExactly(HOUR_MS / 4, 2 * HOUR_MS, 3 * HOUR_MS);
          assertThat(running.hours().stream().map(RunHours.Hour::costMicro))
              .containsExactly(90_000L, 120_000L, 0L);
          assertThat(running.heldMicro()).isEqualTo(3 * 48 * 40_000);
          history.at(now).end(run, JobState.COMPLETED);
          int last = history.events().size();
          ledger.record(history.events().subList(last - 1, last));
          assertThat(ledger.reads().hours().of(job, now)).isEmpty();
          assertThat(ledger.reads().job(job).orElseThrow().coreMs()).isEqualTo(running.coreMs());
          assertThat(ledger.reads().job(job).orElseThrow().chargeMicro())
              .isEqualTo(running.costMicro());
        });
  }

  @Test
  void aTrialIsMeteredAndNotCharged() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    history.twoPeople(
        new MoneyChange.Price(urgent(0, ms("2026-11-02", 0), ms("2026-11-03", 0))), true);
    JobId job = history.submit("urgent", 1, 48 * HOUR_MS);
    history.at(ms("2026-11-02", 22));
    RunId run = history.start(job, 1, 1);
    history.at(ms("2026-11-03", 3)).end(run, JobState.COMPLETED);
    books(
        "trial",
        history,
        ledger ->
            assertThat(lines(ledger.reads().statement("climate", "2026-11")))
                .containsExactly("2h at 0 = 0", "3h at 40000 = 120000"));
  }

  @Test
  void aRunThatANodeFailedIsRefundedWithItsCauseAndTheNextIsBilled() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    history.twoPeople(
        new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_000, ms("2026-11-02", 0)), true);
    JobId job = history.submit(History.LI, "storm", 1, 48 * HOUR_MS);
    RunId lost = history.start(job, 1, 1);
    history.at(ms("2026-11-02", 5)).requeue(lost);
    RunId again = history.start(job, 2, 1);
    history.at(ms("2026-11-02", 8)).end(again, JobState.COMPLETED);
    books(
        "refund",
        history,
        ledger -> {
          Statement statement = ledger.reads().statement("climate", "2026-11");
          assertThat(lines(statement)).containsExactly("8h at 40000 = 320000");
          StatementEntry refund = statement.entries().getFirst();
          assertThat(refund.run()).isEqualTo(lost);
          assertThat(refund.cause()).isEqualTo("NODE_FAIL");
          assertThat(refund.amountMicro()).isEqualTo(200_000);
          assertThat(statement.totals().getFirst().dueMicro()).isEqualTo(120_000);
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(100_000_000 - 120_000);
          assertThat(StatementForms.csv(statement))
              .contains("refund NODE_FAIL,,,,,-0.20,-0.20,CNY")
              .contains("total,,,8.000000,28800000,,0.12,0.12,CNY");
        });
  }

  @Test
  void withoutARuleNothingIsRefundedAndARuleDoesNotReachBack() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    JobId job = history.submit(History.LI, "storm", 1, 48 * HOUR_MS);
    RunId lost = history.start(job, 1, 1);
    history.at(ms("2026-11-02", 5)).end(lost, JobState.NODE_FAIL);
    history.twoPeople(
        new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_000, ms("2026-11-02", 5)), true);
    books(
        "norefund",
        history,
        ledger -> assertThat(ledger.reads().statement("climate", "2026-11").entries()).isEmpty());
  }

  @Test
  void aLateCorrectionStandsInTheOpenMonthAndNamesWhatItCorrects() throws Exception {
    History history = new History(ms("2026-11-30", 20)).price(40_000).fund(100_000_000);
    JobId job = history.submit(History.LI, "storm", 1, 48 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms("2026-11-30", 22)).end(run, JobState.COMPLETED);
    history.at(ms("2026-12-03", 0));
    MoneyChange correction =
        new MoneyChange.Correction(History.CLIMATE, 80_000, "CNY", "capture/" + run);
    history.twoPeople(correction, false);
    history.twoPeople(correction, true);
    books(
        "correction",
        history,
        ledger -> {
          assertThat(ledger.reads().statement("climate", "2026-11").entries()).isEmpty();
          Statement december = ledger.reads().statement("climate", "2026-12");
          assertThat(december.entries()).hasSize(1);
          assertThat(december.entries().getFirst().cause()).isEqualTo("capture/" + run);
          assertThat(december.totals().getFirst().dueMicro()).isEqualTo(-80_000);
          List<ProposalRow> proposals = ledger.reads().proposals().before(Long.MAX_VALUE, null, 10);
          assertThat(proposals.stream().map(ProposalRow::state))
              .containsExactly(ProposalRow.State.APPROVED, ProposalRow.State.REJECTED);
          assertThat(proposals.getFirst().proposedBy()).isEqualTo("USER:finance1");
          assertThat(proposals.getFirst().decidedBy()).isEqualTo("USER:finance2");
          assertThat(proposals.getFirst().change()).isEqualTo(correction);
        });
  }

  @Test
  void theQuoteOfASubmissionStandsOnTheJobAfterItsCharge() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(40_000).fund(1_000_000_000);
    JobQuote quote = new JobQuote("q-1", start, 800_000, 200_000, "CNY");
    RunId run = history.start(history.submit(quote, 2, 10 * HOUR_MS), 1, 2);
    JobId plain = history.submit(History.LI, "plain", 2, 10 * HOUR_MS);
    history.at(start + HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "quoted",
        history,
        ledger -> {
          assertThat(ledger.reads().job(run.job()).orElseThrow().quote()).isEqualTo(quote);
          assertThat(ledger.reads().job(run.job()).orElseThrow().chargeMicro()).isEqualTo(80_000);
          assertThat(ledger.reads().job(plain).orElseThrow().quote()).isNull();
        });
  }

  @Test
  void pastMonthsUnderAnotherTariffAreAReportAndTheLedgerStaysAsItIs() throws Exception {
    long start = ms("2026-10-31", 20);
    History history = new History(start).price(40_000).fund(100_000_000);
    JobId plain = history.submit(History.LI, "storm", 2, 48 * HOUR_MS);
    JobId urgent = history.submit("urgent", 1, 48 * HOUR_MS);
    RunId first = history.start(plain, 1, 2);
    RunId second = history.start(urgent, 1, 1);
    history.at(start + 6 * HOUR_MS).end(first, JobState.COMPLETED);
    history.end(second, JobState.COMPLETED);
    PriceItem base =
        new PriceItem(
            null,
            null,
            10_000,
            "CNY",
            0,
            0,
            480,
            List.of(),
            PriceTerms.CORES.with(List.of(new PriceTier(5, 1_000)), 0, 0));
    PriceItem ofUrgent =
        new PriceItem(null, new QosName("urgent"), 90_000, "CNY", 0, 0, 480, List.of());
    books(
        "whatif",
        history,
        ledger -> {
          long seq = ledger.end().seq();
          List<PriceItem> prices = List.of(base, ofUrgent);
          Repricing.Line both = ledger.reads().whatIf().of("2026-10", "2026-11", prices).getFirst();
          assertThat(both.chargedMicro()).isEqualTo(18 * 40_000);
          // October: 8 core-hours, of which 3 beyond the volume; November: 4 within it.
          assertThat(both.whatIfMicro())
              .isEqualTo(5 * 10_000 + 3 * 1_000 + 4 * 10_000 + 6 * 90_000);
          Repricing.Line november =
              ledger.reads().whatIf().of("2026-11", "2026-11", prices).getFirst();
          assertThat(november.chargedMicro()).isEqualTo(6 * 40_000);
          assertThat(november.whatIfMicro()).isEqualTo(4 * 10_000 + 2 * 90_000);
          assertThat(ledger.end().seq()).isEqualTo(seq);
          assertThat(ledger.reads().verify()).isEmpty();
        });
  }

  @Test
  void moneyIsThereOnceAnotherPersonHasApproved() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000);
    MoneyChange topUp = new MoneyChange.TopUp(History.CLIMATE, 7_000_000, "CNY");
    history.twoPeople(topUp, false);
    history.twoPeople(topUp, true);
    books(
        "topup",
        history,
        ledger -> {
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(7_000_000);
          assertThat(ledger.reads().budgets().budgets()).hasSize(1);
        });
  }
}

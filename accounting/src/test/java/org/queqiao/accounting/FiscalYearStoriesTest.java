package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.StandingWords;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;

/** Reports and numbers over a month from which on fiscal years begin with another one. */
final class FiscalYearStoriesTest {
  private static final BillingCalendar ZONE = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private final AtomicReference<FiscalYears> years = new AtomicReference<>(FiscalYears.of(4));
  private final BillingCalendar calendar = new BillingCalendar(ZONE.zone(), years::get);

  private static long ms(String day) {
    return ZONE.startMs(LocalDate.parse(day));
  }

  private static MoneyChange.FiscalYear change(int start, String month) {
    return new MoneyChange.FiscalYear(start, month, ms(month + "-01"));
  }

  /** Ten hours of one core on the tenth of each month of 2026 and of the first half of 2027. */
  private static History everyMonth() {
    History history = new History(ms("2026-01-10")).price(40_000).fund(100_000_000);
    for (YearMonth month = YearMonth.of(2026, 1);
        month.isBefore(YearMonth.of(2027, 7));
        month = month.plusMonths(1)) {
      history.at(ms(month + "-10"));
      JobId job = history.submit(History.LI, "storm", 1, 1_000 * HOUR_MS);
      RunId run = history.start(job, 1, History.on("cn1", "", 1, 0, 0, "", 0));
      history.at(ms(month + "-10") + 10 * HOUR_MS).end(run, JobState.COMPLETED);
    }
    return history;
  }

  private static List<String> hours(
      Ledger ledger, String from, String to, boolean trend, ReportBy... by) {
    return ledger
        .reads()
        .reports()
        .usage(
            new UsageReports.Question(List.of(by), from, to, 99, false, trend),
            LedgerReads.Scope.ALL)
        .stream()
        .map(each ->
            String.join(" ", each.keys())
                + ": "
                + each.coreMs() / HOUR_MS
                + (trend ? " after " + each.before().coreMs() / HOUR_MS : ""))
        .toList();
  }

  @Test
  void monthsBeforeTheChangeKeepTheirYearAndTheYearThereIsShort() throws Exception {
    database.books(
        "fiscal_short",
        calendar,
        everyMonth(),
        ledger -> {
          years.set(years.get().with(change(1, "2027-01")));
          assertThat(hours(ledger, "2026-01", "2027-06", false, ReportBy.FISCAL_YEAR))
              .containsExactly("2025: 30", "2026: 90", "2027: 60");
          assertThat(hours(ledger, "2026-01", "2027-06", false, ReportBy.FISCAL_QUARTER))
              .containsExactly(
                  "2025-Q4: 30",
                  "2026-Q1: 30",
                  "2026-Q2: 30",
                  "2026-Q3: 30",
                  "2027-Q1: 30",
                  "2027-Q2: 30");
          // The quarter before the first of a year is the last of a short one.
          assertThat(hours(ledger, "2026-10", "2027-03", true, ReportBy.FISCAL_QUARTER))
              .containsExactly("2026-Q3: 30 after 30", "2027-Q1: 30 after 30");
          assertThat(hours(ledger, "2027-01", "2027-12", true, ReportBy.FISCAL_YEAR))
              .containsExactly("2027: 60 after 90");
          assertThat(calendar.lastOfFiscalYear(2026)).isEqualTo(YearMonth.of(2026, 12));
          assertThat(ledger.reads().months().fiscalYear(YearMonth.of(2026, 12))).isEqualTo(2026);
          assertThat(ledger.reads().months().fiscalYear(YearMonth.of(2027, 1))).isEqualTo(2027);
          // Without the change, as a site that never agreed on one has it.
          years.set(FiscalYears.of(4));
          assertThat(hours(ledger, "2026-01", "2027-06", false, ReportBy.FISCAL_YEAR))
              .containsExactly("2025: 30", "2026: 120", "2027: 30");
        });
  }

  @Test
  void aLongYearHasMoreThanFourQuarters() throws Exception {
    database.books(
        "fiscal_long",
        calendar,
        everyMonth(),
        ledger -> {
          years.set(years.get().with(change(6, "2027-04")));
          assertThat(hours(ledger, "2026-01", "2027-06", false, ReportBy.FISCAL_YEAR))
              .containsExactly("2025: 30", "2026: 140", "2027: 10");
          assertThat(hours(ledger, "2026-10", "2027-06", false, ReportBy.FISCAL_QUARTER))
              .containsExactly("2026-Q3: 30", "2026-Q4: 30", "2026-Q5: 20", "2027-Q1: 10");
          assertThat(hours(ledger, "2027-06", "2027-08", true, ReportBy.FISCAL_QUARTER))
              .containsExactly("2027-Q1: 10 after 20");
          assertThat(
                  ledger
                      .reads()
                      .endedReports()
                      .ended(
                          List.of(EndedReports.By.FISCAL_YEAR, EndedReports.By.FISCAL_QUARTER),
                          "2027-01",
                          "2027-06",
                          LedgerReads.Scope.ALL,
                          99,
                          DomainView.PLAIN))
              .extracting(each -> each.keys() + " " + each.runs())
              .containsExactlyInAnyOrder(
                  "[2026, 2026-Q4] 3", "[2026, 2026-Q5] 2", "[2027, 2027-Q1] 1");
        });
  }

  @Test
  void whatCountsIsToldAndAPlannedChangeThatGaveWayIsNot() throws Exception {
    History log = new History(ms("2026-11-02")).price(40_000);
    log.twoPeople(change(1, "2027-01"), true);
    log.twoPeople(change(1, "2028-01"), true);
    log.twoPeople(change(7, "2027-07"), true);
    log.twoPeople(change(9, "2029-09"), false);
    database.books(
        "fiscal_words",
        calendar,
        log,
        ledger ->
            assertThat(
                    ledger
                        .reads()
                        .proposals()
                        .standing()
                        .page(
                            new StandingWords.Question(List.of("FISCAL_YEAR"), Long.MAX_VALUE, 9),
                            List.of(),
                            ms("2028-02-01"),
                            _ -> true)
                        .words())
                .extracting(
                    each -> ((MoneyChange.FiscalYear) each.change()).month() + " " + each.state())
                .containsExactly(
                    "2027-07 " + InForce.State.IN_FORCE,
                    "2028-01 " + InForce.State.WITHDRAWN,
                    "2027-01 " + InForce.State.REPLACED));
  }
}

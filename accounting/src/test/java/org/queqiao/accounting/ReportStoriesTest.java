package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.usage.BurnDown;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.EndedRow;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;

/** Reports over what stories posted, from the fact to the row in PostgreSQL. */
final class ReportStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate, long hour) {
    return CALENDAR.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  /** Takes a history into a ledger of its own, one fact at a time, and asks it. */
  private static void books(String name, History history, TestDatabase.Question question)
      throws Exception {
    database.books(name, CALENDAR, history, question);
  }

  /** A job of one attempt on a node of a kind. */
  private static RunId runs(History history, String nodeType, int cores) {
    JobId job = history.submit(History.LI, "storm", cores, 1_000 * HOUR_MS);
    return history.start(job, 1, History.on("cn1", nodeType, cores, 0, 0, "", 0));
  }

  private static List<String> rows(
      Ledger ledger, String from, String to, boolean trend, ReportBy... by) {
    UsageReports.Question asked =
        new UsageReports.Question(List.of(by), from, to, 99, false, trend);
    return ledger.reads().reports().usage(asked, LedgerReads.Scope.ALL).stream()
        .map(each -> each.keys() + figures(each) + (trend ? " after" + figures(each.before()) : ""))
        .toList();
  }

  private static String figures(ReportRow row) {
    return " " + row.coreMs() / HOUR_MS + "h " + row.chargeMicro();
  }

  @Test
  void aMonthCountsForThePlatformThatTheProjectBelongedToAtItsEnd() throws Exception {
    History history = new History(ms("2026-10-02", 0)).price(40_000).fund(100_000_000);
    RunId october = runs(history, "", 1);
    history.at(ms("2026-10-02", 5)).end(october, JobState.COMPLETED);
    history.at(ms("2026-11-02", 0)).platform(History.CLIMATE, "portal");
    RunId november = runs(history, "", 1);
    history.at(ms("2026-11-02", 3)).end(november, JobState.COMPLETED);
    history.at(ms("2026-12-10", 0));
    RunId december = runs(history, "", 1);
    history.at(ms("2026-12-10", 2)).end(december, JobState.COMPLETED);
    history.at(ms("2026-12-20", 0)).platform(History.CLIMATE, "gateway");
    books(
        "platforms",
        history,
        ledger -> {
          assertThat(rows(ledger, "2026-10", "2026-12", false, ReportBy.PLATFORM, ReportBy.MONTH))
              .containsExactly(
                  "[, 2026-10] 5h 200000",
                  "[gateway, 2026-12] 2h 80000",
                  "[portal, 2026-11] 3h 120000");
          // What a ministry asks for.
          assertThat(
                  rows(
                      ledger,
                      "2026-01",
                      "2026-12",
                      false,
                      ReportBy.DOMAIN,
                      ReportBy.PLATFORM,
                      ReportBy.YEAR))
              .containsExactly(
                  "[atmosphere, , 2026] 3h 120000",
                  "[atmosphere, gateway, 2026] 1h 48000",
                  "[atmosphere, portal, 2026] 1h 72000",
                  "[ocean, , 2026] 2h 80000",
                  "[ocean, gateway, 2026] 0h 32000",
                  "[ocean, portal, 2026] 1h 48000");
        });
  }

  @Test
  void daysAreThoseOfTheBillingZoneAndHaveTheDayBeforeBesideThem() throws Exception {
    History history = new History(ms("2026-10-31", 20)).price(40_000).fund(100_000_000);
    RunId run = runs(history, "", 1);
    history.at(ms("2026-11-02", 6)).end(run, JobState.COMPLETED);
    books(
        "days",
        history,
        ledger -> {
          assertThat(rows(ledger, "2026-11", "2026-11", true, ReportBy.DAY))
              .containsExactly(
                  "[2026-11-01] 24h 960000 after 4h 160000",
                  "[2026-11-02] 6h 240000 after 24h 960000");
          assertThat(rows(ledger, "2026-10", "2026-11", true, ReportBy.YEAR, ReportBy.MONTH))
              .containsExactly(
                  "[2026, 2026-10] 4h 160000 after 0h 0",
                  "[2026, 2026-11] 30h 1200000 after 4h 160000");
        });
  }

  @Test
  void aFiscalYearThatBeginsInAprilEndsWithMarchAtMidnightOfTheBillingZone() throws Exception {
    BillingCalendar april = new BillingCalendar(CALENDAR.zone(), 4);
    History history = new History(ms("2026-03-31", 20)).price(40_000).fund(100_000_000);
    RunId run = runs(history, "", 1);
    history.at(ms("2026-04-01", 6)).end(run, JobState.COMPLETED);
    history.at(ms("2026-12-31", 23));
    RunId winter = runs(history, "", 1);
    history.at(ms("2027-01-01", 2)).end(winter, JobState.COMPLETED);
    database.books(
        "fiscal",
        april,
        history,
        ledger -> {
          assertThat(rows(ledger, "2026-01", "2027-12", false, ReportBy.FISCAL_YEAR))
              .containsExactly("[2025] 4h 160000", "[2026] 9h 360000");
          assertThat(rows(ledger, "2026-01", "2027-12", false, ReportBy.FISCAL_QUARTER))
              .containsExactly(
                  "[2025-Q4] 4h 160000",
                  "[2026-Q1] 6h 240000",
                  "[2026-Q3] 1h 40000",
                  "[2026-Q4] 2h 80000");
          assertThat(
                  rows(
                      ledger,
                      "2026-01",
                      "2027-12",
                      false,
                      ReportBy.FISCAL_YEAR,
                      ReportBy.YEAR,
                      ReportBy.DOMAIN))
              .containsExactly(
                  "[2025, 2026, atmosphere] 2h 96000",
                  "[2025, 2026, ocean] 1h 64000",
                  "[2026, 2026, atmosphere] 4h 168000",
                  "[2026, 2026, ocean] 2h 112000",
                  "[2026, 2027, atmosphere] 1h 48000",
                  "[2026, 2027, ocean] 0h 32000");
          assertThat(rows(ledger, "2026-04", "2027-03", true, ReportBy.FISCAL_YEAR))
              .containsExactly("[2026] 9h 360000 after 4h 160000");
          assertThat(rows(ledger, "2026-04", "2027-03", true, ReportBy.FISCAL_QUARTER))
              .containsExactly(
                  "[2026-Q1] 6h 240000 after 4h 160000",
                  "[2026-Q3] 1h 40000 after 0h 0",
                  "[2026-Q4] 2h 80000 after 1h 40000");
          // The month before the first of a fiscal year is of the one before.
          assertThat(
                  rows(
                      ledger,
                      "2026-04",
                      "2027-01",
                      true,
                      ReportBy.FISCAL_YEAR,
                      ReportBy.FISCAL_QUARTER,
                      ReportBy.MONTH))
              .containsExactly(
                  "[2026, 2026-Q1, 2026-04] 6h 240000 after 4h 160000",
                  "[2026, 2026-Q3, 2026-12] 1h 40000 after 0h 0",
                  "[2026, 2026-Q4, 2027-01] 2h 80000 after 1h 40000");
        });
    assertThat(april.fiscalYear(YearMonth.of(2027, 3))).isEqualTo(2026);
    assertThat(april.lastOfFiscalYear(2026)).isEqualTo(YearMonth.of(2027, 3));
  }

  @Test
  void kindsOfNodesAndResourcesAreToldAsTheyStandOnTheLines() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    RunId thin = runs(history, "thin", 2);
    RunId fat = runs(history, "fat", 4);
    history.at(ms("2026-11-02", 3)).end(thin, JobState.COMPLETED).end(fat, JobState.COMPLETED);
    books(
        "kinds",
        history,
        ledger ->
            assertThat(
                    rows(
                        ledger, "2026-11", "2026-11", false, ReportBy.NODE_TYPE, ReportBy.RESOURCE))
                .containsExactly("[fat, cores] 12h 480000", "[thin, cores] 6h 240000"));
    assertThat(ReportBy.conflict(List.of(ReportBy.NODE_TYPE, ReportBy.QOS))).isPresent();
  }

  @Test
  void whatARunLostOrLeftIdleOrAskedForWithoutNeedIsTold() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    JobId good = history.submit(History.LI, "good", 2, 10 * HOUR_MS);
    JobId bad = history.submit(History.LI, "bad", 4, 3 * HOUR_MS);
    JobId unlucky = history.submit(History.LI, "unlucky", 1, 20 * HOUR_MS);
    RunId first = history.start(good, 1, 2);
    RunId second = history.start(bad, 1, 4);
    RunId third = history.start(unlucky, 1, 1);
    history.at(ms("2026-11-02", 2)).requeue(third);
    history.at(ms("2026-11-02", 3)).end(second, JobState.FAILED, 11 * HOUR_MS);
    history.at(ms("2026-11-02", 4)).end(first, JobState.COMPLETED, 7 * HOUR_MS);
    books(
        "ended",
        history,
        ledger -> {
          List<EndedRow> rows =
              ledger
                  .reads()
                  .endedReports()
                  .ended(
                      List.of(EndedReports.By.STATE),
                      "2026-11",
                      "2026-11",
                      LedgerReads.Scope.ALL,
                      9,
                      DomainView.PLAIN);
          assertThat(rows.stream().map(ReportStoriesTest::hours))
              .containsExactly(
                  "[COMPLETED] 1 runs: 8h, 0h lost, 1h of 8h idle, 12h not needed",
                  "[FAILED] 1 runs: 12h, 12h lost, 1h of 12h idle, 0h not needed",
                  "[NODE_FAIL] 1 runs: 2h, 2h lost, 0h of 0h idle, 18h not needed");
          assertThat(
                  ledger
                      .reads()
                      .endedReports()
                      .ended(
                          List.of(EndedReports.By.PROJECT),
                          "2026-11",
                          "2026-11",
                          new LedgerReads.Scope(List.of("wang"), List.of()),
                          9,
                          DomainView.PLAIN))
              .isEmpty();
          // More than 64 bits hold is said as what they hold.
          database.sql("ended", "update ended_month set limit_core_ms = 1e25");
          assertThat(
                  ledger
                      .reads()
                      .endedReports()
                      .ended(
                          List.of(EndedReports.By.MONTH),
                          "2026-11",
                          "2026-11",
                          LedgerReads.Scope.ALL,
                          9,
                          DomainView.PLAIN))
              .extracting(EndedRow::limitCoreMs)
              .containsExactly(Long.MAX_VALUE);
        });
  }

  @Test
  void aWalletIsUsedUpByWhatIsReservedAndNotByWhatPackagesPay() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(40_000).fund(2_000_000);
    history.twoPeople(
        new MoneyChange.NewAllowance(
            new Allowance(
                History.CLIMATE, AllowanceKind.PACKAGE, 4 * HOUR_MS, History.BATCH, start, 0)),
        true);
    RunId run = runs(history, "", 1);
    history.at(ms("2026-11-02", 10)).end(run, JobState.COMPLETED);
    books(
        "burnpackage",
        history,
        ledger -> {
          assertThat(spentOfWallet(ledger, "2026-11-12", 0)).isEqualTo(240_000);
          // Of a run of which half lies within the days, half of what the package paid does.
          assertThat(spentOfWallet(ledger, "2026-11-12", 5)).isEqualTo(120_000);
          database.sql(
              "burnpackage",
              "insert into reserved_time (reservation, occurrence_ms, project, node_type, from_ms,"
                  + " to_ms, core_ms, charge_micro, currency, domains, month, position) values"
                  + " ('r', 0, 'climate', '', "
                  + ms("2026-11-02", 0)
                  + ", "
                  + ms("2026-11-02", 2)
                  + ", 7200000, 70000, 'CNY', '', '2026-11', 1)");
          assertThat(spentOfWallet(ledger, "2026-11-12", 0)).isEqualTo(310_000);
        });
  }

  @Test
  void acceleratorsThatWereIdleAreToldOfThoseThatWereMeasured() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(100_000_000);
    RunId first = history.start(history.submit(History.LI, "train", 2, 10 * HOUR_MS), 1, 2);
    RunId second = history.start(history.submit(History.LI, "infer", 2, 10 * HOUR_MS), 1, 2);
    RunId third = history.start(history.submit(History.LI, "none", 2, 10 * HOUR_MS), 1, 2);
    history.at(ms("2026-11-02", 5)).ended(first, new AcceleratorTime(20 * HOUR_MS, 3 * HOUR_MS));
    history.ended(second, new AcceleratorTime(5 * HOUR_MS, 5 * HOUR_MS)).ended(third, 7);
    books(
        "accelerators",
        history,
        ledger ->
            assertThat(
                    ledger
                        .reads()
                        .endedReports()
                        .ended(
                            List.of(EndedReports.By.USER),
                            "2026-11",
                            "2026-11",
                            LedgerReads.Scope.ALL,
                            9,
                            DomainView.PLAIN))
                .singleElement()
                .satisfies(row -> {
                  assertThat(row.knownDeviceMs()).isEqualTo(25 * HOUR_MS);
                  assertThat(row.idleDeviceMs()).isEqualTo(8 * HOUR_MS);
                }));
  }

  private static long spentOfWallet(Ledger ledger, String day, long hour) {
    return ledger.reads().burnDowns().of("climate", 10, ms(day, hour)).getFirst().spent();
  }

  private static String hours(EndedRow row) {
    List<Long> hours =
        LongStream.of(
                row.coreMs(),
                row.lostCoreMs(),
                row.idleCoreMs(),
                row.knownCoreMs(),
                row.unusedLimitCoreMs())
            .map(each -> each / HOUR_MS)
            .boxed()
            .toList();
    return "%s %d runs: %dh, %dh lost, %dh of %dh idle, %dh not needed"
        .formatted(
            row.keys(),
            row.runs(),
            hours.get(0),
            hours.get(1),
            hours.get(2),
            hours.get(3),
            hours.get(4));
  }

  @Test
  void aWalletAndABudgetRunOutAtTheRateOfTheLastDays() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(40_000).fund(2_000_000);
    history.budget(
        new BudgetTerms(
            new BudgetName("month"),
            History.CLIMATE,
            null,
            BudgetUnit.CORE_TIME,
            50 * HOUR_MS,
            0,
            "",
            "",
            "",
            false));
    RunId run = runs(history, "", 1);
    history.at(ms("2026-11-02", 20)).end(run, JobState.COMPLETED);
    long now = ms("2026-11-12", 0);
    books(
        "burn",
        history,
        ledger -> {
          // 20 hours in 10 days: 1,200,000 of 2,000,000 are left for 15 days, 30 of 50 hours too.
          List<BurnDown> ten = ledger.reads().burnDowns().of("climate", 10, now);
          assertThat(ten)
              .containsExactly(
                  new BurnDown(
                      BurnDown.Kind.WALLET,
                      "CNY",
                      "MONEY",
                      "CNY",
                      1_200_000,
                      800_000,
                      10,
                      now + 15 * DAY_MS),
                  new BurnDown(
                      BurnDown.Kind.BUDGET,
                      "month",
                      "CORE_TIME",
                      "",
                      30 * HOUR_MS,
                      20 * HOUR_MS,
                      10,
                      now + 15 * DAY_MS));
          // At the rate of 20 days the month is over before its budget is.
          assertThat(ledger.reads().burnDowns().of("climate", 20, now).getLast().runsOutMs())
              .isNull();
          assertThat(ledger.reads().burnDowns().of("climate", 5, now).getFirst().runsOutMs())
              .isNull();
          // The ten days end now, whatever the hour: of the run 5 hours are within them.
          assertThat(
                  ledger.reads().burnDowns().of("climate", 10, ms("2026-11-12", 15)).stream()
                      .map(BurnDown::spent))
              .containsExactly(200_000L, 5 * HOUR_MS);
        });
  }
}

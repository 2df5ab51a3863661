package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.Language;
import org.queqiao.accounting.export.StatementForm;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;

/** What a service platform used for people whom only it knows. */
final class EndUserBooksTest {
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZONE, 1);
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String day) {
    return LocalDate.parse(day).atStartOfDay(ZONE).toInstant().toEpochMilli();
  }

  private static JobId run(History history, String endUser, String day, int hours) {
    history.at(ms(day));
    JobId job = history.submitFor(endUser, History.LI, "run", 1, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms(day) + hours * HOUR_MS).end(run, JobState.COMPLETED);
    return job;
  }

  private static History history() {
    History history = new History(ms("2026-10-01")).price(40_000).fund(100_000_000);
    history.platform(History.CLIMATE, "portal");
    run(history, "=wang", "2026-10-02", 5);
    run(history, "", "2026-10-03", 1);
    run(history, "zhao", "2026-10-04", 2);
    run(history, "=wang", "2026-11-02", 3);
    return history;
  }

  private static List<String> rows(Ledger ledger, ReportBy... by) {
    return ledger
        .reads()
        .reports()
        .usage(
            UsageReports.Question.of(List.of(by), "2026-10", "2026-11", 100), LedgerReads.Scope.ALL)
        .stream()
        .map(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h " + each.chargeMicro())
        .sorted()
        .toList();
  }

  @Test
  void reportsTellThemWithinAProjectOrAPlatformAndTheyAddUpToTheWhole() throws Exception {
    database.books(
        "reports",
        CALENDAR,
        history(),
        ledger -> {
          assertThat(rows(ledger, ReportBy.PROJECT, ReportBy.END_USER))
              .containsExactly(
                  "[climate, =wang] 8h 320000", "[climate, ] 1h 40000", "[climate, zhao] 2h 80000");
          assertThat(rows(ledger, ReportBy.PROJECT)).containsExactly("[climate] 11h 440000");
          // In November all is of somebody named, and nothing is left of the others.
          assertThat(rows(ledger, ReportBy.PLATFORM, ReportBy.END_USER, ReportBy.MONTH))
              .containsExactly(
                  "[portal, , 2026-10] 1h 40000",
                  "[portal, =wang, 2026-10] 5h 200000",
                  "[portal, =wang, 2026-11] 3h 120000",
                  "[portal, zhao, 2026-10] 2h 80000");
          assertThat(rows(ledger, ReportBy.PROJECT, ReportBy.DOMAIN, ReportBy.END_USER))
              .contains("[climate, atmosphere, =wang] 4h 192000");
        });
    assertThat(ReportBy.conflict(List.of(ReportBy.END_USER)).orElseThrow())
        .contains("add platform or project");
    assertThat(ReportBy.conflict(List.of(ReportBy.END_USER, ReportBy.PROJECT, ReportBy.DAY)))
        .isPresent();
    assertThat(ReportBy.conflict(List.of(ReportBy.END_USER, ReportBy.PLATFORM))).isEmpty();
  }

  private static List<String> ended(Ledger ledger, EndedReports.By... by) {
    return ledger
        .reads()
        .endedReports()
        .ended(List.of(by), "2026-10", "2026-11", LedgerReads.Scope.ALL, 100, DomainView.PLAIN)
        .stream()
        .map(each ->
            each.keys()
                + " "
                + each.runs()
                + " of "
                + each.coreMs() / HOUR_MS
                + "h, lost "
                + each.lostCoreMs() / HOUR_MS
                + "h, limit "
                + each.limitCoreMs() / HOUR_MS
                + "h")
        .sorted()
        .toList();
  }

  @Test
  void whatTheirRunsMadeOfTheirTimeIsToldTooAndAddsUpToTheWhole() throws Exception {
    History history = history();
    history.at(ms("2026-11-05"));
    JobId lost = history.submitFor("zhao", History.LI, "run", 1, 10 * HOUR_MS);
    RunId run = history.start(lost, 1, 1);
    history.at(ms("2026-11-05") + 4 * HOUR_MS).end(run, JobState.FAILED);
    database.books(
        "ended",
        CALENDAR,
        history,
        ledger -> {
          assertThat(ended(ledger, EndedReports.By.PLATFORM, EndedReports.By.END_USER))
              .containsExactly(
                  "[portal, =wang] 2 of 8h, lost 0h, limit 20h",
                  "[portal, ] 1 of 1h, lost 0h, limit 10h",
                  "[portal, zhao] 2 of 6h, lost 4h, limit 20h");
          assertThat(ended(ledger, EndedReports.By.PLATFORM))
              .containsExactly("[portal] 5 of 15h, lost 4h, limit 50h");
          // In November all is of somebody named, and nothing is left of the others.
          assertThat(
                  ended(
                      ledger,
                      EndedReports.By.PROJECT,
                      EndedReports.By.END_USER,
                      EndedReports.By.MONTH,
                      EndedReports.By.STATE))
              .containsExactly(
                  "[climate, , 2026-10, COMPLETED] 1 of 1h, lost 0h, limit 10h",
                  "[climate, =wang, 2026-10, COMPLETED] 1 of 5h, lost 0h, limit 10h",
                  "[climate, =wang, 2026-11, COMPLETED] 1 of 3h, lost 0h, limit 10h",
                  "[climate, zhao, 2026-10, COMPLETED] 1 of 2h, lost 0h, limit 10h",
                  "[climate, zhao, 2026-11, FAILED] 1 of 4h, lost 4h, limit 10h");
          assertThat(
                  ended(
                      ledger,
                      EndedReports.By.PROJECT,
                      EndedReports.By.DOMAIN,
                      EndedReports.By.END_USER))
              .contains("[climate, atmosphere, =wang] 1 of 4h, lost 0h, limit 12h");
        });
    assertThat(EndedReports.By.conflict(List.of(EndedReports.By.END_USER, EndedReports.By.STATE)))
        .isPresent();
  }

  @Test
  void theNameIsOnTheJobAndOnTheFilesOfTheStatementWithoutBecomingAFormula() throws Exception {
    database.books(
        "statements",
        CALENDAR,
        history(),
        ledger -> {
          assertThat(ledger.reads().job(new JobId(1)).orElseThrow().endUser()).isEqualTo("=wang");
          assertThat(ledger.reads().job(new JobId(2)).orElseThrow().endUser()).isEmpty();
          Statement october = ledger.reads().statement("climate", "2026-10");
          assertThat(october.endUsers())
              .containsExactly(
                  new Statement.EndUser("li", "=wang", 5 * HOUR_MS, 200_000, "CNY"),
                  new Statement.EndUser("li", "zhao", 2 * HOUR_MS, 80_000, "CNY"));
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          FormWriter.CSV.write(StatementForm.of(october, Language.EN), file);
          assertThat(file.toString(StandardCharsets.UTF_8))
              .contains("User,End user,Core-hours,Amount,Currency\r\nli,\"'=wang\",5.00,0.20,CNY");
          file.reset();
          FormWriter.XLSX.write(StatementForm.of(october, Language.EN), file);
          assertThat(file.size()).isPositive();
        });
  }

  @Test
  void theLargestAreToldAndTheOthersAddedUp() throws Exception {
    History history = new History(ms("2026-10-01")).price(40_000).fund(100_000_000);
    history.platform(History.CLIMATE, "portal");
    for (int i = 0; i < Statement.EndUser.MOST + 2; i++) {
      long atMs = ms("2026-10-02") + i * 600_000L;
      history.at(atMs);
      RunId run = history.start(history.submitFor("end" + i, History.LI, "run", 1, HOUR_MS), 1, 1);
      history.at(atMs + (i % 500 == 7 ? 270_000 : 540_000)).end(run, JobState.COMPLETED);
    }
    database.books(
        "most",
        CALENDAR,
        history,
        ledger -> {
          Statement october = ledger.reads().statement("climate", "2026-10");
          assertThat(october.endUsers()).hasSize(Statement.EndUser.MOST + 1);
          assertThat(october.endUsers().getLast())
              .isEqualTo(new Statement.EndUser("", "", 540_000, 6_000, "CNY", 2));
          assertThat(october.endUsers().subList(0, Statement.EndUser.MOST))
              .allMatch(each -> each.chargeMicro() == 6_000 && each.others() == 0);
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          FormWriter.CSV.write(StatementForm.of(october, Language.EN), file);
          assertThat(file.toString(StandardCharsets.UTF_8))
              .contains("\r\n,2 others: see the report by endUser,");
        });
  }

  @Test
  void aTaskIsForWhomItsArrayIs() throws Exception {
    History history = history();
    JobId array = history.arrayFor("zhao", 3);
    JobId task = history.split(array, 1);
    database.books(
        "tasks",
        CALENDAR,
        history,
        ledger -> assertThat(ledger.reads().job(task).orElseThrow().endUser()).isEqualTo("zhao"));
  }
}

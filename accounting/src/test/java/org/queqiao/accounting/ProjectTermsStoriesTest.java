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
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;

/** Who leads a project and its cost centre, month by month. */
final class ProjectTermsStoriesTest {
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZONE, 1);
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String day) {
    return LocalDate.parse(day).atStartOfDay(ZONE).toInstant().toEpochMilli();
  }

  private static void says(History history, String pi, String costCentre) {
    history.by(
        "admin1",
        "agreed",
        new ProjectDefined(
            History.CLIMATE,
            "Climate",
            List.of(new DomainShare(new DomainCode("ocean"), 1000)),
            new UserName(pi),
            costCentre));
  }

  private static void run(History history, String day, int hours) {
    history.at(ms(day));
    JobId job = history.submit(History.LI, "run", 1, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms(day) + hours * HOUR_MS).end(run, JobState.COMPLETED);
  }

  private static History history() {
    History history = new History(ms("2026-10-01")).price(40_000).fund(100_000_000);
    run(history, "2026-10-02", 5);
    history.at(ms("2026-11-10"));
    says(history, "li", "=KST 1");
    run(history, "2026-11-11", 3);
    // Of the last word in a month the whole month is told.
    history.at(ms("2026-12-01"));
    says(history, "wang", "KST 2");
    run(history, "2026-12-02", 2);
    history.at(ms("2026-12-30"));
    says(history, "chen", "KST 3");
    return history;
  }

  private static List<String> rows(Ledger ledger, ReportBy... by) {
    return ledger
        .reads()
        .reports()
        .usage(
            UsageReports.Question.of(List.of(by), "2026-10", "2026-12", 100), LedgerReads.Scope.ALL)
        .stream()
        .map(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h " + each.chargeMicro())
        .sorted()
        .toList();
  }

  @Test
  void reportsTellTheCostCentreOfTheEndOfEachMonth() throws Exception {
    database.books(
        "centres",
        CALENDAR,
        history(),
        ledger -> {
          assertThat(rows(ledger, ReportBy.COST_CENTRE))
              .containsExactly("[=KST 1] 3h 120000", "[KST 3] 2h 80000", "[] 5h 200000");
          assertThat(rows(ledger, ReportBy.COST_CENTRE, ReportBy.DOMAIN, ReportBy.PLATFORM))
              .contains("[KST 3, ocean, ] 2h 80000");
          assertThat(rows(ledger, ReportBy.RESOURCE, ReportBy.COST_CENTRE))
              .contains("[cores, KST 3] 2h 80000");
          assertThat(rows(ledger, ReportBy.DAY, ReportBy.COST_CENTRE))
              .contains("[2026-12-02, KST 3] 2h 80000");
          assertThat(
                  ledger
                      .reads()
                      .endedReports()
                      .ended(
                          List.of(EndedReports.By.COST_CENTRE),
                          "2026-10",
                          "2026-12",
                          LedgerReads.Scope.ALL,
                          10,
                          DomainView.PLAIN)
                      .stream()
                      .map(each -> each.keys().getFirst() + " " + each.runs())
                      .toList())
              .containsExactlyInAnyOrder(" 1", "=KST 1 1", "KST 3 1");
        });
  }

  @Test
  void aStatementSaysBothOfItsMonthAndNoTextIsAFormula() throws Exception {
    database.books(
        "statements",
        CALENDAR,
        history(),
        ledger -> {
          assertThat(ledger.reads().statement("climate", "2026-10").terms())
              .isEqualTo(Statement.Terms.NONE);
          Statement november = ledger.reads().statement("climate", "2026-11");
          assertThat(november.terms()).isEqualTo(new Statement.Terms("li", "=KST 1"));
          assertThat(ledger.reads().statement("climate", "2026-12").terms())
              .isEqualTo(new Statement.Terms("chen", "KST 3"));
          assertThat(StatementForms.csv(november).lines().toList())
              .first()
              .asString()
              .contains(",principal_investigator,cost_centre,tax_percent,tax,gross,");
          assertThat(StatementForms.csv(november).lines().skip(1))
              .isNotEmpty()
              .allMatch(line -> line.contains(",li,\"'=KST 1\",,,,"));
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          FormWriter.CSV.write(StatementForm.of(november, Language.ZH), file);
          assertThat(file.toString(StandardCharsets.UTF_8))
              .contains("项目,项目负责人,成本中心\r\nclimate,li,\"'=KST 1\"\r\n")
              .contains("\r\n项目,climate\r\n账期,2026-11\r\n")
              .endsWith("状态,草稿\r\n");
          file.reset();
          FormWriter.CSV.write(
              StatementForm.of(ledger.reads().statement("climate", "2026-10"), Language.EN), file);
          assertThat(file.toString(StandardCharsets.UTF_8)).doesNotContain("Cost centre");
        });
  }
}

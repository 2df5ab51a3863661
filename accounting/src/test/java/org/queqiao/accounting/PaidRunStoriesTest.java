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
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;

/** Runs of a project that are paid from the wallet of another one. */
final class PaidRunStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long UNIT = 1_000_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** An hour of a core costs 1.00; climate pays, materials computes. */
  private static History october() {
    return new History(OCT)
        .project(History.MATERIALS, "Materials", "materials", 1000)
        .node("cn1", 96)
        .price(UNIT)
        .fund(20 * UNIT);
  }

  /** A job of materials on so many cores that may run for two hours and runs for one. */
  private static RunId ran(History history, int cores, ProjectName payer, JobState end) {
    JobId job = history.submit(History.MATERIALS, History.LI, cores, 2 * HOUR_MS);
    RunId run = history.startPaid(job, 1, cores, payer);
    history.at(history.timeMs() + HOUR_MS).end(run, end);
    return run;
  }

  private static List<String> postings(Ledger ledger, RunId run) {
    return ledger.reads().postings(run.job()).stream()
        .map(each ->
            each.transaction().replaceAll("/.*", "") + " " + each.account() + " " + each.amount())
        .toList();
  }

  private static String wallet(Ledger ledger, String project) {
    return ledger.reads().balances(project).stream()
        .map(each -> each.availableMicro() + " held " + each.heldMicro())
        .findFirst()
        .orElse("none");
  }

  private static List<String> lines(Ledger ledger, String project) {
    return ledger.reads().statement(project, "2026-10").lines().stream()
        .map(each ->
            each.jobs()
                + " jobs "
                + each.amountMicro()
                + " for "
                + each.forProject()
                + " by "
                + each.paidBy())
        .toList();
  }

  private static List<String> entries(Ledger ledger, String project) {
    Statement statement = ledger.reads().statement(project, "2026-10");
    return statement.entries().stream().map(each -> entry(statement, each)).toList();
  }

  private static String entry(Statement statement, StatementEntry each) {
    return each.kind()
        + " "
        + each.amountMicro()
        + " for "
        + StatementForms.forProject(statement, each)
        + " by "
        + statement.paidBy(each);
  }

  private static List<String> due(Ledger ledger, String project) {
    return ledger.reads().statement(project, "2026-10").totals().stream()
        .map(each -> each.currency() + " " + each.dueMicro())
        .toList();
  }

  @Test
  void heldCapturedAndReleasedIsTheMoneyOfWhoPaysAndUsageStays() throws Exception {
    History history = october();
    JobId job = history.submit(History.MATERIALS, History.LI, 3, 2 * HOUR_MS);
    RunId run = history.startPaid(job, 1, 3, History.CLIMATE);
    History midway = october();
    midway.startPaid(
        midway.submit(History.MATERIALS, History.LI, 3, 2 * HOUR_MS), 1, 3, History.CLIMATE);
    database.books(
        "midway",
        SHANGHAI,
        midway,
        ledger -> {
          assertThat(wallet(ledger, "climate")).isEqualTo("14000000 held 6000000");
          assertThat(wallet(ledger, "materials")).isEqualTo("none");
        });
    history.at(OCT + HOUR_MS).end(run, JobState.COMPLETED);
    database.books(
        "captured",
        SHANGHAI,
        history,
        ledger -> {
          assertThat(postings(ledger, run))
              .containsExactlyInAnyOrder(
                  "hold held:climate 6000000",
                  "hold wallet:climate -6000000",
                  "capture revenue:batch 3000000",
                  "capture held:climate -3000000",
                  "meter usage:materials 10800000",
                  "meter meter:batch -10800000",
                  "release wallet:climate 3000000",
                  "release held:climate -3000000");
          assertThat(wallet(ledger, "climate")).isEqualTo("17000000 held 0");
          assertThat(lines(ledger, "climate")).containsExactly("1 jobs 3000000 for materials by ");
          assertThat(lines(ledger, "materials")).containsExactly("1 jobs 3000000 for  by climate");
          assertThat(due(ledger, "climate")).containsExactly("CNY 3000000");
          assertThat(due(ledger, "materials")).isEmpty();
          assertThat(ledger.reads().statement("materials", "2026-10").coreMs())
              .isEqualTo(3 * HOUR_MS);
        });
  }

  @Test
  void aWordThatChangesWhileARunGoesOnIsForTheNext() throws Exception {
    History history = october();
    history.twoPeople(new MoneyChange.ProjectPayer(History.MATERIALS, History.CLIMATE, OCT), true);
    JobId job = history.submit(History.MATERIALS, History.LI, 4, 2 * HOUR_MS);
    RunId run = history.startPaid(job, 1, 4, History.CLIMATE);
    history.twoPeople(
        new MoneyChange.ProjectPayer(History.MATERIALS, null, history.timeMs()), true);
    history.limit(job, 4 * HOUR_MS);
    history.at(OCT + HOUR_MS).requeue(run);
    RunId again = history.startPaid(job, 2, 4, null);
    history.at(OCT + 3 * HOUR_MS).end(again, JobState.COMPLETED);
    database.books(
        "changed",
        SHANGHAI,
        history,
        ledger -> {
          assertThat(wallet(ledger, "climate")).isEqualTo("16000000 held 0");
          assertThat(wallet(ledger, "materials")).isEqualTo("-8000000 held 0");
          assertThat(lines(ledger, "climate")).containsExactly("1 jobs 4000000 for materials by ");
          assertThat(lines(ledger, "materials"))
              .containsExactly("1 jobs 8000000 for  by ", "1 jobs 4000000 for  by climate");
          assertThat(due(ledger, "materials")).containsExactly("CNY 8000000");
          // Each line opens to its own run alone.
          Statement own = ledger.reads().statement("materials", "2026-10");
          assertThat(DrillDown.runs(ledger, "materials", "2026-10", own.lines().get(0).id()))
              .extracting(each -> each.run())
              .containsExactly(again);
          assertThat(DrillDown.runs(ledger, "materials", "2026-10", own.lines().get(1).id()))
              .extracting(each -> each.run())
              .containsExactly(run);
          assertThat(ledger.reads().lineRuns().whose("climate", "2026-10", own.lines().get(1).id()))
              .contains("materials");
          assertThat(ledger.reads().lineRuns().whose("climate", "2026-10", own.lines().get(0).id()))
              .isEmpty();
        });
  }

  @Test
  void whatGoesBackGoesToTheWalletThatPaidAndABudgetOfWhoUsedItHasItAgain() throws Exception {
    History history = october();
    history.budget(
        new BudgetTerms(
            new BudgetName("melt"),
            History.MATERIALS,
            null,
            BudgetUnit.MONEY,
            9 * UNIT,
            0,
            "CNY",
            "2026-10",
            "2026-10",
            false));
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, OCT), true);
    RunId run = ran(history, 4, History.CLIMATE, JobState.NODE_FAIL);
    database.create("back");
    try (Ledger ledger = database.open("back", SHANGHAI)) {
      ledger.record(history.events());
      assertThat(wallet(ledger, "climate")).isEqualTo("18000000 held 0");
      String transaction =
          ledger.reads().postings(run.job()).stream()
              .map(each -> each.transaction())
              .filter(each -> each.startsWith("capture/"))
              .findFirst()
              .orElseThrow();
      for (ProjectName each : List.of(History.MATERIALS, History.CLIMATE)) {
        assertThat(ledger.reads().disputes().refundable(transaction, each, "CNY").orElseThrow())
            .isEqualTo(2 * UNIT);
      }
      history.twoPeople(
          new MoneyChange.Refund(
              History.MATERIALS, UNIT, "CNY", transaction, RefundReason.GOODWILL),
          true);
      ledger.record(history.events());
      for (ProjectName each : List.of(History.MATERIALS, History.CLIMATE)) {
        assertThat(ledger.reads().disputes().refundable(transaction, each, "CNY").orElseThrow())
            .isEqualTo(UNIT);
      }
      assertThat(wallet(ledger, "climate")).isEqualTo("19000000 held 0");
      assertThat(wallet(ledger, "materials")).isEqualTo("none");
      assertThat(entries(ledger, "climate"))
          .containsExactly("REFUND 2000000 for materials by ", "REFUND 1000000 for materials by ");
      assertThat(entries(ledger, "materials"))
          .containsExactly("REFUND 2000000 for  by climate", "REFUND 1000000 for  by climate");
      assertThat(due(ledger, "climate")).containsExactly("CNY 1000000");
      assertThat(due(ledger, "materials")).isEmpty();
      assertThat(ledger.reads().budgetUses().uses("2026-10").budgets().getFirst().used())
          .isEqualTo(UNIT);
    }
    database.audit("back");
  }

  @Test
  void aClosedMonthHoldsAndEachFormShowsWhoPays() throws Exception {
    History history = october();
    ran(history, 4, History.CLIMATE, JobState.COMPLETED);
    ran(history, 2, null, JobState.COMPLETED);
    history.at(NOV + HOUR_MS);
    history.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026, true, true), true);
    database.books(
        "closed",
        SHANGHAI,
        history,
        ledger -> {
          Statement payer = ledger.reads().statement("climate", "2026-10");
          Statement used = ledger.reads().statement("materials", "2026-10");
          assertThat(payer.standing().number()).isEqualTo("2026-000001");
          assertThat(payer.standing().state().name()).isEqualTo("PAID");
          assertThat(used.standing().number()).isEqualTo("2026-000002");
          assertThat(due(ledger, "materials")).containsExactly("CNY 2000000");
          assertThat(StatementForms.csv(payer).lines().toList().get(1))
              .contains(",4.00,4.00,CNY,")
              .endsWith(",materials,");
          List<String> csv = StatementForms.csv(used).lines().toList();
          assertThat(csv.getFirst()).endsWith(",payable,for_project,paid_by");
          assertThat(csv.get(1)).contains(",2.00,2.00,CNY,").endsWith(",,");
          assertThat(csv.get(2)).contains(",4.00,4.00,CNY,").endsWith(",,climate");
          assertThat(csv.get(3)).contains(",total,").contains(",6.000000,").contains(",2.00,2.00,");
          assertThat(form(payer)).contains("User,For project,Partition").contains("li,materials,b");
          assertThat(form(used))
              .contains("li,batch,1,cores,2.00,1.00,2.00,CNY\r\nTotal,,,cores,2.00,,2.00,CNY")
              .contains("Payer,User,Partition,Jobs,Resource,Hours,Amount,Currency\r\n")
              .contains("climate,li,batch,1,cores,4.00,4.00,CNY\r\n");
          for (FormWriter writer : List.of(FormWriter.PDF, FormWriter.XLSX)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            writer.write(StatementForm.of(used, Language.ZH), out);
            assertThat(out.size()).isPositive();
          }
        });
    // What is for whom is part of what was signed.
    database.sql(
        "closed", "update statement_line set for_project = 'ocean' where for_project <> ''");
    assertThat(database.problems("closed"))
        .contains("the statements of 2026-10 are other ones than those that were closed");
  }

  private static String form(Statement statement) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FormWriter.CSV.write(StatementForm.of(statement, Language.EN), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void onlySharedUseStillGivesAStatementOfWhatWasUsed() throws Exception {
    History history = october();
    ran(history, 4, History.CLIMATE, JobState.COMPLETED);
    history.at(NOV + HOUR_MS);
    history.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026, true, true), true);
    database.books(
        "used",
        SHANGHAI,
        history,
        ledger -> {
          assertThat(ledger.reads().months().projects("2026-10", null, null, 10))
              .containsExactly("climate", "materials");
          assertThat(ledger.reads().statement("materials", "2026-10").standing().number())
              .isEqualTo("2026-000002");
          assertThat(due(ledger, "materials")).isEmpty();
        });
  }

  /** A run elsewhere is paid by what held when it started, also when it is told otherwise. */
  @Test
  void aRunElsewhereIsPaidByWhoPaidWhenItStarted() throws Exception {
    NodeLog log = new NodeLog(OCT);
    log.twoPeople(
        new MoneyChange.ProjectPayer(History.CLIMATE, History.MATERIALS, OCT + HOUR_MS), true);
    log.at(OCT + 5 * HOUR_MS);
    log.add(observed(1, OCT + 2 * HOUR_MS, 3));
    log.add(observed(2, OCT + 2 * HOUR_MS, 2));
    database.create("elsewhere");
    try (Ledger ledger = database.open("elsewhere", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(wallet(ledger, "materials")).isEqualTo("-2000000 held 0");
      assertThat(wallet(ledger, "climate")).isEqualTo("none");
      assertThat(lines(ledger, "materials")).containsExactly("1 jobs 2000000 for climate by ");
      // It began before the word, as it turns out.
      log.add(observed(3, OCT, 4));
      ledger.record(log.events());
      assertThat(wallet(ledger, "materials")).isEqualTo("0 held 0");
      assertThat(wallet(ledger, "climate")).isEqualTo("-4000000 held 0");
      assertThat(due(ledger, "climate")).containsExactly("CNY 4000000");
    }
    database.audit("elsewhere");
    database.drillDown("elsewhere", SHANGHAI);
  }

  private static RunObserved observed(int revision, long startMs, long cores) {
    return new RunObserved(
        new JobId(7_000),
        revision,
        new ObservedRun(
            new ExternalRun(new ClusterName("elsewhere"), 17, OCT),
            "",
            "melt",
            History.LI,
            1_000,
            History.CLIMATE,
            History.BATCH,
            JobState.COMPLETED,
            "COMPLETED",
            0,
            0,
            startMs,
            startMs + HOUR_MS,
            List.of(),
            cores,
            0,
            0,
            "far1",
            List.of()));
  }

  /** Without a payer a start means what it meant. */
  @Test
  void aLogFromBeforeGivesTheSameBooks() {
    History before = october();
    RunId run = before.start(before.submit(History.LI, "old", 2, HOUR_MS), 1, 2);
    assertThat(((JobAllocated) before.events().getLast().event()).payer()).isNull();
    before.at(OCT + HOUR_MS).end(run, JobState.COMPLETED);
    ShadowLedger shadow = new ShadowLedger(SHANGHAI);
    before.events().forEach(shadow::record);
    assertThat(shadow.books().postings().stream().map(each -> each.id() + " " + each.amount()))
        .containsExactly(
            "fund/6#wallet:climate#CNY 20000000",
            "fund/6#funding:climate#CNY -20000000",
            "hold/1.1#held:climate#CNY 2000000",
            "hold/1.1#wallet:climate#CNY -2000000",
            "capture/1.1/2026-10-01/" + OCT + "#revenue:batch#CNY 2000000",
            "capture/1.1/2026-10-01/" + OCT + "#held:climate#CNY -2000000",
            "meter/1.1/2026-10-01/" + OCT + "#usage:climate 7200000",
            "meter/1.1/2026-10-01/" + OCT + "#meter:batch -7200000");
    assertThat(shadow.books().paidRun(run)).isEmpty();
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.MonthReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.accounting.witness.MonthFile;
import org.queqiao.accounting.witness.SignedMonth;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;

/** Months that are checked, closed and paid, in a real PostgreSQL, with the clock moved. */
final class MonthStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = ms("2026-10-01");
  private static final long NOV = ms("2026-11-01");
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  @TempDir private Path folder;

  private static long ms(String day) {
    return SHANGHAI.startMs(LocalDate.parse(day));
  }

  private static Ledger fresh(String name) throws Exception {
    database.create(name);
    return database.open(name, SHANGHAI);
  }

  private static Actor user(String name) {
    return Actor.user(new UserName(name));
  }

  private static long propose(NodeLog log, MoneyChange change) {
    long proposal = log.events().size() + 1L;
    log.add(user("finance1"), new MoneyProposed(proposal, change, "looked at it"));
    return proposal;
  }

  private static void decide(NodeLog log, long proposal, boolean approved, MoneyChange change) {
    log.add(user("finance2"), new MoneyDecided(proposal, approved, change, "so it is"));
  }

  private static void approved(NodeLog log, MoneyChange change) {
    decide(log, propose(log, change), true, change);
  }

  private static MoneyChange.CloseMonth october() {
    return new MoneyChange.CloseMonth("2026-10", NOV, 2026);
  }

  /** A run of another cluster is told, for the first time or otherwise than before. */
  private static void told(NodeLog log, int revision, long startMs, long cores) {
    ObservedRun run =
        new ObservedRun(
            new ExternalRun(new ClusterName("elsewhere"), 7, startMs),
            "",
            "late",
            new UserName("li"),
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
            List.of());
    log.add(new RunObserved(new JobId(7_000), revision, run));
  }

  /** An hour on 4 cores in October. */
  private static NodeLog octoberWithARun() {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId run = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(run);
    return log;
  }

  private static List<String> lines(Ledger ledger, String month) {
    return ledger.reads().statement("climate", month).lines().stream()
        .map(each ->
            each.coreMs() / HOUR_MS
                + "h "
                + each.amountMicro()
                + (each.lateFor().isEmpty() ? "" : " late for " + each.lateFor()))
        .toList();
  }

  private static String state(Ledger ledger, String project, String month) {
    Standing standing = ledger.reads().months().standing(project, month);
    return (standing.state() + " " + standing.number()).strip();
  }

  private static List<String> problems(Ledger ledger, String month) {
    return ledger.reads().months().problems(month);
  }

  @Test
  void aMonthIsCheckedByOneClosedByAnotherAndItsStatementsAreNumberedAndPaid() throws Exception {
    NodeLog log = octoberWithARun();
    log.at(OCT + 9 * HOUR_MS);
    approved(log, new MoneyChange.Correction(History.MATERIALS, 500, "CNY", "x"));
    log.at(NOV + HOUR_MS).node("cn2", 1);
    try (Ledger ledger = fresh("closed")) {
      ledger.record(log.events());
      assertThat(state(ledger, "climate", "2026-10")).isEqualTo("DRAFT");
      assertThat(problems(ledger, "2026-10")).isEmpty();
      long proposal = propose(log, october());
      ledger.record(log.events());
      assertThat(state(ledger, "climate", "2026-10")).isEqualTo("CHECKED");
      decide(log, proposal, true, october());
      ledger.record(log.events());
      assertThat(state(ledger, "climate", "2026-10")).isEqualTo("CLOSED 2026-000001");
      assertThat(state(ledger, "materials", "2026-10")).isEqualTo("CLOSED 2026-000002");
      approved(
          log, new MoneyChange.StatementPaid(History.CLIMATE, "2026-10", "2026-11-20", "bank 17"));
      // Paid again is paid once.
      approved(
          log, new MoneyChange.StatementPaid(History.CLIMATE, "2026-10", "2026-11-21", "bank 18"));
      ledger.record(log.events());
      Statement paid = ledger.reads().statement("climate", "2026-10");
      assertThat(paid.standing().state()).isEqualTo(Standing.State.PAID);
      assertThat(paid.standing().reference()).isEqualTo("bank 17");
      assertThat(StatementForms.csv(paid))
          .contains(",PAID,2026-000001,2026-11-20,bank 17,,,,,,0.00,4.00,0.00,,\r\n");
      assertThat(problems(ledger, "2026-10").getFirst())
          .startsWith("month 2026-10 was closed by USER:finance2 at ");
    }
    database.audit("closed");
  }

  @Test
  void whatIsToldAfterTheCloseStandsInTheOpenMonthAndSaysWhenItWas() throws Exception {
    NodeLog log = octoberWithARun();
    told(log, 1, OCT + 5 * HOUR_MS, 2);
    log.at(NOV + HOUR_MS);
    approved(log, october());
    try (Ledger ledger = fresh("late")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("6h 6000000");
      List<MonthReads.Row> before = ledger.reads().months().list();
      log.at(ms("2026-12-05"));
      told(log, 2, OCT + 5 * HOUR_MS, 3);
      ledger.record(log.events());
      // Two hours taken back and three booked anew, on one line of December.
      assertThat(lines(ledger, "2026-12")).containsExactly("1h 1000000 late for 2026-10");
      assertThat(lines(ledger, "2026-10")).containsExactly("6h 6000000");
      assertThat(ledger.reads().months().list()).isEqualTo(before);
      assertThat(ledger.reads().postings(new JobId(7_000)).stream().map(each -> each.transaction()))
          .anyMatch(each -> each.startsWith("reverse/7000.2/2026-10-01/"));
      // By day it is late, whatever months are asked for, and the trend has nothing before it.
      for (String from : new String[] {"2026-10", "2026-12"}) {
        for (boolean trend : new boolean[] {false, true}) {
          assertThat(
                  ledger
                      .reads()
                      .reports()
                      .usage(
                          new UsageReports.Question(
                              List.of(ReportBy.DAY, ReportBy.MONTH),
                              from,
                              "2026-12",
                              99,
                              false,
                              trend),
                          LedgerReads.Scope.ALL)
                      .getLast())
              .satisfies(row -> {
                assertThat(row.keys()).containsExactly("2026-12-late", "2026-12");
                assertThat(row.coreMs()).isEqualTo(HOUR_MS);
              });
        }
      }
      // A correction of what was closed stands in the month of its approval.
      approved(log, new MoneyChange.Correction(History.CLIMATE, 700, "CNY", "capture/1.1/x"));
      ledger.record(log.events());
      assertThat(ledger.reads().statement("climate", "2026-12").entries()).hasSize(1);
      assertThat(ledger.reads().statement("climate", "2026-10").entries()).isEmpty();
    }
    database.audit("late");
    database.drillDown("late", SHANGHAI);
  }

  @Test
  void aMonthThatIsCheckedIsFrozenAndOneThatIsRejectedIsOpenAgain() throws Exception {
    NodeLog log = octoberWithARun();
    log.at(NOV + HOUR_MS);
    long proposal = propose(log, october());
    told(log, 1, OCT + 5 * HOUR_MS, 2);
    try (Ledger ledger = fresh("frozen")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("4h 4000000");
      assertThat(lines(ledger, "2026-11")).containsExactly("2h 2000000 late for 2026-10");
      decide(log, proposal, false, october());
      told(log, 2, OCT + 5 * HOUR_MS, 3);
      ledger.record(log.events());
      assertThat(state(ledger, "climate", "2026-10")).isEqualTo("DRAFT");
      // What was told while it was frozen is taken back where it stands.
      assertThat(lines(ledger, "2026-10")).containsExactly("7h 7000000");
      assertThat(lines(ledger, "2026-11")).containsExactly("0h 0 late for 2026-10");
      // And what was told while it was open, though it is frozen again, where that is open.
      propose(log, october());
      told(log, 3, OCT + 5 * HOUR_MS, 1);
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-11")).containsExactly("-2h -2000000 late for 2026-10");
    }
    database.audit("frozen");
  }

  private static MoneyChange.CloseMonth octoberWithWhatRuns() {
    return new MoneyChange.CloseMonth("2026-10", NOV, 2026, true);
  }

  private static List<String> money(Ledger ledger) {
    return ledger.reads().balances("climate").stream()
        .map(each -> each.availableMicro() + " held " + each.heldMicro())
        .toList();
  }

  @Test
  void whatARunAcrossTheEdgeHasUsedIsPostedWhenTheMonthIsChecked() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    approved(log, new MoneyChange.TopUp(History.CLIMATE, 10_000_000_000L, "CNY"));
    RunId run = log.at(NOV - HOUR_MS).start(2, "cn1");
    try (Ledger ledger = fresh("edge")) {
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-10"))
          .contains(
              "the books have the log until " + (NOV - HOUR_MS) + ", and the month ends at " + NOV);
      log.at(NOV + HOUR_MS).node("cn2", 1);
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-10")).isEmpty();
      // The most that 30 days on 2 cores cost.
      assertThat(money(ledger)).containsExactly("8560000000 held 1440000000");
      long proposal = propose(log, octoberWithWhatRuns());
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("2h 2000000");
      assertThat(money(ledger)).containsExactly("8560000000 held 1438000000");
      assertThat(ledger.reads().hours().of(run.job(), NOV + HOUR_MS).getFirst())
          .satisfies(now -> {
            assertThat(now.coreMs()).isEqualTo(4 * HOUR_MS);
            assertThat(now.costMicro()).isEqualTo(4_000_000);
            assertThat(now.heldMicro()).isEqualTo(1_438_000_000);
          });
      // Rejected and checked again, nothing is posted twice.
      decide(log, proposal, false, octoberWithWhatRuns());
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-10")).isEmpty();
      approved(log, octoberWithWhatRuns());
      log.at(NOV + 2 * HOUR_MS).end(run);
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("2h 2000000");
      assertThat(state(ledger, "climate", "2026-10")).isEqualTo("CLOSED 2026-000001");
      assertThat(lines(ledger, "2026-11")).containsExactly("4h 4000000");
      assertThat(money(ledger)).containsExactly("9994000000 held 0");
      assertThat(ledger.reads().job(run.job()).orElseThrow().chargeMicro()).isEqualTo(6_000_000);
      log.at(ms("2026-12-02")).node("cn3", 1);
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-11")).isEmpty();
    }
    database.audit("edge");
  }

  /** Its node had vanished, which nobody knew when the month was closed. */
  @Test
  void whatWasPostedOfARunThatHadEndedIsTakenBackInTheOpenMonth() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId run = log.at(NOV - 30 * HOUR_MS).start(2, "cn1");
    log.at(NOV + HOUR_MS);
    approved(log, octoberWithWhatRuns());
    try (Ledger ledger = fresh("vanished")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("60h 60000000");
      log.at(NOV + 5 * HOUR_MS).end(run, NOV - 10 * HOUR_MS, JobState.NODE_FAIL);
      ledger.record(log.events());
      // Of the last day of October 24 hours were posted, and it ran for 14.
      assertThat(lines(ledger, "2026-10")).containsExactly("60h 60000000");
      assertThat(lines(ledger, "2026-11")).containsExactly("-20h -20000000 late for 2026-10");
      // Also from whom of a service platform it was for.
      assertThat(
              ledger
                  .reads()
                  .reports()
                  .usage(
                      UsageReports.Question.of(
                          List.of(ReportBy.PROJECT, ReportBy.END_USER), "2026-10", "2026-11", 9),
                      LedgerReads.Scope.ALL)
                  .stream()
                  .map(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h"))
          .containsExactly("[climate, wang] 40h");
      assertThat(ledger.reads().job(run.job()).orElseThrow().chargeMicro()).isEqualTo(40_000_000);
      assertThat(ledger.reads().job(run.job()).orElseThrow().coreMs()).isEqualTo(40 * HOUR_MS);
      assertThat(money(ledger)).containsExactly("-40000000 held 0");
      log.at(ms("2026-12-02")).node("cn2", 1);
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-11")).isEmpty();
    }
    database.audit("vanished");
    database.drillDown("vanished", SHANGHAI);
  }

  @Test
  void whatAllowancesPayOfARunAcrossTheEdgeStandsInTheMonthThatItWasUsedIn() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    approved(
        log,
        new MoneyChange.NewAllowance(
            new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, 5 * HOUR_MS, null, OCT, 0)));
    RunId run = log.at(NOV - HOUR_MS).start(2, "cn1");
    log.at(NOV + HOUR_MS);
    approved(log, octoberWithWhatRuns());
    log.at(NOV + 2 * HOUR_MS).end(run);
    try (Ledger ledger = fresh("covered")) {
      ledger.record(log.events());
      assertThat(ledger.reads().statement("climate", "2026-10").entries())
          .extracting(
              each -> each.kind() + " " + each.coreMs() / HOUR_MS + "h " + each.amountMicro())
          .containsExactly("ALLOWANCE 2h 2000000");
      assertThat(ledger.reads().statement("climate", "2026-11").entries())
          .extracting(
              each -> each.kind() + " " + each.coreMs() / HOUR_MS + "h " + each.amountMicro())
          .containsExactly("ALLOWANCE 3h 3000000");
      assertThat(money(ledger)).containsExactly("-1000000 held 0");
    }
    database.audit("covered");
  }

  @Test
  void anAllowanceThatARunHasUsedUpIsKnownUntilItEnds() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    approved(
        log,
        new MoneyChange.NewAllowance(
            new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, 2 * HOUR_MS, null, OCT, 0)));
    RunId run = log.at(NOV - HOUR_MS).start(2, "cn1");
    log.at(NOV + HOUR_MS);
    try (Ledger ledger = fresh("used_up")) {
      ledger.record(log.events());
      approved(log, octoberWithWhatRuns());
      ledger.record(log.events());
      log.node("cn2", 8);
      ledger.record(log.events());
    }
    log.at(NOV + 2 * HOUR_MS).end(run);
    try (Ledger ledger = database.open("used_up", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(ledger.reads().statement("climate", "2026-10").entries())
          .extracting(
              each -> each.kind() + " " + each.coreMs() / HOUR_MS + "h " + each.amountMicro())
          .containsExactly("ALLOWANCE 2h 2000000");
      assertThat(ledger.reads().allowances().of("climate"))
          .extracting(each -> each.row().left().leftMs() + " " + each.row().drawnMs())
          .containsExactly("0 0");
      assertThat(money(ledger)).containsExactly("-4000000 held 0");
    }
    database.audit("used_up");
  }

  @Test
  void aClusterThatIsBehindAndWhatIsNotAnsweredOrDecidedIsNamedUntilItIs() throws Exception {
    NodeLog log = octoberWithARun();
    ClusterName elsewhere = new ClusterName("elsewhere");
    log.add(new ClusterObserved(elsewhere, OCT + 9 * HOUR_MS));
    MoneyChange correction = new MoneyChange.Correction(History.CLIMATE, 500, "CNY", "x");
    long proposal = propose(log, correction);
    long dispute = log.events().size() + 1L;
    log.add(
        user("li"),
        new DisputeOpened(dispute, History.CLIMATE, "capture/1.1/x", "the node was broken"));
    log.at(NOV + HOUR_MS);
    // What begins after the month is none of it.
    propose(log, correction);
    try (Ledger ledger = fresh("matters")) {
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-10")).isEmpty();
      assertThat(ledger.reads().months().matters("2026-10"))
          .containsExactly(
              "cluster elsewhere has told of its runs until "
                  + (OCT + 9 * HOUR_MS)
                  + ": those that ended later may be missing",
              "dispute "
                  + dispute
                  + " of project climate is not answered since "
                  + (OCT + 2 * HOUR_MS),
              "proposal "
                  + proposal
                  + " (CORRECTION of project climate) is not decided since "
                  + (OCT + 2 * HOUR_MS));
      log.add(new ClusterObserved(elsewhere, NOV));
      log.add(user("finance1"), new DisputeAnswered(dispute, 0, "it was not"));
      decide(log, proposal, false, correction);
      ledger.record(log.events());
      assertThat(ledger.reads().months().matters("2026-10")).isEmpty();
    }
  }

  @Test
  void aNodeThatDoesNotReconcileKeepsTheMonthOpenAndIsNamed() throws Exception {
    NodeLog log = octoberWithARun();
    log.at(NOV + HOUR_MS).node("cn2", 1);
    try (Ledger ledger = fresh("nodes")) {
      ledger.record(log.events());
      database.sql("nodes", "update node_day set idle_ms = idle_ms - 5 where day = '2026-10-01'");
      assertThat(problems(ledger, "2026-10"))
          .contains(
              "node cn1 in 2026-10-01: of 691200000 core-milliseconds 5 are not accounted for");
      database.sql(
          "nodes",
          "update node_day set idle_ms = idle_ms + 15, allocated_ms = allocated_ms - 10 where day ="
              + " '2026-10-01'");
      assertThat(problems(ledger, "2026-10"))
          .contains(
              "in 2026-10 the nodes had runs of 14399990 core-milliseconds, and 14400000 were"
                  + " billed");
    }
  }

  /** Books of before nodes were counted: a run goes on, and the nodes are told again later. */
  @Test
  void aMonthIsClosedThoughItsRunsBeganBeforeTheBooksKnewOfTheirNodes() throws Exception {
    NodeLog log = new NodeLog(OCT - 9 * HOUR_MS).node("cn1", 8).node("cn2", 8);
    RunId before = log.at(OCT - 3 * HOUR_MS).start(4, "cn1");
    try (Ledger ledger = fresh("updated")) {
      ledger.record(log.events());
    }
    database.sql(
        "updated",
        "delete from node_clock",
        "delete from node_run",
        "delete from node_day",
        "update node_feed set position = i.position, time_ms = i.time_ms from intake i");
    RunId unknown = log.at(OCT + HOUR_MS).start(2, "cn1");
    log.at(OCT + 2 * HOUR_MS).node("cn1", 8);
    RunId half = log.at(OCT + 3 * HOUR_MS).start(1, "cn1", "cn2");
    log.at(OCT + 4 * HOUR_MS).node("cn2", 8);
    RunId known = log.at(OCT + 5 * HOUR_MS).start(1, "cn1", "cn2");
    log.at(OCT + 9 * HOUR_MS).end(before).end(unknown).end(half).end(known);
    log.at(NOV + HOUR_MS).node("cn3", 1);
    try (Ledger ledger = database.open("updated", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(problems(ledger, "2026-10"))
          .containsExactly("month 2026-09 comes first: it is not closed");
      // What is counted is compared as ever.
      database.sql(
          "updated",
          "update node_day set idle_ms = idle_ms + 10, allocated_ms = allocated_ms - 10 where day ="
              + " '2026-10-01' and node = 'cn1'");
      assertThat(problems(ledger, "2026-10"))
          .contains(
              "in 2026-10 the nodes had runs of "
                  + (8 * HOUR_MS - 10)
                  + " core-milliseconds, and "
                  + 8 * HOUR_MS
                  + " were billed");
    }
  }

  private LedgerAudit.Report audit(String name, Path own) throws Exception {
    try (Connection connection = database.connect(name)) {
      return LedgerAudit.check(
          connection,
          null,
          own.resolve(HeadFile.HEADS),
          HeadFile.publicKey(own.resolve(HeadFile.PUBLIC)));
    }
  }

  @Test
  void aClosedMonthIsSignedAndWhoeverChangesItIsFound() throws Exception {
    NodeLog log = octoberWithARun();
    log.at(NOV + HOUR_MS);
    approved(log, october());
    Path own = folder.resolve("ledger");
    try (Ledger ledger = fresh("signed");
        Intake intake = new Intake(ledger, HeadFile.open(own))) {
      intake.take(log.events());
    }
    assertThat(audit("signed", own).problems()).isEmpty();
    assertThat(MonthFile.read(own.resolve(MonthFile.MONTHS))).hasSize(1);
    // Heads that were copied without the months are compared by themselves.
    Path copied = Files.createDirectory(folder.resolve("copied"));
    for (String each : new String[] {HeadFile.HEADS, HeadFile.PUBLIC}) {
      Files.copy(own.resolve(each), copied.resolve(each));
    }
    assertThat(audit("signed", copied).problems()).isEmpty();
    database.sql("signed", "update statement_line set user_name = 'other' where month = '2026-10'");
    assertThat(audit("signed", own).problems())
        .contains("the statements of 2026-10 are other ones than those that were closed");
    database.sql(
        "signed",
        "update statement_line set user_name = 'li' where month = '2026-10'",
        "update statement_close set serial = 2");
    assertThat(audit("signed", own).problems())
        .contains("the numbers of 2026 are not 1 to 1 without a gap");
    database.sql("signed", "update statement_close set serial = 1", "delete from month_close");
    assertThat(audit("signed", own).problems())
        .contains("month 2026-10 was signed and is not closed in this ledger");
    Path file = own.resolve(MonthFile.MONTHS);
    Files.writeString(file, Files.readString(file).replace("2026-10 1 ", "2026-10 2 "));
    assertThat(audit("signed", own).problems())
        .anyMatch(each -> each.equals("month 2026-10 has a wrong signature"));
  }

  @ParameterizedTest
  @ValueSource(longs = {601, 602, 603})
  void howeverTheFeedIsCutDoubledAndRepeatedTheSameMonthsAreSigned(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    NodeLog log = NodeLog.random(seed, OCT, Boolean.getBoolean("queqiao.full") ? 3_000 : 200);
    log.at(Math.max(log.timeMs(), NOV) + HOUR_MS);
    long rejected = propose(log, october());
    told(log, 1, OCT + random.nextLong(20 * 24) * HOUR_MS, 1 + random.nextInt(8));
    decide(log, rejected, false, october());
    told(log, 2, OCT + random.nextLong(20 * 24) * HOUR_MS, 1 + random.nextInt(8));
    approved(log, october());
    told(log, 3, OCT + random.nextLong(20 * 24) * HOUR_MS, 1 + random.nextInt(8));
    // Closed again changes nothing.
    approved(log, october());
    told(log, 4, OCT + random.nextLong(20 * 24) * HOUR_MS, 1 + random.nextInt(8));
    List<LoggedEvent> events = log.events();
    List<List<MonthReads.Row>> closed = new ArrayList<>();
    for (int most : new int[] {events.size(), 7}) {
      String name = "months" + seed + "x" + most;
      try (Ledger ledger = fresh(name)) {
        for (int at = 0; at < events.size(); ) {
          int to = Math.min(events.size(), at + (most == 7 ? 1 + random.nextInt(most) : most));
          ledger.record(events.subList(random.nextInt(at + 1), to));
          at = to;
        }
        ledger.record(events);
        closed.add(ledger.reads().months().list());
        assertThat(ledger.reads().statement("climate", "2026-10").lines())
            .as("seed %d", seed)
            .noneMatch(each -> each.postedMicro() < 0);
      }
      database.audit(name);
    }
    assertThat(closed.getFirst()).as("seed %d", seed).hasSize(1);
    assertThat(closed.getFirst().getFirst().sha256()).as("seed %d", seed).hasSize(64);
    assertThat(closed.get(1)).as("seed %d", seed).isEqualTo(closed.getFirst());
  }

  @Test
  void aMonthThatWasSignedOtherwiseAndATornLineKeepNoOtherMonthFromBeingSigned() throws Exception {
    NodeLog log = octoberWithARun();
    log.at(NOV + HOUR_MS);
    approved(log, october());
    long december = ms("2026-12-01");
    log.at(december + HOUR_MS);
    approved(log, new MoneyChange.CloseMonth("2026-11", december, 2026));
    Path own = folder.resolve("otherwise");
    String other = "ab".repeat(32);
    HeadFile.open(own).append(new SignedMonth("2026-11", 9, other, 1, 1, other, 1, ""));
    Path file = own.resolve(MonthFile.MONTHS);
    Files.writeString(file, "2026-10 1 ab", StandardOpenOption.APPEND);
    try (Ledger ledger = fresh("otherwise");
        Intake intake = new Intake(ledger, HeadFile.open(own))) {
      intake.take(log.events());
      intake.stopped(new IllegalStateException("a fact that nobody understands"));
      assertThat(intake.trouble())
          .contains("stop at position " + log.events().size())
          .contains("a fact that nobody understands");
    }
    assertThat(MonthFile.read(file))
        .extracting(SignedMonth::month)
        .containsExactly("2026-11", "2026-10");
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;

/** What people gave back of runs elsewhere goes with their charges when they are told otherwise. */
final class ToldAgainRefundTest {
  private static final BillingCalendar UTC = new BillingCalendar(ZoneOffset.UTC);
  private static final long HOUR_MS = 3_600_000;
  private static final long CORE_HOUR = 1_000_000;
  private static final long START = 1_790_812_800_000L;
  private static final JobId JOB = new JobId(7_000);
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private final NodeLog log = new NodeLog(START).at(START + 2 * HOUR_MS);

  /** An hour on so many cores. */
  private void told(JobId job, int revision, long cores, ProjectName project, JobState state) {
    log.add(
        new RunObserved(
            job,
            revision,
            new ObservedRun(
                new ExternalRun(new ClusterName("elsewhere"), job.value(), START),
                "",
                "melt",
                History.LI,
                1_000,
                project,
                History.BATCH,
                state,
                state.name(),
                0,
                0,
                START,
                START + HOUR_MS,
                List.of(),
                cores,
                0,
                0,
                "far1",
                List.of(),
                RunResources.ofSlurm("", Map.of()))));
  }

  private void told(int revision, long cores) {
    told(JOB, revision, cores, History.CLIMATE, JobState.COMPLETED);
  }

  /** People give back of a charge, of a run that was told so often; 0 is a fact of before. */
  private void gives(JobId job, int charge, long micro, int toldAs) {
    log.twoPeople(
        "it was slow",
        new MoneyChange.Refund(
                History.CLIMATE, micro, "CNY", transaction(job, charge), RefundReason.GOODWILL)
            .toldAs(toldAs),
        true);
  }

  private static String transaction(JobId job, int charge) {
    return "capture/" + job + "." + charge + "/2026-10-01/" + START;
  }

  private static long left(Ledger ledger, JobId job, int charge) {
    String transaction =
        ledger.reads().postings(job).stream()
            .map(each -> each.transaction())
            .filter(each -> each.matches("[a-z]+/" + job + "\\." + charge + "/.*"))
            .findFirst()
            .orElseThrow();
    return ledger.reads().disputes().refundable(transaction, History.CLIMATE, "CNY").orElseThrow();
  }

  private static long paid(Ledger ledger, String project) {
    return ledger.reads().balances(project).stream()
        .mapToLong(each -> -each.availableMicro())
        .sum();
  }

  private static List<String> entries(Ledger ledger, String project) {
    return ledger.reads().statement(project, UTC.month(START)).entries().stream()
        .sorted((one, other) -> Long.compare(one.position(), other.position()))
        .map(ToldAgainRefundTest::line)
        .toList();
  }

  private static String line(StatementEntry each) {
    return each.transaction() + " " + each.amountMicro() + " " + each.reason();
  }

  @Test
  void whatPeopleGaveBackIsNeitherLostNorMoreThanTheRunCosts() throws Exception {
    database.create("along");
    told(1, 4);
    try (Ledger ledger = database.open("along", UTC)) {
      gives(JOB, 1, 3 * CORE_HOUR, 1);
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isEqualTo(CORE_HOUR);
      assertThat(left(ledger, JOB, 1)).isEqualTo(CORE_HOUR);

      told(2, 2);
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isZero();
      assertThat(left(ledger, JOB, 1)).isZero();
      assertThat(left(ledger, JOB, 3)).isZero();

      told(3, 5);
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isEqualTo(2 * CORE_HOUR);
      assertThat(left(ledger, JOB, 5)).isEqualTo(2 * CORE_HOUR);
      String why = " it is told otherwise now: what people gave back goes with it";
      assertThat(entries(ledger, "climate"))
          .containsExactly(
              "given/5 3000000 " + transaction(JOB, 1) + ": it was slow",
              "given-along/7000.3/CNY -1000000" + why,
              "given-along/7000.5/CNY 1000000" + why);
    }
    database.audit("along");
  }

  @Test
  void whatARuleGivesBackOfARunThatIsToldOtherwiseGoesBefore() throws Exception {
    database.create("ruled");
    log.twoPeople(
        "it was slow", new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 750, START), true);
    told(1, 4);
    gives(JOB, 1, 2 * CORE_HOUR, 1);
    told(JOB, 2, 4, History.CLIMATE, JobState.NODE_FAIL);
    try (Ledger ledger = database.open("ruled", UTC)) {
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isZero();
      told(3, 4);
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isEqualTo(2 * CORE_HOUR);
    }
    database.audit("ruled");
  }

  @Test
  void aRunThatTurnsOutToBeOfAnotherProjectLeavesNothingGivenBackBehind() throws Exception {
    database.create("moved");
    log.add(new ProjectDefined(History.MATERIALS, "Materials", List.of()));
    told(1, 4);
    gives(JOB, 1, 3 * CORE_HOUR, 1);
    told(JOB, 2, 4, History.MATERIALS, JobState.COMPLETED);
    try (Ledger ledger = database.open("moved", UTC)) {
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isZero();
      assertThat(paid(ledger, "materials")).isEqualTo(4 * CORE_HOUR);
      assertThat(entries(ledger, "materials")).isEmpty();
      told(JOB, 3, 4, History.CLIMATE, JobState.COMPLETED);
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isEqualTo(4 * CORE_HOUR);
      assertThat(paid(ledger, "materials")).isZero();
    }
    database.audit("moved");
  }

  /** Runs told at random, of which at random as much is given back as there is. */
  @Test
  void aProjectPaysWhatARunCostsLessWhatWasGivenBackAndNeverLessThanNothing() throws Exception {
    database.create("random");
    Random random = new Random(20_261_128);
    log.twoPeople(
        "it was slow", new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, START), true);
    long others = 0;
    try (Ledger ledger = database.open("random", UTC)) {
      for (int run = 0; run < 25; run++) {
        JobId job = new JobId(8_000 + run);
        long given = 0;
        long due = 0;
        for (int revision = 1; revision <= 6; revision++) {
          long cores = random.nextInt(6);
          boolean failed = random.nextInt(3) == 0;
          told(
              job,
              revision,
              cores,
              History.CLIMATE,
              failed ? JobState.NODE_FAIL : JobState.COMPLETED);
          long net = cores * CORE_HOUR - (failed ? cores * CORE_HOUR / 2 : 0);
          due = net - Math.min(net, given);
          ledger.record(log.events());
          assertThat(paid(ledger, "climate")).isEqualTo(others + due);
          if (cores > 0) {
            assertThat(left(ledger, job, 2 * revision - 1)).isEqualTo(due);
          }
          if (due > 0 && random.nextBoolean()) {
            long more = 1 + random.nextLong(due);
            gives(job, 2 * revision - 1, more, revision);
            given += more;
            due -= more;
          }
        }
        others += due;
      }
      ledger.record(log.events());
      assertThat(paid(ledger, "climate")).isEqualTo(others).isPositive();
      assertThat(ledger.reads().verify()).isEmpty();
    }
    database.audit("random");
  }

  /**
   * Books that were written before, and upgraded, are those that are computed from the log now:
   * whether a refund goes along is in its own fact.
   */
  @Test
  void upgradedBooksAreThoseThatAreComputedFromTheLog() throws Exception {
    database.create("upgraded");
    told(1, 4);
    gives(JOB, 1, 3 * CORE_HOUR, 0);
    try (Ledger ledger = database.open("upgraded", UTC)) {
      ledger.record(log.events());
    }
    assertThat(rows("upgraded", "select given || stands from observed_run")).containsExactly("");
    database.sql(
        "upgraded",
        "alter table observed_run drop column given, drop column stands",
        "alter table month_close drop column settles_wallets",
        "drop table lost_run, statement_sum, paid_run",
        "alter table job drop column payer",
        "alter table statement_entry drop column for_project",
        "alter table statement_line drop column for_project",
        "create unique index statement_line_of on statement_line (project, month, user_name,"
            + " partition, price_from_ms, price_micro, currency, resource, node_type, late_for)",
        "delete from flyway_schema_history where version::integer >= 50");
    told(2, 2);
    told(3, 5);
    gives(JOB, 5, CORE_HOUR, 3);
    told(4, 0);
    told(5, 3);
    try (Ledger ledger = database.open("upgraded", UTC)) {
      ledger.record(log.events());
      // Three hours that a fact of before gave stay as they are; one hour goes along.
      assertThat(paid(ledger, "climate")).isEqualTo(3 * CORE_HOUR - 3 * CORE_HOUR - CORE_HOUR);
    }
    database.audit("upgraded");
    database.create("computed");
    try (Ledger ledger = database.open("computed", UTC)) {
      ledger.record(log.events());
    }
    for (String table :
        List.of("posting", "statement_entry", "statement_line", "observed_run", "segment")) {
      String all = "select t::text from " + table + " t order by 1";
      assertThat(rows("upgraded", all)).as(table).isNotEmpty().isEqualTo(rows("computed", all));
    }
  }

  private static List<String> rows(String name, String query) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Connection connection = database.connect(name);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        all.add(row.getString(1));
      }
    }
    return all;
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.database.DatabaseKeeper;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.UsageRow;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobState;

/** The ledger in a real PostgreSQL, which the tests start, kill and stop. */
final class LedgerTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** A ledger in a database of its own. */
  private static Ledger fresh(String name) throws Exception {
    database.create(name);
    return open(name);
  }

  private static Ledger open(String name) {
    return database.open(name, CALENDAR);
  }

  private static List<String> ids(List<Posting> postings) {
    return postings.stream().map(p -> p.id() + "=" + p.amount()).sorted().toList();
  }

  private static List<String> stored(Ledger ledger, History history) {
    TreeSet<String> all = new TreeSet<>();
    for (long id : storedIds(history)) {
      int read = 0;
      List<Posting> page;
      do {
        page = ledger.reads().postings(new JobId(id), read);
        all.addAll(ids(page));
        read += page.size();
      } while (page.size() == LedgerReads.MAX_ROWS);
    }
    return List.copyOf(all);
  }

  private static List<String> expected(History history) {
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    history.events().forEach(shadow::record);
    return ids(shadow.books().postings().stream().filter(p -> p.run() != null).toList());
  }

  @ParameterizedTest
  @ValueSource(longs = {101, 102, 103, 104, 105})
  void cutDoubledAndRepeatedFeedsGiveTheSameBooks(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    History history = History.random(seed, CALENDAR);
    List<LoggedEvent> events = history.events();
    try (Ledger ledger = fresh("cut" + seed)) {
      int at = 0;
      while (at < events.size()) {
        int to = Math.min(events.size(), at + 1 + random.nextInt(40));
        ledger.record(events.subList(random.nextInt(at + 1), to));
        at = to;
      }
      ledger.record(events);
      assertThat(ledger.position()).isEqualTo(events.size());
      assertThat(stored(ledger, history)).isEqualTo(expected(history));
      assertThat(storedJobs(ledger)).isEqualTo(expectedJobs(history));
      assertThat(ledger.reads().verify()).isEmpty();
    }
  }

  private static List<JobRow> storedJobs(Ledger ledger) {
    return ledger
        .reads()
        .jobsBefore(
            Long.MAX_VALUE,
            new LedgerReads.Which(null, null, null, null, LedgerReads.Scope.ALL),
            LedgerReads.MAX_ROWS);
  }

  /** Every job as the books in memory have it, the newest first. */
  private static List<JobRow> expectedJobs(History history) {
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    history.events().forEach(shadow::record);
    return storedIds(history).stream()
        .map(id -> shadow.books().job(new JobId(id)).orElseThrow())
        .toList();
  }

  private static List<Long> storedIds(History history) {
    return history.events().stream()
        .map(LoggedEvent::event)
        .flatMap(event ->
            switch (event) {
              case JobSubmitted e -> Stream.of(e.job().value());
              case ArrayTaskSplit e -> Stream.of(e.job().value());
              default -> Stream.<Long>empty();
            })
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  @Test
  void theTasksOfAnArrayAreFoundAlsoWhenTheyEndedLongAgo() throws Exception {
    History history = new History(CALENDAR.startMs(LocalDate.parse("2026-11-02")));
    JobId array = history.array(History.LI, 9);
    JobId third = history.split(array, 3);
    history.submit(History.LI, "alone", 1, 60_000);
    JobId eighth = history.split(array, 8);
    history.end(history.start(third, 1, 1), JobState.COMPLETED);
    history.end(history.start(eighth, 1, 1), JobState.FAILED);
    try (Ledger ledger = fresh("tasks")) {
      ledger.record(history.events());
      LedgerReads.Scope all = LedgerReads.Scope.ALL;
      List<JobRow> tasks =
          ledger
              .reads()
              .jobsBefore(Long.MAX_VALUE, new LedgerReads.Which(null, null, null, array, all), 10);
      assertThat(tasks)
          .extracting(JobRow::task)
          .containsExactly(new ArrayTask(array, 8), new ArrayTask(array, 3));
      assertThat(tasks.getFirst().stdoutPath()).isEqualTo("queqiao-" + array + "_8.out");
      assertThat(
              ledger
                  .reads()
                  .jobsBefore(
                      Long.MAX_VALUE, new LedgerReads.Which(null, null, "FAILED", array, all), 10))
          .extracting(JobRow::id)
          .containsExactly(eighth);
      assertThat(ledger.reads().job(array).orElseThrow().task()).isNull();
    }
  }

  @Test
  void aGapInTheFeedIsRefusedAndChangesNothing() throws Exception {
    History history = History.random(7);
    try (Ledger ledger = fresh("gap")) {
      ledger.record(history.events().subList(0, 10));
      assertThatThrownBy(() -> ledger.record(history.events().subList(11, 20)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("jumped from position 10 to 12");
      assertThat(ledger.position()).isEqualTo(10);
    }
  }

  @Test
  void aDatabaseKilledInTheMiddleLosesAndDoublesNothing() throws Exception {
    History history = History.random(42);
    List<LoggedEvent> events = history.events();
    try (Ledger ledger = fresh("killed");
        Intake intake = new Intake(ledger)) {
      Thread feed =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < events.size(); i += 7) {
                    intake.take(events.subList(i, Math.min(events.size(), i + 7)));
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      while (intake.position() < 30) {
        Thread.onSpinWait();
      }
      ProcessHandle postmaster =
          ProcessHandle.of(database.server().pid().orElseThrow()).orElseThrow();
      postmaster.destroyForcibly();
      postmaster.onExit().get();
      startAgain();
      feed.join();
      assertThat(intake.position()).isEqualTo(events.size());
      assertThat(stored(ledger, history)).isEqualTo(expected(history));
      assertThat(ledger.reads().verify()).isEmpty();
    }
  }

  /**
   * The port stays, as it does for a server by URL: the pool finds the database again by itself.
   */
  private static void startAgain() throws Exception {
    EmbeddedDatabase.Access again = database.server().start();
    assertThat(again).isEqualTo(database.access());
  }

  @Test
  void aDatabaseThatWasKilledIsStartedAgainWhereItWas() throws Exception {
    CountDownLatch restarted = new CountDownLatch(1);
    long pid = database.server().pid().orElseThrow();
    try (Ledger ledger = fresh("kept");
        DatabaseKeeper _ = new DatabaseKeeper(database.server(), restarted::countDown)) {
      ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
      postmaster.destroyForcibly();
      postmaster.onExit().get();
      assertThat(restarted.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(ledger.position()).isZero();
    }
    assertThat(database.server().pid().orElseThrow()).isNotEqualTo(pid);
    startAgain();
  }

  @Test
  void aSecondStartAdoptsTheLivingDatabase() throws Exception {
    long pid = database.server().pid().orElseThrow();
    assertThat(new EmbeddedDatabase(database.serverFolder()).start()).isEqualTo(database.access());
    assertThat(database.server().pid()).hasValue(pid);
  }

  @Test
  void postingsCannotBeChangedAndAForgedOneIsFound() throws Exception {
    History history = History.random(9);
    try (Ledger ledger = fresh("forged")) {
      ledger.record(history.events());
      try (Connection connection = database.connect("forged");
          var statement = connection.createStatement()) {
        assertThatThrownBy(() -> statement.execute("update posting set amount = amount + 1"))
            .hasMessageContaining("never changed");
        assertThatThrownBy(() -> statement.execute("delete from posting"))
            .hasMessageContaining("never changed");
        statement.execute("alter table posting disable trigger posting_is_final");
        statement.execute("update posting set amount = amount + 1 where seq = 5");
      }
      assertThat(ledger.reads().verify().getFirst()).contains("posting 5").contains("changed");
    }
  }

  @Test
  void usageAndStatementSayWhatTheRunsUsed() throws Exception {
    long start = CALENDAR.startMs(java.time.LocalDate.parse("2026-11-02"));
    History history = new History(start).price(40_000).fund(10_000_000);
    JobId job = history.submit(History.LI, "=cmd", 4, 7_200_000);
    var run = history.start(job, 1, 4);
    history.at(start + 3_600_000).end(run, JobState.COMPLETED);
    try (Ledger ledger = fresh("usage")) {
      ledger.record(history.events());
      LedgerReads reads = ledger.reads();
      assertThat(reads.usage(LedgerReads.By.USER, start, start + 7_200_000, LedgerReads.Scope.ALL))
          .containsExactly(new UsageRow("li", 14_400_000, 160_000, "CNY"));
      assertThat(
              reads.usage(LedgerReads.By.DOMAIN, start, start + 7_200_000, LedgerReads.Scope.ALL))
          .containsExactly(
              new UsageRow("atmosphere", 8_640_000, 96_000, "CNY"),
              new UsageRow("ocean", 5_760_000, 64_000, "CNY"));
      assertThat(
              reads.usage(
                  LedgerReads.By.PROJECT, start + 1_000, start + 2_000, LedgerReads.Scope.ALL))
          .containsExactly(new UsageRow("climate", 4_000, 0, "CNY"));
      assertThat(
              reads.usage(
                  LedgerReads.By.USER,
                  start,
                  start + 7_200_000,
                  new LedgerReads.Scope(List.of("wang"), List.of("materials"))))
          .isEmpty();
      Statement statement = reads.statement("climate", "2026-11");
      assertThat(statement.lines()).hasSize(1);
      assertThat(statement.lines().getFirst().amountMicro()).isEqualTo(160_000);
      assertThat(statement.lines().getFirst().jobs()).isEqualTo(1);
      assertThat(StatementForms.csv(statement)).contains("li,batch,1,4.000000,14400000,0.04,0.16");
      assertThat(reads.balances("climate"))
          .containsExactly(new LedgerReads.Balance("CNY", 9_840_000, 0, 0, true));
      assertThat(reads.job(job).orElseThrow().name()).isEqualTo("=cmd");
      assertThat(
              reads.jobsBefore(
                  Long.MAX_VALUE,
                  new LedgerReads.Which("li", null, "COMPLETED", null, LedgerReads.Scope.ALL),
                  10))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {201, 202, 203})
  void walletsAreThoseOfOnePosition(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<LoggedEvent> events = History.random(seed).events();
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    try (Ledger ledger = fresh("wallets" + seed)) {
      assertThat(ledger.reads().budgets().budgets()).isEmpty();
      int at = 0;
      while (at < events.size()) {
        int to = Math.min(events.size(), at + 1 + random.nextInt(30));
        ledger.record(events.subList(at, to));
        events.subList(at, to).forEach(shadow::record);
        at = to;
        LedgerReads.Budgets told = ledger.reads().budgets();
        assertThat(told.budgets()).as("seed %d", seed).isEqualTo(shadow.books().budgets());
        assertThat(told.budgets().isEmpty() || told.position() == at).isTrue();
      }
      assertThat(ledger.reads().verify()).isEmpty();
    }
  }

  @Test
  void aCreditLineCountsAsAvailable() throws Exception {
    History history = new History(1_760_000_000_000L).price(40_000).credit(5_000_000);
    try (Ledger ledger = fresh("credit")) {
      ledger.record(history.events());
      assertThat(ledger.reads().balances("climate"))
          .containsExactly(new LedgerReads.Balance("CNY", 5_000_000, 0, 5_000_000, true));
      history.fund(1_000_000).credit(2_000_000);
      ledger.record(history.events());
      assertThat(ledger.reads().balances("climate"))
          .containsExactly(new LedgerReads.Balance("CNY", 3_000_000, 0, 2_000_000, true));
    }
  }

  @Test
  void whoWasFundedBeforeThereWereBudgetsPaysBefore() throws Exception {
    History history = History.random(3).withoutEnergy().withoutAllowances().withoutPayers();
    try (Ledger ledger = fresh("older")) {
      ledger.record(history.events());
    }
    unpartitioned("older", "posting", "primary key (id), unique (seq)", "posting_part");
    unpartitioned("older", "segment", "primary key (job, attempt, from_ms)", "segment_part");
    database.sql(
        "older",
        "drop table prepaid, proposal, month_close, statement_close, statement_entry, observed_run,"
            + " usage_month, segment_item, imported_run, volume, budget, dispute, alert_delivery,"
            + " alert, alert_mark, allowance, project_platform, domain_parent, cluster_told,"
            + " ended_month, usage_user_month, node_clock, node_run, node_reservation, node_day,"
            + " node_feed, days_posted, node_unplaced, node_now, reservation_now, reserved_node,"
            + " reserved_idle, reserved_time, archive_part, archive_balance, archive_jobs,"
            + " archive_step, archive_month",
        "drop table audit, project_terms, usage_end_user_month, ended_end_user_month",
        "alter table job drop column qos, drop column quote, drop column end_user, drop column"
            + " payer",
        "alter table segment drop column qos, drop column parts",
        "drop table lost_run, statement_sum, paid_run",
        "alter table open_run drop column holdings, drop column places, drop column draws, drop"
            + " column settled, drop column settled_micro, drop column settled_core_ms,"
            + " drop column settled_ms, drop column posts_days, drop column checkpoint_ms",
        "delete from statement_line where resource <> 'cores' or node_type <> ''",
        "alter table statement_line drop column resource, drop column node_type, drop column"
            + " quantity, drop column standard, drop column late_for, drop column for_project,"
            + " add unique (project, month, user_name, partition, price_from_ms, price_micro,"
            + " currency)",
        "delete from flyway_schema_history where version::integer > 3");
    try (Ledger ledger = open("older")) {
      assertThat(ledger.reads().budgets().budgets())
          .singleElement()
          .satisfies(each -> {
            assertThat(each.project()).isEqualTo(History.CLIMATE);
            assertThat(each.creditMicro()).isZero();
          });
      int before = history.events().size();
      history.at(history.timeMs() + 70L * 86_400_000).fund(5);
      ledger.record(history.events());
      assertThat(ledger.position()).isEqualTo(before + 1);
      assertThat(ledger.reads().verify()).isEmpty();
    }
    assertThat(rows("older", "select indexname from pg_indexes where tablename = 'usage_month'"))
        .contains("usage_month_by_project");
    assertThat(rows("older", "select name from posting_part order by from_ms"))
        .hasSize(3)
        .first()
        .isEqualTo("posting_before");
    assertThat(rows("older", "select distinct tableoid::regclass::text from posting")).hasSize(2);
    assertThat(rows("older", "select distinct tableoid::regclass::text from segment"))
        .containsExactly("segment_before");
  }

  /** A table as it was before there were parts. */
  private static void unpartitioned(String name, String table, String keys, String parts)
      throws Exception {
    database.sql(
        name,
        "create table plain (like "
            + table
            + " including defaults including constraints, "
            + keys
            + ")",
        "insert into plain select * from " + table,
        "drop table " + table,
        "drop table " + parts,
        "alter table plain rename to " + table);
  }

  private static List<String> rows(String name, String sql) throws Exception {
    List<String> all = new ArrayList<>();
    try (Connection connection = database.connect(name);
        var rows = connection.createStatement().executeQuery(sql)) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    }
    return all;
  }

  @Test
  void everyMonthHasAPartOfItsOwnAndTheNextIsThere() throws Exception {
    History history = new History(CALENDAR.startMs(LocalDate.parse("2026-01-31"))).price(40_000);
    for (String day : List.of("2026-01-31", "2026-02-01", "2026-05-17")) {
      history.at(CALENDAR.startMs(LocalDate.parse(day))).fund(1_000_000);
      JobId job = history.submit(History.LI, "over", 2, 3_600_000);
      RunId run = history.start(job, 1, 2);
      history.at(history.timeMs() + 1_800_000).end(run, JobState.COMPLETED);
    }
    try (Ledger ledger = fresh("months")) {
      ledger.record(history.events());
      assertThat(ledger.reads().verify()).isEmpty();
      assertThat(ledger.reads().postings(new JobId(2))).isNotEmpty();
    }
    assertThat(rows("months", "select name from posting_part order by from_ms"))
        .containsExactly(
            "posting_2026_01",
            "posting_2026_02",
            "posting_2026_03",
            "posting_2026_05",
            "posting_2026_06");
    assertThat(rows("months", "select distinct tableoid::regclass::text from posting order by 1"))
        .containsExactly("posting_2026_01", "posting_2026_02", "posting_2026_05");
    assertThat(rows("months", "select distinct tableoid::regclass::text from segment order by 1"))
        .containsExactly("segment_2026_01", "segment_2026_02", "segment_2026_05");
    assertThatThrownBy(() -> database.sql("months", "truncate posting_2026_01"))
        .hasMessageContaining("never changed");
    assertThatThrownBy(() -> database.sql("months", "delete from posting_2026_01"))
        .hasMessageContaining("never changed");
    database.audit("months");
  }

  @Test
  void anUnreachableDatabaseIsNamedAsSuch() throws Exception {
    try (Ledger ledger = fresh("gone")) {
      database.sql("postgres", "drop database gone with (force)");
      assertThatThrownBy(() -> ledger.record(History.random(1).events()))
          .isInstanceOf(LedgerUnavailable.class);
    }
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.RunResources;

/** However the facts are cut into batches, the database has what the books in memory have. */
final class PostingPathTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final ClusterName ELSEWHERE = new ClusterName("elsewhere");
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** A history of jobs, then runs from files and runs that are told, some of them again. */
  private static List<LoggedEvent> history(SplittableRandom random, long seed) {
    List<LoggedEvent> all = new ArrayList<>(History.random(seed, CALENDAR).events());
    long timeMs = all.getLast().timeMs();
    for (int i = 1; i <= 60; i++) {
      timeMs += random.nextLong(1, 86_400_000);
      long startMs = timeMs - random.nextLong(1, 300_000_000);
      JobId job = new JobId(100_000 + i);
      ObservedRun run = run(i, startMs, timeMs, random);
      int at = all.size() + 1;
      if (random.nextBoolean()) {
        RunImported imported = new RunImported(job, random.nextBoolean(), run);
        all.add(new LoggedEvent(at, 1, timeMs, Actor.SCHEDULER, imported));
      } else {
        for (int revision = 1; revision <= 1 + random.nextInt(2); revision++) {
          RunObserved told =
              new RunObserved(job, revision, run(i, startMs, timeMs - revision, random));
          all.add(new LoggedEvent(all.size() + 1L, 1, timeMs, Actor.SCHEDULER, told));
        }
      }
    }
    return all;
  }

  private static ObservedRun run(int number, long startMs, long endMs, SplittableRandom random) {
    return run(number, "user" + random.nextInt(3), startMs, endMs, random);
  }

  private static ObservedRun run(
      int number, String user, long startMs, long endMs, SplittableRandom random) {
    return new ObservedRun(
        new ExternalRun(ELSEWHERE, number, startMs),
        "",
        "a\\tb\\nc \\\\ \\u4e2d",
        new UserName(user),
        1_000,
        random.nextBoolean() ? History.CLIMATE : History.MATERIALS,
        History.BATCH,
        random.nextBoolean() ? JobState.COMPLETED : JobState.NODE_FAIL,
        "as it was",
        0,
        0,
        startMs,
        endMs,
        List.of(),
        random.nextInt(128),
        random.nextLong(1L << 40),
        0,
        "cn1",
        List.of(),
        random.nextInt(4) == 0
            ? null
            : RunResources.ofSlurm(
                random.nextBoolean() ? "urgent" : "", Map.of("gpu:a100", random.nextLong(9))));
  }

  /**
   * Each piece comes twice, in any order: what lies behind a gap is refused until that is closed.
   */
  @ParameterizedTest
  @ValueSource(longs = {106, 107})
  void aReorderedFeedWaitsAtItsGapsAndEndsWithTheSameLinesAndChain(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<LoggedEvent> events = history(random, seed);
    List<List<LoggedEvent>> pieces = new ArrayList<>();
    for (int at = 0; at < events.size(); ) {
      int to = Math.min(events.size(), at + 1 + random.nextInt(120));
      pieces.add(events.subList(at, to));
      pieces.add(events.subList(at, to));
      at = to;
    }
    Collections.shuffle(pieces, new Random(seed));
    database.create("straight" + seed);
    database.create("reordered" + seed);
    try (Ledger straight = database.open("straight" + seed, CALENDAR);
        Ledger ledger = database.open("reordered" + seed, CALENDAR)) {
      straight.record(events);
      int gaps = 0;
      while (ledger.position() < events.size()) {
        for (List<LoggedEvent> piece : pieces) {
          if (piece.getFirst().position() > ledger.position() + 1) {
            Ledger.End before = ledger.end();
            assertThatThrownBy(() -> ledger.record(piece)).hasMessageContaining("jumped from");
            assertThat(ledger.end()).as("seed %d", seed).isEqualTo(before);
            gaps++;
          } else {
            ledger.record(piece);
          }
        }
      }
      assertThat(gaps).as("seed %d", seed).isPositive();
      assertThat(ledger.end()).as("seed %d", seed).isEqualTo(straight.end());
      assertThat(statements(ledger, events))
          .as("seed %d", seed)
          .isEqualTo(statements(straight, events));
      assertThat(ledger.reads().verify()).isEmpty();
    }
    database.audit("reordered" + seed);
  }

  /** What is summed up changes with nearly every batch: its indexes must hear of none of it. */
  @Test
  void sumsOfAMonthAreChangedInTheirPlaceBatchAfterBatch() throws Exception {
    SplittableRandom random = new SplittableRandom(41);
    long timeMs = CALENDAR.startMs(LocalDate.parse("2026-10-02"));
    int batches = 5;
    database.create("sums");
    try (Ledger ledger = database.open("sums", CALENDAR)) {
      int number = 0;
      for (int batch = 0; batch < batches; batch++) {
        List<LoggedEvent> events = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          timeMs += 1_000;
          number++;
          String user = "user" + i % 200;
          ObservedRun run = run(number, user, timeMs - 600_000, timeMs, random);
          RunImported imported = new RunImported(new JobId(number), true, run);
          events.add(new LoggedEvent(number, 1, timeMs, Actor.SCHEDULER, imported));
        }
        ledger.record(events);
      }
      for (String table :
          List.of("statement_line", "usage_month", "usage_user_month", "ended_month")) {
        assertThat(changes("sums", table)).as(table).matches("([1-9][0-9]*) of \\1");
      }
    }
    database.audit("sums");
  }

  /** Rows that were changed in their place, of all that were changed, once that is counted. */
  private static String changes(String name, String table) throws Exception {
    String sql =
        "select n_tup_hot_upd || ' of ' || n_tup_upd from pg_stat_user_tables where n_tup_upd > 0"
            + " and relname = '"
            + table
            + "'";
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try (Connection connection = database.connect(name);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        if (row.next()) {
          return row.getString(1);
        }
      }
      assertThat(System.nanoTime()).as("nothing is counted of " + table).isLessThan(until);
      Thread.sleep(100);
    }
  }

  private static List<String> statements(Ledger ledger, List<LoggedEvent> events) {
    Set<String> months = new TreeSet<>();
    events.forEach(each -> months.add(CALENDAR.month(each.timeMs())));
    List<String> all = new ArrayList<>();
    for (String month : months) {
      for (ProjectName project : List.of(History.CLIMATE, History.MATERIALS)) {
        all.add(StatementForms.csv(ledger.reads().statement(project.value(), month)));
      }
    }
    return all;
  }

  private static MemoryBooks inMemory(List<LoggedEvent> events) {
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    events.forEach(shadow::record);
    return shadow.books();
  }

  /** The hash over all postings, from what docs/accounting.md says of it. */
  private static String head(List<Posting> postings) throws Exception {
    byte[] hash = new byte[32];
    long seq = 0;
    for (Posting each : postings) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(hash);
      out.writeLong(++seq);
      for (String text :
          List.of(
              each.id(), each.transaction(), each.account(), each.unit().name(), each.currency())) {
        out.writeInt(text.getBytes(StandardCharsets.UTF_8).length);
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
      out.writeLong(each.amount());
      out.writeLong(each.run() == null ? 0 : each.run().job().value());
      out.writeInt(each.run() == null ? 0 : each.run().attempt());
      out.writeLong(each.position());
      out.writeLong(each.timeMs());
      hash = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    }
    return HexFormat.of().formatHex(hash);
  }

  private static List<String> lines(String name) throws Exception {
    List<String> all = new ArrayList<>();
    try (Connection connection = database.connect(name);
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select project, user_name, partition, month, price_from_ms, price_micro,"
                        + " currency, resource, node_type, coalesce(quantity, core_ms), core_ms,"
                        + " standard, posted_micro from statement_line")) {
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= 13; i++) {
          row.add(rows.getString(i));
        }
        all.add(String.join("|", row));
      }
    }
    return all.stream().sorted().toList();
  }

  private static List<String> lines(MemoryBooks books) {
    return books.lines().values().stream()
        .map(line -> {
          LineKey key = line.key();
          LineTotal total = line.total();
          return String.join(
              "|",
              key.project().value(),
              key.userName(),
              key.partitionName(),
              key.month(),
              "" + key.priceFromMs(),
              "" + key.microPerCoreHour(),
              key.currency(),
              key.resource(),
              key.nodeType(),
              "" + total.quantity(),
              "" + total.coreMs(),
              "" + total.standard(),
              "" + total.postedMicro());
        })
        .sorted()
        .toList();
  }

  private static List<ReportRow> report(Ledger ledger) {
    return ledger
        .reads()
        .reports()
        .usage(
            UsageReports.Question.of(
                List.of(ReportBy.USER, ReportBy.DOMAIN, ReportBy.MONTH),
                "0001-01",
                "9999-12",
                Integer.MAX_VALUE),
            LedgerReads.Scope.ALL);
  }

  @ParameterizedTest
  @ValueSource(longs = {301, 302, 303, 304})
  void anyBatchesGiveThePostingsTheHashTheLinesAndTheReportsOfTheBooksInMemory(long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<LoggedEvent> events = history(random, seed);
    MemoryBooks books = inMemory(events);
    String head = head(books.postings());
    List<List<ReportRow>> reports = new ArrayList<>();
    for (int most : new int[] {1, 50, events.size()}) {
      String name = "path" + seed + "_" + most;
      database.create(name);
      try (Ledger ledger = database.open(name, CALENDAR)) {
        for (int at = 0; at < events.size(); ) {
          int more = most == events.size() ? most : 1 + random.nextInt(most);
          int to = Math.min(events.size(), at + more);
          ledger.record(events.subList(at, to));
          at = to;
          if (random.nextInt(8) == 0) {
            ledger.archiver().run(at);
          }
        }
        assertThat(ledger.end().hash()).as("seed %d, %d at once", seed, most).isEqualTo(head);
        assertThat(ledger.end().seq()).isEqualTo(books.postings().size());
        assertThat(lines(name)).as("seed %d", seed).isEqualTo(lines(books));
        reports.add(report(ledger));
      }
      database.audit(name);
    }
    assertThat(reports.get(1)).as("seed %d", seed).isEqualTo(reports.getFirst());
    assertThat(reports.get(2)).as("seed %d", seed).isEqualTo(reports.getFirst());
    long metered = books.meteredCoreMs().values().stream().mapToLong(each -> each).sum();
    long reported = reports.getFirst().stream().mapToLong(ReportRow::coreMs).sum();
    assertThat(reported).as("seed %d", seed).isEqualTo(metered);
  }

  @Test
  void whatAnotherServerWroteMeanwhileIsNotTakenFromMemory() throws Exception {
    List<LoggedEvent> events = History.random(311).events();
    database.create("turns");
    try (Ledger one = database.open("turns", CALENDAR);
        Ledger other = database.open("turns", CALENDAR)) {
      for (int i = 0; i < events.size(); i++) {
        (i / 5 % 2 == 0 ? one : other).record(events.subList(0, i + 1));
      }
      assertThat(one.end().hash()).isEqualTo(head(inMemory(events).postings()));
    }
    database.audit("turns");
  }

  @Test
  void aBatchThatFailsAtItsEndLeavesNothingInTheDatabaseNorInMemory() throws Exception {
    List<LoggedEvent> events = History.random(312).events();
    int half = events.size() / 2;
    database.create("failed");
    try (Ledger ledger = database.open("failed", CALENDAR)) {
      ledger.record(events.subList(0, half));
      Ledger.End before = ledger.end();
      database.sql(
          "failed",
          "alter table intake add constraint stop check (position <= " + half + ") not valid");
      assertThatThrownBy(() -> ledger.record(events)).hasMessageContaining("stop");
      assertThat(ledger.end()).isEqualTo(before);
      database.audit("failed");
      database.sql("failed", "alter table intake drop constraint stop");
      ledger.record(events);
      assertThat(ledger.end().hash()).isEqualTo(head(inMemory(events).postings()));
    }
    database.audit("failed");
  }

  @Test
  void everyBalanceIsTheSumOfThePostingsOfTheBooksInMemory() throws Exception {
    List<LoggedEvent> events = history(new SplittableRandom(313), 313);
    TreeMap<String, Long> expected = new TreeMap<>();
    for (Posting each : inMemory(events).postings()) {
      expected.merge(
          each.account() + " " + each.unit() + " " + each.currency(),
          each.amount(),
          Math::addExact);
    }
    database.create("balances");
    try (Ledger ledger = database.open("balances", CALENDAR)) {
      ledger.record(events);
    }
    TreeMap<String, Long> stored = new TreeMap<>();
    try (Connection connection = database.connect("balances");
        var rows =
            connection
                .createStatement()
                .executeQuery("select account, unit, currency, amount from balance")) {
      while (rows.next()) {
        stored.put(
            rows.getString(1) + " " + rows.getString(2) + " " + rows.getString(3), rows.getLong(4));
      }
    }
    assertThat(stored).isEqualTo(expected);
  }
}

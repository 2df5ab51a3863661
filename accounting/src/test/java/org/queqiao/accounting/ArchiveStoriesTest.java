package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.ArchiveReads;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.MonthArchived;
import org.queqiao.accounting.sql.Rollups;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;

/** Months that go into files and come back, in a real PostgreSQL. */
final class ArchiveStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = ms("2026-10-01");
  private static final long NOV = ms("2026-11-01");
  private static final List<String> STEPS =
      List.of(
          "wrote segment",
          "wrote posting",
          "wrote manifest",
          "compared",
          "recorded",
          "dropped",
          "committed");
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  @TempDir private Path folder;

  private static long ms(String day) {
    return SHANGHAI.startMs(LocalDate.parse(day));
  }

  private static Ledger fresh(String name) throws Exception {
    database.create(name);
    return database.open(name, SHANGHAI);
  }

  private static void close(NodeLog log, String month) {
    long toMs = SHANGHAI.startMs(YearMonth.parse(month).plusMonths(1).atDay(1));
    log.twoPeople(new MoneyChange.CloseMonth(month, toMs, YearMonth.parse(month).getYear()), true);
  }

  /** A run of another cluster is told, for the first time or otherwise than before. */
  private static void told(NodeLog log, long number, int revision, long startMs, long cores) {
    ObservedRun run =
        new ObservedRun(
            new ExternalRun(new ClusterName("elsewhere"), number, startMs),
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
    log.add(new RunObserved(new JobId(7_000 + number), revision, run));
  }

  /** An hour in October, one over its edge, October closed, and two people who archive it. */
  private static NodeLog october() {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId first = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    RunId over = log.at(NOV - HOUR_MS).start(2, "cn1");
    log.at(NOV + HOUR_MS).end(over);
    close(log, "2026-10");
    log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
    return log;
  }

  private static List<String> ids(List<Posting> postings) {
    return postings.stream().map(each -> each.id() + "=" + each.amount()).toList();
  }

  /** What the books answer without single runs, and what single jobs have. */
  private static List<Object> answers(Ledger ledger, String from, String to) {
    LedgerReads reads = ledger.reads();
    List<Object> all = new ArrayList<>();
    YearMonth last = YearMonth.parse(to);
    for (YearMonth each = YearMonth.parse(from); !each.isAfter(last); each = each.plusMonths(1)) {
      for (String project : List.of("climate", "materials")) {
        all.add(StatementForms.csv(reads.statement(project, each.toString())));
        all.add(reads.statement(project, each.toString()).lines());
      }
    }
    all.add(reads.balances("climate"));
    all.add(ids(reads.walletPostings(History.CLIMATE, 1_000)));
    all.add(ids(reads.walletPostings(History.CLIMATE, 2)));
    all.add(reads.months().list());
    for (List<ReportBy> by :
        List.of(
            List.of(ReportBy.USER, ReportBy.MONTH),
            List.of(ReportBy.PARTITION, ReportBy.QOS, ReportBy.MONTH),
            List.of(ReportBy.RESOURCE, ReportBy.MONTH))) {
      all.add(
          reads
              .reports()
              .usage(
                  UsageReports.Question.of(by, from, to, Integer.MAX_VALUE),
                  LedgerReads.Scope.ALL));
    }
    reads
        .jobsBefore(
            Long.MAX_VALUE,
            new LedgerReads.Which(null, null, null, null, LedgerReads.Scope.ALL),
            500)
        .forEach(job -> all.add(job.id() + " " + ids(reads.postings(job.id()))));
    all.add(ledger.end().hash());
    all.addAll(ofRuns(ledger, from, to));
    return all;
  }

  /** What needs single runs. */
  private static List<Object> ofRuns(Ledger ledger, String from, String to) {
    LedgerReads reads = ledger.reads();
    List<Object> all = new ArrayList<>();
    long fromMs = ms(from + "-01");
    long toMs = SHANGHAI.startMs(YearMonth.parse(to).plusMonths(1).atDay(1));
    for (LedgerReads.By by : LedgerReads.By.values()) {
      all.add(reads.usage(by, fromMs, toMs, LedgerReads.Scope.ALL));
    }
    all.add(
        reads
            .reports()
            .usage(
                UsageReports.Question.of(
                    List.of(ReportBy.DAY, ReportBy.USER), from, to, Integer.MAX_VALUE),
                LedgerReads.Scope.ALL));
    PriceItem price = new PriceItem(null, null, 2_000_000, "CNY", OCT, 0, 480, List.of());
    all.add(reads.whatIf().of(from, to, List.of(price)));
    all.add(reads.burnDowns().of("climate", 30, fromMs + 35 * 24 * HOUR_MS));
    all.add(reads.spans(fromMs, toMs, 10_000).stream().map(Object::toString).sorted().toList());
    for (Statement.Line line : reads.statement("climate", from).lines()) {
      all.add(DrillDown.runs(ledger, "climate", from, line.id()));
    }
    return all;
  }

  private static String state(Ledger ledger, String month) {
    return ledger.reads().archive().months().stream()
        .filter(each -> each.month().equals(month))
        .map(ArchiveReads.Month::state)
        .findFirst()
        .orElse("");
  }

  private static long tables(String name) throws Exception {
    try (Connection connection = database.connect(name);
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select count(*) from pg_class where relname in ('posting_2026_10',"
                        + " 'segment_2026_10')")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void compareRollups(String name) throws Exception {
    try (Connection connection = database.connect(name)) {
      assertThat(Rollups.compare(connection, database.archive(name))).isEmpty();
    }
  }

  @Test
  void aClosedMonthGoesIntoFilesAndWhatIsSummedUpAnswersAsBefore() throws Exception {
    NodeLog log = october();
    try (Ledger ledger = fresh("moved")) {
      ledger.record(log.events());
      List<Object> before = answers(ledger, "2026-10", "2026-11");
      assertThat(state(ledger, "2026-10")).isEqualTo("ORDERED");
      assertThat(tables("moved")).isEqualTo(2);
      assertThat(ledger.archiver().run(5_000)).containsExactly("2026-10");
      assertThat(tables("moved")).isZero();
      assertThat(answers(ledger, "2026-10", "2026-11")).isEqualTo(before);
      assertThat(ledger.reads().verify()).isEmpty();
      ArchiveReads.Month month = ledger.reads().archive().months().getFirst();
      assertThat(month.state()).isEqualTo("ARCHIVED");
      assertThat(month.parts()).extracting(ArchiveReads.Part::of).contains("posting", "segment");
      assertThat(month.parts()).allMatch(each -> each.rows() > 0 && each.sha256().length() == 64);
      assertThat(month.steps())
          .containsExactly(
              new ArchiveReads.Step(
                  "ARCHIVED", "USER:finance1 and USER:finance2", 5_000, "looked at it"));
      Path own = database.archive("moved").resolve("2026-10");
      try (var files = Files.list(own)) {
        for (Path each : files.toList()) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
              .isEqualTo("rw-------");
        }
      }
      // Once is once.
      assertThat(ledger.archiver().run(6_000)).isEmpty();
    }
    database.audit("moved");
    compareRollups("moved");
  }

  @Test
  void whatNeedsSingleRunsReadsTheFilesAndSaysHowTheyComeBackWhereTheyAreTooLong()
      throws Exception {
    NodeLog log = october();
    log.twoPeople(new MoneyChange.TopUp(History.CLIMATE, 50_000_000, "CNY"), true);
    try (Ledger ledger = fresh("asked")) {
      ledger.record(log.events());
      LedgerReads reads = ledger.reads();
      PriceItem price = new PriceItem(null, null, 2_000_000, "CNY", OCT, 0, 480, List.of());
      List<ReportBy> byDay = List.of(ReportBy.DAY);
      var before = reads.usage(LedgerReads.By.USER, OCT, NOV, LedgerReads.Scope.ALL);
      List<Object> all = ofRuns(ledger, "2026-10", "2026-11");
      assertThat(all.toString()).contains("BurnDown[", "LineRun[", "Span[");
      ledger.archiver().run(5_000);
      for (int i = 0; i < 12; i++) {
        // So often that the database has a plan for each question, over the tables alone.
        ofRuns(ledger, "2027-03", "2027-04");
      }
      assertThat(ofRuns(ledger, "2026-10", "2026-11")).isEqualTo(all);
      assertThat(ofRuns(ledger, "2026-10", "2026-11")).isEqualTo(all);
      database.sql("asked", "update archive_part set rows = rows + 3000000");
      List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> questions =
          List.of(
              () -> reads.usage(LedgerReads.By.USER, OCT, NOV, LedgerReads.Scope.ALL),
              () -> reads.whatIf().of("2026-10", "2026-11", List.of(price)),
              () -> reads.burnDowns().of("climate", 30, NOV + HOUR_MS),
              () -> reads.spans(OCT, NOV, 10),
              () ->
                  reads
                      .reports()
                      .usage(
                          UsageReports.Question.of(byDay, "2026-10", "2026-10", 100),
                          LedgerReads.Scope.ALL));
      for (var each : questions) {
        assertThatThrownBy(each)
            .isInstanceOf(MonthArchived.class)
            .hasMessageContaining("./queqiao ledger restore 2026-10");
      }
      assertThat(reads.whatIf().of("2026-11", "2026-11", List.of(price))).isNotEmpty();
      database.sql("asked", "update archive_part set rows = rows - 3000000");
      assertThat(database.restore("asked", "2026-10"))
          .hasValueSatisfying(rows -> assertThat(rows).isPositive());
      assertThat(tables("asked")).isEqualTo(2);
      assertThat(state(ledger, "2026-10")).isEqualTo("RESTORED");
      questions.forEach(each -> assertThatCode(each).doesNotThrowAnyException());
      assertThat(reads.usage(LedgerReads.By.USER, OCT, NOV, LedgerReads.Scope.ALL))
          .isEqualTo(before);
      assertThat(database.restore("asked", "2026-10")).isEmpty();
      database.audit("asked");
      // What came back is archived again only when two people say so again.
      assertThat(ledger.archiver().run(6_000)).isEmpty();
      log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
      ledger.record(log.events());
      assertThat(ledger.archiver().run(7_000)).containsExactly("2026-10");
    }
    database.audit("asked");
  }

  @Test
  void chargesOfAnArchivedRunAreDisputedAndRefundedInTheOpenMonth() throws Exception {
    NodeLog log = october();
    try (Ledger ledger = fresh("refunded")) {
      ledger.record(log.events());
      ledger.archiver().run(5_000);
      LedgerReads reads = ledger.reads();
      List<Posting> postings = reads.postings(new JobId(1));
      String transaction =
          postings.stream()
              .filter(each -> each.account().startsWith("revenue:"))
              .findFirst()
              .orElseThrow()
              .transaction();
      assertThat(reads.disputes().jobOf(transaction)).hasValue(1L);
      assertThat(reads.disputes().moved(transaction, History.CLIMATE, "CNY")).isTrue();
      assertThat(reads.disputes().moved(transaction, History.MATERIALS, "CNY")).isFalse();
      assertThat(reads.disputes().moved(transaction, History.CLIMATE, "EUR")).isFalse();
      assertThat(reads.disputes().jobOf(transaction + "x")).isEmpty();
      assertThat(reads.disputes().moved("fund/3", History.CLIMATE, "CNY")).isFalse();
      log.twoPeople(
          new MoneyChange.Refund(
              History.CLIMATE, 7, "CNY", transaction, RefundReason.WRONG_CHARGE, 0, null),
          true);
      told(log, 1, 1, OCT + 5 * HOUR_MS, 2);
      ledger.record(log.events());
      assertThat(reads.statement("climate", "2026-11").entries()).hasSize(1);
      assertThat(reads.statement("climate", "2026-11").lines())
          .anyMatch(each -> each.lateFor().equals("2026-10"));
      assertThat(reads.verify()).isEmpty();
    }
    database.audit("refunded");
    compareRollups("refunded");
  }

  @Test
  void aMonthThatIsNotClosedIsNotArchived() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId run = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(run);
    log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
    try (Ledger ledger = fresh("open")) {
      ledger.record(log.events());
      assertThat(ledger.archiver().run(1)).isEmpty();
      assertThat(ledger.reads().archive().months()).isEmpty();
      ArchiveReads archive = ledger.reads().archive();
      YearMonth now = YearMonth.parse("2026-12");
      assertThat(archive.refusal("2026-10", now, 1)).hasValue("month 2026-10 is not closed");
      assertThat(archive.refusal("2026-10", now, 3).orElseThrow()).contains("not 3 months old");
      log.at(NOV + HOUR_MS);
      close(log, "2026-10");
      ledger.record(log.events());
      assertThat(archive.refusal("2026-10", now, 1).orElseThrow())
          .contains("has a statement that is not paid: 2026-000001 of climate");
      log.twoPeople(
          new MoneyChange.StatementPaid(History.CLIMATE, "2026-10", "2026-11-20", "bank 17"), true);
      ledger.record(log.events());
      assertThat(archive.refusal("2026-10", now, 1)).isEmpty();
      log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
      ledger.record(log.events());
      assertThat(archive.refusal("2026-10", now, 1)).hasValue("month 2026-10 is being archived");
      ledger.archiver().run(1);
      assertThat(archive.refusal("2026-10", now, 1)).hasValue("month 2026-10 is archived");
    }
  }

  @Test
  void killedAfterAnyStepTheNextBeginsAnewAndNothingIsLostOrDoubled() throws Exception {
    NodeLog log = october();
    for (String step : STEPS) {
      String name = "killed_" + step.replace(' ', '_');
      try (Ledger ledger = fresh(name)) {
        ledger.record(log.events());
        List<Object> before = answers(ledger, "2026-10", "2026-11");
        assertThatThrownBy(() ->
                ledger
                    .archiver(each -> {
                      if (each.equals(step)) {
                        throw new IllegalStateException("killed");
                      }
                    })
                    .run(5_000))
            .as(step)
            .hasMessage("killed");
        assertThat(answers(ledger, "2026-10", "2026-11")).as(step).isEqualTo(before);
        assertThat(state(ledger, "2026-10"))
            .as(step)
            .isEqualTo(step.equals("committed") ? "ARCHIVED" : "ORDERED");
        database.audit(name);
        // What a kill in the middle of a file leaves.
        Files.writeString(
            database.archive(name).resolve("2026-10/posting_2026_10.csv.gz.tmp"), "half");
        ledger.archiver().run(6_000);
        assertThat(state(ledger, "2026-10")).as(step).isEqualTo("ARCHIVED");
        assertThat(answers(ledger, "2026-10", "2026-11")).as(step).isEqualTo(before);
      }
      database.audit(name);
    }
  }

  @Test
  void aByteThatWasChangedOrAFileThatIsMissingIsFoundAndNotRestored() throws Exception {
    NodeLog log = october();
    String name = "changed";
    try (Ledger ledger = fresh(name)) {
      ledger.record(log.events());
      ledger.archiver().run(5_000);
      Path own = database.archive(name).resolve("2026-10");
      List<Path> all;
      try (var files = Files.list(own)) {
        all = files.toList();
      }
      assertThat(all).hasSizeGreaterThanOrEqualTo(3);
      for (Path file : all) {
        byte[] whole = Files.readAllBytes(file);
        for (int at : new int[] {0, 9, whole.length / 2, whole.length - 1}) {
          byte[] other = whole.clone();
          other[at] ^= 1;
          Files.write(file, other);
          assertThat(database.problems(name))
              .as("%s at %d", file.getFileName(), at)
              .anyMatch(each ->
                  each.startsWith(
                      "archive of 2026-10: file " + file.getFileName() + " was changed"));
          assertThatThrownBy(() -> database.restore(name, "2026-10"))
              .isInstanceOf(ArchiveDamaged.class);
        }
        Files.delete(file);
        assertThat(database.problems(name))
            .contains("archive of 2026-10: file " + file.getFileName() + " is missing");
        assertThatThrownBy(() -> database.restore(name, "2026-10"))
            .isInstanceOf(ArchiveDamaged.class)
            .hasMessageContaining("is missing");
        assertThat(tables(name)).isZero();
        Files.write(file, whole);
      }
      Path postings = own.resolve("posting_2026_10.csv.gz");
      byte[] whole = Files.readAllBytes(postings);
      whole[whole.length / 2] ^= 4;
      Files.write(postings, whole);
      assertThatThrownBy(() -> ledger.reads().postings(new JobId(1)))
          .hasRootCauseInstanceOf(ArchiveDamaged.class);
      whole[whole.length / 2] ^= 4;
      Files.write(postings, whole);
      database.sql(
          name, "update archive_balance set amount = amount + 1 where account like 'wallet%'");
      assertThat(database.problems(name))
          .anyMatch(each -> each.startsWith("the archived postings of wallet:climate in MICRO"));
      assertThat(ledger.reads().verify()).isNotEmpty();
      database.sql(
          name, "update archive_balance set amount = amount - 1 where account like 'wallet%'");
      database.sql(name, "update archive_month set hash_before = '\\x00'");
      assertThat(ledger.reads().verify())
          .containsExactly("the archived postings behind 0 follow another one");
    }
  }

  @Test
  void rowsThatChangeWhileTheyAreWrittenStayInTheTables() throws Exception {
    NodeLog log = october();
    try (Ledger ledger = fresh("rows")) {
      ledger.record(log.events());
      assertThatThrownBy(() ->
              ledger
                  .archiver(step -> {
                    if (step.equals("compared")) {
                      database.sql("rows", "update segment_2026_10 set core_ms = core_ms + 1");
                    }
                  })
                  .run(5_000))
          .isInstanceOf(ArchiveDamaged.class)
          .hasMessage("segment_2026_10 has other rows than its file");
      assertThat(tables("rows")).isEqualTo(2);
      assertThat(ledger.reads().archive().months().getFirst().problem())
          .isEqualTo("segment_2026_10 has other rows than its file");
      // Postings that are no chain are not archived at all.
      database.sql(
          "rows",
          "alter table posting disable trigger posting_is_final",
          "update posting set amount = amount + 1 where seq = 2");
      assertThatThrownBy(() -> ledger.archiver().run(6_000))
          .isInstanceOf(ArchiveDamaged.class)
          .hasMessageContaining("was changed");
      assertThat(tables("rows")).isEqualTo(2);
    }
  }

  @Test
  void onADiskThatIsFullNothingIsDroppedAndThereIsRoomLaterItGoesOn() throws Exception {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root mounts a small file system");
    NodeLog closed = new NodeLog(OCT).node("cn1", 8);
    for (int i = 0; i < 400; i++) {
      told(closed, i + 1, 1, OCT + i * HOUR_MS, 1 + i % 7);
    }
    closed.at(NOV + HOUR_MS);
    close(closed, "2026-10");
    closed.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
    Path small = database.archive("fulldisk");
    Files.createDirectories(small);
    mount("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
    try (Ledger ledger = fresh("fulldisk")) {
      ledger.record(closed.events());
      List<Object> before = answers(ledger, "2026-10", "2026-11");
      Path filler = small.resolve("filler");
      Files.write(filler, new byte[48 << 10]);
      assertThatThrownBy(() -> ledger.archiver().run(5_000)).isInstanceOf(IOException.class);
      assertThat(state(ledger, "2026-10")).isEqualTo("ORDERED");
      assertThat(ledger.reads().archive().months().getFirst().problem()).contains("space");
      assertThat(answers(ledger, "2026-10", "2026-11")).isEqualTo(before);
      assertThat(tables("fulldisk")).isPositive();
      Files.delete(filler);
      mount("mount", "-o", "remount,size=8m", small.toString());
      assertThat(ledger.archiver().run(6_000)).containsExactly("2026-10");
      assertThat(answers(ledger, "2026-10", "2026-11")).isEqualTo(before);
      database.audit("fulldisk");
    } finally {
      mount("umount", small.toString());
    }
  }

  private static void mount(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /** Somebody who reads for long is waited for, and then it is tried again later. */
  @Test
  void whoReadsTheMonthIsNotDisturbed() throws Exception {
    NodeLog log = october();
    try (Ledger ledger = fresh("busy");
        Connection reader = database.connect("busy")) {
      ledger.record(log.events());
      reader.setAutoCommit(false);
      reader.createStatement().executeQuery("select count(*) from segment").close();
      assertThat(ledger.archiver().run(5_000)).isEmpty();
      assertThat(ledger.reads().archive().months().getFirst().problem())
          .isEqualTo("others read the month: tried again");
      reader.rollback();
      assertThat(ledger.archiver().run(6_000)).containsExactly("2026-10");
    }
  }

  /** The same facts, in books where months go into files and come back, and in others. */
  @ParameterizedTest
  @ValueSource(longs = {901, 902, 903, 904})
  void howeverMonthsAreArchivedAndRestoredTheBooksAnswerTheSame(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    NodeLog log = NodeLog.random(seed, OCT, Boolean.getBoolean("queqiao.full") ? 1_000 : 120);
    String[] names = {"kept" + seed, "archived" + seed};
    try (Ledger kept = fresh(names[0]);
        Ledger archived = fresh(names[1])) {
      YearMonth month = YearMonth.parse("2026-10");
      YearMonth last = YearMonth.from(SHANGHAI.day(log.timeMs())).plusMonths(3);
      Map<Long, Integer> revisions = new HashMap<>();
      log.node("late", 16);
      for (; month.isBefore(last); month = month.plusMonths(1)) {
        long endMs = SHANGHAI.startMs(month.plusMonths(1).atDay(1));
        log.at(Math.max(log.timeMs(), endMs + HOUR_MS));
        close(log, month.toString());
        if (random.nextInt(3) > 0) {
          log.twoPeople(new MoneyChange.ArchiveMonth(month.toString()), true);
        }
        RunId run = log.start(1 + random.nextInt(8), "late");
        log.at(log.timeMs() + random.nextLong(40 * 24) * HOUR_MS + 1).end(run);
        // The same number again is a correction of a run that may be in files.
        for (int i = 0; i < 3; i++) {
          long number = 1 + random.nextInt(4);
          told(
              log,
              number,
              revisions.merge(number, 1, Integer::sum),
              OCT + number * 50 * HOUR_MS,
              1 + random.nextInt(8));
        }
        if (random.nextBoolean()) {
          log.twoPeople(
              new MoneyChange.Correction(History.CLIMATE, 1 + random.nextInt(500), "CNY", "x"),
              true);
        }
        if (random.nextInt(3) == 0) {
          log.twoPeople(
              new MoneyChange.ArchiveMonth(
                  YearMonth.parse("2026-10").plusMonths(random.nextInt(4)).toString()),
              true);
        }
        kept.record(log.events());
        archived.record(log.events());
        archived.archiver().run(log.timeMs());
        for (ArchiveReads.Month each : archived.reads().archive().months()) {
          if (random.nextInt(4) == 0) {
            database.restore(names[1], each.month());
          }
        }
        String to = month.plusMonths(2).toString();
        assertThat(answers(archived, "2026-10", to))
            .as("seed %d in %s", seed, month)
            .isEqualTo(answers(kept, "2026-10", to));
        assertThat(archived.reads().verify()).as("seed %d in %s", seed, month).isEmpty();
      }
      assertThat(archived.reads().archive().months())
          .as("seed %d", seed)
          .anyMatch(each -> each.state().equals("ARCHIVED"));
    }
    for (String each : names) {
      database.audit(each);
      compareRollups(each);
    }
  }
}

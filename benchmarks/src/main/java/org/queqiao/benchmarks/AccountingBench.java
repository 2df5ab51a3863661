package org.queqiao.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.ArchiveReads;
import org.queqiao.accounting.sql.ArchiveRestore;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LineRuns;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.LineRun;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;

/**
 * Runs of a centre over eight years that are over, 160 core-hours each in the mean, taken from
 * facts to postings in a PostgreSQL of its own as the server does it, and what the books then
 * answer: statements of a month for all projects, a report over everything, the way from a line to
 * its postings.
 */
final class AccountingBench {
  private static final int USERS = 2_000;
  private static final int PLATFORMS = 50;
  private static final int PROJECTS = 400;
  private static final int DOMAINS = 40;
  private static final int YEARS = 8;
  private static final int MONTHS = 12 * YEARS;
  private static final int RUNS_AT_ONCE = 100_000;
  private static final int NODES = 1_000;
  private static final int ASKED = 5;
  private static final int RUNS_OF_LINE = 100;
  private static final int RUNS_TOLD = 500_000;
  private static final int LARGEST_BITS = 8;
  private static final long HOUR_MS = 3_600_000;
  private static final long LEAST_MS = 60_000;
  private static final long MOST_MS = 10 * HOUR_MS;
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final ClusterName ELSEWHERE = new ClusterName("elsewhere");
  private static final List<PartitionName> PARTITIONS =
      List.of(new PartitionName("batch"), new PartitionName("fat"), new PartitionName("debug"));

  /** Runs of the month that is archived; as many as before it, if those are fewer. */
  private static final int RUNS_ARCHIVED = 50_000;

  private static final YearMonth FIRST = YearMonth.of(2018, 1);
  private static final long BEGIN_MS = CALENDAR.startMs(LocalDate.of(2018, 1, 1));
  private static final long END_MS = CALENDAR.startMs(LocalDate.of(2018 + YEARS, 1, 1));

  private final SplittableRandom random = new SplittableRandom(20_260_101);
  private final List<UserName> users = new ArrayList<>();
  private final List<ProjectName> projects = new ArrayList<>();
  private final List<LoggedEvent> batch = new ArrayList<>();
  private long position;
  private long timeMs = BEGIN_MS;
  private long coreMs;

  private AccountingBench() {}

  static void run(int runs, Report report) throws Exception {
    BenchDatabase.with((database, access, folder) -> {
      try (Ledger ledger =
              Ledger.open(
                  access.url(),
                  access.user(),
                  access.password(),
                  CALENDAR,
                  folder.resolve("archive"));
          Intake intake = new Intake(ledger, HeadFile.open(folder.resolve("heads")))) {
        AccountingBench bench = new AccountingBench();
        bench.post(intake, runs, report);
        BenchDatabase.Cpu.now(database).into(report);
        bench.ask(ledger, report);
        bench.archive(ledger, intake, Math.min(runs, RUNS_ARCHIVED), access, folder, report);
      }
      report.put("databaseMb", bytes(folder.resolve("postgres/data")) >> 20);
    });
  }

  private static long bytes(Path folder) throws Exception {
    long sum = 0;
    try (var files = Files.walk(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        sum += Files.exists(each) ? Files.size(each) : 0;
      }
    }
    return sum;
  }

  private void post(Intake intake, int runs, Report report) throws InterruptedException {
    site();
    take(intake);
    int priced = 0;
    long begin = System.nanoTime();
    for (int i = 1; i <= runs; i++) {
      timeMs = BEGIN_MS + (END_MS - BEGIN_MS - 1) / runs * i;
      int year = (int) ((timeMs - BEGIN_MS) / (366 * 24 * HOUR_MS));
      if (year > priced) {
        priced = year;
        prices(year);
      }
      run(i);
      if (batch.size() >= RUNS_AT_ONCE) {
        take(intake);
      }
      if (i % RUNS_TOLD == 0) {
        System.err.printf("%,d runs after %.0f s%n", i, (System.nanoTime() - begin) / 1e9);
      }
    }
    take(intake);
    double postS = (System.nanoTime() - begin) / 1e9;
    report
        .put("runs", runs)
        .put("coreHours", coreMs / HOUR_MS)
        .put("postS", postS)
        .put("runsPerS", runs / postS)
        .put("minutesFor10MillionRuns", 10_000_000 / (runs / postS) / 60);
  }

  private void ask(Ledger ledger, Report report) {
    LedgerReads reads = ledger.reads();
    Lines asked = someLines(reads);
    String month = asked.month();
    UsageReports.Question everything =
        UsageReports.Question.of(
            List.of(ReportBy.USER, ReportBy.DOMAIN, ReportBy.MONTH),
            FIRST.toString(),
            FIRST.plusMonths(MONTHS).toString(),
            Integer.MAX_VALUE);
    long lines =
        ask(
            "statements",
            report,
            () -> {
              long sum = 0;
              for (ProjectName each : projects) {
                sum += reads.statement(each.value(), month).lines().size();
              }
              return sum;
            });
    report.put("statementLines", lines);
    long rows =
        ask(
            "report",
            report,
            () -> reads.reports().usage(everything, LedgerReads.Scope.ALL).size());
    report.put("reportRows", rows);
    report.put("drilldownPostings", ask("drilldown", report, () -> drillDown(reads, asked)));
    report.put("drilldownRareRuns", ask("drilldownRare", report, rare(reads, asked)));
    report.put("peakHeapMb", peakHeap() >> 20);
  }

  /** The lines of a statement, at least one. */
  private record Lines(String project, String month, List<Statement.Line> lines) {}

  /**
   * The first statement that has lines, of the month in the middle or of one after it; of few runs
   * most projects have none in a month.
   */
  private static Lines someLines(LedgerReads reads) {
    for (int i = 0; i < MONTHS; i++) {
      String month = FIRST.plusMonths((MONTHS / 2 + i) % MONTHS).toString();
      for (String project : reads.months().projects(month, null, null, 1)) {
        List<Statement.Line> lines = reads.statement(project, month).lines();
        if (!lines.isEmpty()) {
          return new Lines(project, month, lines);
        }
      }
    }
    throw new IllegalStateException("no run is on a statement");
  }

  /** From the first line of a statement to a hundred of its runs, and to the postings of one. */
  private static long drillDown(LedgerReads reads, Lines asked) {
    long line = reads.statement(asked.project(), asked.month()).lines().getFirst().id();
    List<LineRun> runs = List.of();
    LineRuns.After after = LineRuns.After.NOTHING;
    while (runs.isEmpty() && after != null) {
      LineRuns.Page page =
          reads
              .lineRuns()
              .of(asked.project(), asked.month(), line, after, RUNS_OF_LINE)
              .orElseThrow();
      runs = page.runs();
      after = page.next();
    }
    LineRun run = runs.getLast();
    return reads
        .postingReads()
        .told(run.run().job(), run.run().attempt(), 0, LedgerReads.MAX_ROWS)
        .size();
  }

  /** Asks for all runs of the line that has the fewest, page by page. */
  private static LongSupplier rare(LedgerReads reads, Lines asked) {
    long line = 0;
    long fewest = Long.MAX_VALUE;
    for (Statement.Line each : asked.lines()) {
      long runs = runs(reads, asked.project(), asked.month(), each.id());
      if (runs < fewest) {
        fewest = runs;
        line = each.id();
      }
    }
    long rarest = line;
    return () -> runs(reads, asked.project(), asked.month(), rarest);
  }

  private static long runs(LedgerReads reads, String project, String month, long line) {
    long runs = 0;
    LineRuns.After after = LineRuns.After.NOTHING;
    while (after != null) {
      LineRuns.Page page =
          reads.lineRuns().of(project, month, line, after, LedgerReads.MAX_ROWS).orElseThrow();
      runs += page.runs().size();
      after = page.next();
    }
    return runs;
  }

  /** A month of many runs goes into files, is verified there, and comes back. */
  private void archive(
      Ledger ledger,
      Intake intake,
      int runs,
      EmbeddedDatabase.Access access,
      Path folder,
      Report report)
      throws Exception {
    YearMonth month = YearMonth.from(CALENDAR.day(END_MS));
    long first = position;
    orderedMonth(month, runs, intake);
    for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
      each.resetPeakUsage();
    }
    long begin = System.nanoTime();
    ledger.archiver().run(timeMs);
    report.put("archiveS", (System.nanoTime() - begin) / 1e9);
    long rows = 0;
    long bytes = 0;
    for (ArchiveReads.Part each : ledger.reads().archive().months().getFirst().parts()) {
      rows += each.rows();
      bytes += each.bytes();
    }
    report.put("archiveRows", rows).put("archiveMb", bytes >> 20);
    report.put("archivePeakHeapMb", peakHeap() >> 20);
    begin = System.nanoTime();
    int postings = ledger.reads().postings(new JobId(first + (runs + 1) / 2)).size();
    report
        .put("archivedDrilldownMs", (System.nanoTime() - begin) / 1e6)
        .put("archivedDrilldownPostings", postings);
    begin = System.nanoTime();
    int problems =
        LedgerAudit.check(
                access.url(),
                access.user(),
                access.password(),
                folder.resolve("archive"),
                folder.resolve("heads/heads"),
                null)
            .problems()
            .size();
    report.put("verifyS", (System.nanoTime() - begin) / 1e9).put("verifyProblems", problems);
    begin = System.nanoTime();
    ArchiveRestore.restore(
        access.url(),
        access.user(),
        access.password(),
        folder.resolve("archive"),
        month.toString(),
        "bench",
        "measured",
        timeMs);
    report.put("restoreS", (System.nanoTime() - begin) / 1e9);
  }

  /** A month of runs behind the others, closed, that two people want in files. */
  private void orderedMonth(YearMonth month, int runs, Intake intake) throws InterruptedException {
    long nextMs = CALENDAR.startMs(month.plusMonths(1).atDay(1));
    long first = position;
    for (int i = 1; i <= runs; i++) {
      timeMs = END_MS + (nextMs - END_MS - 1) / runs * i;
      run(Math.toIntExact(first + i));
      if (batch.size() >= RUNS_AT_ONCE) {
        take(intake);
      }
    }
    timeMs = nextMs;
    agreed(new MoneyChange.CloseMonth(month.toString(), nextMs, month.getYear()));
    agreed(new MoneyChange.ArchiveMonth(month.toString()));
    take(intake);
  }

  private void agreed(MoneyChange change) {
    long proposal = position + 1;
    add(new MoneyProposed(proposal, change, "measured"));
    add(new MoneyDecided(proposal, true, change, "measured"));
  }

  private static long peakHeap() {
    long peak = 0;
    for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
      peak += each.getType() == MemoryType.HEAP ? each.getPeakUsage().getUsed() : 0;
    }
    return peak;
  }

  /**
   * Asks several times: the median, and the first time, when nothing of the way is compiled or in
   * memory yet. The drill-down is told in milliseconds, the others in seconds.
   */
  private static long ask(String what, Report report, LongSupplier question) {
    double unit = what.startsWith("drilldown") ? 1e6 : 1e9;
    String name = unit == 1e6 ? "Ms" : "S";
    double[] took = new double[ASKED];
    long answer = 0;
    for (int i = 0; i < ASKED; i++) {
      long begin = System.nanoTime();
      answer = question.getAsLong();
      took[i] = (System.nanoTime() - begin) / unit;
    }
    double first = took[0];
    Arrays.sort(took);
    report.put(what + name, took[ASKED / 2]).put(what + "First" + name, first);
    return answer;
  }

  private void take(Intake intake) throws InterruptedException {
    intake.take(batch);
    batch.clear();
  }

  private void add(Event event) {
    batch.add(new LoggedEvent(++position, 1, timeMs, Actor.SCHEDULER, event));
  }

  private void site() {
    prices(0);
    for (int i = 0; i < DOMAINS; i++) {
      add(new DomainDefined(new DomainCode("domain" + i), "Domain " + i));
    }
    for (int i = 0; i < PLATFORMS; i++) {
      add(new PlatformDefined(new PlatformName("platform" + i), "Platform " + i));
    }
    for (int i = 0; i < PROJECTS; i++) {
      ProjectName name = new ProjectName("platform" + i % PLATFORMS + "-" + i);
      projects.add(name);
      add(
          new ProjectDefined(
              name,
              name.value(),
              List.of(
                  new DomainShare(new DomainCode("domain" + i % DOMAINS), 600),
                  new DomainShare(new DomainCode("domain" + (i + 1) % DOMAINS), 400))));
      add(new WalletFunded(name, 1_000_000_000_000L, "CNY", "grant"));
    }
    for (int i = 0; i < USERS; i++) {
      users.add(new UserName("user" + i));
    }
  }

  /** Each year has prices of its own. */
  private void prices(int year) {
    for (int i = 0; i < PARTITIONS.size(); i++) {
      add(new TariffDefined(PARTITIONS.get(i), 40_000 + 10_000 * i + 1_000 * year, "CNY", timeMs));
    }
  }

  private void run(int number) {
    int user = random.nextInt(USERS);
    long cores = 1L << random.nextInt(LARGEST_BITS);
    long startMs = timeMs - LEAST_MS - random.nextLong(MOST_MS);
    coreMs += cores * (timeMs - startMs);
    ObservedRun run =
        new ObservedRun(
            new ExternalRun(ELSEWHERE, number, startMs),
            "",
            "job",
            users.get(user),
            1_000 + user,
            projects.get(user % PROJECTS),
            PARTITIONS.get(random.nextInt(PARTITIONS.size())),
            JobState.COMPLETED,
            "COMPLETED",
            0,
            0,
            startMs,
            timeMs,
            List.of(),
            cores,
            cores << 30,
            24 * HOUR_MS,
            "cn" + random.nextInt(NODES),
            List.of());
    add(new RunImported(new JobId(number), true, run));
  }
}

package org.queqiao.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;

/**
 * Runs of a centre over eight years, taken from facts to postings in a PostgreSQL of its own, and
 * what the books then answer: statements of a month for all projects, a report over everything, the
 * way from a line to its postings.
 */
final class AccountingBench {
  private static final int USERS = 2_000;
  private static final int PROJECTS = 400;
  private static final int DOMAINS = 40;
  private static final int MONTHS = 96;
  private static final int RUNS_AT_ONCE = 1_000;
  private static final long HOUR_MS = 3_600_000;
  private static final long MOST_MS = 10 * HOUR_MS;
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final PartitionName BATCH = new PartitionName("batch");
  private static final YearMonth FIRST = YearMonth.of(2018, 1);

  private final SplittableRandom random = new SplittableRandom(20_260_101);
  private final List<Integer> cores = IntStream.range(0, 256).boxed().toList();
  private final List<LoggedEvent> batch = new ArrayList<>();
  private final PriorityQueue<End> ends =
      new PriorityQueue<>(Comparator.comparingLong(End::atMs).thenComparing(End::job));
  private long position;
  private long timeMs = CALENDAR.startMs(LocalDate.of(2018, 1, 1));

  private AccountingBench() {}

  static void run(int runs, Report report) throws Exception {
    Path folder = Files.createTempDirectory("queqiao-accounting-");
    EmbeddedDatabase database = new EmbeddedDatabase(folder.resolve("postgres"));
    try {
      EmbeddedDatabase.Access access = database.start();
      try (Ledger ledger = Ledger.open(access.url(), access.user(), access.password(), CALENDAR)) {
        new AccountingBench().measure(ledger, runs, report);
      }
    } finally {
      database.stop();
      try (var files = Files.walk(folder)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private void measure(Ledger ledger, int runs, Report report) {
    site();
    take(ledger);
    long stepMs = MONTHS * 30L * 24 * HOUR_MS / Math.max(1, runs);
    long begin = System.nanoTime();
    for (int i = 1; i <= runs; i++) {
      end(timeMs);
      job(i);
      timeMs += stepMs;
      if (i % RUNS_AT_ONCE == 0) {
        take(ledger);
      }
    }
    end(Long.MAX_VALUE);
    take(ledger);
    double postS = (System.nanoTime() - begin) / 1e9;
    report
        .put("runs", runs)
        .put("postS", postS)
        .put("runsPerS", runs / postS)
        .put("hoursFor10MillionRuns", 10_000_000 / (runs / postS) / 3_600);

    begin = System.nanoTime();
    String month = FIRST.plusMonths(MONTHS / 2).toString();
    for (int i = 0; i < PROJECTS; i++) {
      ledger.reads().statement("project" + i, month);
    }
    report.put("statementsS", (System.nanoTime() - begin) / 1e9);

    begin = System.nanoTime();
    int rows =
        ledger
            .reads()
            .reports()
            .usage(
                List.of(UsageReports.By.USER, UsageReports.By.DOMAIN, UsageReports.By.MONTH),
                FIRST.toString(),
                FIRST.plusMonths(2 * MONTHS).toString(),
                LedgerReads.Scope.ALL,
                Integer.MAX_VALUE)
            .size();
    report.put("reportS", (System.nanoTime() - begin) / 1e9).put("reportRows", rows);

    begin = System.nanoTime();
    ledger.reads().postings(new JobId(1 + runs / 2));
    report.put("drilldownMs", (System.nanoTime() - begin) / 1e6);
    long peak = 0;
    for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
      peak += each.getType() == MemoryType.HEAP ? each.getPeakUsage().getUsed() : 0;
    }
    report.put("peakHeapMb", peak >> 20);
  }

  /** Runs that end until then, in the order of their ends. */
  private void end(long untilMs) {
    long nowMs = timeMs;
    while (!ends.isEmpty() && ends.peek().atMs() <= untilMs) {
      End next = ends.poll();
      timeMs = next.atMs();
      add(new JobEnded(next.job(), 1, JobState.COMPLETED, timeMs, null, false, ""));
    }
    timeMs = untilMs == Long.MAX_VALUE ? timeMs : nowMs;
  }

  private record End(long atMs, JobId job) {}

  private void take(Ledger ledger) {
    ledger.record(batch);
    batch.clear();
  }

  private void add(Event event) {
    batch.add(new LoggedEvent(++position, 1, timeMs, Actor.SCHEDULER, event));
  }

  private void site() {
    add(new TariffDefined(BATCH, 40_000, "CNY", timeMs));
    for (int i = 0; i < PROJECTS; i++) {
      ProjectName name = new ProjectName("project" + i);
      add(
          new ProjectDefined(
              name,
              name.value(),
              List.of(
                  new DomainShare(new DomainCode("domain" + i % DOMAINS), 600),
                  new DomainShare(new DomainCode("domain" + (i + 1) % DOMAINS), 400))));
      add(new WalletFunded(name, 1_000_000_000_000L, "CNY", "grant"));
    }
  }

  /** A run of 160 core-hours in the mean. */
  private void job(int number) {
    JobId id = new JobId(number);
    int user = random.nextInt(USERS);
    int held = 1 << random.nextInt(8);
    JobSpec spec =
        JobSpec.builder(
                "job",
                "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                BATCH,
                new ProjectName("project" + user % PROJECTS),
                24 * HOUR_MS)
            .shape(1, 1, held)
            .build();
    add(
        new JobSubmitted(
            id, new UserName("user" + user), "user" + user, 1_000 + user, spec, "", new byte[32]));
    long startMs = timeMs;
    add(
        new JobAllocated(
            new RunId(id, 1),
            List.of(
                new Allocation(
                    new NodeName("cn" + random.nextInt(1_000)),
                    cores.subList(0, held),
                    0,
                    List.of()))));
    ends.add(new End(startMs + 60_000 + random.nextLong(MOST_MS), id));
  }
}

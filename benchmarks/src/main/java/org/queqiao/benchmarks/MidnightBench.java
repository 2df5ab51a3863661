package org.queqiao.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeRegistered;
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
import org.queqiao.contract.node.NodeFacts;

/**
 * Many runs that go on over midnight: their days are posted with the facts that come then. Facts
 * come at a steady pace, as from a live log, and are taken in as the feed hands them over: all that
 * wait, up to its most. How long a fact waits for the books is how far they are behind.
 */
final class MidnightBench {
  private static final int USERS = 2_000;
  private static final int PROJECTS = 400;
  private static final int CORES_OF_NODE = 128;
  private static final int AT_ONCE = 1_024;

  /** So many runs are posted with one fact; see decision 114. */
  private static final int WITH_ONE_FACT = 500;

  /** The first warms up. */
  private static final int NIGHTS = 2;

  /** The books have caught up when a fact waits for no longer than this. */
  private static final double CAUGHT_UP_MS = 200;

  private static final long MOST_NANOS = 600_000_000_000L;
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final long WAIT_MS = 600_000;
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long BEGIN_MS = CALENDAR.startMs(LocalDate.of(2026, 3, 2));
  private static final PartitionName BATCH = new PartitionName("batch");

  private final List<LoggedEvent> facts = new ArrayList<>();
  private final Intake intake;
  private final Ledger ledger;
  private long position;
  private long timeMs = BEGIN_MS;
  private long lastJob;

  private MidnightBench(Ledger ledger, Intake intake) {
    this.ledger = ledger;
    this.intake = intake;
  }

  /**
   * Measures it.
   *
   * @param runs that go on
   * @param perSecond facts that come
   */
  static void run(int runs, int perSecond, Report report) throws Exception {
    BenchDatabase.with((database, access, folder) -> {
      Path heads = folder.resolve("heads");
      try (Ledger ledger =
              Ledger.open(
                  access.url(),
                  access.user(),
                  access.password(),
                  CALENDAR,
                  folder.resolve("archive"));
          Intake intake = new Intake(ledger, HeadFile.open(heads))) {
        MidnightBench bench = new MidnightBench(ledger, intake);
        bench.begin(runs);
        report.put("runs", runs).put("factsPerS", perSecond);
        for (int night = 1; night <= NIGHTS; night++) {
          bench.timeMs = BEGIN_MS + night * DAY_MS + WAIT_MS;
          BenchDatabase.Cpu before = BenchDatabase.Cpu.now(database);
          Report of = night == NIGHTS ? report : new Report("warm");
          bench.night(runs, perSecond, of);
          BenchDatabase.Cpu.now(database).since(before).into(of);
        }
      }
    });
  }

  private void begin(int runs) throws InterruptedException {
    add(new TariffDefined(BATCH, 40_000, "CNY", timeMs));
    for (int i = 0; i < PROJECTS; i++) {
      ProjectName name = project(i);
      DomainShare all = new DomainShare(new DomainCode("domain" + i % 40), 1_000);
      add(new ProjectDefined(name, name.value(), List.of(all)));
      add(new WalletFunded(name, 1_000_000_000_000L, "CNY", "grant"));
    }
    for (int i = 0; i * CORES_OF_NODE < runs + CORES_OF_NODE; i++) {
      NodeFacts node =
          new NodeFacts(
              new NodeName("cn" + i),
              "boot",
              CORES_OF_NODE,
              1L << 38,
              List.of(),
              "1",
              "6",
              List.of());
      add(new NodeRegistered(node));
    }
    for (int i = 0; i < runs; i++) {
      timeMs = BEGIN_MS + HOUR_MS + i * (8 * HOUR_MS) / runs;
      start(i);
      if (facts.size() >= 20_000) {
        take();
      }
    }
    take();
  }

  private static ProjectName project(int i) {
    return new ProjectName("project" + i % PROJECTS);
  }

  /** A job of one core, on the node and the core of this number. */
  private RunId start(int place) {
    submit();
    return allocate(place);
  }

  private void submit() {
    int user = Math.toIntExact(++lastJob % USERS);
    JobSpec spec =
        JobSpec.builder(
                "job",
                "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8),
                BATCH,
                project(user),
                30 * DAY_MS)
            .build();
    add(
        new JobSubmitted(
            new JobId(lastJob),
            new UserName("user" + user),
            "user" + user,
            1_000 + user,
            spec,
            "",
            new byte[32]));
  }

  private RunId allocate(int place) {
    RunId run = new RunId(new JobId(lastJob), 1);
    NodeName node = new NodeName("cn" + place / CORES_OF_NODE);
    Allocation one = new Allocation(node, List.of(place % CORES_OF_NODE), 0, List.of());
    add(new JobAllocated(run, List.of(one), 0, null, true));
    return run;
  }

  private void add(Event event) {
    facts.add(new LoggedEvent(++position, 1, timeMs, Actor.SCHEDULER, event));
  }

  private void take() throws InterruptedException {
    intake.take(List.copyOf(facts));
    facts.clear();
  }

  /** Facts come from ten minutes after midnight on, until the books have caught up with them. */
  private void night(int runs, int perSecond, Report report) throws InterruptedException {
    long postings = ledger.end().seq();
    long begin = System.nanoTime();
    int needed = (runs + WITH_ONE_FACT - 1) / WITH_ONE_FACT;
    long came = 0;
    long taken = 0;
    long mostWaiting = 0;
    double mostMs = 0;
    double postedS = 0;
    double waitedMs = Double.MAX_VALUE;
    while (postedS == 0 || waitedMs > CAUGHT_UP_MS) {
      long now = System.nanoTime();
      if (now - begin > MOST_NANOS) {
        throw new IllegalStateException("the books fall behind " + perSecond + " facts a second");
      }
      long due = (now - begin) * perSecond / 1_000_000_000L + 1;
      if (due == taken) {
        Thread.sleep(1);
        continue;
      }
      for (came = taken; came < Math.min(due, taken + AT_ONCE); came++) {
        timeMs += Math.max(1, 1_000 / perSecond);
        fact(came, runs);
      }
      take();
      long done = System.nanoTime();
      waitedMs = (done - begin) / 1e6 - taken * 1e3 / perSecond;
      mostWaiting = Math.max(mostWaiting, due - taken);
      mostMs = Math.max(mostMs, waitedMs);
      taken = came;
      postedS = postedS == 0 && taken >= needed ? (done - begin) / 1e9 : postedS;
    }
    report
        .put("factsThatPost", needed)
        .put("postedS", postedS)
        .put("mostBehindMs", mostMs)
        .put("mostFactsBehind", mostWaiting)
        .put("caughtUpS", (System.nanoTime() - begin) / 1e9)
        .put("postings", ledger.end().seq() - postings);
  }

  /** Short jobs come, start and end meanwhile. */
  private void fact(long number, int place) {
    switch ((int) (number % 3)) {
      case 0 -> submit();
      case 1 -> allocate(place);
      default ->
          add(new JobEnded(new JobId(lastJob), 1, JobState.COMPLETED, timeMs, null, false, ""));
    }
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.AbstractList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.testkit.TestSize;

/** A database that goes away while the books take in: nothing is lost and nothing comes twice. */
final class DatabaseAwayTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final int RUNS = TestSize.ciOrFull(300, 20_000);
  private static final Duration AWAY =
      TestSize.isFull() ? Duration.ofMinutes(10) : Duration.ofMillis(500);

  /** Runs that end in each fifth of a second while the database is away. */
  private static final int LOAD = TestSize.ciOrFull(5, 10);

  private static final long POLL_MS = 200;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  @TempDir private Path folder;

  /** So many runs of some hours, some ahead of midnight, one after the other. */
  private static History runs(int count) {
    History history = new History(1_760_000_000_000L).price(40_000).fund(1_000_000_000_000L);
    more(history, count, new SplittableRandom(93));
    return history;
  }

  private static void more(History history, int count, SplittableRandom random) {
    for (int i = 0; i < count; i++) {
      JobId job = history.submit(History.LI, "run", 8, 86_400_000);
      RunId run = history.start(job, 1, 8);
      history.at(history.timeMs() + random.nextLong(1, 40_000_000)).end(run, JobState.COMPLETED);
    }
  }

  private static MemoryBooks expected(List<LoggedEvent> events) {
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    events.forEach(shadow::record);
    return shadow.books();
  }

  private void whole(Ledger ledger, String name, List<LoggedEvent> log) throws Exception {
    assertThat(ledger.position()).isEqualTo(log.size());
    assertThat(ledger.end().seq()).isEqualTo(expected(log).postings().size());
    Path heads = folder.resolve("heads");
    try (Connection connection = database.connect(name)) {
      LedgerAudit.Report report =
          LedgerAudit.check(
              connection,
              null,
              heads.resolve(HeadFile.HEADS),
              HeadFile.publicKey(heads.resolve(HeadFile.PUBLIC)));
      assertThat(report.problems()).isEmpty();
      assertThat(report.heads()).isPositive();
    }
  }

  private static void await(String what, Check check) throws Exception {
    Instant end = Instant.now().plusSeconds(120);
    while (!check.holds()) {
      assertThat(Instant.now()).as(what).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static boolean waitsForALock(Connection connection) throws Exception {
    try (var rows =
        connection
            .createStatement()
            .executeQuery(
                "select count(*) from pg_stat_activity where datname = current_database() and"
                    + " wait_event_type = 'Lock'")) {
      rows.next();
      return rows.getInt(1) > 0;
    }
  }

  private static void kill() throws Exception {
    ProcessHandle postmaster =
        ProcessHandle.of(database.server().pid().orElseThrow()).orElseThrow();
    postmaster.destroyForcibly();
    postmaster.onExit().get();
  }

  private static void startAgain() throws Exception {
    EmbeddedDatabase.Access again = database.server().start();
    assertThat(again).isEqualTo(database.access());
  }

  @Test
  void aDatabaseKilledBetweenThePostingsOfABatchAndItsEndHasNothingOfIt() throws Exception {
    List<LoggedEvent> log = runs(RUNS).events();
    int first = log.size() / 3;
    database.create("between");
    try (Ledger ledger = database.open("between", CALENDAR);
        Intake intake = new Intake(ledger, HeadFile.open(folder.resolve("heads")))) {
      intake.take(log.subList(0, first));
      long before = ledger.end().seq();
      CountDownLatch taken = new CountDownLatch(1);
      // Balances are written behind the postings: there the batch waits.
      try (Connection other = database.connect("between")) {
        other.setAutoCommit(false);
        other.createStatement().execute("lock table balance in exclusive mode");
        Thread.ofPlatform()
            .start(() -> {
              try {
                intake.take(log.subList(first, log.size()));
                taken.countDown();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
        await("the batch waits for the balances", () -> waitsForALock(other));
        kill();
      }
      startAgain();
      try (Connection connection = database.connect("between");
          var rows = connection.createStatement().executeQuery("select count(*) from posting")) {
        rows.next();
        assertThat(rows.getLong(1)).isGreaterThanOrEqualTo(before);
      }
      assertThat(taken.await(5, TimeUnit.MINUTES)).isTrue();
      intake.close();
      whole(ledger, "between", log);
    }
  }

  @Test
  void factsWaitInTheLogWhileTheDatabaseIsStopped() throws Exception {
    History history = runs(RUNS / 3);
    CopyOnWriteArrayList<LoggedEvent> log = new CopyOnWriteArrayList<>(history.events());
    AtomicBoolean over = new AtomicBoolean();
    database.create("stopped");
    try (Ledger ledger = database.open("stopped", CALENDAR);
        Intake intake = new Intake(ledger, HeadFile.open(folder.resolve("heads")))) {
      Thread feed =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  while (!over.get() || intake.position() < log.size()) {
                    List<LoggedEvent> known = List.of(log.toArray(LoggedEvent[]::new));
                    int at = Math.toIntExact(intake.position());
                    intake.take(known.subList(at, known.size()));
                    TimeUnit.MILLISECONDS.sleep(POLL_MS / 10);
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await("the books begin", () -> intake.position() > 0);
      database.server().stop();
      SplittableRandom random = new SplittableRandom(94);
      Instant end = Instant.now().plus(AWAY);
      do {
        int known = history.events().size();
        more(history, LOAD, random);
        log.addAll(history.events().subList(known, history.events().size()));
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      } while (Instant.now().isBefore(end));
      await("the books say that they wait", () -> !intake.trouble().isEmpty());
      assertThat(intake.position()).isLessThan(log.size());
      startAgain();
      over.set(true);
      feed.join();
      intake.close();
      whole(ledger, "stopped", log);
    }
  }

  /** Facts that end in an error when the last of them is looked at for the so manieth time. */
  private static final class Facts extends AbstractList<LoggedEvent> {
    private final List<LoggedEvent> all;
    private final int most;
    private int looks;

    Facts(List<LoggedEvent> all, int most) {
      this.all = all;
      this.most = most;
    }

    @Override
    public LoggedEvent get(int index) {
      if (index == all.size() - 1 && ++looks == most) {
        throw new StackOverflowError("as deep as it gets");
      }
      return all.get(index);
    }

    @Override
    public int size() {
      return all.size();
    }
  }

  @Test
  void ofABatchThatEndsInAnErrorNothingIsInTheBooks() throws Exception {
    List<LoggedEvent> log = runs(3).events();
    Facts whole = new Facts(log, Integer.MAX_VALUE);
    database.create("looks");
    try (Ledger ledger = database.open("looks", CALENDAR)) {
      ledger.record(whole);
    }
    database.create("error");
    try (Ledger ledger = database.open("error", CALENDAR)) {
      // The last look is when the batch is handed over to be written.
      assertThatThrownBy(() -> ledger.record(new Facts(log, whole.looks)))
          .isInstanceOf(StackOverflowError.class);
      try (Connection connection = database.connect("error");
          var rows = connection.createStatement().executeQuery("select count(*) from posting")) {
        rows.next();
        assertThat(rows.getInt(1)).isZero();
      }
      ledger.record(log);
      assertThat(ledger.end().seq()).isEqualTo(expected(log).postings().size());
    }
    database.audit("error");
  }
}

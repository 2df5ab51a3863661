package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.server.slurm.MixedJobs;
import org.queqiao.server.slurm.Sacct;
import org.queqiao.server.slurm.SlurmSite;
import org.queqiao.testkit.TestSize;

/** A real Slurm that is metered and billed by a whole server, against its own reports. */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmBridgeTest {
  private static final int JOBS = TestSize.ciOrFull(60, 1_000);
  private static final long AWAY_MS = TestSize.ciOrFull(4_000, 60_000);

  /** How long slurmdbd is away, and then slurmctld. */
  private static final long SLURM_AWAY_MS = TestSize.ciOrFull(4_000, 3_600_000);

  private static final long PATIENCE_MS = TestSize.ciOrFull(240_000, 3_600_000);
  private static final long HOUR_S = 3_600;

  /** In micro-units; a core second costs a thousand. */
  private static final long CORE_HOUR = 3_600_000;

  private static final String RUNS =
      """
      select o.number || '@' || o.submit_ms / 1000,
        coalesce(sum(s.core_ms), 0)::bigint / 1000 || ' core-s of ' || j.project || ' ' || j.user_name
      from observed_run o join job j on j.id = o.job left join segment s on s.job = o.job
      where o.cluster = 'test1' group by o.number, o.submit_ms, j.project, j.user_name
      """;

  /** What was told of each run last. */
  private static final String TOLD =
      """
      select number || '@' || submit_ms / 1000, 'revision ' || revision || ': ' || encode(told, 'escape')
      from observed_run where cluster = 'test1'
      """;

  private static final String HOUR =
      """
      select s.project, sum(s.cores * (least(s.to_ms, ?) - greatest(s.from_ms, ?)))::bigint / 1000
      from segment s join observed_run o on o.job = s.job
      where o.cluster = 'test1' and s.from_ms < ? and s.to_ms > ? group by 1
      """;

  @TempDir Path folder;

  @Test
  void isBilledToTheSecondWhateverIsLostForAWhile() throws Exception {
    SlurmSite.need();
    RunningServer server = RunningServer.alone();
    for (String project : new String[] {"polar", "tides"}) {
      server.local("/projects", "project=" + project + "&domain=atmosphere");
    }
    server.byTwo(
        "/api/v1/tariffs",
        "{\"partition\":\"test1.batch\",\"priceMicroPerCoreHour\":"
            + CORE_HOUR
            + ",\"currency\":\"CNY\",\"reason\":\"as agreed\"}");
    long beganS = System.currentTimeMillis() / 1_000;
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration());
        Connection books = books(server)) {
      site.start();
      bridge.enrolment(server.local("/enrolments", "node=slurm1"));
      bridge.start();
      MixedJobs jobs = new MixedJobs(site, 7);
      jobs.begin();
      new ObservedNow(server, site, MixedJobs.BEGUN_CORES).isShownAndMeteredWhileItRuns();
      jobs.play(JOBS);
      site.kill("slurmdbd");
      pause(SLURM_AWAY_MS);
      site.startRecorder();
      bridge.kill();
      pause(AWAY_MS);
      bridge.start();
      // slurmctld keeps its state within five seconds: what ended in them it takes for running.
      site.awaitFew(1, PATIENCE_MS);
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(6));
      site.kill("slurmctld");
      pause(SLURM_AWAY_MS);
      site.startController();
      jobs.end();
      site.awaitEnd(PATIENCE_MS);
      Map<String, String> theirs = Sacct.runs(site);
      assertThat(theirs).hasSizeGreaterThan(JOBS * 9 / 10);
      assertThat(Sacct.states(site))
          .containsKeys("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "REQUEUED");
      awaitBooks(books, theirs.size());
      assertThat(pairs(books, RUNS)).as("the bridge said " + bridge.said()).isEqualTo(theirs);

      long endedS = System.currentTimeMillis() / 1_000;
      for (long hourS = beganS / HOUR_S * HOUR_S; hourS < endedS; hourS += HOUR_S) {
        assertThat(hour(books, hourS)).as("hour " + hourS).isEqualTo(Sacct.hour(site, hourS));
      }
      paidExactly(books);

      toldAgainNothingChanges(site, bridge, books, theirs);
    }
  }

  private static void toldAgainNothingChanges(
      SlurmSite site, BridgeProcess bridge, Connection books, Map<String, String> theirs)
      throws Exception {
    long postings = number(books, "select count(*) from posting");
    Map<String, String> told = pairs(books, TOLD);
    bridge.kill();
    int before = bridge.said().split("Slurm 22.05").length;
    site.stopMunge();
    bridge.start("--since-ms", "0");
    site.await(
        "word that munge is away",
        PATIENCE_MS,
        () -> bridge.said().contains("no word of Slurm: Protocol authentication error"));
    site.startMunge();
    site.await(
        "the history told again",
        PATIENCE_MS,
        () -> bridge.said().split("Slurm 22.05").length > before);
    pause(AWAY_MS);
    assertThat(pairs(books, RUNS)).isEqualTo(theirs);
    assertThat(pairs(books, TOLD)).isEqualTo(told);
    assertThat(number(books, "select count(*) from posting")).isEqualTo(postings);
  }

  /** Until so many runs are in the books, or half a minute is over. */
  private static void awaitBooks(Connection books, int runs) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (pairs(books, RUNS).size() < runs && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  /** Every core second is paid from the wallets, and every transaction sums to zero. */
  private static void paidExactly(Connection books) throws SQLException {
    String used =
        "select sum(s.core_ms) from segment s join observed_run o on o.job = s.job where o.cluster"
            + " = 'test1'";
    assertThat(
            number(
                books,
                "select -sum(amount) from balance where unit = 'MICRO' and account in"
                    + " ('wallet:polar', 'wallet:tides')"))
        .isEqualTo(number(books, used));
    assertThat(
            number(
                books,
                "select count(*) from (select 1 from posting group by transaction, unit, currency"
                    + " having sum(amount) <> 0) wrong"))
        .isZero();
  }

  private static Connection books(RunningServer server) throws Exception {
    EmbeddedDatabase.Access access =
        new EmbeddedDatabase(server.data().resolve("postgres")).start();
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  private static Map<String, String> pairs(Connection books, String sql) {
    Map<String, String> found = new TreeMap<>();
    try (PreparedStatement statement = books.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        found.put(row.getString(1), row.getString(2));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  private static Map<String, Long> hour(Connection books, long hourS) throws SQLException {
    Map<String, Long> found = new TreeMap<>();
    long fromMs = hourS * 1_000;
    long toMs = fromMs + HOUR_S * 1_000;
    try (PreparedStatement statement = books.prepareStatement(HOUR)) {
      statement.setLong(1, toMs);
      statement.setLong(2, fromMs);
      statement.setLong(3, toMs);
      statement.setLong(4, fromMs);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(row.getString(1), row.getLong(2));
        }
      }
    }
    return found;
  }

  private static long number(Connection books, String sql) throws SQLException {
    try (PreparedStatement statement = books.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void pause(long ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }
}

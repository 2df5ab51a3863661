package org.queqiao.server.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.slurm.History;
import org.queqiao.agent.slurm.SlurmException;
import org.queqiao.agent.slurm.SlurmProcess;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.ObservedStep;

/** A run has all its steps, whenever they ended and whenever slurmdbd heard of them. */
final class HistoryStepsTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long SECOND_MS = 1_000;

  /** More than are asked for at a time. */
  private static final int TASKS = 300;

  private static final String[] STEPS = {"batch", "0", "1"};

  @TempDir Path folder;

  private static List<String> ids(ObservedRun run) {
    return run.steps().stream().map(ObservedStep::id).toList();
  }

  @Test
  void isWholeFromWhereverTheHistoryIsRead() throws Exception {
    SlurmSite.need();
    try (SlurmSite site = new SlurmSite(folder);
        SlurmProcess slurm = new SlurmProcess(SlurmSite.SHIM, site.configuration())) {
      site.start();
      site.submit(
          "srun -N1 -n1 true; sleep 2; srun -N1 -n1 sleep 1; sleep 2", "-n1", "-t5", "-Apolar");
      site.awaitEnd(60_000);
      History history = new History(slurm, 0, "");
      ObservedRun whole = history.read(0, Long.MAX_VALUE / 2).runs().getFirst();
      assertThat(ids(whole)).containsExactly(STEPS);
      for (long ms = whole.startMs() - SECOND_MS; ms <= whole.endMs(); ms += SECOND_MS) {
        assertThat(history.read(ms, HOUR_MS).runs()).as("from " + ms).containsExactly(whole);
      }
      assertThat(history.read(whole.endMs() + SECOND_MS, HOUR_MS).runs()).isEmpty();
      aStepThatComesLateIsReadWithTheNextLook(site, history, whole);
      manyAreWholeAndThereOnce(site, history, whole.endMs());
      oneTaskDoesNotBringItsArray(site, history, whole.endMs());
      whenOneTaskWasSuspendedIsAskedForItAlone(site, history, whole.endMs());
      theRecordOfAnArrayDoesNotBringIt(site, history, whole.endMs());
    }
  }

  private static void aStepThatComesLateIsReadWithTheNextLook(
      SlurmSite site, History history, ObservedRun whole) throws IOException, SlurmException {
    String late =
        "update slurm_acct_db.test1_step_table set job_db_inx = job_db_inx + %d where id_step = 0";
    site.sql(late.formatted(1_000_000));
    assertThat(ids(history.read(whole.endMs(), HOUR_MS).runs().getFirst()))
        .containsExactly("batch", "1");
    site.sql(late.formatted(-1_000_000));
    assertThat(history.read(whole.endMs(), HOUR_MS).runs()).containsExactly(whole);
  }

  /** As tasks of one array, the first with its number, each begun earlier than the one before. */
  private static void manyAreWholeAndThereOnce(SlurmSite site, History history, long endMs)
      throws IOException, SlurmException {
    StringBuilder sql =
        new StringBuilder(
            "use slurm_acct_db; create temporary table j as select * from test1_job_table;"
                + " create temporary table s as select * from test1_step_table;");
    for (int n = 1; n <= TASKS; n++) {
      int job = 1_000 + n;
      sql.append(
          ("update j set job_db_inx=%d, id_job=%d, id_array_job=1001, id_array_task=%d,"
                  + " time_submit=time_submit-60,"
                  + " time_eligible=time_eligible-60, time_start=time_start-60;")
              .formatted(job, job, n));
      sql.append("insert into test1_job_table select * from j;");
      sql.append(
          ("update s set job_db_inx=%d;"
                  + " update s set time_start=time_start-60, time_end=time_end-60 where id_step=0;"
                  + " insert into test1_step_table select * from s;")
              .formatted(job));
    }
    site.sql(sql.toString());
    List<ObservedRun> found = history.read(endMs, HOUR_MS).runs();
    assertThat(found)
        .hasSize(TASKS + 1)
        .allSatisfy(run -> assertThat(ids(run)).containsExactly(STEPS));
    assertThat(found.stream().map(ObservedRun::id).distinct()).hasSize(TASKS + 1);
  }

  /** To slurmdbd the number of an array means all its tasks. */
  private static void oneTaskDoesNotBringItsArray(SlurmSite site, History history, long endMs)
      throws IOException, SlurmException {
    site.sql(
        "update slurm_acct_db.test1_job_table set time_end = time_end - 1"
            + " where id_array_job = 1001 and id_job not in (1001, 1200)");
    long before = rows(site);
    List<ObservedRun> found = history.read(endMs, HOUR_MS).runs();
    assertThat(rows(site) - before).as("rows that were read").isBetween(12L, TASKS / 2L);
    assertThat(found)
        .hasSize(3)
        .allSatisfy(run -> assertThat(ids(run)).containsExactly(STEPS))
        .extracting(ObservedRun::task)
        .containsExactlyInAnyOrder("", "1001_1", "1001_200");
  }

  private static void whenOneTaskWasSuspendedIsAskedForItAlone(
      SlurmSite site, History history, long endMs) throws IOException, SlurmException {
    String suspended =
        "use slurm_acct_db; update test1_job_table set time_suspended = %d where id_job = 1001;";
    site.sql(
        suspended.formatted(1)
            + "insert into test1_suspend_table (job_db_inx, id_assoc, time_start, time_end)"
            + " select job_db_inx, id_assoc, time_end - 2, time_end - 1 from test1_job_table"
            + " where id_job = 1001");
    long before = rows(site);
    List<ObservedRun> found = history.read(endMs, HOUR_MS).runs();
    assertThat(rows(site) - before).as("rows that were read").isLessThan(TASKS);
    assertThat(found.stream().filter(run -> run.task().equals("1001_1")))
        .singleElement()
        .satisfies(run ->
            assertThat(run.stops()).containsExactly(endMs - 2 * SECOND_MS, endMs - SECOND_MS));
    site.sql(suspended.formatted(0));
  }

  /** It has no steps to ask for, and only a number that means all its tasks. */
  private static void theRecordOfAnArrayDoesNotBringIt(SlurmSite site, History history, long endMs)
      throws IOException, SlurmException {
    site.sql(
        "update slurm_acct_db.test1_job_table set id_array_task = 4294967294 where id_job = 1001;"
            + " delete from slurm_acct_db.test1_step_table where job_db_inx = 1001");
    long before = rows(site);
    List<ObservedRun> found = history.read(endMs, HOUR_MS).runs();
    assertThat(rows(site) - before).as("rows that were read").isBetween(9L, TASKS / 2L);
    assertThat(found).hasSize(3);
    assertThat(found.stream().map(HistoryStepsTest::ids))
        .containsExactlyInAnyOrder(List.of(STEPS), List.of(STEPS), List.of());
  }

  /** How many rows the database has handed out. */
  private static long rows(SlurmSite site) throws IOException {
    return Long.parseLong(site.sql("show global status like 'Rows_sent'").strip().split("\t")[1]);
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.queqiao.server.slurm.SlurmSite;
import org.queqiao.testkit.TestSize;

/** A whole server decides, and a real Slurm launches. */
@Execution(ExecutionMode.CONCURRENT)
final class SlurmDriveTest {
  private static final int JOBS = TestSize.ciOrFull(24, 200);

  /** How long slurmctld is away. */
  private static final long AWAY_MS = TestSize.ciOrFull(4_000, 3_600_000);

  private static final List<String> ENDED =
      List.of("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL");
  private static final String WARNED =
      ",\"signal\":{\"name\":\"USR1\",\"secondsBefore\":7190,\"batchOnly\":true}";

  @TempDir Path folder;

  /**
   * slurmctld tells slurmdbd of a start within five seconds, and of a short run when it has ended:
   * what it had not told when it was killed, only Queqiao knows.
   */
  private static final long UNTOLD_MS = 15_000;

  private RunningServer server;
  private DrivenSlurm slurm;
  private long killedMs;

  @Test
  void slurmLaunchesOnceAndWhereItWasDecided() throws Exception {
    SlurmSite.need();
    server = RunningServer.alone();
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      slurm = new DrivenSlurm(server, site, bridge);
      slurm.prepare();
      slurm.drive();
      slurm.awaitNodes();
      long signalled = slurm.submit("trap 'exit 7' USR1; while :; do sleep 0.1; done", WARNED);
      long cancelled = slurm.submit("sleep 36000", "");
      long cancelledMeanwhile = slurm.submit("sleep 36000", "");
      standsStill(cancelled);
      slurm.delete(cancelled);
      slurm.awaitSlurm(cancelledMeanwhile, "RUNNING");
      slurm.awaitSlurm(signalled, "RUNNING");
      site.awaitSaved();
      List<Long> jobs = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        jobs.add(numbered(i));
        if (i == JOBS / 3) {
          bridge.kill();
          slurm.drive();
        } else if (i == JOBS / 2) {
          site.kill("slurmctld");
          killedMs = System.currentTimeMillis();
        }
      }
      slurm.delete(cancelledMeanwhile);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AWAY_MS));
      site.startController();
      List<Long> all = new ArrayList<>(jobs);
      all.addAll(List.of(cancelled, cancelledMeanwhile, signalled));
      for (long job : all) {
        awaitEnd(site, job);
      }
      awaitNoneLeft(site);
      site.awaitEnd(DrivenSlurm.PATIENCE_MS);
      assertThat(slurm.state(cancelled)).isEqualTo("CANCELLED");
      assertThat(slurm.state(cancelledMeanwhile)).isEqualTo("CANCELLED");
      assertThat(slurm.document(signalled).path("exitCode").asInt()).isEqualTo(7);
      asDecided(site, jobs);
      noneTwice(all);
    }
  }

  private long numbered(int i) throws Exception {
    return slurm.submit(
        "sleep " + (i % 4) + "; exit " + (i % 3),
        ",\"nodes\":"
            + (1 + i % 2)
            + ",\"tasks\":"
            + (1 + i % 2)
            + ",\"cpusPerTask\":"
            + (1 + i % 3));
  }

  private void awaitEnd(SlurmSite site, long job) throws IOException {
    site.await(
        "end of job " + job,
        DrivenSlurm.PATIENCE_MS,
        () -> {
          resumeDrained(site);
          return ENDED.contains(slurm.state(job));
        });
  }

  /**
   * What waits in Slurm for a node that is drained waits until it is resumed, and again if need be.
   */
  private static void awaitNoneLeft(SlurmSite site) throws IOException {
    site.await(
        "no job in slurmctld",
        DrivenSlurm.PATIENCE_MS,
        () -> {
          resumeDrained(site);
          return site.command("squeue", "-h", "-t", "PENDING,RUNNING,SUSPENDED", "-o", "%i")
              .isBlank();
        });
  }

  /**
   * As an operator does after slurmctld has lost its last seconds: it gives the numbers of lost
   * jobs to others, and drains a node on which the lost one still runs (Duplicate jobid).
   */
  private static void resumeDrained(SlurmSite site) throws IOException {
    String nodes = site.tried("sinfo", "-h", "-N", "-t", "drain", "-o", "%N").strip();
    if (!nodes.isEmpty()) {
      site.tried("scontrol", "update", "NodeName=" + nodes.replaceAll("\\s+", ","), "State=RESUME");
    }
  }

  /**
   * The last run of each job is one job of Slurm, on the nodes of its allocation, with the exit
   * that Slurm saw. A run before it is one that Slurm lost with its last seconds before the crash.
   */
  private void asDecided(SlurmSite site, List<Long> jobs) throws Exception {
    Map<String, String> decided = new TreeMap<>();
    Map<String, String> untold = new TreeMap<>();
    for (long job : jobs) {
      JsonNode document = slurm.document(job);
      List<String> nodes = new ArrayList<>();
      document.path("nodes").forEach(each -> nodes.add(each.asText()));
      nodes.sort(null);
      long endMs = document.path("endMs").asLong();
      boolean mayBeUntold = endMs > killedMs - UNTOLD_MS && endMs <= killedMs;
      Map<String, String> own = mayBeUntold ? untold : decided;
      own.put(job + "." + document.path("attempt").asInt(1), String.join(",", nodes));
    }
    site.await(
        "all runs in slurmdbd",
        DrivenSlurm.PATIENCE_MS,
        () -> slurm.launched().entrySet().containsAll(decided.entrySet()));
    Map<String, String> launched = slurm.launched();
    untold.forEach((run, nodes) ->
        assertThat(launched.getOrDefault(run, nodes)).as("nodes of " + run).isEqualTo(nodes));
    for (int i = 0; i < JOBS; i++) {
      JsonNode document = slurm.document(jobs.get(i));
      // What Slurm forgot of its last seconds it cannot tell: it may say 0 of such an end.
      boolean forgotten = untold.containsKey(jobs.get(i) + "." + document.path("attempt").asInt(1));
      int exit = document.path("exitCode").asInt();
      assertThat(exit).as("exit of " + document).isIn(i % 3, forgotten ? 0 : i % 3);
    }
  }

  /** No run has two jobs of Slurm, and none has a run that was not decided. */
  private void noneTwice(List<Long> jobs) throws Exception {
    Map<Long, Integer> attempts = new TreeMap<>();
    for (long job : jobs) {
      attempts.put(job, slurm.document(job).path("attempt").asInt(1));
    }
    for (String run : slurm.launched().keySet()) {
      String[] part = run.split("\\.");
      assertThat(Integer.parseInt(part[1]))
          .as("run " + run)
          .isBetween(1, attempts.get(Long.parseLong(part[0])));
    }
  }

  /** Suspended and resumed by an administrator. */
  private void standsStill(long job) throws Exception {
    slurm.awaitSlurm(job, "RUNNING");
    assertThat(server.post("admin1", "/api/v1/jobs/" + job + "/suspend", "").statusCode())
        .isBetween(200, 299);
    slurm.awaitSlurm(job, "SUSPENDED");
    assertThat(server.post("admin1", "/api/v1/jobs/" + job + "/resume", "").statusCode())
        .isBetween(200, 299);
    slurm.awaitSlurm(job, "RUNNING");
  }
}

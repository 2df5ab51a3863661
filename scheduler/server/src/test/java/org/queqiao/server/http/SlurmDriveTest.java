package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.slurm.DriveMain;
import org.queqiao.server.slurm.SlurmSite;
import org.queqiao.testkit.TestSize;

/** A whole server decides, and a real Slurm launches. */
final class SlurmDriveTest {
  private static final int JOBS = TestSize.ciOrFull(24, 200);
  private static final long PATIENCE_MS = TestSize.ciOrFull(120_000, 1_800_000);

  /** How long slurmctld is away. */
  private static final long AWAY_MS = TestSize.ciOrFull(4_000, 3_600_000);

  private static final List<String> ENDED =
      List.of("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL");
  private static final int LIMIT_MS = 7_200_000;
  private static final String WARNED =
      ",\"signal\":{\"name\":\"USR1\",\"secondsBefore\":7190,\"batchOnly\":true}";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private RunningServer server;

  @Test
  void slurmLaunchesOnceAndWhereItWasDecided() throws Exception {
    SlurmSite.need();
    server = RunningServer.alone();
    try (SlurmSite site = new SlurmSite(folder);
        BridgeProcess bridge = new BridgeProcess(folder, site.configuration())) {
      site.start();
      site.command("sacctmgr", "-i", "add", "user", "daemon", "account=tides");
      bridge.file("enrolments", server.local("/enrolments", "node=sn[1-8]"));
      drive(bridge);
      server.events("admin1", "from=0", event -> isUp(event, "sn8"));
      partition();
      long signalled = submit("trap 'exit 7' USR1; while :; do sleep 0.1; done", WARNED);
      long cancelled = submit("sleep 36000", "");
      long cancelledMeanwhile = submit("sleep 36000", "");
      standsStill(site, cancelled);
      delete(cancelled);
      awaitSlurm(site, cancelledMeanwhile, "RUNNING");
      awaitSlurm(site, signalled, "RUNNING");
      site.awaitSaved();
      List<Long> jobs = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        jobs.add(numbered(i));
        if (i == JOBS / 3) {
          bridge.kill();
          drive(bridge);
        } else if (i == JOBS / 2) {
          site.kill("slurmctld");
        }
      }
      delete(cancelledMeanwhile);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AWAY_MS));
      site.startController();
      List<Long> all = new ArrayList<>(jobs);
      all.addAll(List.of(cancelled, cancelledMeanwhile, signalled));
      for (long job : all) {
        awaitEnd(site, job);
      }
      awaitNoneLeft(site);
      site.awaitEnd(PATIENCE_MS);
      assertThat(state(cancelled)).isEqualTo("CANCELLED");
      assertThat(state(cancelledMeanwhile)).isEqualTo("CANCELLED");
      assertThat(document(signalled).path("exitCode").asInt()).isEqualTo(7);
      asDecided(site, jobs);
      noneTwice(site, all);
    }
  }

  private long numbered(int i) throws Exception {
    return submit(
        "sleep " + (i % 4) + "; exit " + (i % 3),
        ",\"nodes\":"
            + (1 + i % 2)
            + ",\"tasks\":"
            + (1 + i % 2)
            + ",\"cpusPerTask\":"
            + (1 + i % 3));
  }

  private void delete(long job) throws Exception {
    assertThat(server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "").statusCode())
        .isBetween(200, 299);
  }

  private void awaitEnd(SlurmSite site, long job) throws IOException {
    site.await(
        "end of job " + job,
        PATIENCE_MS,
        () -> {
          resumeDrained(site);
          return ENDED.contains(state(job));
        });
  }

  /**
   * What waits in Slurm for a node that is drained waits until it is resumed, and again if need be.
   */
  private static void awaitNoneLeft(SlurmSite site) throws IOException {
    site.await(
        "no job in slurmctld",
        PATIENCE_MS,
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
    for (long job : jobs) {
      JsonNode document = document(job);
      List<String> nodes = new ArrayList<>();
      document.path("nodes").forEach(each -> nodes.add(each.asText()));
      nodes.sort(null);
      decided.put(job + "." + document.path("attempt").asInt(1), String.join(",", nodes));
    }
    site.await(
        "all runs in slurmdbd",
        PATIENCE_MS,
        () -> launched(site).entrySet().containsAll(decided.entrySet()));
    for (int i = 0; i < JOBS; i++) {
      assertThat(document(jobs.get(i)).path("exitCode").asInt())
          .as("exit of " + jobs.get(i))
          .isEqualTo(i % 3);
    }
  }

  /** No run has two jobs of Slurm, and none has a run that was not decided. */
  private void noneTwice(SlurmSite site, List<Long> jobs) throws Exception {
    Map<Long, Integer> attempts = new TreeMap<>();
    for (long job : jobs) {
      attempts.put(job, document(job).path("attempt").asInt(1));
    }
    for (String run : launched(site).keySet()) {
      String[] part = run.split("\\.");
      assertThat(Integer.parseInt(part[1]))
          .as("run " + run)
          .isBetween(1, attempts.get(Long.parseLong(part[0])));
    }
  }

  /** The nodes of each run that Slurm has launched. */
  private static Map<String, String> launched(SlurmSite site) throws IOException {
    Map<String, String> launched = new TreeMap<>();
    String all =
        site.command(
            "sacct", "-a", "-D", "-X", "-n", "-P", "-S", "now-1day", "-o", "JobName%60,NodeList");
    for (String line : all.split("\n")) {
      String[] field = line.split("\\|");
      if (field[0].startsWith("queqiao:")) {
        String nodes = site.command("scontrol", "show", "hostnames", field[1]);
        String before =
            launched.put(field[0].split(":")[1], String.join(",", nodes.strip().split("\n")));
        assertThat(before).as("run " + field[0] + " twice").isNull();
      }
    }
    return launched;
  }

  /** Suspended and resumed by an administrator. */
  private void standsStill(SlurmSite site, long job) throws Exception {
    awaitSlurm(site, job, "RUNNING");
    assertThat(server.post("admin1", "/api/v1/jobs/" + job + "/suspend", "").statusCode())
        .isBetween(200, 299);
    awaitSlurm(site, job, "SUSPENDED");
    assertThat(server.post("admin1", "/api/v1/jobs/" + job + "/resume", "").statusCode())
        .isBetween(200, 299);
    awaitSlurm(site, job, "RUNNING");
  }

  private static void awaitSlurm(SlurmSite site, long job, String state) throws IOException {
    site.await(
        "job " + job + " " + state,
        PATIENCE_MS,
        () ->
            site.command("squeue", "-h", "-o", "%j %T")
                .lines()
                .anyMatch(line ->
                    line.startsWith("queqiao:" + job + ".1:") && line.endsWith(" " + state)));
  }

  private void drive(BridgeProcess bridge) throws IOException {
    bridge.start(
        DriveMain.class,
        "--cluster",
        SlurmSite.CLUSTER,
        "--partition",
        "batch",
        "--launch-key",
        server.data().resolve("run/launch-key.pub").toString(),
        "--heartbeat-ms",
        "3000",
        "--poll-ms",
        "300",
        "--give-up-ms",
        "10000");
  }

  private void partition() throws Exception {
    HttpResponse<String> answer =
        server.call(
            "admin1",
            "PUT",
            "/api/v1/partitions/slurm",
            "{\"isDefault\":false,\"defaultLimitMs\":600000,\"maxLimitMs\":7200000,"
                + "\"nodes\":\"sn[1-8]\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private long submit(String command, String more) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n"
                + command
                + "\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"partition\":\"slurm\""
                + ",\"limitMs\":"
                + LIMIT_MS
                + more
                + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private JsonNode document(long job) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + job).body());
  }

  private String state(long job) throws Exception {
    return document(job).path("state").asText();
  }

  private static boolean isUp(String event, String node) {
    return event.contains("event: NodeUp") && event.contains("\"" + node + "\"");
  }
}

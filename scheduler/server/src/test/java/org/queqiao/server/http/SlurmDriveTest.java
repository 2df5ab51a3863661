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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.slurm.DriveMain;
import org.queqiao.server.slurm.SlurmSite;
import org.queqiao.testkit.TestSize;

/** A whole server decides, and a real Slurm launches. */
final class SlurmDriveTest {
  private static final int JOBS = TestSize.ciOrFull(24, 200);
  private static final long PATIENCE_MS = TestSize.ciOrFull(120_000, 1_800_000);
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
      List<Long> jobs = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        jobs.add(submit("sleep " + (i % 4) + "; exit " + (i % 3), 1 + i % 2, 1 + i % 3));
        if (i == JOBS / 2) {
          bridge.kill();
          drive(bridge);
        }
      }
      long cancelled = submit("sleep 600", 1, 1);
      long signalled = submit("trap 'exit 7' USR1; while :; do sleep 0.1; done", 1, 1);
      standsStill(site, cancelled);
      assertThat(server.call("researcher1", "DELETE", "/api/v1/jobs/" + cancelled, "").statusCode())
          .isBetween(200, 299);
      site.command("scancel", "--batch", "--signal=USR1", "--name=" + name(site, signalled));
      jobs.add(cancelled);
      jobs.add(signalled);
      for (long job : jobs) {
        server.awaitEnd("admin1", job);
      }
      site.awaitEnd(PATIENCE_MS);
      assertThat(state(cancelled)).isEqualTo("CANCELLED");
      assertThat(document(signalled).path("exitCode").asInt()).isEqualTo(7);
      asDecided(site, jobs);
    }
  }

  /** Each run is one job of Slurm, on the nodes of its allocation, with the exit that Slurm saw. */
  private void asDecided(SlurmSite site, List<Long> jobs) throws Exception {
    site.await(
        jobs.size() + " runs in slurmdbd", PATIENCE_MS, () -> launched(site).size() >= jobs.size());
    Map<String, String> launched = launched(site);
    Map<String, String> decided = new TreeMap<>();
    for (long job : jobs) {
      JsonNode document = document(job);
      List<String> nodes = new ArrayList<>();
      document.path("nodes").forEach(each -> nodes.add(each.asText()));
      nodes.sort(null);
      decided.put(job + "." + document.path("attempt").asInt(1), String.join(",", nodes));
      assertThat(document.path("attempt").asInt(1)).as("attempts of " + job).isEqualTo(1);
    }
    assertThat(launched).isEqualTo(decided);
    for (int i = 0; i < JOBS; i++) {
      assertThat(document(jobs.get(i)).path("exitCode").asInt())
          .as("exit of " + jobs.get(i))
          .isEqualTo(i % 3);
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

  private static String name(SlurmSite site, long job) throws IOException {
    awaitSlurm(site, job, "RUNNING");
    return site.command("squeue", "-h", "-o", "%j")
        .lines()
        .filter(line -> line.startsWith("queqiao:" + job + ".1:"))
        .findFirst()
        .orElseThrow()
        .strip();
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
        "300");
  }

  private void partition() throws Exception {
    HttpResponse<String> answer =
        server.call(
            "admin1",
            "PUT",
            "/api/v1/partitions/slurm",
            "{\"isDefault\":false,\"defaultLimitMs\":600000,\"maxLimitMs\":3600000,"
                + "\"nodes\":\"sn[1-8]\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private long submit(String command, int nodes, int cores) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n"
                + command
                + "\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"partition\":\"slurm\","
                + "\"limitMs\":300000,\"nodes\":"
                + nodes
                + ",\"tasks\":"
                + nodes
                + ",\"cpusPerTask\":"
                + cores
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

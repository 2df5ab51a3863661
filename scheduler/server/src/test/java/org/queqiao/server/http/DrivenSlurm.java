package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.agent.slurm.DriveMain;
import org.queqiao.server.slurm.SlurmSite;
import org.queqiao.testkit.TestSize;

/** A server that decides about the nodes of a real Slurm, and the jobs that a test gives it. */
final class DrivenSlurm {
  static final long PATIENCE_MS = TestSize.ciOrFull(120_000, 1_800_000);

  private static final int LIMIT_MS = 7_200_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunningServer server;
  private final SlurmSite site;
  private final BridgeProcess bridge;

  DrivenSlurm(RunningServer server, SlurmSite site, BridgeProcess bridge) {
    this.server = server;
    this.site = site;
    this.bridge = bridge;
  }

  /** Starts Slurm and gives the bridge what it enrols its nodes with. */
  void prepare() throws Exception {
    site.start();
    site.command("sacctmgr", "-i", "add", "user", "daemon", "account=tides");
    bridge.file("enrolments", server.local("/enrolments", "node=sn[1-8]"));
  }

  /** Waits until the nodes are there, and makes a partition of them. */
  void awaitNodes() throws Exception {
    server.events("admin1", "from=0", event -> isUp(event, "sn8"));
    partition();
  }

  /** Starts the bridge. */
  void drive() throws IOException {
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

  /** Submits a job; answers with its number. */
  long submit(String command, String more) throws Exception {
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

  JsonNode document(long job) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + job).body());
  }

  String state(long job) throws Exception {
    return document(job).path("state").asText();
  }

  private static boolean isUp(String event, String node) {
    return event.contains("event: NodeUp") && event.contains("\"" + node + "\"");
  }

  void delete(long job) throws Exception {
    assertThat(server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "").statusCode())
        .isBetween(200, 299);
  }

  /** Until Slurm has the first run of a job in this state. */
  void awaitSlurm(long job, String state) throws IOException {
    site.await(
        "job " + job + " " + state,
        PATIENCE_MS,
        () ->
            site.command("squeue", "-h", "-o", "%j %T")
                .lines()
                .anyMatch(line ->
                    line.startsWith("queqiao:" + job + ".1:") && line.endsWith(" " + state)));
  }

  /** The nodes of each run that Slurm has launched. */
  Map<String, String> launched() throws IOException {
    return launched("");
  }

  /** The same of those whose state in slurmdbd begins so. */
  Map<String, String> launched(String state) throws IOException {
    Map<String, String> launched = new TreeMap<>();
    String all =
        site.command(
            "sacct",
            "-a",
            "-D",
            "-X",
            "-n",
            "-P",
            "-S",
            "now-1day",
            "-o",
            "JobName%60,NodeList,State");
    for (String line : all.split("\n")) {
      String[] field = line.split("\\|");
      if (field[0].startsWith("queqiao:") && field[2].startsWith(state)) {
        String nodes = site.command("scontrol", "show", "hostnames", field[1]);
        String before =
            launched.put(field[0].split(":")[1], String.join(",", nodes.strip().split("\n")));
        assertThat(before).as("run " + field[0] + " twice").isNull();
      }
    }
    return launched;
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;

/** A job with steps on two real nodes is stopped on both of them, and goes on on both. */
@Timeout(300)
final class SuspendNodesEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CORES = 2;
  private static final int HEARTBEAT_MS = 1_000;

  private static RunningServer server;
  private static NodeProcesses first;
  private static NodeProcesses second;

  @BeforeAll
  static void start() throws Exception {
    Path program = NodeProcesses.jobProgram(Files.createTempDirectory("qqjob"));
    server = RunningServer.with("--job-program", program.toString());
    first = server.another(new NodeName("cn1"), CORES);
    second = server.another(new NodeName("cn2"), CORES);
    partition("patient", "\"preemptMode\":\"SUSPEND\"");
    partition("pressing", "\"tier\":7");
  }

  private static void partition(String name, String rules) throws Exception {
    String body = "{\"defaultLimitMs\":120000,\"maxLimitMs\":240000," + rules + "}";
    HttpResponse<String> answer = server.call("admin1", "PUT", "/api/v1/partitions/" + name, body);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
  }

  /** A job on all cores of both nodes. */
  private static long submit(String partition, String script) throws Exception {
    String request =
        JSON.writeValueAsString(
            JSON.createObjectNode()
                .put("script", "#!/bin/bash\n" + script)
                .put("workDir", first.work().toString())
                .put("stdoutPath", "out-%j")
                .put("partition", partition)
                .put("nodes", 2)
                .put("tasks", 2)
                .put("cpusPerTask", CORES)
                .put("memBytes", 64 << 20));
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  /** Its tasks write a line every tenth of a second, each into a file of its own. */
  private static String beats(int count) {
    return "queqiao run sh -c 'i=0; while [ $i -lt "
        + count
        + " ]; do echo x >>beat-$SLURM_JOB_ID-$SLURM_PROCID; sleep 0.1; i=$((i+1)); done'\n";
  }

  private static Path beat(long job, int task) {
    return first.work().resolve("beat-" + job + "-" + task);
  }

  private static long lines(long job, int task) throws Exception {
    Path file = beat(job, task);
    return Files.exists(file) ? Files.size(file) / 2 : 0;
  }

  private static void awaitMore(long job, int task, long than) throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    while (lines(job, task) <= than) {
      assertThat(System.nanoTime()).as("task " + task + " goes on").isLessThan(until);
      LockSupport.parkNanos(100_000_000);
    }
  }

  private static void await(String event, long job) throws Exception {
    server.events(
        "researcher1",
        "from=0",
        each -> each.contains("event: " + event) && each.contains("\"job\":" + job + ","));
  }

  private static JsonNode job(long id) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + id).body());
  }

  private static void ask(long job, String what) throws Exception {
    HttpResponse<String> answer = server.post("admin1", "/api/v1/jobs/" + job + "/" + what, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void itStandsStillOnBothWhileAnotherHasAllCoresAndIsBilledForTheTimeItRan() throws Exception {
    long low = submit("patient", beats(50));
    awaitMore(low, 0, 3);
    awaitMore(low, 1, 3);
    String count = "cat beat-" + low + "-0 beat-" + low + "-1 | wc -l\n";
    long high = submit("pressing", count + "queqiao run sleep 2\n" + count);
    await("JobSuspended", low);
    server.awaitEnd("researcher1", high);
    await("JobResumed", low);
    server.awaitEnd("researcher1", low);
    JsonNode other = job(high);
    JsonNode ended = job(low);
    assertThat(other.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(other.path("cores").asInt()).isEqualTo(2 * CORES);
    List<String> counts = Files.readAllLines(first.work().resolve("out-" + high));
    assertThat(counts.getFirst()).as("from its start to its end").isEqualTo(counts.getLast());
    assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("COMPLETED");
    assertThat(lines(low, 0)).isEqualTo(50);
    assertThat(lines(low, 1)).isEqualTo(50);
    assertThat(ended.path("suspendedMs").asLong())
        .isGreaterThanOrEqualTo(other.path("endMs").asLong() - other.path("startMs").asLong());
    assertThat(ended.path("preemptedBy").asLong()).isEqualTo(high);
    SuspendedBill.isRight(server, ended);
  }

  @Test
  void itIsSuspendedOnlyWhenTheAgentThatWasAwayHasStoppedItsPartToo() throws Exception {
    long id = submit("patient", beats(2_000));
    awaitMore(id, 0, 3);
    awaitMore(id, 1, 3);
    second.killAgent();
    ask(id, "suspend");
    await("RunPartSuspended", id);
    long there = lines(id, 1);
    awaitMore(id, 1, there + 3);
    assertThat(job(id).path("state").asText()).isEqualTo("RUNNING");
    second.agent(CORES, HEARTBEAT_MS);
    await("JobSuspended", id);
    long here = lines(id, 0);
    there = lines(id, 1);
    second.killAgent();
    second.agent(CORES, HEARTBEAT_MS);
    LockSupport.parkNanos(600_000_000);
    assertThat(lines(id, 0)).isEqualTo(here);
    assertThat(lines(id, 1)).isEqualTo(there);
    ask(id, "resume");
    awaitMore(id, 0, here);
    awaitMore(id, 1, there);
    assertThat(server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "").statusCode())
        .isIn(200, 202, 204);
    server.awaitEnd("researcher1", id);
    SuspendedBill.isRight(server, job(id));
  }
}

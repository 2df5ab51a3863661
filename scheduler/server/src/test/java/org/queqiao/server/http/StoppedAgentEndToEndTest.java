package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;
import org.queqiao.testkit.TestSize;

/** The real agent of a node stands still, by SIGSTOP, until its node counts as down and beyond. */
@Timeout(400)
final class StoppedAgentEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CORES = 2;
  private static final long SILENT_MS = TestSize.ciOrFull(15_000, 60_000);
  private static final long STOPPED_MS = SILENT_MS + TestSize.ciOrFull(2_000, 10_000);

  private RunningServer server;
  private NodeProcesses node;

  private long submit(int cores, String script) throws Exception {
    String request =
        JSON.writeValueAsString(
            JSON.createObjectNode()
                .put("script", "#!/bin/sh\necho $SLURM_JOB_ID >>began\n" + script)
                .put("workDir", node.work().toString())
                .put("stdoutPath", "/dev/null")
                .put("tasks", 1)
                .put("cpusPerTask", cores)
                .put("memBytes", 64 << 20));
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private JsonNode job(long id) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + id).body());
  }

  private String state(long id) throws Exception {
    return job(id).path("state").asText();
  }

  private String nodeState() throws Exception {
    return JSON.readTree(server.get("admin1", "/api/v1/nodes/cn1").body()).path("state").asText();
  }

  private long size(String file) throws Exception {
    Path path = node.work().resolve(file);
    return Files.exists(path) ? Files.size(path) : 0;
  }

  private <T> T until(Callable<T> ask, T wanted) throws Exception {
    T last = RunningServer.until(Duration.ofSeconds(90), ask, wanted::equals);
    assertThat(last).isEqualTo(wanted);
    return last;
  }

  @Test
  void runsGoOnNoneBeginsTwiceAndEndsAreToldWhenItGoesOn() throws Exception {
    server = RunningServer.configured("agents: {silentMs: " + SILENT_MS + "}\n");
    node = server.another(new NodeName("cn1"), CORES);
    long ends = submit(1, "until [ -e go ]; do sleep 0.05; done; date +%s%3N >ended; exit 4\n");
    long goesOn = submit(1, "until [ -e all ]; do echo x >>beats; sleep 0.1; done; exit 5\n");
    until(() -> state(ends) + state(goesOn), "RUNNINGRUNNING");
    until(() -> size("beats") > 4, true);

    node.signalAgent("STOP");
    long stoppedAt = System.nanoTime();
    long next = submit(1, "exit 6\n");
    Files.createFile(node.work().resolve("go"));
    until(() -> size("ended") > 0, true);
    long stillThere = size("beats");
    until(this::nodeState, "DOWN");
    // The one has ended, which nobody can tell: its core is not given to another.
    String held = "RUNNING RUNNING PENDING";
    assertThat(
            RunningServer.until(
                Duration.ofNanos(stoppedAt + STOPPED_MS * 1_000_000 - System.nanoTime()),
                () -> String.join(" ", state(ends), state(goesOn), state(next)),
                states -> !states.equals(held)))
        .isEqualTo(held);
    assertThat(size("beats")).as("it went on").isGreaterThan(stillThere);

    node.signalAgent("CONT");
    server.awaitEnd("researcher1", ends);
    assertThat(job(ends).path("exitCode").asInt()).isEqualTo(4);
    long ended = Long.parseLong(Files.readString(node.work().resolve("ended")).strip());
    assertThat(job(ends).path("endMs").asLong()).isBetween(ended, ended + 1_500);
    server.awaitEnd("researcher1", next);
    assertThat(job(next).path("exitCode").asInt()).isEqualTo(6);
    assertThat(state(goesOn)).isEqualTo("RUNNING");

    node.signalAgent("STOP");
    long ordered = submit(1, "exit 7\n");
    until(() -> state(ordered), "RUNNING");
    Path begins = node.work().resolve("began");
    assertThat(
            RunningServer.until(
                Duration.ofSeconds(2),
                () -> Files.readString(begins).contains(ordered + "\n"),
                begun -> begun))
        .as("nobody is there to begin it")
        .isFalse();
    node.signalAgent("CONT");
    server.awaitEnd("researcher1", ordered);
    assertThat(job(ordered).path("exitCode").asInt()).isEqualTo(7);
    Files.createFile(node.work().resolve("all"));
    server.awaitEnd("researcher1", goesOn);
    assertThat(job(goesOn).path("exitCode").asInt()).isEqualTo(5);
    assertThat(Files.readAllLines(begins))
        .as("each began once")
        .containsExactlyInAnyOrder(
            Long.toString(ends),
            Long.toString(goesOn),
            Long.toString(next),
            Long.toString(ordered));
  }
}

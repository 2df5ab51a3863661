package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.policy.NodeLease;
import org.queqiao.server.Beats;
import org.queqiao.server.gateway.NodeProcesses;
import org.queqiao.testkit.TestSize;

/**
 * A QOS says the shortest lease, and the agent of a node stands still. Its run ends there; in the
 * full size the server waits until that is proven, else the agent goes on before and tells it.
 */
@Timeout(400)
final class LeaseRestEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunningServer server;
  private NodeProcesses node;

  private long submit(String qos) throws Exception {
    String request =
        JSON.writeValueAsString(
            JSON.createObjectNode()
                .put("script", "#!/bin/sh\n" + Beats.script("$SLURM_JOB_QOS") + "\n")
                .put("workDir", node.work().toString())
                .put("stdoutPath", "/dev/null")
                .put("cpusPerTask", 1)
                .put("requeue", false)
                .put("memBytes", 64 << 20)
                .put("qos", qos));
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private JsonNode job(long id) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + id).body());
  }

  private Path pipe(String qos) throws Exception {
    return Beats.make(node.work().resolve(qos));
  }

  private void define(String qos, long leaseMs) throws Exception {
    String body = "{\"title\":\"" + qos + "\",\"leaseMs\":" + leaseMs + "}";
    assertThat(server.call("admin1", "PUT", "/api/v1/qos/" + qos, body).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aRunOfALeasedClassEndsWithoutContactAndAnotherGoesOn() throws Exception {
    server = RunningServer.configured("agents: {silentMs: 15000}\n");
    node = server.another(new NodeName("cn1"), 2);
    define("leased", NodeLease.MIN_MS);
    define("plain", 0);
    Path ofLeased = pipe("leased");
    Path ofPlain = pipe("plain");
    long leased = submit("leased");
    long plain = submit("plain");
    try (Beats beats = Beats.of(ofLeased);
        Beats others = Beats.of(ofPlain)) {
      node.signalAgent("STOP");
      endsWithoutContact(leased, plain, beats, others);
    }
  }

  private void endsWithoutContact(long leased, long plain, Beats beats, Beats others)
      throws Exception {
    boolean proves = TestSize.ciOrFull(0, 1) == 1;
    long stoppedAt = System.nanoTime();
    beats.awaitEnd();
    assertThat(Duration.ofNanos(System.nanoTime() - stoppedAt))
        .isGreaterThan(Duration.ofMillis(NodeLease.MIN_MS - 20_000));
    assertThat(job(leased).path("state").asText()).as("not proven yet").isEqualTo("RUNNING");
    if (proves) {
      RunningServer.until(
          Duration.ofSeconds(90),
          () -> job(leased).path("state").asText(),
          state -> !state.equals("RUNNING"));
      assertThat(Duration.ofNanos(System.nanoTime() - stoppedAt))
          .isGreaterThan(Duration.ofMillis(NodeLease.overMs(NodeLease.MIN_MS) - 2_000));
      assertThat(job(leased).path("state").asText()).isEqualTo("NODE_FAIL");
    }
    long endMs = job(leased).path("endMs").asLong();
    node.signalAgent("CONT");
    server.awaitEnd("researcher1", leased);
    assertThat(job(leased).path("state").asText()).isEqualTo("NODE_FAIL");
    if (proves) {
      assertThat(job(leased).path("endMs").asLong()).as("the late end").isEqualTo(endMs);
    }
    assertThat(job(plain).path("state").asText()).isEqualTo("RUNNING");
    others.goOnFor(Duration.ofSeconds(2));
  }
}

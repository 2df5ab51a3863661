package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;

/** The agent of a node stands still, an administrator fences the node, and finance looks at it. */
@Timeout(240)
final class LostRunRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SEEN = "/api/v1/lost-runs/seen";

  private RunningServer server;

  private JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static String seen(long job, String reason) {
    return "{\"runs\":[{\"jobId\":" + job + ",\"run\":1}],\"reason\":\"" + reason + "\"}";
  }

  private int marks(String who, String body) throws Exception {
    return server.post(who, SEEN, body).statusCode();
  }

  private long running() throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nexec sleep 600\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":"
                + "\"/dev/null\",\"requeue\":false}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    long job = JSON.readTree(answer.body()).path("id").asLong();
    RunningServer.until(
        Duration.ofSeconds(60),
        () -> get("researcher1", "jobs/" + job).path("state").asText(),
        state -> state.equals("RUNNING"));
    return job;
  }

  @Test
  void aRunWhoseNodeVanishedIsListedUntilSomebodyHasLookedAtIt() throws Exception {
    server = RunningServer.configured("agents: {silentMs: 15000}\n");
    NodeProcesses node = server.another(new NodeName("cn1"), 2);
    long job = running();
    node.signalAgent("STOP");
    try {
      RunningServer.until(
          Duration.ofSeconds(90),
          () -> get("admin1", "nodes/cn1").path("state").asText(),
          state -> !state.equals("UP"));
      String fence = "{\"reason\":\"its plug is pulled\"}";
      assertThat(server.post("admin1", "/api/v1/nodes/cn1/fence", fence).statusCode())
          .isEqualTo(200);
      server.awaitEnd("researcher1", job);
    } finally {
      node.signalAgent("CONT");
    }
    JsonNode row = get("auditor1", "lost-runs?state=OPEN").path("items").path(0);
    assertThat(row.path("jobId").asLong()).isEqualTo(job);
    assertThat(row.path("run").asInt()).isEqualTo(1);
    assertThat(row.path("nodes").path(0).asText()).isEqualTo("cn1");
    assertThat(row.path("why").asText()).isEqualTo("node cn1 was fenced");
    assertThat(row.path("billedUntilMs").asLong())
        .isEqualTo(get("researcher1", "jobs/" + job).path("endMs").asLong());
    assertThat(row.path("seenBy").isNull()).isTrue();
    assertThat(server.get("researcher1", "/api/v1/lost-runs").statusCode()).isEqualTo(403);

    assertThat(marks("researcher1", seen(job, "mine"))).isEqualTo(403);
    assertThat(marks("finance1", seen(job, ""))).isEqualTo(422);
    assertThat(marks("finance1", seen(job + 1, "so it was"))).isEqualTo(404);
    assertThat(marks("finance1", seen(job, "so it was"))).isEqualTo(204);
    HttpResponse<String> again = server.post("finance2", SEEN, seen(job, "me too"));
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("USER:finance1 has looked at run " + job + ".1 already");
    assertThat(get("auditor1", "lost-runs?state=OPEN").path("items")).isEmpty();
    assertThat(get("auditor1", "lost-runs?state=SEEN").path("items").path(0).path("seenWhy"))
        .hasToString("\"so it was\"");
    assertThat(server.get("auditor1", "/api/v1/lost-runs?format=csv").body())
        .contains("\r\n" + job + ",1,looked at,");
    assertThat(get("auditor1", "audit?about=site:lost-runs").path("items").path(0).path("reason"))
        .hasToString("\"so it was\"");
  }
}

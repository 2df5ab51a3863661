package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Suspension over REST, on a whole server with a real node and its real database. */
final class SuspendRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static long submit(String rest) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nsleep 600\\n\",\"workDir\":\"/tmp\","
                + "\"stdoutPath\":\"/dev/null\""
                + rest
                + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private static HttpResponse<String> ask(String account, long job, String what) throws Exception {
    return server.post(account, "/api/v1/jobs/" + job + "/" + what, "");
  }

  private static void assertDone(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
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

  @Test
  void suspendedTimeIsShownAndNotBilled() throws Exception {
    long id = submit("");
    await("JobStarted", id);
    assertThat(ask("researcher1", id, "suspend").statusCode()).isEqualTo(403);
    assertDone(ask("admin1", id, "suspend"));
    await("JobSuspended", id);
    JsonNode still = job(id);
    assertThat(still.path("state").asText()).isEqualTo("SUSPENDED");
    assertThat(still.path("suspendedSinceMs").asLong()).isPositive();
    assertDone(ask("admin1", id, "suspend"));
    assertDone(ask("admin1", id, "resume"));
    await("JobResumed", id);
    assertThat(job(id).path("state").asText()).isEqualTo("RUNNING");

    server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "");
    server.awaitEnd("researcher1", id);
    JsonNode ended = job(id);
    long suspendedMs = ended.path("suspendedMs").asLong();
    assertThat(suspendedMs).isPositive();
    assertThat(ended.path("coreMs").asLong())
        .isEqualTo(
            ended.path("cores").asLong()
                * (ended.path("endMs").asLong() - ended.path("startMs").asLong() - suspendedMs));
    assertMetered(id, ended.path("coreMs").asLong());
  }

  /** The books meter what the job says. */
  private static void assertMetered(long id, long coreMs) throws Exception {
    JsonNode postings =
        JSON.readTree(server.get("finance1", "/api/v1/ledger/postings?job=" + id).body())
            .path("items");
    long metered = 0;
    for (JsonNode posting : postings) {
      if (posting.path("account").asText().startsWith("usage:")) {
        metered += Math.abs(posting.path("amount").asLong());
      }
    }
    assertThat(metered).isEqualTo(coreMs);
  }

  @Test
  void aSuspendedJobIsCancelledAndOneThatDoesNotRunIsNotSuspended() throws Exception {
    long held = submit(",\"hold\":true");
    HttpResponse<String> refused = ask("admin1", held, "suspend");
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + held, "");

    long id = submit("");
    await("JobStarted", id);
    assertDone(ask("admin1", id, "suspend"));
    await("JobSuspended", id);
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "");
    server.awaitEnd("researcher1", id);
    assertThat(job(id).path("state").asText()).isEqualTo("CANCELLED");
    assertThat(ask("admin1", id, "resume").statusCode()).isEqualTo(409);
  }
}

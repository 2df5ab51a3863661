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
    return submit("sleep 600", rest);
  }

  private static long submit(String command, String rest) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n"
                + command
                + "\\n\",\"workDir\":\"/tmp\","
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
    SuspendedBill.isRight(server, job(id));
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

  @Test
  void aRunningJobSaysThatItHasSavedWhatItDidAndOneThatWaitsDoesNot() throws Exception {
    long held = submit(",\"hold\":true");
    HttpResponse<String> refused = ask("researcher1", held, "checkpoint");
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
    assertThat(refused.body()).contains("does not run (PENDING)");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + held, "");

    long id = submit("");
    await("JobStarted", id);
    assertDone(ask("researcher1", id, "checkpoint"));
    await("RunCheckpointed", id);
    // Again within a minute is no error, and changes nothing.
    assertDone(ask("researcher1", id, "checkpoint"));
    assertThat(ask("researcher2", id, "checkpoint").statusCode()).isBetween(403, 404);
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, "");
    server.awaitEnd("researcher1", id);
  }

  private static String allCores(String partition) {
    return ",\"cpusPerTask\":2,\"memBytes\":67108864,\"partition\":\"" + partition + "\"";
  }

  private static void partition(String name, String rules) throws Exception {
    String body = "{\"defaultLimitMs\":60000,\"maxLimitMs\":120000," + rules + "}";
    HttpResponse<String> answer = server.call("admin1", "PUT", "/api/v1/partitions/" + name, body);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
  }

  /**
   * Both ask for every core of the one node, and for little memory, which the stopped one keeps.
   */
  @Test
  void aRunStandsStillForAJobOfAHigherTierAndGoesOnAfterIt() throws Exception {
    partition("patient", "\"preemptMode\":\"SUSPEND\"");
    partition("pressing", "\"tier\":7");
    long low = submit("sleep 3; sleep 0.1", allCores("patient"));
    await("JobStarted", low);
    long high = submit("sleep 1", allCores("pressing"));
    await("JobSuspended", low);
    server.awaitEnd("researcher1", high);
    await("JobResumed", low);
    server.awaitEnd("researcher1", low);
    JsonNode first = job(high);
    JsonNode last = job(low);
    assertThat(first.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(last.path("state").asText()).as(last.toString()).isEqualTo("COMPLETED");
    assertThat(last.path("startMs").asLong()).isLessThan(first.path("startMs").asLong());
    assertThat(last.path("endMs").asLong()).isGreaterThan(first.path("endMs").asLong());
    assertThat(last.path("suspendedMs").asLong())
        .isGreaterThanOrEqualTo(first.path("endMs").asLong() - first.path("startMs").asLong());
    SuspendedBill.isRight(server, last);
  }
}

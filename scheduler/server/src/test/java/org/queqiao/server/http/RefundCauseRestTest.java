package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Operators end runs for a cause, on a whole server with its real database. */
final class RefundCauseRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WHY = "the switch lost its power";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
    server.byTwo(
        "/api/v1/refund-rules",
        "{\"cause\":\"PLATFORM_FAULT\",\"permille\":1000,\"reason\":\"fair\"}");
  }

  private static JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static String state(long job) throws Exception {
    return get("researcher1", "jobs/" + job).path("state").asText();
  }

  private static long running(String project) throws Exception {
    server.local("/projects", "project=" + project + "&domain=atmosphere");
    server.local("/members", "project=" + project + "&user=researcher1");
    HttpResponse<String> submitted =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nsleep 600\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":"
                + "\"/dev/null\",\"project\":\""
                + project
                + "\"}");
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long job = JSON.readTree(submitted.body()).path("id").asLong();
    // Its script runs: of what is stopped before that nothing is billed, so nothing given back.
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobStarted") && event.contains("\"job\":" + job + ","));
    return job;
  }

  private static HttpResponse<String> cancel(String who, long job, String cause, String why)
      throws Exception {
    String path = "/api/v1/jobs/" + job + "?cause=" + cause;
    return server.send(
        why.isEmpty()
            ? server.request(who, path).DELETE()
            : server.request(who, path).header("Queqiao-Reason", why).DELETE());
  }

  private static JsonNode entries(String project) throws Exception {
    String month = YearMonth.now(ZoneId.of("Asia/Shanghai")).toString();
    return get("finance1", "statements?project=" + project + "&period=" + month).path("entries");
  }

  @Test
  void aRunThatAnOperatorCancelsForAFaultIsGivenBackAndTheStatementSaysWhy() throws Exception {
    long job = running("failed");
    assertThat(cancel("admin1", job, "PLATFORM_FAULT", WHY).statusCode()).isEqualTo(200);
    server.awaitEnd("researcher1", job);
    JsonNode ended = get("researcher1", "jobs/" + job);
    String told = "ended by administrator admin1 for a fault of the platform: " + WHY;
    assertThat(ended.path("state").asText()).isEqualTo("CANCELLED");
    assertThat(ended.path("detail").asText()).isEqualTo(told);
    JsonNode entries =
        RunningServer.until(
            Duration.ofMinutes(1), () -> entries("failed"), found -> !found.isEmpty());
    assertThat(entries).hasSize(1);
    assertThat(entries.path(0).path("kind").asText()).isEqualTo("REFUND");
    assertThat(entries.path(0).path("cause").asText()).isEqualTo("PLATFORM_FAULT");
    assertThat(entries.path(0).path("reason").asText()).isEqualTo(told);
    assertThat(entries.path(0).path("amountMicro").asLong())
        .isEqualTo(get("researcher1", "jobs/" + job).path("chargeMicro").asLong())
        .isPositive();
    String audit = server.get("auditor1", "/api/v1/audit?about=job:" + job).body();
    assertThat(audit).contains("USER:admin1", WHY, "PLATFORM_FAULT");
  }

  @Test
  void aRequeueForAFaultSaysItWhileTheRunEndsAndOfTheRunThatEnded() throws Exception {
    long job = running("requeued");
    HttpResponse<String> requeued =
        server.send(
            server
                .request("admin1", "/api/v1/jobs/" + job + "/requeue?cause=PLATFORM_FAULT")
                .header("Queqiao-Reason", WHY)
                .POST(java.net.http.HttpRequest.BodyPublishers.noBody()));
    assertThat(requeued.statusCode()).as(requeued.body()).isEqualTo(200);
    assertThat(JSON.readTree(requeued.body()).path("detail").asText())
        .isEqualTo("ended by administrator admin1 for a fault of the platform: " + WHY);
    JsonNode entries =
        RunningServer.until(
            Duration.ofMinutes(1), () -> entries("requeued"), found -> !found.isEmpty());
    assertThat(entries.path(0).path("cause").asText()).isEqualTo("PLATFORM_FAULT");
    assertThat(entries.path(0).path("run").asText()).isEqualTo("1");
    assertThat(cancel("researcher1", job, "", "").statusCode()).isEqualTo(422);
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    server.awaitEnd("researcher1", job);
    assertThat(entries("requeued")).hasSize(1);
  }

  private static JsonNode listed(String project) throws Exception {
    return get("researcher1", "jobs?project=" + project).path("items").path(0).path("operatorEnd");
  }

  @Test
  void theJobSaysInAFieldForWhatWhoAndWhenAlsoAfterARestart() throws Exception {
    RunningServer own = RunningServer.alone();
    own.node();
    long fault;
    long silent;
    long mine;
    long before = System.currentTimeMillis();
    RunningServer shared = server;
    try {
      server = own;
      fault = running("first");
      assertThat(get("researcher1", "jobs/" + fault).path("operatorEnd").isNull()).isTrue();
      assertThat(cancel("admin1", fault, "PLATFORM_FAULT", WHY).statusCode()).isEqualTo(200);
      server.awaitEnd("researcher1", fault);
      silent = running("second");
      server.call("admin1", "DELETE", "/api/v1/jobs/" + silent, "");
      server.awaitEnd("researcher1", silent);
      mine = running("third");
      server.call("researcher1", "DELETE", "/api/v1/jobs/" + mine, "");
      server.awaitEnd("researcher1", mine);
      for (int start = 0; start < 2; start++) {
        JsonNode told = get("researcher1", "jobs/" + fault).path("operatorEnd");
        assertThat(told.path("cause").asText()).isEqualTo("PLATFORM_FAULT");
        assertThat(told.path("by").asText()).isEqualTo("admin1");
        assertThat(told.path("run").asInt()).isEqualTo(1);
        assertThat(told.path("reason").asText()).isEqualTo(WHY);
        assertThat(told.path("atMs").asLong()).isBetween(before, System.currentTimeMillis());
        assertThat(listed("first")).isEqualTo(told);
        JsonNode unsaid = get("researcher1", "jobs/" + silent).path("operatorEnd");
        assertThat(unsaid.path("cause").asText()).isEqualTo("ADMINISTRATOR");
        assertThat(unsaid.path("reason").isNull()).isTrue();
        assertThat(get("researcher1", "jobs/" + mine).path("operatorEnd").isNull()).isTrue();
        assertThat(
                server
                    .send(
                        server
                            .request("researcher1", "/api/v1/jobs/" + fault)
                            .header("Accept", "text/plain")
                            .GET())
                    .body())
            .contains("operatorEnd", "run=1 cause=PLATFORM_FAULT by=admin1 atMs=");
        if (start == 0) {
          server.startAgain("");
        }
      }
    } finally {
      server = shared;
    }
  }

  @Test
  void whoMayNotSayACauseIsToldWhoMay() throws Exception {
    long job = running("refused");
    HttpResponse<String> own = cancel("researcher1", job, "PLATFORM_FAULT", WHY);
    assertThat(own.statusCode()).isEqualTo(403);
    assertThat(own.body()).contains("only an administrator who is not of project refused says");
    assertThat(cancel("researcher2", job, "PLATFORM_FAULT", WHY).statusCode()).isEqualTo(404);
    HttpResponse<String> silent = cancel("admin1", job, "PLATFORM_FAULT", "");
    assertThat(silent.statusCode()).isEqualTo(422);
    assertThat(JSON.readTree(silent.body()).path("field").asText()).isEqualTo("Queqiao-Reason");
    assertThat(cancel("admin1", job, "WEATHER", WHY).statusCode()).isEqualTo(422);
    assertThat(state(job)).isEqualTo("RUNNING");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    server.awaitEnd("researcher1", job);
    assertThat(cancel("admin1", job, "PLATFORM_FAULT", WHY).statusCode()).isEqualTo(409);
    assertThat(entries("refused")).isEmpty();
  }
}

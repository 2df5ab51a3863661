package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Money and starts, on a whole server with its real database. */
final class BudgetRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a core-hour of the demo costs, in micro-units. */
  private static final long CORE_HOUR = 100_000;

  private static final long HOUR_MS = 3_600_000;
  private static final String WORD = "AssocGrpBillingMinutes";

  /** Runs so long that it costs more than half a micro-unit. */
  private static final String PAYING = "sleep 0.2";

  private static final String BILLING = "/api/v1/job-billing";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  /** A project that nobody has given money yet, with researcher1 in it. */
  private static void project(String name) {
    server.local("/projects", "project=" + name + "&domain=atmosphere");
    server.local("/members", "project=" + name + "&user=researcher1");
  }

  private static void fund(String project, long amountMicro) throws Exception {
    server.byTwo(
        "/api/v1/wallets/" + project + "/top-ups",
        "{\"amountMicro\":" + amountMicro + ",\"currency\":\"CNY\",\"reason\":\"grant\"}");
  }

  private static HttpResponse<String> credit(String user, String project, String micro)
      throws Exception {
    return server.post(
        user,
        "/api/v1/wallets/" + project + "/credit-line",
        "{\"creditMicro\":" + micro + ",\"currency\":\"CNY\",\"reason\":\"grant is late\"}");
  }

  private static HttpResponse<String> submit(String project, String command, long limitMs)
      throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n"
                + command
                + "\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"project\":\""
                + project
                + "\",\"limitMs\":"
                + limitMs
                + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return answer;
  }

  private static long id(HttpResponse<String> submitted) throws Exception {
    return JSON.readTree(submitted.body()).path("id").asLong();
  }

  private static JsonNode explanation(long job) throws Exception {
    HttpResponse<String> answer = server.get("researcher1", "/api/v1/jobs/" + job + "/explain");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode balance(String project) throws Exception {
    HttpResponse<String> answer =
        server.get("finance1", "/api/v1/projects/" + project + "/balance");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items").path(0);
  }

  private static void awaitStart(long job) throws Exception {
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobAllocated") && event.contains("\"job\":" + job + ","));
  }

  /** Waits for the word of the books about a project, behind a position of the log. */
  private static void awaitWord(String project, int count) throws Exception {
    List<String> seen = new ArrayList<>();
    server.events(
        "finance1",
        "from=0",
        event -> {
          if (event.contains("event: BudgetTold") && event.contains("\"" + project + "\"")) {
            seen.add(event);
          }
          return seen.size() >= count;
        });
  }

  private static void cancel(long job) throws Exception {
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    server.awaitEnd("researcher1", job);
  }

  @Test
  void twoJobsRaceForTheLastCoreHourAndMoneyFreesTheOther() throws Exception {
    project("purse");
    fund("purse", CORE_HOUR);
    // The first word opens the account, the second says what is in it.
    awaitWord("purse", 2);
    assertThat(balance("purse").path("availableMicro").asLong()).isEqualTo(CORE_HOUR);
    assertThat(balance("purse").path("paysBefore").asBoolean()).isTrue();

    long first = id(submit("purse", "sleep 600", HOUR_MS));
    awaitStart(first);
    HttpResponse<String> loser = submit("purse", "true", HOUR_MS);
    long second = id(loser);
    assertThat(JSON.readTree(loser.body()).path("warnings").path(0).asText())
        .startsWith("it waits for money: this job may cost 0.1 CNY; the wallet of project purse")
        .contains("has 0 CNY left for starts");
    JsonNode why = explanation(second);
    assertThat(why.path("waiting").path("reason").asText()).isEqualTo(WORD);
    assertThat(why.path("waiting").path("detail").asText()).contains("has 0 CNY left for starts");
    assertThat(balance("purse").path("availableMicro").asLong()).isZero();
    assertThat(balance("purse").path("heldMicro").asLong()).isEqualTo(CORE_HOUR);
    HttpResponse<String> tried =
        server.post(
            "researcher1",
            "/api/v1/what-if",
            "{\"job\":" + second + ",\"changes\":{\"limitMs\":" + 2 * HOUR_MS + "}}");
    assertThat(JSON.readTree(tried.body()).path("warnings").path(0).asText())
        .as(tried.body())
        .startsWith("it waits for money: this job may cost 0.2 CNY; the wallet of project purse");

    HttpResponse<String> longer =
        server.send(
            server
                .request("admin1", "/api/v1/jobs/" + first)
                .header("Content-Type", "application/merge-patch+json")
                .method(
                    "PATCH",
                    HttpRequest.BodyPublishers.ofString("{\"limitMs\":" + 2 * HOUR_MS + "}")));
    assertThat(longer.statusCode()).as(longer.body()).isEqualTo(409);
    assertThat(longer.body()).contains(WORD);

    fund("purse", CORE_HOUR);
    server.awaitEnd("researcher1", second);
    JsonNode ended = JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + second).body());
    assertThat(ended.path("state").asText()).isEqualTo("COMPLETED");
    cancel(first);
    assertThat(balance("purse").path("heldMicro").asLong()).isZero();
    assertThat(balance("purse").path("availableMicro").asLong()).isBetween(1L, 2 * CORE_HOUR);
  }

  /** The server starts its database again by itself; what was decided meanwhile needed none. */
  @Test
  void theGateGoesOnWhileTheDatabaseIsAwayAndHearsOfMoneyOnceItIsBack() throws Exception {
    project("chest");
    fund("chest", 2 * CORE_HOUR);
    awaitWord("chest", 2);
    server.database().destroyForcibly();
    long first = id(submit("chest", "sleep 600", HOUR_MS));
    awaitStart(first);
    long second = id(submit("chest", PAYING, HOUR_MS));
    server.awaitEnd("researcher1", second);
    // The end gave the money back but for what the run cost.
    long third = id(submit("chest", PAYING, HOUR_MS));
    JsonNode why = explanation(third);
    assertThat(why.path("waiting").path("reason").asText()).isEqualTo(WORD);
    assertThat(why.path("waiting").path("detail").asText()).contains("by what the ledger said at");
    fund("chest", CORE_HOUR);
    server.awaitEnd("researcher1", third);
    JsonNode ended = JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + third).body());
    assertThat(ended.path("state").asText()).isEqualTo("COMPLETED");
    cancel(first);
  }

  @Test
  void aCreditLineIsSetByTwoPeopleAndShown() throws Exception {
    project("loan");
    assertThat(credit("admin1", "loan", "5").statusCode()).isEqualTo(403);
    assertThat(credit("finance1", "nobody", "5").statusCode()).isEqualTo(422);
    assertThat(credit("finance1", "loan", "-1").statusCode()).isEqualTo(422);
    server.byTwo(
        "/api/v1/wallets/loan/credit-line",
        "{\"creditMicro\":" + CORE_HOUR + ",\"currency\":\"CNY\",\"reason\":\"grant is late\"}");
    awaitWord("loan", 1);
    JsonNode shown = balance("loan");
    assertThat(shown.path("availableMicro").asLong()).isEqualTo(CORE_HOUR);
    assertThat(shown.path("creditMicro").asLong()).isEqualTo(CORE_HOUR);
    long job = id(submit("loan", PAYING, HOUR_MS));
    server.awaitEnd("researcher1", job);
    assertThat(balance("loan").path("availableMicro").asLong()).isLessThan(CORE_HOUR);
  }

  @Test
  void twoPeopleSwitchTheGateOfTheSite() throws Exception {
    String policy = "/api/v1/job-policy";
    assertThat(JSON.readTree(server.get("admin1", policy).body()).path("budgetGate").asBoolean())
        .isTrue();
    String off = "{\"maxAttempts\":6,\"budgetGate\":false}";
    HttpResponse<String> alone = server.call("admin1", "PUT", policy, off);
    assertThat(alone.statusCode()).isEqualTo(403);
    assertThat(alone.body()).contains("POST /api/v1/job-billing");
    assertThat(
            server.post("admin1", BILLING, "{\"budgetGate\":false,\"reason\":\"x\"}").statusCode())
        .isEqualTo(403);
    assertThat(server.post("finance1", BILLING, "{\"reason\":\"nothing\"}").statusCode())
        .isEqualTo(422);
    server.byTwo(BILLING, "{\"budgetGate\":false,\"reason\":\"a week of trial\"}");
    HttpResponse<String> kept = server.call("admin1", "PUT", policy, "{\"maxAttempts\":7}");
    assertThat(JSON.readTree(kept.body()).path("budgetGate").asBoolean(true)).isFalse();
    server.byTwo(BILLING, "{\"budgetGate\":true,\"reason\":\"it is over\"}");
    JsonNode on = JSON.readTree(server.get("admin1", policy).body());
    assertThat(on.path("budgetGate").asBoolean()).isTrue();
    assertThat(on.path("suspendedTime").asText()).isEqualTo("notBilled");
    assertThat(on.path("maxAttempts").asInt()).isEqualTo(7);
    server.call("admin1", "PUT", policy, "{\"maxAttempts\":6}");
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Budgets of projects and users, on a whole server with its real database. */
final class SpendingRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long HOUR_MS = 3_600_000;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static void project(String name) {
    server.local("/projects", "project=" + name + "&domain=atmosphere");
    server.local("/members", "project=" + name + "&user=researcher1");
  }

  private static HttpResponse<String> set(
      String who, String name, String project, String unit, long amount, String more)
      throws Exception {
    return server.post(
        who,
        "/api/v1/budgets",
        "{\"name\":\""
            + name
            + "\",\"project\":\""
            + project
            + "\",\"unit\":\""
            + unit
            + "\",\"amount\":"
            + amount
            + more
            + ",\"reason\":\"as agreed\"}");
  }

  private static long submit(String project, String command) throws Exception {
    HttpResponse<String> answer =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n"
                + command
                + "\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"project\":\""
                + project
                + "\",\"limitMs\":"
                + HOUR_MS
                + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private static JsonNode budgets(String who, String project) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/budgets?project=" + project);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).path("items");
  }

  /** Waits until the ledger has said so often what is left of some budget. */
  private static void awaitWords(int count) throws Exception {
    int[] seen = new int[1];
    server.events(
        "finance1",
        "from=0",
        event -> event.contains("event: BudgetUseTold") && ++seen[0] >= count);
  }

  @Test
  void aStartThatABudgetDoesNotLeaveRoomForWaitsAndNamesIt() throws Exception {
    project("autumn");
    assertThat(set("finance1", "autumn-hours", "autumn", "CORE_TIME", HOUR_MS, "").statusCode())
        .isEqualTo(204);
    awaitWords(1);
    long first = submit("autumn", "sleep 600");
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobAllocated") && event.contains("\"job\":" + first + ","));
    long second = submit("autumn", "true");
    JsonNode why =
        JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + second + "/explain").body());
    assertThat(why.path("waiting").path("reason").asText()).isEqualTo("AssocGrpBillingMinutes");
    assertThat(why.path("waiting").path("detail").asText())
        .contains("budget autumn-hours of project autumn has 0 core-hours of 1 core-hours left");
    JsonNode shown = budgets("finance1", "autumn").path(0);
    assertThat(shown.path("held").asLong()).isEqualTo(HOUR_MS);
    assertThat(shown.path("left").asLong()).isZero();
    assertThat(shown.path("setBy").asText()).isEqualTo("USER:finance1");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + first, "");
    server.awaitEnd("researcher1", first);
    assertThat(set("finance1", "autumn-hours", "autumn", "CORE_TIME", 9 * HOUR_MS, "").statusCode())
        .isEqualTo(204);
    server.awaitEnd("researcher1", second);
    assertThat(budgets("finance1", "autumn").path(0).path("used").asLong()).isPositive();
    assertThat(budgets("researcher1", "autumn")).isEmpty();
  }

  @Test
  void aBudgetOfMoneyHoldsOnceASecondPersonHasApprovedAndEndsSo() throws Exception {
    project("grants");
    String year = ",\"currency\":\"CNY\",\"fromMonth\":\"2026-04\",\"toMonth\":\"2099-03\"";
    long proposal = number(set("finance1", "grants-year", "grants", "MONEY", 5_000_000, year));
    assertThat(budgets("finance1", "grants")).isEmpty();
    assertThat(decide("finance1", proposal)).isEqualTo(403);
    assertThat(decide("finance2", proposal)).isEqualTo(204);
    JsonNode shown = budgets("auditor1", "grants").path(0);
    assertThat(shown.path("left").asLong()).isEqualTo(5_000_000);
    assertThat(shown.path("toMonth").asText()).isEqualTo("2099-03");
    long ending =
        number(
            set("finance2", "grants-year", "grants", "MONEY", 5_000_000, year + ",\"ended\":true"));
    assertThat(decide("finance1", ending)).isEqualTo(204);
    assertThat(budgets("finance1", "grants")).isEmpty();
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() throws Exception {
    project("odd");
    refuses(set("admin1", "odd", "odd", "CORE_TIME", 1, ""), 403, "finance");
    refuses(set("finance1", "odd", "nobody", "CORE_TIME", 1, ""), 422, "project");
    refuses(set("finance1", "odd", "odd", "HOURS", 1, ""), 422, "unit");
    refuses(set("finance1", "odd", "odd", "CORE_TIME", -1, ""), 422, "amount");
    refuses(set("finance1", "odd", "odd", "MONEY", 1, ",\"currency\":\"USD\""), 422, "currency");
    refuses(
        set("finance1", "odd", "odd", "CORE_TIME", 1, ",\"fromMonth\":\"2026-04\""),
        422,
        "fromMonth");
    refuses(
        set(
            "finance1",
            "odd",
            "odd",
            "CORE_TIME",
            1,
            ",\"fromMonth\":\"2026-04\",\"toMonth\":\"2026-05\",\"fiscalYear\":2026"),
        422,
        "fiscalYear");
    refuses(set("finance1", "odd", "odd", "CORE_TIME", 1, ",\"ended\":true"), 404, "budget");
  }

  @Test
  void aBudgetIsForTheTwelveMonthsOfAFiscalYear() throws Exception {
    project("fiscal");
    assertThat(
            set("finance1", "fiscal", "fiscal", "CORE_TIME", 1, ",\"fiscalYear\":2031")
                .statusCode())
        .isEqualTo(204);
    assertThat(server.get("finance1", "/api/v1/budgets?project=fiscal").body())
        .contains("\"fromMonth\":\"2031-01\",\"toMonth\":\"2031-12\"");
  }

  private static void refuses(HttpResponse<String> answer, int status, String word) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(word);
  }

  private static long number(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JSON.readTree(answer.body()).path("proposal").asLong();
  }

  private static int decide(String who, long proposal) throws Exception {
    return server
        .post(
            who,
            "/api/v1/proposals/" + proposal + "/decision",
            "{\"approve\":true,\"reason\":\"looked at it\"}")
        .statusCode();
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Alerts as they are listed, on a whole server with its real database and a real node. */
final class AlertRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static JsonNode alerts(String who, String query) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/alerts" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  /** Those about a project, however many pages there are. */
  private static List<JsonNode> about(String who, String project) throws Exception {
    List<JsonNode> found = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = alerts(who, "?limit=1" + cursor);
      for (JsonNode each : page.path("items")) {
        if (each.path("project").asText().equals(project)) {
          found.add(each);
        }
      }
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    return found;
  }

  @Test
  void aBudgetThatIsUsedUpIsToldOnceToThoseWhoseAffairItIs() throws Exception {
    server.local("/projects", "project=alarm&domain=atmosphere");
    server.local("/members", "project=alarm&user=researcher1");
    server.local("/members", "project=alarm&user=manager1&rank=MANAGER");
    HttpResponse<String> set =
        server.post(
            "finance1",
            "/api/v1/budgets",
            "{\"name\":\"alarm-hours\",\"project\":\"alarm\",\"unit\":\"CORE_TIME\",\"amount\":1000,\"overdraft\":3600000,\"reason\":\"as"
                + " agreed\"}");
    assertThat(set.statusCode()).as(set.body()).isEqualTo(204);
    assertThat(about("finance1", "alarm")).isEmpty();
    HttpResponse<String> job =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nsleep"
                + " 2\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\","
                + "\"project\":\"alarm\",\"limitMs\":60000}");
    assertThat(job.statusCode()).as(job.body()).isEqualTo(201);
    server.awaitEnd("researcher1", JSON.readTree(job.body()).path("id").asLong());
    List<JsonNode> seen =
        RunningServer.until(
            PATIENCE, () -> about("finance1", "alarm"), alerts -> !alerts.isEmpty());
    assertThat(seen).hasSize(1);
    JsonNode alert = seen.getFirst();
    assertThat(alert.path("kind").asText()).isEqualTo("BUDGET");
    assertThat(alert.path("level").asInt()).isEqualTo(100);
    assertThat(alert.path("subject").asText()).contains("alarm-hours");
    assertThat(alert.path("title").asText()).contains("alarm-hours");
    assertThat(alert.path("madeMs").asLong()).isPositive();
    // This server sends none by mail or by a call.
    assertThat(alert.path("deliveries").isArray()).isTrue();
    assertThat(alert.path("deliveries")).isEmpty();
    assertThat(about("manager1", "alarm")).isEqualTo(seen);
    assertThat(about("auditor1", "alarm")).isEqualTo(seen);
    assertThat(about("researcher2", "alarm")).isEmpty();
    assertThat(server.get("", "/api/v1/alerts").statusCode()).isEqualTo(401);
    assertThat(server.get("finance1", "/api/v1/alerts?cursor=x").statusCode()).isEqualTo(400);
  }
}

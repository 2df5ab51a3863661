package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Disputes and refunds, on a whole server with its real database. */
final class DisputeRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static HttpResponse<String> post(String who, String path, String body) throws Exception {
    return server.post(who, "/api/v1/" + path, body);
  }

  private static JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static String charge(String project) throws Exception {
    server.local("/projects", "project=" + project + "&domain=atmosphere");
    server.local("/members", "project=" + project + "&user=researcher1");
    HttpResponse<String> submitted =
        post(
            "researcher1",
            "jobs",
            "{\"script\":\"#!/bin/sh\\nsleep 0.2\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":"
                + "\"/dev/null\",\"project\":\""
                + project
                + "\"}");
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long job = JSON.readTree(submitted.body()).path("id").asLong();
    server.awaitEnd("researcher1", job);
    for (JsonNode each : get("researcher1", "ledger/postings?job=" + job).path("items")) {
      if (each.path("transaction").asText().startsWith("capture/")) {
        return each.path("transaction").asText();
      }
    }
    throw new AssertionError("job " + job + " was not charged");
  }

  @Test
  void aChargeIsDisputedUpheldAndRefundedByASecondPerson() throws Exception {
    String charge = charge("wronged");
    String body = "{\"transaction\":\"" + charge + "\",\"reason\":\"the node was broken\"}";
    assertThat(post("researcher2", "disputes", body).statusCode()).isEqualTo(404);
    assertThat(post("researcher1", "disputes", body.replace("capture/", "captured/")).statusCode())
        .isEqualTo(404);
    HttpResponse<String> opened = post("researcher1", "disputes", body);
    assertThat(opened.statusCode()).as(opened.body()).isEqualTo(201);
    assertThat(post("researcher1", "disputes", body).statusCode()).isEqualTo(409);
    long dispute = JSON.readTree(opened.body()).path("dispute").asLong();
    String answer = "disputes/" + dispute + "/answer";
    String uphold =
        "{\"uphold\":true,\"amountMicro\":3,\"currency\":\"CNY\",\"cause\":\"NODE_FAIL\","
            + "\"reason\":\"it was\"}";
    assertThat(post("researcher1", answer, uphold).statusCode()).isEqualTo(403);
    assertThat(post("finance1", answer, "{\"uphold\":true,\"reason\":\"so\"}").statusCode())
        .isEqualTo(422);
    HttpResponse<String> tooMuch =
        post("finance1", answer, uphold.replace(":3,", ":" + (charged(charge) + 1) + ","));
    assertThat(tooMuch.statusCode()).isEqualTo(422);
    assertThat(tooMuch.body()).contains("a correction");
    HttpResponse<String> upheld = post("finance1", answer, uphold);
    assertThat(upheld.statusCode()).as(upheld.body()).isEqualTo(202);
    assertThat(post("finance2", answer, uphold).statusCode()).isEqualTo(404);
    assertThat(get("researcher1", "disputes").path("items").path(0).path("state").asText())
        .isEqualTo("UPHELD");
    long proposal = JSON.readTree(upheld.body()).path("proposal").asLong();
    String decision = "{\"approve\":true,\"reason\":\"seen\"}";
    String decide = "proposals/" + proposal + "/decision";
    assertThat(post("finance1", decide, decision).statusCode()).isEqualTo(403);
    assertThat(post("finance2", decide, decision).statusCode()).isEqualTo(204);
    JsonNode shown = get("auditor1", "disputes").path("items").path(0);
    assertThat(shown.path("state").asText()).isEqualTo("REFUNDED");
    assertThat(shown.path("openedBy").asText()).isEqualTo("USER:researcher1");
    assertThat(shown.path("answeredBy").asText()).isEqualTo("USER:finance1");
    String month = java.time.YearMonth.now(java.time.ZoneId.of("Asia/Shanghai")).toString();
    JsonNode entry =
        get("finance1", "statements?project=wronged&period=" + month).path("entries").path(0);
    assertThat(entry.path("kind").asText()).isEqualTo("REFUND");
    assertThat(entry.path("cause").asText()).isEqualTo("NODE_FAIL");
    assertThat(entry.path("amountMicro").asLong()).isEqualTo(3);
    assertThat(entry.path("reason").asText()).isEqualTo(charge + ": it was");
    assertThat(entry.path("proposedBy").asText()).isEqualTo("USER:finance1");
    assertThat(entry.path("approvedBy").asText()).isEqualTo("USER:finance2");
    assertThat(get("researcher2", "disputes").path("items")).isEmpty();
  }

  @Test
  void aRefundByNameWaitsForASecondPerson() throws Exception {
    server.local("/projects", "project=alike&domain=atmosphere");
    String charge = charge("generous");
    String refund =
        "{\"project\":\"generous\",\"amountMicro\":5,\"currency\":\"CNY\",\"transaction\":\""
            + charge
            + "\",\"cause\":\"GOODWILL\",\"reason\":\"ten years\"}";
    assertThat(post("admin1", "refunds", refund).statusCode()).isEqualTo(403);
    assertThat(post("finance1", "refunds", refund.replace("GOODWILL", "WEATHER")).statusCode())
        .isEqualTo(422);
    for (String wrong :
        List.of(
            refund.replace("capture/", "captured/"),
            refund.replace(charge, "fund/1"),
            refund.replace("CNY", "EUR"),
            refund.replace("generous", "alike"))) {
      HttpResponse<String> refused =
          server.postOnceBooksAreThere("finance1", "/api/v1/refunds", wrong);
      assertThat(refused.statusCode()).as(wrong).isEqualTo(422);
      assertThat(refused.body()).contains("transaction").contains("GET /api/v1/charges?job=N");
      assertThat(post("admin1", "refunds", wrong).statusCode()).isEqualTo(403);
    }
    assertThat(post("finance1", "refunds", refund.replace("generous", "nobody")).body())
        .contains("there is no project nobody");
    HttpResponse<String> proposed =
        server.postOnceBooksAreThere("finance1", "/api/v1/refunds", refund);
    assertThat(proposed.statusCode()).as(proposed.body()).isEqualTo(202);
    JsonNode open = get("finance2", "proposals?state=OPEN").path("items").path(0);
    assertThat(open.path("kind").asText()).isEqualTo("REFUND");
    assertThat(open.path("cause").asText()).isEqualTo("GOODWILL");
    long proposal = JSON.readTree(proposed.body()).path("proposal").asLong();
    long charged = charged(charge);
    HttpResponse<String> twice = refundOf(charged, refund);
    assertThat(twice.statusCode()).isEqualTo(422);
    assertThat(twice.body())
        .contains("amountMicro")
        .contains((charged - 5) + " micro-units of CNY");
    assertThat(
            post(
                    "finance2",
                    "proposals/" + proposal + "/decision",
                    "{\"approve\":false,\"reason\":\"no\"}")
                .statusCode())
        .isEqualTo(204);
    assertThat(refundOf(charged + 1, refund).statusCode()).isEqualTo(422);
    assertThat(refundOf(charged, refund).statusCode()).isEqualTo(202);
    assertThat(refundOf(1, refund).body()).contains("0 micro-units of CNY are left");
  }

  private static HttpResponse<String> refundOf(long micro, String refund) throws Exception {
    return server.postOnceBooksAreThere(
        "finance1",
        "/api/v1/refunds",
        refund.replace("\"amountMicro\":5", "\"amountMicro\":" + micro));
  }

  private static long charged(String transaction) throws Exception {
    String job = transaction.replaceFirst("capture/([0-9]+).*", "$1");
    long sum = 0;
    for (JsonNode each : get("finance1", "charges?job=" + job).path("items")) {
      sum += each.path("chargeMicro").asLong();
    }
    return sum;
  }
}

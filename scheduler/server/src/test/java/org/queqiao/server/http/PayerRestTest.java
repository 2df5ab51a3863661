package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One wallet for several projects, on a whole server with its real database. */
final class PayerRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
    for (String each : new String[] {"melting", "faculty", "bystander"}) {
      server.local("/projects", "project=" + each + "&domain=atmosphere");
    }
    server.local("/members", "project=melting&user=researcher1");
    server.local("/members", "project=faculty&user=researcher2&rank=MANAGER");
  }

  private static HttpResponse<String> post(String who, String path, String body) throws Exception {
    return server.post(who, "/api/v1/" + path, body);
  }

  private static JsonNode get(String who, String path) throws Exception {
    HttpResponse<String> answer = server.get(who, "/api/v1/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static long proposed(String path, String fields) throws Exception {
    HttpResponse<String> answer =
        post("finance1", path, "{" + fields + "\"reason\":\"one grant\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return JSON.readTree(answer.body()).path("proposal").asLong();
  }

  private static void approve(long proposal) throws Exception {
    HttpResponse<String> answer =
        post(
            "finance2",
            "proposals/" + proposal + "/decision",
            "{\"approve\":true,\"reason\":\"looked at it\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private static void refuses(String who, String project, String fields, int status)
      throws Exception {
    HttpResponse<String> answer =
        post(who, "projects/" + project + "/payer", "{" + fields + "\"reason\":\"one grant\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  private static long ran() throws Exception {
    HttpResponse<String> submitted =
        post(
            "researcher1",
            "jobs",
            "{\"script\":\"#!/bin/sh\\nsleep 0.2\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":"
                + "\"/dev/null\",\"project\":\"melting\"}");
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long job = JSON.readTree(submitted.body()).path("id").asLong();
    server.awaitEnd("researcher1", job);
    return job;
  }

  private static JsonNode statement(String who, String project) throws Exception {
    String month = YearMonth.now(ZoneId.of("Asia/Shanghai")).toString();
    return get(who, "statements?project=" + project + "&period=" + month);
  }

  private static JsonNode payer(String who, String project) throws Exception {
    return get(who, "projects/" + project + "/payer");
  }

  @Test
  void twoPeopleAgreeWhoPaysAndWhoPaysSeesWhatItCosts() throws Exception {
    String byFaculty = "\"payer\":\"faculty\",";
    refuses("researcher2", "melting", byFaculty, 403);
    refuses("admin1", "melting", byFaculty, 403);
    refuses("finance1", "melting", "\"payer\":\"melting\",", 422);
    refuses("finance1", "melting", "\"payer\":\"nobody\",", 422);
    refuses("finance1", "melting", byFaculty + "\"validFromMs\":1,", 422);
    long proposal = proposed("projects/melting/payer", byFaculty);
    assertThat(payer("finance1", "melting").path("items").path(0).path("state").asText())
        .isEqualTo("PROPOSED");
    assertThat(payer("finance1", "melting").path("payer").isNull()).isTrue();
    approve(proposal);
    JsonNode agreed = payer("auditor1", "melting");
    assertThat(agreed.path("payer").asText()).isEqualTo("faculty");
    assertThat(agreed.path("items").path(0).path("state").asText()).isEqualTo("IN_FORCE");
    assertThat(agreed.path("items").path(0).path("payer").asText()).isEqualTo("faculty");
    assertThat(agreed.path("items").path(0).path("approvedBy").asText()).isEqualTo("USER:finance2");
    assertThat(server.get("researcher1", "/api/v1/projects/melting/payer").statusCode())
        .isEqualTo(403);
    assertThat(server.get("researcher2", "/api/v1/projects/melting/payer").statusCode())
        .isEqualTo(404);
    assertThat(server.get("auditor1", "/api/v1/audit?about=proposal:" + proposal).body())
        .contains("one grant");
    refuses("finance1", "faculty", "\"payer\":\"bystander\",", 409);
    refuses("finance1", "bystander", "\"payer\":\"melting\",", 409);

    long job = ran();
    JsonNode charge = null;
    for (JsonNode each : get("researcher1", "ledger/postings?job=" + job).path("items")) {
      charge = each.path("transaction").asText().startsWith("capture/") ? each : charge;
    }
    assertThat(charge).isNotNull();
    JsonNode line = statement("researcher2", "faculty").path("lines").path(0);
    assertThat(line.path("forProject").asText()).isEqualTo("melting");
    assertThat(line.path("paidBy").isNull()).isTrue();
    assertThat(line.path("jobs").asLong()).isEqualTo(1);
    JsonNode used = statement("finance1", "melting");
    assertThat(used.path("lines").path(0).path("paidBy").asText()).isEqualTo("faculty");
    assertThat(used.path("lines").path(0).path("id")).isEqualTo(line.path("id"));
    assertThat(used.path("totals")).isEmpty();

    // The amounts, and no more of the jobs.
    String runs =
        "/api/v1/statements/faculty/"
            + statement("finance1", "faculty").path("period").asText()
            + "/lines/"
            + line.path("id").asLong()
            + "/runs";
    HttpResponse<String> hidden = server.get("researcher2", runs);
    assertThat(hidden.statusCode()).as(hidden.body()).isEqualTo(403);
    assertThat(hidden.body()).contains("those of project melting");
    assertThat(server.get("researcher2", runs + "?format=csv").statusCode()).isEqualTo(403);
    assertThat(server.get("researcher2", "/api/v1/jobs/" + job).statusCode()).isEqualTo(404);
    assertThat(server.get("finance1", runs).body()).contains("\"jobId\":" + job);
    assertThat(server.get("finance1", runs.replace("/faculty/", "/melting/")).body())
        .contains("\"jobId\":" + job);
    assertThat(server.get("researcher2", runs.replace("/faculty/", "/melting/")).statusCode())
        .isEqualTo(404);

    approve(
        proposed(
            "refunds",
            "\"project\":\"melting\",\"amountMicro\":1,\"currency\":\"CNY\",\"cause\":\"GOODWILL\","
                + "\"transaction\":\""
                + charge.path("transaction").asText()
                + "\","));
    JsonNode back = statement("researcher2", "faculty").path("entries").path(0);
    assertThat(back.path("amountMicro").asLong()).isEqualTo(1);
    assertThat(back.path("forProject").asText()).isEqualTo("melting");
    assertThat(statement("finance1", "melting").path("entries").path(0).path("paidBy").asText())
        .isEqualTo("faculty");
    approve(proposed("projects/melting/payer", ""));
    assertThat(payer("finance1", "melting").path("payer").isNull()).isTrue();
    assertThat(payer("finance1", "melting").path("items").path(1).path("state").asText())
        .isEqualTo("REPLACED");
  }
}

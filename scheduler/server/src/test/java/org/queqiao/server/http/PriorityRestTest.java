package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Order and shares, asked of a whole server. */
final class PriorityRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RULES = "/api/v1/rules/";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static HttpResponse<String> put(String user, String path, String body) throws Exception {
    return server.call(user, "PUT", path, body);
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  @Test
  void aJobOfAQosShowsItsPriorityTermByTerm() throws Exception {
    ok(put("admin1", "/api/v1/qos/night", "{\"title\":\"Night\",\"priority\":400000}"));
    ok(put("admin1", "/api/v1/priorities", "{\"qos\":1000,\"fairShare\":50}"));
    JsonNode policy = ok(server.get("researcher1", "/api/v1/priorities"));
    assertThat(policy.path("qos").asLong()).isEqualTo(1000);
    assertThat(policy.path("nice").asLong()).isEqualTo(1);
    JsonNode job =
        ok(
            server.post(
                "researcher1",
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true,\"qos\":\"night\"}"));
    String at = "/api/v1/jobs/" + job.path("id").asLong();
    assertThat(ok(server.get("researcher1", at)).path("qos").asText()).isEqualTo("night");
    JsonNode priority = ok(server.get("researcher1", at + "/priority"));
    long sum = 0;
    for (JsonNode each : priority.path("terms")) {
      sum += each.path("micro").asLong();
      if (each.path("name").asText().equals("qos")) {
        assertThat(each.path("micro").asLong()).isEqualTo(400_000_000L);
      }
    }
    assertThat(priority.path("priorityMicro").asLong()).isEqualTo(sum);
    assertThat(server.get("researcher2", at + "/priority").statusCode()).isEqualTo(404);
    ok(put("admin1", "/api/v1/priorities", "{\"qos\":0,\"fairShare\":0}"));
  }

  @Test
  void sharesAreSeenByWhomTheyConcern() throws Exception {
    ok(put("admin1", "/api/v1/platforms/portal", "{\"title\":\"Portal\"}"));
    ok(put("admin1", RULES + "project/climate", "{\"platform\":\"portal\",\"shares\":3}"));
    ok(put("admin1", RULES + "member/climate:researcher1", "{\"shares\":5}"));
    String own = server.get("researcher1", "/api/v1/shares").body();
    assertThat(own).contains("\"portal\"", "\"climate\"", "climate:researcher1");
    assertThat(own).doesNotContain("materials:researcher2", "\"materials\"");
    assertThat(server.get("admin1", "/api/v1/shares").body()).contains("materials:researcher2");
    assertThat(server.get("researcher1", "/api/v1/rules").statusCode()).isEqualTo(403);
    JsonNode rules = ok(server.get("admin1", "/api/v1/rules"));
    assertThat(rules.toString()).contains("\"name\":\"climate\",\"shares\":3");
  }

  @Test
  void aJobThatWaitsForALimitSaysWhichOne() throws Exception {
    String none = "{\"limits\":[{\"scope\":\"GROUP\",\"quantity\":\"RUNNING_JOBS\",\"most\":0}]}";
    ok(put("admin1", RULES + "user/researcher2", none));
    JsonNode job =
        ok(server.post("researcher2", "/api/v1/jobs", "{\"script\":\"#!/bin/sh\\ntrue\\n\"}"));
    JsonNode shown = ok(server.get("researcher2", "/api/v1/jobs/" + job.path("id").asLong()));
    assertThat(shown.path("reason").asText()).isEqualTo("AssocMaxJobsLimit");
    assertThat(shown.path("detail").asText())
        .isEqualTo(
            "user researcher2 may have 0 running jobs; user researcher2 has 0, this job asks for 1,"
                + " so it cannot start while both stay as they are");
    ok(put("admin1", RULES + "user/researcher2", "{\"limits\":[]}"));
    server.call("researcher2", "DELETE", "/api/v1/jobs/" + job.path("id").asLong(), "");
  }

  @Test
  void badDecisionsAreRefusedWithTheirField() throws Exception {
    refused(put("researcher1", "/api/v1/qos/x", "{\"title\":\"X\"}"), 403, null);
    refused(
        put("admin1", "/api/v1/qos/x", "{\"title\":\"X\",\"preempts\":[\"y\"]}"), 422, "preempts");
    refused(
        put("admin1", "/api/v1/qos/x", "{\"title\":\"X\",\"priority\":1000001}"), 422, "priority");
    refused(put("admin1", RULES + "project/nowhere", "{\"shares\":3}"), 422, "name");
    refused(put("admin1", RULES + "member/climate", "{\"shares\":3}"), 400, "name");
    refused(put("admin1", RULES + "user/researcher1", "{\"shares\":3}"), 422, "shares");
    refused(put("admin1", "/api/v1/priorities", "{\"halfLifeMs\":5}"), 422, "halfLifeMs");
    refused(put("admin1", "/api/v1/priorities", "{\"agge\":5}"), 400, "agge");
    refused(
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"qos\":\"unheard-of\"}"),
        422,
        "qos");
  }

  private static void refused(HttpResponse<String> answer, int status, String field)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (field != null) {
      assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(field);
    }
  }
}

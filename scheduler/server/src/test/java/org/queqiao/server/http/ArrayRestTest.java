package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Arrays as clients see them, asked of a whole server. */
final class ArrayRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return JSON.readTree(answer.body());
  }

  /** An array that is held, and starts nothing for an hour when it is released. */
  private static HttpResponse<String> submit(String array) throws Exception {
    return server.post(
        "researcher1",
        "/api/v1/jobs",
        "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true,\"beginMs\":"
            + (System.currentTimeMillis() + 3_600_000)
            + ",\"array\":\""
            + array
            + "\"}");
  }

  @Test
  void anArrayShowsHowFarItIsAndLosesTasks() throws Exception {
    long id = json(submit("0-9%2")).path("id").asLong();
    String address = "/api/v1/jobs/" + id;
    JsonNode job = json(server.get("researcher1", address));
    assertThat(job.path("state").asText()).isEqualTo("PENDING");
    assertThat(job.path("stdoutPath").asText()).isEqualTo("queqiao-%A_%a.out");
    assertThat(job.path("arrayJobId").isNull()).isTrue();
    assertThat(job.path("array"))
        .isEqualTo(
            JSON.readTree(
                "{\"indices\":\"0-9\",\"tasks\":10,\"atOnce\":2,\"counts\":{\"PENDING\":10},"
                    + "\"waitingIndices\":\"0-9\",\"heldIndices\":null}"));
    JsonNode less = json(server.call("researcher1", "DELETE", address + "?tasks=3,5-7:2", ""));
    assertThat(less.path("array").path("waitingIndices").asText()).isEqualTo("0-2,4,6,8-9");
    assertThat(less.path("array").path("counts").path("CANCELLED").asInt()).isEqualTo(3);
    assertThat(json(server.get("researcher1", "/api/v1/jobs?array=" + id)).path("items")).isEmpty();
    JsonNode held = json(server.post("researcher1", address + "/hold?tasks=0,4-9", ""));
    assertThat(held.path("array").path("heldIndices").asText()).isEqualTo("0,4,6,8-9");
    JsonNode some = json(server.post("researcher1", address + "/release", ""));
    assertThat(some.path("array").path("heldIndices").isNull()).isTrue();
    json(server.post("researcher1", address + "/hold", ""));
    HttpResponse<String> unstarted =
        server.call("researcher1", "PATCH", address + "?task=4", "{\"limitMs\":60000}");
    assertThat(unstarted.statusCode()).isEqualTo(409);
    assertThat(unstarted.body()).contains("task 4 of array " + id + " has not started");
    HttpResponse<String> idle = server.post("researcher1", address + "/requeue?tasks=4", "");
    assertThat(idle.statusCode()).isEqualTo(409);
    assertThat(idle.body()).contains("none of the tasks 4 runs and may run again");
    HttpResponse<String> none = server.call("researcher1", "DELETE", address + "?tasks=10", "");
    assertThat(none.statusCode()).isEqualTo(422);
    assertThat(none.body()).contains("array " + id + " has no task 10: it has 0-9");
    json(server.call("researcher1", "DELETE", address, ""));
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: ArrayEnded") && event.contains("\"job\":" + id + ","));
    assertThat(json(server.get("researcher1", address)).path("state").asText())
        .isEqualTo("CANCELLED");
  }

  @Test
  void s11AWrongArrayIsRefusedWithItsPlaceOrBound() throws Exception {
    HttpResponse<String> wrong = submit("1-5:0");
    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(JSON.readTree(wrong.body()).path("field").asText()).isEqualTo("array");
    assertThat(wrong.body()).contains("the array has a step of 0 (character 5)");
    HttpResponse<String> many = submit("0-1000000");
    assertThat(many.statusCode()).isEqualTo(422);
    assertThat(many.body()).contains("has 1000001 tasks: an array has at most 1000000");
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Advance reservations, asked of a whole server. */
final class ReservationRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALL = "/api/v1/reservations";
  private static final long HOUR_MS = 3_600_000;
  private static final String HOUR = "\"durationMs\":3600000";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static HttpResponse<String> put(String user, String name, String body) throws Exception {
    return server.call(user, "PUT", ALL + "/" + name, body);
  }

  private static HttpResponse<String> submit(String user, String reservation) throws Exception {
    return server.post(
        user,
        "/api/v1/jobs",
        "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"reservation\":\"" + reservation + "\"}");
  }

  private static HttpResponse<String> submitForHours(int hours) throws Exception {
    return server.post(
        "researcher1",
        "/api/v1/jobs",
        "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\","
            + "\"limitMs\":"
            + hours * HOUR_MS
            + "}");
  }

  private static void refused(HttpResponse<String> answer, int status, String field)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (field != null) {
      assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(field);
    }
  }

  @Test
  void aReservationThatIsNotThereIsSaidToBeNot() throws Exception {
    assertThat(server.get("researcher1", ALL).statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(server.get("admin1", ALL).body()).path("items").size()).isZero();
    assertThat(server.get("admin1", ALL + "/lesson").statusCode()).isEqualTo(404);
    refused(server.call("admin1", "DELETE", ALL + "/lesson", ""), 404, "name");
    refused(server.call("researcher1", "DELETE", ALL + "/lesson", ""), 403, null);
    refused(submit("researcher1", "lesson"), 422, "reservation");
    refused(submit("researcher1", "Lesson!"), 422, "reservation");
  }

  @Test
  void wrongReservationsAreRefused() throws Exception {
    String node = "\"nodes\":[\"nowhere\"]";
    String users = "\"users\":[\"researcher1\"]";
    refused(put("researcher1", "x", "{" + HOUR + "," + node + "," + users + "}"), 403, null);
    refused(put("admin1", "x", "{" + node + "," + users + "}"), 422, "durationMs");
    refused(put("admin1", "x", "{" + HOUR + "," + users + "}"), 422, "nodes");
    refused(put("admin1", "x", "{" + HOUR + "," + node + "," + users + "}"), 422, "nodes");
    refused(put("admin1", "x", "{" + HOUR + "," + node + "}"), 422, "users");
    refused(
        put("admin1", "x", "{\"startMs\":5," + HOUR + "," + node + "," + users + "}"),
        422,
        "startMs");
    refused(
        put("admin1", "x", "{" + HOUR + "," + node + ",\"users\":[\"researcher11\"]}"),
        422,
        "users");
    refused(
        put("admin1", "x", "{" + HOUR + ",\"nodeCount\":100000," + users + "}"), 422, "nodeCount");
    refused(put("admin1", "x", "{\"durationMss\":5}"), 400, "durationMss");
  }

  private static String reason(JsonNode explanation) {
    return explanation.path("waiting").path("reason").asText();
  }

  private static JsonNode explanation(long job) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + job + "/explain").body());
  }

  private static String alone(String user, String more) throws Exception {
    HttpResponse<String> job =
        server.post(
            user,
            "/api/v1/jobs",
            ("{\"script\":\"#!/bin/sh\\nsleep 300\\n\",\"limitMs\":%d,\"exclusive\":true,"
                    + "\"workDir\":\"/tmp\",\"stdoutPath\":\"/dev/null\",\"nodeList\":\"n1\"%s}")
                .formatted(3 * HOUR_MS, more));
    assertThat(job.statusCode()).as(job.body()).isEqualTo(201);
    return "/api/v1/jobs/" + JSON.readTree(job.body()).path("id").asLong();
  }

  /** One has the node, two want it: the later of them waits for its turn. */
  @Test
  void whoComesAfterAnotherIsToldHowManyAreBeforeItAndNotWho() throws Exception {
    server.node();
    String runs = alone("researcher1", "");
    String next = alone("researcher1", "");
    long first = Long.parseLong(next.substring(next.lastIndexOf('/') + 1));
    String at = alone("researcher2", ",\"nice\":1000000000");
    JsonNode own = JSON.readTree(server.get("researcher2", at + "/explain").body());
    assertThat(reason(own)).as(own.toString()).isEqualTo("Priority");
    JsonNode queue = own.path("waiting").path("queue");
    assertThat(queue.path("ahead").asInt()).isPositive();
    assertThat(queue.path("jobs").toString()).doesNotContain(Long.toString(first));
    String named = "in the queue of [0-9]+: .*" + first;
    JsonNode byAdmin = JSON.readTree(server.get("admin1", at + "/explain").body());
    assertThat(own.path("sentence").asText()).doesNotContainPattern(named);
    assertThat(byAdmin.path("sentence").asText()).containsPattern(named);
    for (String user : new String[] {"researcher2", "admin1"}) {
      String text =
          server.send(server.request(user, at + "/explain", "Accept", "text/plain")).body();
      boolean told = Pattern.compile(named).matcher(text).find();
      assertThat(told).as(text).isEqualTo(user.equals("admin1"));
    }
    JsonNode all = byAdmin.path("waiting").path("queue");
    assertThat(all.path("ahead")).isEqualTo(queue.path("ahead"));
    assertThat(all.path("jobs").toString()).contains(Long.toString(first));
    assertThat(server.call("researcher2", "DELETE", at, "").statusCode()).isBetween(200, 204);
    for (String each : new String[] {next, runs}) {
      assertThat(server.call("researcher1", "DELETE", each, "").statusCode()).isBetween(200, 204);
    }
    server.awaitEnd("researcher1", Long.parseLong(runs.substring(runs.lastIndexOf('/') + 1)));
  }

  @Test
  void aJobWaitsForMaintenanceOfItsNodeAndRunsWhenThatIsCalledOff() throws Exception {
    server.node();
    // What other tests left waiting starts before this one.
    HttpResponse<String> before = submitForHours(1);
    server.awaitEnd("researcher1", JSON.readTree(before.body()).path("id").asLong());
    // Past the limits of what else may run there, and before that of the job.
    long startMs = System.currentTimeMillis() + 2 * HOUR_MS;
    String node = "{\"nodes\":[\"n1\"],\"startMs\":" + startMs + ",";
    HttpResponse<String> made =
        put("admin1", "work", node + HOUR + ",\"maintenance\":true,\"title\":\"Cooling\"}");
    assertThat(made.statusCode()).as(made.body()).isBetween(200, 201);
    assertThat(JSON.readTree(made.body()).path("nodes").toString()).isEqualTo("[\"n1\"]");
    assertThat(server.get("researcher1", ALL + "/work").body()).contains("Cooling");

    HttpResponse<String> job = submitForHours(3);
    assertThat(job.statusCode()).as(job.body()).isEqualTo(201);
    long id = JSON.readTree(job.body()).path("id").asLong();
    JsonNode why = explanation(id);
    for (int i = 0; i < 300 && reason(why).equals("Priority"); i++) {
      // Jobs of other tests are still before it.
      why = explanation(id);
    }
    assertThat(reason(why)).isEqualTo("ReqNodeNotAvail, Reserved for maintenance");
    assertThat(why.path("waiting").path("detail").asText())
        .matches(
            "reservation work keeps n1 in \\d+ h \\d+ min for 1 h 0 min, and the job may run for 3"
                + " h 0 min");

    HttpResponse<String> second =
        put("admin1", "lesson", node + HOUR + ",\"users\":[\"researcher1\"]}");
    refused(second, 409, "nodes");
    assertThat(JSON.readTree(second.body()).path("detail").asText())
        .contains("reservation work keeps n1 from ", "the earliest start with these nodes is ");
    assertThat(server.get("admin1", ALL + "/lesson").statusCode()).isEqualTo(404);

    assertThat(server.call("admin1", "DELETE", ALL + "/work", "").statusCode()).isEqualTo(204);
    server.awaitEnd("researcher1", id);
    JsonNode ended = JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + id).body());
    assertThat(ended.path("state").asText()).isEqualTo("COMPLETED");
  }
}

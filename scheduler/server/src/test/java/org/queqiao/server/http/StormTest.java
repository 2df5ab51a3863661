package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One account that asks too much: R43 and R44 of the catalogue. */
@Timeout(180)
final class StormTest {
  private static final int AT_ONCE = 32;
  private static final String HELD = "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    String unixUser =
        System.getProperty("user.name").equals("root") ? "nobody" : System.getProperty("user.name");
    for (String name : List.of("poller", "stormer")) {
      assertThat(
              server
                  .post(
                      "admin1",
                      "/api/v1/users",
                      "{\"name\":\""
                          + name
                          + "\",\"title\":\"S\",\"unixUser\":\""
                          + unixUser
                          + "\",\"defaultProject\":\"climate\"}")
                  .statusCode())
          .isEqualTo(201);
      assertThat(
              server
                  .call(
                      "admin1",
                      "PUT",
                      "/api/v1/projects/climate/members/" + name,
                      "{\"rank\":\"MEMBER\"}")
                  .statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void r43APollStormIsToldToSlowDownAndOthersNoticeNothing() throws Exception {
    storm(
        server.request("poller", "/api/v1/jobs?limit=1"),
        200,
        RunningServer.REQUEST_BURST,
        RunningServer.REQUESTS_PER_S);
    assertThat(server.get("researcher2", "/api/v1/jobs?limit=1").statusCode()).isEqualTo(200);
  }

  @Test
  void r44ASubmitStormIsToldToSlowDownAndOthersSubmit() throws Exception {
    storm(
        server
            .request("stormer", "/api/v1/jobs")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(HELD)),
        201,
        RunningServer.SUBMIT_BURST,
        RunningServer.SUBMITS_PER_S);
    assertThat(server.post("researcher2", "/api/v1/jobs", HELD).statusCode()).isEqualTo(201);
    // Another kind of request has its own bucket: whoever storms can still cancel.
    assertThat(server.get("stormer", "/api/v1/jobs?limit=1").statusCode()).isEqualTo(200);
  }

  /** Repeats a request until it is refused, and looks at how many passed before. */
  private static void storm(HttpRequest.Builder request, int good, int burst, int perSecond)
      throws Exception {
    long begunNanos = System.nanoTime();
    long passed = 0;
    HttpResponse<String> refused = null;
    HttpRequest one = request.build();
    while (refused == null && passed <= 100L * burst) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        answers.add(server.http().sendAsync(one, HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> each : answers) {
        HttpResponse<String> answer = each.get();
        if (answer.statusCode() == 429) {
          refused = answer;
        } else {
          assertThat(answer.statusCode()).isEqualTo(good);
          passed++;
        }
      }
    }
    long tookS = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begunNanos) + 1;
    assertThat(refused).as("a refusal after " + passed).isNotNull();
    assertThat(refused.body()).contains("\"code\":\"TOO_MANY\"");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow()).isPositive();
    assertThat(passed).isBetween((long) burst, burst + perSecond * tookS + 1);
  }
}

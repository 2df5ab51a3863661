package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** More requests at once than may wait: some are told when to come back, and none is lost. */
final class FullInboxTest {
  private static final String HELD = "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}";

  /** Of 64 places, with a sync of the log after each input. */
  private static final String SMALL = "loop: {inboxCapacity: 64, maxBatch: 1}\n";

  private static final int AT_ONCE = 120;
  private static final int BURSTS = 20;

  @Test
  void whoFindsItFullIsToldWhenToComeBackAndThenHasItsJobOnce() throws Exception {
    RunningServer server = RunningServer.configured(SMALL);
    List<String> turnedAway = new ArrayList<>();
    List<String> unanswered = new ArrayList<>();
    TreeSet<String> jobs = new TreeSet<>();
    int bursts = 0;
    while (turnedAway.isEmpty()) {
      assertThat(bursts++).as("bursts").isLessThan(BURSTS);
      burst(server, "burst-" + bursts + "-", jobs, turnedAway, unanswered);
    }
    turnedAway.addAll(unanswered);
    for (String key : turnedAway) {
      HttpResponse<String> again = server.send(submission(server, key));
      while (again.statusCode() == 503) {
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        again = server.send(submission(server, key));
      }
      assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
      jobs.add(again.headers().firstValue("Location").orElseThrow());
    }
    assertThat(jobs).as("a job for each request").hasSize(bursts * AT_ONCE);
  }

  @Test
  void whoAsksForATaskOfAnArrayMeanwhileIsToldWhenToComeBackToo() throws Exception {
    RunningServer server = RunningServer.configured(SMALL);
    HttpResponse<String> array =
        server.send(
            submission(
                server, "array", "{\"script\":\"#!/bin/sh\\n\",\"hold\":true,\"array\":\"1-3\"}"));
    assertThat(array.statusCode()).as(array.body()).isEqualTo(201);
    String path = array.headers().firstValue("Location").orElseThrow() + "/explain?task=2";
    int turnedAway = 0;
    for (int i = 0; turnedAway == 0; i++) {
      assertThat(i).as("bursts").isLessThan(BURSTS);
      turnedAway = asked(server, "beside-" + i + "-", path);
    }
    HttpResponse<String> later = server.send(server.request("researcher1", path));
    while (later.statusCode() == 503 || later.statusCode() == 429) {
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      later = server.send(server.request("researcher1", path));
    }
    assertThat(later.statusCode()).as(later.body()).isEqualTo(200);
  }

  /** Asks while many submit; how often the scheduler was too busy to say. */
  private static int asked(RunningServer server, String name, String path) {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      others.add(sent(server, submission(server, name + i)));
      if (i % 2 == 0) {
        answers.add(sent(server, server.request("researcher1", path)));
      }
    }
    int turnedAway = 0;
    for (CompletableFuture<HttpResponse<String>> each : answers) {
      HttpResponse<String> answer = each.handle((got, lost) -> got).join();
      if (answer != null && answer.statusCode() != 200) {
        assertThat(answer.statusCode()).as(answer.body()).isIn(429, 503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        turnedAway += answer.body().contains("the scheduler is busy") ? 1 : 0;
      }
    }
    others.forEach(each -> each.handle((got, lost) -> got).join());
    return turnedAway;
  }

  private static CompletableFuture<HttpResponse<String>> sent(
      RunningServer server, HttpRequest.Builder request) {
    return server.http().sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void burst(
      RunningServer server,
      String name,
      TreeSet<String> jobs,
      List<String> turnedAway,
      List<String> unanswered)
      throws Exception {
    List<String> keys = new ArrayList<>();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      keys.add(name + i);
      answers.add(
          server
              .http()
              .sendAsync(
                  submission(server, keys.get(i)).build(), HttpResponse.BodyHandlers.ofString()));
    }
    for (int i = 0; i < AT_ONCE; i++) {
      HttpResponse<String> answer;
      try {
        answer = answers.get(i).get();
      } catch (ExecutionException lost) {
        // A connection whose request came too late for the server's patience.
        assertThat(lost).hasCauseInstanceOf(IOException.class);
        unanswered.add(keys.get(i));
        continue;
      }
      if (answer.statusCode() == 201) {
        jobs.add(answer.headers().firstValue("Location").orElseThrow());
      } else {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":\"BUSY\"").doesNotContain("Exception");
        assertThat(answer.headers().firstValue("Retry-After").map(Integer::parseInt).orElse(0))
            .as("when to come back")
            .isPositive();
        turnedAway.add(keys.get(i));
      }
    }
  }

  private static HttpRequest.Builder submission(RunningServer server, String key) {
    return submission(server, key, HELD);
  }

  private static HttpRequest.Builder submission(RunningServer server, String key, String body) {
    return server
        .request("researcher1", "/api/v1/jobs", "Idempotency-Key", key)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }
}

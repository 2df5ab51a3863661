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
    return server
        .request("researcher1", "/api/v1/jobs", "Idempotency-Key", key)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(HELD));
  }
}

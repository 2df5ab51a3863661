package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The database of accounting is killed: jobs go on and are shown, money is asked for later. */
final class BooksAwayTest {
  private static final String USAGE = "/api/v1/usage?by=user&from=0&to=9000000000000";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  @Test
  void whatNeedsTheBooksSaysWhenToComeBackAndTheRestIsAnswered() throws Exception {
    String job =
        server
            .post("researcher1", "/api/v1/jobs", "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    ProcessHandle database = server.database();
    database.destroyForcibly();
    database.onExit().get();

    assertThat(server.call("researcher1", "DELETE", job, "").statusCode()).isEqualTo(200);
    HttpResponse<String> shown = server.get("researcher1", job);
    assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
    assertThat(shown.body()).contains("\"state\":\"CANCELLED\"");
    assertThat(server.get("researcher1", "/api/v1/jobs").statusCode()).isEqualTo(200);

    long until = System.nanoTime() + Duration.ofSeconds(180).toNanos();
    HttpResponse<String> usage = server.get("researcher1", USAGE);
    while (usage.statusCode() != 200) {
      assertThat(usage.statusCode()).as(usage.body()).isEqualTo(503);
      assertThat(usage.body()).contains("\"code\":\"BUSY\"", "jobs go on");
      assertThat(usage.headers().firstValue("Retry-After")).hasValue("2");
      assertThat(System.nanoTime()).as("the database comes back").isLessThan(until);
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      usage = server.get("researcher1", USAGE);
    }
    assertThat(server.database().pid()).isNotEqualTo(database.pid());
  }
}

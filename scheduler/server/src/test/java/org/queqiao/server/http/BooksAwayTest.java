package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The database of accounting is killed: jobs go on and are shown, money is asked for later. */
final class BooksAwayTest {
  private static final String USAGE = "/api/v1/usage?by=user&from=1600000000000&to=9000000000000";
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
    server.killDatabase();

    assertThat(server.call("researcher1", "DELETE", job, "").statusCode()).isEqualTo(200);
    HttpResponse<String> shown = server.get("researcher1", job);
    assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
    assertThat(shown.body()).contains("\"state\":\"CANCELLED\"");
    // What memory holds: a page that goes on to older jobs needs the books.
    HttpResponse<String> newest = server.get("researcher1", "/api/v1/jobs?limit=1");
    assertThat(newest.statusCode()).as(newest.body()).isEqualTo(200);

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

  @Test
  void isNotReadyWhileTheBooksCannotBeWrittenAndNamesThem() throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(180).toNanos();
    HttpResponse<String> ready = server.get("", "/health/ready");
    while (ready.statusCode() == 200) {
      assertThat(System.nanoTime()).as("somebody notices").isLessThan(until);
      assertThat(ready.body()).contains("\"status\":\"ready\"", "\"parts\":{}");
      server.killDatabase();
      // Whatever happens now is to be written.
      server.post("researcher1", "/api/v1/jobs", "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}");
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      ready = server.get("", "/health/ready");
    }
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
    assertThat(ready.body())
        .contains("\"status\":\"not ready\"", "\"database\":\"cannot be written")
        .doesNotContain("Exception", "SQL");
    assertThat(server.get("", "/health/live").statusCode()).isEqualTo(200);
    while (ready.statusCode() != 200) {
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
      assertThat(System.nanoTime()).as("the database comes back").isLessThan(until);
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      ready = server.get("", "/health/ready");
    }
  }
}

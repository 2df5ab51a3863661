package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.metrics.Counter;

/** What was counted of a job, over HTTP, from a real node. */
@Timeout(180)
final class MetricsRestTest {
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static long submit(String more, String command) throws Exception {
    String body =
        "{\"workDir\":\""
            + server.node().work()
            + "\",\"script\":\"#!/bin/sh\\n"
            + command
            + "\\n\""
            + more
            + "}";
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    String location = answer.headers().firstValue("Location").orElseThrow();
    return Long.parseLong(location.substring(location.lastIndexOf('/') + 1));
  }

  private static String awaitTotals(long id) throws Exception {
    for (int tries = 0; tries < 100; tries++) {
      String body = server.get("researcher1", "/api/v1/jobs/" + id + "/metrics").body();
      if (body.contains("\"cpuUserUs\":\"us\"")) {
        return body;
      }
      LockSupport.parkNanos(200_000_000);
    }
    throw new AssertionError("no counters of job " + id);
  }

  @Test
  void theOwnerReadsTotalsWithUnitsAndWhatIsMissingAndNobodyElseDoes() throws Exception {
    long id =
        submit(
            "",
            "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; head -c 2000000 /dev/zero | wc -c");
    server.awaitEnd("researcher1", id);
    String body = awaitTotals(id);
    assertThat(body)
        .contains("\"attempt\":1")
        .containsPattern("\"cpuUserUs\":[1-9]\\d{3,}")
        .containsPattern("\"largestProcessBytes\":[1-9]\\d{5,}")
        .contains("\"cpuUserUs\":\"us\"");
    for (Counter each : Counter.values()) {
      if (each.scope() != Counter.Scope.SERIES) {
        assertThat(body).as("a total, or missing").contains("\"" + each.text() + "\"");
      }
    }
    HttpResponse<String> other = server.get("researcher2", "/api/v1/jobs/" + id + "/metrics");
    assertThat(other.statusCode()).isIn(403, 404);
    assertThat(server.get("researcher1", "/api/v1/jobs/999999999/metrics").statusCode())
        .isEqualTo(404);
    assertThat(server.get("researcher1", "/api/v1/jobs/x/metrics").statusCode()).isIn(400, 422);
  }

  @Test
  void aLivingRunSaysOfEachCounterWhatThereIsOrWhyNot() throws Exception {
    long id = submit("", "sleep 120");
    String path = "/api/v1/jobs/" + id;
    for (int tries = 0; tries < 100; tries++) {
      if (server.get("researcher1", path).body().contains("\"RUNNING\"")) {
        break;
      }
      LockSupport.parkNanos(200_000_000);
    }
    String body = server.get("researcher1", path + "/metrics").body();
    assertThat(body).contains("\"attempt\":1");
    for (Counter each : Counter.values()) {
      if (each.scope() == Counter.Scope.RUN) {
        assertThat(body).as("a total, or missing").contains("\"" + each.text() + "\"");
      }
    }
    assertThat(server.get("researcher1", path + "/metrics?attempt=1").statusCode()).isEqualTo(200);
    assertThat(server.get("researcher1", path + "/metrics?attempt=2").statusCode()).isEqualTo(404);
    assertThat(server.call("researcher1", "DELETE", path, "").statusCode()).isLessThan(300);
    server.awaitEnd("researcher1", id);
  }

  @Test
  void aNodeShowsItsHeartbeatsAndWhatItCannotCount() throws Exception {
    String name =
        server.get("researcher1", "/api/v1/nodes").body().split("\"name\":\"")[1].split("\"")[0];
    String body = "";
    for (int tries = 0; tries < 100 && !body.contains("load1Milli"); tries++) {
      body = server.get("researcher1", "/api/v1/nodes/" + name + "/metrics").body();
      LockSupport.parkNanos(200_000_000);
    }
    assertThat(body)
        .contains("\"networkReceivedBytes\":\"bytes\"")
        .containsPattern("\"timesMs\":\\[\\d{13}")
        .containsPattern("\"counter\":\"cpuEnergyUj\",\"node\":\"[^\"]+\",\"reason\":\"[^\"]+");
    assertThat(server.get("researcher1", "/api/v1/nodes/nowhere/metrics").statusCode())
        .isEqualTo(404);
    assertThat(
            server.get("researcher1", "/api/v1/nodes/" + name + "/metrics?points=0").statusCode())
        .isEqualTo(422);
  }

  @Test
  void aJobThatNeverRanHasNone() throws Exception {
    long id = submit(",\"hold\":true", "true");
    String body = server.get("researcher1", "/api/v1/jobs/" + id + "/metrics").body();
    assertThat(body).contains("\"attempt\":null").contains("\"totals\":{}");
  }
}

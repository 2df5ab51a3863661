package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What cannot be done now is answered with 503 and when to come back, by a server without its log.
 */
final class BusyRestTest {
  private static final String HELD = "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.alone();
  }

  private static void busy(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After").map(Integer::parseInt).orElse(0))
        .as("when to come back")
        .isPositive();
    assertThat(answer.body()).contains("\"code\":\"BUSY\"").doesNotContain("Exception");
  }

  @Test
  void anExplanationWithoutTheLogTellsTheSenderToComeBackAndNoPath() throws Exception {
    HttpResponse<String> job = server.post("researcher1", "/api/v1/jobs", HELD);
    String path = job.headers().firstValue("Location").orElseThrow();
    List<Path> hidden = new ArrayList<>();
    try (var files = Files.list(server.log())) {
      for (Path each : files.filter(file -> file.toString().contains("segment-")).toList()) {
        Path away = each.resolveSibling("away-" + each.getFileName());
        Files.move(each, away);
        hidden.add(away);
      }
    }
    assertThat(hidden).isNotEmpty();
    try {
      HttpResponse<String> answer =
          server.get("researcher1", path + "/explain?at=" + submitMs(path));
      busy(answer);
      assertThat(answer.body()).doesNotContain(server.log().toString()).doesNotContain("segment-");
    } finally {
      for (Path each : hidden) {
        Files.move(each, each.resolveSibling(each.getFileName().toString().substring(5)));
      }
    }
    HttpResponse<String> again = server.get("researcher1", path + "/explain?at=" + submitMs(path));
    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
  }

  private static long submitMs(String job) throws Exception {
    String shown = server.get("researcher1", job).body();
    return Long.parseLong(shown.replaceAll("(?s).*\"submitMs\":(\\d+).*", "$1"));
  }
}

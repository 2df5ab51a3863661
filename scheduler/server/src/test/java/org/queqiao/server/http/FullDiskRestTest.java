package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.server.Installed;

/** A server whose log has a small disk of its own, which somebody fills. */
final class FullDiskRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MEBIBYTE = 1 << 20;
  private static final String SETTINGS =
      "log: {segmentBytes: %d, reserveBytes: %d, lowWaterBytes: %d}\n"
          .formatted(MEBIBYTE, MEBIBYTE, 4 * MEBIBYTE);

  private static final String HELD = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";

  private RunningServer server;

  private HttpResponse<String> submit() throws Exception {
    return server.post("researcher1", "/api/v1/jobs", HELD);
  }

  private long submitted() throws Exception {
    HttpResponse<String> answer = submit();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("id").asLong();
  }

  private void cancels(long job) throws Exception {
    HttpResponse<String> answer = server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(JSON.readTree(answer.body()).path("state").asText()).isEqualTo("CANCELLED");
  }

  /** Takes what room there is but so much. */
  private void fill(Path file, long leaves) throws Exception {
    byte[] zeros = new byte[MEBIBYTE / 4];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (Files.getFileStore(file).getUsableSpace() > leaves + zeros.length) {
        out.write(zeros);
      }
    }
  }

  @Test
  void newJobsAreRefusedWith507WhileTheDiskIsFullAndEndsAreRecorded() throws Exception {
    // Only root can mount a file system.
    Installed.need(
        Installed.isRoot() ? List.of(Path.of("/bin/mount")) : List.of(Path.of("/root/mount")),
        "mount a file system as root");
    server = RunningServer.withLogOf(32 * MEBIBYTE, SETTINGS);
    long first = submitted();
    long second = submitted();
    Path filler = server.log().resolve("filler");
    fill(filler, 2 * MEBIBYTE);
    // How much room there is becomes known with what is recorded.
    cancels(first);

    HttpResponse<String> refused = submit();
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
    assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = JSON.readTree(refused.body());
    assertThat(problem.path("status").asInt()).isEqualTo(507);
    assertThat(problem.path("detail").asText())
        .contains("has no room")
        .contains("running jobs go on")
        .doesNotContain(server.data().toString());
    cancels(second);
    assertThat(submit().statusCode()).isEqualTo(507);
    assertThat(server.get("researcher1", "/api/v1/jobs").statusCode()).isEqualTo(200);

    Files.delete(filler);
    cancels(submitted());
  }
}

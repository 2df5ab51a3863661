package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.server.auth.CapturedLog;

/**
 * Secrets planted in a job and in requests turn up nowhere but before their owner: R11 and R46 of
 * the catalogue.
 */
@Timeout(120)
final class PlantedSecretsTest {
  private static final List<String> OTHERS =
      List.of("researcher2", "manager1", "admin1", "finance1", "auditor1");

  @Test
  void r46WhatAJobHidesIsShownToItsOwnerAlone() throws Exception {
    RunningServer server = RunningServer.shared();
    String work = server.node().work().toString();
    String canary = "canary-" + "4b71e09d2f";
    try (CapturedLog log = CapturedLog.open()) {
      HttpResponse<String> submitted =
          server.post(
              "researcher1",
              "/api/v1/jobs",
              "{\"script\":\"#!/bin/sh\\n# "
                  + canary
                  + "-script\\necho $SECRET\\n\",\"workDir\":\""
                  + work
                  + "\",\"stdoutPath\":\"planted-%j\",\"environment\":{\"SECRET\":\""
                  + canary
                  + "-environment\"}}",
              "Idempotency-Key",
              canary + "-key");
      assertThat(submitted.statusCode()).isEqualTo(201);
      String job = submitted.headers().firstValue("Location").orElseThrow();
      long id = Long.parseLong(job.substring(job.lastIndexOf('/') + 1));
      server.awaitEnd("researcher1", id);

      assertThat(server.get("researcher1", job + "/output").body())
          .isEqualTo(canary + "-environment\n");
      List<String> seen = new ArrayList<>();
      seen.add(server.events("auditor1", "from=0", event -> event.contains("\"job\":" + id)));
      for (String other : OTHERS) {
        for (String path :
            List.of(
                job,
                job + "/output",
                "/api/v1/jobs",
                "/api/v1/nodes",
                "/api/v1/ledger/postings?job=" + id,
                "/api/v1/usage?by=user&from=1600000000000&to=9999999999999")) {
          seen.add(server.get(other, path).body());
        }
      }
      seen.add(server.get("", "/metrics").body());
      // What is refused is quoted at most by the name of its field.
      seen.add(
          server.post("researcher1", "/api/v1/jobs", "{\"script\":\"" + canary + "\"}").body());
      seen.add(server.post("researcher1", "/api/v1/jobs", "{" + canary).body());
      seen.add(
          server
              .post(
                  "researcher1",
                  "/api/v1/jobs",
                  "{\"script\":\"#!/bin/sh\\n\",\"environment\":{\"A\":\"" + canary + "\\u0000\"}}")
              .body());
      java.util.logging.Logger.getLogger("test").info("the capture works");
      assertThat(log.lines()).anyMatch(line -> line.contains("the capture works"));
      seen.addAll(log.lines());
      seen.add(server.node().log("agent"));
      seen.add(server.node().log("launcher"));
      assertThat(seen).noneMatch(text -> text.contains(canary));
      String token = server.token("researcher1");
      assertThat(seen).noneMatch(text -> text.contains(token));
    }
  }

  @Test
  void r11TheScriptAndEnvironmentOfAnotherAreInNoAnswer() throws Exception {
    RunningServer server = RunningServer.shared();
    HttpResponse<String> submitted =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"hold\":true,\"script\":\"#!/bin/sh\\n# private-words\\n\"}");
    String job = submitted.headers().firstValue("Location").orElseThrow();
    for (String other : OTHERS) {
      HttpResponse<String> answer = server.get(other, job);
      assertThat(answer.statusCode()).as(other).isEqualTo(other.equals("researcher2") ? 404 : 200);
      assertThat(answer.body()).as(other).doesNotContain("private-words");
    }
  }
}

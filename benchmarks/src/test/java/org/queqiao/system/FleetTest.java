package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.queqiao.benchmarks.Service;

/** Fake nodes against a whole system: to the server they are nodes like any other. */
final class FleetTest {
  private static final Path ROOT = EndToEndTest.root();
  private static final int NODES = 30;
  private static Service service;
  private static Client researcher;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    service = Service.start(ROOT, "", Map.of());
    researcher = new Client(service.url(), service.token("researcher1"));
    admin = new Client(service.url(), service.token("admin1"));
    service.script(
        "agent",
        "--fake-nodes",
        Integer.toString(NODES),
        "--run-ms",
        "200-800",
        "--fail-permille",
        "0",
        "--gpus",
        "4");
    admin.await(
        "/api/v1/nodes?limit=1000",
        all -> {
          long up = 0;
          for (JsonNode node : all.path("items")) {
            up += node.path("state").asText().equals("UP") ? 1 : 0;
          }
          return up == NODES + 1;
        });
  }

  @AfterAll
  static void stop() throws Exception {
    researcher.close();
    admin.close();
    service.close();
  }

  @Test
  void jobsOverManyFakeNodesEndAndAreMetered() throws Exception {
    List<Long> jobs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      jobs.add(
          submit(
              "{\"script\":\"#!/bin/sh\\n\",\"nodes\":3,\"tasks\":192,"
                  + "\"nodeList\":\"fake[00001-00003]\"}"));
    }
    for (long id : jobs) {
      JsonNode job = researcher.awaitEnd(id);
      assertThat(job.path("state").asText()).isEqualTo("COMPLETED");
      assertThat(job.path("cores").asLong()).isEqualTo(192);
      assertThat(job.path("nodes")).hasSize(3);
      assertThat(job.path("coreMs").asLong())
          .isEqualTo(192 * (job.path("endMs").asLong() - job.path("startMs").asLong()))
          .isPositive();
    }
  }

  @Test
  void theOutputOfAFakeRunIsEmpty() throws Exception {
    long id = submit("{\"script\":\"#!/bin/sh\\n\",\"nodeList\":\"fake00007\"}");
    researcher.awaitEnd(id);
    Client.Answer output = researcher.get("/api/v1/jobs/" + id + "/output");
    assertThat(output.status()).isEqualTo(200);
    assertThat(output.body()).isEmpty();
  }

  @Test
  void aSecondFleetAndWrongNumbersAreRefusedInOneLine() throws Exception {
    assertThat(service.run("agent", "--fake", "1").exit()).isEqualTo(1);
    assertThat(service.run("agent", "--fake", "11").exit()).isEqualTo(1);
    assertThat(service.run("agent", "--fake-nodes", "x").exit()).isEqualTo(1);
    assertThat(service.run("agent").exit()).isEqualTo(1);
  }

  private static long submit(String body) throws Exception {
    Client.Answer answer = researcher.post("/api/v1/jobs", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().path("id").asLong();
  }
}

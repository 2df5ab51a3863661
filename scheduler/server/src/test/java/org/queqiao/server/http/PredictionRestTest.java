package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is foreseen of jobs, asked of a whole server. */
final class PredictionRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PARTITION = "/api/v1/partitions/guessed";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  private static JsonNode put(String rules) throws Exception {
    return ok(server.call("admin1", "PUT", PARTITION, rules));
  }

  @Test
  void aPartitionIsPlannedByPredictionsUntilItsAdministratorSaysOtherwise() throws Exception {
    String limits = "\"defaultLimitMs\":60000,\"maxLimitMs\":120000";
    assertThat(put("{" + limits + "}").path("predictions").asBoolean()).isTrue();
    assertThat(put("{" + limits + ",\"predictions\":false}").path("predictions").asBoolean())
        .isFalse();
    assertThat(put("{" + limits + "}").path("predictions").asBoolean())
        .as("what is not named stays")
        .isFalse();
    HttpResponse<String> wrong =
        server.call("admin1", "PUT", PARTITION, "{" + limits + ",\"predictions\":\"no\"}");
    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(wrong.body()).contains("predictions");
  }

  @Test
  void aJobOfWhichNothingIsKnownShowsNoPrediction() throws Exception {
    JsonNode job =
        ok(
            server.post(
                "researcher1",
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}"));
    JsonNode shown = ok(server.get("researcher1", "/api/v1/jobs/" + job.path("id").asLong()));
    assertThat(shown.has("predictedMs")).isTrue();
    assertThat(shown.path("predictedMs").isNull()).isTrue();
    assertThat(shown.path("promisedStartMs").isNull()).isTrue();
  }
}

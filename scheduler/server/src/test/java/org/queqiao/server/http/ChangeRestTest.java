package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Changing jobs, asked of a whole server. */
final class ChangeRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HELD = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static String submitted() throws Exception {
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", HELD);
    return "/api/v1/jobs/" + JSON.readTree(answer.body()).path("id").asLong();
  }

  private static HttpResponse<String> patch(String address, String ifMatch, String body)
      throws Exception {
    HttpRequest.Builder request =
        server
            .request("researcher1", address)
            .header("Content-Type", "application/merge-patch+json");
    if (ifMatch != null) {
      request.header("If-Match", ifMatch);
    }
    return server.send(request.method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void whatIsNamedChangesAndTheVersionRises() throws Exception {
    String address = submitted();
    HttpResponse<String> before = server.get("researcher1", address);
    assertThat(before.headers().firstValue("ETag")).hasValue("\"0\"");
    HttpResponse<String> answer =
        patch(address, "\"0\"", "{\"name\":\"night\",\"limitMs\":60000,\"nice\":5}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("ETag")).hasValue("\"1\"");
    JsonNode job = JSON.readTree(answer.body());
    assertThat(job.path("name").asText()).isEqualTo("night");
    assertThat(job.path("limitMs").asLong()).isEqualTo(60_000);
    assertThat(job.path("nice").asInt()).isEqualTo(5);
    assertThat(job.path("revision").asInt()).isEqualTo(1);
    JsonNode listed =
        JSON.readTree(server.get("researcher1", "/api/v1/jobs?limit=1000").body()).path("items");
    assertThat(listed)
        .filteredOn(each -> address.endsWith("/" + each.path("id").asText()))
        .extracting(each -> each.path("name").asText())
        .containsExactly("night");
    JsonNode again = JSON.readTree(patch(address, "*", "{\"limitMs\":null}").body());
    assertThat(again.path("limitMs").asLong()).isEqualTo(3_600_000);
    assertThat(again.path("name").asText()).isEqualTo("night");
  }

  @Test
  void r33AStaleVersionIsRefusedAndChangesNothing() throws Exception {
    String address = submitted();
    assertThat(patch(address, "\"0\"", "{\"name\":\"a\"}").statusCode()).isEqualTo(200);
    HttpResponse<String> stale = patch(address, "\"0\"", "{\"name\":\"b\"}");
    assertThat(stale.statusCode()).isEqualTo(412);
    assertThat(JSON.readTree(stale.body()).path("code").asText()).isEqualTo("STALE");
    assertThat(JSON.readTree(server.get("researcher1", address).body()).path("name").asText())
        .isEqualTo("a");
    assertThat(patch(address, "W/\"1\"", "{\"name\":\"b\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void wrongChangesAreRefused() throws Exception {
    String address = submitted();
    assertThat(patch(address, null, "{}").statusCode()).isEqualTo(422);
    assertThat(patch(address, null, "{\"script\":\"#!/bin/sh\"}").statusCode()).isIn(400, 422);
    assertThat(patch(address, null, "{\"limitMs\":0}").statusCode()).isEqualTo(422);
    assertThat(patch(address, null, "{\"arrayAtOnce\":3}").statusCode()).isEqualTo(409);
    assertThat(patch(address, null, "{\"limitMs\":9007199254740990}").statusCode()).isEqualTo(422);
    assertThat(server.call("researcher1", "DELETE", address, "").statusCode()).isEqualTo(200);
    HttpResponse<String> ended = patch(address, null, "{\"name\":\"late\"}");
    assertThat(ended.statusCode()).isEqualTo(409);
    assertThat(ended.body()).contains("has ended (CANCELLED)");
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files of top-ups, on a whole server with its real database. */
final class ImportRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEAD = "reference,project,amount,currency,reason\n";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.local("/projects", "project=by-file&domain=atmosphere");
  }

  private static HttpResponse<String> send(String who, String content) throws Exception {
    return server.send(
        server
            .request(who, "/api/v1/imports/top-ups")
            .header("Content-Type", "text/csv")
            .POST(HttpRequest.BodyPublishers.ofString(content)));
  }

  private static JsonNode imported(String content) throws Exception {
    HttpResponse<String> answer = send("finance1", content);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static void counts(JsonNode outcome, int proposed, int known, int quarantined) {
    assertThat(outcome.path("proposed").asInt()).as(outcome.toString()).isEqualTo(proposed);
    assertThat(outcome.path("known").asInt()).isEqualTo(known);
    assertThat(outcome.path("quarantined")).hasSize(quarantined);
    assertThat(outcome.path("lines").asInt()).isEqualTo(proposed + known + quarantined);
  }

  @Test
  void theSameFileTwiceChangesNothingAndMoneyComesWithTheSecondPerson() throws Exception {
    String file =
        HEAD
            + "t1,by-file,1.50,CNY,grant\n"
            + "t2,by-file,2,CNY,\"grant, second part\"\n"
            + "t1,by-file,1.50,CNY,said twice\n"
            + "t3,nobodys,2,CNY,grant\n"
            + "t4,by-file,2,XYZ,grant\n"
            + "t5,by-file,two,CNY,grant\n";
    JsonNode first = imported(file);
    counts(first, 2, 1, 3);
    assertThat(first.path("proposedTotals").path(0).path("amountMicro").asLong())
        .isEqualTo(3_500_000);
    assertThat(first.path("quarantined").findValuesAsText("line")).containsExactly("5", "6", "7");
    counts(imported(file), 0, 3, 3);
    counts(imported(HEAD + "t1,by-file,9,CNY,grant\n"), 0, 0, 1);
    String balance = "/api/v1/projects/by-file/balance";
    assertThat(JSON.readTree(server.get("finance1", balance).body()).path("items")).isEmpty();
    JsonNode open =
        JSON.readTree(server.get("finance2", "/api/v1/proposals?state=OPEN&limit=100").body());
    for (JsonNode each : open.path("items")) {
      if (each.path("project").asText().equals("by-file")) {
        HttpResponse<String> decided =
            server.post(
                "finance2",
                "/api/v1/proposals/" + each.path("proposal").asLong() + "/decision",
                "{\"approve\":true,\"reason\":\"seen\"}");
        assertThat(decided.statusCode()).as(decided.body()).isEqualTo(204);
      }
    }
    counts(imported(file), 0, 3, 3);
    assertThat(
            JSON.readTree(server.get("finance1", balance).body())
                .path("items")
                .path(0)
                .path("availableMicro")
                .asLong())
        .isEqualTo(3_500_000);
  }

  @Test
  void whatIsNoFileOfTopUpsOrComesFromOthersIsRefused() throws Exception {
    assertThat(send("finance1", "name,amount\na,1\n").statusCode()).isEqualTo(422);
    assertThat(send("finance1", "").statusCode()).isEqualTo(422);
    assertThat(send("finance1", HEAD + "x\n".repeat(2_001)).statusCode()).isEqualTo(422);
    assertThat(send("researcher1", HEAD + "t9,by-file,1,CNY,a\n").statusCode()).isEqualTo(403);
    assertThat(send("admin1", HEAD + "t9,by-file,1,CNY,a\n").statusCode()).isEqualTo(403);
    assertThat(server.post("finance1", "/api/v1/imports/top-ups", "{}").statusCode())
        .isEqualTo(415);
  }
}

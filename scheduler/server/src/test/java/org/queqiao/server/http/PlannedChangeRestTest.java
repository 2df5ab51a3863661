package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Changes that count from a later time on, on a whole server with its real database. */
final class PlannedChangeRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "/api/v1/planned-changes";
  private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    for (String each : List.of("rock", "stone", "sand")) {
      server.local("/domains", "domain=" + each);
    }
    server.local("/projects", "project=ahead&domain=rock");
    server.call("admin1", "PUT", "/api/v1/platforms/geo", "{\"title\":\"Geo\"}");
  }

  private static String month(int ahead) {
    return YearMonth.now(ZONE).plusMonths(ahead).toString();
  }

  private static JsonNode json(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
  }

  private static HttpResponse<String> plan(String who, String body) throws Exception {
    return server.post(who, PATH, "{" + body.replace('\'', '"') + "}");
  }

  private static String place(String domain, String parent, String from) {
    String quoted = parent == null ? "null" : "'" + parent + "'";
    return "'change':'parent','domain':'"
        + domain
        + "','parent':"
        + quoted
        + ",'from':'"
        + from
        + "'";
  }

  /** Those that an account sees of what this test plans, in their order. */
  private static List<JsonNode> planned(String who) throws Exception {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode each : json(server.get(who, PATH), 200).path("items")) {
      String of = each.path("domain").asText() + each.path("project").asText();
      if (List.of("rock", "stone", "sand", "ahead").contains(of)) {
        all.add(each);
      }
    }
    return all;
  }

  @Test
  void whatIsPlannedIsListedForWhoMayKnowItAndCanBeWithdrawn() throws Exception {
    JsonNode place = json(plan("admin1", place("stone", "rock", month(3))), 201);
    assertThat(place.path("from").asText()).isEqualTo(month(3));
    assertThat(place.path("fromMs").asLong())
        .isEqualTo(
            YearMonth.parse(month(3)).atDay(1).atStartOfDay(ZONE).toInstant().toEpochMilli());
    String day = LocalDate.now(ZONE).plusDays(40).toString();
    String shares =
        "'change':'domains','project':'ahead','domains':[{'domain':'rock','permille':300},"
            + "{'domain':'sand','permille':700}],'from':'"
            + day
            + "'";
    JsonNode split = json(plan("admin1", shares), 201);
    assertThat(split.path("from").asText()).isEqualTo(day);
    assertThat(json(plan("admin1", shares), 201)).isEqualTo(split);
    server.command(
        "admin1", "planned", "platform", "ahead", "geo", month(2), "--reason", "is sold by then");
    List<JsonNode> all = planned("admin1");
    assertThat(all).hasSize(3).contains(place, split);
    assertThat(all)
        .isSortedAccordingTo(
            (a, b) -> Long.compare(a.path("fromMs").asLong(), b.path("fromMs").asLong()));
    JsonNode owner = all.stream().filter(each -> each.has("platform")).findFirst().orElseThrow();
    assertThat(owner.path("platform").asText()).isEqualTo("geo");
    // Domains are known to all; the project to its members alone.
    assertThat(planned("researcher1")).containsExactly(place);
    assertThat(
            json(
                    server.get("auditor1", "/api/v1/audit?about=project:ahead&kind=ChangePlanned"),
                    200)
                .path("items")
                .findValuesAsText("reason"))
        .contains("is sold by then");
    JsonNode conflict = json(plan("admin1", place("rock", "stone", month(2))), 409);
    assertThat(conflict.path("detail").asText())
        .contains("planned change " + place.path("number").asLong() + " would make stone part of");
    HttpResponse<String> atOnce =
        server.post(
            "admin1",
            "/api/v1/domains",
            "{\"code\":\"rock\",\"title\":\"Rock\",\"parent\":\"stone\"}");
    assertThat(atOnce.statusCode()).as(atOnce.body()).isEqualTo(409);
    assertThat(server.command("admin1", "planned")).contains("\"domain\":\"stone\"");
    server.command("admin1", "planned", "withdraw", place.path("number").asText());
    for (JsonNode each : List.of(split, owner)) {
      json(server.call("admin1", "DELETE", PATH + "/" + each.path("number").asLong(), ""), 204);
    }
    assertThat(planned("admin1")).isEmpty();
    JsonNode gone =
        json(server.call("admin1", "DELETE", PATH + "/" + split.path("number").asLong(), ""), 404);
    assertThat(gone.path("detail").asText()).contains("may have been made or withdrawn");
  }

  @Test
  void theShellPlansAllThree() throws Exception {
    server.command("admin1", "planned", "domain", "sand", "stone", month(5));
    server.command("admin1", "planned", "domain", "sand", "-", month(6));
    String day = LocalDate.now(ZONE).plusDays(200).toString();
    server.command("admin1", "planned", "domains", "ahead", "rock=250,sand=750", day);
    server.command("admin1", "planned", "platform", "ahead", "-", month(7));
    List<JsonNode> all = planned("admin1");
    assertThat(all).hasSize(4);
    assertThat(all)
        .anySatisfy(each -> {
          assertThat(each.path("domains").findValuesAsText("permille"))
              .containsExactly("250", "750");
          assertThat(each.path("from").asText()).isEqualTo(day);
        });
    for (JsonNode each : all) {
      server.command("admin1", "planned", "withdraw", each.path("number").asText());
    }
    assertThatThrownBy(() -> server.command("admin1", "planned", "domain", "sand"))
        .hasMessageContaining("planned knows domain CODE PARENT|- YYYY-MM");
    assertThatThrownBy(() -> server.command("admin1", "planned", "domains", "ahead", "rock", day))
        .hasMessageContaining("CODE=PERMILLE");
  }

  @Test
  void whatCannotBePlannedIsRefusedWithItsField() throws Exception {
    refused("from", place("stone", "rock", month(0)), "a time to come");
    refused("from", place("stone", "rock", month(-1)), "a time to come");
    refused("from", place("stone", "rock", "2999-01"), "ten years");
    refused("from", place("stone", "rock", LocalDate.now(ZONE).plusDays(90).toString()), "YYYY-MM");
    refused("from", place("stone", "rock", "soon"), "YYYY-MM");
    refused("domain", place("stnoe", "rock", month(1)), "stone");
    refused("parent", place("stone", "rokc", month(1)), "rock");
    refused("parent", place("stone", "stone", month(1)), "part of itself");
    String owner = "'change':'platform','project':'ahead','from':'" + month(1) + "'";
    refused("platform", owner, "says project and platform");
    refused("platform", owner + ",'platform':'no-such'", "no platform");
    refused("domain", owner + ",'platform':'geo','domain':'rock'", "nothing else");
    refused(
        "from",
        "'change':'domains','project':'ahead','domains':[{'domain':'rock','permille':1000}],"
            + "'from':'2999-02-30'",
        "YYYY-MM-DD");
    refused(
        "project",
        "'change':'domains','project':'aheda','domains':[{'domain':'rock','permille':1000}],"
            + "'from':'"
            + LocalDate.now(ZONE).plusDays(2)
            + "'",
        "no project");
    assertThat(plan("admin1", "'change':'title','from':'2030-01'").statusCode()).isEqualTo(422);
    assertThat(plan("manager1", place("stone", "rock", month(1))).statusCode()).isEqualTo(403);
    assertThat(planned("admin1")).isEmpty();
  }

  private static void refused(String field, String body, String why) throws Exception {
    JsonNode refusal = json(plan("admin1", body), 422);
    assertThat(refusal.path("field").asText()).as(refusal.toString()).isEqualTo(field);
    assertThat(refusal.path("detail").asText()).contains(why);
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reasons of administrative changes, and the audit that shows them, on a whole server. */
final class AuditRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REASON = "Queqiao-Reason";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static HttpResponse<String> change(
      RunningServer at, String who, String method, String path, String json, String... headers)
      throws Exception {
    HttpRequest.BodyPublisher body =
        json.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(json);
    HttpRequest.Builder request = at.request(who, path, headers).method(method, body);
    return at.send(json.isEmpty() ? request : request.header("Content-Type", "application/json"));
  }

  private static JsonNode audit(RunningServer at, String query) throws Exception {
    HttpResponse<String> answer = at.get("auditor1", "/api/v1/audit" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  @Test
  void whatIsSaidWithAChangeStandsInTheAuditWhateverTheMethod() throws Exception {
    server.local("/projects", "project=moved&domain=atmosphere");
    String path = "/api/v1/projects/moved/members/researcher2";
    String why = "=cmd|' 换组, 100 %";
    assertThat(
            change(server, "admin1", "PUT", path, "{\"rank\":\"MEMBER\"}", REASON, encoded(why))
                .statusCode())
        .isEqualTo(204);
    assertThat(change(server, "admin1", "DELETE", path, "", REASON, "has left").statusCode())
        .isEqualTo(204);
    JsonNode items = audit(server, "?about=project:moved").path("items");
    assertThat(items).hasSize(3);
    assertThat(items.get(0).path("kind").asText()).isEqualTo("MembershipRemoved");
    assertThat(items.get(0).path("reason").asText()).isEqualTo("has left");
    assertThat(items.get(1).path("actor").asText()).isEqualTo("USER:admin1");
    assertThat(items.get(1).path("reason").asText()).isEqualTo(why);
    assertThat(items.get(1).path("content").path("user").asText()).isEqualTo("researcher2");
    assertThat(items.get(2).path("actor").asText()).startsWith("LOCAL_OWNER:");
    assertThat(items.get(2).path("reason").isNull()).isTrue();

    JsonNode first = audit(server, "?about=project:moved&limit=2");
    assertThat(first.path("items")).hasSize(2);
    JsonNode second =
        audit(server, "?about=project:moved&limit=2&cursor=" + first.path("next").asText());
    assertThat(second.path("items").get(0)).isEqualTo(items.get(2));
    assertThat(audit(server, "?about=project:moved&actor=admin1&kind=MembershipSet").path("items"))
        .hasSize(1);
    assertThat(audit(server, "?about=project:moved&to=1").path("items")).isEmpty();

    HttpResponse<String> csv =
        server.get("finance1", "/api/v1/audit?about=project:moved&format=csv");
    assertThat(csv.body())
        .startsWith("position,time_ms,actor,kind,about,reason,content\r\n")
        // No cell becomes a formula.
        .contains(",\"'" + why + "\",");
    assertThat(server.command("auditor1", "audit", "--about", "project:moved"))
        .isEqualTo(csv.body());
  }

  @Test
  void commandsSayWhyInTheSameWay() throws Exception {
    server.local("/projects", "project=commanded&domain=atmosphere");
    String why = "Größe \"2\" 桥 100%";
    server.command("admin1", "project", "member", "commanded", "researcher1", "--reason", why);
    server.command("admin1", "platform", "commanded", "Commanded", "--reason", why + "!");
    assertThat(
            audit(server, "?about=project:commanded&kind=MembershipSet")
                .path("items")
                .get(0)
                .path("reason")
                .asText())
        .isEqualTo(why);
    assertThat(
            audit(server, "?about=platform:commanded").path("items").get(0).path("reason").asText())
        .isEqualTo(why + "!");
    assertThatThrownBy(() -> server.command("admin1", "jobs", "--reason", why))
        .hasMessageContaining("this only asks");
  }

  @Test
  void aDayOfTheAuditIsReadAsOneAndWhatIsNoTimeIsRefused() throws Exception {
    server.local("/projects", "project=dated&domain=atmosphere");
    String[] all = {"audit", "--about", "project:dated"};
    String every = server.command("auditor1", all);
    assertThat(every.lines()).hasSize(2);
    for (String early : List.of("20200101", "2020-01-01", "1577836800000")) {
      assertThat(server.command("auditor1", all[0], all[1], all[2], "--from", early))
          .as(early)
          .isEqualTo(every);
      assertThat(server.command("auditor1", all[0], all[1], all[2], "--to", early).lines())
          .as(early)
          .hasSize(1);
    }
    // As milliseconds these would be of 1970, and everything would be behind them.
    assertThat(server.command("auditor1", all[0], all[1], all[2], "--from", "20990101").lines())
        .hasSize(1);
    for (String none : List.of("2026", "7", "99999999999", "soon-ish", "2026-13-01")) {
      assertThatThrownBy(() -> server.command("auditor1", "audit", "--to", none))
          .as(none)
          .hasMessageContaining("--to needs a time");
    }
    // A file that is refused says why.
    assertThatThrownBy(() -> server.command("researcher1", "audit")).hasMessageContaining("(403)");
  }

  @Test
  void commandsRefuseAReasonThatNobodyWouldReadAndACostCentreThatIsEmpty() {
    for (String[] each :
        new String[][] {
          {"status"},
          {"token", "admin1"},
          {"account", "password", "researcher1"},
          {"explain", "1"},
          {"audit"}
        }) {
      List<String> words = new ArrayList<>(List.of(each));
      words.addAll(List.of("--reason", "because"));
      assertThatThrownBy(() -> server.command("admin1", words.toArray(String[]::new)))
          .as(each[0])
          .hasMessageContaining("--reason ");
    }
    assertThatThrownBy(() -> server.command("admin1", "project", "cost-centre", "climate", ""))
        .hasMessageContaining("project cost-centre climate -");
  }

  @Test
  void aReasonThatIsNoneIsRefusedAndNothingIsChanged() throws Exception {
    String path = "/api/v1/platforms/no-reason";
    String body = "{\"title\":\"N\"}";
    for (String unread : List.of("100%", "%zz", "a%C3", "%ff", "a%ED%A0%80", "x".repeat(4_097))) {
      HttpResponse<String> answer = change(server, "admin1", "PUT", path, body, REASON, unread);
      assertThat(answer.statusCode()).as(unread).isEqualTo(400);
      assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(REASON);
    }
    for (String bad : List.of("%20", "a%0Ab", "a%1B%5B31m", "x".repeat(257), "a%00")) {
      HttpResponse<String> answer = change(server, "admin1", "PUT", path, body, REASON, bad);
      assertThat(answer.statusCode()).as(bad).isEqualTo(422);
      assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(REASON);
    }
    HttpResponse<String> twice =
        change(server, "admin1", "PUT", path, body, REASON, "a", REASON, "b");
    assertThat(twice.statusCode()).isEqualTo(400);
    assertThat(audit(server, "?about=platform:no-reason").path("items")).isEmpty();
    assertThat(
            change(server, "admin1", "PUT", path, body, REASON, encoded("桥".repeat(256)))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void onlyWhoSeesEverythingSeesIt() throws Exception {
    for (String who : List.of("researcher1", "manager1")) {
      assertThat(server.get(who, "/api/v1/audit").statusCode()).isEqualTo(403);
    }
    for (String who : List.of("admin1", "finance1", "auditor1")) {
      assertThat(server.get(who, "/api/v1/audit").statusCode()).isEqualTo(200);
    }
    assertThat(server.get("admin1", "/api/v1/audit?from=5&to=5").statusCode()).isEqualTo(422);
    assertThat(server.get("admin1", "/api/v1/audit?about=x").statusCode()).isEqualTo(422);
  }

  @Test
  void aSiteThatAsksForReasonsDoesNothingWithoutThem() throws Exception {
    RunningServer strict = RunningServer.configured("audit: {reasons: required}\n");
    for (String[] each :
        new String[][] {
          {"PUT", "/api/v1/platforms/strict", "{\"title\":\"S\"}"},
          {"PUT", "/api/v1/users/auditor1/roles/RESEARCHER", ""},
          {"PUT", "/api/v1/rules/user/researcher2", "{\"priority\":1}"},
          {"PUT", "/api/v1/job-policy", "{\"maxAttempts\":7}"},
          {"DELETE", "/api/v1/projects/materials/members/researcher2", ""}
        }) {
      HttpResponse<String> refused = change(strict, "admin1", each[0], each[1], each[2]);
      assertThat(refused.statusCode()).as(each[1] + refused.body()).isEqualTo(422);
      assertThat(JSON.readTree(refused.body()).path("field").asText()).isEqualTo(REASON);
    }
    assertThat(audit(strict, "?actor=admin1").path("items")).isEmpty();
    assertThatThrownBy(() -> strict.local("/members", "project=climate&user=researcher2"))
        .hasMessageContaining("asks for a reason");
    assertThatThrownBy(
            () -> strict.command("admin1", "project", "member", "climate", "researcher2"))
        .hasMessageContaining("--reason TEXT");
    strict.command("admin1", "project", "member", "climate", "researcher2", "--reason", "joins");
    assertThat(
            change(
                    strict,
                    "admin1",
                    "PUT",
                    "/api/v1/platforms/strict",
                    "{\"title\":\"S\"}",
                    REASON,
                    "agreed")
                .statusCode())
        .isEqualTo(200);
    assertThat(audit(strict, "?actor=admin1").path("items")).hasSize(1);

    // Who may not do it is told that, with a reason or without.
    assertThat(
            change(strict, "researcher1", "PUT", "/api/v1/platforms/s2", "{\"title\":\"S\"}")
                .statusCode())
        .isEqualTo(403);

    // Jobs of one's own are no affair of others.
    String job =
        strict
            .post(
                "researcher1",
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\n\",\"hold\":true,\"project\":\"climate\"}")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    assertThat(change(strict, "admin1", "DELETE", job, "").statusCode()).isEqualTo(422);
    // A stranger hears the same of it as of one that there is not.
    String none = job.replaceAll("\\d+$", "99999");
    HttpResponse<String> hidden = change(strict, "researcher2", "DELETE", job, "");
    HttpResponse<String> unknown = change(strict, "researcher2", "DELETE", none, "");
    assertThat(hidden.statusCode()).as(hidden.body()).isEqualTo(404);
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(change(strict, "researcher1", "POST", job + "/release", "").statusCode())
        .isEqualTo(200);
    assertThat(change(strict, "admin1", "DELETE", job, "", REASON, "too large").statusCode())
        .isEqualTo(200);
    JsonNode entry = audit(strict, "?about=job:" + job.replaceAll(".*/", "")).path("items").get(0);
    assertThat(entry.path("kind").asText()).isEqualTo("JobEnded");
    assertThat(entry.path("reason").asText()).isEqualTo("too large");
  }
}

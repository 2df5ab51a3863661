package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients rely on, asked of a whole server. */
final class RestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HELD = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true}";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return JSON.readTree(answer.body());
  }

  private static long submit(String account) throws Exception {
    return json(server.post(account, "/api/v1/jobs", HELD)).path("id").asLong();
  }

  @Test
  void aJobHasEveryFieldThatOthersRelyOn() throws Exception {
    HttpResponse<String> accepted = server.post("researcher1", "/api/v1/jobs", HELD);
    assertThat(accepted.statusCode()).isEqualTo(201);
    long id = JSON.readTree(accepted.body()).path("id").asLong();
    assertThat(accepted.headers().firstValue("Location")).hasValue("/api/v1/jobs/" + id);
    JsonNode job = json(server.get("researcher1", "/api/v1/jobs/" + id));
    for (String field :
        List.of(
            "id",
            "name",
            "user",
            "project",
            "domain",
            "partition",
            "state",
            "reason",
            "submitMs",
            "startMs",
            "endMs",
            "exitCode",
            "nodes",
            "cores",
            "coreMs",
            "chargeMicro",
            "currency")) {
      assertThat(job.has(field)).as(field).isTrue();
    }
    assertThat(job.path("state").asText()).isEqualTo("PENDING");
    assertThat(job.path("reason").asText()).isEqualTo("JobHeldUser");
    assertThat(job.path("limitMs").asLong()).isEqualTo(3_600_000);
  }

  @Test
  void s2OptionsInAScriptAreWarnedOfAndChangeNothing() throws Exception {
    HttpResponse<String> accepted =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\n#SBATCH --nodes=7\\n#PBS -l x\\ntrue\\n\",\"hold\":true}");
    JsonNode answer = json(accepted);
    assertThat(answer.path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "line 2: #SBATCH --nodes is a comment here and changes nothing: ask for it by nodes",
            "line 3: #PBS -l is a comment here and changes nothing");
    assertThat(accepted.headers().firstValue("Queqiao-Warning"))
        .hasValue(
            answer.path("warnings").get(0).asText()
                + "; "
                + answer.path("warnings").get(1).asText());
    JsonNode job = json(server.get("researcher1", "/api/v1/jobs/" + answer.path("id").asLong()));
    assertThat(job.path("cores").asInt()).isEqualTo(1);
    HttpResponse<String> plain = server.post("researcher1", "/api/v1/jobs", HELD);
    assertThat(json(plain).has("warnings")).isFalse();
    assertThat(plain.headers().firstValue("Queqiao-Warning")).isEmpty();
  }

  @Test
  void aReadAfterAnAnswerSeesWhatWasAnswered() throws Exception {
    for (int i = 0; i < 50; i++) {
      long id = submit("researcher1");
      assertThat(server.get("researcher1", "/api/v1/jobs/" + id).statusCode()).isEqualTo(200);
      JsonNode cancelled = json(server.call("researcher1", "DELETE", "/api/v1/jobs/" + id, ""));
      assertThat(cancelled.path("state").asText()).isEqualTo("CANCELLED");
      assertThat(cancelled.path("coreMs").asLong(-1)).isZero();
      assertThat(cancelled.path("chargeMicro").asLong(-1)).isZero();
    }
  }

  @Test
  void aScriptAsTheBodyIsAJobWithItsOptionsAsParameters() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("researcher1", "/api/v1/jobs?name=plain%20script&hold=true&cpusPerTask=1")
                .header("Content-Type", "text/x-shellscript")
                .header("Accept", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\necho 鹊桥\n")));
    assertThat(answer.statusCode()).isEqualTo(201);
    long id = Long.parseLong(answer.body().strip());
    assertThat(json(server.get("researcher1", "/api/v1/jobs/" + id)).path("name").asText())
        .isEqualTo("plain script");
    String table =
        server.send(server.request("researcher1", "/api/v1/jobs", "Accept", "text/plain")).body();
    assertThat(table.lines().findFirst().orElseThrow()).contains("JOBID").contains("STATE");
    assertThat(table).contains("plain script");
  }

  @Test
  void theSameKeyIsTheSameJobAlsoWhenAskedAtOnce() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(
          server
              .http()
              .sendAsync(
                  server
                      .request("researcher1", "/api/v1/jobs", "Idempotency-Key", "at-once")
                      .header("Content-Type", "application/json")
                      .POST(HttpRequest.BodyPublishers.ofString(HELD))
                      .build(),
                  HttpResponse.BodyHandlers.ofString()));
    }
    Set<Long> ids = new TreeSet<>();
    for (CompletableFuture<HttpResponse<String>> each : answers) {
      assertThat(each.get().statusCode()).isEqualTo(201);
      ids.add(JSON.readTree(each.get().body()).path("id").asLong());
    }
    assertThat(ids).hasSize(1);
    HttpResponse<String> other =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            HELD.replace("true\\n", "false\\n"),
            "Idempotency-Key",
            "at-once");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body()).contains("IDEMPOTENCY_MISMATCH");
  }

  @Test
  void jobsOfOthersAreNotThere() throws Exception {
    long id = submit("researcher1");
    String path = "/api/v1/jobs/" + id;
    assertThat(server.get("researcher2", path).statusCode()).isEqualTo(404);
    assertThat(server.call("researcher2", "DELETE", path, "").statusCode()).isEqualTo(404);
    assertThat(server.get("researcher2", path + "/output").statusCode()).isEqualTo(404);
    assertThat(server.get("researcher2", "/api/v1/ledger/postings?job=" + id).statusCode())
        .isEqualTo(404);
    assertThat(server.get("researcher2", "/api/v1/jobs?user=researcher1").body())
        .contains("\"items\":[]");
    for (String account : List.of("manager1", "admin1", "finance1", "auditor1")) {
      assertThat(server.get(account, path).statusCode()).as(account).isEqualTo(200);
      assertThat(server.get(account, path + "/output").statusCode()).as(account).isEqualTo(403);
    }
    assertThat(server.call("finance1", "DELETE", path, "").statusCode()).isEqualTo(403);
    assertThat(server.call("manager1", "DELETE", path, "").statusCode()).isEqualTo(200);
  }

  @Test
  void aListIsReadPageByPageWithoutGapOrDouble() throws Exception {
    for (int i = 0; i < 7; i++) {
      submit("researcher2");
    }
    List<Long> whole = ids("/api/v1/jobs?state=PENDING&limit=1000");
    List<Long> paged = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          json(server.get("researcher2", "/api/v1/jobs?state=PENDING&limit=3" + cursor));
      page.path("items").forEach(job -> paged.add(job.path("id").asLong()));
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    assertThat(paged).isEqualTo(whole).hasSizeGreaterThanOrEqualTo(7);
    assertThat(paged).isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }

  private static List<Long> ids(String path) throws Exception {
    List<Long> ids = new ArrayList<>();
    json(server.get("researcher2", path))
        .path("items")
        .forEach(job -> ids.add(job.path("id").asLong()));
    return ids;
  }

  @Test
  void anAdministratorMakesAnAccountAProjectAndAMembershipThatCountAtOnce() throws Exception {
    assertThat(
            server
                .post("admin1", "/api/v1/domains", "{\"code\":\"optics\",\"title\":\"Optics\"}")
                .statusCode())
        .isEqualTo(201);
    assertThat(
            server
                .post(
                    "admin1",
                    "/api/v1/projects",
                    "{\"name\":\"light\",\"title\":\"Light\",\"domains\":[{\"domain\":\"optics\",\"permille\":1000}]}")
                .statusCode())
        .isEqualTo(201);
    String unixUser =
        System.getProperty("user.name").equals("root") ? "nobody" : System.getProperty("user.name");
    assertThat(
            server
                .post(
                    "admin1",
                    "/api/v1/users",
                    "{\"name\":\"newcomer\",\"title\":\"N\",\"unixUser\":\""
                        + unixUser
                        + "\",\"defaultProject\":\"light\"}")
                .statusCode())
        .isEqualTo(201);
    assertThat(server.post("newcomer", "/api/v1/jobs", HELD).statusCode()).isEqualTo(403);
    assertThat(
            server
                .call(
                    "admin1",
                    "PUT",
                    "/api/v1/projects/light/members/newcomer",
                    "{\"rank\":\"MEMBER\"}")
                .statusCode())
        .isEqualTo(204);
    assertThat(server.post("newcomer", "/api/v1/jobs", HELD).statusCode()).isEqualTo(201);
    assertThat(
            server
                .post("researcher1", "/api/v1/users", "{\"name\":\"x\",\"title\":\"X\"}")
                .statusCode())
        .isEqualTo(403);
    assertThat(
            server
                .post(
                    "admin1",
                    "/api/v1/users",
                    "{\"name\":\"r\",\"title\":\"R\",\"unixUser\":\"root\"}")
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void accountingAnswersWithPlainNumbers() throws Exception {
    JsonNode balance = json(server.get("finance1", "/api/v1/projects/climate/balance"));
    assertThat(balance.path("items").path(0).path("availableMicro").isIntegralNumber()).isTrue();
    assertThat(json(server.get("researcher1", "/api/v1/usage?by=user&from=0&to=1")).has("next"))
        .isTrue();
    assertThat(
            server
                .get("researcher1", "/api/v1/statements?project=climate&period=2026-01")
                .statusCode())
        .isEqualTo(403);
    assertThat(
            server
                .get("researcher1", "/api/v1/statements?project=materials&period=2026-01")
                .statusCode())
        .isEqualTo(404);
    assertThat(
            server
                .get("auditor1", "/api/v1/statements?project=climate&period=2026-01&format=csv")
                .body())
        .startsWith("project,period,user");
    long now = System.currentTimeMillis();
    JsonNode steps =
        json(server.get(
                "researcher1",
                "/api/v1/utilisation?from=" + (now - 60_000) + "&to=" + now + "&step=20000"))
            .path("items");
    assertThat(steps).hasSize(3);
  }

  @Test
  void theDocumentItsPageHealthAndFiguresAreServed() throws Exception {
    assertThat(json(server.get("", "/openapi.json")).path("openapi").asText()).isEqualTo("3.1.0");
    assertThat(server.get("", "/docs").body()).contains("/docs/docs.js");
    assertThat(server.get("", "/docs/docs.js").statusCode()).isEqualTo(200);
    assertThat(server.get("", "/health/live").statusCode()).isEqualTo(200);
    assertThat(server.get("", "/health/ready").statusCode()).isEqualTo(200);
    submit("researcher1");
    assertThat(server.get("", "/metrics").body())
        .contains("queqiao_http_requests_seconds_count{operation=\"submitJob\",status=\"201\"}")
        .contains("queqiao_intake_lag_positions")
        .contains("queqiao_sync_seconds_total");
    assertThat(
            server
                .send(server.request("researcher1", "/metrics", "X-Forwarded-For", "10.0.0.1"))
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  @Timeout(60)
  void eventsAreResumedWithoutGapAndShowOnlyWhatMayBeSeen() throws Exception {
    List<String> first = events("researcher1", "", () -> submit("researcher1"), 1);
    String cursor = idOf(first.getFirst());
    long missed = submit("researcher1");
    long foreign = submit("researcher2");
    List<String> resumed = events("researcher1", cursor, () -> submit("researcher1"), 2);
    assertThat(resumed.getFirst()).contains("\"job\":" + missed).contains("JobSubmitted");
    assertThat(String.join("", resumed)).doesNotContain("\"job\":" + foreign + ",");
    assertThat(Long.parseLong(idOf(resumed.get(1))))
        .isGreaterThan(Long.parseLong(idOf(resumed.get(0))));
    List<String> whole = events("auditor1", "0", () -> submit("researcher1"), 5);
    assertThat(idOf(whole.getFirst())).isEqualTo("1");
    assertThat(
            server
                .send(server.request("researcher1", "/api/v1/events", "Last-Event-ID", "999999999"))
                .statusCode())
        .isEqualTo(409);
  }

  /** Something to do once a stream is open. */
  private interface Action {
    long run() throws Exception;
  }

  private static List<String> events(String account, String cursor, Action action, int wanted)
      throws Exception {
    HttpRequest.Builder request =
        server.request(account, "/api/v1/events", "Accept", "text/event-stream");
    if (!cursor.isEmpty()) {
      request.header("Last-Event-ID", cursor);
    }
    HttpResponse<InputStream> stream =
        server.http().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    List<String> found = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("retry:");
      action.run();
      StringBuilder event = new StringBuilder();
      while (found.size() < wanted) {
        String line = lines.readLine();
        if (!line.isEmpty()) {
          event.append(line).append('\n');
        } else {
          if (event.indexOf("data:") >= 0) {
            found.add(event.toString());
          }
          event.setLength(0);
        }
      }
    }
    return found;
  }

  private static String idOf(String event) {
    return event
        .lines()
        .filter(line -> line.startsWith("id: "))
        .findFirst()
        .orElseThrow()
        .substring(4);
  }
}

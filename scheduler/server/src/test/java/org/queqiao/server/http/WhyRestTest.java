package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Why, over the real interface. */
final class WhyRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  private static long submit(String user, String more) throws Exception {
    return ok(server.post(user, "/api/v1/jobs", "{\"script\":\"#!/bin/sh\\ntrue\\n\"" + more + "}"))
        .path("id")
        .asLong();
  }

  private static String of(long job) {
    return "/api/v1/jobs/" + job + "/explain";
  }

  @Test
  void aHeldJobIsExplainedNowAndAsItWas() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    JsonNode now = ok(server.get("researcher1", of(job)));
    assertThat(now.path("state").asText()).isEqualTo("PENDING");
    assertThat(now.path("waiting").path("reason").asText()).isEqualTo("JobHeldUser");
    assertThat(now.path("waiting").path("heldByUser").asBoolean()).isTrue();
    assertThat(now.path("waiting").path("queue").path("ahead").isNull()).isTrue();
    assertThat(now.path("waiting").path("terms")).isNotEmpty();
    assertThat(now.path("sentence").asText()).contains("It is held until its owner releases it.");
    long submitMs = now.path("submitMs").asLong();

    ok(server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, ""));
    JsonNode ended = ok(server.get("researcher1", of(job)));
    assertThat(ended.path("state").asText()).isEqualTo("CANCELLED");
    assertThat(ended.path("waiting").isNull()).isTrue();
    assertThat(ended.path("waited").path("reasons").findValuesAsText("reason"))
        .containsExactly("JobHeldUser");
    assertThat(ended.path("sentence").asText()).contains("it never started");
    JsonNode was = ok(server.get("researcher1", of(job) + "?at=" + submitMs));
    assertThat(was.path("state").asText()).isEqualTo("PENDING");
    assertThat(was.path("waiting").path("reason").asText()).isEqualTo("JobHeldUser");
    assertThat(was.path("atMs").asLong()).isEqualTo(submitMs);
  }

  @Test
  void asPlainTextItIsSentencesAndTheTermsOfThePriority() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    HttpResponse<String> text =
        server.send(server.request("researcher1", of(job), "Accept", "text/plain"));
    assertThat(text.statusCode()).isEqualTo(200);
    assertThat(text.body()).startsWith("The job waits: JobHeldUser.\n").contains("fairShare");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
  }

  @Test
  void whoMayNotSeeTheJobIsToldThatThereIsNone() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    assertThat(server.get("researcher2", of(job)).statusCode()).isEqualTo(404);
    assertThat(server.get("researcher2", of(job) + "?at=1").statusCode()).isEqualTo(404);
    assertThat(server.get("researcher1", of(99_999_999)).statusCode()).isEqualTo(404);
    assertThat(server.get("", of(job)).statusCode()).isEqualTo(401);
    ok(server.get("admin1", of(job)));
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
  }

  @Test
  void momentsOutsideTheLifeOfTheJobAreRefused() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    for (String at : new String[] {"1", "9999999999999", "-1", "soon"}) {
      HttpResponse<String> answer = server.get("researcher1", of(job) + "?at=" + at);
      assertThat(answer.statusCode()).as(at).isEqualTo(422);
      assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo("at");
    }
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
  }

  @Test
  void whoWaitsForALimitIsInTheQueueAndBeforeNobody() throws Exception {
    String none = "{\"limits\":[{\"scope\":\"GROUP\",\"quantity\":\"RUNNING_JOBS\",\"most\":0}]}";
    List<Long> jobs = new ArrayList<>();
    for (String user : new String[] {"researcher1", "researcher2"}) {
      ok(server.call("admin1", "PUT", "/api/v1/rules/user/" + user, none));
      jobs.add(submit(user, ""));
    }
    JsonNode own = ok(server.get("researcher2", of(jobs.getLast())));
    assertThat(own.path("waiting").path("reason").asText()).isEqualTo("AssocMaxJobsLimit");
    assertThat(own.path("waiting").path("limits").get(0).path("blocks").asBoolean()).isTrue();
    assertThat(own.path("waiting").path("room").path("lacks").isArray()).isTrue();
    JsonNode all = ok(server.get("admin1", of(jobs.getLast()))).path("waiting").path("queue");
    assertThat(all).isEqualTo(own.path("waiting").path("queue"));
    assertThat(all.path("atLeast").isBoolean()).isTrue();
    assertThat(all.path("atLeast").asBoolean()).as("a short queue is looked at whole").isFalse();
    assertThat(all.path("looked").isNull()).isTrue();
    assertThat(all.path("jobs").toString()).doesNotContain(Long.toString(jobs.getFirst()));
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + jobs.getFirst(), "");
    server.call("researcher2", "DELETE", "/api/v1/jobs/" + jobs.getLast(), "");
    for (String user : new String[] {"researcher1", "researcher2"}) {
      ok(server.call("admin1", "PUT", "/api/v1/rules/user/" + user, "{\"limits\":[]}"));
    }
  }

  @Test
  void anAccountHasFewSuchQuestionsOpenAndNobodyWaitsLongerForThem() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    List<CompletableFuture<Integer>> storm = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      storm.add(
          server
              .http()
              .sendAsync(
                  server.request("researcher1", of(job)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .thenApply(HttpResponse::statusCode));
    }
    TreeSet<Integer> answers = new TreeSet<>();
    for (CompletableFuture<Integer> each : storm) {
      answers.add(each.get(30, TimeUnit.SECONDS));
    }
    assertThat(answers).contains(200).isSubsetOf(200, 429);
    ok(server.get("researcher1", of(job)));
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
  }

  @Test
  void aForecastSaysWhatWasLearntAndHowForecastsProved() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    String at = "/api/v1/jobs/" + job + "/forecast";
    JsonNode held = ok(server.get("researcher1", at));
    assertThat(held.path("ended").asText()).isEqualTo("WAITS_FOR_SOMEBODY");
    assertThat(held.path("p50Ms").isNull()).isTrue();
    assertThat(held.path("coverage").path("forecasts").isIntegralNumber()).isTrue();
    assertThat(server.get("researcher2", at).statusCode()).isEqualTo(404);
    assertThat(server.get("researcher1", at + "?samples=9").statusCode()).isEqualTo(422);
    assertThat(server.get("researcher1", at + "?samples=201").statusCode()).isEqualTo(422);
    HttpResponse<String> text =
        server.send(server.request("researcher1", at, "Accept", "text/plain"));
    assertThat(text.body()).startsWith("No time brings its start").contains("P90");
    assertThat(server.get("admin1", "/metrics").body())
        .contains("queqiao_forecasts_judged_total", "queqiao_forecasts_within_p10_p90_total");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    assertThat(server.get("researcher1", at).statusCode()).isEqualTo(409);
  }

  @Test
  void anArrayIsExplainedByItsTasks() throws Exception {
    long array = submit("researcher1", ",\"array\":\"1-5\",\"hold\":true");
    JsonNode held = ok(server.get("researcher1", of(array)));
    assertThat(held.path("array").path("tasks").asInt()).isEqualTo(5);
    assertThat(held.path("array").path("waiting").asInt()).isEqualTo(5);
    assertThat(held.path("waiting").path("reservations").isArray()).isTrue();
    assertThat(held.path("sentence").asText())
        .startsWith("Of its 5 tasks: 5 wait. The next task waits: JobHeldUser.");
    JsonNode task = ok(server.get("researcher1", of(array) + "?task=3"));
    assertThat(task.path("id").asLong()).as("it has not started").isEqualTo(array);
    HttpResponse<String> none = server.get("researcher1", of(array) + "?task=6");
    assertThat(none.statusCode()).isEqualTo(422);
    assertThat(none.body()).contains("has no task 6");
    String forecast = "/api/v1/jobs/" + array + "/forecast?task=3";
    assertThat(ok(server.get("researcher1", forecast)).path("id").asLong()).isEqualTo(array);
    assertThat(server.get("researcher2", of(array) + "?task=3").statusCode()).isEqualTo(404);
    ok(server.call("researcher1", "DELETE", "/api/v1/jobs/" + array, ""));
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: ArrayEnded") && event.contains("\"job\":" + array + ","));
    JsonNode ended = ok(server.get("researcher1", of(array)));
    assertThat(ended.path("array").path("ended").path("CANCELLED").asInt()).isEqualTo(5);
    assertThat(ended.path("sentence").asText())
        .contains("Of its 5 tasks: 5 ended CANCELLED.")
        .contains("It waited for: JobHeldUser");
  }

  @Test
  void aQuoteSaysWhatASubmissionWouldCostAndSubmitsNothing() throws Exception {
    String script = "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"limitMs\":7200000,\"cpusPerTask\":";
    JsonNode quote = ok(server.post("researcher1", "/api/v1/quotes", script + "1}"));
    assertThat(quote.path("limitMs").asLong()).isEqualTo(7_200_000);
    assertThat(quote.path("tasks").asInt()).isEqualTo(1);
    assertThat(quote.path("maxMicro").isIntegralNumber()).isTrue();
    assertThat(quote.path("coveredCoreMs").asLong()).isZero();
    assertThat(quote.path("heldMicro").asLong()).isEqualTo(quote.path("maxMicro").asLong());
    assertThat(quote.path("expectedDueMicro").asLong())
        .isEqualTo(quote.path("expectedMicro").asLong());
    assertThat(quote.path("expectedMicro").asLong())
        .isLessThanOrEqualTo(quote.path("maxMicro").asLong());
    long before =
        ok(server.get("researcher1", "/api/v1/jobs?limit=1"))
            .path("items")
            .path(0)
            .path("id")
            .asLong();
    ok(server.post("researcher1", "/api/v1/quotes", script + "1}"));
    assertThat(
            ok(server.get("researcher1", "/api/v1/jobs?limit=1"))
                .path("items")
                .path(0)
                .path("id")
                .asLong())
        .isEqualTo(before);
    String elsewhere = script + "1,\"partition\":\"lunar\"}";
    refused(server.post("researcher1", "/api/v1/quotes", elsewhere), 422, "partition");
  }

  @Test
  void aSubmissionUnderAQuoteCarriesItAndOneUnderNoneThatHoldsIsRefused() throws Exception {
    String fields = "\"script\":\"#!/bin/sh\\ntrue\\n\",\"limitMs\":7200000,\"hold\":true";
    JsonNode quote = ok(server.post("researcher1", "/api/v1/quotes", "{" + fields + "}"));
    String id = quote.path("quoteId").asText();
    assertThat(quote.path("expiresMs").asLong() - quote.path("asOfMs").asLong()).isEqualTo(900_000);
    String under = "{" + fields + ",\"quoteId\":\"" + id + "\"}";
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", under);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    long job = JSON.readTree(answer.body()).path("id").asLong();
    JsonNode found = ok(server.get("researcher1", "/api/v1/jobs/" + job)).path("quote");
    assertThat(found.path("quoteId").asText()).isEqualTo(id);
    assertThat(found.path("maxMicro")).isEqualTo(quote.path("maxMicro"));
    String longer = under.replace("7200000", "7200001");
    refused(server.post("researcher1", "/api/v1/jobs", longer), 422, "quoteId");
    refused(server.post("researcher2", "/api/v1/jobs", under), 422, "quoteId");
    assertThat(ok(whatIf("researcher1", "{\"submit\":" + under + "}")).path("warnings")).isEmpty();
    refused(whatIf("researcher1", "{\"submit\":" + longer + "}"), 422, "quoteId");
    refused(whatIf("researcher2", "{\"submit\":" + under + "}"), 422, "quoteId");
    refused(server.post("researcher1", "/api/v1/jobs", under.replace(id, "q-0")), 422, "quoteId");
    ok(server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, ""));
    JsonNode ended = ok(server.get("researcher1", "/api/v1/ledger/postings?job=" + job));
    assertThat(ended.path("items")).isEmpty();
  }

  private static HttpResponse<String> whatIf(String user, String body) throws Exception {
    return server.post(user, "/api/v1/what-if", body);
  }

  private static void refused(HttpResponse<String> answer, int status, String field)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).path("field").asText()).isEqualTo(field);
  }

  @Test
  void aTrialShowsBothSidesAndIsForWhoMayDoIt() throws Exception {
    long job = submit("researcher1", ",\"hold\":true");
    String changes = "{\"job\":" + job + ",\"changes\":{\"cpusPerTask\":2},\"horizonMs\":60000}";
    JsonNode tried = ok(whatIf("researcher1", changes));
    assertThat(tried.path("horizonMs").asLong()).isEqualTo(60_000);
    assertThat(tried.path("base").path("startMs").isNull()).isTrue();
    assertThat(tried.path("tried").path("utilisationPpm").isIntegralNumber()).isTrue();
    for (String each : List.of("runsRequeued", "runsEnded", "runsSuspended", "lostCoreSeconds")) {
      assertThat(tried.path("tried").path(each).isIntegralNumber()).as(each).isTrue();
    }
    int sides = tried.path("startOnBoth").asInt() + tried.path("startOnNeither").asInt();
    int alone =
        tried.path("base").path("startAlone").asInt()
            + tried.path("tried").path("startAlone").asInt();
    assertThat(sides + alone).isEqualTo(tried.path("base").path("jobs").asInt());
    boolean none = tried.path("startOnBoth").asInt() == 0;
    assertThat(tried.path("base").path("meanWaitOfBothMs").isNull()).isEqualTo(none);
    assertThat(tried.path("tried").path("meanWaitOfBothMs").isNull()).isEqualTo(none);
    assertThat(tried.path("base").path("meanWaitMs").isIntegralNumber()).isTrue();
    JsonNode own = ok(whatIf("researcher1", "{\"submit\":{\"script\":\"#!/bin/sh\\ntrue\\n\"}}"));
    assertThat(own.path("samples").asInt()).isPositive();
    assertThat(own.path("reservation").isNull()).isTrue();
    assertThat(own.path("warnings")).isEmpty();
    HttpResponse<String> text =
        server.send(
            server
                .request("researcher1", "/api/v1/what-if", "Accept", "text/plain")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(changes)));
    assertThat(text.body())
        .contains("TRIED")
        .contains("utilisation")
        .contains("mean wait of those on both")
        .contains("runs sent back to the queue for others", "core-seconds they lose")
        .containsPattern("of the others \\d+ starts? on both");

    assertThat(whatIf("researcher2", changes).statusCode()).isEqualTo(404);
    refused(whatIf("researcher1", "{\"scheduling\":{\"policy\":\"easy\"}}"), 403, "");
    ok(whatIf("admin1", "{\"scheduling\":{\"policy\":\"easy\"}}"));
    assertThat(
            JSON.readTree(server.get("admin1", "/api/v1/scheduling").body())
                .path("policy")
                .asText())
        .isEqualTo("default");
    refused(whatIf("researcher1", "{\"addNodes\":{\"like\":\"n1\",\"count\":1}}"), 403, "addNodes");
    String reserve = "{\"reserve\":{\"nodeCount\":1,\"durationMs\":3600000,\"maintenance\":true}}";
    refused(whatIf("researcher1", reserve), 403, "");
    refused(whatIf("researcher1", "{\"unreserve\":[\"lesson\"]}"), 403, "");
    refused(whatIf("admin1", "{\"unreserve\":[\"lesson\"]}"), 404, "name");
    refused(whatIf("admin1", reserve.replace("1,", "100000,")), 422, "nodeCount");
    refused(whatIf("admin1", reserve.replace("nodeCount", "nodes")), 422, "reserve.nodes");
    refused(whatIf("researcher1", "{}"), 422, "");
    refused(whatIf("researcher1", "{\"changes\":{}}"), 422, "changes");
    refused(
        whatIf("researcher1", "{\"job\":" + job + ",\"submit\":{\"script\":\"x\"}}"),
        422,
        "submit");
    refused(whatIf("researcher1", "{\"job\":1,\"horizonMs\":1}"), 422, "horizonMs");
    refused(
        whatIf("researcher1", "{\"job\":" + job + ",\"changes\":{\"limitMs\":9007199254740991}}"),
        422,
        "limitMs");
    refused(whatIf("researcher1", "{\"jobb\":1}"), 400, "jobb");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    refused(whatIf("researcher1", changes), 409, "job");
  }
}

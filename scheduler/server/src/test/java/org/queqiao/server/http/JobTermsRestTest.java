package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** When a job may start, asked of a whole server. */
final class JobTermsRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static HttpResponse<String> submit(String fields) throws Exception {
    return server.post("researcher1", "/api/v1/jobs", "{" + SCRIPT + fields + "}");
  }

  private static JsonNode job(HttpResponse<String> accepted) throws Exception {
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
    String at = accepted.headers().firstValue("Location").orElseThrow();
    return JSON.readTree(server.get("researcher1", at).body());
  }

  @Test
  void whatASubmissionSaysOfItsTermsIsShown() throws Exception {
    long first = job(submit("")).path("id").asLong();
    long soon = System.currentTimeMillis() + 3_600_000;
    JsonNode job =
        job(
            submit(
                ",\"beginMs\":%d,\"deadlineMs\":%d,\"limitMs\":1000,\"nice\":5,\"dependency\":\"afterok:%d,after:%d+10\",\"killOnInvalidDependency\":true"
                    .formatted(soon, soon + 60_000, first, first)));
    assertThat(job.path("beginMs").asLong()).isEqualTo(soon);
    assertThat(job.path("deadlineMs").asLong()).isEqualTo(soon + 60_000);
    assertThat(job.path("nice").asInt()).isEqualTo(5);
    assertThat(job.path("dependency").asText())
        .isEqualTo("afterok:%d,after:%d+10".formatted(first, first));
    assertThat(job.path("killOnInvalidDependency").asBoolean()).isTrue();
  }

  @Test
  void aJobThatSaysNothingHasNoTerms() throws Exception {
    JsonNode job = job(submit(""));
    assertThat(job.path("beginMs").isNull()).isTrue();
    assertThat(job.path("deadlineMs").isNull()).isTrue();
    assertThat(job.path("nice").asInt(-1)).isZero();
    assertThat(job.path("dependency").isNull()).isTrue();
    assertThat(job.path("killOnInvalidDependency").asBoolean(true)).isFalse();
  }

  @Test
  void theReasonIsTheWordOfSlurm() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request(
                    "researcher1",
                    "/api/v1/jobs?beginMs=" + (System.currentTimeMillis() + 3_600_000))
                .header("Content-Type", "text/x-shellscript")
                .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\ntrue\n")));
    JsonNode later = job(answer);
    assertThat(later.path("reason").asText()).isEqualTo("BeginTime");
    JsonNode next =
        job(
            server.post(
                "researcher1",
                "/api/v1/jobs",
                "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"dependency\":\"afterok:%d\"}"
                    .formatted(later.path("id").asLong())));
    assertThat(next.path("reason").asText()).isEqualTo("Dependency");
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + later.path("id").asLong(), "");
    JsonNode hopeless =
        JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + next.path("id").asLong()).body());
    assertThat(hopeless.path("reason").asText()).isEqualTo("DependencyNeverSatisfied");
  }

  @Test
  void termsThatCannotBeAre422WithTheirField() throws Exception {
    for (String[] each :
        new String[][] {
          {"dependency", "\"afterok:999999999\"", "there is no job 999999999 yet"},
          {"dependency", "\"sometime:1\"", "afternotok, aftercorr or singleton"},
          {"deadlineMs", "1", "which is not after now"},
          {"beginMs", "9007199254740991", "at most ten years ahead"},
        }) {
      HttpResponse<String> answer = submit(",\"%s\":%s".formatted(each[0], each[1]));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
      JsonNode problem = JSON.readTree(answer.body());
      assertThat(problem.path("field").asText()).isEqualTo(each[0]);
      assertThat(problem.path("detail").asText()).contains(each[2]);
    }
    assertThat(submit(",\"nice\":-5").statusCode()).isEqualTo(403);
    assertThat(submit(",\"nice\":2147483647").statusCode()).isBetween(400, 422);
    assertThat(submit(",\"dependency\":7").statusCode()).isBetween(400, 422);
  }

  @Test
  void aWaitingJobIsNotRequeuedAndAStrangersIsNotThere() throws Exception {
    JsonNode job = job(submit(",\"requeue\":false"));
    assertThat(job.path("requeue").asBoolean(true)).isFalse();
    assertThat(job.path("restartCount").asInt(-1)).isZero();
    String at = "/api/v1/jobs/" + job.path("id").asLong() + "/requeue";
    HttpResponse<String> once = server.call("researcher1", "POST", at, "");
    assertThat(once.statusCode()).isEqualTo(409);
    assertThat(once.body()).contains("submitted to run once");
    assertThat(server.call("researcher2", "POST", at, "").statusCode()).isEqualTo(404);
    at = "/api/v1/jobs/" + job(submit("")).path("id").asLong() + "/requeue";
    HttpResponse<String> waiting = server.call("researcher1", "POST", at, "");
    assertThat(waiting.statusCode()).isEqualTo(409);
    assertThat(waiting.body()).contains("waits to run already");
  }

  @Test
  void theBoundsOnEveryJobAreTheAdministrators() throws Exception {
    assertThat(
            JSON.readTree(server.get("researcher1", "/api/v1/job-policy").body())
                .path("maxAttempts")
                .asInt())
        .isEqualTo(6);
    assertThat(
            server
                .call("researcher1", "PUT", "/api/v1/job-policy", "{\"maxAttempts\":3}")
                .statusCode())
        .isEqualTo(403);
    HttpResponse<String> wrong =
        server.call("admin1", "PUT", "/api/v1/job-policy", "{\"maxAttempts\":0}");
    assertThat(wrong.statusCode()).as(wrong.body()).isBetween(400, 422);
    HttpResponse<String> same =
        server.call("admin1", "PUT", "/api/v1/job-policy", "{\"maxAttempts\":6}");
    assertThat(same.statusCode()).as(same.body()).isEqualTo(200);
  }

  @Test
  void aWarningSignalIsAnObjectOrTheTextOfSlurm() throws Exception {
    JsonNode job =
        job(submit(",\"signal\":{\"name\":\"USR1\",\"secondsBefore\":120,\"batchOnly\":true}"));
    assertThat(job.path("warningSignal").path("name").asText()).isEqualTo("USR1");
    assertThat(job.path("warningSignal").path("secondsBefore").asInt()).isEqualTo(120);
    assertThat(job.path("warningSignal").path("batchOnly").asBoolean()).isTrue();
    assertThat(job(submit("")).path("warningSignal").isNull()).isTrue();
    JsonNode text = job(script("signal=B:SIGUSR2"));
    assertThat(text.path("warningSignal").path("name").asText()).isEqualTo("USR2");
    assertThat(text.path("warningSignal").path("secondsBefore").asInt()).isEqualTo(60);
    assertThat(job(script("signal=B:15@5")).path("warningSignal").path("name").asText())
        .isEqualTo("TERM");
    assertThat(
            job(submit(",\"signal\":{\"name\":\"40\"}"))
                .path("warningSignal")
                .path("name")
                .asText())
        .isEqualTo("40");
    HttpResponse<String> wrong = script("signal=KILLED");
    assertThat(wrong.statusCode()).as(wrong.body()).isEqualTo(422);
    assertThat(wrong.body()).contains("signal must be like USR1");
    HttpResponse<String> object = submit(",\"signal\":{\"name\":\"65\"}");
    assertThat(object.statusCode()).as(object.body()).isEqualTo(422);
    assertThat(object.body()).contains("signal.name must be like USR1");
    assertThat(submit(",\"signal\":{\"name\":\"HUP\",\"secondsBefore\":65536}").statusCode())
        .isBetween(400, 422);
  }

  private static HttpResponse<String> script(String query) throws Exception {
    return server.send(
        server
            .request("researcher1", "/api/v1/jobs?hold=true&" + query)
            .header("Content-Type", "text/x-shellscript")
            .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\ntrue\n")));
  }
}

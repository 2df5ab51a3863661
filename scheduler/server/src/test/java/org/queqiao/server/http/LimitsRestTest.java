package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every limit of every subject, set and met on a server: the job waits, or is refused, with the
 * word that Slurm has for the limit and a sentence that says whose it is.
 */
final class LimitsRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each subject as its rules are named, and as a sentence says it. */
  private static final Map<String, String> SUBJECTS =
      new TreeMap<>(
          Map.of(
              "user/researcher1", "user researcher1",
              "member/climate:researcher1", "member climate:researcher1",
              "project/climate", "project climate",
              "platform/limited", "platform limited",
              "qos/bounded", "qos bounded",
              "partition/batch", "partition batch"));

  /** Of which subject the command is asked as well: it is slow, and the answer is the same. */
  private static final Map<String, String> SAID_BY_COMMAND =
      Map.of("GROUP", "project/climate", "USER", "qos/bounded", "PROJECT", "partition/batch");

  private static final Map<String, String> GROUP =
      Map.of(
          "RUNNING_JOBS", "JobsLimit",
          "CORES", "CpuLimit",
          "NODES", "NodeLimit",
          "MEM_BYTES", "MemLimit",
          "GRES", "GRES",
          "RUNNING_CORE_MS", "CPURunMinutesLimit",
          "CORE_MS", "CPUMinutesLimit");

  private static final Map<String, String> USER =
      Map.of(
          "RUNNING_JOBS", "JobsPerUserLimit",
          "CORES", "CpuPerUserLimit",
          "NODES", "NodePerUserLimit",
          "MEM_BYTES", "MemoryPerUser",
          "GRES", "GRESPerUser",
          "RUNNING_CORE_MS", "CpuRunMinutesPerUserLimit",
          "CORE_MS", "CpuMinutesPerUserLimit");

  private static final Map<String, String> PROJECT =
      Map.of(
          "RUNNING_JOBS", "JobsPerAccount",
          "CORES", "CpuPerAccount",
          "NODES", "NodePerAccount",
          "MEM_BYTES", "MemoryPerAccount",
          "GRES", "GRESPerAccount",
          "RUNNING_CORE_MS", "CpuRunMinutesPerAccount",
          "CORE_MS", "CpuMinutesPerAccount");

  private static final Map<String, String> JOB =
      Map.of(
          "CORES", "CpuPerJobLimit",
          "NODES", "NodePerJobLimit",
          "MEM_BYTES", "MemPerJob",
          "GRES", "GRESPerJob",
          "CORE_MS", "CpuMinutesPerJobLimit",
          "LIMIT_MS", "WallDurationPerJobLimit");

  private static final Map<String, String> WHAT =
      Map.of(
          "RUNNING_JOBS", "0 running jobs",
          "SUBMITTED_JOBS", "0 jobs that wait or run",
          "CORES", "0 cores",
          "NODES", "0 nodes",
          "MEM_BYTES", "0 bytes of memory",
          "GRES", "0 gpu devices",
          "RUNNING_CORE_MS", "0 core-ms committed to running jobs",
          "CORE_MS", "0 core-ms, used and committed",
          "LIMIT_MS", "0 ms of time limit");

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.alone();
    put("platforms/limited", "{\"title\":\"Limited\"}");
    put("rules/project/climate", "{\"platform\":\"limited\"}");
    put("qos/bounded", "{\"title\":\"Bounded\"}");
  }

  private static void put(String path, String body) throws Exception {
    HttpResponse<String> answer = server.call("admin1", "PUT", "/api/v1/" + path, body);
    assertThat(answer.statusCode()).as(path + " " + answer.body()).isBetween(200, 204);
  }

  private static void limit(String subject, String scope, String quantity) throws Exception {
    String gres = quantity.equals("GRES") ? ",\"gres\":\"gpu\"" : "";
    put(
        "rules/" + subject,
        "{\"limits\":[{\"scope\":\"%s\",\"quantity\":\"%s\",\"most\":0%s}]}"
            .formatted(scope, quantity, gres));
  }

  private static HttpResponse<String> submit() throws Exception {
    return server.post(
        "researcher1",
        "/api/v1/jobs",
        "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"qos\":\"bounded\",\"memBytes\":1048576,"
            + "\"gres\":[{\"name\":\"gpu\",\"count\":1}]}");
  }

  private static boolean isPart(String subject) {
    return subject.startsWith("qos/") || subject.startsWith("partition/");
  }

  private static boolean isPerson(String subject) {
    return subject.startsWith("user/") || subject.startsWith("member/");
  }

  private static void waits(String subject, String scope, String quantity, String word)
      throws Exception {
    String which = subject + " " + scope + " " + quantity;
    limit(subject, scope, quantity);
    HttpResponse<String> submitted = submit();
    assertThat(submitted.statusCode()).as(which + " " + submitted.body()).isEqualTo(201);
    String at = "/api/v1/jobs/" + JSON.readTree(submitted.body()).path("id").asLong();
    JsonNode shown = JSON.readTree(server.get("researcher1", at).body());
    assertThat(shown.path("state").asText()).as(which).isEqualTo("PENDING");
    assertThat(shown.path("reason").asText()).as(which).isEqualTo(word);
    assertThat(shown.path("detail").asText())
        .as(which)
        .startsWith(SUBJECTS.get(subject) + " may have " + WHAT.get(quantity));
    JsonNode why = JSON.readTree(server.get("researcher1", at + "/explain").body());
    assertThat(why.path("waiting").path("reason").asText()).as(which).isEqualTo(word);
    JsonNode bound = why.path("waiting").path("limits").path(0);
    assertThat(bound.path("blocks").asBoolean()).as(which).isTrue();
    assertThat(bound.path("quantity").asText()).as(which).isEqualTo(quantity);
    assertThat(bound.path("scope").asText()).as(which).isEqualTo(scope);
    if (subject.equals(SAID_BY_COMMAND.get(scope))) {
      assertThat(server.command("researcher1", "explain", at.substring(at.lastIndexOf('/') + 1)))
          .as(which)
          .startsWith("The job waits: " + word + ".\n")
          .contains(SUBJECTS.get(subject) + " may have " + WHAT.get(quantity));
    }
    assertThat(server.call("researcher1", "DELETE", at, "").statusCode()).isBetween(200, 204);
    put("rules/" + subject, "{\"limits\":[]}");
  }

  private static void isRefused(String subject, String scope, String quantity, String word)
      throws Exception {
    String which = subject + " " + scope + " " + quantity;
    limit(subject, scope, quantity);
    HttpResponse<String> submitted = submit();
    assertThat(submitted.statusCode()).as(which + " " + submitted.body()).isEqualTo(422);
    assertThat(JSON.readTree(submitted.body()).path("detail").asText())
        .as(which)
        .startsWith(word + ": " + SUBJECTS.get(subject) + " may have " + WHAT.get(quantity));
    put("rules/" + subject, "{\"limits\":[]}");
  }

  @Test
  void aJobThatALimitNeverLetsStartIsAcceptedWithTheLimitNamed() throws Exception {
    String limit = "user researcher1 may have 0 cores";
    limit("user/researcher1", "GROUP", "CORES");
    HttpResponse<String> submitted = submit();
    assertThat(submitted.statusCode()).isEqualTo(201);
    JsonNode answer = JSON.readTree(submitted.body());
    assertThat(answer.path("warnings").path(0).asText())
        .startsWith("it waits for a limit to change: AssocGrpCpuLimit: " + limit)
        .endsWith("so it cannot start while both stay as they are");
    assertThat(submitted.headers().firstValue("Queqiao-Warning").orElse("")).contains(limit);
    String at = "/api/v1/jobs/" + answer.path("id").asLong();
    JsonNode forecast = JSON.readTree(server.get("researcher1", at + "/forecast").body());
    assertThat(forecast.path("ended").asText()).isEqualTo("WAITS_FOR_SOMEBODY");
    assertThat(forecast.path("limit").asText()).startsWith("AssocGrpCpuLimit: " + limit);
    assertThat(forecast.path("sentence").asText()).contains(limit);
    JsonNode tried =
        JSON.readTree(
            server
                .post(
                    "researcher1",
                    "/api/v1/what-if",
                    "{\"job\":%d}".formatted(answer.path("id").asLong()))
                .body());
    assertThat(tried.path("warnings").path(0).asText()).contains(limit);
    assertThat(tried.path("waitForSomebody").asInt()).as("besides itself").isZero();
    assertThat(server.call("researcher1", "DELETE", at, "").statusCode()).isBetween(200, 204);
    put("rules/user/researcher1", "{\"limits\":[]}");
    JsonNode free = JSON.readTree(submit().body());
    assertThat(free.has("warnings")).isFalse();
    String other = "/api/v1/jobs/" + free.path("id").asLong();
    assertThat(server.call("researcher1", "DELETE", other, "").statusCode()).isBetween(200, 204);
  }

  @Test
  void aJobThatHitsALimitOfAGroupWaitsWithItsNameWhoeversItIs() throws Exception {
    for (String subject : SUBJECTS.keySet()) {
      for (Map.Entry<String, String> each : new TreeMap<>(GROUP).entrySet()) {
        boolean jobs = each.getKey().equals("RUNNING_JOBS") && isPerson(subject);
        String grouped = (isPart(subject) ? "QOSGrp" : "AssocGrp") + each.getValue();
        waits(subject, "GROUP", each.getKey(), jobs ? "AssocMaxJobsLimit" : grouped);
      }
    }
  }

  @Test
  void aJobThatHitsALimitOfEachUserOrProjectWaitsWithItsName() throws Exception {
    for (String subject : List.of("qos/bounded", "partition/batch")) {
      for (Map.Entry<String, String> each : new TreeMap<>(USER).entrySet()) {
        waits(subject, "USER", each.getKey(), "QOSMax" + each.getValue());
      }
      for (Map.Entry<String, String> each : new TreeMap<>(PROJECT).entrySet()) {
        waits(subject, "PROJECT", each.getKey(), "Max" + each.getValue());
      }
    }
  }

  @Test
  void aJobThatHitsALimitOfSubmissionsOrOfEachJobIsRefusedWithItsName() throws Exception {
    for (String subject : SUBJECTS.keySet()) {
      String submissions =
          isPerson(subject)
              ? "AssocMaxSubmitJobLimit"
              : (isPart(subject) ? "QOSGrp" : "AssocGrp") + "SubmitJobsLimit";
      isRefused(subject, "GROUP", "SUBMITTED_JOBS", submissions);
      for (Map.Entry<String, String> each : new TreeMap<>(JOB).entrySet()) {
        boolean memory = each.getKey().equals("MEM_BYTES") && isPart(subject);
        String word = memory ? "MemoryPerJob" : each.getValue();
        isRefused(subject, "JOB", each.getKey(), (isPart(subject) ? "QOSMax" : "AssocMax") + word);
      }
    }
    for (String subject : List.of("qos/bounded", "partition/batch")) {
      isRefused(subject, "USER", "SUBMITTED_JOBS", "QOSMaxSubmitJobPerUserLimit");
      isRefused(subject, "PROJECT", "SUBMITTED_JOBS", "MaxSubmitJobsPerAccount");
    }
  }
}

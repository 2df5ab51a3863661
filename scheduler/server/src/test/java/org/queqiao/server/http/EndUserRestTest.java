package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A service platform submits for people whom only it knows, on a whole server with a real node. */
final class EndUserRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WANG = "=wang $(id) `id` 王";
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
    assertThat(
            server
                .call("admin1", "PUT", "/api/v1/platforms/shop", "{\"title\":\"Shop\"}")
                .statusCode())
        .isEqualTo(200);
    server.local("/projects", "project=sold&domain=atmosphere");
    server.local("/members", "project=sold&user=researcher1");
    assertThat(
            server
                .call("admin1", "PUT", "/api/v1/rules/project/sold", "{\"platform\":\"shop\"}")
                .statusCode())
        .isEqualTo(200);
  }

  private static JsonNode json(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> submit(String project, String script, String endUser)
      throws Exception {
    return server.post(
        "researcher1",
        "/api/v1/jobs",
        "{\"script\":"
            + JSON.writeValueAsString(script)
            + ",\"workDir\":\"/tmp\",\"project\":\""
            + project
            + "\",\"endUser\":"
            + JSON.writeValueAsString(endUser)
            + ",\"stdoutPath\":\"end-user-%j.out\",\"limitMs\":60000}");
  }

  private static JsonNode job(String id) throws Exception {
    return json(server.get("researcher1", "/api/v1/jobs/" + id), 200);
  }

  @Test
  void theNameIsOnTheJobAndWhatItCostsAndNowhereInItsEnvironment() throws Exception {
    String script = "#!/bin/sh\nenv\ncat /proc/self/environ\nsleep 1\n";
    long id = json(submit("sold", script, WANG), 201).path("id").asLong();
    server.awaitEnd("researcher1", id);
    HttpResponse<String> output = server.get("researcher1", "/api/v1/jobs/" + id + "/output");
    assertThat(output.body()).contains("QUEQIAO_JOB_ID=" + id).doesNotContain("wang");

    assertThat(job(Long.toString(id)).path("endUser").asText()).isEqualTo(WANG);
    JsonNode charge =
        json(server.get("researcher1", "/api/v1/charges?job=" + id), 200).path("items").get(0);
    assertThat(charge.path("endUser").asText()).isEqualTo(WANG);
    JsonNode posting =
        json(server.get("researcher1", "/api/v1/ledger/postings?job=" + id), 200)
            .path("items")
            .get(0);
    assertThat(posting.path("endUser").asText()).isEqualTo(WANG);

    String month = YearMonth.now(ZoneId.of("Asia/Shanghai")).toString();
    String report = "/api/v1/reports/usage?from=" + month + "&to=" + month + "&by=";
    JsonNode rows = json(server.get("finance1", report + "platform,endUser"), 200).path("items");
    assertThat(rows)
        .anyMatch(each ->
            each.path("platform").asText().equals("shop")
                && each.path("endUser").asText().equals(WANG)
                && each.path("coreMs").asLong() >= 1_000);
    assertThat(server.get("finance1", report + "project,endUser&format=csv").body())
        .contains("sold,\"'" + WANG + "\",");
    String ended = "/api/v1/reports/ended?from=" + month + "&to=" + month + "&by=";
    assertThat(json(server.get("finance1", ended + "platform,endUser,state"), 200).path("items"))
        .anyMatch(each ->
            each.path("platform").asText().equals("shop")
                && each.path("endUser").asText().equals(WANG)
                && each.path("runs").asLong() >= 1);
    assertThat(server.get("finance1", ended + "project,endUser&format=csv").body())
        .contains("sold,\"'" + WANG + "\",");
    JsonNode unnamed = json(server.get("finance1", ended + "endUser,state"), 422);
    assertThat(unnamed.path("field").asText()).isEqualTo("by");
    JsonNode statement =
        json(server.get("finance1", "/api/v1/statements?project=sold&period=" + month), 200);
    assertThat(statement.path("endUsers").get(0).path("endUser").asText()).isEqualTo(WANG);
    HttpResponse<String> alone = server.get("finance1", report + "endUser");
    assertThat(json(alone, 422).path("detail").asText()).contains("add platform or project");
  }

  @Test
  void aScriptWithParametersAndTheCommandNameThemToo() throws Exception {
    HttpResponse<String> script =
        server.send(
            server
                .request(
                    "researcher1",
                    "/api/v1/jobs?project=sold&hold=true&endUser="
                        + URLEncoder.encode(WANG, StandardCharsets.UTF_8))
                .header("Content-Type", "text/x-shellscript")
                .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\n")));
    assertThat(job(json(script, 201).path("id").asText()).path("endUser").asText()).isEqualTo(WANG);
    Path file = Files.writeString(server.data().resolve("sold.sh"), "#!/bin/sh\n");
    String printed =
        server.command(
            "researcher1",
            "submit",
            "--hold",
            "--project",
            "sold",
            "--end-user",
            WANG,
            file.toString());
    assertThat(job(printed.strip()).path("endUser").asText()).isEqualTo(WANG);
  }

  @Test
  void nobodyIsNamedWithoutAPlatform() throws Exception {
    JsonNode refused = json(submit("climate", "#!/bin/sh\n", "wang"), 422);
    assertThat(refused.path("field").asText()).isEqualTo("endUser");
    for (String bad : new String[] {"", " ", "a\nb", "a\u0000b", "x".repeat(129)}) {
      assertThat(submit("sold", "#!/bin/sh\n", bad).statusCode()).as(bad).isEqualTo(422);
    }
  }
}

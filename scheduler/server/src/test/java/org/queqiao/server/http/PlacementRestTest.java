package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which nodes a job may use, asked of a whole server. */
final class PlacementRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "\"script\":\"#!/bin/sh\\ntrue\\n\",\"hold\":true";

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.node();
  }

  private static HttpResponse<String> submit(String fields) throws Exception {
    return server.post("researcher1", "/api/v1/jobs", "{" + SCRIPT + fields + "}");
  }

  private static String firstNode() throws Exception {
    JsonNode nodes = JSON.readTree(server.get("admin1", "/api/v1/nodes").body()).path("items");
    assertThat(nodes.size()).isPositive();
    return nodes.get(0).path("name").asText();
  }

  private static HttpResponse<String> set(String who, String node, String body) throws Exception {
    return server.call(who, "PUT", "/api/v1/nodes/" + node + "/settings", body);
  }

  @Test
  void featuresOfANodeAreSetShownAndAskedFor() throws Exception {
    String node = firstNode();
    assertThat(set("researcher1", node, "{\"weight\":5}").statusCode()).isEqualTo(403);
    HttpResponse<String> first =
        set("admin1", node, "{\"features\":[\"ib\",\"a100\"],\"weight\":5}");
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    JsonNode after = JSON.readTree(set("admin1", node, "{\"weight\":7}").body());
    assertThat(after.path("features").toString()).isEqualTo("[\"a100\",\"ib\"]");
    assertThat(after.path("weight").asInt()).isEqualTo(7);
    HttpResponse<String> accepted = submit(",\"constraint\":\"ib&(a100|ib)\"");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
    JsonNode job =
        JSON.readTree(
            server
                .get("researcher1", accepted.headers().firstValue("Location").orElseThrow())
                .body());
    assertThat(job.path("constraint").asText()).isEqualTo("ib&(a100|ib)");
    assertThat(job.path("nodeList").isNull()).isTrue();
    assertThat(submit(",\"nodeList\":\"" + node + "\"").statusCode()).isEqualTo(201);
  }

  @Test
  void theCoresAndTheMemoryOfARunAreShownByTheirIds() throws Exception {
    HttpResponse<String> accepted =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"memBytes\":33554432}");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
    String at = accepted.headers().firstValue("Location").orElseThrow();
    long job = JSON.readTree(accepted.body()).path("id").asLong();
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobEnded") && event.contains("\"job\":" + job + ","));
    JsonNode held = JSON.readTree(server.get("researcher1", at).body()).path("allocations");
    assertThat(held).hasSize(1);
    assertThat(held.get(0).path("node").asText()).isEqualTo(firstNode());
    assertThat(held.get(0).path("component").asInt(-1)).isZero();
    assertThat(held.get(0).path("cores").asText()).matches("[0-9]+");
    assertThat(held.get(0).path("memBytes").asLong()).isEqualTo(33_554_432);
    assertThat(held.get(0).path("devices").isArray()).isTrue();
    String text = server.send(server.request("researcher1", at, "Accept", "text/plain")).body();
    assertThat(text)
        .containsPattern("allocations +node=" + firstNode() + " component=0 cores=[0-9]+ ");
    JsonNode waits =
        JSON.readTree(
            server
                .get("researcher1", submit("").headers().firstValue("Location").orElseThrow())
                .body());
    assertThat(waits.has("allocations")).isTrue();
    assertThat(waits.path("allocations").isNull()).isTrue();
    JsonNode listed =
        JSON.readTree(server.get("researcher1", "/api/v1/jobs?limit=1").body()).path("items");
    assertThat(listed.get(0).has("allocations")).isFalse();
  }

  @Test
  void wishesThatCannotBeAre422WithTheirField() throws Exception {
    String node = firstNode();
    for (String[] each :
        new String[][] {
          {"constraint", "nosuch", "no node has the feature nosuch"},
          {"constraint", "a&&b", "at character 3"},
          {"nodeList", "cn[3-1]", "goes from 3 down to 1"},
          {"nodeList", "nosuch", "there is no node nosuch"},
          {"excludeNodes", "x[0-999999999]", "more than 100000 nodes"},
          {"excludeNodes", node, "leave excludeNodes out"},
        }) {
      HttpResponse<String> answer = submit(",\"%s\":\"%s\"".formatted(each[0], each[1]));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
      JsonNode problem = JSON.readTree(answer.body());
      assertThat(problem.path("field").asText()).isEqualTo(each[0]);
      assertThat(problem.path("detail").asText()).contains(each[2]);
    }
  }

  @Test
  void resourcesAreAskedForShownAndRefused() throws Exception {
    String at = "/api/v1/licences/fluent";
    assertThat(server.call("researcher1", "PUT", at, "{\"count\":3}").statusCode()).isEqualTo(403);
    HttpResponse<String> put = server.call("admin1", "PUT", at, "{\"count\":3}");
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    assertThat(JSON.readTree(put.body()).path("used").asInt(-1)).isZero();
    assertThat(server.get("researcher1", "/api/v1/licences").body()).contains("\"fluent\"");
    HttpResponse<String> accepted =
        submit(
            ",\"exclusive\":true,\"tasksPerNode\":1,\"memPerCpuBytes\":1048576,"
                + "\"licences\":{\"fluent\":2}");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
    JsonNode job =
        JSON.readTree(
            server
                .get("researcher1", accepted.headers().firstValue("Location").orElseThrow())
                .body());
    assertThat(job.path("exclusive").asBoolean()).isTrue();
    assertThat(job.path("memPerCpuBytes").asLong()).isEqualTo(1_048_576);
    assertThat(job.path("licences").path("fluent").asInt()).isEqualTo(2);
    assertThat(job.path("maxNodes").isNull()).isTrue();
    for (String wrong :
        List.of(
            ",\"licences\":{\"fluent\":4}",
            ",\"licences\":{\"nosuch\":1}",
            ",\"licences\":{\"fluent\":0}",
            ",\"nodes\":3,\"maxNodes\":2",
            ",\"memBytes\":1,\"memPerGpuBytes\":1",
            ",\"gresPerTask\":[{\"name\":\"gpu\",\"count\":2000}]")) {
      assertThat(submit(wrong).statusCode()).as(wrong).isEqualTo(422);
    }
  }

  @Test
  void zerosWithAScriptBodyAreRefusedAsInJson() throws Exception {
    for (String field :
        List.of("switches", "maxNodes", "tasksPerNode", "memPerCpuBytes", "deadlineMs")) {
      HttpResponse<String> json = submit(",\"%s\":0".formatted(field));
      for (String wrong : List.of("?" + field + "=0", "?components=" + field + "=0")) {
        boolean ofComponent = wrong.startsWith("?components");
        if (ofComponent && (field.startsWith("mem") || field.equals("deadlineMs"))) {
          continue;
        }
        HttpResponse<String> script =
            server.send(
                server
                    .request("researcher1", "/api/v1/jobs" + wrong)
                    .header("Content-Type", "text/x-shellscript")
                    .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\ntrue\n")));
        assertThat(script.statusCode()).as(wrong + script.body()).isEqualTo(json.statusCode());
        assertThat(script.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(script.body()).path("field").asText())
            .isEqualTo(ofComponent ? "components" : field);
      }
    }
  }

  @Test
  void aJobSaysWhetherItsTasksAreOfAllNodesOrOfEach() throws Exception {
    for (String[] each :
        new String[][] {
          {",\"nodes\":1,\"maxNodes\":4,\"tasks\":2", "2 IN_ALL null"},
          {",\"nodes\":1,\"maxNodes\":4,\"tasks\":2,\"tasksPerNode\":2", "2 IN_ALL 2"},
          {",\"nodes\":1,\"maxNodes\":4,\"tasksPerNode\":2", "2 PER_NODE 2"},
          {",\"nodes\":1,\"maxNodes\":4", "1 PER_NODE null"},
          {",\"nodes\":1,\"tasksPerNode\":2", "2 IN_ALL 2"},
          {"", "1 IN_ALL null"},
        }) {
      HttpResponse<String> accepted = submit(each[0]);
      assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
      String at = accepted.headers().firstValue("Location").orElseThrow();
      JsonNode job = JSON.readTree(server.get("researcher1", at).body());
      assertThat(
              job.path("tasks").asText()
                  + " "
                  + job.path("tasksCounted").asText()
                  + " "
                  + job.path("tasksPerNode").asText())
          .as(each[0])
          .isEqualTo(each[1]);
    }
  }

  @Test
  void switchesAreSetShownAndAskedFor() throws Exception {
    String tree =
        "{\"switches\":[{\"name\":\"core\"},{\"name\":\"r1\",\"parent\":\"core\",\"nodes\":\"%s\"}]}"
            .formatted(firstNode());
    assertThat(server.call("researcher1", "PUT", "/api/v1/topology", tree).statusCode())
        .isEqualTo(403);
    HttpResponse<String> put = server.call("admin1", "PUT", "/api/v1/topology", tree);
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    JsonNode shown = JSON.readTree(server.get("researcher1", "/api/v1/topology").body());
    assertThat(shown.path("switches").get(1).path("parent").asText()).isEqualTo("core");
    String loop = tree.replace("\"core\"}", "\"core\",\"parent\":\"r1\"}");
    assertThat(server.call("admin1", "PUT", "/api/v1/topology", loop).statusCode()).isEqualTo(422);
    HttpResponse<String> accepted = submit(",\"switches\":1,\"contiguous\":true");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
    JsonNode job =
        JSON.readTree(
            server
                .get("researcher1", accepted.headers().firstValue("Location").orElseThrow())
                .body());
    assertThat(job.path("switches").asInt()).isEqualTo(1);
    assertThat(job.path("contiguous").asBoolean()).isTrue();
  }

  @Test
  void componentsThatTheClusterDoesNotHaveAre422() throws Exception {
    for (String[] each :
        new String[][] {
          {"[{\"nodes\":1}]", "not all at once"},
          {"[{\"nodes\":2,\"tasks\":1}]", "ask for at least 2 tasks"},
          {"[{\"nodeList\":\"nosuch\"}]", "component 1: there is no node nosuch"},
          {"[{\"maxNodes\":1000}]", "more than 64 ways to start"},
          {"[{\"nodes\":1,\"constraint\":\"a*2\"}]", "ask for at least 2"},
          {"[{\"cpusPerTask\":60000}]", "component 1: "},
          {"[{\"constraint\":\"a&\"}]", "at character 3"},
        }) {
      HttpResponse<String> answer = submit(",\"components\":" + each[0]);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
      JsonNode problem = JSON.readTree(answer.body());
      assertThat(problem.path("field").asText()).isEqualTo("components");
      assertThat(problem.path("detail").asText()).contains(each[1]);
    }
  }

  @Test
  void aPartitionShowsItsNodes() throws Exception {
    String node = firstNode();
    String at = "/api/v1/partitions/listed";
    String rules = "{\"defaultLimitMs\":1000,\"maxLimitMs\":1000%s}";
    HttpResponse<String> put =
        server.call("admin1", "PUT", at, rules.formatted(",\"nodes\":\"" + node + "\""));
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    assertThat(put.headers().firstValue("Queqiao-Warning")).isEmpty();
    HttpResponse<String> none =
        server.call("admin1", "PUT", at, rules.formatted(",\"nodes\":\"nowhere[1-3]\""));
    assertThat(none.statusCode()).as(none.body()).isEqualTo(200);
    assertThat(none.headers().firstValue("Queqiao-Warning").orElse(""))
        .startsWith("no node has a name of this partition's nodes");
    server.call("admin1", "PUT", at, rules.formatted(",\"nodes\":\"" + node + "\""));
    JsonNode kept = JSON.readTree(server.call("admin1", "PUT", at, rules.formatted("")).body());
    assertThat(kept.path("nodes").asText()).isEqualTo(node);
    assertThat(server.call("admin1", "PUT", at, rules.formatted(",\"nodes\":\"a[\"")).statusCode())
        .isEqualTo(422);
  }
}

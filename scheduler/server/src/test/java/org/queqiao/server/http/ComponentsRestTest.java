package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;

/** Jobs with components on a server with two real nodes, by REST and by command. */
final class ComponentsRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunningServer server;

  private JsonNode job(long id) throws Exception {
    return JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + id).body());
  }

  @Test
  void eachComponentRunsOnTheNodesThatItAsksFor() throws Exception {
    server = RunningServer.alone();
    NodeProcesses first = server.node();
    server.another(new NodeName("n2"), 2);
    String script = "#!/bin/sh\necho tasks $QUEQIAO_TASKS_PER_NODE of $SLURM_NTASKS\n";
    Path file = Files.writeString(server.data().resolve("job.sh"), script);
    String printed =
        server.command(
            "researcher1",
            "submit",
            "--hold",
            "--node-list",
            "n2",
            ":",
            "--max-nodes",
            "2",
            "--exclude-nodes",
            "n2",
            "--tasks-per-node",
            "2",
            "--contiguous",
            file.toString());
    JsonNode held = job(Long.parseLong(printed.strip()));
    assertThat(held.path("nodeList").asText()).isEqualTo("n2");
    JsonNode component = held.path("components").get(0);
    assertThat(component.path("nodes").asInt()).isEqualTo(1);
    assertThat(component.path("maxNodes").asInt()).isEqualTo(2);
    assertThat(component.path("tasks").asInt()).isEqualTo(2);
    assertThat(component.path("tasksCounted").asText()).isEqualTo("PER_NODE");
    assertThat(component.path("excludeNodes").asText()).isEqualTo("n2");
    assertThat(component.path("contiguous").asBoolean()).isTrue();

    HttpResponse<String> submitted =
        server.send(
            server
                .request(
                    "researcher1",
                    "/api/v1/jobs?nodeList=n2&components=excludeNodes=n2%20tasksPerNode=2&workDir="
                        + first.work())
                .header("Content-Type", "text/x-shellscript")
                .POST(HttpRequest.BodyPublishers.ofString(script)));
    assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
    long id = JSON.readTree(submitted.body()).path("id").asLong();
    server.awaitEnd("researcher1", id);
    JsonNode ran = job(id);
    assertThat(ran.path("state").asText()).as(ran.toString()).isEqualTo("COMPLETED");
    assertThat(ran.path("nodes").toString()).isEqualTo("[\"n2\",\"n1\"]");
    assertThat(server.get("researcher1", "/api/v1/jobs/" + id + "/output").body())
        .isEqualTo("tasks 1,2 of 3\n");

    HttpResponse<String> blocks =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\nsleep"
                + " 600\\n\",\"nodeList\":\"n1\",\"cpusPerTask\":2,\"workDir\":\""
                + first.work()
                + "\"}");
    assertThat(blocks.statusCode()).as(blocks.body()).isEqualTo(201);
    long blocking = JSON.readTree(blocks.body()).path("id").asLong();
    server.events(
        "researcher1",
        "from=0",
        event ->
            event.contains("event: JobStarted") && event.contains("\"job\":" + blocking + ","));
    HttpResponse<String> waits =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"components\":[{\"nodeList\":\"n1\"}],"
                + "\"workDir\":\""
                + first.work()
                + "\"}");
    assertThat(waits.statusCode()).as(waits.body()).isEqualTo(201);
    long waiting = JSON.readTree(waits.body()).path("id").asLong();
    assertThat(server.command("researcher1", "explain", Long.toString(waiting)))
        .contains("Component 1 needs 1 node with 1 core: 0 of 1 of that kind have room now;")
        .contains("what is missing is cores");
    HttpResponse<String> both =
        server.post(
            "researcher1",
            "/api/v1/jobs",
            "{\"script\":\"#!/bin/sh\\ntrue\\n\",\"nodeList\":\"n1\",\"nodes\":2}");
    assertThat(both.statusCode()).as(both.body()).isEqualTo(201);
    String at = "/api/v1/jobs/" + JSON.readTree(both.body()).path("id").asLong();
    JsonNode why = JSON.readTree(server.get("researcher1", at + "/explain").body());
    assertThat(why.path("waiting").path("room").path("groups").toString())
        .as(why.toString())
        .isEqualTo(
            "[{\"what\":\"nodeList\",\"nodesNeeded\":1,\"nodesWithRoom\":0,\"nodesWithRoomWhenIdle\":1},"
                + "{\"what\":\"others\",\"nodesNeeded\":1,\"nodesWithRoom\":1,\"nodesWithRoomWhenIdle\":1}]");
    assertThat(server.call("researcher1", "DELETE", at, "").statusCode()).isBetween(200, 204);
    JsonNode forecast =
        JSON.readTree(server.get("researcher1", "/api/v1/jobs/" + waiting + "/forecast").body());
    assertThat(forecast.path("p50Ms").asLong()).as(forecast.toString()).isPositive();
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + blocking, "");
    server.awaitEnd("researcher1", waiting);
    assertThat(job(waiting).path("nodes").toString()).isEqualTo("[\"n2\",\"n1\"]");
  }
}

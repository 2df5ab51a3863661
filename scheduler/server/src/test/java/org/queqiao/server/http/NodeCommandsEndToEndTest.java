package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;

/** Prolog, epilog and health check of a node: a whole server, two agents with their launchers. */
@Timeout(120)
final class NodeCommandsEndToEndTest {
  private Path sick;
  private Path sound;

  private RunningServer server() throws Exception {
    RunningServer server = RunningServer.alone();
    assertThat(NodeProcesses.currentUid()).as("the commands of nodes need root").isZero();
    server.another(
        new NodeName("cn1"),
        2,
        node -> {
          sick = node.commands(1);
          NodeProcesses.command(
              sick, "health", "[ -e ${0%/*}/ill ] || exit 0; echo fan 2 stands still; exit 1\n");
        });
    return server;
  }

  private void second(RunningServer server) throws Exception {
    server.another(new NodeName("cn2"), 2, node -> sound = node.commands(300));
  }

  private static long submit(RunningServer server, String script) throws Exception {
    Path work = Files.createTempDirectory("qqcommands");
    Files.setPosixFilePermissions(
        work, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    HttpRequest.Builder request =
        server
            .request("researcher1", "/api/v1/jobs?workDir=" + work)
            .header("Content-Type", "text/x-shellscript")
            .header("Accept", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("#!/bin/sh\n" + script));
    HttpResponse<String> answer = server.send(request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return Long.parseLong(answer.body().strip());
  }

  private static void await(RunningServer server, Predicate<String> event) throws Exception {
    server.events("admin1", "from=0", event::test);
  }

  private static String node(RunningServer server, String name) throws Exception {
    return server.get("admin1", "/api/v1/nodes/" + name).body();
  }

  @Test
  void aFailedPrologMovesTheJobToAnotherNodeAndDrainsItsOwn() throws Exception {
    RunningServer server = server();
    NodeProcesses.command(
        sick,
        "prolog",
        "echo $QUEQIAO_JOB_ID $SLURM_JOB_ACCOUNT $QUEQIAO_NODE_LIST >>${0%/*}/seen\n"
            + "echo scratch is not mounted; exit 3\n");
    long id = submit(server, "echo $SLURMD_NODENAME >ran\n");
    await(server, event -> event.contains("event: NodeDrained") && event.contains("\"cn1\""));
    assertThat(node(server, "cn1"))
        .contains("\"drained\":true", "prolog of run " + id + ".1: exit code 3: scratch");
    second(server);
    NodeProcesses.command(sound, "epilog", "echo $QUEQIAO_JOB_ID $QUEQIAO_EXIT_CODE; exit 4\n");
    server.awaitEnd("researcher1", id);
    String job = server.get("researcher1", "/api/v1/jobs/" + id).body();
    assertThat(job).contains("\"state\":\"COMPLETED\"", "\"cn2\"");
    assertThat(Files.readString(sick.resolve("seen"))).matches(id + " \\w+ cn1\n");
    // Its epilog failed: the job is well, the node is not.
    await(server, event -> event.contains("event: NodeDrained") && event.contains("\"cn2\""));
    assertThat(node(server, "cn2"))
        .contains("epilog of run " + id + ".2: exit code 4: " + id + " 0");
  }

  @Test
  void aFailedHealthCheckDrainsANodeAndASoundOneResumesIt() throws Exception {
    RunningServer server = server();
    Files.createFile(sick.resolve("ill"));
    await(server, event -> event.contains("event: NodeDrained") && event.contains("\"cn1\""));
    assertThat(node(server, "cn1"))
        .contains(
            "\"drainReason\":\"health check: exit code 1: fan 2 stands still\"",
            "\"health\":{\"sound\":false,\"fault\":\"exit code 1: fan 2 stands still\"");
    Files.delete(sick.resolve("ill"));
    await(server, event -> event.contains("event: NodeResumed"));
    assertThat(node(server, "cn1"))
        .contains("\"drained\":false", "\"health\":{\"sound\":true,\"fault\":null");
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.gateway.NodeProcesses;

/** A whole server with some nodes cn1, cn2, ... whose jobs can start steps. */
final class StepsSite {
  final RunningServer server;
  final List<NodeProcesses> nodes = new ArrayList<>();

  /** The command of jobs. */
  final Path program;

  StepsSite(int count, int cores, RunningServer.Equipment equipment) throws Exception {
    this(count, cores, equipment, "");
  }

  /** With these lines in the server's configuration besides. */
  StepsSite(int count, int cores, RunningServer.Equipment equipment, String lines)
      throws Exception {
    program = NodeProcesses.jobProgram(Files.createTempDirectory("qqjob"));
    server = RunningServer.configured(lines, "--job-program", program.toString());
    for (int i = 1; i <= count; i++) {
      nodes.add(server.another(new NodeName("cn" + i), cores, equipment));
    }
  }

  /** Where jobs run and leave their output. */
  Path work() {
    return nodes.getFirst().work();
  }

  long submit(String parameters, String script) throws Exception {
    HttpRequest.Builder request =
        server
            .request(
                "researcher1",
                "/api/v1/jobs?workDir=" + work() + "&stdoutPath=out-%25j&" + parameters)
            .header("Content-Type", "text/x-shellscript")
            .header("Accept", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("#!/bin/bash\n" + script));
    HttpResponse<String> answer = server.send(request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return Long.parseLong(answer.body().strip());
  }

  String job(long id) throws Exception {
    return server.get("researcher1", "/api/v1/jobs/" + id).body();
  }

  /** Waits until the script of a job has started. */
  void awaitStart(long id) throws Exception {
    server.events(
        "researcher1",
        "from=0",
        event -> event.contains("event: JobStarted") && event.contains("\"job\":" + id + ","));
  }

  /** The output of a job that has ended. */
  List<String> output(long id) throws Exception {
    server.awaitEnd("researcher1", id);
    return Files.readAllLines(work().resolve("out-" + id));
  }

  /** The output of a job that is to end well. */
  List<String> run(String parameters, String script) throws Exception {
    long id = submit(parameters, script);
    List<String> lines = output(id);
    assertThat(job(id)).as(String.join("\n", lines)).contains("\"state\":\"COMPLETED\"");
    return lines;
  }
}

package org.queqiao.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.queqiao.benchmarks.Service;

/** A second node joins a running server, by its own data folder, and leaves it. */
final class NodeJoinTest {
  private static final Path ROOT = EndToEndTest.root();
  private static Service service;
  private static Client researcher;
  private static Path folder;

  /** How a command ended, and both of its streams. */
  private record Answer(int exit, String text) {}

  @BeforeAll
  static void start() throws Exception {
    service = Service.start(ROOT, "", Map.of());
    researcher = new Client(service.url(), service.token("researcher1"));
    folder = Files.createTempDirectory("queqiao-second-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterAll
  static void stop() throws Exception {
    script("", "node", "leave", "--purge", "--data", folder.resolve("data").toString());
    researcher.close();
    service.close();
    Files.deleteIfExists(folder.resolve("code"));
    Files.deleteIfExists(folder);
  }

  private static Answer script(String input, String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of(ROOT.resolve("queqiao").toString()));
    line.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("QUEQIAO_BUILT", "yes");
    Process process = builder.start();
    try (var to = process.getOutputStream()) {
      to.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), text);
  }

  private static Answer second(String input, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("--data", folder.resolve("data").toString()));
    return script(input, words.toArray(new String[0]));
  }

  /** By the number and the start that the script knows it by. */
  private static void killLauncher() throws Exception {
    String[] known = Files.readString(folder.resolve("data/host/launcher.pid")).strip().split(" ");
    ProcessHandle launcher = ProcessHandle.of(Long.parseLong(known[0])).orElseThrow();
    launcher.destroyForcibly();
    launcher.onExit().get();
  }

  private static long submit(String rest) throws Exception {
    Client.Answer submitted = researcher.post("/api/v1/jobs", "{\"script\":\"#!/bin/sh\\n" + rest);
    assertThat(submitted.status()).as(submitted.response().body()).isEqualTo(201);
    return submitted.json().path("id").asLong();
  }

  @Test
  void aNodeJoinsByACodeTakesItsPartOfAJobAndLeavesWhenNothingRunsThere() throws Exception {
    assertThat(second("queqiao-enrol:x\n", "node", "join", "--code-file", "-").text())
        .contains("that is no code of");
    Path file = folder.resolve("code");
    String code = service.script("node", "code", "cn2");
    Files.writeString(file, code);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(second("", "node", "join", "--code-file", file.toString()).text())
        .contains("others can read the code");
    assertThat(
            second(code.replaceFirst(":\\d+/", ":1/"), "node", "join", "--code-file", "-").text())
        .contains("cannot be reached from here");
    assertThat(folder.resolve("data")).as("nothing is made of a wrong code").doesNotExist();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Object own = Files.getAttribute(file, "unix:uid");
    if (own.equals(0)) {
      Files.setAttribute(file, "unix:uid", 65_534);
      assertThat(second("", "node", "join", "--code-file", file.toString()).text())
          .contains("it has to be yours");
      Files.setAttribute(file, "unix:uid", own);
    }
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getByName("::1"))) {
      String there = "[::1]:" + other.getLocalPort();
      assertThat(
              second("", "node", "join", "--code-file", file.toString(), "--server", there).text())
          .contains("the server did not take this node within 60 s");
    }
    assertThat(second("", "up").text()).contains("was to join");
    Answer joined = second("", "node", "join", "--code-file", file.toString());
    assertThat(joined.exit()).as(joined.text()).isZero();
    assertThat(second("", "node", "status").text()).contains("cn2", "welcomed by the server");
    assertThat(second("", "up").text()).contains("is the folder of a node that has joined");
    assertThat(second("", "service", "launcher").text()).contains("a launcher answers at");

    long id = submit("queqiao run hostname\\n\",\"nodes\":2}");
    JsonNode job = researcher.awaitEnd(id);
    assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("COMPLETED");
    assertThat(job.path("nodes").toString()).contains("cn2");

    long waits = submit("sleep 300\\n\",\"nodes\":1,\"nodeList\":\"cn2\"}");
    researcher.await(
        "/api/v1/jobs/" + waits, each -> each.path("state").asText().equals("RUNNING"));
    assertThat(second("", "node", "join").text()).contains("the node runs already");
    killLauncher();
    assertThat(second("", "node", "status").text()).containsPattern("launcher +ended");
    assertThat(second("", "node", "join").text())
        .contains("The launcher of node cn2 was started again");
    assertThat(second("", "node", "status").exit()).isZero();
    assertThat(second("", "node", "leave").text()).contains("1 runs live here", "nodes drain cn2");
    service.script("nodes", "drain", "cn2", "leaves");
    service.script("cancel", Long.toString(waits), "--as", "researcher1");
    researcher.awaitEnd(waits);
    Answer left = second("", "node", "leave");
    assertThat(left.text()).contains("Node cn2 has left");
    assertThat(second("", "node", "status").exit()).isEqualTo(1);
    Answer again = second("", "node", "join");
    assertThat(again.exit()).as(again.text()).isZero();
  }

  @Test
  void theFilesForAServiceManagerAreTaken() throws Exception {
    Path verify = Path.of("/usr/bin/systemd-analyze");
    Path units = Files.createTempDirectory("queqiao-units-");
    assertThat(service.run("units", units.toString()).exit()).isZero();
    List<Path> files = new ArrayList<>();
    for (String each : List.of("server", "launcher", "agent")) {
      Path file = units.resolve("queqiao-" + each + ".service");
      assertThat(Files.readString(file))
          .contains("ExecStart=" + ROOT + "/queqiao service " + each + " --data " + service.data())
          .doesNotContain("@");
      files.add(file);
    }
    try {
      // Root's run of all tests installs it; others may be on a machine without it.
      boolean root = "root".equals(System.getProperty("user.name"));
      assumeTrue(root || Files.exists(verify), "systemd is not there");
      List<String> words = new ArrayList<>(List.of(verify.toString(), "verify"));
      files.forEach(each -> words.add(each.toString()));
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
      assertThat(text.lines().filter(line -> line.contains("queqiao-"))).isEmpty();
    } finally {
      for (Path each : files) {
        Files.delete(each);
      }
      Files.delete(units);
    }
  }
}

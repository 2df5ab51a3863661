package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What a job may put in the place of its output, asked for over HTTP and read on a node by the real
 * agent and launcher: R36 to R38 and S4 to S9 of the catalogue.
 */
@Timeout(180)
final class OutputAttacksTest {
  private static RunningServer server;
  private static Path work;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    work = server.node().work();
  }

  /** What the script leaves where its output was, and how the reader is refused. */
  record Trap(String what, String command, String reason) {}

  static final List<Trap> TRAPS =
      List.of(
          new Trap("link to a file of root", "ln -s /etc/shadow \"$out\"", "ELOOP"),
          new Trap("link to a file that all may read", "ln -s /etc/passwd \"$out\"", "ELOOP"),
          new Trap("link into /proc", "ln -s /proc/self/environ \"$out\"", "ELOOP"),
          new Trap("link to a device", "ln -s /dev/zero \"$out\"", "ELOOP"),
          new Trap("named pipe", "mkfifo \"$out\"", "EINVAL"),
          new Trap("folder", "mkdir \"$out\"", "EINVAL"),
          new Trap(
              "file that the user may not read", "touch \"$out\"; chmod 0 \"$out\"", "EACCES"));

  @ParameterizedTest
  @FieldSource("TRAPS")
  void r37OnlyARegularFileOfTheUserIsRead(Trap trap) throws Exception {
    long id =
        run("trap-%j", "out=" + work + "/trap-$SLURM_JOB_ID\nrm -f \"$out\"\n" + trap.command());
    HttpResponse<String> answer = output(id);
    boolean rootReadsAnything = trap.reason().equals("EACCES") && !server.jobsHaveAnotherUser();
    if (rootReadsAnything && answer.statusCode() == 200) {
      assertThat(answer.body()).isEmpty();
      return;
    }
    assertThat(answer.statusCode()).as(trap.what() + ": " + answer.body()).isEqualTo(403);
    assertThat(answer.body()).contains("\"code\":\"FORBIDDEN\"").doesNotContain("root:");
  }

  @Test
  void r37AHugeSparseFileIsReadAPieceAtATime() throws Exception {
    long size = 1L << 42;
    long id = run("sparse-%j", "truncate -s " + size + " " + work + "/sparse-$SLURM_JOB_ID");
    HttpResponse<byte[]> first = bytes(id, 0);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.body()).hasSize(1 << 20);
    assertThat(first.headers().firstValueAsLong("Queqiao-Size")).hasValue(size);
    assertThat(first.headers().firstValueAsLong("Queqiao-Next")).hasValue(1 << 20);
    assertThat(bytes(id, size - 10).body()).hasSize(10);
    assertThat(bytes(id, size).body()).isEmpty();
    assertThat(bytes(id, 1L << 62).body()).isEmpty();
    assertThat(bytes(id, Long.MAX_VALUE).statusCode()).isEqualTo(422);
    Files.deleteIfExists(work.resolve("sparse-" + id));
  }

  @Test
  void r36AddressesOfOutputAreNumbersAndNothingElse() throws Exception {
    long id = run("plain-%j", "echo plain");
    assertThat(output(id).body()).isEqualTo("plain\n");
    for (String path :
        List.of(
            id + "%00",
            id + "%2f..%2f..%2fetc%2fpasswd",
            "..%2f" + id,
            id + "%252e",
            "-" + id,
            "0x1",
            id + ";x=1")) {
      HttpResponse<String> answer = server.get("researcher1", "/api/v1/jobs/" + path + "/output");
      assertThat(answer.statusCode()).as(path).isIn(400, 404);
      assertThat(answer.body()).doesNotContain("plain\n").doesNotContain("root:");
    }
    for (String query : List.of("from=-1", "from=1e9", "from=9223372036854775808", "stream=../x")) {
      assertThat(server.get("researcher1", "/api/v1/jobs/" + id + "/output?" + query).statusCode())
          .as(query)
          .isIn(400, 422);
    }
  }

  @Test
  void r38MarkupInOutputIsADownloadThatNoBrowserRuns() throws Exception {
    long id =
        run(
            "markup-%j",
            "echo '<html><script>alert(1)</script><svg onload=alert(2)></svg></html>'");
    HttpResponse<String> answer = output(id);
    assertThat(answer.body()).contains("<svg onload=alert(2)>");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(answer.headers().firstValue("Content-Disposition").orElseThrow())
        .startsWith("attachment");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().allValues("Content-Security-Policy"))
        .containsExactly("sandbox; default-src 'none'");
    assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).hasValue("same-origin");
  }

  /** Where output must not go, and how the job then ends. */
  static final List<String> PLACES =
      List.of(
          "/etc/cron.d/queqiao-trap",
          "../../../../../../../../etc/queqiao-trap",
          "/dev/mem",
          "/proc/self/mem",
          "/no/such/folder/x",
          "a-folder");

  @ParameterizedTest
  @FieldSource("PLACES")
  void s4OutputIsOpenedWithTheRightsOfTheUserOrTheJobFailsWithAReason(String place)
      throws Exception {
    if (!server.jobsHaveAnotherUser() && place.startsWith("/dev")) {
      return;
    }
    Files.createDirectories(work.resolve("a-folder"));
    long id = submit(place, "touch " + work + "/ran-anyway");
    server.awaitEnd("researcher1", id);
    String job = server.get("researcher1", "/api/v1/jobs/" + id).body();
    assertThat(job).contains("\"state\":\"FAILED\"").contains("output");
    assertThat(work.resolve("ran-anyway")).doesNotExist();
    assertThat(Path.of("/etc/cron.d/queqiao-trap")).doesNotExist();
    assertThat(Path.of("/etc/queqiao-trap")).doesNotExist();
  }

  @Test
  void s4APercentSignInANameMakesNoFolder() throws Exception {
    String name = "..%2f../%j/$(id)`id`;%x";
    String request =
        "{\"name\":\""
            + name
            + "\",\"workDir\":\""
            + work
            + "\",\"stdoutPath\":\"named-%x-%j\",\"script\":\"#!/bin/sh\\necho named\\n\"}";
    long id = accepted(request);
    server.awaitEnd("researcher1", id);
    assertThat(output(id).body()).isEqualTo("named\n");
    try (var files = Files.list(work)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("named-" + name.replace('/', '_') + "-" + id);
    }
  }

  @Test
  void s6AWorkingFolderThatIsNotThereFailsTheJobBeforeItsCode() throws Exception {
    for (String folder : List.of("/no/such/folder", "/root/.", "/etc/passwd")) {
      if (!server.jobsHaveAnotherUser() && folder.startsWith("/root")) {
        continue;
      }
      long id =
          accepted(
              "{\"workDir\":\""
                  + folder
                  + "\",\"stdoutPath\":\""
                  + work
                  + "/s6-%j\",\"script\":\"#!/bin/sh\\npwd\\n\"}");
      server.awaitEnd("researcher1", id);
      String job = server.get("researcher1", "/api/v1/jobs/" + id).body();
      assertThat(job).as(folder).contains("\"state\":\"FAILED\"").contains("work directory");
      assertThat(work.resolve("s6-" + id)).doesNotExist();
    }
  }

  @Test
  void s7TheEnvironmentOfAJobReachesItsScriptAndNoProgramOfRoot() throws Exception {
    Path library = work.resolve("evil.so");
    long id =
        accepted(
            "{\"workDir\":\""
                + work
                + "\",\"stdoutPath\":\"s7-%j\",\"environment\":{\"IFS\":\"x\",\"BASH_ENV\":\"/evil\","
                + "\"LD_PRELOAD\":\""
                + library
                + "\",\"JAVA_TOOL_OPTIONS\":\"-javaagent:evil\"},"
                + "\"script\":\"#!/bin/sh\\ntr '\\\\\\\\0' '\\\\\\\\n' </proc/$$/environ; echo; cat"
                + " /proc/$PPID/environ 2>&1\\n\"}");
    server.awaitEnd("researcher1", id);
    String printed = output(id).body();
    assertThat(printed).contains("JAVA_TOOL_OPTIONS=-javaagent:evil").contains("BASH_ENV=/evil");
    assertThat(server.node().log("launcher")).doesNotContain("evil");
    assertThat(server.node().log("agent")).doesNotContain("evil");
  }

  @Test
  void s9ARequestThatNamesAUserOrGroupIsRefusedAndTheJobRunsAsItsAccountSays() throws Exception {
    for (String field : List.of("\"uid\":0", "\"unixUser\":\"root\"", "\"gids\":[0]")) {
      HttpResponse<String> answer =
          server.post(
              "researcher1", "/api/v1/jobs", "{\"script\":\"#!/bin/sh\\nid\\n\"," + field + "}");
      assertThat(answer.statusCode()).as(field).isEqualTo(400);
    }
    long id = run("s9-%j", "id -u; id -G");
    int uid = server.jobUid();
    assertThat(output(id).body().lines().findFirst().orElseThrow())
        .isEqualTo(Integer.toString(uid));
    if (server.jobsHaveAnotherUser()) {
      assertThat(output(id).body().lines().skip(1).findFirst().orElseThrow().split(" "))
          .doesNotContain("0");
    }
  }

  /** Runs a job of these lines to its end. */
  private static long run(String output, String lines) throws Exception {
    long id = submit(output, lines);
    server.awaitEnd("researcher1", id);
    return id;
  }

  private static long submit(String output, String lines) throws Exception {
    return accepted(
        "{\"workDir\":\""
            + work
            + "\",\"stdoutPath\":\""
            + output
            + "\",\"script\":\"#!/bin/sh\\n"
            + lines.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
            + "\\n\"}");
  }

  private static long accepted(String request) throws Exception {
    HttpResponse<String> answer = server.post("researcher1", "/api/v1/jobs", request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    String location = answer.headers().firstValue("Location").orElseThrow();
    return Long.parseLong(location.substring(location.lastIndexOf('/') + 1));
  }

  private static HttpResponse<String> output(long id) throws Exception {
    return server.get("researcher1", "/api/v1/jobs/" + id + "/output");
  }

  private static HttpResponse<byte[]> bytes(long id, long from) throws Exception {
    return server
        .http()
        .send(
            server.request("researcher1", "/api/v1/jobs/" + id + "/output?from=" + from).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }
}

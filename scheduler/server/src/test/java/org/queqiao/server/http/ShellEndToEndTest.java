package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.queqiao.server.http.ShellSite.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shells of people in their jobs, from outside: a whole server, two nodes, terminals. */
@Timeout(300)
final class ShellEndToEndTest {
  private static ShellSite shells;
  private static StepsSite site;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    shells = new ShellSite(2, "127.0.0.3");
    site = shells.site;
    server = shells.server;
  }

  @AfterAll
  static void stop() throws IOException {
    shells.close();
  }

  @Test
  void strangersAtTheRelayKeepNobodyAway() throws Exception {
    long id = shells.sleeping("nodes=1");
    InetAddress stranger = InetAddress.getByName("127.0.0.2");
    InetAddress relay = InetAddress.getByName("127.0.0.1");
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      silent.add(new Socket(relay, shells.relayPort, stranger, 0));
    }
    int before = shells.translated.get();
    assertThat(run("", shells.client("researcher1", id, "", "sh", "-c", "exit 8")).code())
        .isEqualTo(8);
    assertThat(shells.translated.get())
        .as("by the address that nodes are told")
        .isGreaterThan(before);
    for (Socket each : silent) {
      each.close();
    }
    try (Socket other = new Socket(relay, shells.relayPort)) {
      other.setSoTimeout(5_000);
      other.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
      assertThat(other.getInputStream().read()).as("closed at once").isEqualTo(-1);
    }
    shells.end(id);
  }

  private static final String TERMINAL =
      """
      import fcntl, json, os, pty, select, struct, sys, termios, time

      def resize(fd, rows, columns):
          fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

      def expect(fd, text):
          seen = b""
          end = time.time() + 60
          while text.encode() not in seen:
              if time.time() > end:
                  print("instead of", text, ":", seen)
                  sys.exit(1)
              if select.select([fd], [], [], 1)[0]:
                  try:
                      seen += os.read(fd, 4096)
                  except OSError:
                      print("ended instead of", text, ":", seen)
                      sys.exit(1)

      pid, fd = pty.fork()
      if pid == 0:
          time.sleep(0.3)
          os.execvp(sys.argv[2], sys.argv[2:])
      resize(fd, 40, 100)
      def say(text):
          os.write(fd, text.encode())
      node = sys.argv[1]
      say("PS1=; echo at-$SLURMD_NODENAME-$(tty | cut -c1-9)-$(stty size | tr ' ' x)-$(id -u)\\n")
      expect(fd, "at-" + node + "-/dev/pts/-40x100-")
      resize(fd, 50, 120)
      say("sleep 1; echo now-$(stty size | tr ' ' x)\\n")
      expect(fd, "now-50x120")
      say("sh -c 'echo be${x}gin; exec sleep 300'\\n")
      expect(fd, "begin")
      time.sleep(0.5)
      say("\\003")
      say("echo after-$?\\n")
      expect(fd, "after-130")
      say("exit 7\\n")
      try:
          while os.read(fd, 4096):
              pass
      except OSError:
          pass
      print("shell", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """;

  @Test
  void itsOwnerHasAShellWithATerminalOnEachNodeOfARunningJob() throws Exception {
    long id = shells.sleeping("nodes=2&tasks=2");
    Path script = Files.writeString(site.work().resolve("person.py"), TERMINAL);
    for (String node : List.of("cn1", "cn2")) {
      List<String> words = new ArrayList<>(List.of("python3", script.toString(), node));
      words.addAll(shells.client("researcher1", id, "?node=" + node));
      assertThat(run("", words)).isEqualTo(new ShellSite.Ended(0, "shell 7\n"));
    }
    RunningServer.until(
        Duration.ofSeconds(30),
        () -> server.get("researcher1", "/api/v1/jobs/" + id + "/steps").body(),
        steps -> steps.split("\"exitCode\":7", -1).length == 3);
    shells.end(id);
  }

  @Test
  void aCommandReadsItsInputIsTheJobsUserInTheJobsSurroundingsAndEndsWithItsCode()
      throws Exception {
    long id = shells.sleeping("nodes=1");
    ShellSite.Ended ended =
        run(
            "one\ntwo\n",
            shells.client(
                "researcher1",
                id,
                "",
                "sh",
                "-c",
                "cat; echo $(id -u) $SLURM_JOB_ID $(pwd) $QUEQIAO_ORDER_KEY; queqiao checkpoint;"
                    + " echo told $?; exit 9"));
    assertThat(ended)
        .isEqualTo(
            new ShellSite.Ended(
                9, "one\ntwo\n" + server.jobUid() + " " + id + " " + site.work() + "\ntold 0\n"));
    shells.end(id);
  }

  @Test
  void nobodyElseHasAShellAndNoneIsInAJobThatDoesNotRun() throws Exception {
    long id = shells.sleeping("nodes=1");
    for (String stranger : List.of("researcher2", "admin1", "finance1")) {
      assertThat(run("id\n", shells.client(stranger, id, "")).code()).as(stranger).isEqualTo(97);
    }
    assertThat(run("", shells.client("researcher1", id, "?node=cn9")).code()).isEqualTo(97);
    HttpResponse<String> plain = server.get("researcher1", "/api/v1/jobs/" + id + "/shell");
    assertThat(plain.statusCode()).isEqualTo(400);
    assertThat(plain.body()).contains("a shell is opened as a WebSocket");
    shells.end(id);
    assertThat(run("", shells.client("researcher1", id, "")).code()).isEqualTo(97);
  }

  /**
   * More than all sockets together keep, to somebody who reads nothing: the writer stands, and
   * nobody keeps them.
   */
  @Test
  void aReaderThatIsSlowHoldsUpTheWriterAndGetsEveryByte() throws Exception {
    long id = shells.sleeping("nodes=1");
    Process client =
        new ProcessBuilder(
                shells.client(
                    "researcher1",
                    id,
                    "",
                    "sh",
                    "-c",
                    "head -c 67108864 /dev/zero; echo written >" + site.work() + "/written-" + id))
            .start();
    assertThat(client.waitFor(4, TimeUnit.SECONDS)).isFalse();
    assertThat(Files.exists(site.work().resolve("written-" + id)))
        .as("all is written while nobody reads")
        .isFalse();
    long bytes = 0;
    byte[] piece = new byte[1 << 16];
    for (int got = 0; got >= 0; got = client.getInputStream().read(piece)) {
      bytes += got;
    }
    assertThat(bytes).isEqualTo(67_108_864);
    assertThat(client.waitFor()).isZero();
    assertThat(site.work().resolve("written-" + id)).exists();
    shells.end(id);
  }

  @Test
  void whatRunsInAShellEndsWithThePersonsProgramAndWithTheJobAndOutlivesTheAgent()
      throws Exception {
    long id = shells.sleeping("nodes=1");
    String loop = "trap '' HUP; echo $$ >" + site.work() + "/pid-%s; while :; do sleep 0.2; done";
    Process killed =
        new ProcessBuilder(
                shells.client("researcher1", id, "", "bash", "-c", String.format(loop, "killed")))
            .start();
    ProcessHandle task = task("killed");
    site.nodes.getFirst().killAgent();
    site.nodes.getFirst().agent(2, 1_000);
    assertThat(killed.waitFor(2, TimeUnit.SECONDS)).as("the agent went and came back").isFalse();
    assertThat(task.isAlive()).isTrue();
    killed.destroyForcibly().waitFor();
    RunningServer.until(Duration.ofSeconds(20), task::isAlive, alive -> !alive);
    assertThat(task.isAlive()).as("what it ran").isFalse();

    Process left =
        new ProcessBuilder(
                shells.client("researcher1", id, "", "bash", "-c", String.format(loop, "left")))
            .start();
    ProcessHandle other = task("left");
    shells.end(id);
    assertThat(other.isAlive()).isFalse();
    assertThat(left.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(left.exitValue()).isNotZero();
  }

  private static List<String> typed(String... words) throws Exception {
    Files.createDirectories(server.data().resolve("host"));
    List<String> out =
        new ArrayList<>(
            List.of(
                "env",
                "QUEQIAO_BUILT=yes",
                "QUEQIAO_ACCOUNT=researcher1",
                Path.of("../../queqiao").toRealPath().toString(),
                "shell",
                "--data",
                server.data().toString()));
    out.addAll(List.of(words));
    return out;
  }

  @Test
  void theCommandOpensAShellInAJobThatRunsAndInOneOfItsOwn() throws Exception {
    ShellSite.Ended own =
        run(
            "echo on-$SLURM_JOB_NAME-$SLURM_JOB_NUM_NODES-$SLURM_JOB_ID-; exit 6\n",
            typed("--nodes", "1", "--cores", "2", "--time", "0:10:00"));
    assertThat(own.said()).contains(" is submitted.", "on-shell-1-");
    assertThat(own.code()).as(own.said()).isEqualTo(6);
    long job = Long.parseLong(own.said().replaceFirst("(?s).*on-shell-1-(\\d+)-.*", "$1"));
    server.awaitEnd("researcher1", job);
    assertThat(site.job(job)).contains("\"exitCode\":6", "\"limitMs\":600000");

    long id = shells.sleeping("nodes=2&tasks=2");
    ShellSite.Ended other =
        run("", typed("" + id, "-w", "cn2", "--", "sh", "-c", "echo $SLURMD_NODENAME; exit 3"));
    assertThat(other).isEqualTo(new ShellSite.Ended(3, "cn2\n"));
    shells.end(id);
    ShellSite.Ended over = run("", typed("" + id));
    assertThat(over.code()).isEqualTo(1);
    assertThat(over.said()).contains("the job does not run");
    assertThat(run("", typed("" + id, "--nodes", "2")).said()).contains("has its nodes and limits");
    assertThat(run("", typed("--time", "soon")).said()).contains("a time is written like");
  }

  @Test
  void anAccountHasEightShellsAndNoMore() throws Exception {
    long id = shells.sleeping("nodes=1");
    List<WebSocket> open = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      open.add(shells.socket(id).get());
    }
    assertThatThrownBy(() -> shells.socket(id).get())
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(429));
    open.getFirst().abort();
    WebSocket next =
        RunningServer.until(
            Duration.ofSeconds(20),
            () -> shells.socket(id).handle((opened, _) -> opened).get(),
            opened -> opened != null);
    next.abort();
    open.forEach(WebSocket::abort);
    awaitShellsEnded(id);
    shells.end(id);
  }

  private static ProcessHandle task(String name) throws Exception {
    Path file = site.work().resolve("pid-" + name);
    RunningServer.until(
        Duration.ofSeconds(60), () -> Files.exists(file) && Files.size(file) > 0, there -> there);
    return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
  }

  /** Also when a person comes before its script has begun to wait. */
  @Test
  void aJobThatWaitsForAShellEndsWithItAsItDoes() throws Exception {
    long id = site.submit("nodes=1", "sleep 2; exec queqiao attend\n");
    site.awaitStart(id);
    assertThat(run("", shells.client("researcher1", id, "", "sh", "-c", "exit 5")).code())
        .isEqualTo(5);
    server.awaitEnd("researcher1", id);
    assertThat(site.job(id)).contains("\"exitCode\":5");
  }

  /** As one that a person closes before it is open, or whose node does not reach the server. */
  @Test
  void aJobThatWaitsForAShellGoesOnWaitingAfterOneThatNobodyOpened() throws Exception {
    long id = site.submit("nodes=1", "exec queqiao attend\n");
    site.awaitStart(id);
    CompletableFuture<String> said = new CompletableFuture<>();
    WebSocket person = shells.socket(id, said).get();
    assertThat(said.get(60, TimeUnit.SECONDS)).startsWith("shell ");
    person.abort();
    assertThat(run("", shells.client("researcher1", id, "", "sh", "-c", "exit 4")).code())
        .isEqualTo(4);
    server.awaitEnd("researcher1", id);
    assertThat(site.job(id)).contains("\"exitCode\":4");
  }

  @Test
  void whatIsWrongHereIsSaidInALine() throws Exception {
    long id = shells.sleeping("nodes=1");
    List<String> command = new ArrayList<>(shells.client("researcher1", id, ""));
    command.set(command.size() - 1, "/bin/false");
    assertThat(run("", command)).isEqualTo(new ShellSite.Ended(1, ""));
    command.set(command.size() - 1, "/no/such/program");
    assertThat(run("", command).said()).startsWith("queqiao: no shell: ").doesNotContain("\tat ");
    command.set(command.size() - 2, "/no/such/token");
    assertThat(run("", command).said()).startsWith("queqiao: no shell: ").doesNotContain("\tat ");
    awaitShellsEnded(id);
    shells.end(id);
  }

  private static List<ProcessHandle> hosts() {
    return ProcessHandle.current()
        .descendants()
        .filter(each -> {
          try {
            return Files.readString(Path.of("/proc/" + each.pid() + "/cmdline"))
                .equals("queqiao\0host\0");
          } catch (IOException e) {
            return false;
          }
        })
        .toList();
  }

  @Test
  void aRunHasShellsAgainAfterItsHostIsGone() throws Exception {
    long id = shells.sleeping("nodes=1");
    assertThat(run("", shells.client("researcher1", id, "", "sh", "-c", "exit 3")).code())
        .isEqualTo(3);
    assertThat(hosts()).hasSize(1);
    hosts().forEach(ProcessHandle::destroyForcibly);
    RunningServer.until(Duration.ofSeconds(20), () -> hosts(), List::isEmpty);
    assertThat(run("", shells.client("researcher1", id, "", "sh", "-c", "exit 4")).code())
        .isEqualTo(4);
    shells.end(id);
  }

  /** As the monitor of a run that began before its node knew of hosts. */
  @Test
  void aPersonIsToldWhenANodeStartsNoProcessForTheShell() throws Exception {
    long id = shells.sleeping("nodes=1");
    List<ProcessHandle> monitors =
        ProcessHandle.current()
            .descendants()
            .filter(each -> each.info().command().orElse("").endsWith("/queqiao-monitor"))
            .toList();
    for (ProcessHandle each : monitors) {
      assertThat(new ProcessBuilder("kill", "-STOP", "" + each.pid()).start().waitFor()).isZero();
    }
    ShellSite.Ended ended = run("", shells.client("researcher1", id, "", "true"));
    for (ProcessHandle each : monitors) {
      assertThat(new ProcessBuilder("kill", "-CONT", "" + each.pid()).start().waitFor()).isZero();
    }
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.said())
        .contains("started no process for it: a job that began before its node had this version");
    shells.end(id);
  }

  @Test
  void aPlaceIsFreeWhenTheEndOfItsShellIsInTheLogAndNotBefore() throws Exception {
    long id = shells.sleeping("nodes=1");
    for (int i = 0; i < 8; i++) {
      shells.socket(id).get().abort();
    }
    assertThatThrownBy(() -> shells.socket(id).get())
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(429));
    awaitShellsEnded(id);
    shells.socket(id).get().abort();
    awaitShellsEnded(id);
    shells.end(id);
  }

  /** Those that were open have left their places to others. */
  private static void awaitShellsEnded(long job) throws Exception {
    RunningServer.until(
        Duration.ofSeconds(60),
        () -> server.get("researcher1", "/api/v1/jobs/" + job + "/steps").body(),
        steps -> steps.contains("\"endMs\"") && !steps.contains("\"endMs\":null"));
  }

  @Test
  void aShellInASuspendedJobIsRefusedWithTheReason() throws Exception {
    long id = shells.sleeping("nodes=1");
    server.call("admin1", "POST", "/api/v1/jobs/" + id + "/suspend", "");
    RunningServer.until(
        Duration.ofSeconds(30), () -> site.job(id), job -> job.contains("\"state\":\"SUSPENDED\""));
    assertThat(run("", typed("" + id)).said()).contains("the job is suspended");
    server.call("admin1", "POST", "/api/v1/jobs/" + id + "/resume", "");
    shells.end(id);
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.server.Installed;
import org.queqiao.server.boot.ShellTool;

/** Shells whose jobs lie, whose scripts are slow, and whose ways break. */
@Timeout(300)
final class ShellFaultsEndToEndTest {
  private static StepsSite site;
  private static RunningServer server;
  private static int relayPort;
  private static ServerSocket translator;

  /** So many connections of nodes are closed before anything passes. */
  private static final AtomicInteger BROKEN = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    Installed.need(List.of(Path.of("/usr/bin/python3")), "apt-get install python3");
    translator = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.4"));
    relayPort = translator.getLocalPort();
    Thread.ofPlatform().daemon().start(ShellFaultsEndToEndTest::translate);
    site =
        new StepsSite(
            1, 2, node -> {}, "agents: {shellPort: " + relayPort + ", shellAddress: 127.0.0.4}\n");
    server = site.server;
  }

  @AfterAll
  static void stop() throws IOException {
    translator.close();
  }

  private static void translate() {
    try {
      while (true) {
        Socket node = translator.accept();
        if (BROKEN.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          node.close();
          continue;
        }
        Socket relay = new Socket("127.0.0.1", relayPort);
        Thread.ofPlatform().daemon().start(() -> pass(node, relay));
        Thread.ofPlatform().daemon().start(() -> pass(relay, node));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Either is gone, and so is the other now.
    }
  }

  private static Process client(long job, String command) throws Exception {
    Path token = Files.createTempFile("token", "");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(token, server.token("researcher1"));
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ShellTool.class.getName(),
                "http://127.0.0.1:" + server.port() + "/api/v1/jobs/" + job + "/shell",
                token.toString(),
                site.program.toString(),
                "sh",
                "-c",
                command)
            .redirectErrorStream(true)
            .redirectOutput(Files.createTempFile("said", "").toFile())
            .start();
    process.getOutputStream().close();
    return process;
  }

  private static int code(Process client) throws Exception {
    assertThat(client.waitFor(90, TimeUnit.SECONDS)).isTrue();
    return client.exitValue();
  }

  private static void end(long job) throws Exception {
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    server.awaitEnd("researcher1", job);
  }

  private static CompletableFuture<WebSocket> socket(long job, CompletableFuture<String> said) {
    return server
        .http()
        .newWebSocketBuilder()
        .header("Authorization", "Bearer " + server.token("researcher1"))
        .buildAsync(
            URI.create("ws://127.0.0.1:" + server.port() + "/api/v1/jobs/" + job + "/shell"),
            new WebSocket.Listener() {
              @Override
              public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                said.complete(data.toString());
                return null;
              }
            });
  }

  private static String steps(long job) throws Exception {
    return server.get("researcher1", "/api/v1/jobs/" + job + "/steps").body();
  }

  /** Says of any step, by its number, that it has ended. */
  private static final String LIAR =
      """
      python3 - <<'END'
      import os, socket, struct, time
      while not os.path.exists("lie"):
          time.sleep(0.1)
      for step in open("lie").read().split():
          agent = socket.socket(socket.AF_UNIX)
          agent.connect(os.environ["QUEQIAO_SOCKET"])
          agent.recv(1000)
          agent.sendall(struct.pack(">IBII", 9, 2, int(step), 0))
          agent.recv(1000)
      time.sleep(600)
      END
      """;

  @Test
  void aPlaceIsNotFreeWhileAConnectionIsOpenWhateverAJobSays() throws Exception {
    Path lie = site.work().resolve("lie");
    long id = site.submit("nodes=1", LIAR);
    site.awaitStart(id);
    List<WebSocket> open = new ArrayList<>();
    StringBuilder numbers = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<String> said = new CompletableFuture<>();
      open.add(socket(id, said).get());
      numbers.append(said.get(60, TimeUnit.SECONDS).split(" ")[1]).append(' ');
    }
    Path half = Files.writeString(site.work().resolve("half"), numbers.toString());
    Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(half, lie);
    RunningServer.until(
        Duration.ofSeconds(60),
        () -> steps(id),
        steps -> steps.contains("\"endMs\"") && !steps.contains("\"endMs\":null"));
    assertThatThrownBy(() -> socket(id, new CompletableFuture<>()).get())
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(429));
    open.forEach(WebSocket::abort);
    WebSocket next =
        RunningServer.until(
            Duration.ofSeconds(20),
            () -> socket(id, new CompletableFuture<>()).handle((opened, _) -> opened).get(),
            opened -> opened != null);
    next.abort();
    Files.delete(lie);
    end(id);
  }

  /** The shell has a host beside the script by then, and is the one that the job waits for. */
  @Test
  void aJobWhoseScriptComesLateToAttendEndsWithTheShellThatWasOpenBefore() throws Exception {
    long id = site.submit("nodes=1", "sleep 8; exec queqiao attend\n");
    site.awaitStart(id);
    assertThat(code(client(id, "sleep 15; exit 5"))).isEqualTo(5);
    RunningServer.until(
        Duration.ofSeconds(20), () -> site.job(id), job -> !job.contains("\"state\":\"RUNNING\""));
    server.awaitEnd("researcher1", id);
    assertThat(site.job(id)).contains("\"exitCode\":5");
  }

  @Test
  void aShellWhoseConnectionBreaksAtFirstIsConnectedAgain() throws Exception {
    long id = site.submit("nodes=1", "sleep 600\n");
    site.awaitStart(id);
    BROKEN.set(1);
    assertThat(code(client(id, "exit 6"))).isEqualTo(6);
    assertThat(BROKEN).hasValue(0);
    end(id);
  }

  @Test
  void whoIsSilentAtTheAddressOfANodeKeepsItsShellsFromNobody() throws Exception {
    long id = site.submit("nodes=1", "sleep 600\n");
    site.awaitStart(id);
    List<Socket> silent = new ArrayList<>();
    Thread more =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                while (!Thread.interrupted()) {
                  silent.add(new Socket(InetAddress.getByName("127.0.0.1"), relayPort));
                  Thread.sleep(20);
                }
              } catch (IOException | InterruptedException e) {
                // It is enough.
              }
            });
    Thread.sleep(1_500);
    assertThat(code(client(id, "exit 8"))).isEqualTo(8);
    more.interrupt();
    more.join(10_000);
    assertThat(silent.size()).isGreaterThan(40);
    for (Socket each : silent) {
      each.close();
    }
    end(id);
  }
}

package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shells whose jobs lie, whose scripts are slow, and whose ways break. */
@Timeout(300)
final class ShellFaultsEndToEndTest {
  private static ShellSite shells;
  private static StepsSite site;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    shells = new ShellSite(1, "127.0.0.4");
    site = shells.site;
    server = shells.server;
  }

  @AfterAll
  static void stop() throws IOException {
    shells.close();
  }

  private static int code(long job, String command) throws Exception {
    return ShellSite.run("", shells.client("researcher1", job, "", "sh", "-c", command)).code();
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
      open.add(shells.socket(id, said).get());
      numbers.append(said.get(60, TimeUnit.SECONDS).split(" ")[1]).append(' ');
    }
    Path half = Files.writeString(site.work().resolve("half"), numbers.toString());
    Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(half, lie);
    RunningServer.until(
        Duration.ofSeconds(60),
        () -> steps(id),
        steps -> steps.contains("\"endMs\"") && !steps.contains("\"endMs\":null"));
    assertThatThrownBy(() -> shells.socket(id).get())
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(429));
    open.forEach(WebSocket::abort);
    WebSocket next =
        RunningServer.until(
            Duration.ofSeconds(20),
            () -> shells.socket(id).handle((opened, _) -> opened).get(),
            opened -> opened != null);
    next.abort();
    Files.delete(lie);
    shells.end(id);
  }

  /** The shell has a host beside the script by then, and is the one that the job waits for. */
  @Test
  void aJobWhoseScriptComesLateToAttendEndsWithTheShellThatWasOpenBefore() throws Exception {
    long id = site.submit("nodes=1", "sleep 8; exec queqiao attend\n");
    site.awaitStart(id);
    assertThat(code(id, "sleep 15; exit 5")).isEqualTo(5);
    RunningServer.until(
        Duration.ofSeconds(20), () -> site.job(id), job -> !job.contains("\"state\":\"RUNNING\""));
    server.awaitEnd("researcher1", id);
    assertThat(site.job(id)).contains("\"exitCode\":5");
  }

  @Test
  void aShellWhoseConnectionBreaksAtFirstIsConnectedAgain() throws Exception {
    long id = site.submit("nodes=1", "sleep 600\n");
    site.awaitStart(id);
    shells.broken.set(1);
    assertThat(code(id, "exit 6")).isEqualTo(6);
    assertThat(shells.broken).hasValue(0);
    shells.end(id);
  }

  @Test
  void whoIsSilentAtTheAddressOfANodeKeepsItsShellsFromNobody() throws Exception {
    long id = site.submit("nodes=1", "sleep 600\n");
    site.awaitStart(id);
    Queue<Socket> silent = new ConcurrentLinkedQueue<>();
    CountDownLatch many = new CountDownLatch(60);
    try (ScheduledExecutorService strangers = Executors.newSingleThreadScheduledExecutor()) {
      strangers.scheduleAtFixedRate(
          () -> {
            try {
              silent.add(new Socket("127.0.0.1", shells.relayPort));
              many.countDown();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          0,
          20,
          TimeUnit.MILLISECONDS);
      assertThat(many.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(code(id, "exit 8")).isEqualTo(8);
      strangers.shutdownNow();
    }
    for (Socket each : silent) {
      each.close();
    }
    shells.end(id);
  }
}

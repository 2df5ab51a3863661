package org.queqiao.server.http;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.queqiao.server.Installed;
import org.queqiao.server.boot.ShellTool;

/** A whole server whose nodes reach its relay of shells at an address that is translated. */
final class ShellSite implements Closeable {
  final StepsSite site;
  final RunningServer server;

  /** Of the relay, and where it is translated. */
  final int relayPort;

  /** How many connections of nodes have passed. */
  final AtomicInteger translated = new AtomicInteger();

  /** So many connections of nodes are closed before anything passes. */
  final AtomicInteger broken = new AtomicInteger();

  private final ServerSocket translator;

  ShellSite(int nodes, String address) throws Exception {
    Installed.need(List.of(Path.of("/usr/bin/python3")), "apt-get install python3");
    translator = new ServerSocket(0, 50, InetAddress.getByName(address));
    relayPort = translator.getLocalPort();
    Thread.ofPlatform().daemon().start(this::translate);
    String lines = "agents: {shellPort: " + relayPort + ", shellAddress: " + address + "}\n";
    site = new StepsSite(nodes, 2, node -> {}, lines);
    server = site.server;
  }

  @Override
  public void close() throws IOException {
    translator.close();
  }

  private void translate() {
    try {
      while (true) {
        Socket node = translator.accept();
        if (broken.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          node.close();
          continue;
        }
        Socket relay = new Socket("127.0.0.1", relayPort);
        translated.incrementAndGet();
        Thread.ofPlatform().daemon().start(() -> pass(node, relay));
        Thread.ofPlatform().daemon().start(() -> pass(relay, node));
      }
    } catch (IOException e) {
      // It is closed, or a node finds nobody there.
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      byte[] piece = new byte[1 << 14];
      for (int got = from.getInputStream().read(piece);
          got >= 0;
          got = from.getInputStream().read(piece)) {
        to.getOutputStream().write(piece, 0, got);
      }
    } catch (IOException e) {
      // Either is gone, and so is the other now.
    }
  }

  /** What a person types to open a shell. */
  List<String> client(String account, long job, String query, String... command) throws Exception {
    Path token = Files.createTempFile("token", "");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(token, server.token(account));
    List<String> out =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ShellTool.class.getName(),
                "http://127.0.0.1:" + server.port() + "/api/v1/jobs/" + job + "/shell" + query,
                token.toString(),
                site.program.toString()));
    out.addAll(List.of(command));
    return out;
  }

  /** How a program ended, and what it said. */
  record Ended(int code, String said) {}

  static Ended run(String input, List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var to = process.getOutputStream()) {
      to.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  /** A job that runs until it is ended. */
  long sleeping(String parameters) throws Exception {
    long id = site.submit(parameters, "sleep 600\n");
    site.awaitStart(id);
    return id;
  }

  void end(long job) throws Exception {
    server.call("researcher1", "DELETE", "/api/v1/jobs/" + job, "");
    server.awaitEnd("researcher1", job);
  }

  CompletableFuture<WebSocket> socket(long job) {
    return socket(job, new CompletableFuture<>());
  }

  /** A shell by its protocol; the first words of the server are told. */
  CompletableFuture<WebSocket> socket(long job, CompletableFuture<String> said) {
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
}

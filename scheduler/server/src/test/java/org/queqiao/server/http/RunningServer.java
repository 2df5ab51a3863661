package org.queqiao.server.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.server.boot.Options;
import org.queqiao.server.boot.Server;

/**
 * A whole server of the demo in this JVM, on a free port, with its file log and its database; one
 * for all tests, and gone with the JVM.
 */
final class RunningServer {
  private static RunningServer shared;

  private final Path data;
  private Server server;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

  private RunningServer() throws Exception {
    data = Files.createTempDirectory("qq");
    Files.createDirectories(data.resolve("run"));
    Files.createDirectories(data.resolve("server"));
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    String me = System.getProperty("user.name");
    server =
        Server.start(
            Options.parse(
                new String[] {
                  "--data",
                  data.toString(),
                  "--port",
                  "0",
                  "--demo",
                  "--demo-unix-users",
                  me.equals("root") ? "nobody" : me
                }),
            FaultHandler.haltProcess());
  }

  static synchronized RunningServer shared() throws Exception {
    if (shared == null) {
      shared = new RunningServer();
    }
    return shared;
  }

  private void end() {
    try {
      if (server != null) {
        server.close();
      }
      new EmbeddedDatabase(data.resolve("postgres")).stop();
      try (var files = Files.walk(data)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(RunningServer::delete);
      }
    } catch (IOException e) {
      System.err.println("not cleaned up: " + data + ": " + e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      System.err.println("not deleted: " + file);
    }
  }

  int port() {
    return server.port();
  }

  HttpClient http() {
    return http;
  }

  /** A token of an account, by the local command of the owner of the data folder. */
  String token(String account) {
    return tokens.computeIfAbsent(account, this::newToken);
  }

  private String newToken(String account) {
    byte[] body = ("user=" + account).getBytes(StandardCharsets.UTF_8);
    String request =
        "POST /local/v1/token HTTP/1.1\r\nHost: local\r\nConnection: close\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + body.length
            + "\r\n\r\nuser="
            + account;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(data.resolve("run/admin.sock")));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      if (!answer.startsWith("HTTP/1.1 200")) {
        throw new IllegalStateException(answer);
      }
      return answer.substring(answer.indexOf("\r\n\r\n") + 4).strip();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A request in the name of an account; headers are name, value, name, value. */
  HttpRequest.Builder request(String account, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(30));
    if (!account.isEmpty()) {
      request.header("Authorization", "Bearer " + token(account));
    }
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  HttpResponse<String> get(String account, String path) throws Exception {
    return send(request(account, path));
  }

  HttpResponse<String> post(String account, String path, String json, String... headers)
      throws Exception {
    return send(
        request(account, path, headers)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpResponse<String> call(String account, String method, String path, String json)
      throws Exception {
    HttpRequest.BodyPublisher body =
        json.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(json);
    HttpRequest.Builder request = request(account, path).method(method, body);
    return send(json.isEmpty() ? request : request.header("Content-Type", "application/json"));
  }
}

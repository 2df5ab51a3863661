package org.queqiao.server.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.contract.id.NodeName;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.server.EmptyDatabase;
import org.queqiao.server.boot.Options;
import org.queqiao.server.boot.Server;
import org.queqiao.server.gateway.NodeProcesses;
import org.queqiao.server.host.UnixUsers;

/**
 * A whole server of the demo in this JVM, on a free port, with its file log and its database; one
 * for all tests, and gone with the JVM. On request it gets a node with the real agent and launcher.
 */
final class RunningServer {
  static final int HEAD_TIMEOUT_S = 2;
  static final int REQUESTS_PER_S = 100;
  static final int REQUEST_BURST = 1_500;
  static final int SUBMITS_PER_S = 50;
  static final int SUBMIT_BURST = 500;

  private static final NodeName NODE = new NodeName("n1");

  /** Small enough that a test can reach every bound. */
  private static final String CONFIG =
      """
      http: {headTimeoutS: %d}
      slurm: {bridges: "test1=slurm1"}
      accounting: {archiveAfterMonths: 24}
      limits:
        requestsPerSecond: %d
        requestBurst: %d
        submitsPerSecond: %d
        submitBurst: %d
      """
          .formatted(HEAD_TIMEOUT_S, REQUESTS_PER_S, REQUEST_BURST, SUBMITS_PER_S, SUBMIT_BURST);

  private static RunningServer shared;

  private final Path data;
  private Server server;
  private NodeProcesses node;
  private Path mounted;
  private final List<NodeProcesses> others = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();

  /** One of its own, for a test after which no other could use it. */
  static RunningServer alone() throws Exception {
    return new RunningServer();
  }

  /** One over a data folder that is there already, say with a log of before. */
  static RunningServer over(Path folder, String lines) throws Exception {
    return new RunningServer(folder, lines, List.of());
  }

  private RunningServer(String... more) throws Exception {
    this("", List.of(more));
  }

  /**
   * As above.
   *
   * @param lines more lines of its configuration
   * @param more options
   */
  private RunningServer(String lines, List<String> more) throws Exception {
    this(Files.createTempDirectory("qq"), lines, more);
  }

  /** Where it is reached. */
  private String host = "127.0.0.1";

  private RunningServer(Path folder, String lines, List<String> more) throws Exception {
    data = folder;
    Files.createDirectories(data.resolve("run"));
    Files.createDirectories(data.resolve("server"));
    EmptyDatabase.in(data.resolve("postgres"));
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    server = started(lines, more);
  }

  /** Ends the server and starts it again with these lines in its configuration. */
  void startAgain(String lines) throws Exception {
    if (server != null) {
      server.close();
      server = null;
    }
    server = started(lines, List.of());
  }

  private Server started(String lines, List<String> more) throws Exception {
    Path config = Files.writeString(data.resolve("queqiao.yaml"), CONFIG + lines);
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    String me = System.getProperty("user.name");
    return Server.start(
        Options.parse(
            Stream.concat(
                    Stream.of(
                        "--data",
                        data.toString(),
                        "--port",
                        "0",
                        "--demo",
                        "--demo-unix-users",
                        me.equals("root") ? "daemon" : me),
                    more.stream())
                .toArray(String[]::new)),
        FaultHandler.haltProcess());
  }

  static synchronized RunningServer shared() throws Exception {
    if (shared == null) {
      shared = new RunningServer();
    }
    return shared;
  }

  /** A server of its own, with these options besides. */
  static RunningServer with(String... more) throws Exception {
    return new RunningServer(more);
  }

  /** A server of its own, with these lines in its configuration and these options besides. */
  static RunningServer configured(String lines, String... more) throws Exception {
    return new RunningServer(lines, List.of(more));
  }

  /** A server of its own that is reached at an address of IPv6 alone, as given in its file. */
  static RunningServer onIpv6(String http, String agents) throws Exception {
    RunningServer server =
        configured("http.host: '" + http + "'\nagents: {host: '" + agents + "'}\n");
    server.host = "[::1]";
    return server;
  }

  /** A server of its own whose log is on a file system of so many bytes in memory; for root. */
  static RunningServer withLogOf(long bytes, String lines) throws Exception {
    Path data = Files.createTempDirectory("qq");
    Path log = Files.createDirectories(data.resolve("log"));
    ran("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + bytes, "none", log.toString());
    RunningServer server = new RunningServer(data, lines, List.of());
    server.mounted = log;
    return server;
  }

  /** What a program wrote, both streams; it must end with 0. */
  private static String ran(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + text);
    }
    return text;
  }

  /** What {@code ./queqiao} with these words prints about this server to an account. */
  String command(String account, String... words) throws Exception {
    Files.createDirectories(data.resolve("host"));
    List<String> command = new ArrayList<>();
    // What the tests run is built.
    command.addAll(List.of("env", "QUEQIAO_BUILT=yes", "QUEQIAO_ACCOUNT=" + account));
    command.add(Path.of("../../queqiao").toRealPath().toString());
    command.addAll(List.of(words));
    command.addAll(List.of("--data", data.toString()));
    return ran(command.toArray(String[]::new));
  }

  private void end() {
    try {
      if (node != null) {
        node.close();
      }
      for (NodeProcesses each : others) {
        each.close();
      }
      if (server != null) {
        server.close();
      }
      new EmbeddedDatabase(data.resolve("postgres")).stop();
      if (mounted != null) {
        ran("umount", mounted.toString());
      }
      try (var files = Files.walk(data)) {
        files.sorted(java.util.Comparator.reverseOrder()).forEach(RunningServer::delete);
      }
    } catch (IOException | InterruptedException e) {
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

  Path data() {
    return data;
  }

  /** The files of its event log. */
  Path log() {
    return data.resolve("log");
  }

  int port() {
    return server.port();
  }

  /** The process of the embedded database. */
  ProcessHandle database() {
    long pid = new EmbeddedDatabase(data.resolve("postgres")).pid().orElseThrow();
    return ProcessHandle.of(pid).orElseThrow();
  }

  /** Ends the process of the embedded database, if there is one now. */
  void killDatabase() throws Exception {
    Optional<ProcessHandle> process =
        new EmbeddedDatabase(data.resolve("postgres")).pid().flatMap(ProcessHandle::of);
    if (process.isPresent()) {
      process.get().destroyForcibly();
      process.get().onExit().get();
    }
  }

  HttpClient http() {
    return http;
  }

  /** A token of an account, by the local command of the owner of the data folder. */
  String token(String account) {
    return tokens.computeIfAbsent(account, this::newToken);
  }

  private String newToken(String account) {
    return local("/token", "user=" + account);
  }

  /** What the local administration answers to a form. */
  String local(String path, String form) {
    String request =
        "POST /local/v1"
            + path
            + " HTTP/1.1\r\nHost: local\r\nConnection: close\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + form.length()
            + "\r\n\r\n"
            + form;
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

  /** The one node, up and welcomed; jobs that are not held run on it from now on. */
  synchronized NodeProcesses node() throws Exception {
    if (node == null) {
      node = new NodeProcesses(NODE, jobUid());
      Files.copy(data.resolve("run/launch-key.pub"), node.launchKey());
      node.enrolment(local("/enrolments", "node=" + NODE));
      node.launcher();
      node.agent(2, 1_000);
      events("admin1", "from=0", event -> event.contains("event: NodeUp"));
    }
    return node;
  }

  /** One more node with the real agent and launcher, up and welcomed. */
  NodeProcesses another(NodeName name, int cores) throws Exception {
    return another(name, cores, node -> {});
  }

  /** What a node gets before anything of it is started. */
  interface Equipment {
    void give(NodeProcesses node) throws Exception;
  }

  NodeProcesses another(NodeName name, int cores, Equipment equipment) throws Exception {
    NodeProcesses added = new NodeProcesses(name, jobUid());
    others.add(added);
    equipment.give(added);
    Files.copy(data.resolve("run/launch-key.pub"), added.launchKey());
    added.enrolment(local("/enrolments", "node=" + name));
    added.launcher();
    added.agent(cores, 1_000);
    events(
        "admin1",
        "from=0",
        event -> event.contains("event: NodeUp") && event.contains("\"" + name + "\""));
    return added;
  }

  /** Whether jobs run as somebody else than the tests. */
  boolean jobsHaveAnotherUser() throws IOException {
    return NodeProcesses.currentUid() == 0;
  }

  /** Whom the jobs of the researchers run as. */
  int jobUid() throws IOException {
    int me = NodeProcesses.currentUid();
    return me != 0 ? me : new UnixUsers(System::currentTimeMillis).uidOf("daemon").orElseThrow();
  }

  /** Waits for the end of a job. */
  void awaitEnd(String account, long job) throws Exception {
    events(
        account,
        "from=0",
        event -> event.contains("event: JobEnded") && event.contains("\"job\":" + job + ","));
  }

  /** The events that an account hears up to the first of a kind, as they come over the wire. */
  String events(String account, String query, Predicate<String> last) throws Exception {
    HttpResponse<InputStream> stream =
        http.send(
            request(account, "/api/v1/events?" + query).timeout(Duration.ofSeconds(90)).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    if (stream.statusCode() != 200) {
      throw new IllegalStateException("no events: " + stream.statusCode());
    }
    StringBuilder all = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      int begin = 0;
      while (true) {
        String line = lines.readLine();
        if (line == null) {
          throw new IllegalStateException("the events ended without the one that was waited for");
        }
        all.append(line).append('\n');
        if (line.isEmpty()) {
          if (last.test(all.substring(begin))) {
            return all.toString();
          }
          begin = all.length();
        }
      }
    }
  }

  /** A request in the name of an account; headers are name, value, name, value. */
  HttpRequest.Builder request(String account, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port() + path))
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

  /** One person of finance proposes a change of money, another approves it. */
  void byTwo(String path, String body) throws Exception {
    HttpResponse<String> proposed = post("finance1", path, body);
    String number = proposed.body().replaceAll("\\D", "");
    HttpResponse<String> decided =
        proposed.statusCode() != 202
            ? proposed
            : post(
                "finance2",
                "/api/v1/proposals/" + number + "/decision",
                "{\"approve\":true,\"reason\":\"seen\"}");
    if (decided.statusCode() != 204) {
      throw new AssertionError(path + " was answered " + decided.statusCode() + decided.body());
    }
  }

  /** The same, again while the books are behind, as the answer says. */
  HttpResponse<String> postOnceBooksAreThere(String account, String path, String json)
      throws Exception {
    return until(
        Duration.ofSeconds(60),
        () -> post(account, path, json),
        answer -> answer.statusCode() != 503);
  }

  /**
   * Asks five times a second, so far below the bound of requests of an account, for what no event
   * tells, until it is there or the time is over; returns the last answer.
   */
  static <T> T until(Duration most, Callable<T> ask, Predicate<T> there) throws Exception {
    long deadline = System.nanoTime() + most.toNanos();
    T answer = ask.call();
    while (!there.test(answer) && System.nanoTime() - deadline < 0) {
      Thread.sleep(200);
      answer = ask.call();
    }
    return answer;
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

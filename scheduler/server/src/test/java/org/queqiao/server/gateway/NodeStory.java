package org.queqiao.server.gateway;

import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.server.host.UnixUsers;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.pki.LaunchSettings;
import org.queqiao.server.pki.Pki;
import org.queqiao.server.pki.PkiSettings;

/**
 * A node with the real launcher, the real agent in a process of its own and the real gateway; only
 * the scheduler behind it belongs to the test.
 */
final class NodeStory implements AutoCloseable {
  static final NodeName NODE = new NodeName("cn01");
  static final int HEARTBEAT_MS = 300;

  /**
   * {@code daemon}, an account that every system has; the launcher is told that it may run jobs.
   */
  private static final int DAEMON = 1;

  final Path folder;
  final Path work;
  final TestScheduler scheduler = new TestScheduler(NODE);
  final Pki pki;
  final int port;
  final boolean root;
  final int uid;
  AgentGateway gateway;
  private final Vertx vertx = Vertx.vertx();
  private final LaunchOrders orders;
  private final List<Process> processes = new ArrayList<>();
  private Process launcher;
  private Process agent;
  private long silenceMs = 60_000;

  NodeStory() throws Exception {
    folder = Files.createTempDirectory("queqiao-node-story");
    mode(folder, "rwx--x--x");
    uid = currentUid();
    root = uid == 0;
    work = Files.createDirectory(folder.resolve("work"));
    Files.createDirectory(folder.resolve("node"));
    mode(folder.resolve("node"), "rwx--x--x");
    if (root) {
      Files.setAttribute(work, "unix:uid", DAEMON);
    }
    port = freePort();
    pki =
        Pki.open(
            new PkiSettings(folder.resolve("pki"), List.of("localhost", "127.0.0.1"), port),
            System::currentTimeMillis);
    pki.writeLaunchPublicKey(folder.resolve("launch.pub"));
    orders =
        new LaunchOrders(
            pki.signer(),
            new UnixUsers(System::currentTimeMillis),
            LaunchSettings.DEFAULT,
            System::currentTimeMillis);
  }

  /** Launcher, gateway and agent, until the node has registered. */
  NodeStory started() throws Exception {
    startLauncher();
    startGateway();
    Files.createDirectories(folder.resolve("agent"));
    enrol();
    startAgent();
    scheduler.awaitRegistrations(1);
    return this;
  }

  NodeStory withSilenceMs(long value) {
    silenceMs = value;
    return this;
  }

  void enrol() throws Exception {
    Files.writeString(folder.resolve("agent/enrolment"), pki.createEnrolment(NODE).text());
  }

  void startGateway() throws Exception {
    gateway =
        new AgentGateway(
            vertx,
            GatewaySettings.on("127.0.0.1", port).withSilenceMs(silenceMs),
            pki,
            orders,
            scheduler);
    scheduler.gateway(gateway);
    gateway.start().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  void stopGateway() throws Exception {
    scheduler.gateway(null);
    gateway.stop().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  void startLauncher() throws IOException {
    Path program =
        Path.of(System.getProperty("queqiao.root"), "native", "target", "bin", "queqiao-launcher");
    launcher =
        spawn(
            "launcher",
            program.toString(),
            "--data",
            folder.resolve("node").toString(),
            "--socket",
            folder.resolve("launcher.sock").toString(),
            "--public-key",
            folder.resolve("launch.pub").toString(),
            "--node",
            NODE.value(),
            "--agent-uid",
            Integer.toString(currentUid()),
            "--min-uid",
            Integer.toString(jobUid()));
  }

  void startAgent() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms4m",
            "-Xmx16m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "-Xss256k",
            "-XX:ReservedCodeCacheSize=12m",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            agentClassPath(),
            "org.queqiao.agent.AgentMain",
            "--data",
            folder.resolve("agent").toString(),
            "--node",
            NODE.value(),
            "--launcher",
            folder.resolve("launcher.sock").toString(),
            "--spool",
            folder.resolve("node/spool").toString(),
            "--cores",
            "4",
            "--heartbeat-ms",
            Integer.toString(HEARTBEAT_MS)));
    agent = spawn("agent", command.toArray(String[]::new));
  }

  void killAgent() throws InterruptedException {
    agent.destroyForcibly().waitFor();
  }

  void killLauncher() throws InterruptedException {
    launcher.destroyForcibly().waitFor();
  }

  Process agent() {
    return agent;
  }

  String log(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"), StandardCharsets.UTF_8);
  }

  static RunId run(long job) {
    return new RunId(new JobId(job), 1);
  }

  /** A run of one core whose script is these lines. */
  DesiredRunState desired(long job, String... lines) {
    JobSpec spec =
        new JobSpec(
            "story " + job,
            ("#!/bin/sh\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8),
            new PartitionName("batch"),
            new ProjectName("climate"),
            1,
            1,
            1,
            0,
            List.of(),
            60_000,
            work.toString(),
            new TreeMap<>(),
            "out-%j",
            "",
            false);
    return desired(job, spec);
  }

  DesiredRunState desired(long job, JobSpec spec) {
    return new DesiredRunState(
        run(job),
        false,
        1_000,
        new UserName("someone"),
        "daemon",
        jobUid(),
        1,
        spec,
        List.of(new Allocation(NODE, List.of(0), 0, List.of())));
  }

  int jobUid() {
    return root ? DAEMON : uid;
  }

  OutputRead read(DesiredRunState run, long offset, int max) {
    return gateway
        .readOutput(NODE, run.run(), run.spec(), run.uid(), LaunchOrders.Stream.STDOUT, offset, max)
        .toCompletableFuture()
        .join();
  }

  private Process spawn(String name, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
            .start();
    processes.add(process);
    return process;
  }

  /** What the agent may know: its own classes, the contract and two libraries. */
  static String agentClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry ->
            entry.contains("node-agent")
                || entry.contains("contract")
                || entry.contains("protobuf")
                || entry.contains("jna"))
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  static int currentUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Override
  public void close() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    try {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e);
    }
    orders.close();
    scheduler.close();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}

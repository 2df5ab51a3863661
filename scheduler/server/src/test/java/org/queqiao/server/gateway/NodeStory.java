package org.queqiao.server.gateway;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.WarningSignal;
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

  private final NodeProcesses node;
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
  private Process launcher;
  private Process agent;
  private long silenceMs = 60_000;

  NodeStory() throws Exception {
    uid = NodeProcesses.currentUid();
    root = uid == 0;
    node = new NodeProcesses(NODE, jobUid());
    folder = node.folder();
    work = node.work();
    port = freePort();
    pki =
        Pki.open(
            new PkiSettings(folder.resolve("pki"), List.of("localhost", "127.0.0.1"), port),
            System::currentTimeMillis);
    pki.writeLaunchPublicKey(node.launchKey());
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
    enrol();
    startAgent();
    scheduler.awaitRegistrations(1);
    return this;
  }

  NodeStory withSilenceMs(long value) {
    silenceMs = value;
    return this;
  }

  NodeStory withDevices(String lines) throws IOException {
    node.devices(lines);
    return this;
  }

  NodeStory withLibraries(Path where) {
    node.libraries(where);
    return this;
  }

  NodeStory withOwnMounts() {
    node.ownMounts();
    return this;
  }

  /** From the next start of it on, the launcher is one of before, or of today. */
  NodeStory withOlderLauncher(boolean older) {
    node.olderLauncher(older);
    return this;
  }

  /** Puts a pipe that nobody writes to into the place of a file, for the launcher alone. */
  void pipeInThePlaceOf(Path file) throws Exception {
    Path pipe = folder.resolve("pipe");
    ran("mkfifo", "-m", "644", pipe.toString());
    String pid = Long.toString(launcher.pid());
    ran("nsenter", "--mount", "--target", pid, "mount", "--bind", pipe.toString(), file.toString());
  }

  private static void ran(String... command) throws Exception {
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command));
    }
  }

  void enrol() throws Exception {
    node.enrolment(pki.createEnrolment(NODE).text());
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
    launcher = node.launcher();
  }

  void startAgent() throws IOException {
    agent = node.agent(4, HEARTBEAT_MS);
  }

  void signalAgent(String name) throws Exception {
    node.signalAgent(name);
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
    return node.log(name);
  }

  static RunId run(long job) {
    return new RunId(new JobId(job), 1);
  }

  /** A run of one core whose script is these lines. */
  DesiredRunState desired(long job, String... lines) {
    return desired(job, spec(job, lines));
  }

  JobSpec spec(long job, String... lines) {
    return JobSpec.builder(
            "story " + job,
            ("#!/bin/sh\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8),
            new PartitionName("batch"),
            new ProjectName("climate"),
            60_000)
        .workDir(work.toString())
        .stdoutPath("out-%j")
        .build();
  }

  DesiredRunState desired(long job, JobSpec spec) {
    return desired(job, spec, 0, List.of());
  }

  /** The same run with a signal before its limit, or null, and a lease, or 0. */
  static DesiredRunState with(DesiredRunState r, WarningSignal signal, long leaseMs) {
    return new DesiredRunState(
        r.run(),
        false,
        r.graceMs(),
        r.user(),
        r.unixUser(),
        r.uid(),
        r.submitMs(),
        r.spec(),
        r.allocations(),
        signal,
        null,
        Suspending.NONE,
        0,
        leaseMs);
  }

  DesiredRunState desired(
      long job, JobSpec spec, long memBytes, List<Allocation.GresDevices> gres) {
    return new DesiredRunState(
        run(job),
        false,
        1_000,
        new UserName("someone"),
        "daemon",
        jobUid(),
        1,
        spec,
        List.of(new Allocation(NODE, List.of(0), memBytes, gres)));
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

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws Exception {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e);
    }
    orders.close();
    scheduler.close();
    node.close();
  }
}

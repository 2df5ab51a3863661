package org.queqiao.agent.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.session.Enrolment;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.id.NodeName;

/**
 * Thousands of fake nodes in one process: a light thread reads for each, a few timers beat all
 * hearts and end all runs.
 */
public final class FleetMain {
  private static final int REFUSED = 1;
  private static final int USAGE = 2;
  private static final int TIMERS = 2;
  private static final int SILENT_HEARTBEATS = 3;
  private static final long FIRST_WAIT_MS = 100;
  private static final long CAP_MS = 10_000;
  private static final long REPORT_S = 10;

  /** So many enrol or shake hands at a time, or a small server could answer none in time. */
  private static final int AT_A_TIME = 32;

  private final FleetOptions options;
  private final SortedMap<NodeName, EnrolmentCode> codes;
  private final ScheduledExecutorService timers =
      Executors.newScheduledThreadPool(
          TIMERS, Thread.ofPlatform().name("fleet-timer-", 0).daemon().factory());
  private final Semaphore turns = new Semaphore(AT_A_TIME);

  private FleetMain(FleetOptions options, SortedMap<NodeName, EnrolmentCode> codes) {
    this.options = options;
    this.codes = codes;
  }

  /** Runs until the process is ended; exit code 2 for wrong usage, 1 when it cannot go on. */
  public static void main(String[] arguments) {
    FleetOptions options;
    try {
      options = FleetOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("FleetMain: " + e.getMessage());
      System.err.print(FleetOptions.USAGE);
      System.exit(USAGE);
      return;
    }
    try {
      new FleetMain(options, codes(options.data().resolve("enrolments"))).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | IllegalArgumentException e) {
      AgentLog.warn("the fleet ends: " + e.getMessage());
      System.exit(REFUSED);
    }
  }

  private static SortedMap<NodeName, EnrolmentCode> codes(Path file) throws IOException {
    SortedMap<NodeName, EnrolmentCode> all = new TreeMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        EnrolmentCode code = EnrolmentCode.parse(line);
        all.put(code.node(), code);
      }
    }
    return all;
  }

  private void run() throws InterruptedException {
    List<FakeNode> nodes = new ArrayList<>(options.nodes());
    for (int i = 1; i <= options.nodes(); i++) {
      FakeNode node =
          new FakeNode(new NodeName(String.format("%s%05d", options.prefix(), i)), options, timers);
      nodes.add(node);
      Thread.ofVirtual().name(node.name().value()).start(() -> keep(node));
      // Hearts of a fleet do not beat in step.
      long offsetMs = (long) options.heartbeatMs() * i / options.nodes();
      timers.scheduleAtFixedRate(
          node::beat, offsetMs, options.heartbeatMs(), TimeUnit.MILLISECONDS);
    }
    long said = -1;
    while (true) {
      long welcomed = nodes.stream().filter(FakeNode::isWelcomed).count();
      if (welcomed != said) {
        said = welcomed;
        AgentLog.info(welcomed + " of " + nodes.size() + " nodes are connected");
      }
      TimeUnit.SECONDS.sleep(REPORT_S);
    }
  }

  /** Enrols a node when it has no certificate, and keeps its connection. */
  private void keep(FakeNode node) {
    Backoff backoff = new Backoff(FIRST_WAIT_MS, CAP_MS);
    String said = "";
    while (true) {
      try {
        converse(node, backoff);
      } catch (IOException
          | GeneralSecurityException
          | MalformedRecordException
          | Enrolment.RefusedException e) {
        if (!said.equals(String.valueOf(e.getMessage()))) {
          said = String.valueOf(e.getMessage());
          AgentLog.warn("node " + node.name() + " has no connection: " + said);
        }
      } catch (InterruptedException e) {
        return;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(backoff.next());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void converse(FakeNode node, Backoff backoff)
      throws IOException,
          GeneralSecurityException,
          Enrolment.RefusedException,
          InterruptedException {
    ServerConnection connection;
    turns.acquire();
    try {
      NodeIdentity identity = identity(node.name());
      String address = identity.server();
      int colon = address.lastIndexOf(':');
      connection =
          ServerConnection.open(
              identity.context(),
              address.substring(0, colon),
              Integer.parseInt(address.substring(colon + 1)),
              SILENT_HEARTBEATS * options.heartbeatMs() + options.heartbeatMs() / 2,
              Thread.ofVirtual().factory());
    } finally {
      turns.release();
    }
    try {
      node.connected(connection);
      while (true) {
        node.said(connection.read());
        backoff.reset();
      }
    } finally {
      connection.close();
      node.disconnected(connection);
    }
  }

  private NodeIdentity identity(NodeName name)
      throws IOException, GeneralSecurityException, Enrolment.RefusedException {
    Path folder =
        Files.createDirectories(
            options.data().resolve("nodes").resolve(name.value()),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    NodeIdentity identity = NodeIdentity.open(folder, name);
    if (!identity.enrolled()) {
      EnrolmentCode code = codes.get(name);
      if (code == null) {
        throw new IOException("it has no certificate and there is no enrolment code for it");
      }
      Enrolment.enrol(identity, code);
    }
    return identity;
  }
}

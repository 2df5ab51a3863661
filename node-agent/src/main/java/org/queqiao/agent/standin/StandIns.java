package org.queqiao.agent.standin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.session.Enrolment;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.id.NodeName;

/**
 * Keeps the connections of nodes that this process stands in for: a light thread reads for each.
 */
public final class StandIns {
  private static final int SILENT_HEARTBEATS = 3;
  private static final long FIRST_WAIT_MS = 100;
  private static final long CAP_MS = 10_000;

  /** So many enrol or shake hands at a time, or a small server could answer none in time. */
  private static final int AT_A_TIME = 32;

  private final Path data;
  private final int heartbeatMs;
  private final boolean synced;
  private final SortedMap<NodeName, EnrolmentCode> codes = new TreeMap<>();
  private final Semaphore turns = new Semaphore(AT_A_TIME);

  /**
   * Connections of nodes whose keys and certificates are in a folder.
   *
   * @param data the folder; its file {@code enrolments} has a one-time code for each new node
   * @param synced whether the keys outlive a crash of the machine
   * @throws IllegalArgumentException when a line of that file is no code
   */
  public StandIns(Path data, int heartbeatMs, boolean synced) throws IOException {
    this.data = data;
    this.synced = synced;
    this.heartbeatMs = heartbeatMs;
    Path file = data.resolve("enrolments");
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        EnrolmentCode code = EnrolmentCode.parse(line);
        codes.put(code.node(), code);
      }
    }
  }

  /** Keeps a node connected while it is there. */
  public void keep(StandIn node, BooleanSupplier isThere) {
    Thread.ofVirtual().name(node.name().value()).start(() -> keepOn(node, isThere));
  }

  /** Enrols a node when it has no certificate, and keeps its connection. */
  private void keepOn(StandIn node, BooleanSupplier isThere) {
    Backoff backoff = new Backoff(FIRST_WAIT_MS, CAP_MS);
    String said = "";
    while (true) {
      try {
        if (isThere.getAsBoolean()) {
          converse(node, backoff);
        }
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
      } catch (RuntimeException e) {
        // A thread that ended in silence would leave its node without a connection for ever.
        AgentLog.warn("node " + node.name() + " begins anew: " + e);
        e.printStackTrace();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(backoff.next());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void converse(StandIn node, Backoff backoff)
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
              SILENT_HEARTBEATS * heartbeatMs + heartbeatMs / 2,
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
            data.resolve("nodes").resolve(name.value()),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    NodeIdentity identity = NodeIdentity.open(folder, name, synced);
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

package org.queqiao.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.session.Enrolment;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.EnrolmentCode;

/**
 * Keeps a connection to the server, on a thread that also reads what it says. A file named {@code
 * enrolment} in the agent's folder makes it enrol first, also when it had a certificate.
 */
final class ServerLink {
  /** A server that says nothing for so many heartbeats is gone: it answers each of them. */
  private static final int SILENT_HEARTBEATS = 3;

  private static final long FIRST_WAIT_MS = 100;
  private static final long CAP_MS = 10_000;

  private final AgentOptions options;
  private final NodeIdentity identity;
  private final Mailbox mailbox;
  private final Pause pause;
  private final Backoff backoff = new Backoff(FIRST_WAIT_MS, CAP_MS);
  private String said = "";

  ServerLink(AgentOptions options, NodeIdentity identity, Mailbox mailbox, Pause pause) {
    this.options = options;
    this.identity = identity;
    this.mailbox = mailbox;
    this.pause = pause;
  }

  void start() {
    Thread.ofPlatform().name("server-link").daemon().start(this::keep);
  }

  /** The server has accepted the connection: the next attempt need not wait long. */
  void welcomed() {
    backoff.reset();
    said = "";
  }

  private void keep() {
    while (true) {
      try {
        enrolWhenAsked();
        if (identity.enrolled()) {
          converse();
        } else {
          say("this node has no certificate; put a code into " + enrolmentFile());
        }
      } catch (IOException | GeneralSecurityException | MalformedRecordException e) {
        say("no connection to the server: " + e.getMessage());
      }
      if (pause.overAfter(backoff.next())) {
        return;
      }
    }
  }

  private void converse() throws IOException, GeneralSecurityException {
    String address = options.server().isEmpty() ? identity.server() : options.server();
    int colon = address.lastIndexOf(':');
    if (colon < 1) {
      throw new IOException("the server's address is HOST:PORT, not " + address);
    }
    ServerConnection connection =
        ServerConnection.open(
            identity.context(),
            address.substring(0, colon),
            Integer.parseInt(address.substring(colon + 1)),
            SILENT_HEARTBEATS * options.heartbeatMs() + options.heartbeatMs() / 2,
            Thread.ofPlatform().name("server-writer").daemon().factory());
    mailbox.put(new AgentEvent.ServerReady(connection));
    try {
      while (true) {
        mailbox.put(new AgentEvent.ServerSaid(connection, connection.read()));
      }
    } finally {
      connection.close();
      mailbox.put(new AgentEvent.ServerLost(connection));
    }
  }

  private Path enrolmentFile() {
    return options.data().resolve("enrolment");
  }

  private void enrolWhenAsked() throws IOException, GeneralSecurityException {
    Path file = enrolmentFile();
    if (!Files.exists(file)) {
      return;
    }
    try {
      EnrolmentCode code = EnrolmentCode.parse(Files.readString(file, StandardCharsets.UTF_8));
      if (!code.node().equals(options.node())) {
        throw new IllegalArgumentException("it was made for node " + code.node());
      }
      Enrolment.enrol(identity, code);
      Files.delete(file);
      AgentLog.info("enrolled as node " + code.node() + " at " + identity.server());
    } catch (IllegalArgumentException | Enrolment.RefusedException e) {
      Files.move(
          file,
          file.resolveSibling("enrolment.refused"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      AgentLog.warn("the enrolment code is of no use: " + e.getMessage());
    }
  }

  /** The same trouble is told once, not with every attempt. */
  private void say(String trouble) {
    if (!said.equals(trouble)) {
      said = trouble;
      AgentLog.warn(trouble);
    }
  }
}

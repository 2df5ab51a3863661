package org.queqiao.agent;

import java.io.IOException;
import java.security.GeneralSecurityException;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;

/**
 * Keeps a connection to the server, on a thread that also reads what it says. An {@link
 * EnrolmentFile} makes it enrol first.
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
  private final EnrolmentFile enrolment;
  private final Trouble trouble = new Trouble();

  ServerLink(AgentOptions options, NodeIdentity identity, Mailbox mailbox, Pause pause) {
    this.options = options;
    this.identity = identity;
    this.mailbox = mailbox;
    this.pause = pause;
    this.enrolment = new EnrolmentFile(options.data(), options.node(), identity);
  }

  void start() {
    Thread.ofPlatform().name("server-link").daemon().start(this::keep);
  }

  /** The server has accepted the connection: the next attempt need not wait long. */
  void welcomed() {
    backoff.reset();
    trouble.over();
  }

  private void keep() {
    while (true) {
      try {
        enrolment.use();
        if (identity.enrolled()) {
          converse();
        } else {
          trouble.say("this node has no certificate; put a code into " + enrolment.path());
        }
      } catch (IOException | GeneralSecurityException | MalformedRecordException e) {
        trouble.say("no connection to the server: " + e.getMessage());
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
}

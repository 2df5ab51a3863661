package org.queqiao.agent.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.EnrolmentFile;
import org.queqiao.agent.Trouble;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Backoff;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;

/**
 * Keeps the connection to the server and tells it of one cluster. It has nothing to lose: how far
 * the history is known the server says with each connection.
 */
final class Bridge implements AutoCloseable {
  private static final long FIRST_WAIT_MS = 100;
  private static final long CAP_MS = 10_000;
  private static final int SILENCE_MS = 60_000;

  private final BridgeOptions options;
  private final SlurmProcess slurm;
  private final NodeIdentity identity;
  private final Backoff backoff = new Backoff(FIRST_WAIT_MS, CAP_MS);
  private final HistoryTeller teller;
  private final EnrolmentFile enrolment;
  private final Trouble trouble = new Trouble();

  Bridge(BridgeOptions options) throws IOException {
    this.options = options;
    this.slurm = new SlurmProcess(options.shim(), options.configuration());
    this.teller =
        new HistoryTeller(
            options,
            new History(slurm, options.marginMs() / 1_000, options.drivenPartition()),
            new NowReader(slurm, options.drivenPartition()));
    Files.createDirectories(
        options.data(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      identity = NodeIdentity.open(options.data(), options.node());
    } catch (GeneralSecurityException e) {
      throw new IOException("the key in " + options.data() + " cannot be used: " + e.getMessage());
    }
    this.enrolment = new EnrolmentFile(options.data(), options.node(), identity);
  }

  /** Until its thread is interrupted. */
  void run() throws InterruptedException {
    while (true) {
      try {
        enrolment.use();
        if (identity.enrolled()) {
          converse();
        } else {
          trouble.say("this host has no certificate; put a code into " + enrolment.path());
        }
      } catch (SlurmException e) {
        trouble.say("no word of Slurm: " + e.getMessage());
      } catch (IOException | GeneralSecurityException | MalformedRecordException e) {
        trouble.say("no connection to the server: " + e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(backoff.next());
    }
  }

  private void converse()
      throws IOException, GeneralSecurityException, SlurmException, InterruptedException {
    requireCluster();
    String address = identity.server();
    int colon = address.lastIndexOf(':');
    try (ServerConnection server =
        ServerConnection.open(
            identity.context(),
            address.substring(0, colon),
            Integer.parseInt(address.substring(colon + 1)),
            SILENCE_MS,
            Thread.ofPlatform().name("server-writer").daemon().factory())) {
      server.send(
          new AgentMessage.BridgeHello(
              AgentFrame.PROTOCOL_BRIDGES,
              AgentFrame.PROTOCOL_MAX,
              options.cluster(),
              slurm.version()));
      switch (server.read()) {
        case ServerMessage.BridgeWelcome m -> teller.known(m.completeMs());
        case ServerMessage.Refused m -> throw new IOException("refused: " + m.reason());
        case ServerMessage m -> throw new IOException("no welcome, but " + m);
      }
      AgentLog.info("cluster " + options.cluster() + ", Slurm " + slurm.version());
      trouble.over();
      while (true) {
        renewWhenDue(server);
        look(server);
      }
    }
  }

  /** A look that Slurm does not answer is made again; the server hears that the bridge is alive. */
  private void look(ServerConnection server) throws IOException, InterruptedException {
    boolean more = false;
    long waitMs = options.pollMs();
    try {
      more = teller.tell(server);
      backoff.reset();
      trouble.over();
    } catch (SlurmException e) {
      trouble.say("no word of Slurm: " + e.getMessage());
      teller.alive(server);
      // Each look may cost a process with libslurm.
      waitMs = Math.max(waitMs, backoff.next());
    }
    if (!more) {
      TimeUnit.MILLISECONDS.sleep(waitMs);
    }
  }

  private void requireCluster() throws SlurmException {
    slurm.ask(SlurmCall.BACKLOG);
    if (!slurm.cluster().equals(options.cluster().value())) {
      throw new SlurmException(
          0,
          "its configuration is of cluster "
              + slurm.cluster()
              + ", and this bridge was started for "
              + options.cluster());
    }
  }

  private void renewWhenDue(ServerConnection server) throws IOException, GeneralSecurityException {
    if (identity.renewalDue(System.currentTimeMillis())) {
      server.send(new AgentMessage.Renew(identity.signingRequest()));
      if (server.read() instanceof ServerMessage.Certified certified) {
        identity.renewed(certified);
      }
    }
  }

  @Override
  public void close() {
    slurm.close();
  }
}

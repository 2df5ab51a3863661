package org.queqiao.server.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.launch.StepOrder;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the hosts of runs connect for people who have a shell there. A shell is a step, and a fact
 * of the log before its node hears of it. Its key goes to the node in a signed order and to the
 * person; whoever connects here shows a digest of it, and what follows is sealed by it and only
 * passed on.
 */
public final class Shells {
  private static final Logger LOG = LoggerFactory.getLogger(Shells.class);
  private static final byte[] LABEL = "queqiao shell".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MAGIC = "QQSH".getBytes(StandardCharsets.US_ASCII);
  private static final int TICKET_BYTES = 36;
  private static final int TICKET_MS = 10_000;
  static final int JOIN_MS = 30_000;

  /** So long a node may take to say how a shell ended whose connection is closed. */
  private static final int END_MS = 10_000;

  private static final int KERNEL_BYTES = 256 << 10;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Vertx vertx;
  private final AgentGateway gateway;
  private final int port;
  private final String address;

  private final SilentOnes silentOnes = new SilentOnes();

  // On the loop of the gateway only.
  private final Map<String, Opened> awaited = new HashMap<>();
  private NetServer server;
  private int bound;

  /**
   * The other end of a shell.
   *
   * @param socket paused
   * @param first what it has said already
   */
  public record Host(NetSocket socket, Buffer first) {}

  /**
   * A shell that its node may join.
   *
   * @param key by which both ends prove that they belong to it
   * @param host completes when the node has connected, or fails when it does not
   * @param over completes when its end is told to the scheduler
   */
  public record Opened(
      RunId run,
      int step,
      NodeName node,
      byte[] key,
      CompletableFuture<Host> host,
      CompletableFuture<Void> over) {
    /** Leaves out the key: it is a secret. */
    @Override
    public String toString() {
      return "Opened[run=" + run + ", step=" + step + ", node=" + node + "]";
    }
  }

  /** There is no such shell, for this reason. */
  public static final class NoShell extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoShell(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * Shells that nobody can open yet.
   *
   * @param port where hosts connect; 0 takes a free one
   * @param address by which nodes reach it; empty for that of their agents' connections
   */
  public Shells(Vertx vertx, AgentGateway gateway, int port, String address) {
    this.vertx = vertx;
    this.gateway = gateway;
    this.port = port;
    this.address = address;
  }

  /** Listens where agents connect too. */
  public Future<Void> start() {
    server =
        vertx.createNetServer(
            new NetServerOptions()
                .setHost(gateway.settings().host())
                .setPort(port)
                .setTcpNoDelay(true)
                // While a person reads nothing, the kernel keeps no more than that.
                .setReceiveBufferSize(KERNEL_BYTES)
                .setTcpKeepAlive(true));
    server.connectHandler(this::arrived);
    return server
        .listen()
        .map(listening -> {
          bound = listening.actualPort();
          return null;
        });
  }

  /** Closes the port and all shells. */
  public Future<Void> stop() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /**
   * Opens a shell of the user of a run on one of its nodes.
   *
   * @param script the node of its script
   * @param startMs when the run began, or 0
   */
  public CompletionStage<Opened> open(
      RunId run, int uid, NodeName script, NodeName node, long startMs) {
    CompletableFuture<Opened> done = new CompletableFuture<>();
    gateway.onLoop(() ->
        orFail(
            done,
            () -> {
              String refusal = gateway.steps().refusalOfShell(run, script, node);
              if (refusal != null) {
                done.completeExceptionally(new NoShell(refusal));
                return;
              }
              gateway
                  .submit(new Input.StartStep(script, uid, run, "shell", 1, List.of(node)))
                  .whenComplete((reply, failure) ->
                      gateway.onLoop(() ->
                          orFail(
                              done,
                              () -> {
                                switch (reply) {
                                  case Reply.StepAccepted accepted ->
                                      begin(
                                          done,
                                          uid,
                                          script,
                                          startMs,
                                          opened(run, accepted.step(), node));
                                  case Reply.Rejected rejected ->
                                      done.completeExceptionally(
                                          new NoShell(rejected.rejection().message()));
                                  case null, default ->
                                      done.completeExceptionally(
                                          new NoShell("the scheduler does not answer"));
                                }
                              })));
            }));
    return done;
  }

  /** Whoever waits is told in any case: a place is kept for it. */
  private static void orFail(CompletableFuture<Opened> done, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("no shell", e);
      done.completeExceptionally(e);
    }
  }

  private static Opened opened(RunId run, int step, NodeName node) {
    byte[] key = new byte[StepOrder.KEY_BYTES];
    RANDOM.nextBytes(key);
    return new Opened(run, step, node, key, new CompletableFuture<>(), new CompletableFuture<>());
  }

  private void begin(
      CompletableFuture<Opened> done, int uid, NodeName script, long startMs, Opened shell) {
    if (!gateway.steps().beginShell(shell, uid, script, address, bound, startMs)) {
      gateway.steps().endShell(shell.run(), shell.step());
      done.completeExceptionally(
          new NoShell("node " + shell.node() + " is not connected now: try again"));
      return;
    }
    String ticket = ticket(shell.key());
    awaited.put(ticket, shell);
    long timer =
        gateway.later(
            JOIN_MS,
            () ->
                shell
                    .host()
                    .completeExceptionally(
                        new NoShell(
                            gateway.steps().whyNotJoined(shell.run(), shell.node(), bound))));
    shell
        .host()
        .whenComplete((host, failure) ->
            gateway.onLoop(() -> {
              gateway.cancel(timer);
              awaited.remove(ticket);
              if (host != null) {
                gateway.steps().shellJoined(shell.run(), shell.step(), shell.node());
              }
            }));
    LOG.info("shell begins run={} step={} node={}", shell.run(), shell.step(), shell.node());
    done.complete(shell);
  }

  /** Its connection is closed: the node has some seconds to say how it ended. */
  public void ended(Opened shell) {
    gateway.onLoop(() -> {
      shell.host().completeExceptionally(new NoShell("nobody waits for it any more"));
      if (!shell.over().isDone()) {
        gateway.later(END_MS, () -> gateway.steps().endShell(shell.run(), shell.step()));
      }
    });
  }

  /** On the loop of the socket. */
  private void arrived(NetSocket socket) {
    silentOnes.arrived(socket);
    Buffer said = Buffer.buffer();
    long timer = gateway.later(TICKET_MS, socket::close);
    socket.closeHandler(_ -> {
      gateway.cancel(timer);
      silentOnes.known(socket);
    });
    socket.handler(bytes -> {
      said.appendBuffer(bytes);
      if (!begins(said)) {
        socket.close();
      } else if (said.length() >= TICKET_BYTES) {
        socket.pause();
        gateway.cancel(timer);
        silentOnes.known(socket);
        gateway.onLoop(() -> admit(socket, said));
      }
    });
  }

  /** Whether it can become a ticket. */
  private static boolean begins(Buffer said) {
    int length = Math.min(said.length(), MAGIC.length);
    return Arrays.equals(said.getBytes(0, length), 0, length, MAGIC, 0, length);
  }

  private void admit(NetSocket socket, Buffer said) {
    byte[] ticket = said.getBytes(0, TICKET_BYTES);
    Opened shell = awaited.remove(HexFormat.of().formatHex(ticket, MAGIC.length, TICKET_BYTES));
    Host host = new Host(socket, said.getBuffer(TICKET_BYTES, said.length()));
    if (shell == null || !shell.host().complete(host)) {
      socket.close();
    }
  }

  private static String ticket(byte[] key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(LABEL);
      return HexFormat.of().formatHex(digest.digest(key));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

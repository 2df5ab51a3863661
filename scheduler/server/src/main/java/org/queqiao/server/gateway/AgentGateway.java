package org.queqiao.server.gateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.launch.ReadOrder;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.pki.Pki;
import org.queqiao.server.view.ClusterBoard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where agents connect. One TLS 1.3 port: with a certificate of the private authority an agent is
 * the node that it names, without one it can only enrol. All state lives on one event loop; the
 * public methods may be called from any thread.
 */
public final class AgentGateway {
  private static final Logger LOG = LoggerFactory.getLogger(AgentGateway.class);
  private static final long SILENCE_CHECKS = 10;
  private static final long SILENCE_CHECK_MIN_MS = 50;

  private record Update(DesiredState desired, long epoch) {}

  private final Vertx vertx;
  private final GatewaySettings settings;
  private final Pki pki;
  private final LaunchOrders orders;
  private final RuntimePort runtime;
  private final GatewayCounters counters = new GatewayCounters();
  private final ClusterBoard clusters;
  private final Context loop;
  private final ConcurrentSkipListMap<NodeName, NodeGauges> gauges = new ConcurrentSkipListMap<>();
  private final ConcurrentHashMap<NodeName, Update> updates = new ConcurrentHashMap<>();
  private final AtomicBoolean updating = new AtomicBoolean();

  // On the loop only.
  private final TreeMap<NodeName, NodeConnection> nodes = new TreeMap<>();
  private final Steps steps = new Steps(this, nodes);
  private final Silences silences = new Silences(this);
  private final TreeMap<NodeName, Integer> readsUnderWay = new TreeMap<>();
  private final Set<NodeConnection> connections = new HashSet<>();
  private int enrolling;
  private long lastRequestId;
  private long silenceTimer;
  private NetServer server;

  /** A gateway that does not listen yet. */
  public AgentGateway(
      Vertx vertx, GatewaySettings settings, Pki pki, LaunchOrders orders, RuntimePort runtime) {
    this.vertx = vertx;
    this.settings = settings;
    this.pki = pki;
    this.orders = orders;
    this.runtime = runtime;
    this.clusters = new ClusterBoard(settings.bridges());
    this.loop = vertx.getOrCreateContext();
  }

  /** Listens; completes with the port. */
  public Future<Integer> start() {
    Promise<Integer> started = Promise.promise();
    loop.runOnContext(go -> {
      server = vertx.createNetServer(options());
      server.connectHandler(this::accept);
      server.exceptionHandler(failure -> {
        counters.handshakesRefused.increment();
        LOG.debug("handshake refused", failure);
      });
      silenceTimer =
          vertx.setPeriodic(
              Math.max(SILENCE_CHECK_MIN_MS, settings.silenceMs() / SILENCE_CHECKS),
              tick -> silences.find());
      server.listen().map(NetServer::actualPort).onComplete(started);
    });
    return started.future();
  }

  /** Closes the port and all connections; nodes are not reported as silent. */
  public Future<Void> stop() {
    Promise<Void> stopped = Promise.promise();
    loop.runOnContext(go -> {
      vertx.cancelTimer(silenceTimer);
      Set.copyOf(connections).forEach(NodeConnection::close);
      (server == null ? Future.<Void>succeededFuture() : server.close()).onComplete(stopped);
    });
    return stopped.future();
  }

  /**
   * What shall run on a node has changed. Never blocks; of several calls for one node the last one
   * counts.
   */
  public void desiredChanged(DesiredState desired, long epoch) {
    updates.merge(
        desired.node(),
        new Update(desired, epoch),
        (before, now) ->
            now.epoch() == before.epoch() && now.desired().version() < before.desired().version()
                ? before
                : now);
    if (updating.compareAndSet(false, true)) {
      onLoop(this::deliverUpdates);
    }
  }

  /**
   * A node was up when this server started, or holds runs with leases: it is silent unless it is
   * heard from now on.
   *
   * @param lastSeenMs its last life sign that the log knows
   */
  public void expect(NodeName node, long lastSeenMs) {
    onLoop(() -> silences.expect(node, lastSeenMs));
  }

  /** The same for all of which a server that starts expects to hear. */
  public void expect(ClusterImage image) {
    Silences.expected(image).forEach(this::expect);
  }

  /** Takes a node's key away and ends its connection; false when it had none. */
  public CompletionStage<Boolean> revoke(NodeName node) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    onLoop(() ->
        blocking(
            () -> pki.revoke(node),
            had -> {
              disconnect(node);
              LOG.info("node revoked node={} had_key={}", node, had);
              done.complete(had);
            },
            done::completeExceptionally));
    return done;
  }

  /**
   * Reads part of what a job wrote, as its user, on the node where it ran.
   *
   * @param uid number of the job's user
   * @param offset first byte wanted
   * @param maxBytes how many at most; a single call gives no more than 1 MiB
   */
  public CompletionStage<OutputRead> readOutput(
      NodeName node,
      RunId run,
      JobSpec spec,
      int uid,
      LaunchOrders.Stream stream,
      long offset,
      int maxBytes) {
    CompletableFuture<OutputRead> done = new CompletableFuture<>();
    LaunchOrders.Range range =
        new LaunchOrders.Range(offset, Math.min(maxBytes, ReadOrder.MAX_BYTES));
    onLoop(() -> {
      if (!nodes.containsKey(node) || !nodes.get(node).isWelcomed()) {
        done.complete(new OutputRead.Unavailable("node " + node + " is not connected"));
        return;
      }
      if (readsUnderWay.getOrDefault(node, 0) >= settings.readsMax()) {
        done.complete(new OutputRead.Unavailable("too many reads are under way on node " + node));
        return;
      }
      readsUnderWay.merge(node, 1, Integer::sum);
      done.whenComplete((result, failure) ->
          readsUnderWay.computeIfPresent(node, (n, count) -> count == 1 ? null : count - 1));
      orders
          .readOutput(run, spec, uid, node, runtime.epoch(), stream, range)
          .whenComplete((order, failure) -> onLoop(() -> read(node, order, failure, done)));
    });
    return done;
  }

  /** What each node last said of itself. */
  public SortedMap<NodeName, NodeGauges> gauges() {
    return java.util.Collections.unmodifiableSortedMap(new TreeMap<>(gauges));
  }

  /** What bridges tell of their clusters. */
  public ClusterBoard clusters() {
    return clusters;
  }

  /** Counts for whoever watches. */
  public GatewayCounters counters() {
    return counters;
  }

  private NetServerOptions options() {
    return new NetServerOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        .setSsl(true)
        .setSslHandshakeTimeout(settings.firstFrameMs())
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
        .setClientAuth(ClientAuth.REQUEST)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addKeyPath(pki.authority().serverKeyFile().toString())
                .addCertPath(pki.authority().serverCertificateFile().toString()))
        .setTrustOptions(
            new PemTrustOptions().addCertPath(pki.authority().certificateFile().toString()));
  }

  private void accept(NetSocket socket) {
    NodeConnection connection = new NodeConnection(this, socket);
    boolean unnamed = connection.identity().isEmpty();
    if (connections.size() >= settings.connectionsMax()
        || (unnamed && enrolling >= settings.enrollingMax())) {
      counters.connectionsRefused.increment();
      socket.close();
      return;
    }
    connections.add(connection);
    counters.accepted.increment();
    if (unnamed) {
      enrolling++;
    }
    connection.open();
  }

  /** A connection is closed. */
  void gone(NodeConnection connection) {
    if (!connections.remove(connection)) {
      return;
    }
    if (connection.identity().isEmpty()) {
      enrolling--;
      return;
    }
    NodeName node = connection.identity().get();
    if (nodes.remove(node, connection)) {
      gauges.computeIfPresent(node, (name, last) -> last.disconnected());
      LOG.info("node disconnected node={}", node);
    }
  }

  /** A node said hello: this is its connection from now on. */
  void arrived(NodeConnection connection) {
    NodeConnection before = nodes.put(connection.identity().orElseThrow(), connection);
    if (before != null) {
      before.close();
    }
  }

  /**
   * The scheduler has accepted the hello of a node, also where its connection is gone since. That
   * is its first life sign: of a node whose hello is refused, or waits, again and again the runs
   * with a lease end, as those of one that says nothing.
   */
  void accepted(NodeName node) {
    silences.heard(node);
  }

  /** A node that is accepted begins to tell. */
  void welcomed(NodeConnection connection, int runs) {
    NodeName node = connection.identity().orElseThrow();
    gauges.compute(
        node,
        (name, last) ->
            last == null
                ? new NodeGauges(name, true, wallMs(), 0, 0, 0, 0, runs, NodeHealth.UNKNOWN)
                : last.connected(wallMs(), runs));
  }

  /** A node's heart beats. */
  void heard(NodeConnection connection, AgentMessage.Heartbeat m) {
    NodeName node = connection.identity().orElseThrow();
    silences.heard(node);
    if (m.load1Milli() < 0 || m.cpuBusyUs() < 0 || m.memUsedBytes() < 0 || m.memTotalBytes() < 0) {
      LOG.warn("gauges refused node={} reason=a figure is negative", node);
      return;
    }
    keeper().heard(node, wallMs(), m);
    gauges.put(
        node,
        new NodeGauges(
            node,
            true,
            wallMs(),
            m.load1Milli(),
            m.cpuBusyUs(),
            m.memUsedBytes(),
            m.memTotalBytes(),
            m.running().size(),
            m.health()));
  }

  void disconnect(NodeName node) {
    NodeConnection connection = nodes.get(node);
    if (connection != null) {
      connection.close();
    }
  }

  private void deliverUpdates() {
    updating.set(false);
    for (NodeName node : updates.keySet()) {
      Update update = updates.remove(node);
      NodeConnection connection = nodes.get(node);
      if (update != null && connection != null) {
        connection.desired(update.desired(), update.epoch());
      }
    }
  }

  private void read(
      NodeName node,
      LaunchOrders.Outcome order,
      Throwable failure,
      CompletableFuture<OutputRead> done) {
    NodeConnection connection = nodes.get(node);
    if (failure != null || connection == null) {
      done.complete(new OutputRead.Unavailable("node " + node + " cannot be asked now"));
      return;
    }
    switch (order) {
      case LaunchOrders.Outcome.Impossible o -> done.complete(new OutputRead.Refused(o.reason()));
      case LaunchOrders.Outcome.NotNow o -> done.complete(new OutputRead.Unavailable(o.reason()));
      case LaunchOrders.Outcome.Signed o -> {
        long requestId = ++lastRequestId;
        long timer =
            later(
                settings.readTimeoutMs(),
                () -> {
                  connection.abandon(requestId);
                  done.complete(new OutputRead.Unavailable("node " + node + " does not answer"));
                });
        connection
            .read(requestId, o.order())
            .thenAccept(chunk -> {
              cancel(timer);
              done.complete(result(node, chunk));
            });
      }
    }
  }

  private static OutputRead result(NodeName node, AgentMessage.OutputChunk chunk) {
    if (chunk == null) {
      return new OutputRead.Unavailable("the connection to node " + node + " broke");
    }
    return switch (chunk.status()) {
      case OK -> new OutputRead.Piece(chunk.fileSize(), chunk.bytes());
      case NOT_FOUND -> new OutputRead.NotFound();
      case REFUSED -> new OutputRead.Refused(chunk.reason());
    };
  }

  // What a connection needs of its surroundings.

  GatewaySettings settings() {
    return settings;
  }

  Pki pki() {
    return pki;
  }

  Steps steps() {
    return steps;
  }

  LaunchOrders orders() {
    return orders;
  }

  CountersKeeper keeper() {
    return runtime.counters();
  }

  long epoch() {
    return runtime.epoch();
  }

  long durablePosition() {
    return runtime.durablePosition();
  }

  long wallMs() {
    return System.currentTimeMillis();
  }

  CompletionStage<Reply> submit(Input input) {
    return runtime.submit(input);
  }

  /** After what is at hand, so that several wishes are met at once. */
  void onLoop(Runnable task) {
    loop.runOnContext(go -> task.run());
  }

  long later(long ms, Runnable task) {
    return vertx.setTimer(Math.max(1, ms), fired -> task.run());
  }

  void cancel(long timer) {
    vertx.cancelTimer(timer);
  }

  /** Runs what blocks on a worker; what follows runs on the loop. */
  <T> void blocking(Callable<T> work, Consumer<T> then, Consumer<Throwable> otherwise) {
    vertx
        .executeBlocking(work, false)
        .onComplete(result ->
            onLoop(() -> {
              if (result.succeeded()) {
                then.accept(result.result());
              } else {
                otherwise.accept(result.cause());
              }
            }));
  }
}

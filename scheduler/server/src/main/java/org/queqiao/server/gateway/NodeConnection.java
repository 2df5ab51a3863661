package org.queqiao.server.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.pki.LaunchOrders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an agent, on the event loop of the gateway.
 *
 * <pre>
 *   FRESH --enrol, without a certificate--> ENROLLING --> closed
 *   FRESH --hello, with one--> REGISTERING --durable--> WELCOMED --> closed
 *   FRESH --hello of a bridge, with one--> BRIDGE --> closed
 * </pre>
 */
final class NodeConnection implements DesiredPush.Line, Telling.Source, BridgeLine.Ends {
  private static final Logger LOG = LoggerFactory.getLogger(NodeConnection.class);
  private static final int LENGTH_BYTES = 4;
  private static final long ASK_AGAIN_MS = 2_000;

  private enum State {
    FRESH,
    ENROLLING,
    REGISTERING,
    WELCOMED,
    BRIDGE,
    CLOSED
  }

  private final AgentGateway gateway;
  private final NetSocket socket;
  private final Optional<NodeName> identity;
  private final RecordParser frames;
  private final Telling scheduler;
  private final HealthTelling health;
  private final TreeMap<Long, CompletableFuture<AgentMessage.OutputChunk>> reads = new TreeMap<>();
  private final List<RunId> acknowledged = new ArrayList<>();
  private State state = State.FRESH;
  private DesiredPush push;
  private BridgeLine bridge;
  private final Set<RunId> hosted = new TreeSet<>();
  private String jobSocket = "";
  private int protocol;
  private boolean inBody;
  private boolean acknowledgeSoon;
  private long heard;

  private long firstFrameTimer;

  NodeConnection(AgentGateway gateway, NetSocket socket) {
    this.gateway = gateway;
    this.socket = socket;
    this.identity = Enrolling.certificate(socket).flatMap(gateway.pki()::nodeOf);
    this.frames = RecordParser.newFixed(LENGTH_BYTES, socket);
    this.scheduler = new Telling(gateway, this);
    this.health = new HealthTelling(scheduler, this::node);
  }

  /** Begins to listen. */
  void open() {
    socket.closeHandler(closed -> closed());
    if (identity.isEmpty() && Enrolling.certificate(socket).isPresent()) {
      gateway.counters().identitiesRefused.increment();
      LOG.warn("agent refused remote={} reason=its certificate is revoked or replaced", remote());
      refuse("the certificate of this node is revoked or was replaced; enrol it with a new code");
      return;
    }
    frames.exceptionHandler(failure -> close());
    frames.endHandler(end -> close());
    frames.handler(this::record);
    firstFrameTimer =
        gateway.later(
            gateway.settings().firstFrameMs(),
            () -> {
              if (state == State.FRESH) {
                close();
              }
            });
  }

  /** The node of the certificate. */
  Optional<NodeName> identity() {
    return identity;
  }

  /** The set of this node has changed. */
  void desired(DesiredState desired, long epoch) {
    if (push != null) {
      push.update(desired, epoch);
      hosted.removeIf(run -> push.find(run).isEmpty());
    }
  }

  /** A run of the set that the node was told last. */
  Optional<DesiredRunState> desired(RunId run) {
    return push.find(run);
  }

  /** The runs that have a process here which starts their steps. */
  Set<RunId> hosted() {
    return hosted;
  }

  /** Where jobs on the node reach the agent; empty if they do not. */
  String jobSocket() {
    return jobSocket;
  }

  @Override
  public int protocol() {
    return protocol;
  }

  /** By which address the node sees this server. */
  String ownAddress() {
    return socket.localAddress().hostAddress();
  }

  /** By which address the node is seen. */
  String address() {
    return socket.remoteAddress().hostAddress();
  }

  /** Asks the agent to read; the future completes with its answer. */
  CompletableFuture<AgentMessage.OutputChunk> read(long requestId, byte[] order) {
    CompletableFuture<AgentMessage.OutputChunk> answer = new CompletableFuture<>();
    reads.put(requestId, answer);
    send(new ServerMessage.ReadOutput(requestId, order));
    return answer;
  }

  /** Nobody waits for this answer any more. */
  void abandon(long requestId) {
    reads.remove(requestId);
  }

  @Override
  public boolean isClosed() {
    return state == State.CLOSED;
  }

  @Override
  public boolean isWelcomed() {
    return state == State.WELCOMED || state == State.BRIDGE;
  }

  @Override
  public void pause() {
    frames.pause();
  }

  @Override
  public void resume() {
    frames.resume();
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public String name() {
    return identity.map(NodeName::value).orElse("-");
  }

  private void closed() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    gateway.cancel(firstFrameTimer);
    reads.values().forEach(answer -> answer.complete(null));
    reads.clear();
    if (bridge != null) {
      bridge.closed();
    }
    gateway.gone(this);
  }

  private void record(Buffer bytes) {
    if (state == State.CLOSED) {
      return;
    }
    if (!inBody) {
      long length = bytes.getUnsignedInt(0);
      int max = identity.isEmpty() ? AgentFrame.ENROL_MAX_BYTES : AgentFrame.MAX_BYTES;
      if (length == 0 || length > max) {
        malformed("a frame says that it has " + length + " bytes");
        return;
      }
      frames.fixedSizeMode((int) length);
      inBody = true;
      return;
    }
    frames.fixedSizeMode(LENGTH_BYTES);
    inBody = false;
    byte[] body = bytes.getBytes();
    if (identity.isEmpty() && !(state == State.FRESH && AgentFrame.isEnrol(body))) {
      malformed("a connection without a certificate may only enrol");
      return;
    }
    try {
      message(AgentFrame.decodeFromAgent(body));
    } catch (MalformedRecordException e) {
      malformed(e.getMessage());
    }
  }

  private void malformed(String why) {
    gateway.counters().framesRefused.increment();
    LOG.warn("frame refused remote={} node={} reason={}", remote(), name(), why);
    close();
  }

  private void message(AgentMessage message) {
    switch (message) {
      case AgentMessage.Enrol m when identity.isEmpty() -> enrol(m);
      case AgentMessage.Hello m when state == State.FRESH -> hello(m);
      case AgentMessage.BridgeHello m when state == State.FRESH -> bridgeHello(m);
      case AgentMessage.ObservedRuns m when state == State.BRIDGE -> bridge.told(m);
      case AgentMessage.Enrol _,
          AgentMessage.Hello _,
          AgentMessage.BridgeHello _,
          AgentMessage.ObservedRuns _ ->
          malformed("out of place");
      case AgentMessage.Renew m -> renew(m);
      case AgentMessage other -> {
        requireWelcome();
        report(other);
      }
    }
  }

  private void report(AgentMessage message) {
    switch (message) {
      case AgentMessage.Heartbeat m -> heartbeat(m);
      case AgentMessage.RunStartedReport m -> {
        push.known(m.run(), false);
        scheduler.tell(new Input.RunStarted(node(), m.run(), m.startMs()), reply -> {});
      }
      case AgentMessage.RunSuspendedReport m ->
          scheduler.tell(
              new Input.RunSuspended(node(), m.run(), m.suspended(), m.atMs(), m.askedMs()),
              reply -> {});
      case AgentMessage.RunEndedReport m -> ended(m.exit());
      case AgentMessage.RunMetricsReport m -> {
        RunId run = m.metrics().run();
        gateway
            .keeper()
            .keep(
                node(),
                m.metrics(),
                m.series(),
                () -> gateway.onLoop(() -> send(new ServerMessage.MetricsStored(List.of(run)))));
      }
      case AgentMessage.RunSamplesReport m -> gateway.keeper().follow(node(), m);
      case AgentMessage.OfJob m -> gateway.steps().said(this, scheduler, m);
      case AgentMessage.OutputChunk m -> {
        CompletableFuture<AgentMessage.OutputChunk> waiting = reads.remove(m.requestId());
        if (waiting != null) {
          waiting.complete(m);
        }
      }
      case AgentMessage.DesiredSetApplied _,
          AgentMessage.Renew _,
          AgentMessage.Enrol _,
          AgentMessage.Hello _,
          AgentMessage.BridgeHello _,
          AgentMessage.ObservedRuns _ -> {}
    }
  }

  private void renew(AgentMessage.Renew m) {
    if (state != State.BRIDGE) {
      requireWelcome();
    }
    gateway.blocking(
        () -> gateway.pki().renew(node(), m.signingRequest()),
        this::send,
        failure -> LOG.warn("renewal refused node={} reason={}", name(), failure.getMessage()));
  }

  private void requireWelcome() {
    if (state != State.WELCOMED) {
      throw new MalformedRecordException("the first message of a connection is a hello");
    }
  }

  private void enrol(AgentMessage.Enrol m) {
    state = State.ENROLLING;
    if (speaks(m.protocolMin(), m.protocolMax())) {
      Enrolling.begin(gateway, this, m);
    }
  }

  private void hello(AgentMessage.Hello m) {
    if (!speaks(m.protocolMin(), m.protocolMax())) {
      return;
    }
    if (!m.facts().name().equals(node())) {
      gateway.counters().identitiesRefused.increment();
      LOG.error("agent refused node={} reason=it claims to be {}", node(), m.facts().name());
      refuse("this certificate is for node " + node() + ", not " + m.facts().name());
      return;
    }
    state = State.REGISTERING;
    gateway.cancel(firstFrameTimer);
    frames.pause();
    protocol = m.protocolMax();
    jobSocket = protocol >= AgentFrame.PROTOCOL_STEPS ? m.jobSocket() : "";
    push = new DesiredPush(node(), this);
    m.running().forEach(run -> push.known(run, false));
    m.ended().forEach(exit -> push.known(exit.run(), true));
    gateway.arrived(this);
    scheduler.tell(
        new Input.RegisterNode(m.facts(), m.running(), m.ended()), reply -> registered(m, reply));
  }

  private void bridgeHello(AgentMessage.BridgeHello m) {
    if (speaks(m.protocolMin(), m.protocolMax())) {
      bridge = BridgeLine.open(gateway, node(), m, scheduler, this);
      if (bridge != null) {
        state = State.BRIDGE;
        gateway.cancel(firstFrameTimer);
        bridge.welcome(m.protocolMax(), m.version());
      }
    }
  }

  private void registered(AgentMessage.Hello hello, Reply reply) {
    if (reply instanceof Reply.Rejected rejected) {
      LOG.warn("node refused node={} reason={}", node(), rejected.rejection().message());
      refuse(rejected.rejection().message());
      return;
    }
    state = State.WELCOMED;
    gateway.welcomed(this, hello.running().size());
    gateway.counters().welcomed.increment();
    LOG.info("node welcomed node={} remote={} runs={}", node(), remote(), hello.running().size());
    send(
        new ServerMessage.Welcome(
            Math.min(AgentFrame.PROTOCOL_MAX, hello.protocolMax()), gateway.epoch()));
    hello.ended().forEach(exit -> acknowledge(exit.run()));
    flushSoon();
    frames.resume();
  }

  private boolean speaks(int min, int max) {
    String refusal = Versions.refusal(min, max);
    if (refusal != null) {
      gateway.counters().versionsRefused.increment();
      refuse(refusal);
    }
    return refusal == null;
  }

  private void heartbeat(AgentMessage.Heartbeat m) {
    gateway.heard(this, m);
    heard = Math.max(heard, m.seq());
    health.told(m.health());
    // The answer to a heartbeat tells the agent that this server is alive.
    sendAcknowledgements(true);
    push.beat(gateway.wallMs());
  }

  private void ended(RunExit exit) {
    RunExit told = exit;
    String impossible = push.impossibility(exit.run());
    if (!impossible.isEmpty() && exit.kind() == RunExit.Kind.LAUNCH_FAILED) {
      told = exit.withDetail(impossible);
    }
    push.known(exit.run(), true);
    scheduler.tell(
        new Input.RunEnded(node(), told),
        reply -> {
          if (reply instanceof Reply.Rejected rejected) {
            LOG.warn(
                "end of run not taken node={} run={} reason={}",
                node(),
                exit.run(),
                rejected.rejection().message());
          }
          acknowledge(exit.run());
        });
  }

  private void acknowledge(RunId run) {
    acknowledged.add(run);
    gateway.orders().forget(run);
    gateway.counters().endsAcknowledged.increment();
    if (!acknowledgeSoon) {
      acknowledgeSoon = true;
      gateway.onLoop(() -> {
        acknowledgeSoon = false;
        sendAcknowledgements(false);
      });
    }
  }

  private void sendAcknowledgements(boolean evenNone) {
    if (evenNone || !acknowledged.isEmpty()) {
      List<RunId> runs = List.copyOf(acknowledged);
      acknowledged.clear();
      send(new ServerMessage.ExitsAcknowledged(runs, gateway.durablePosition(), heard));
    }
  }

  @Override
  public void send(ServerMessage message) {
    if (state != State.CLOSED) {
      write(message);
    }
  }

  @Override
  public boolean congested() {
    if (state != State.WELCOMED) {
      return true;
    }
    if (!socket.writeQueueFull()) {
      return false;
    }
    socket.drainHandler(drained -> flushSoon());
    return true;
  }

  @Override
  public void flushSoon() {
    gateway.onLoop(() -> push.flush(gateway.wallMs()));
  }

  @Override
  public void askSoon() {
    gateway.later(ASK_AGAIN_MS, () -> push.askMore());
  }

  @Override
  public void ask(DesiredRunState run, long epoch) {
    gateway
        .orders()
        .launch(run, node(), epoch, jobSocket)
        .whenComplete((outcome, failure) ->
            gateway.onLoop(() -> {
              if (failure != null) {
                LOG.error("no launch order run={}", run.run(), failure);
                close();
                return;
              }
              switch (outcome) {
                case LaunchOrders.Outcome.Signed _ -> {}
                case LaunchOrders.Outcome.Impossible o ->
                    LOG.warn("no launch order run={} reason={}", run.run(), o.reason());
                case LaunchOrders.Outcome.NotNow o ->
                    LOG.warn("no launch order yet run={} reason={}", run.run(), o.reason());
              }
              push.signed(run.run(), epoch, outcome);
            }));
  }

  @Override
  public void refuse(String reason) {
    write(new ServerMessage.Refused(reason)).onComplete(written -> close());
  }

  io.vertx.core.Future<Void> write(ServerMessage message) {
    byte[] bytes = AgentFrame.encode(message);
    return socket.write(
        Buffer.buffer(LENGTH_BYTES + bytes.length).appendInt(bytes.length).appendBytes(bytes));
  }

  NodeName node() {
    return identity.orElseThrow();
  }

  String remote() {
    return String.valueOf(socket.remoteAddress());
  }
}

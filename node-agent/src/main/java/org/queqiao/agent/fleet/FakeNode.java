package org.queqiao.agent.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.reconcile.Action;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.AgentMessage.ReadStatus;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeFacts.GresInventory;
import org.queqiao.contract.node.NodeFacts.NumaNode;

/**
 * One fake node. It decides by the {@link Reconciler} of the real agent and says what a real one
 * says. It has no disk: when its process ends it comes back as a node that was started anew, which
 * ends what ran on it.
 */
final class FakeNode {
  private static final int HELLO_ENDS_MAX = 4_096;
  private static final int CORES_OF_NUMA_NODE = 8;
  private static final int IDLE_LOAD_MILLI = 30;

  /** What a node without a job has in use: a thirty-second of its memory. */
  private static final int IDLE_MEMORY_SHARE = 32;

  private final NodeName name;
  private final FleetOptions options;
  private final NodeFacts facts;
  private final FakeRuns runs;
  private final Reconciler reconciler = new Reconciler(new SpoolImage());
  private final List<Action> actions = new ArrayList<>();
  private ServerConnection server;
  private boolean welcomed;
  private long seq;

  FakeNode(NodeName name, FleetOptions options, ScheduledExecutorService timers) {
    this.name = name;
    this.options = options;
    this.facts = facts(name, options);
    this.runs = new FakeRuns(options, timers, this::due);
    actions.addAll(reconciler.onLauncher(runs.list(), System.currentTimeMillis()));
    actions.clear();
  }

  NodeName name() {
    return name;
  }

  /** Whether a server has accepted it and its connection lasts. */
  synchronized boolean isWelcomed() {
    return welcomed;
  }

  /** A connection is there: says hello. */
  synchronized void connected(ServerConnection connection) {
    server = connection;
    seq = 0;
    List<RunExit> ended = reconciler.ended();
    List<RunExit> told = ended.subList(0, Math.min(ended.size(), HELLO_ENDS_MAX));
    connection.send(
        new AgentMessage.Hello(
            AgentFrame.PROTOCOL_MIN,
            AgentFrame.PROTOCOL_MAX,
            facts,
            reconciler.highestEpoch(),
            reconciler.running(),
            told));
    actions.addAll(reconciler.onHelloSent(told.size()));
    carryOut();
  }

  /** The connection is gone. */
  synchronized void disconnected(ServerConnection connection) {
    if (server == connection) {
      server = null;
      welcomed = false;
    }
  }

  /** The server said something. */
  synchronized void said(ServerMessage message) {
    long nowMs = System.currentTimeMillis();
    switch (message) {
      case ServerMessage.Welcome m -> {
        welcomed = true;
        addOrLeave(reconciler.onWelcome(m.epoch()), m.epoch());
        server.send(heartbeat(nowMs));
        actions.addAll(reconciler.onSuspensionsUnderstood());
      }
      case ServerMessage.Refused m -> {
        AgentLog.warn("the server refuses node " + name + ": " + m.reason());
        server.close();
      }
      case ServerMessage.DesiredSet m -> addOrLeave(reconciler.onDesired(m, nowMs), m.epoch());
      case ServerMessage.ExitsAcknowledged m -> actions.addAll(reconciler.onAcknowledged(m.runs()));
      case ServerMessage.ReadOutput m ->
          server.send(
              new AgentMessage.OutputChunk(
                  m.requestId(),
                  ReadStatus.NOT_FOUND,
                  0,
                  new byte[0],
                  "runs of a fake node write nothing"));
      // It asks for no new certificate: what it is for is over long before the first one.
      case ServerMessage.Certified _, ServerMessage.MetricsStored _ -> {}
      case ServerMessage.BridgeWelcome _, ServerMessage.RunsRecorded _ ->
          throw new MalformedRecordException("an answer to a bridge");
    }
    carryOut();
  }

  /** The heart beats. */
  synchronized void beat() {
    long nowMs = System.currentTimeMillis();
    actions.addAll(reconciler.onTick(nowMs));
    carryOut();
    if (welcomed) {
      server.send(heartbeat(nowMs));
    }
  }

  private synchronized void due(RunId run, int exitCode, int signal) {
    RunExit exit = runs.end(run, exitCode, signal, System.currentTimeMillis());
    if (exit != null) {
      actions.addAll(reconciler.onExit(exit));
      carryOut();
    }
  }

  private void addOrLeave(List<Action> decided, long epoch) {
    actions.addAll(decided);
    if (epoch < reconciler.highestEpoch()) {
      server.close();
    }
  }

  private AgentMessage.Heartbeat heartbeat(long nowMs) {
    return new AgentMessage.Heartbeat(
        ++seq,
        IDLE_LOAD_MILLI + runs.busyCores() * 1_000L,
        runs.busyUs(nowMs),
        options.memBytes() / IDLE_MEMORY_SHARE + runs.usedBytes(),
        options.memBytes(),
        reconciler.running());
  }

  /** Records need no disk here: nothing of this node outlives its process. */
  private void carryOut() {
    while (!actions.isEmpty()) {
      List<Action> round = List.copyOf(actions);
      actions.clear();
      for (Action action : round) {
        carryOut(action);
      }
    }
  }

  private void carryOut(Action action) {
    switch (action) {
      case Action.Write _, Action.Signal _ -> {}
      case Action.Launch launch -> launch(launch);
      case Action.Stop stop -> runs.stop(stop.run());
      case Action.Suspend suspend ->
          actions.addAll(
              reconciler.onSuspended(
                  suspend.run(),
                  suspend.stop(),
                  runs.suspend(suspend.run(), suspend.stop(), System.currentTimeMillis()),
                  System.currentTimeMillis()));
      case Action.Forget forget -> runs.forget(forget.run());
      case Action.Report report -> {
        if (server != null) {
          server.send(report.message());
        }
      }
      case Action.Refuse refuse -> AgentLog.warn(name + " refused: " + refuse.reason());
    }
  }

  private void launch(Action.Launch launch) {
    long nowMs = System.currentTimeMillis();
    LaunchReply reply;
    try {
      int cores = LaunchOrder.coreCountOf(launch.signedOrder());
      long memBytes = OrderHeader.memBytesOf(launch.signedOrder());
      reply = new LaunchReply.Running(runs.launch(launch.run(), cores, memBytes, nowMs));
    } catch (MalformedRecordException e) {
      reply = new LaunchReply.Refused(e.getMessage());
    }
    actions.addAll(reconciler.onLaunched(launch.run(), reply, nowMs));
  }

  private static NodeFacts facts(NodeName name, FleetOptions options) {
    List<NumaNode> numa = new ArrayList<>();
    for (int first = 0; first < options.cores(); first += CORES_OF_NUMA_NODE) {
      List<Integer> cores = new ArrayList<>();
      for (int core = first; core < Math.min(options.cores(), first + CORES_OF_NUMA_NODE); core++) {
        cores.add(core);
      }
      numa.add(new NumaNode(0, cores));
    }
    return new NodeFacts(
        name,
        UUID.randomUUID().toString(),
        options.cores(),
        options.memBytes(),
        options.gpus() == 0 ? List.of() : List.of(new GresInventory("gpu", "", options.gpus())),
        "fleet",
        System.getProperty("os.version"),
        List.of("processes: this node is a fake, nothing is run on it"),
        numa,
        true);
  }
}

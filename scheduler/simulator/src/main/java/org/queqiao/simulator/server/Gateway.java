package org.queqiao.simulator.server;

import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.node.LaunchOrder;
import org.queqiao.simulator.node.VirtualNode;
import org.queqiao.simulator.world.Connection;
import org.queqiao.simulator.world.Network;
import org.queqiao.simulator.world.Timeline;

/**
 * The scheduler's side of its agents' connections. A hello registers, a report is acknowledged once
 * it is durable, a set that was not applied is sent again, silence is reported.
 */
final class Gateway {
  private static final long SILENT_AFTER_MS = 30_000;
  private static final long RESEND_AFTER_MS = 10_000;

  private final ServerLife life;
  private final Timeline timeline;
  private final Network network;
  private final Seams seams;
  private final TreeMap<NodeName, Peer> peers = new TreeMap<>();

  private static final class Peer {
    private Connection connection;
    private VirtualNode agent;
    private DesiredState latest;
    private boolean welcomed;
    private boolean declaredSilent;
    private long lastSeenMs;
    private long sentVersion = -1;
    private long sentMs;
    private long appliedVersion = -1;
  }

  Gateway(ServerLife life, Timeline timeline, Network network, Seams seams) {
    this.life = life;
    this.timeline = timeline;
    this.network = network;
    this.seams = seams;
  }

  /** Nodes that were up before this life get the usual time to say hello. */
  void open() {
    for (ClusterImage.NodeImage node : life.runtime().startImage().nodes()) {
      if (node.state() == NodeState.UP) {
        peer(node.facts().name()).lastSeenMs = life.runtime().timeMs();
      }
    }
  }

  private Peer peer(NodeName node) {
    return peers.computeIfAbsent(node, _ -> new Peer());
  }

  void receive(Connection connection, VirtualNode agent, AgentMessage original) {
    NodeName node = agent.name();
    AgentMessage message = seams.toServer(node, original);
    Peer peer = peer(node);
    if (message instanceof AgentMessage.Hello hello) {
      boolean newer = peer.connection == null || connection.id() > peer.connection.id();
      if (newer && !connection.broken()) {
        hello(connection, agent, peer, hello);
      }
      return;
    }
    if (peer.connection == null) {
      connection.close();
      return;
    }
    peer.lastSeenMs = life.runtime().timeMs();
    switch (message) {
      case AgentMessage.RunStartedReport started -> {
        life.submit(new Input.RunStarted(node, started.run(), started.startMs()), reply -> {});
        StepWishes.of(node, peer.latest, started.run()).forEach(each -> step(node, each));
      }
      case AgentMessage.RunSuspendedReport stood -> {
        // What an older connection still brings is not read any more.
        if (peer.connection == connection) {
          life.submit(
              new Input.RunSuspended(
                  node, stood.run(), stood.suspended(), stood.atMs(), stood.askedMs()),
              reply -> {});
        }
      }
      case AgentMessage.RunEndedReport ended -> ended(node, peer, ended.exit());
      case AgentMessage.DesiredSetApplied applied ->
          peer.appliedVersion = Math.max(peer.appliedVersion, applied.version());
      case AgentMessage.Heartbeat beat -> {
        if (beat.health().checkedMs() > 0) {
          life.submit(new Input.NodeChecked(node, beat.health().fault()), reply -> {});
        }
        resend(node, peer);
      }
      case AgentMessage.Hello _,
          AgentMessage.OutputChunk _,
          AgentMessage.RunMetricsReport _,
          AgentMessage.RunSamplesReport _,
          AgentMessage.BridgeHello _,
          AgentMessage.ObservedRuns _,
          AgentMessage.OfJob _,
          AgentMessage.Enrol _,
          AgentMessage.Renew _ ->
          throw new IllegalStateException("simulated agents do not send " + message);
    }
  }

  private void hello(
      Connection connection, VirtualNode agent, Peer peer, AgentMessage.Hello hello) {
    if (peer.connection != null) {
      peer.connection.close();
    }
    peer.connection = connection;
    peer.agent = agent;
    peer.welcomed = false;
    peer.declaredSilent = false;
    peer.sentVersion = -1;
    peer.appliedVersion = -1;
    peer.lastSeenMs = life.runtime().timeMs();
    List<RunId> endedRuns = hello.ended().stream().map(RunExit::run).toList();
    life.submit(
        new Input.RegisterNode(hello.facts(), hello.running(), hello.ended()),
        reply -> {
          if (peer.connection != connection) {
            return;
          }
          if (!(reply instanceof Reply.Done)) {
            connection.close();
            return;
          }
          peer.welcomed = true;
          send(peer, new ServerMessage.Welcome(2, life.runtime().epoch()));
          acknowledge(peer, endedRuns);
        });
  }

  private void ended(NodeName node, Peer peer, RunExit exit) {
    Connection connection = peer.connection;
    life.submit(
        new Input.RunEnded(node, exit),
        reply -> {
          if (reply instanceof Reply.Done) {
            acknowledge(peer, List.of(exit.run()));
          } else {
            // The agent tells it again with its next hello.
            connection.close();
          }
        });
  }

  /** A process of a run asks for a step, which ends again, or does not before its run. */
  private void step(NodeName node, Input.StartStep wish) {
    life.submit(
        wish,
        reply -> {
          if (reply instanceof Reply.StepAccepted(int step) && step % 3 != 2) {
            life.submit(new Input.EndStep(node, wish.run(), step, step), ended -> {});
          }
        });
  }

  private void acknowledge(Peer peer, List<RunId> runs) {
    if (!runs.isEmpty()) {
      send(peer, new ServerMessage.ExitsAcknowledged(runs, life.runtime().durablePosition()));
    }
  }

  /** A set has changed, or its node has registered. */
  void tell(DesiredState desired, long epoch) {
    Peer peer = peers.get(desired.node());
    if (peer == null || !peer.welcomed) {
      return;
    }
    peer.latest = desired;
    peer.sentVersion = desired.version();
    peer.sentMs = timeline.nowMs();
    List<ServerMessage.DesiredRun> runs =
        desired.runs().stream()
            .map(run ->
                new ServerMessage.DesiredRun(
                    run.run(),
                    run.stop(),
                    run.graceMs(),
                    run.stop() ? new byte[0] : LaunchOrder.encode(run, desired.node()),
                    run.signal() == null ? 0 : run.signal().number(),
                    run.signal() != null && run.signal().batchOnly(),
                    run.suspending(),
                    run.suspendingAskedMs()))
            .toList();
    send(peer, new ServerMessage.DesiredSet(epoch, desired.version(), runs));
  }

  private void resend(NodeName node, Peer peer) {
    if (peer.welcomed
        && peer.appliedVersion < peer.sentVersion
        && timeline.nowMs() - peer.sentMs > RESEND_AFTER_MS) {
      life.runtime().desired(node).thenAccept(desired -> tell(desired, life.runtime().epoch()));
      life.poke();
    }
  }

  /** The process has died, and its end of every connection with it. */
  void closeAll() {
    for (Peer peer : peers.values()) {
      if (peer.connection != null) {
        peer.connection.close();
      }
    }
  }

  /** Reports nodes that have said nothing for too long. */
  void lookForSilence() {
    long nowMs = life.runtime().timeMs();
    peers.forEach((node, peer) -> {
      if (!peer.declaredSilent && nowMs - peer.lastSeenMs > SILENT_AFTER_MS) {
        peer.declaredSilent = true;
        peer.welcomed = false;
        if (peer.connection != null) {
          peer.connection.close();
        }
        life.submit(
            new Input.NodeSilent(
                node, peer.lastSeenMs, "no life sign for " + SILENT_AFTER_MS + " ms"),
            reply -> peer.declaredSilent = reply instanceof Reply.Done);
      }
    });
  }

  private void send(Peer peer, ServerMessage message) {
    VirtualNode agent = peer.agent;
    ServerMessage sent = seams.toNode(agent.name(), message);
    network.toNode(
        peer.connection,
        "scheduler "
            + life.number()
            + " tells "
            + agent.name()
            + " "
            + message.getClass().getSimpleName(),
        () -> agent.receive(sent));
  }
}

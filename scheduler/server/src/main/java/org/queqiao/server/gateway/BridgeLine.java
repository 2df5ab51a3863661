package org.queqiao.server.gateway;

import java.util.List;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.view.ClusterBoard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the bridge to one cluster tells, on the event loop of the gateway. */
final class BridgeLine {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeLine.class);

  private final NodeName node;
  private final ClusterName cluster;
  private final ClusterBoard board;
  private final Telling scheduler;
  private final Ends ends;

  /** What its connection does for it. */
  interface Ends {
    void send(ServerMessage message);

    void refuse(String reason);
  }

  BridgeLine(NodeName node, ClusterName cluster, ClusterBoard board, Telling scheduler, Ends ends) {
    this.node = node;
    this.cluster = cluster;
    this.board = board;
    this.scheduler = scheduler;
    this.ends = ends;
  }

  /**
   * Why a node may not tell of a cluster; null when it may.
   *
   * @param settings who may tell of what
   */
  static String refusal(GatewaySettings settings, NodeName node, ClusterName cluster) {
    NodeName allowed = settings.bridges().get(cluster);
    if (allowed == null) {
      return "no bridge is configured for cluster "
          + cluster
          + ": slurm.bridges of the server needs "
          + cluster
          + "="
          + node;
    }
    return allowed.equals(node)
        ? null
        : "cluster " + cluster + " is told of by node " + allowed + ", not by " + node;
  }

  /** The line of a bridge, or null for one that is refused. */
  static BridgeLine open(
      AgentGateway gateway,
      NodeName node,
      AgentMessage.BridgeHello m,
      Telling scheduler,
      Ends ends) {
    String refusal = refusal(gateway.settings(), node, m.cluster());
    if (refusal == null) {
      return new BridgeLine(node, m.cluster(), gateway.clusters(), scheduler, ends);
    }
    gateway.counters().identitiesRefused.increment();
    LOG.warn("bridge refused node={} cluster={} reason={}", node, m.cluster(), refusal);
    ends.refuse(refusal);
    return null;
  }

  /** Says how far the history is known. */
  void welcome(int protocolMax, String version) {
    scheduler.tell(
        new Input.RecordRuns(node, cluster, List.of(), 0),
        reply -> {
          if (reply instanceof Reply.RunsRecorded known) {
            LOG.info(
                "bridge welcomed cluster={} node={} version={} complete_ms={}",
                cluster,
                node,
                version,
                known.completeMs());
            board.connected(cluster, version);
            board.complete(cluster, known.completeMs());
            ends.send(
                new ServerMessage.BridgeWelcome(
                    Math.min(AgentFrame.PROTOCOL_MAX, protocolMax), known.completeMs()));
          } else {
            refuse(reply);
          }
        });
  }

  /** Hands runs to the scheduler, and its answer back. */
  void told(AgentMessage.ObservedRuns m) {
    board.told(cluster, m.now(), m.nowMs(), System.currentTimeMillis());
    scheduler.tell(
        new Input.RecordRuns(node, cluster, m.runs(), m.completeMs()),
        reply -> {
          if (reply instanceof Reply.RunsRecorded recorded) {
            board.complete(cluster, recorded.completeMs());
            ends.send(
                new ServerMessage.RunsRecorded(
                    m.batch(),
                    recorded.recorded(),
                    recorded.known(),
                    recorded.tooOld(),
                    recorded.completeMs()));
          } else {
            refuse(reply);
          }
        });
  }

  /** The connection is gone. */
  void closed() {
    board.disconnected(cluster);
  }

  private void refuse(Reply reply) {
    String why =
        reply instanceof Reply.Rejected rejected ? rejected.rejection().message() : "no answer";
    LOG.warn("bridge refused cluster={} node={} reason={}", cluster, node, why);
    ends.refuse(why);
  }
}

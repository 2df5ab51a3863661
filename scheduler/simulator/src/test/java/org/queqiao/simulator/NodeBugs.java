package org.queqiao.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.agent.ServerMessage.DesiredRun;
import org.queqiao.contract.agent.ServerMessage.DesiredSet;
import org.queqiao.contract.agent.ServerMessage.ExitsAcknowledged;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/** Bugs of gateways, agents and launchers. */
final class NodeBugs {
  private NodeBugs() {}

  /** Remembers who was told what, and tells it to other nodes too. */
  private abstract static class Elsewhere extends Seams {
    private final TreeMap<RunId, NodeName> told = new TreeMap<>();
    private final TreeMap<RunId, DesiredRun> orders = new TreeMap<>();
    private final List<RunId> chosen = new ArrayList<>();

    void choose(RunId run) {
      chosen.add(run);
    }

    void forget(RunId run) {
      chosen.remove(run);
    }

    @Override
    public ServerMessage toNode(NodeName node, ServerMessage message) {
      if (!(message instanceof DesiredSet set)) {
        return message;
      }
      List<DesiredRun> runs = new ArrayList<>(set.runs());
      for (DesiredRun run : set.runs()) {
        if (!run.stop()) {
          told.putIfAbsent(run.run(), node);
          orders.putIfAbsent(run.run(), run);
        }
      }
      for (RunId run : chosen) {
        if (orders.containsKey(run) && !told.get(run).equals(node)) {
          runs.add(orders.get(run));
        }
      }
      return new DesiredSet(set.epoch(), set.version(), runs);
    }
  }

  /** What lives on one node is told to the others. */
  static Seams runOnSecondNode() {
    return new Elsewhere() {
      @Override
      public AgentMessage toServer(NodeName node, AgentMessage message) {
        if (message instanceof AgentMessage.RunStartedReport started) {
          choose(started.run());
        } else if (message instanceof AgentMessage.RunEndedReport ended) {
          forget(ended.exit().run());
        }
        return message;
      }
    };
  }

  /** What has ended on one node is told to the others. */
  static Seams endedRunElsewhere() {
    return new Elsewhere() {
      @Override
      public AgentMessage toServer(NodeName node, AgentMessage message) {
        if (message instanceof AgentMessage.RunEndedReport ended) {
          choose(ended.exit().run());
        }
        return message;
      }
    };
  }

  /** After a new scheduler has begun, a node hears once more what the one before told it last. */
  static class FormerLeaderSpeaks extends Seams {
    private final TreeMap<NodeName, DesiredSet> last = new TreeMap<>();
    private final TreeMap<NodeName, DesiredSet> former = new TreeMap<>();

    @Override
    public ServerMessage toNode(NodeName node, ServerMessage message) {
      if (message instanceof DesiredSet set) {
        DesiredSet before = last.put(node, set);
        if (before != null && before.epoch() < set.epoch()) {
          former.put(node, before);
        }
      }
      // An acknowledgement may be lost: its agent asks for it again.
      DesiredSet old = message instanceof ExitsAcknowledged ? former.remove(node) : null;
      return old == null ? message : old;
    }
  }

  /** Agents take sets of any epoch as if they were of the newest. */
  static Seams noEpochCheck() {
    return new FormerLeaderSpeaks() {
      @Override
      public DesiredSet received(DesiredSet set, long highestEpoch) {
        return new DesiredSet(Math.max(set.epoch(), highestEpoch), set.version(), set.runs());
      }
    };
  }

  static Seams forgetfulLauncher() {
    return new Seams() {
      @Override
      public List<LauncherRun> launcherList(List<LauncherRun> list) {
        return List.of();
      }

      @Override
      public boolean launcherRemembers() {
        return false;
      }
    };
  }

  /** An agent reports the end of a run as soon as it has started. */
  static Seams earlyEnd() {
    return new Seams() {
      @Override
      public AgentMessage toServer(NodeName node, AgentMessage message) {
        if (message instanceof AgentMessage.RunStartedReport started) {
          return new AgentMessage.RunEndedReport(
              new RunExit(
                  started.run(),
                  RunExit.Kind.EXITED,
                  0,
                  0,
                  started.startMs(),
                  started.startMs(),
                  0,
                  0,
                  0,
                  ""));
        }
        return message;
      }

      @Override
      public ServerMessage toNode(NodeName node, ServerMessage message) {
        // The agent is to believe that the run is still wanted, as it would after such a bug.
        return message instanceof DesiredSet set && set.runs().isEmpty()
            ? new ServerMessage.Welcome(1, set.epoch())
            : message;
      }
    };
  }

  /** Ends are reported and never arrive. */
  static Seams silentEnds() {
    return new Seams() {
      @Override
      public AgentMessage toServer(NodeName node, AgentMessage message) {
        if (message instanceof AgentMessage.RunEndedReport) {
          return new AgentMessage.Heartbeat(1, 0, 0, 0, 1, List.of());
        }
        return message instanceof AgentMessage.Hello hello
            ? new AgentMessage.Hello(
                hello.protocolMin(),
                hello.protocolMax(),
                hello.facts(),
                hello.highestEpoch(),
                hello.running(),
                List.of())
            : message;
      }
    };
  }

  /** The launcher says that a run is stopped and lets it go on. */
  static Seams sleeplessRuns() {
    return new Seams() {
      @Override
      public boolean launcherStops() {
        return false;
      }
    };
  }

  /** The order names another user than the submission. */
  static Seams otherUser() {
    return new Seams() {
      @Override
      public ServerMessage toNode(NodeName node, ServerMessage message) {
        if (!(message instanceof DesiredSet set)) {
          return message;
        }
        return new DesiredSet(
            set.epoch(),
            set.version(),
            set.runs().stream()
                .map(run ->
                    new DesiredRun(run.run(), run.stop(), run.graceMs(), asRoot(run.signedOrder())))
                .toList());
      }
    };
  }

  private static byte[] asRoot(byte[] order) {
    if (order.length == 0) {
      return order;
    }
    String[] words = new String(order, StandardCharsets.UTF_8).split(" ");
    words[2] = "root";
    words[3] = "0";
    return String.join(" ", words).getBytes(StandardCharsets.UTF_8);
  }
}

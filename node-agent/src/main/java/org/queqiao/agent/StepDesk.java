package org.queqiao.agent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.agent.steps.JobGate.StepAsked;
import org.queqiao.agent.steps.JobPeer;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.RunId;

/**
 * Between the processes of jobs on this node and the server, on the loop of the agent: passes on
 * who asks for what, and brings answers and signed orders, which it does not open, to those they
 * are for.
 */
final class StepDesk {
  private static final int UNTOLD_MAX = 10_000;

  /**
   * A process that starts the steps of its run here.
   *
   * @param attends whether it is the script of the run, which ends with its first shell
   */
  private record Host(JobPeer peer, boolean attends) {}

  private static final JobPeer.OpenShells NO_SHELLS =
      new JobPeer.OpenShells(0, JobPeer.OpenShells.NO_CODE);

  private final Map<Long, JobPeer> asking = new HashMap<>();
  private final TreeMap<RunId, Host> hosts = new TreeMap<>();

  /** Hosts of runs whose script attends: they were asked for before it did. */
  private final TreeMap<RunId, JobPeer> besides = new TreeMap<>();

  private final List<AgentMessage> untold = new ArrayList<>();

  /** Null while there is none that understands steps. */
  private ServerConnection server;

  private int version;
  private long lastRequest;

  /** The server of this connection has welcomed the agent, with this version of the protocol. */
  void welcomed(ServerConnection connection, int protocol) {
    lost();
    if (protocol >= AgentFrame.PROTOCOL_STEPS) {
      server = connection;
      version = protocol;
      untold.forEach(connection::send);
      untold.clear();
      hosts.keySet().forEach(run -> connection.send(new AgentMessage.StepsWanted(run)));
    }
  }

  /** The connection to the server is gone. */
  void lost() {
    server = null;
    asking
        .values()
        .forEach(peer ->
            peer.refuse("the connection to the server broke while it was asked: try again"));
    asking.clear();
  }

  void joined(JobPeer peer) {
    if (server == null) {
      peer.refuse("the server cannot be reached, or knows no steps: try again");
    } else {
      peer.hello(server.localAddress());
    }
  }

  void stepAsked(JobPeer peer, StepAsked asked) {
    if (server == null) {
      peer.refuse("the server cannot be reached: try again");
      return;
    }
    long request = ++lastRequest;
    asking.put(request, peer);
    server.send(
        new AgentMessage.StepRequest(
            request,
            peer.run(),
            peer.uid(),
            asked.name(),
            asked.tasks(),
            asked.nodes(),
            server.localAddress(),
            asked.port()));
  }

  void stepEnded(JobPeer peer, int step, int exitCode) {
    AgentMessage told = new AgentMessage.StepEndedReport(peer.run(), step, exitCode);
    if (server != null) {
      server.send(told);
    } else if (untold.size() < UNTOLD_MAX) {
      untold.add(told);
    }
    peer.hello(server == null ? "" : server.localAddress());
  }

  void hostReady(JobPeer peer, boolean attends) {
    Host before = hosts.get(peer.run());
    if (before != null && before.attends() && !attends) {
      // Two would dial for one shell: it gets no orders, but may have shells from before.
      beside(before.peer(), peer);
      return;
    }
    hosts.put(peer.run(), new Host(peer, attends));
    if (attends && before != null && !before.attends()) {
      beside(peer, before.peer());
    } else if (attends) {
      peer.beside(NO_SHELLS);
    }
    if (server != null) {
      server.send(new AgentMessage.StepsWanted(peer.run()));
    }
  }

  private void beside(JobPeer script, JobPeer host) {
    besides.put(script.run(), host);
    host.attended();
  }

  /** Passes on to a script that attends what is open beside it: it ends with that. */
  void shellsOpen(JobPeer peer, JobPeer.OpenShells shells) {
    Host script = hosts.get(peer.run());
    if (besides.get(peer.run()) == peer && script != null) {
      script.peer().beside(shells);
    }
  }

  void checkpointed(JobPeer peer) {
    if (server == null || version < AgentFrame.PROTOCOL_CHECKPOINTS) {
      peer.refuse(
          server == null
              ? "the server cannot be reached: try again"
              : "the server is older and hears of checkpoints by its REST interface alone");
      return;
    }
    long request = ++lastRequest;
    asking.put(request, peer);
    server.send(new AgentMessage.CheckpointRequest(request, peer.run(), peer.uid()));
  }

  /** The server finds no host of a run: tells it of the one that is there; false without one. */
  boolean hostIsThere(RunId run) {
    boolean there = hosts.containsKey(run);
    if (there && server != null) {
      server.send(new AgentMessage.StepsWanted(run));
    }
    return there;
  }

  void left(JobPeer peer) {
    Host host = hosts.get(peer.run());
    if (besides.remove(peer.run(), peer) && host != null) {
      host.peer().beside(NO_SHELLS);
    } else if (host != null && host.peer() == peer) {
      hosts.remove(peer.run());
      JobPeer other = besides.remove(peer.run());
      if (other != null) {
        hosts.put(peer.run(), new Host(other, false));
      }
    }
    asking.values().removeIf(each -> each == peer);
  }

  void answered(ServerMessage.StepAnswer answer) {
    JobPeer peer = asking.remove(answer.requestId());
    if (peer == null) {
      return;
    }
    if (answer.refusal().isEmpty()) {
      peer.grant(answer);
    } else {
      peer.refuse(answer.refusal());
    }
  }

  void answered(ServerMessage.CheckpointAnswer answer) {
    JobPeer peer = asking.remove(answer.requestId());
    if (peer != null && answer.refusal().isEmpty()) {
      peer.done();
    } else if (peer != null) {
      peer.refuse(answer.refusal());
    }
  }

  void ordered(ServerMessage.StepOrder order) {
    Host host = hosts.get(order.run());
    if (host != null) {
      host.peer().order(order.signedOrder());
    }
  }
}

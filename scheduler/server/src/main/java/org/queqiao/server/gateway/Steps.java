package org.queqiao.server.gateway;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.launch.StepOrder;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.pki.StepWay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps that begin, on the event loop of the gateway. A step is a fact of the log before anybody is
 * told of it; its key lives here for two minutes, within which its nodes have to ask for their
 * orders, and nowhere on a disk.
 */
final class Steps {
  private static final Logger LOG = LoggerFactory.getLogger(Steps.class);
  private static final long JOIN_MS = 120_000;
  private static final int BEGUN_MAX = 50_000;

  /** After so long a node is asked again for a shell that it did not join. */
  private static final long ASK_AGAIN_MS = 5_000;

  /** So long the script of a run that has just begun may take to attend its shell itself. */
  private static final long ATTEND_MS = 3_000;

  private static final long FRESH_MS = 15_000;

  /** Of a shell of which nobody says how it ended. */
  private static final int LOST_CODE = 1;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A step whose nodes may still join, until its time is over. */
  private record Begun(
      RunId run,
      int uid,
      int step,
      byte[] key,
      String address,
      int port,
      List<NodeName> nodes,
      NodeName script,
      boolean shell,
      long untilMs) {
    /** The process that starts a step serves its own node itself. */
    private boolean isFor(RunId other, NodeName node) {
      return run.equals(other) && nodes.contains(node) && (shell || !node.equals(script));
    }
  }

  /** A shell that has not ended: of this run, the step of this number. */
  private record ShellStep(RunId run, int step) {}

  /**
   * By whose node the end of a shell is told to the scheduler, and the node that may tell it.
   *
   * @param over completes when it is told
   */
  private record ShellNodes(NodeName script, NodeName on, CompletableFuture<Void> over) {}

  private final AgentGateway gateway;
  private final Map<NodeName, NodeConnection> nodes;
  private final ArrayDeque<Begun> begun = new ArrayDeque<>();

  private final Map<ShellStep, ShellNodes> shells = new HashMap<>();

  Steps(AgentGateway gateway, Map<NodeName, NodeConnection> nodes) {
    this.gateway = gateway;
    this.nodes = nodes;
  }

  /** A process of a job says something by the agent of its node. */
  void said(NodeConnection from, Telling scheduler, AgentMessage.OfJob message) {
    switch (message) {
      case AgentMessage.StepRequest m -> asked(from, scheduler, m);
      case AgentMessage.StepEndedReport m -> {
        // The end of a shell is told where it ran, that of another step where it was started.
        ShellStep step = new ShellStep(m.run(), m.step());
        ShellNodes shell = shells.get(step);
        boolean own = shell != null && shell.on().equals(from.node()) && shells.remove(step, shell);
        NodeName by = own ? shell.script() : from.node();
        scheduler.tell(new Input.EndStep(by, m.run(), m.step(), m.exitCode()), reply -> {});
        if (own) {
          shell.over().complete(null);
        }
      }
      case AgentMessage.StepsWanted m when from.desired(m.run()).isPresent() -> {
        from.hosted().add(m.run());
        wanted(from, m.run());
      }
      case AgentMessage.StepsWanted _ ->
          LOG.debug("nothing follows node={} from={}", from.node(), message);
      case AgentMessage.CheckpointRequest m ->
          scheduler.tell(
              new Input.CheckpointRun(from.node(), m.uid(), m.run()),
              reply ->
                  from.send(
                      new ServerMessage.CheckpointAnswer(
                          m.requestId(),
                          reply instanceof Reply.Rejected rejected
                              ? rejected.rejection().message()
                              : "")));
    }
  }

  /** A process of a run asks for a step. */
  private void asked(NodeConnection from, Telling scheduler, AgentMessage.StepRequest m) {
    Optional<DesiredRunState> run = from.desired(m.run());
    String refusal = run.isEmpty() ? "run " + m.run() + " is not of this node" : refusal(from, m);
    if (refusal != null) {
      refuse(from, m, refusal);
      return;
    }
    scheduler.tell(
        new Input.StartStep(from.node(), m.uid(), m.run(), m.name(), m.tasks(), m.nodes()),
        reply -> {
          switch (reply) {
            case Reply.StepAccepted accepted -> begin(from, m, run.get(), accepted.step());
            case Reply.Rejected rejected -> refuse(from, m, rejected.rejection().message());
            case Reply.Done _,
                Reply.JobAccepted _,
                Reply.Planned _,
                Reply.Silent _,
                Reply.ChangeNumbered _,
                Reply.Proposed _,
                Reply.RunsRecorded _ ->
                refuse(from, m, "the scheduler does not understand");
          }
        });
  }

  private String refusal(NodeConnection from, AgentMessage.StepRequest m) {
    for (NodeName node : m.nodes()) {
      if (node.equals(from.node())) {
        continue;
      }
      NodeConnection there = nodes.get(node);
      if (!gateway.orders().startsSteps()) {
        return "this site has no command for steps on other nodes (agents.jobProgram)";
      }
      if (m.port() < 1 || m.port() > 65_535 || m.address().isEmpty()) {
        return "the step does not say where its nodes shall connect";
      }
      if (there == null || !there.isWelcomed()) {
        return "node " + node + " is not connected now, or no node of this site";
      }
      if (there.jobSocket().isEmpty()) {
        return "the agent of node "
            + node
            + " starts no steps: it is older, or has no --job-socket";
      }
    }
    return begun.size() >= BEGUN_MAX ? "too many steps begin at a time: try again" : null;
  }

  private static void refuse(NodeConnection from, AgentMessage.StepRequest m, String reason) {
    from.send(new ServerMessage.StepAnswer(m.requestId(), reason, 0, new byte[0], List.of()));
  }

  private void begin(
      NodeConnection from, AgentMessage.StepRequest m, DesiredRunState run, int step) {
    byte[] key = new byte[StepOrder.KEY_BYTES];
    RANDOM.nextBytes(key);
    List<ServerMessage.StepNode> members = new ArrayList<>();
    for (NodeName name : m.nodes()) {
      Allocation there =
          run.allocations().stream()
              .filter(each -> each.node().equals(name))
              .findFirst()
              .orElseThrow();
      NodeConnection connection = nodes.get(name);
      String address = connection == null ? "" : connection.address();
      members.add(new ServerMessage.StepNode(name, address, there.cores()));
    }
    forgetOld();
    Begun now =
        new Begun(
            m.run(),
            run.uid(),
            step,
            key,
            m.address(),
            m.port(),
            m.nodes(),
            from.node(),
            false,
            gateway.wallMs() + JOIN_MS);
    begun.add(now);
    from.send(new ServerMessage.StepAnswer(m.requestId(), "", step, key, members));
    for (NodeName name : m.nodes()) {
      NodeConnection there = nodes.get(name);
      if (!name.equals(from.node()) && there != null && there.hosted().contains(m.run())) {
        order(now, there);
      }
    }
  }

  /** The process that starts the steps of a run on a node is there. */
  private void wanted(NodeConnection there, RunId run) {
    forgetOld();
    for (Begun each : List.copyOf(begun)) {
      if (each.isFor(run, there.node())) {
        order(each, there);
      }
    }
  }

  private void order(Begun step, NodeConnection there) {
    StepWay way =
        new StepWay(
            step.step(), there.node(), step.address(), step.port(), step.key(), step.shell());
    gateway
        .orders()
        .step(step.run(), step.uid(), gateway.epoch(), way)
        .whenComplete((outcome, failure) ->
            gateway.onLoop(() -> {
              if (outcome instanceof LaunchOrders.Outcome.Signed signed) {
                there.send(new ServerMessage.StepOrder(step.run(), signed.order()));
              } else {
                LOG.warn(
                    "no order to join run={} step={} node={} reason={}",
                    step.run(),
                    step.step(),
                    there.node(),
                    outcome,
                    failure);
              }
            }));
  }

  /** Why there can be no shell of a run on a node now; null when there can. */
  String refusalOfShell(RunId run, NodeName script, NodeName node) {
    NodeConnection there = nodes.get(node);
    if (!gateway.orders().startsSteps()) {
      return "this site has no command for steps (agents.jobProgram)";
    }
    if (there == null || !there.isWelcomed()) {
      return "node " + node + " is not connected now: try again";
    }
    if (there.jobSocket().isEmpty() || there.protocol() < AgentFrame.PROTOCOL_SHELLS) {
      return "the agent of node " + node + " opens no shells: it is older, or has no --job-socket";
    }
    if (node.equals(script) && there.desired(run).isEmpty()) {
      return "run " + run + " is not on node " + node + " any more";
    }
    return begun.size() >= BEGUN_MAX ? "too many steps begin at a time: try again" : null;
  }

  /**
   * A step of the log is a shell, whose host shall connect to a relay; false when its node has just
   * gone.
   *
   * @param address of the relay; empty for the one by which the node sees this server
   * @param startMs when the run began, or 0
   */
  boolean beginShell(
      Shells.Opened shell, int uid, NodeName script, String address, int port, long startMs) {
    NodeConnection there = nodes.get(shell.node());
    shells.put(
        new ShellStep(shell.run(), shell.step()),
        new ShellNodes(script, shell.node(), shell.over()));
    if (there == null) {
      return false;
    }
    forgetOld();
    Begun now =
        new Begun(
            shell.run(),
            uid,
            shell.step(),
            shell.key(),
            address.isEmpty() ? there.ownAddress() : address,
            port,
            List.of(shell.node()),
            script,
            true,
            gateway.wallMs() + Shells.JOIN_MS - ASK_AGAIN_MS / 2);
    begun.add(now);
    boolean fresh = startMs == 0 || gateway.wallMs() - startMs < FRESH_MS;
    if (there.hosted().contains(shell.run()) || !fresh) {
      call(now, false);
    } else {
      // Its script may be about to attend: a host beside it would take the shell away from it.
      gateway.later(ATTEND_MS, () -> call(now, false));
    }
    return true;
  }

  /** Asks the node of a shell for it until it is joined: what was sent may be lost with either. */
  private void call(Begun shell, boolean again) {
    if (!begun.contains(shell) || shell.untilMs() < gateway.wallMs()) {
      return;
    }
    NodeName node = shell.nodes().getFirst();
    NodeConnection there = nodes.get(node);
    if (there != null && there.isWelcomed()) {
      boolean besideScript = node.equals(shell.script());
      if (again && besideScript) {
        // It may have ended: the agent says again who is there, or has one started.
        there.hosted().remove(shell.run());
      }
      if (there.hosted().contains(shell.run())) {
        order(shell, there);
      } else if (besideScript) {
        there.send(new ServerMessage.HostWanted(shell.run()));
      }
    }
    gateway.later(ASK_AGAIN_MS, () -> call(shell, true));
  }

  /** Its host has come: an order that comes again would bring a second one, for nothing. */
  void shellJoined(RunId run, int step, NodeName node) {
    forgetShell(run, step);
    NodeConnection there = nodes.get(node);
    if (there != null && there.desired(run).isPresent()) {
      there.hosted().add(run);
    }
  }

  /** Why a node did not join a shell. */
  String whyNotJoined(RunId run, NodeName node, int port) {
    NodeConnection there = nodes.get(node);
    if (there == null || !there.isWelcomed()) {
      return "node " + node + " is not connected now: try again";
    }
    return there.hosted().contains(run)
        ? "node " + node + " does not reach port " + port + " of the server (agents.shellPort)"
        : "node "
            + node
            + " started no process for it: a job that began before its node had this version opens"
            + " no shells";
  }

  private void forgetShell(RunId run, int step) {
    begun.removeIf(each -> each.shell() && each.run().equals(run) && each.step() == step);
  }

  /** A shell has no connection any more; its node may have told its end before. */
  void endShell(RunId run, int step) {
    forgetShell(run, step);
    ShellNodes shell = shells.remove(new ShellStep(run, step));
    if (shell != null) {
      gateway.submit(new Input.EndStep(shell.script(), run, step, LOST_CODE));
      shell.over().complete(null);
    }
  }

  private void forgetOld() {
    Iterator<Begun> oldest = begun.iterator();
    long nowMs = gateway.wallMs();
    while (oldest.hasNext() && oldest.next().untilMs() < nowMs) {
      oldest.remove();
    }
  }
}

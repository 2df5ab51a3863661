package org.queqiao.agent.standin;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.queqiao.agent.AgentLog;
import org.queqiao.agent.reconcile.Action;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolImage;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.AgentMessage.ReadStatus;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.node.NodeFacts;

/**
 * A node that another process stands in for. It decides by the {@link Reconciler} of the real agent
 * and says what a real one says; what is done with a run, its {@link NodeRuns} know.
 */
public final class StandIn {
  private static final int HELLO_ENDS_MAX = 4_096;
  private static final int IDLE_LOAD_MILLI = 30;

  /** Keeps records where they survive this process; they are on disk when it returns. */
  public interface Keeper {
    /** Nothing is kept. */
    Keeper NONE = records -> {};

    void keep(List<SpoolRecord> records);
  }

  private final NodeFacts facts;
  private final long idleBytes;
  private final Keeper keeper;
  private final Reconciler reconciler;
  private final List<Action> actions = new ArrayList<>();
  private final UntoldCounts counts = new UntoldCounts();
  private NodeRuns runs;
  private ServerConnection server;
  private boolean welcomed;
  private long seq;

  /**
   * A node without a connection, and without runs yet.
   *
   * @param facts what it says of itself
   * @param idleBytes memory that it uses without runs
   * @param image what it had kept
   * @param keeper keeps more
   */
  public StandIn(NodeFacts facts, long idleBytes, SpoolImage image, Keeper keeper) {
    this.facts = facts;
    this.idleBytes = idleBytes;
    this.keeper = keeper;
    this.reconciler = new Reconciler(image);
  }

  /** Tells it of its runs, before anything else. */
  public void begin(NodeRuns itsRuns) {
    begin(itsRuns, itsRuns.list());
  }

  /**
   * The same while nobody can say which runs there are.
   *
   * @param list those that there were when somebody could
   */
  public synchronized void begin(NodeRuns itsRuns, List<LauncherRun> list) {
    runs = itsRuns;
    actions.addAll(reconciler.onLauncher(list, System.currentTimeMillis()));
    carryOut();
  }

  public NodeName name() {
    return facts.name();
  }

  /** The runs that may be alive on it. */
  public synchronized List<RunId> running() {
    return reconciler.running();
  }

  /** Whether a run may be alive on it, or may still be started. */
  public synchronized boolean mayHave(RunId run) {
    return reconciler.mayHave(run);
  }

  /** Whether a server has accepted it and its connection lasts. */
  public synchronized boolean isWelcomed() {
    return welcomed;
  }

  /** A connection is there: says hello. */
  public synchronized void connected(ServerConnection connection) {
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
  public synchronized void disconnected(ServerConnection connection) {
    if (server == connection) {
      server = null;
      welcomed = false;
      counts.connected(null);
    }
  }

  /** The server said something. */
  public synchronized void said(ServerMessage message) {
    long nowMs = System.currentTimeMillis();
    switch (message) {
      case ServerMessage.Welcome m -> {
        welcomed = true;
        counts.connected(m.protocol() >= AgentFrame.PROTOCOL_COUNTERS ? server : null);
        addOrLeave(reconciler.onWelcome(m.epoch()), m.epoch());
        server.send(heartbeat(nowMs));
        actions.addAll(reconciler.onSuspensionsUnderstood());
      }
      case ServerMessage.Refused m -> {
        AgentLog.warn("the server refuses node " + name() + ": " + m.reason());
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
                  "what a run of this node writes cannot be read from here"));
      // No job reaches a stand-in, so none asks for a step there.
      case ServerMessage.StepAnswer _,
          ServerMessage.StepOrder _,
          ServerMessage.HostWanted _,
          ServerMessage.CheckpointAnswer _ -> {}
      // It asks for no new certificate: what it is for is over long before the first one.
      case ServerMessage.Certified _ -> {}
      case ServerMessage.MetricsStored m -> counts.stored(m.runs());
      case ServerMessage.BridgeWelcome _, ServerMessage.RunsRecorded _ ->
          throw new MalformedRecordException("an answer to a bridge");
    }
    carryOut();
  }

  /** The heart beats. */
  public synchronized void beat() {
    long nowMs = System.currentTimeMillis();
    actions.addAll(reconciler.onTick(nowMs));
    carryOut();
    if (welcomed) {
      server.send(heartbeat(nowMs));
      counts.beat();
    }
  }

  /** What a run used that has ended; told until the server has stored it. */
  public synchronized void counted(RunMetrics metrics) {
    counts.add(metrics);
  }

  /** Something happened that may have ended a run: it gives the end, or null for none. */
  public synchronized void happens(Supplier<RunExit> what) {
    RunExit exit = what.get();
    if (exit != null) {
      actions.addAll(reconciler.onExit(exit));
      carryOut();
    }
  }

  /** Some time has passed: what was not done yet is tried again. */
  public synchronized void retry() {
    long nowMs = System.currentTimeMillis();
    actions.addAll(reconciler.onTick(nowMs));
    actions.addAll(reconciler.onRetry(nowMs));
    carryOut();
  }

  /** It leaves the server, until it connects again. */
  public synchronized void leave() {
    if (server != null) {
      server.close();
    }
  }

  private void addOrLeave(List<Action> decided, long epoch) {
    actions.addAll(decided);
    if (epoch < reconciler.highestEpoch()) {
      server.close();
    }
  }

  private AgentMessage.Heartbeat heartbeat(long nowMs) {
    NodeRuns.Load load = runs.load(nowMs);
    return new AgentMessage.Heartbeat(
        ++seq,
        IDLE_LOAD_MILLI + load.busyCores() * 1_000L,
        load.busyUs(),
        idleBytes + load.usedBytes(),
        facts.memBytes(),
        reconciler.running());
  }

  private void carryOut() {
    while (!actions.isEmpty()) {
      List<Action> round = List.copyOf(actions);
      actions.clear();
      List<SpoolRecord> records = new ArrayList<>();
      for (Action action : round) {
        if (action instanceof Action.Write write) {
          records.add(write.record());
        }
      }
      if (!records.isEmpty()) {
        keeper.keep(records);
      }
      for (Action action : round) {
        carryOut(action);
      }
    }
  }

  private void carryOut(Action action) {
    switch (action) {
      case Action.Write _ -> {}
      case Action.Signal m -> runs.signal(m.run(), m.number(), m.batchOnly());
      case Action.Launch launch -> launch(launch);
      case Action.Stop stop -> runs.stop(stop.run(), stop.graceMs());
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
      case Action.Hold hold -> AgentLog.warn(name() + ": " + hold.reason());
      case Action.Refuse refuse -> AgentLog.warn(name() + " refused: " + refuse.reason());
    }
  }

  private void launch(Action.Launch launch) {
    long nowMs = System.currentTimeMillis();
    LaunchReply reply;
    try {
      reply = runs.launch(launch.run(), launch.signedOrder(), nowMs);
    } catch (MalformedRecordException e) {
      reply = new LaunchReply.Refused(e.getMessage());
    }
    actions.addAll(reconciler.onLaunched(launch.run(), reply, nowMs));
  }
}

package org.queqiao.agent;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.jna.BootClock;
import org.queqiao.agent.launcher.ExitSpool;
import org.queqiao.agent.launcher.LaunchAnswer;
import org.queqiao.agent.launcher.LauncherClient;
import org.queqiao.agent.launcher.ReadAnswer;
import org.queqiao.agent.measure.DeviceList;
import org.queqiao.agent.measure.HealthFile;
import org.queqiao.agent.measure.NodeProbe;
import org.queqiao.agent.measure.RunAccelerators;
import org.queqiao.agent.measure.Sampler;
import org.queqiao.agent.reconcile.Action;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.Reconciler;
import org.queqiao.agent.reconcile.SpoolRecord;
import org.queqiao.agent.session.ServerConnection;
import org.queqiao.agent.spool.Spool;
import org.queqiao.agent.steps.JobGate;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.AgentMessage.ReadStatus;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;

/**
 * The loop of the agent: takes what its threads tell it, asks the {@link Reconciler} what follows,
 * writes the records of a whole batch with one sync, and only then does the rest.
 *
 * <pre>
 *   server link  --\                        /--> spool, one sync
 *   launcher link --&gt; mailbox --&gt; this loop ---&gt; launcher
 *   exit spool   --/                        \--> server writer
 * </pre>
 */
final class Agent {
  private static final int MAILBOX = 4_096;
  private static final int HELLO_ENDS_MAX = 4_096;
  private static final int READS_MAX = 8;
  private static final int ENOENT = 2;

  /** Between two questions whether a run has stopped, in milliseconds. */
  private static final int RETRY_MS = 50;

  private final AgentOptions options;
  private final Spool spool;
  private final NodeIdentity identity;
  private final NodeProbe probe;
  private final Reconciler reconciler;
  private final Mailbox mailbox = new Mailbox(MAILBOX);
  private final Pause pause = new Pause();
  private final ServerLink serverLink;
  private final LauncherLink launcherLink;
  private final ExitSpool exits;
  private final Tally tally;
  private final List<Action> actions = new ArrayList<>();
  private final StepDesk desk = new StepDesk();
  private final ServerContact contact;
  private final Renewal renewal;

  private LauncherClient launcher;
  private ServerConnection server;
  private boolean serverStarted;

  /** What the launcher could when it was last there. */
  private LauncherClient.Capabilities can;

  private long nextRetry = System.nanoTime();

  /** Whether the server of this connection understands suspensions. */
  private boolean suspensionsUnderstood;

  private int readsUnderWay;
  private long seq;

  Agent(AgentOptions options) throws IOException, GeneralSecurityException {
    this.options = options;
    spool = Spool.open(options.data().resolve("spool"));
    if (spool.cutBytes() > 0) {
      AgentLog.warn("cut " + spool.cutBytes() + " unsynced bytes off the spool");
    }
    identity = NodeIdentity.open(options.data(), options.node());
    probe =
        new NodeProbe(
            options.node(),
            options.cores(),
            options.cpus(),
            options.memBytes(),
            options.devices() == null ? List.of() : DeviceList.read(options.devices()),
            AgentLog::warn);
    reconciler = new Reconciler(spool.image());
    contact = new ServerContact(options.spool(), BootClock::nowMs);
    renewal = new Renewal(identity);
    serverLink = new ServerLink(options, identity, mailbox, pause);
    launcherLink = new LauncherLink(options.launcher(), mailbox, pause);
    exits =
        new ExitSpool(
            options.spool(), exit -> mailbox.put(new AgentEvent.Exited(exit)), AgentLog::warn);
    tally =
        new Tally(
            spool,
            exits,
            new Sampler(
                probe.shim(),
                RunAccelerators.open(
                    probe.shim(),
                    options.devices(),
                    options.data().resolve("devices"),
                    options.heartbeatMs()),
                probe,
                options.data().resolve("series"),
                options.heartbeatMs(),
                options.spool(),
                (run, number) -> ask(client -> client.handOut(run, number)),
                AgentLog::warn));
  }

  /** Runs until it is interrupted, or the spool fails. */
  void run() throws IOException, InterruptedException {
    launcherLink.start();
    if (options.jobSocket() != null) {
      JobGate.open(options.jobSocket(), new DeskCalls(mailbox, desk));
    }
    List<AgentEvent> batch = new ArrayList<>();
    long nextBeat = System.nanoTime();
    try {
      while (true) {
        mailbox.take(batch, Math.max(0, untilNext(nextBeat)));
        for (AgentEvent event : batch) {
          handle(event);
        }
        batch.clear();
        retry();
        if (System.nanoTime() - nextBeat >= 0) {
          beat();
          nextBeat = System.nanoTime() + Mailbox.nanos(options.heartbeatMs());
        }
        carryOut();
      }
    } finally {
      pause.end();
      spool.close();
    }
  }

  /** Nanoseconds until something is due. */
  private long untilNext(long nextBeat) {
    long untilBeat = nextBeat - System.nanoTime();
    boolean retries = launcher != null && reconciler.awaitsSuspension();
    return retries ? Math.min(untilBeat, nextRetry - System.nanoTime()) : untilBeat;
  }

  private void retry() {
    if (launcher != null && reconciler.awaitsSuspension() && System.nanoTime() - nextRetry >= 0) {
      actions.addAll(reconciler.onRetry(System.currentTimeMillis()));
      nextRetry = System.nanoTime() + Mailbox.nanos(RETRY_MS);
    }
  }

  private void handle(AgentEvent event) throws IOException {
    long nowMs = System.currentTimeMillis();
    switch (event) {
      case AgentEvent.LauncherReady e -> launcherReady(e.client(), nowMs);
      case AgentEvent.LauncherLost e -> {
        if (e.client() == launcher) {
          launcher = null;
          readsUnderWay = 0;
          reconciler.onLauncherLost();
        }
      }
      case AgentEvent.Launched e -> {
        if (e.client() == launcher) {
          launched(e.run(), e.answer(), nowMs);
        }
      }
      case AgentEvent.Suspended e -> {
        if (e.client() == launcher) {
          actions.addAll(reconciler.onSuspended(e.run(), e.stop(), e.reply(), nowMs));
        }
      }
      case AgentEvent.OutputRead e -> outputRead(e.requestId(), e.answer());
      case AgentEvent.JobSaid e -> e.atTheDesk().run();
      case AgentEvent.Exited e -> actions.addAll(reconciler.onExit(tally.ended(e.exit())));
      case AgentEvent.ServerReady e -> hello(e.connection());
      case AgentEvent.ServerSaid e -> {
        if (e.connection() == server) {
          said(e.message(), nowMs);
        }
      }
      case AgentEvent.ServerLost e -> {
        if (e.connection() == server) {
          server = null;
          tally.disconnected();
          desk.lost();
          AgentLog.warn("the connection to the server is gone");
        }
      }
    }
  }

  private void launcherReady(LauncherClient client, long nowMs) throws IOException {
    launcher = client;
    readsUnderWay = 0;
    boolean same = can == null || can.tellsTheSame(client.capabilities());
    can = client.capabilities();
    if (!same && server != null) {
      server.close();
    }
    actions.addAll(reconciler.onLauncher(client.runs(), nowMs));
    if (!serverStarted) {
      // Only now is it known what runs here, which is what a hello says.
      exits.start();
      tally.begin(reconciler.running());
      serverLink.start();
      serverStarted = true;
    }
    for (RunExit exit : exits.scan(reconciler::awaitsExit)) {
      actions.addAll(reconciler.onExit(tally.ended(exit)));
    }
  }

  private void launched(RunId run, LaunchAnswer answer, long nowMs) {
    switch (answer) {
      case LaunchAnswer.Running a -> {
        tally.launched(run);
        actions.addAll(reconciler.onLaunched(run, new LaunchReply.Running(a.startMs()), nowMs));
      }
      case LaunchAnswer.Ended a -> {
        actions.addAll(reconciler.onLaunched(run, new LaunchReply.Running(a.startMs()), nowMs));
        exits.readOne(run).ifPresent(exit -> actions.addAll(reconciler.onExit(tally.ended(exit))));
      }
      case LaunchAnswer.Forgotten _ ->
          actions.addAll(reconciler.onLaunched(run, new LaunchReply.Forgotten(), nowMs));
      case LaunchAnswer.Refused a -> {
        AgentLog.warn("run " + run + " was not launched: " + a.reason());
        actions.addAll(reconciler.onLaunched(run, new LaunchReply.Refused(a.reason()), nowMs));
      }
      case LaunchAnswer.Busy _ ->
          actions.addAll(reconciler.onLaunched(run, new LaunchReply.Busy(), nowMs));
    }
  }

  /** What the batch so far has decided becomes true before the hello tells of it. */
  private void hello(ServerConnection connection) throws IOException {
    carryOut();
    if (server != null) {
      server.close();
    }
    server = connection;
    seq = 0;
    renewal.begins();
    suspensionsUnderstood = false;
    tally.disconnected();
    contact.begins();
    List<RunExit> ended = reconciler.ended();
    List<RunExit> told = ended.subList(0, Math.min(ended.size(), HELLO_ENDS_MAX));
    connection.send(
        new AgentMessage.Hello(
            AgentFrame.PROTOCOL_MIN,
            can.protocol(),
            probe
                .facts(tally.absent(can, contact.absent(can)), can.suspends(), can.deniesDevices())
                .leasing(can.leases() && contact.isKept()),
            reconciler.highestEpoch(),
            reconciler.running(),
            told,
            options.jobSocket() == null ? "" : options.jobSocket().toString()));
    actions.addAll(reconciler.onHelloSent(told.size()));
  }

  private void said(ServerMessage message, long nowMs) throws IOException {
    switch (message) {
      case ServerMessage.Welcome m -> {
        serverLink.welcomed();
        AgentLog.info("welcomed by the server, epoch=" + m.epoch());
        addOrLeave(reconciler.onWelcome(m.epoch()), m.epoch());
        server.send(heartbeat());
        suspensionsUnderstood = m.protocol() >= AgentFrame.PROTOCOL_SUSPENDS;
        desk.welcomed(server, m.protocol());
        if (suspensionsUnderstood) {
          actions.addAll(reconciler.onSuspensionsUnderstood());
        }
        tally.connected(m.protocol() >= AgentFrame.PROTOCOL_COUNTERS ? server : null);
      }
      case ServerMessage.Refused m -> {
        AgentLog.warn("the server refuses this node: " + m.reason());
        server.close();
      }
      case ServerMessage.DesiredSet m -> {
        List<Action> decided = reconciler.onDesired(m, nowMs);
        addOrLeave(decided, m.epoch());
        contact.desired(m.epoch(), reconciler.highestEpoch(), decided);
      }
      case ServerMessage.ExitsAcknowledged m -> {
        contact.heard(m.heard(), reconciler.highestEpoch());
        actions.addAll(reconciler.onAcknowledged(m.runs()));
      }
      case ServerMessage.MetricsStored m -> tally.stored(m.runs());
      case ServerMessage.ReadOutput m -> read(m);
      // Answers to a bridge: of no use to an agent.
      case ServerMessage.BridgeWelcome _, ServerMessage.RunsRecorded _ -> {}
      case ServerMessage.StepAnswer m -> desk.answered(m);
      case ServerMessage.StepOrder m -> desk.ordered(m);
      case ServerMessage.HostWanted m -> {
        if (!desk.hostIsThere(m.run()) && launcher != null) {
          ask(client -> client.startHost(m.run()));
        }
      }
      case ServerMessage.CheckpointAnswer m -> desk.answered(m);
      case ServerMessage.Certified m -> renewal.answered(m);
    }
  }

  /** A server of an epoch that is over is left; another one may be found. */
  private void addOrLeave(List<Action> decided, long epoch) {
    actions.addAll(decided);
    if (epoch < reconciler.highestEpoch()) {
      server.close();
    }
  }

  private void read(ServerMessage.ReadOutput request) {
    String refusal = null;
    try {
      OrderHeader.runOf(request.signedOrder(), OrderHeader.Type.READ);
    } catch (MalformedRecordException e) {
      refusal = e.getMessage();
    }
    if (refusal == null && readsUnderWay >= READS_MAX) {
      refusal = "there are " + READS_MAX + " reads under way on this node; ask again";
    }
    if (refusal == null && launcher == null) {
      refusal = "the launcher of this node is not there; ask again";
    }
    if (refusal != null) {
      refuseRead(request.requestId(), refusal);
      return;
    }
    readsUnderWay++;
    try {
      launcher.read(request.requestId(), request.signedOrder());
    } catch (IOException e) {
      launcher.close();
      refuseRead(request.requestId(), "the launcher of this node went away; ask again");
    }
  }

  private void outputRead(long requestId, ReadAnswer answer) {
    readsUnderWay = Math.max(0, readsUnderWay - 1);
    switch (answer) {
      case ReadAnswer.Bytes a ->
          report(
              new AgentMessage.OutputChunk(requestId, ReadStatus.OK, a.fileSize(), a.bytes(), ""));
      case ReadAnswer.Failed a ->
          report(
              new AgentMessage.OutputChunk(
                  requestId,
                  a.errno() == ENOENT ? ReadStatus.NOT_FOUND : ReadStatus.REFUSED,
                  0,
                  new byte[0],
                  a.reason()));
      case ReadAnswer.Refused a -> refuseRead(requestId, a.reason());
    }
  }

  private void refuseRead(long requestId, String reason) {
    report(new AgentMessage.OutputChunk(requestId, ReadStatus.REFUSED, 0, new byte[0], reason));
  }

  private void beat() throws IOException {
    long nowMs = System.currentTimeMillis();
    if (launcher != null) {
      for (RunExit exit : exits.scan(reconciler::awaitsExit)) {
        actions.addAll(reconciler.onExit(tally.ended(exit)));
      }
      actions.addAll(reconciler.onTick(nowMs));
    }
    tally.beat(reconciler.running(), nowMs);
    if (server == null) {
      return;
    }
    server.send(heartbeat());
    renewal.askIfDue(server, nowMs);
  }

  private AgentMessage heartbeat() {
    contact.beats(++seq);
    return probe.heartbeat(seq, reconciler.running(), HealthFile.read(options.spool()));
  }

  /** Records first, with one sync, then everything else, as {@link Action} demands. */
  private void carryOut() throws IOException {
    // An order that is refused on the way decides more; that is a further round.
    while (!actions.isEmpty()) {
      List<Action> round = List.copyOf(actions);
      actions.clear();
      boolean sync = false;
      for (Action action : round) {
        if (action instanceof Action.Write write) {
          if (write.record() instanceof SpoolRecord.Acknowledged ended) {
            tally.acknowledged(ended.run());
          }
          spool.append(write.record());
          sync |= write.record().mustBeDurable();
        }
      }
      if (sync) {
        spool.sync();
      } else {
        spool.write();
      }
      for (Action action : round) {
        carryOut(action);
      }
    }
  }

  private void carryOut(Action action) {
    switch (action) {
      case Action.Write _ -> {}
      case Action.Launch launch -> launch(launch);
      case Action.Stop stop -> ask(client -> client.stop(stop.run(), stop.graceMs()));
      case Action.Signal signal ->
          ask(client -> client.signal(signal.run(), signal.number(), signal.batchOnly()));
      case Action.Suspend suspend -> {
        if (launcher != null && launcher.capabilities().suspends()) {
          ask(client -> client.suspend(suspend.run(), suspend.stop()));
        }
      }
      case Action.Forget forget -> ask(client -> client.forget(forget.run()));
      case Action.Report report -> {
        if (suspensionsUnderstood
            || !(report.message() instanceof AgentMessage.RunSuspendedReport)) {
          report(report.message());
        }
      }
      case Action.Hold hold -> AgentLog.warn(hold.reason());
      case Action.Refuse refuse -> AgentLog.warn("refused: " + refuse.reason());
    }
  }

  private void launch(Action.Launch launch) {
    String refusal = null;
    List<String> devices = List.of();
    try {
      RunId run = OrderHeader.runOf(launch.signedOrder(), OrderHeader.Type.LAUNCH);
      devices = LaunchOrder.devicesOf(launch.signedOrder());
      if (!run.equals(launch.run())) {
        refusal = "the order is for run " + run;
      }
    } catch (MalformedRecordException e) {
      refusal = e.getMessage();
    }
    if (refusal != null) {
      launched(launch.run(), new LaunchAnswer.Refused(refusal), System.currentTimeMillis());
    } else if (launcher != null) {
      tally.launching(launch.run(), devices);
      ask(client -> client.launch(launch.run(), launch.signedOrder()));
    }
  }

  /** What is asked of the launcher. */
  private interface Request {
    void send(LauncherClient client) throws IOException;
  }

  /**
   * A broken connection is told by its reader; the list of the next one says what was done, as
   * where there is none.
   */
  private void ask(Request request) {
    if (launcher == null) {
      return;
    }
    try {
      request.send(launcher);
    } catch (IOException e) {
      launcher.close();
    }
  }

  private void report(AgentMessage message) {
    if (server != null) {
      server.send(message);
    }
  }
}

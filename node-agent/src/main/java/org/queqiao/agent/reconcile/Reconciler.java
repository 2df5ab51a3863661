package org.queqiao.agent.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.agent.reconcile.RunEntry.Phase;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage.DesiredRun;
import org.queqiao.contract.agent.ServerMessage.DesiredSet;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * Brings the runs of a node in line with its desired set. Each input returns the actions that
 * follow; see {@link Action} for the order in which they must become durable.
 *
 * <pre>
 *            desired with an order        launcher: running
 *   (none) ------------------> INTENDED <-> LAUNCHING ---------> ALIVE
 *      |                          |  stop      | refused           | exit record, or
 *      | desired with stop        v            v                   v gone from the list
 *      +----------------------> ENDED <----------------------------+
 *                                 | acknowledged by the server
 *                                 v
 *                            ACKNOWLEDGED --> (none), once a later version does not list it
 * </pre>
 *
 * It keeps three promises whatever is lost, doubled or reordered: the accepted epoch never falls
 * (I12); a run is asked of the launcher again only after the launcher's own list did not hold it
 * (I13); what is alive and not desired is stopped (I16), and nothing that may hold the same cores
 * is launched before it is gone. Before any other input, {@link #onLauncher} tells it what there
 * is: a run that the spool lost may still be alive.
 */
public final class Reconciler {
  /** Between TERM and KILL for a run that the server does not know, in milliseconds. */
  public static final int ORPHAN_GRACE_MS = 10_000;

  private final TreeMap<RunId, RunEntry> entries = new TreeMap<>();
  private List<Action> actions = new ArrayList<>();
  private long epoch;
  private long version;
  private boolean launcherKnown;
  private boolean launcherUp;
  private boolean desiredKnown;
  private boolean appliedReported = true;

  /** An agent that starts from what its spool says. */
  public Reconciler(SpoolImage image) {
    epoch = image.epoch();
    version = image.version();
    image.runs().forEach((run, kept) -> entries.put(run, RunEntry.of(run, kept)));
  }

  /** The highest epoch accepted, or 0. */
  public long highestEpoch() {
    return epoch;
  }

  /** Whether the launcher can be asked now. */
  public boolean launcherUp() {
    return launcherUp;
  }

  /** The runs that may be alive, ascending. */
  public List<RunId> running() {
    return entries.values().stream()
        .filter(entry -> entry.phase == Phase.ALIVE)
        .map(entry -> entry.run)
        .toList();
  }

  /** The ends that the server has not acknowledged, ascending by run. */
  public List<RunExit> ended() {
    return entries.values().stream()
        .filter(entry -> entry.phase == Phase.ENDED)
        .map(entry -> entry.exit)
        .toList();
  }

  /** Whether a run may be alive, or may still be started. */
  public boolean mayHave(RunId run) {
    RunEntry entry = entries.get(run);
    return entry != null && entry.phase.compareTo(Phase.ALIVE) <= 0;
  }

  /** Whether the end of this run would be news. */
  public boolean awaitsExit(RunId run) {
    RunEntry entry = entries.get(run);
    return entry == null || entry.phase != Phase.ENDED;
  }

  /**
   * A connection has begun with a hello that carried {@link #running} and the first ends: what it
   * could not carry is reported.
   *
   * @param endsTold how many of {@link #ended} the hello held
   */
  public List<Action> onHelloSent(int endsTold) {
    int ends = 0;
    for (RunEntry entry : entries.values()) {
      if (entry.phase == Phase.ALIVE) {
        report(new AgentMessage.RunStartedReport(entry.run, entry.startMs));
      } else if (entry.phase == Phase.ENDED && ends++ >= endsTold) {
        report(new AgentMessage.RunEndedReport(entry.exit));
      }
    }
    return drain();
  }

  /**
   * The server names its epoch. A lower one than accepted before gives a {@link Action.Refuse}; the
   * driver then closes the connection.
   */
  public List<Action> onWelcome(long serverEpoch) {
    requireLauncher();
    raise(serverEpoch);
    return drain();
  }

  /** The server says what shall run here, and nothing else. */
  public List<Action> onDesired(DesiredSet set, long nowMs) {
    requireLauncher();
    if (!raise(set.epoch())) {
      return drain();
    }
    if (set.version() < version) {
      actions.add(
          new Action.Refuse(
              "desired set " + set.version() + " is older than " + version + ", accepted before"));
      return drain();
    }
    if (set.version() > version) {
      version = set.version();
      write(new SpoolRecord.VersionSeen(epoch, version));
    }
    desiredKnown = true;
    appliedReported = false;
    for (RunEntry entry : entries.values()) {
      entry.listed = false;
    }
    for (DesiredRun run : set.runs()) {
      desire(run, nowMs);
    }
    settleAll(nowMs);
    return drain();
  }

  /**
   * The launcher is connected, and this is all it holds. The list was taken before anything was
   * asked on the new connection.
   */
  public List<Action> onLauncher(List<LauncherRun> list, long nowMs) {
    launcherKnown = true;
    launcherUp = true;
    TreeMap<RunId, LauncherRun> held = new TreeMap<>();
    for (LauncherRun run : list) {
      held.put(run.run(), run);
    }
    for (RunEntry entry : List.copyOf(entries.values())) {
      if (!held.containsKey(entry.run)) {
        missing(entry, nowMs);
      }
    }
    for (LauncherRun run : held.values()) {
      if (run.alive()) {
        alive(run, nowMs);
      } else {
        exit(run.exit());
      }
    }
    settleAll(nowMs);
    return drain();
  }

  /** The connection to the launcher broke: what it did with the last requests is not known. */
  public void onLauncherLost() {
    launcherUp = false;
  }

  /** The launcher answered an order. */
  public List<Action> onLaunched(RunId run, LaunchReply reply, long nowMs) {
    RunEntry entry = entries.get(run);
    if (entry == null || entry.phase != Phase.LAUNCHING) {
      // The exit record, or a list, was faster than the answer.
      return drain();
    }
    switch (reply) {
      case LaunchReply.Running r -> started(entry, r.startMs());
      case LaunchReply.Forgotten _ ->
          conclude(
              entry,
              RunExit.Kind.LOST,
              "the run was here before, and its end was acknowledged",
              nowMs);
      case LaunchReply.Refused r -> conclude(entry, RunExit.Kind.LAUNCH_FAILED, r.reason(), nowMs);
      case LaunchReply.Busy _ -> {
        entry.phase = Phase.INTENDED;
        entry.waitsForTick = true;
      }
    }
    settle(entry, nowMs);
    launchHeld();
    reportApplied();
    return drain();
  }

  /** The launcher answered whether a run has stopped, or goes on. */
  public List<Action> onSuspended(RunId run, boolean stop, SuspendReply reply, long nowMs) {
    RunEntry entry = entries.get(run);
    if (entry != null && entry.phase == Phase.ALIVE) {
      report(entry.still.answered(stop, reply, nowMs));
      settle(entry, nowMs);
    }
    return drain();
  }

  /** Whether some run has not stopped yet, or does not go on yet: {@link #onRetry} asks again. */
  public boolean awaitsSuspension() {
    return entries.values().stream()
        .anyMatch(entry -> entry.phase == Phase.ALIVE && !entry.stopSent && entry.still.waits());
  }

  /** A moment has passed. */
  public List<Action> onRetry(long nowMs) {
    for (RunEntry entry : entries.values()) {
      entry.still.waited();
      if (launcherUp && desiredKnown && entry.phase == Phase.ALIVE) {
        suspend(entry);
      }
    }
    return drain();
  }

  /** The server of this connection understands suspensions: it is told what is stopped. */
  public List<Action> onSuspensionsUnderstood() {
    for (RunEntry entry : entries.values()) {
      if (entry.phase == Phase.ALIVE) {
        report(entry.still.told());
      }
    }
    return drain();
  }

  /** The launcher's spool holds the end of a run. May be told any number of times. */
  public List<Action> onExit(RunExit exit) {
    exit(exit);
    launchHeld();
    reportApplied();
    return drain();
  }

  /** The ends of these runs are durable at the server. */
  public List<Action> onAcknowledged(List<RunId> runs) {
    for (RunId run : runs) {
      RunEntry entry = entries.get(run);
      if (entry == null || entry.phase != Phase.ENDED) {
        continue;
      }
      entry.phase = Phase.ACKNOWLEDGED;
      entry.exit = null;
      write(new SpoolRecord.Acknowledged(run));
      forget(entry);
      drop(entry);
    }
    return drain();
  }

  /** Some seconds have passed: what had to wait is tried again. */
  public List<Action> onTick(long nowMs) {
    for (RunEntry entry : entries.values()) {
      entry.waitsForTick = false;
    }
    settleAll(nowMs);
    return drain();
  }

  private void requireLauncher() {
    if (!launcherKnown) {
      throw new IllegalStateException("the launcher's list comes before anything of the server");
    }
  }

  private boolean raise(long serverEpoch) {
    if (serverEpoch < epoch) {
      actions.add(
          new Action.Refuse(
              "epoch " + serverEpoch + " is over: this node has accepted epoch " + epoch));
      return false;
    }
    if (serverEpoch > epoch) {
      epoch = serverEpoch;
      version = 0;
      write(new SpoolRecord.EpochRaised(epoch));
    }
    return true;
  }

  private void desire(DesiredRun run, long nowMs) {
    RunEntry entry = entries.get(run.run());
    if (entry == null) {
      if (!run.stop() && run.signedOrder().length == 0) {
        // Its order follows in a later set.
        return;
      }
      entry = new RunEntry(run.run(), Phase.INTENDED);
      entries.put(run.run(), entry);
      if (run.stop()) {
        conclude(entry, RunExit.Kind.LAUNCH_FAILED, "stopped before it was started", nowMs);
      } else {
        write(new SpoolRecord.Intent(run.run()));
      }
    }
    entry.desired(run);
    report(entry.still.want(run.suspension(), run.suspensionAskedMs()));
  }

  private void settleAll(long nowMs) {
    for (RunEntry entry : List.copyOf(entries.values())) {
      settle(entry, nowMs);
    }
    reportApplied();
  }

  /** Does what the present state of one run asks for, if anything. */
  private void settle(RunEntry entry, long nowMs) {
    if (entry.phase == Phase.INTENDED && desiredKnown && !entry.listed) {
      // The list of the launcher did not hold it and no set will name it again.
      entries.remove(entry.run);
      write(new SpoolRecord.Dropped(entry.run));
      return;
    }
    if (entry.phase == Phase.ACKNOWLEDGED) {
      drop(entry);
      return;
    }
    if (!launcherUp) {
      return;
    }
    if (entry.phase == Phase.INTENDED && entry.stop) {
      conclude(entry, RunExit.Kind.LAUNCH_FAILED, "stopped before it was started", nowMs);
    } else if (entry.isToLaunch()) {
      launch(entry);
    } else if (entry.phase == Phase.ALIVE && desiredKnown && !entry.stopSent) {
      if (entry.stop || !entry.listed) {
        entry.stopSent = true;
        actions.add(
            new Action.Stop(
                entry.run,
                entry.listed ? entry.graceMs : Math.min(entry.graceMs, ORPHAN_GRACE_MS)));
      } else if (entry.signal != 0 && !entry.signalSent) {
        entry.signalSent = true;
        actions.add(new Action.Signal(entry.run, entry.signal, entry.signalBatchOnly));
      }
      suspend(entry);
    }
  }

  private void launch(RunEntry entry) {
    RunEntry other = entry.inTheWay(entries.values());
    if (other == null) {
      entry.waitsFor = null;
      entry.phase = Phase.LAUNCHING;
      actions.add(new Action.Launch(entry.run, entry.order));
    } else if (!other.run.equals(entry.waitsFor)) {
      entry.waitsFor = other.run;
      actions.add(new Action.Hold(entry.run, other.run));
    }
  }

  /** A run may be gone: what waited for it is launched. */
  private void launchHeld() {
    for (RunEntry entry : entries.values()) {
      if (launcherUp && entry.waitsFor != null && entry.isToLaunch()) {
        launch(entry);
      }
    }
  }

  /** Not for a run that is to end: it must go on to do so. */
  private void suspend(RunEntry entry) {
    Action action = entry.stopSent ? null : entry.still.ask();
    if (action != null) {
      actions.add(action);
    }
  }

  private void missing(RunEntry entry, long nowMs) {
    entry.lingers = false;
    switch (entry.phase) {
      case LAUNCHING -> entry.phase = Phase.INTENDED;
      case ALIVE ->
          conclude(entry, RunExit.Kind.LOST, "the launcher does not know the run any more", nowMs);
      case ACKNOWLEDGED -> entry.forgetSent = true;
      case INTENDED, ENDED -> {}
    }
  }

  private void alive(LauncherRun run, long nowMs) {
    RunEntry entry = entries.get(run.run());
    if (entry == null) {
      entry = new RunEntry(run.run(), Phase.INTENDED);
      entries.put(run.run(), entry);
      entry.listed = !desiredKnown;
    }
    entry.still.listed(run.suspended(), nowMs);
    switch (entry.phase) {
      case INTENDED, LAUNCHING -> started(entry, run.startMs());
      // A stop that was under way when the connection broke is given again.
      case ALIVE -> entry.stopSent = false;
      // Its end was told already, so nothing of it may live.
      case ENDED, ACKNOWLEDGED -> {
        entry.lingers = true;
        actions.add(new Action.Stop(entry.run, 0));
      }
    }
  }

  private void started(RunEntry entry, long startMs) {
    entry.phase = Phase.ALIVE;
    entry.order = null;
    entry.startMs = startMs;
    write(new SpoolRecord.Receipt(entry.run, startMs));
    report(new AgentMessage.RunStartedReport(entry.run, startMs));
  }

  private void exit(RunExit exit) {
    RunEntry entry = entries.get(exit.run());
    if (entry == null) {
      entry = new RunEntry(exit.run(), Phase.ALIVE);
      entries.put(exit.run(), entry);
    }
    entry.lingers = false;
    switch (entry.phase) {
      case INTENDED, LAUNCHING, ALIVE -> {
        entry.phase = Phase.ENDED;
        entry.order = null;
        entry.exit = exit;
        report(new AgentMessage.RunEndedReport(exit));
      }
      case ENDED -> {}
      case ACKNOWLEDGED -> forget(entry);
    }
  }

  private void conclude(RunEntry entry, RunExit.Kind kind, String detail, long nowMs) {
    entry.phase = Phase.ENDED;
    entry.order = null;
    long startMs = entry.startMs == 0 ? nowMs : entry.startMs;
    entry.exit =
        new RunExit(entry.run, kind, 0, 0, startMs, Math.max(startMs, nowMs), 0, 0, 0, detail);
    write(new SpoolRecord.Concluded(entry.exit));
    report(new AgentMessage.RunEndedReport(entry.exit));
  }

  private void forget(RunEntry entry) {
    if (launcherUp) {
      entry.forgetSent = true;
      actions.add(new Action.Forget(entry.run));
    }
  }

  /** An accepted version that does not list the run refuses every older set that does. */
  private void drop(RunEntry entry) {
    if (entry.forgetSent && desiredKnown && !entry.listed && !entry.lingers) {
      entries.remove(entry.run);
      write(new SpoolRecord.Dropped(entry.run));
    }
  }

  private void reportApplied() {
    if (appliedReported || !launcherUp) {
      return;
    }
    for (RunEntry entry : entries.values()) {
      if (entry.phase == Phase.LAUNCHING || entry.order != null) {
        return;
      }
    }
    appliedReported = true;
    report(new AgentMessage.DesiredSetApplied(epoch, version));
  }

  private void write(SpoolRecord record) {
    actions.add(new Action.Write(record));
  }

  private void report(AgentMessage message) {
    if (message != null) {
      actions.add(new Action.Report(message));
    }
  }

  private List<Action> drain() {
    List<Action> out = actions;
    actions = new ArrayList<>();
    return out;
  }
}

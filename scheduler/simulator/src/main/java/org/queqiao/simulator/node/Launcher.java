package org.queqiao.simulator.node;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.RunExit;
import org.queqiao.simulator.Seams;
import org.queqiao.simulator.world.HostClock;
import org.queqiao.simulator.world.Timeline;

/**
 * Launcher, monitors and processes of a node. They outlive the agent. What the launcher has begun
 * is on its disk before the fork, so that after a loss of power it lists the run as lost; what it
 * was told to forget it starts again when asked: that it is not asked is the agent's promise.
 */
final class Launcher {
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;

  /** What a run takes, in millijoules by the millisecond. */
  private static final long WATTS = 180;

  private final Timeline timeline;
  private final HostClock clock;
  private final Seams seams;
  private final World world;
  private final TreeMap<RunId, Process> alive = new TreeMap<>();
  private final TreeMap<RunId, RunExit> exits = new TreeMap<>();
  private Consumer<RunExit> onExit = exit -> {};

  /** What the checks see of the processes. */
  interface World {
    /** User code of a run begins. */
    void forked(LaunchOrder order);

    /** All processes of a run are stopped. */
    void stopped(RunId run);

    /** The processes of a run go on. */
    void wentOn(RunId run);

    /** The last process of a run is gone. */
    void gone(RunId run);
  }

  private static final class Process {
    private final LaunchOrder order;
    private final long startMs;
    private boolean ended;
    private boolean stopped;
    private long leftMs;
    private long goesOnSinceMs;
    private int timer;

    private Process(LaunchOrder order, long startMs) {
      this.order = order;
      this.startMs = startMs;
    }
  }

  Launcher(Timeline timeline, HostClock clock, Seams seams, World world) {
    this.seams = seams;
    this.timeline = timeline;
    this.clock = clock;
    this.world = world;
  }

  /** Who is told of exit records from now on; the agent, while there is one. */
  void tellExitsTo(Consumer<RunExit> listener) {
    onExit = listener;
  }

  /** Starts a run, unless it is held already; answers its start in node time. */
  long launch(LaunchOrder order) {
    Process running = alive.get(order.run());
    if (running != null && seams.launcherRemembers()) {
      return running.startMs;
    }
    RunExit exit = exits.get(order.run());
    if (exit != null) {
      return exit.startMs();
    }
    if (NodeFaults.prologFails(order.run())) {
      return prologFailed(order.run());
    }
    Process process = new Process(order, clock.wallMs());
    alive.put(order.run(), process);
    world.forked(order);
    process.leftMs = Math.max(1, order.behaviour().durationMs());
    goOn(process);
    return process.startMs;
  }

  /** No user code ran. */
  private long prologFailed(RunId run) {
    long nowMs = clock.wallMs();
    RunExit failed =
        new RunExit(run, RunExit.Kind.LAUNCH_FAILED, 0, 0, nowMs, nowMs, 0, 0, 0, "prolog");
    exits.put(run, failed.withNodeFault("prolog of run " + run));
    timeline.after(
        1,
        "the prolog of " + run + " has failed",
        () -> {
          if (exits.containsKey(run)) {
            onExit.accept(exits.get(run));
          }
        });
    return nowMs;
  }

  /** The script takes up the time that it has left. */
  private void goOn(Process process) {
    process.stopped = false;
    process.goesOnSinceMs = timeline.nowMs();
    int timer = ++process.timer;
    timeline.after(
        process.leftMs,
        "script of " + process.order.run() + " ends",
        () -> {
          if (timer == process.timer) {
            end(process, process.order.behaviour().exitCode(), 0);
          }
        });
  }

  /** Stops a run where it is, or lets it go on. */
  SuspendReply suspend(RunId run, boolean stop) {
    Process process = alive.get(run);
    if (process == null) {
      return SuspendReply.NOT_DONE;
    }
    if (stop && !process.stopped && seams.launcherStops()) {
      process.stopped = true;
      process.timer++;
      process.leftMs = Math.max(1, process.leftMs - (timeline.nowMs() - process.goesOnSinceMs));
      world.stopped(run);
    } else if (!stop) {
      thaw(process);
    }
    return SuspendReply.DONE;
  }

  private void thaw(Process process) {
    if (process.stopped) {
      world.wentOn(process.order.run());
      goOn(process);
    }
  }

  /** TERM now, KILL after the grace; without a grace KILL at once, which wakes nobody. */
  void stop(RunId run, int graceMs) {
    Process process = alive.get(run);
    if (process == null) {
      return;
    }
    if (graceMs == 0) {
      timeline.after(1, "KILL ends " + run, () -> end(process, 0, SIGKILL));
      return;
    }
    // A run that is stopped hears no TERM.
    thaw(process);
    if (!process.order.behaviour().trapsTerm()) {
      timeline.after(1, "TERM ends " + run, () -> end(process, 0, SIGTERM));
    }
    timeline.after(graceMs + 1L, "KILL ends " + run, () -> end(process, 0, SIGKILL));
  }

  /** Sends a signal that the scripts of a simulation do not mind. */
  void signal(RunId run, int number) {
    timeline.note(alive.containsKey(run) ? run + " gets signal " + number : run + " is gone");
  }

  /** Everything it holds. */
  List<LauncherRun> list() {
    List<LauncherRun> list = new ArrayList<>();
    alive.forEach(
        (run, process) -> list.add(new LauncherRun(run, process.startMs, null, process.stopped)));
    exits.forEach((run, exit) -> list.add(new LauncherRun(run, exit.startMs(), exit)));
    return list;
  }

  /** Exit records that are still there. */
  List<RunExit> exits() {
    return List.copyOf(exits.values());
  }

  void forget(RunId run) {
    exits.remove(run);
  }

  /** All processes are gone at once; the launcher finds their records when it starts again. */
  void losePower() {
    for (Process process : List.copyOf(alive.values())) {
      process.ended = true;
      RunId run = process.order.run();
      exits.put(
          run,
          new RunExit(
              run,
              RunExit.Kind.LOST,
              0,
              0,
              process.startMs,
              Math.max(process.startMs, clock.wallMs()),
              0,
              0,
              0,
              "the node rebooted while the run was alive"));
      world.gone(run);
    }
    alive.clear();
  }

  /** The runs with live processes: the W(n) of the invariants. */
  List<RunId> alive() {
    return List.copyOf(alive.keySet());
  }

  private void end(Process process, int exitCode, int signal) {
    if (process.ended) {
      return;
    }
    process.ended = true;
    RunId run = process.order.run();
    alive.remove(run);
    world.gone(run);
    long endMs = Math.max(process.startMs, clock.wallMs());
    RunExit exit =
        new RunExit(
            run, RunExit.Kind.EXITED, exitCode, signal, process.startMs, endMs, 0, 0, 0, "");
    long lastedMs = Math.max(0, endMs - process.startMs);
    exit =
        exit.withEnergy(lastedMs * WATTS)
            .withAccelerators(new AcceleratorTime(lastedMs, lastedMs / 3));
    if (NodeFaults.epilogFails(run)) {
      exit = exit.withNodeFault("epilog of run " + run);
    }
    exits.put(run, exit);
    onExit.accept(exit);
  }
}

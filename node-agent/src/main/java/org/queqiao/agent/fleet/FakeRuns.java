package org.queqiao.agent.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.agent.standin.NodeRuns;
import org.queqiao.agent.standin.StandIn;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.launch.LaunchOrder;
import org.queqiao.contract.launch.OrderHeader;

/**
 * The runs of one fake node, in place of launcher, monitors and processes: each is a timer. How
 * long a run takes and whether it fails follows from its id, so that two fleets do the same. Used
 * under the lock of its node.
 */
final class FakeRuns implements NodeRuns {
  private static final int SIGTERM = 15;
  private static final int STOP_MS = 20;

  private static final class Run {
    private final long startMs;
    private final int cores;
    private final long memBytes;
    private final int exitCode;
    private long leftMs;
    private long sinceMs;
    private ScheduledFuture<?> timer;
    private boolean suspended;
    private boolean stopping;

    private Run(long startMs, int cores, long memBytes, int exitCode, long leftMs) {
      this.startMs = startMs;
      this.sinceMs = startMs;
      this.cores = cores;
      this.memBytes = memBytes;
      this.exitCode = exitCode;
      this.leftMs = leftMs;
    }
  }

  private final FleetOptions options;
  private final ScheduledExecutorService timers;
  private final StandIn node;
  private final TreeMap<RunId, Run> alive = new TreeMap<>();
  private final TreeMap<RunId, RunExit> exits = new TreeMap<>();
  private long busyUs;
  private int busyCores;
  private long usedBytes;
  private long countedMs;

  /** No runs of a node yet. */
  FakeRuns(FleetOptions options, ScheduledExecutorService timers, StandIn node) {
    this.options = options;
    this.timers = timers;
    this.node = node;
  }

  @Override
  public LaunchReply launch(RunId run, byte[] signedOrder, long nowMs) {
    int cores = LaunchOrder.coreCountOf(signedOrder);
    return new LaunchReply.Running(launch(run, cores, OrderHeader.memBytesOf(signedOrder), nowMs));
  }

  /** Starts a run unless it is held already; answers its start, in node time. */
  private long launch(RunId run, int cores, long memBytes, long nowMs) {
    if (alive.containsKey(run)) {
      return alive.get(run).startMs;
    }
    if (exits.containsKey(run)) {
      return exits.get(run).startMs();
    }
    int exitCode = draw(run, 1) * 1_000 < options.failPermille() ? 1 : 0;
    Run begun = new Run(nowMs, cores, memBytes, exitCode, lengthMs(run));
    alive.put(run, begun);
    count(nowMs);
    busyCores += cores;
    usedBytes += memBytes;
    begun.timer = after(begun.leftMs, run, exitCode, 0);
    return nowMs;
  }

  /** Lets a run stand still, or go on: its time does not pass while it stands still. */
  @Override
  public SuspendReply suspend(RunId run, boolean stop, long nowMs) {
    Run held = alive.get(run);
    if (held == null) {
      return SuspendReply.NOT_DONE;
    }
    if (held.suspended != stop) {
      count(nowMs);
      held.suspended = stop;
      if (stop) {
        held.timer.cancel(false);
        held.leftMs = Math.max(1, held.leftMs - (nowMs - held.sinceMs));
        busyCores -= held.cores;
      } else {
        held.sinceMs = nowMs;
        held.timer = after(held.leftMs, run, held.exitCode, 0);
        busyCores += held.cores;
      }
    }
    return SuspendReply.DONE;
  }

  /** Ends a run by TERM, which every fake program obeys. */
  @Override
  public void stop(RunId run, int graceMs) {
    Run held = alive.get(run);
    if (held != null && !held.stopping) {
      held.stopping = true;
      after(STOP_MS, run, 0, SIGTERM);
    }
  }

  /**
   * Ends a run, unless it has ended.
   *
   * @return its exit, or null when it had ended before
   */
  private RunExit end(RunId run, int exitCode, int signal, long nowMs) {
    Run held = alive.remove(run);
    if (held == null) {
      return null;
    }
    count(nowMs);
    if (!held.suspended) {
      busyCores -= held.cores;
    }
    held.timer.cancel(false);
    usedBytes -= held.memBytes;
    long endMs = Math.max(held.startMs, nowMs);
    RunExit exit =
        new RunExit(
            run,
            RunExit.Kind.EXITED,
            exitCode,
            signal,
            held.startMs,
            endMs,
            (endMs - held.startMs) * held.cores * 1_000,
            0,
            held.memBytes / 2,
            "");
    exits.put(run, exit);
    return exit;
  }

  @Override
  public void signal(RunId run, int number, boolean batchOnly) {
    // A timer hears no signal.
  }

  @Override
  public void forget(RunId run) {
    exits.remove(run);
  }

  /** All that is held. */
  @Override
  public List<LauncherRun> list() {
    List<LauncherRun> all = new ArrayList<>();
    alive.forEach((run, held) -> all.add(new LauncherRun(run, held.startMs, null, held.suspended)));
    exits.forEach((run, exit) -> all.add(new LauncherRun(run, exit.startMs(), exit)));
    return all;
  }

  /** Half of the memory that the runs were given. */
  @Override
  public Load load(long nowMs) {
    count(nowMs);
    return new Load(busyCores, busyUs, usedBytes / 2);
  }

  private void count(long nowMs) {
    if (countedMs > 0 && nowMs > countedMs) {
      busyUs += (nowMs - countedMs) * 1_000 * busyCores;
    }
    countedMs = Math.max(countedMs, nowMs);
  }

  /** Between the bounds, the same number of runs in each doubling of the length. */
  private long lengthMs(RunId run) {
    double low = Math.log(options.minRunMs());
    double high = Math.log(options.maxRunMs());
    return Math.max(1, Math.round(Math.exp(low + (high - low) * draw(run, 0))));
  }

  /** A number from 0 to 1 that looks drawn at random and depends on run and purpose only. */
  private static double draw(RunId run, int purpose) {
    long mixed = run.job().value() * 0x9E3779B97F4A7C15L + run.attempt() * 31L + purpose;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1.0p-53;
  }

  private ScheduledFuture<?> after(long delayMs, RunId run, int exitCode, int signal) {
    return timers.schedule(
        () -> node.happens(() -> end(run, exitCode, signal, System.currentTimeMillis())),
        delayMs,
        TimeUnit.MILLISECONDS);
  }
}

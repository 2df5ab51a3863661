package org.queqiao.runtime.loop;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.runtime.Effects;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.TimeSource;
import org.queqiao.runtime.feed.CommittedFeed;
import org.queqiao.runtime.recovery.Recovery;

/**
 * A recovered loop with its feed, and its threads once it is started.
 *
 * <pre>
 *   started    loop thread | snapshot thread | one thread for each follower
 *   driven     the caller's thread does it all, in a fixed order
 * </pre>
 */
public final class LoopHost {
  private final SchedulerLoop loop;
  private final SnapshotWriter snapshots;
  private final CommittedFeed feed;
  private final LoopMeter meter;
  private final long startPosition;

  /** Made when it is asked for: it may be as large as the state itself. */
  private ClusterImage startImage;

  private final long epoch;
  private Thread loopThread;
  private ExecutorService snapshotThread;
  private boolean closed;

  /** Recovers, claims the epoch, and wires the loop. */
  public LoopHost(
      EventLog log,
      RuntimeSettings settings,
      TimeSource time,
      Effects effects,
      FaultHandler faults,
      KillPoints killPoints) {
    Recovery.Recovered recovered = Recovery.recover(log, settings.writer(), killPoints);
    SchedulerMachine machine = recovered.machine();
    this.epoch = recovered.epoch();
    this.startPosition = machine.state().position();
    this.meter = new LoopMeter();
    meter.snapshotWritten(recovered.snapshotPosition());
    this.feed = new CommittedFeed(log, settings.feedBuffer(), startPosition);
    this.snapshots =
        new SnapshotWriter(
            log,
            this::writeSnapshot,
            settings.snapshotEveryEvents(),
            startPosition - recovered.snapshotPosition(),
            time,
            meter);
    this.loop =
        new SchedulerLoop(
            machine,
            log,
            epoch,
            settings,
            time,
            effects,
            faults,
            feed,
            snapshots,
            killPoints,
            meter);
  }

  /** Starts the threads. */
  public synchronized void start() {
    if (loopThread != null || closed) {
      throw new IllegalStateException("a runtime is started once");
    }
    snapshotThread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("scheduler-snapshot").factory());
    feed.start();
    loopThread = Thread.ofPlatform().name("scheduler-loop").unstarted(loop::run);
    startImage = null;
    loopThread.start();
  }

  /** One batch and its feed on the caller's thread. */
  public boolean step() {
    if (loopThread != null) {
      throw new IllegalStateException("a started runtime is not driven by hand");
    }
    startImage();
    boolean more = loop.step();
    feed.pump();
    return more;
  }

  public CompletableFuture<Reply> submit(Input input) {
    return loop.submit(input);
  }

  public <T> CompletableFuture<T> ask(Function<SchedulerMachine, T> question) {
    return loop.ask(question);
  }

  public CommittedFeed feed() {
    return feed;
  }

  /** The state at the start; not to be asked for once the threads run. */
  public synchronized ClusterImage startImage() {
    if (loopThread != null) {
      throw new IllegalStateException("the start image is to be taken before the start");
    }
    if (startImage == null) {
      startImage = loop.machine().image();
    }
    return startImage;
  }

  /** Why an input would be refused by the state at the start; not to be asked for later. */
  public synchronized Optional<Rejection> refusal(Input input) {
    if (loopThread != null) {
      throw new IllegalStateException("a refusal is to be asked for before the start");
    }
    return loop.machine().decide(input, loop.timeMs()).reply() instanceof Reply.Rejected refused
        ? Optional.of(refused.rejection())
        : Optional.empty();
  }

  public long epoch() {
    return epoch;
  }

  public long timeMs() {
    return loop.timeMs();
  }

  public LoopGauges gauges() {
    return loop.gauges();
  }

  /** Decides what waits, ends the threads, writes a snapshot. */
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    loop.close();
    if (loopThread == null) {
      loop.run();
    } else {
      joinUninterruptibly(loopThread);
    }
    feed.close();
    if (snapshotThread != null) {
      snapshotThread.close();
    }
    if (!loop.ended()) {
      snapshots.atClose(loop.machine());
    }
  }

  private void writeSnapshot(Runnable task) {
    if (snapshotThread == null) {
      task.run();
    } else {
      snapshotThread.execute(task);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package org.queqiao.runtime;

import java.io.Closeable;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.ClusterState;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.runtime.feed.Feed;
import org.queqiao.runtime.loop.LoopHost;

/**
 * The scheduler on its log. {@link #open} recovers and becomes the leader; {@link #start} gives it
 * a thread. Without a thread, {@link #step} drives it: the simulator runs this same class.
 *
 * <p>What happens in which order is on the page {@code docs/contracts/runtime.md}.
 */
public final class SchedulerRuntime implements Closeable {
  private final LoopHost host;

  private SchedulerRuntime(LoopHost host) {
    this.host = host;
  }

  /**
   * Recovers the state from the log, claims the next epoch, and is ready to be started. The log
   * stays the caller's: close it after the runtime.
   *
   * @throws org.queqiao.runtime.recovery.RecoveryException when the log holds what this program
   *     cannot understand
   * @throws org.queqiao.eventlog.LogException when the log cannot be read or claimed
   */
  public static SchedulerRuntime open(
      EventLog log,
      RuntimeSettings settings,
      TimeSource time,
      Effects effects,
      FaultHandler faults) {
    return open(log, settings, time, effects, faults, KillPoints.NONE);
  }

  /** As above, with places at which a test can end it. */
  public static SchedulerRuntime open(
      EventLog log,
      RuntimeSettings settings,
      TimeSource time,
      Effects effects,
      FaultHandler faults,
      KillPoints killPoints) {
    return new SchedulerRuntime(new LoopHost(log, settings, time, effects, faults, killPoints));
  }

  /** Runs the loop on a thread of its own, and each follower of the feed on another. Once only. */
  public SchedulerRuntime start() {
    host.start();
    return this;
  }

  /**
   * One batch on the caller's thread, for a runtime that was not started; delivers the feed too.
   *
   * @return whether another step would find something to do at once
   */
  public boolean step() {
    return host.step();
  }

  /**
   * Hands in an input, from any thread. The future completes after the facts are durable, on the
   * loop's thread: what is chained to it must be short. A full inbox and a runtime that is closing
   * answer {@code BUSY} at once; a log without room answers {@code DISK_FULL} for new work, while
   * ends and cancels still go through. After a fault there is no answer.
   *
   * @throws IllegalArgumentException for a tick or a planning pass, which are the loop's own
   */
  public CompletableFuture<Reply> submit(Input input) {
    return host.submit(input);
  }

  /** The committed facts, for followers. */
  public Feed feed() {
    return host.feed();
  }

  /**
   * The state at the recovered position, for read models; they follow the feed from there.
   *
   * @throws IllegalStateException after {@link #start}, which lets go of it
   */
  public ClusterImage startImage() {
    return host.startImage();
  }

  /**
   * Why an input would be refused at the recovered position, if it would. Nothing is written.
   *
   * @throws IllegalStateException after {@link #start}
   */
  public Optional<Rejection> refusal(Input input) {
    return host.refusal(input);
  }

  /**
   * Asks about the state between batches, on the loop's thread: keep it short. What it sees is
   * durable.
   *
   * @return fails with {@link IllegalStateException} when the inbox is full
   */
  public <T> CompletableFuture<T> query(Function<ClusterState, T> question) {
    return host.ask(machine -> question.apply(machine.state()));
  }

  /** What shall run on a node now, as {@link Effects#desiredChanged} would tell it. */
  public CompletableFuture<DesiredState> desired(NodeName node) {
    return host.ask(machine -> machine.desired(node));
  }

  /** The digest of the state between two batches. */
  public CompletableFuture<StateDigest> digest() {
    return host.ask(machine -> new StateDigest(machine.state().position(), machine.digest()));
  }

  /** Term of this leader. */
  public long epoch() {
    return host.epoch();
  }

  /**
   * Scheduler time of the latest batch, at most a tick old: what life signs of nodes are dated
   * with.
   */
  public long timeMs() {
    return host.timeMs();
  }

  /** The last position that is durable. */
  public long durablePosition() {
    return host.feed().durablePosition();
  }

  /** Figures of the loop now. */
  public LoopGauges gauges() {
    return host.gauges();
  }

  /**
   * Takes no more input, decides what waits, answers it, ends the feed, and writes a snapshot.
   * After a fault it only releases threads.
   */
  @Override
  public void close() {
    host.close();
  }
}

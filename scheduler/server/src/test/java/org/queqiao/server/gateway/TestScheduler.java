package org.queqiao.server.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.DesiredState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/**
 * The desired set of one node and what its agent told of it, as the scheduler would keep them, on a
 * thread of its own.
 */
final class TestScheduler implements RuntimePort, AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final NodeName node;
  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TreeMap<RunId, DesiredRunState> desired = new TreeMap<>();
  private final TreeMap<RunId, List<RunExit>> ends = new TreeMap<>();
  private final TreeMap<RunId, Integer> starts = new TreeMap<>();
  private final TreeMap<RunId, Boolean> standing = new TreeMap<>();
  private final TreeMap<RunId, RunMetrics> counted = new TreeMap<>();
  private final TreeMap<RunId, Series> series = new TreeMap<>();
  private final TreeMap<RunId, Series> live = new TreeMap<>();
  private AgentMessage.Heartbeat lastBeat;
  private boolean storesCounters = true;
  private final List<Input.RegisterNode> registrations = new ArrayList<>();
  private final List<Input.NodeSilent> silences = new ArrayList<>();
  private long silentAgainMs;
  private int lostSilences;
  private boolean refusesNodes;
  private int helloCount;
  private volatile AgentGateway gateway;
  private volatile long epoch = 1;
  private long version;
  private long position;
  private int busyReplies;

  TestScheduler(NodeName node) {
    this.node = node;
  }

  void gateway(AgentGateway value) {
    gateway = value;
  }

  void epoch(long value) {
    epoch = value;
  }

  /** The next inputs are answered with BUSY. */
  void busyFor(int inputs) {
    lock.lock();
    try {
      busyReplies = inputs;
    } finally {
      lock.unlock();
    }
  }

  void want(DesiredRunState run) {
    lock.lock();
    try {
      desired.put(run.run(), run);
      publish();
    } finally {
      lock.unlock();
    }
  }

  void stop(RunId run) {
    lock.lock();
    try {
      DesiredRunState r = desired.get(run);
      desired.put(
          run,
          new DesiredRunState(
              run,
              true,
              r.graceMs(),
              r.user(),
              r.unixUser(),
              r.uid(),
              r.submitMs(),
              r.spec(),
              r.allocations()));
      publish();
    } finally {
      lock.unlock();
    }
  }

  /** Wants a run to stop or to go on; what was told of it before is forgotten. */
  void suspending(RunId run, Suspending suspending) {
    lock.lock();
    try {
      DesiredRunState r = desired.get(run);
      standing.remove(run);
      desired.put(
          run,
          new DesiredRunState(
              run,
              r.stop(),
              r.graceMs(),
              r.user(),
              r.unixUser(),
              r.uid(),
              r.submitMs(),
              r.spec(),
              r.allocations(),
              r.signal(),
              r.task(),
              suspending,
              r.suspendingAskedMs() + 1,
              r.leaseMs()));
      publish();
    } finally {
      lock.unlock();
    }
  }

  /** As if nothing had been told of whether the run is stopped. */
  void forgetStanding(RunId run) {
    lock.lock();
    try {
      standing.remove(run);
    } finally {
      lock.unlock();
    }
  }

  void awaitStopped(RunId run) throws InterruptedException {
    await("stop of run " + run, () -> Boolean.TRUE.equals(standing.get(run)));
  }

  void awaitGoesOn(RunId run) throws InterruptedException {
    await("run " + run + " goes on", () -> Boolean.FALSE.equals(standing.get(run)));
  }

  /** As if the scheduler had never heard of the run. */
  void drop(RunId run) {
    lock.lock();
    try {
      desired.remove(run);
      publish();
    } finally {
      lock.unlock();
    }
  }

  private void publish() {
    version++;
    AgentGateway to = gateway;
    if (to != null) {
      to.desiredChanged(new DesiredState(node, version, List.copyOf(desired.values())), epoch);
    }
  }

  @Override
  public CompletionStage<Reply> submit(Input input) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    loop.execute(() -> {
      if (input instanceof Input.NodeSilent && lostSilences > 0) {
        lostSilences--;
        reply.completeExceptionally(new IllegalStateException("nobody knows"));
      } else {
        reply.complete(decide(input));
      }
    });
    return reply;
  }

  private Reply decide(Input input) {
    lock.lock();
    try {
      if (busyReplies > 0) {
        busyReplies--;
        return new Reply.Rejected(new Rejection(Rejection.Code.BUSY, "", "busy"));
      }
      position++;
      switch (input) {
        case Input.RegisterNode register -> {
          helloCount++;
          if (refusesNodes) {
            changed.signalAll();
            return new Reply.Rejected(new Rejection(Rejection.Code.INVALID, "", "not now"));
          }
          registrations.add(register);
          register.ended().forEach(this::ended);
          publish();
        }
        case Input.RunStarted started -> starts.merge(started.run(), 1, Integer::sum);
        case Input.RunSuspended stood -> standing.put(stood.run(), stood.suspended());
        case Input.RunEnded end -> ended(end.exit());
        case Input.NodeSilent silent -> {
          silences.add(silent);
          changed.signalAll();
          return silent.silentMs() < silentAgainMs
              ? new Reply.Silent(silentAgainMs)
              : new Reply.Done();
        }
        default -> throw new IllegalArgumentException(String.valueOf(input));
      }
      changed.signalAll();
      return new Reply.Done();
    } finally {
      lock.unlock();
    }
  }

  private void ended(RunExit exit) {
    ends.computeIfAbsent(exit.run(), run -> new ArrayList<>()).add(exit);
    if (desired.remove(exit.run()) != null) {
      publish();
    }
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public long durablePosition() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CountersKeeper counters() {
    return new CountersKeeper() {
      @Override
      public void keep(NodeName from, RunMetrics metrics, byte[] packed, Runnable stored) {
        change(() -> {
          counted.put(metrics.run(), metrics);
          if (packed.length > 0) {
            series.put(metrics.run(), Series.ofPacked(packed));
          }
          if (storesCounters) {
            stored.run();
          }
        });
      }

      @Override
      public void follow(NodeName from, AgentMessage.RunSamplesReport samples) {
        Series later = Series.ofPacked(samples.series());
        change(() -> live.merge(samples.run(), later, Series::with));
      }

      @Override
      public void heard(NodeName from, long wallMs, AgentMessage.Heartbeat beat) {
        change(() -> lastBeat = beat);
      }
    };
  }

  private void change(Runnable task) {
    lock.lock();
    try {
      task.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The series of a living run, once it has so many rows. */
  Series awaitLive(RunId run, int rows) throws InterruptedException {
    await(
        rows + " rows of run " + run,
        () -> live.containsKey(run) && live.get(run).rows().size() >= rows);
    return live.get(run);
  }

  /** What came with the end of a run, or null. */
  Series seriesOf(RunId run) {
    lock.lock();
    try {
      return series.get(run);
    } finally {
      lock.unlock();
    }
  }

  AgentMessage.Heartbeat awaitBeat() throws InterruptedException {
    await("a heartbeat", () -> lastBeat != null);
    return lastBeat;
  }

  /** Whether agents are told that what they counted is stored. */
  void storesCounters(boolean value) {
    lock.lock();
    try {
      storesCounters = value;
    } finally {
      lock.unlock();
    }
  }

  /** As if nothing had been counted. */
  void forgetCounters() {
    lock.lock();
    try {
      counted.clear();
    } finally {
      lock.unlock();
    }
  }

  RunMetrics awaitCounters(RunId run) throws InterruptedException {
    await("counters of run " + run, () -> counted.containsKey(run));
    return counted.get(run);
  }

  /** Waits until the condition holds; it is looked at after every input. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what);
        }
        left = Math.min(left, changed.awaitNanos(left));
      }
    } finally {
      lock.unlock();
    }
  }

  RunExit awaitEnd(RunId run) throws InterruptedException {
    await("end of run " + run, () -> ends.containsKey(run));
    return ends.get(run).get(0);
  }

  void awaitStart(RunId run) throws InterruptedException {
    await("start of run " + run, () -> starts.containsKey(run));
  }

  void awaitRegistrations(int count) throws InterruptedException {
    await(count + " registrations", () -> registrations.size() >= count);
  }

  /** Each hello is refused from now on, or none is. */
  void refusesNodes(boolean value) {
    lock.lock();
    try {
      refusesNodes = value;
    } finally {
      lock.unlock();
    }
  }

  /** Hellos so far, also those that were refused. */
  void awaitHellos(int count) throws InterruptedException {
    await(count + " hellos", () -> helloCount >= count);
  }

  void awaitSilence() throws InterruptedException {
    awaitSilences(1);
  }

  /** How long the node had said nothing each time. */
  List<Long> awaitSilences(int count) throws InterruptedException {
    await("silence", () -> silences.size() >= count);
    lock.lock();
    try {
      return silences.stream().map(Input.NodeSilent::silentMs).toList();
    } finally {
      lock.unlock();
    }
  }

  /** What comes of the next silences is not told, and they are not taken. */
  void losesSilences(int count) {
    loop.execute(() -> lostSilences = count);
  }

  /** A silence is to be told again when it lasts so long. */
  void wantsSilenceAgainAfter(long silentMs) {
    lock.lock();
    try {
      silentAgainMs = silentMs;
    } finally {
      lock.unlock();
    }
  }

  int registrationCount() {
    lock.lock();
    try {
      return registrations.size();
    } finally {
      lock.unlock();
    }
  }

  Input.RegisterNode lastRegistration() {
    lock.lock();
    try {
      return registrations.get(registrations.size() - 1);
    } finally {
      lock.unlock();
    }
  }

  TreeMap<RunId, List<RunExit>> ends() {
    lock.lock();
    try {
      return new TreeMap<>(ends);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    loop.shutdownNow();
  }
}

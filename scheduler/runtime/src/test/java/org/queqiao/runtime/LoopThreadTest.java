package org.queqiao.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.feed.FeedListener;
import org.queqiao.runtime.feed.Subscription;
import org.queqiao.runtime.recovery.Recovery;

/** The runtime on its own thread, a real file and real time. */
final class LoopThreadTest {
  private static final int CLIENTS = 64;
  private static final long PATIENCE_S = 60;

  @TempDir Path folder;

  private SchedulerRuntime start(EventLog log, RuntimeSettings settings) {
    return SchedulerRuntime.open(
            log,
            settings,
            TimeSource.system(),
            (desired, epoch) -> {},
            (fault, cause) -> {
              throw new AssertionError(fault + " " + cause, cause);
            })
        .start();
  }

  private static void site(SchedulerRuntime runtime) {
    for (Input input : RuntimeStory.siteInputs()) {
      assertThat(runtime.submit(input).join()).isEqualTo(new Reply.Done());
    }
  }

  @Test
  void manyClientsAreAnsweredAndEveryFollowerSeesEveryFactOnce() throws Exception {
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults());
        SchedulerRuntime runtime = start(log, RuntimeSettings.DEFAULTS)) {
      site(runtime);
      List<Recorder> recorders = new ArrayList<>();
      List<Subscription> subscriptions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Recorder recorder = new Recorder(i);
        recorders.add(recorder);
        subscriptions.add(runtime.feed().subscribe(i, recorder));
      }
      long jobs = submitFromMany(runtime, 40);
      long end = runtime.durablePosition();
      for (Recorder recorder : recorders) {
        recorder.awaitPosition(end);
      }
      subscriptions.forEach(Subscription::close);
      assertThat(jobs).isEqualTo(CLIENTS * 40L);
      StateDigest live = runtime.digest().join();
      assertThat(Recovery.replay(log, live.position()).digest()).isEqualTo(live.sha256());
      assertThat(runtime.gauges().batchesTotal()).isLessThan(runtime.gauges().eventsTotal());
    }
  }

  @Test
  void aFollowerThatIsSlowLosesNothingAndHoldsUpNobody() throws Exception {
    RuntimeSettings settings = new RuntimeSettings("test", 8_192, 256, 4, 1_000, 1_000_000, 16);
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults());
        SchedulerRuntime runtime = start(log, settings)) {
      site(runtime);
      CountDownLatch gate = new CountDownLatch(1);
      Recorder slow = new Recorder(0);
      runtime
          .feed()
          .subscribe(
              0,
              events -> {
                gate.await();
                slow.committed(events);
              });
      submitFromMany(runtime, 10);
      assertThat(slow.position).isZero();
      gate.countDown();
      slow.awaitPosition(runtime.durablePosition());
    }
  }

  @Test
  void closingAnswersEverythingThatWasTaken() throws Exception {
    EventLog log = FileEventLog.open(folder, LogSettings.defaults());
    SchedulerRuntime runtime = start(log, RuntimeSettings.DEFAULTS);
    site(runtime);
    List<java.util.concurrent.CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      replies.add(runtime.submit(RuntimeStory.submission("k" + i)));
    }
    runtime.close();
    assertThat(replies).allMatch(reply -> reply.isDone());
    log.close();
  }

  private static long submitFromMany(SchedulerRuntime runtime, int each) throws Exception {
    ConcurrentLinkedQueue<Long> ids = new ConcurrentLinkedQueue<>();
    List<Future<?>> clients = new ArrayList<>();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < CLIENTS; client++) {
        int number = client;
        clients.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                Reply reply = runtime.submit(RuntimeStory.submission(number + "-" + i)).join();
                ids.add(((Reply.JobAccepted) reply).job().value());
              }
            }));
      }
      for (Future<?> client : clients) {
        client.get(PATIENCE_S, TimeUnit.SECONDS);
      }
    }
    assertThat(new TreeSet<>(ids)).hasSameSizeAs(ids);
    return ids.size();
  }

  /** Checks the order of what it gets, slowly now and then. */
  private static final class Recorder implements FeedListener {
    private final SplittableRandom random;
    private volatile long position;
    private volatile Throwable failure;

    Recorder(long afterPosition) {
      this.position = afterPosition;
      this.random = new SplittableRandom(afterPosition);
    }

    @Override
    public synchronized void committed(List<LoggedEvent> events) {
      for (LoggedEvent event : events) {
        if (event.position() != position + 1) {
          throw new IllegalStateException(event.position() + " after " + position);
        }
        position = event.position();
      }
      if (random.nextInt(8) == 0) {
        Thread.yield();
      }
      notifyAll();
    }

    @Override
    public synchronized void failed(Throwable cause) {
      failure = cause;
      notifyAll();
    }

    synchronized void awaitPosition(long end) throws InterruptedException {
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
      while (position < end && failure == null && System.nanoTime() < deadlineNanos) {
        wait(100);
      }
      assertThat(failure).isNull();
      assertThat(position).isGreaterThanOrEqualTo(end);
    }
  }
}

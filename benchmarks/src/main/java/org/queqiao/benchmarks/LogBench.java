package org.queqiao.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;

/** Events appended and synced per second by one writer while others wait for their sync. */
final class LogBench {
  private static final int[] WAITING = {1, 16, 256};
  private static final int PAYLOAD_BYTES = 128;

  private LogBench() {}

  static void run(int seconds, Report report) throws Exception {
    for (int waiting : WAITING) {
      Path folder = Files.createTempDirectory("queqiao-log-");
      try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
        log.claimEpoch("bench");
        measure(log, waiting, 2);
        report.put("eventsPerS" + waiting + "Waiting", measure(log, waiting, seconds));
      } finally {
        try (var files = Files.walk(folder)) {
          for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      }
    }
    report.put("payloadBytes", PAYLOAD_BYTES);
  }

  /** Each submitter hands in one event and waits until it is durable before the next. */
  private static double measure(EventLog log, int waiting, int seconds) throws Exception {
    BlockingQueue<Semaphore> inbox = new ArrayBlockingQueue<>(waiting);
    AtomicBoolean going = new AtomicBoolean(true);
    AtomicLong done = new AtomicLong();
    List<Thread> submitters = new ArrayList<>();
    for (int i = 0; i < waiting; i++) {
      submitters.add(Thread.startVirtualThread(() -> submit(inbox, going, done)));
    }
    byte[] payload = new byte[PAYLOAD_BYTES];
    List<Semaphore> batch = new ArrayList<>(waiting);
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    while (System.nanoTime() < end) {
      batch.add(inbox.take());
      inbox.drainTo(batch);
      for (int i = 0; i < batch.size(); i++) {
        log.append(log.head().timeMs(), payload);
      }
      log.sync();
      batch.forEach(Semaphore::release);
      batch.clear();
    }
    double elapsed = (System.nanoTime() - start) / 1e9;
    long events = done.get();
    going.set(false);
    submitters.forEach(Thread::interrupt);
    for (Thread each : submitters) {
      each.join();
    }
    return events / elapsed;
  }

  private static void submit(BlockingQueue<Semaphore> inbox, AtomicBoolean going, AtomicLong done) {
    Semaphore durable = new Semaphore(0);
    try {
      while (going.get()) {
        inbox.put(durable);
        durable.acquire();
        done.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

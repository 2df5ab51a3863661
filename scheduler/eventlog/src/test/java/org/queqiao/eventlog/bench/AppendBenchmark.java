package org.queqiao.eventlog.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;

/**
 * Durable events per second with many waiting submitters: each waits until its event is durable
 * before it sends the next, one writer syncs whatever waits.
 */
public final class AppendBenchmark {
  private static final int PAYLOAD_BYTES = 200;

  private AppendBenchmark() {}

  /** Arguments: folder, submitters (256), seconds (10). */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "append");
    int submitters = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 256;
    long seconds = arguments.length > 2 ? Long.parseLong(arguments[2]) : 10;
    BlockingQueue<Semaphore> inbox = new ArrayBlockingQueue<>(submitters);
    CountDownLatch ended = new CountDownLatch(submitters);
    long endNanos = System.nanoTime() + seconds * 1_000_000_000L;
    for (int i = 0; i < submitters; i++) {
      Thread.ofVirtual().start(() -> submitUntil(endNanos, inbox, ended));
    }
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      log.claimEpoch("benchmark");
      write(log, inbox, ended, submitters);
    }
    measureAppendAlone(folder.resolveSibling(folder.getFileName() + "-alone"));
  }

  private static void submitUntil(
      long endNanos, BlockingQueue<Semaphore> inbox, CountDownLatch ended) {
    Semaphore durable = new Semaphore(0);
    while (System.nanoTime() < endNanos) {
      inbox.add(durable);
      durable.acquireUninterruptibly();
    }
    ended.countDown();
  }

  private static void write(
      EventLog log, BlockingQueue<Semaphore> inbox, CountDownLatch ended, int submitters)
      throws InterruptedException {
    byte[] payload = "x".repeat(PAYLOAD_BYTES).getBytes(UTF_8);
    List<Semaphore> batch = new ArrayList<>();
    long[] syncNanos = new long[4_000_000];
    int syncs = 0;
    long events = 0;
    long startNanos = System.nanoTime();
    while (ended.getCount() > 0) {
      batch.clear();
      inbox.drainTo(batch);
      if (batch.isEmpty()) {
        Thread.onSpinWait();
        continue;
      }
      for (int i = 0; i < batch.size(); i++) {
        log.append(events + i, payload);
      }
      long beforeNanos = System.nanoTime();
      log.sync();
      syncNanos[syncs++ % syncNanos.length] = System.nanoTime() - beforeNanos;
      events += batch.size();
      batch.forEach(Semaphore::release);
    }
    double tookSeconds = (System.nanoTime() - startNanos) / 1e9;
    int kept = Math.min(syncs, syncNanos.length);
    Arrays.sort(syncNanos, 0, kept);
    System.out.printf(
        "waiting=%d eventsPerSecond=%.0f eventsPerSync=%.1f syncP50Micros=%d syncP99Micros=%d%n",
        submitters,
        events / tookSeconds,
        events / (double) syncs,
        syncNanos[kept / 2] / 1000,
        syncNanos[kept * 99 / 100] / 1000);
  }

  private static void measureAppendAlone(Path folder) {
    byte[] payload = new byte[PAYLOAD_BYTES];
    int events = 2_000_000;
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      log.claimEpoch("benchmark");
      long startNanos = System.nanoTime();
      for (int i = 0; i < events; i++) {
        log.append(i, payload);
        if (i % 256 == 255) {
          log.sync();
        }
      }
      log.sync();
      double tookSeconds = (System.nanoTime() - startNanos) / 1e9;
      System.out.printf("alone, 256 per sync: eventsPerSecond=%.0f%n", events / tookSeconds);
    }
    long startNanos = System.nanoTime();
    try (EventLog log = FileEventLog.open(folder, LogSettings.defaults())) {
      double tookSeconds = (System.nanoTime() - startNanos) / 1e9;
      System.out.printf(
          "open with full check: entriesPerSecond=%.0f%n", log.durablePosition() / tookSeconds);
    }
  }
}

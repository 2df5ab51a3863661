package org.queqiao.runtime.loop;

import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.MachineFault;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogException;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.runtime.TimeSource;
import org.queqiao.runtime.recovery.SnapshotCodec;

/**
 * Writes a snapshot now and then. The loop stands still only for the image; digest, encoding and
 * writing happen elsewhere. A snapshot that cannot be written costs a longer replay and nothing
 * else.
 */
final class SnapshotWriter {
  private final EventLog log;
  private final Executor elsewhere;
  private final long everyEvents;
  private final TimeSource time;
  private final LoopMeter meter;
  private final AtomicBoolean writing = new AtomicBoolean();
  private long eventsSince;

  SnapshotWriter(
      EventLog log,
      Executor elsewhere,
      long everyEvents,
      long eventsSince,
      TimeSource time,
      LoopMeter meter) {
    this.eventsSince = eventsSince;
    this.log = log;
    this.elsewhere = elsewhere;
    this.everyEvents = everyEvents;
    this.time = time;
    this.meter = meter;
  }

  /** After the sync of a batch of so many events; from the loop's thread. */
  void afterBatch(SchedulerMachine machine, int events) {
    eventsSince += events;
    if (eventsSince >= everyEvents && writing.compareAndSet(false, true)) {
      eventsSince = 0;
      Pending pending = take(machine);
      elsewhere.execute(() -> {
        try {
          write(pending);
        } finally {
          writing.set(false);
        }
      });
    }
  }

  /** A last snapshot on the caller's thread, when anything happened since the one before. */
  void atClose(SchedulerMachine machine) {
    if (eventsSince > 0 && writing.compareAndSet(false, true)) {
      eventsSince = 0;
      write(take(machine));
    }
  }

  private Pending take(SchedulerMachine machine) {
    long begunNanos = time.monotonicNanos();
    Pending pending = new Pending(machine.image(), log.head().hash());
    meter.snapshotStall(time.monotonicNanos() - begunNanos);
    return pending;
  }

  private void write(Pending pending) {
    long position = pending.image().position();
    try {
      // A machine made from the image must exist: an image that contradicts itself is not kept.
      byte[] digest = SchedulerMachine.from(pending.image()).digest();
      byte[] payload = SnapshotCodec.encode(pending.image(), digest);
      log.snapshots().write(new Snapshot(position, pending.headHash(), payload));
      meter.snapshotWritten(position);
    } catch (LogException | UncheckedIOException | MachineFault refused) {
      meter.snapshotFailed();
    }
  }

  /** A snapshot that is not written yet; the log stood at its position when it was taken. */
  private record Pending(ClusterImage image, byte[] headHash) {}
}

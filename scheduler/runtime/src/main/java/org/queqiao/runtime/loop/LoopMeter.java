package org.queqiao.runtime.loop;

import java.util.concurrent.atomic.LongAdder;
import org.queqiao.runtime.LoopGauges;

/** Counts what the loop does. Written by the loop alone but for the refusals, read by anyone. */
final class LoopMeter {
  final LongAdder refused = new LongAdder();
  volatile long batches;
  volatile long inputs;
  volatile long events;
  volatile int lastBatchEvents;
  volatile long lastSyncNanos;
  volatile long maxSyncNanos;
  volatile long syncNanos;
  volatile long workNanos;
  volatile long planPasses;
  volatile long planNanos;
  volatile long maxSnapshotStallNanos;
  volatile long snapshotPosition;
  volatile long snapshotFailures;
  volatile long wallClockOffsetMs;

  // The loop is the only writer of these fields, so that a read and a write are enough.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void batch(int inputsDecided, int eventsMade, long nanosOfWork, long nanosOfSync) {
    inputs += inputsDecided;
    workNanos += nanosOfWork;
    if (eventsMade == 0) {
      return;
    }
    batches++;
    events += eventsMade;
    lastBatchEvents = eventsMade;
    lastSyncNanos = nanosOfSync;
    syncNanos += nanosOfSync;
    maxSyncNanos = Math.max(maxSyncNanos, nanosOfSync);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  void planned(long nanos) {
    planPasses++;
    planNanos += nanos;
  }

  void snapshotStall(long nanos) {
    maxSnapshotStallNanos = Math.max(maxSnapshotStallNanos, nanos);
  }

  void snapshotWritten(long position) {
    snapshotPosition = position;
  }

  /** Called by the snapshot writer, one at a time. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void snapshotFailed() {
    snapshotFailures++;
  }

  LoopGauges read(int inboxLength, int inboxCapacity) {
    return new LoopGauges(
        inboxLength,
        inboxCapacity,
        refused.sum(),
        batches,
        inputs,
        events,
        lastBatchEvents,
        lastSyncNanos,
        maxSyncNanos,
        syncNanos,
        workNanos,
        planPasses,
        planNanos,
        maxSnapshotStallNanos,
        snapshotPosition,
        snapshotFailures,
        wallClockOffsetMs);
  }
}

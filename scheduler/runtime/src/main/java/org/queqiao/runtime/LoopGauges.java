package org.queqiao.runtime;

/**
 * Figures of the loop at one moment. Totals only grow within the life of a process; rates are the
 * reader's difference of two of them.
 *
 * @param inboxLength inputs that wait now
 * @param inboxCapacity most inputs that may wait, over both lanes
 * @param refusedTotal inputs refused because the inbox was full
 * @param batchesTotal syncs that carried events
 * @param inputsTotal inputs decided
 * @param eventsTotal events made durable
 * @param lastBatchEvents events in the latest batch
 * @param lastSyncNanos time of the latest sync
 * @param maxSyncNanos longest sync
 * @param syncNanosTotal time in syncs
 * @param workNanosTotal time in decide, apply, encode and append
 * @param planPassesTotal planning passes
 * @param planNanosTotal time in planning passes
 * @param maxSnapshotStallNanos longest time the loop stood still to take an image
 * @param snapshotPosition position of the newest snapshot written or recovered from, 0 when none
 * @param snapshotFailuresTotal snapshots that could not be written; the log is unharmed
 * @param wallClockOffsetMs wall clock minus logical time
 */
public record LoopGauges(
    int inboxLength,
    int inboxCapacity,
    long refusedTotal,
    long batchesTotal,
    long inputsTotal,
    long eventsTotal,
    int lastBatchEvents,
    long lastSyncNanos,
    long maxSyncNanos,
    long syncNanosTotal,
    long workNanosTotal,
    long planPassesTotal,
    long planNanosTotal,
    long maxSnapshotStallNanos,
    long snapshotPosition,
    long snapshotFailuresTotal,
    long wallClockOffsetMs) {}

/**
 * The log as segments of checksummed, hash-chained frames, with snapshots beside them. {@code
 * docs/contracts/event-log.md} gives the bytes.
 *
 * <p>Runs on any {@link org.queqiao.eventlog.disk.Disk}; knows neither threads nor clocks nor what
 * a payload means. {@link org.queqiao.eventlog.file.LogScan} decides what a damaged log is, {@link
 * org.queqiao.eventlog.file.SegmentedLog} writes, {@link org.queqiao.eventlog.file.SnapshotFiles}
 * keeps snapshots.
 */
package org.queqiao.eventlog.file;

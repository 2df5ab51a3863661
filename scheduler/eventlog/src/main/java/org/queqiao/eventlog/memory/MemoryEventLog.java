package org.queqiao.eventlog.memory;

import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.eventlog.file.SegmentedLog;

/** Opens the log that a disk in memory holds. */
public final class MemoryEventLog {
  private static final int KIBIBYTE = 1024;
  private static final long SALT = 0x7175_6571_6961_6F31L;

  private MemoryEventLog() {}

  /** Settings in proportion to a simulation: small segments, buffer and reserve; a fixed salt. */
  public static LogSettings settings() {
    return LogSettings.defaults()
        .withSegmentBytes(64 * KIBIBYTE)
        .withBufferBytes(16 * KIBIBYTE)
        .withReserve(32 * KIBIBYTE, 32 * KIBIBYTE)
        .withSalt(SALT);
  }

  /** Opens a disk's log, with its snapshots on the same disk. */
  public static EventLog open(MemoryDisk disk, LogSettings settings) {
    return SegmentedLog.open(disk, disk, settings);
  }

  /** Opens a disk's log, with its snapshots on another disk. */
  public static EventLog open(MemoryDisk disk, MemoryDisk snapshotDisk, LogSettings settings) {
    return SegmentedLog.open(disk, snapshotDisk, settings);
  }
}

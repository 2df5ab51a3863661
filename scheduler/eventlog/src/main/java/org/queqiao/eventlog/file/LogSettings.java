package org.queqiao.eventlog.file;

import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.disk.Disk;

/**
 * How a log uses its disk.
 *
 * @param segmentBytes length at which a segment is closed and the next begun; one frame may exceed
 *     it when it is alone in its segment
 * @param bufferBytes appended bytes that wait in memory before they are written ahead of the sync
 * @param reserveBytes room that is kept for the records of running jobs, as a file of zeros that is
 *     deleted when the disk is full; 0 keeps none
 * @param lowWaterBytes free bytes below which new work is refused
 * @param snapshotsKept newest snapshots that are kept, at least 2
 * @param killPoints called at each kill point
 * @param freeSpace asked for the room that is left
 * @param newSalt asked once when a log is created; not guessable by whoever writes payloads
 */
public record LogSettings(
    int segmentBytes,
    int bufferBytes,
    long reserveBytes,
    long lowWaterBytes,
    int snapshotsKept,
    KillPoints killPoints,
    FreeSpace freeSpace,
    LongSupplier newSalt) {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final int LEAST_SEGMENT_BYTES = 1024;
  private static final int MOST_SEGMENT_BYTES = 1024 * MEBIBYTE;
  private static final int LEAST_BUFFER_BYTES = 256;
  private static final int MOST_BUFFER_BYTES = 256 * MEBIBYTE;

  public LogSettings {
    requireRange("segmentBytes", segmentBytes, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
    requireRange("bufferBytes", bufferBytes, LEAST_BUFFER_BYTES, MOST_BUFFER_BYTES);
    requireRange("reserveBytes", reserveBytes, 0, Long.MAX_VALUE / 8);
    requireRange("lowWaterBytes", lowWaterBytes, 0, Long.MAX_VALUE / 8);
    requireRange("snapshotsKept", snapshotsKept, 2, 1000);
  }

  /** 64 MiB segments, reserve and low water; 4 MiB buffer; three snapshots; no kill points. */
  public static LogSettings defaults() {
    return new LogSettings(
        64 * MEBIBYTE,
        4 * MEBIBYTE,
        64L * MEBIBYTE,
        64L * MEBIBYTE,
        3,
        KillPoints.NONE,
        Disk::usableBytes,
        () -> new SecureRandom().nextLong());
  }

  /** These settings with segments of another length. */
  public LogSettings withSegmentBytes(int bytes) {
    return new LogSettings(
        bytes,
        bufferBytes,
        reserveBytes,
        lowWaterBytes,
        snapshotsKept,
        killPoints,
        freeSpace,
        newSalt);
  }

  /** These settings with another buffer. */
  public LogSettings withBufferBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        bytes,
        reserveBytes,
        lowWaterBytes,
        snapshotsKept,
        killPoints,
        freeSpace,
        newSalt);
  }

  /** These settings with another reserve and low water. */
  public LogSettings withReserve(long newReserveBytes, long newLowWaterBytes) {
    return new LogSettings(
        segmentBytes,
        bufferBytes,
        newReserveBytes,
        newLowWaterBytes,
        snapshotsKept,
        killPoints,
        freeSpace,
        newSalt);
  }

  /** These settings with another number of snapshots. */
  public LogSettings withSnapshotsKept(int count) {
    return new LogSettings(
        segmentBytes,
        bufferBytes,
        reserveBytes,
        lowWaterBytes,
        count,
        killPoints,
        freeSpace,
        newSalt);
  }

  /** These settings with kill points. */
  public LogSettings withKillPoints(KillPoints points) {
    return new LogSettings(
        segmentBytes,
        bufferBytes,
        reserveBytes,
        lowWaterBytes,
        snapshotsKept,
        points,
        freeSpace,
        newSalt);
  }

  /** These settings with another probe of free space. */
  public LogSettings withFreeSpace(FreeSpace probe) {
    return new LogSettings(
        segmentBytes,
        bufferBytes,
        reserveBytes,
        lowWaterBytes,
        snapshotsKept,
        killPoints,
        probe,
        newSalt);
  }

  /** These settings with a given salt for a new log, so that its bytes repeat. */
  public LogSettings withSalt(long salt) {
    return new LogSettings(
        segmentBytes,
        bufferBytes,
        reserveBytes,
        lowWaterBytes,
        snapshotsKept,
        killPoints,
        freeSpace,
        () -> salt);
  }

  private static void requireRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed is " + least + " to " + most);
    }
  }
}

package org.queqiao.eventlog;

import java.util.Arrays;

/**
 * One durable fact as bytes.
 *
 * @param position place in the log, contiguous from 1
 * @param epoch leader term of the writer, never lower than that of the entry before
 * @param timeMs logical time of the fact in epoch milliseconds, never lower than before
 * @param payload the encoded fact; the array belongs to the reader of the entry
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogEntry(long position, long epoch, long timeMs, byte[] payload) {

  @Override
  public boolean equals(Object other) {
    return other instanceof LogEntry that
        && position == that.position
        && epoch == that.epoch
        && timeMs == that.timeMs
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "LogEntry[position="
        + position
        + ", epoch="
        + epoch
        + ", timeMs="
        + timeMs
        + ", payload="
        + payload.length
        + " bytes]";
  }
}

package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.queqiao.eventlog.LogEntry;

/**
 * One frame that passed every check.
 *
 * @param offset of its first byte in the segment
 * @param length of the frame in bytes
 * @param claim whether it claims an epoch rather than holding an entry
 * @param position of the entry; of the entry before it when it is a claim
 * @param epoch of the writer
 * @param timeMs logical time
 * @param batchStart offset in the segment that was durable when the frame was written
 * @param payload of the entry; the writer's name when it is a claim
 * @param hash SHA-256 of the frame
 */
@SuppressWarnings("ArrayRecordComponent")
public record Frame(
    long offset,
    int length,
    boolean claim,
    long position,
    long epoch,
    long timeMs,
    int batchStart,
    byte[] payload,
    byte[] hash) {

  /** Offset of the byte after the frame. */
  public long end() {
    return offset + length;
  }

  /** The entry that the frame holds. */
  public LogEntry entry() {
    if (claim) {
      throw new IllegalStateException("the frame at offset " + offset + " claims an epoch");
    }
    return new LogEntry(position, epoch, timeMs, payload);
  }

  /** Who claimed the epoch. */
  public String writer() {
    return claim ? new String(payload, UTF_8) : "";
  }
}

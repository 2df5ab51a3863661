package org.queqiao.eventlog.file;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogHead;

/**
 * Bytes of a frame, big-endian.
 *
 * <pre>
 *  0  checksum    4  CRC-32C of the salt and of bytes 4 to the end
 *  4  length      4  of the whole frame
 *  8  position    8
 * 16  epoch       8
 * 24  timeMs      8
 * 32  batchStart  4  offset in this segment that was durable when the frame was written
 * 36  kind        4  1 entry, 2 claim of an epoch
 * 40  previous   32  SHA-256 of the frame before, also across segments
 * 72  payload        an entry's payload, or the claiming writer's name
 * </pre>
 */
final class FrameFormat {
  static final int LENGTH_AT = 4;
  static final int POSITION_AT = 8;
  static final int EPOCH_AT = 16;
  static final int TIME_AT = 24;
  static final int BATCH_START_AT = 32;
  static final int KIND_AT = 36;
  static final int PREVIOUS_AT = 40;
  static final int HEADER_BYTES = PREVIOUS_AT + LogHead.HASH_BYTES;

  static final int ENTRY = 1;
  static final int CLAIM = 2;

  private FrameFormat() {}

  static boolean isLength(int length) {
    return length >= HEADER_BYTES && length <= EventLog.MAX_FRAME_BYTES;
  }

  static boolean isKind(int kind) {
    return kind == ENTRY || kind == CLAIM;
  }

  /**
   * Appends a frame to the buffer, whose array it uses.
   *
   * @param fields everything but the payload and the checksum
   */
  static void encode(ByteBuffer buffer, FrameFields fields, byte[] payload, Checksum checksum) {
    int start = buffer.position();
    int length = HEADER_BYTES + payload.length;
    buffer.putInt(0);
    buffer.putInt(length);
    buffer.putLong(fields.position());
    buffer.putLong(fields.epoch());
    buffer.putLong(fields.timeMs());
    buffer.putInt(fields.batchStart());
    buffer.putInt(fields.kind());
    buffer.put(fields.previousHash());
    buffer.put(payload);
    int from = buffer.arrayOffset() + start;
    buffer.putInt(start, checksum.of(buffer.array(), from + LENGTH_AT, length - LENGTH_AT));
  }

  /** A digest that computes frame hashes. */
  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** What a frame says besides its payload. */
  @SuppressWarnings("ArrayRecordComponent")
  record FrameFields(
      int kind, long position, long epoch, long timeMs, int batchStart, byte[] previousHash) {}
}

package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * Looks behind a bad frame for a good one that proves that the bad one was durable.
 *
 * <p>The good one need not stand where it was meant to: a frame that a misdirected write put over
 * older ones still says how far the segment was durable when it was written.
 */
final class LaterFrames {
  /** What the search found. */
  enum Finding {
    /** No good frame says that the bad one was durable before it was written. */
    NONE,
    /** A good frame belongs to a later batch. */
    PROVES_DAMAGE,
    /** The bytes imitate so many frames that checking all would take minutes. */
    TOO_MANY_CANDIDATES
  }

  private static final int WINDOW_BYTES = 1024 * 1024;
  private static final long MOST_CHECKSUMMED_BYTES = 16L * 1024 * 1024 * 1024;

  private final DiskFile file;
  private final Checksum checksum;
  private final Chain chain;
  private long checksummedBytes;

  /**
   * @param chain where the log is good up to
   */
  LaterFrames(DiskFile file, long salt, Chain chain) {
    this.file = file;
    this.checksum = new Checksum(salt);
    this.chain = chain;
  }

  /**
   * Searches every byte offset from a bad frame on.
   *
   * @param badOffset of the bad frame
   * @param size of the file
   */
  Finding search(long badOffset, long size) throws IOException {
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    long start = badOffset;
    while (start + FrameFormat.HEADER_BYTES <= size) {
      window.clear();
      file.readFully(window, start);
      window.flip();
      int last = window.limit() - FrameFormat.HEADER_BYTES;
      if (last < 0) {
        return Finding.NONE;
      }
      for (int at = 0; at <= last; at++) {
        long offset = start + at;
        if (!looksLikeLaterFrame(window, at, offset, size, badOffset)) {
          continue;
        }
        if (hasRightChecksum(offset, window.getInt(at + FrameFormat.LENGTH_AT))) {
          return Finding.PROVES_DAMAGE;
        }
        if (checksummedBytes > MOST_CHECKSUMMED_BYTES) {
          return Finding.TOO_MANY_CANDIDATES;
        }
      }
      start += last + 1L;
    }
    return Finding.NONE;
  }

  private boolean looksLikeLaterFrame(
      ByteBuffer window, int at, long offset, long size, long badOffset) {
    int length = window.getInt(at + FrameFormat.LENGTH_AT);
    if (!FrameFormat.isLength(length) || length > size - offset) {
      return false;
    }
    int batchStart = window.getInt(at + FrameFormat.BATCH_START_AT);
    return FrameFormat.isKind(window.getInt(at + FrameFormat.KIND_AT))
        && batchStart > badOffset
        && window.getLong(at + FrameFormat.POSITION_AT) >= chain.position()
        && window.getLong(at + FrameFormat.EPOCH_AT) >= chain.epoch();
  }

  private boolean hasRightChecksum(long offset, int length) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(length);
    file.readFully(frame, offset);
    checksummedBytes += length;
    if (frame.hasRemaining()) {
      return false;
    }
    int covered = length - FrameFormat.LENGTH_AT;
    return frame.getInt(0) == checksum.of(frame.array(), FrameFormat.LENGTH_AT, covered);
  }
}

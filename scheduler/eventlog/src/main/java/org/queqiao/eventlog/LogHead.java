package org.queqiao.eventlog;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The last entry of the log: what a witness signs and a snapshot names.
 *
 * @param position of the last entry; 0 means that the log holds no entry
 * @param epoch the highest epoch claimed so far; 0 means that none was
 * @param timeMs logical time of the last entry, 0 when there is none
 * @param hash SHA-256 of the last entry's frame, which contains the hash of the frame before it; 32
 *     zero bytes when there is none. It depends on the position alone: claiming an epoch leaves it
 *     as it is.
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogHead(long position, long epoch, long timeMs, byte[] hash) {
  /** Bytes in a hash. */
  public static final int HASH_BYTES = 32;

  public LogHead {
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("a head hash has 32 bytes, not " + hash.length);
    }
    hash = hash.clone();
  }

  /** The head of a log that holds nothing. */
  public static LogHead empty() {
    return new LogHead(0, 0, 0, new byte[HASH_BYTES]);
  }

  @Override
  public byte[] hash() {
    return hash.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogHead that
        && position == that.position
        && epoch == that.epoch
        && timeMs == that.timeMs
        && Arrays.equals(hash, that.hash);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + Arrays.hashCode(hash);
  }

  @Override
  public String toString() {
    return "LogHead[position="
        + position
        + ", epoch="
        + epoch
        + ", timeMs="
        + timeMs
        + ", hash="
        + HexFormat.of().formatHex(hash)
        + "]";
  }
}

package org.queqiao.eventlog;

import java.util.Arrays;

/**
 * The state after a log position, as bytes.
 *
 * @param position the last entry that the state contains; 0 is the state before any entry
 * @param headHash {@link LogHead#hash()} at that position, so that a snapshot of another log, or of
 *     another past, is refused
 * @param payload the encoded state
 */
@SuppressWarnings("ArrayRecordComponent")
public record Snapshot(long position, byte[] headHash, byte[] payload) {
  public Snapshot {
    if (position < 0) {
      throw new IllegalArgumentException("a snapshot's position is not negative: " + position);
    }
    if (headHash.length != LogHead.HASH_BYTES) {
      throw new IllegalArgumentException("a head hash has 32 bytes, not " + headHash.length);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Snapshot that
        && position == that.position
        && Arrays.equals(headHash, that.headHash)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "Snapshot[position=" + position + ", payload=" + payload.length + " bytes]";
  }
}

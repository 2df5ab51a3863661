package org.queqiao.runtime;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The digest of the state after a log position.
 *
 * @param position the last fact that the state contains
 * @param sha256 over the canonical state
 */
@SuppressWarnings("ArrayRecordComponent")
public record StateDigest(long position, byte[] sha256) {
  @Override
  public boolean equals(Object other) {
    return other instanceof StateDigest that
        && position == that.position
        && Arrays.equals(sha256, that.sha256);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + Arrays.hashCode(sha256);
  }

  @Override
  public String toString() {
    return "StateDigest[position="
        + position
        + ", sha256="
        + HexFormat.of().formatHex(sha256)
        + "]";
  }
}

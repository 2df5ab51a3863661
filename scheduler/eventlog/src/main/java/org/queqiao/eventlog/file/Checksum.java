package org.queqiao.eventlog.file;

import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli) over a log's salt and a range of bytes, and the way back from a wrong
 * checksum to the one bit that explains it.
 *
 * <p>The salt keeps a payload that imitates a frame from being taken for one: whoever writes the
 * payload does not know it.
 */
final class Checksum {
  /** The Castagnoli polynomial, lowest bit first. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private final byte[] salt = new byte[Long.BYTES];

  Checksum(long salt) {
    for (int i = 0; i < Long.BYTES; i++) {
      this.salt[i] = (byte) (salt >>> (56 - 8 * i));
    }
  }

  /** Checksum without a salt, for what carries the salt itself. */
  static int unsalted(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  int of(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(salt, 0, salt.length);
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /**
   * The one flipped bit among checksummed bytes that turns one checksum into another. Each bit of a
   * range below 2^31 bits changes the checksum in a way of its own, so the answer is unique.
   *
   * @param difference stored checksum XOR computed checksum, not 0
   * @param length checksummed bytes
   * @return 8 x byte index + bit number (0 is the lowest); empty when no single bit explains it
   */
  static OptionalLong flippedBit(int difference, int length) {
    int effect = 1;
    for (int at = length - 1; at >= 0; at--) {
      for (int bit = 7; bit >= 0; bit--) {
        effect = (effect >>> 1) ^ ((effect & 1) == 0 ? 0 : POLYNOMIAL);
        if (effect == difference) {
          return OptionalLong.of(8L * at + bit);
        }
      }
    }
    return OptionalLong.empty();
  }
}

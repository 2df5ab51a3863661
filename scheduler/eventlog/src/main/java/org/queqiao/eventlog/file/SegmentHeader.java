package org.queqiao.eventlog.file;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import org.queqiao.eventlog.LogHead;

/**
 * First bytes of a segment, big-endian: it continues exactly one past.
 *
 * <pre>
 *  0  magic            8  "QQSEGMNT"
 *  8  version          4
 * 12  bytes            4  of this header
 * 16  number           8  of the segment, from 1
 * 24  salt             8  of the log's checksums
 * 32  position         8  of the last entry before this segment
 * 40  epoch            8  of the last claim before this segment
 * 48  timeMs           8  of the last entry before this segment
 * 56  previousBytes    8  length of the segment before; 0 for the first
 * 64  frameHash       32  of the last frame before this segment
 * 96  entryHash       32  of the last entry before this segment
 * 128 checksum         4  CRC-32C of bytes 0 to 127
 * </pre>
 *
 * @param number of the segment, from 1
 * @param salt of the log's checksums
 * @param previousBytes length of the segment before
 * @param start the chain that the segment continues
 */
record SegmentHeader(long number, long salt, long previousBytes, Chain start) {
  static final int BYTES = 132;
  static final int VERSION = 1;
  private static final int CHECKSUM_AT = BYTES - 4;
  private static final long MAGIC = 0x5151_5345_474D_4E54L;
  private static final String NAME_PREFIX = "segment-";
  private static final String NAME_SUFFIX = ".qlog";
  private static final int NAME_DIGITS = 10;

  /** File name of a segment. */
  static String fileName(long number) {
    String digits = Long.toString(number);
    return NAME_PREFIX
        + "0".repeat(Math.max(0, NAME_DIGITS - digits.length()))
        + digits
        + NAME_SUFFIX;
  }

  /** Number of the segment that has this file name; empty when it is no segment's. */
  static OptionalLong numberOf(String fileName) {
    if (!fileName.startsWith(NAME_PREFIX) || !fileName.endsWith(NAME_SUFFIX)) {
      return OptionalLong.empty();
    }
    String digits =
        fileName.substring(NAME_PREFIX.length(), fileName.length() - NAME_SUFFIX.length());
    if (digits.length() < NAME_DIGITS || digits.length() > 18) {
      return OptionalLong.empty();
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.of(Long.parseLong(digits));
  }

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(BYTES).putLong(number).putLong(salt);
    bytes.putLong(start.position()).putLong(start.epoch()).putLong(start.timeMs());
    bytes.putLong(previousBytes).put(start.frameHash()).put(start.entryHash());
    bytes.putInt(Checksum.unsalted(bytes.array(), 0, CHECKSUM_AT));
    return bytes.flip();
  }

  /** The header in these bytes, or what is wrong with them. */
  static Decoded decode(String file, byte[] bytes) {
    if (bytes.length < BYTES) {
      String problem = "a segment header has " + BYTES + " bytes, here are " + bytes.length;
      return new Decoded.Bad(new Damage(file, bytes.length, problem));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int computed = Checksum.unsalted(bytes, 0, CHECKSUM_AT);
    if (computed != in.getInt(CHECKSUM_AT)) {
      return new Decoded.Bad(
          FlipFinder.inBlock(
              file, 0, computed, in.getInt(CHECKSUM_AT), CHECKSUM_AT, "segment header"));
    }
    if (in.getLong() != MAGIC) {
      return new Decoded.Bad(new Damage(file, 0, "this is not a segment of a Queqiao log"));
    }
    int version = in.getInt();
    if (version != VERSION || in.getInt() != BYTES) {
      String problem = "segment format " + version + " is not known here, only " + VERSION;
      return new Decoded.Bad(new Damage(file, 8, problem));
    }
    long number = in.getLong();
    long salt = in.getLong();
    long position = in.getLong();
    long epoch = in.getLong();
    long timeMs = in.getLong();
    long previousBytes = in.getLong();
    byte[] frameHash = new byte[LogHead.HASH_BYTES];
    byte[] entryHash = new byte[LogHead.HASH_BYTES];
    in.get(frameHash).get(entryHash);
    Chain start = new Chain(position, epoch, timeMs, frameHash, entryHash);
    return new Decoded.Good(new SegmentHeader(number, salt, previousBytes, start));
  }

  /** Whether this segment continues that chain, read to the end of the segment before. */
  boolean continues(Chain chain, long bytesBefore) {
    return previousBytes == bytesBefore
        && start.position() == chain.position()
        && start.epoch() == chain.epoch()
        && start.timeMs() == chain.timeMs()
        && Arrays.equals(start.frameHash(), chain.frameHash())
        && Arrays.equals(start.entryHash(), chain.entryHash());
  }

  /** What decoding gives. */
  sealed interface Decoded {
    /** A header that passed its checks. */
    record Good(SegmentHeader header) implements Decoded {}

    /** No header. */
    record Bad(Damage damage) implements Decoded {}
  }
}

package org.queqiao.eventlog.file;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * Says which single bit was flipped where a checksum is wrong, so that a person knows whether the
 * storage decays or something else wrote here.
 */
final class FlipFinder {
  private FlipFinder() {}

  /**
   * Names the damage of a block whose checksum stands right behind it.
   *
   * @param start of the block in the file
   * @param length of the block without its checksum
   */
  static Damage inBlock(
      String file, long start, int computed, int stored, int length, String what) {
    int difference = computed ^ stored;
    if (Integer.bitCount(difference) == 1) {
      int fromTop = Integer.numberOfLeadingZeros(difference);
      return flip(file, start + length + fromTop / 8, 7 - fromTop % 8, "checksum of the " + what);
    }
    OptionalLong bit = Checksum.flippedBit(difference, length);
    if (bit.isPresent()) {
      return flip(file, start + bit.getAsLong() / 8, (int) (bit.getAsLong() % 8), what);
    }
    String problem = "the checksum of the " + what + " (" + length + " bytes from here) is wrong";
    return new Damage(file, start, problem);
  }

  /**
   * Names the damage of a frame.
   *
   * @param offset of the frame in the file
   * @param bytes from the frame's first byte to the end of the segment or to the longest frame
   */
  static Damage inFrame(String file, long offset, byte[] bytes, Checksum checksum) {
    if (bytes.length < FrameFormat.HEADER_BYTES) {
      return new Damage(file, offset, "the segment ends inside a frame's header");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int stored = in.getInt(0);
    int length = in.getInt(FrameFormat.LENGTH_AT);
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      int other = length ^ (1 << bit);
      if (FrameFormat.isLength(other) && other <= bytes.length) {
        in.putInt(FrameFormat.LENGTH_AT, other);
        int covered = other - FrameFormat.LENGTH_AT;
        boolean right = stored == checksum.of(bytes, FrameFormat.LENGTH_AT, covered);
        in.putInt(FrameFormat.LENGTH_AT, length);
        if (right) {
          long at = offset + FrameFormat.LENGTH_AT + 3 - bit / 8;
          return flip(file, at, bit % 8, "length of the frame at offset " + offset);
        }
      }
    }
    if (FrameFormat.isLength(length) && length <= bytes.length) {
      int covered = length - FrameFormat.LENGTH_AT;
      int difference = stored ^ checksum.of(bytes, FrameFormat.LENGTH_AT, covered);
      if (Integer.bitCount(difference) == 1) {
        int fromTop = Integer.numberOfLeadingZeros(difference);
        return flip(file, offset + fromTop / 8, 7 - fromTop % 8, "frame's checksum");
      }
      OptionalLong bit = Checksum.flippedBit(difference, covered);
      if (bit.isPresent()) {
        long at = offset + FrameFormat.LENGTH_AT + bit.getAsLong() / 8;
        return flip(file, at, (int) (bit.getAsLong() % 8), "frame at offset " + offset);
      }
    }
    return new Damage(file, offset, "the frame here is damaged in more than one bit");
  }

  private static Damage flip(String file, long byteOffset, int bit, String where) {
    return new Damage(file, byteOffset, "bit " + bit + " of this byte is flipped (" + where + ")");
  }
}

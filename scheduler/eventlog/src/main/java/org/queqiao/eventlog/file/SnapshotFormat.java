package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.OptionalLong;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * Bytes of a snapshot file, big-endian.
 *
 * <pre>
 *  0  magic         8  "QQSNAPSH"
 *  8  version       4
 * 12  blockBytes    4
 * 16  position      8
 * 24  payloadBytes  8
 * 32  headHash     32
 * 64  checksum      4  CRC-32C of bytes 0 to 63
 * 68  blocks           blockBytes of payload (the last one fewer), each followed by its CRC-32C
 *     digest       32  SHA-256 of all bytes before
 * </pre>
 */
final class SnapshotFormat {
  private static final long MAGIC = 0x5151_534E_4150_5348L;
  private static final int VERSION = 1;
  private static final int BLOCK_BYTES = 64 * 1024;
  private static final int CHECKSUM_AT = 64;
  private static final int HEADER_BYTES = CHECKSUM_AT + Integer.BYTES;
  static final int HEAD_HASH_AT = 32;
  private static final String NAME_PREFIX = "snapshot-";
  private static final String NAME_SUFFIX = ".qsnap";
  private static final int NAME_DIGITS = 19;

  private SnapshotFormat() {}

  static String fileName(long position) {
    String digits = Long.toString(position);
    return NAME_PREFIX + "0".repeat(NAME_DIGITS - digits.length()) + digits + NAME_SUFFIX;
  }

  /** Position of the snapshot that has this file name; empty when it is no snapshot's. */
  static OptionalLong positionOf(String fileName) {
    int length = NAME_PREFIX.length() + NAME_DIGITS + NAME_SUFFIX.length();
    if (fileName.length() != length
        || !fileName.startsWith(NAME_PREFIX)
        || !fileName.endsWith(NAME_SUFFIX)) {
      return OptionalLong.empty();
    }
    String digits = fileName.substring(NAME_PREFIX.length(), NAME_PREFIX.length() + NAME_DIGITS);
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(digits));
    } catch (NumberFormatException pastTheLargestPosition) {
      return OptionalLong.empty();
    }
  }

  static void write(DiskFile file, Snapshot snapshot) throws IOException {
    MessageDigest digest = FrameFormat.newDigest();
    byte[] payload = snapshot.payload();
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putInt(VERSION).putInt(BLOCK_BYTES);
    header.putLong(snapshot.position()).putLong(payload.length).put(snapshot.headHash());
    header.putInt(Checksum.unsalted(header.array(), 0, CHECKSUM_AT));
    digest.update(header.array());
    file.writeFully(header.flip(), 0);
    long at = HEADER_BYTES;
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES + Integer.BYTES);
    for (int from = 0; from < payload.length; from += BLOCK_BYTES) {
      int count = Math.min(BLOCK_BYTES, payload.length - from);
      block.clear();
      block.put(payload, from, count).putInt(Checksum.unsalted(payload, from, count)).flip();
      digest.update(block.array(), 0, block.limit());
      int written = block.limit();
      file.writeFully(block, at);
      at += written;
    }
    file.writeFully(ByteBuffer.wrap(digest.digest()), at);
  }

  static Decoded read(DiskFile file, String shownName) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    long size = file.size();
    if (size < HEADER_BYTES + LogHead.HASH_BYTES) {
      return bad(shownName, size, "the file ends inside the snapshot's header");
    }
    file.readFully(header, 0);
    int computed = Checksum.unsalted(header.array(), 0, CHECKSUM_AT);
    int stored = header.getInt(CHECKSUM_AT);
    if (computed != stored) {
      return new Decoded.Bad(
          FlipFinder.inBlock(shownName, 0, computed, stored, CHECKSUM_AT, "snapshot header"));
    }
    if (header.getLong(0) != MAGIC) {
      return bad(shownName, 0, "this is not a snapshot of a Queqiao log");
    }
    if (header.getInt(8) != VERSION || header.getInt(12) != BLOCK_BYTES) {
      return bad(shownName, 8, "snapshot format " + header.getInt(8) + " is not known here");
    }
    long payloadBytes = header.getLong(24);
    if (payloadBytes < 0 || payloadBytes > Integer.MAX_VALUE - 8) {
      return bad(shownName, 24, payloadBytes + " bytes of payload are too many");
    }
    long blocks = (payloadBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    long expected = HEADER_BYTES + payloadBytes + blocks * Integer.BYTES + LogHead.HASH_BYTES;
    if (size != expected) {
      String problem = "the file has " + size + " bytes, its header says " + expected;
      return bad(shownName, Math.min(size, expected), problem);
    }
    return readBlocks(file, shownName, header.array(), (int) payloadBytes);
  }

  private static Decoded readBlocks(
      DiskFile file, String shownName, byte[] header, int payloadBytes) throws IOException {
    MessageDigest digest = FrameFormat.newDigest();
    digest.update(header);
    byte[] payload = new byte[payloadBytes];
    long at = HEADER_BYTES;
    for (int from = 0; from < payloadBytes; from += BLOCK_BYTES) {
      int count = Math.min(BLOCK_BYTES, payloadBytes - from);
      ByteBuffer block = ByteBuffer.allocate(count + Integer.BYTES);
      file.readFully(block, at);
      int computed = Checksum.unsalted(block.array(), 0, count);
      int stored = block.getInt(count);
      if (computed != stored) {
        return new Decoded.Bad(
            FlipFinder.inBlock(shownName, at, computed, stored, count, "snapshot block"));
      }
      digest.update(block.array());
      block.get(0, payload, from, count);
      at += block.capacity();
    }
    byte[] computed = digest.digest();
    byte[] stored = new byte[LogHead.HASH_BYTES];
    file.readFully(ByteBuffer.wrap(stored), at);
    int mismatch = Arrays.mismatch(computed, stored);
    if (mismatch >= 0) {
      return bad(shownName, at + mismatch, "the digest of the snapshot is wrong");
    }
    byte[] headHash = new byte[LogHead.HASH_BYTES];
    ByteBuffer fields = ByteBuffer.wrap(header);
    fields.get(HEAD_HASH_AT, headHash);
    return new Decoded.Good(new Snapshot(fields.getLong(16), headHash, payload));
  }

  private static Decoded bad(String shownName, long offset, String problem) {
    return new Decoded.Bad(new Damage(shownName, offset, problem));
  }

  /** What reading gives. */
  sealed interface Decoded {
    /** A whole snapshot. */
    record Good(Snapshot snapshot) implements Decoded {}

    /** No whole snapshot. */
    record Bad(Damage damage) implements Decoded {}
  }
}

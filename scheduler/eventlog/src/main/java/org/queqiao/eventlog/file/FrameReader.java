package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * Reads the frames of one segment in order and checks each: length before allocation, checksum,
 * order of position, epoch and time, and the hash of the frame before.
 */
final class FrameReader {
  private static final int WINDOW_BYTES = 256 * 1024;

  private final DiskFile file;
  private final String shownName;
  private final Checksum checksum;
  private final MessageDigest digest = FrameFormat.newDigest();
  private byte[] window = new byte[FrameFormat.HEADER_BYTES];
  private long windowStart;
  private int windowLength;
  private long offset;
  private Chain chain;
  private Damage damage;

  /**
   * @param chain what the frame at the offset must continue; null takes the first frame as it is
   *     and checks the following ones against it
   */
  FrameReader(DiskFile file, String shownName, long salt, long offset, Chain chain) {
    this.file = file;
    this.shownName = shownName;
    this.checksum = new Checksum(salt);
    this.offset = offset;
    this.windowStart = offset;
    this.chain = chain;
  }

  /**
   * The next frame that ends at or before the limit; null at the limit, and null where {@link
   * #damage()} says what is wrong.
   */
  Frame next(long limit) throws IOException {
    if (damage != null || offset >= limit) {
      return null;
    }
    long remaining = limit - offset;
    if (remaining < FrameFormat.HEADER_BYTES) {
      return bad("the last " + remaining + " bytes are too few for a frame");
    }
    int at = fill(FrameFormat.HEADER_BYTES, limit);
    if (at < 0) {
      return bad("the file ends inside a frame's header");
    }
    int length = ByteBuffer.wrap(window).getInt(at + FrameFormat.LENGTH_AT);
    if (!FrameFormat.isLength(length) || length > remaining) {
      return badFrame(limit);
    }
    at = fill(length, limit);
    if (at < 0) {
      return bad("the file ends inside a frame");
    }
    ByteBuffer in = ByteBuffer.wrap(window, at, length).slice();
    int computed = checksum.of(window, at + FrameFormat.LENGTH_AT, length - FrameFormat.LENGTH_AT);
    if (computed != in.getInt(0)) {
      return badFrame(limit);
    }
    return checked(in, at, length);
  }

  /** What stopped the reader; empty while nothing did. */
  Optional<Damage> damage() {
    return Optional.ofNullable(damage);
  }

  /** Offset of the next frame. */
  long offset() {
    return offset;
  }

  /** Where the chain has arrived; null before the first frame of a reader that had none. */
  Chain chain() {
    return chain;
  }

  private Frame checked(ByteBuffer in, int at, int length) {
    int kind = in.getInt(FrameFormat.KIND_AT);
    long position = in.getLong(FrameFormat.POSITION_AT);
    long epoch = in.getLong(FrameFormat.EPOCH_AT);
    long timeMs = in.getLong(FrameFormat.TIME_AT);
    int batchStart = in.getInt(FrameFormat.BATCH_START_AT);
    if (!FrameFormat.isKind(kind)) {
      return bad("frame kind " + kind + " is not known here");
    }
    boolean claim = kind == FrameFormat.CLAIM;
    if (chain != null) {
      String problem = linkProblem(in, claim, position, epoch, timeMs);
      if (problem != null) {
        return bad(problem);
      }
    }
    if (batchStart < SegmentHeader.BYTES || batchStart > offset) {
      return bad("the frame names batch start " + batchStart + ", which lies after it");
    }
    digest.update(window, at, length);
    byte[] hash = digest.digest();
    byte[] payload = Arrays.copyOfRange(window, at + FrameFormat.HEADER_BYTES, at + length);
    Frame frame =
        new Frame(offset, length, claim, position, epoch, timeMs, batchStart, payload, hash);
    chain = chain == null ? new Chain(position, epoch, timeMs, hash, hash) : chain.after(frame);
    offset += length;
    return frame;
  }

  private String linkProblem(ByteBuffer in, boolean claim, long position, long epoch, long timeMs) {
    byte[] previous = new byte[LogHead.HASH_BYTES];
    in.get(FrameFormat.PREVIOUS_AT, previous);
    if (!Arrays.equals(previous, chain.frameHash())) {
      return "the frame does not continue the one before it (hash chain broken)";
    }
    long expectedPosition = claim ? chain.position() : chain.position() + 1;
    if (position != expectedPosition) {
      return "the frame has position " + position + " where " + expectedPosition + " is next";
    }
    long expectedEpoch = claim ? chain.epoch() + 1 : chain.epoch();
    if (epoch != expectedEpoch) {
      return "the frame has epoch " + epoch + " where " + expectedEpoch + " is due";
    }
    if (timeMs < chain.timeMs()) {
      return "the frame's time " + timeMs + " is before " + chain.timeMs();
    }
    return null;
  }

  private Frame bad(String problem) {
    damage = new Damage(shownName, offset, problem);
    return null;
  }

  private Frame badFrame(long limit) throws IOException {
    int length = (int) Math.min(EventLog.MAX_FRAME_BYTES, limit - offset);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    file.readFully(bytes, offset);
    byte[] read = Arrays.copyOf(bytes.array(), bytes.position());
    damage = FlipFinder.inFrame(shownName, offset, read, checksum);
    return null;
  }

  /**
   * Makes bytes from the current offset available.
   *
   * @return where they start in the window; -1 when the file ends before
   */
  private int fill(int count, long limit) throws IOException {
    long end = windowStart + windowLength;
    if (offset >= windowStart && offset + count <= end) {
      return (int) (offset - windowStart);
    }
    long remaining = limit - offset;
    if (count > window.length || remaining > 2L * window.length) {
      int useful = (int) Math.min(WINDOW_BYTES, remaining);
      if (Math.max(count, useful) > window.length) {
        window = new byte[Math.max(count, useful)];
      }
    }
    int wanted = (int) Math.min(window.length, remaining);
    ByteBuffer target = ByteBuffer.wrap(window, 0, wanted);
    windowStart = offset;
    windowLength = 0;
    file.readFully(target, offset);
    windowLength = target.position();
    return windowLength < count ? -1 : 0;
  }
}

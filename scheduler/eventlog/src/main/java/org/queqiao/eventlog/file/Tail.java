package org.queqiao.eventlog.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.StaleEpoch;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;
import org.queqiao.eventlog.disk.DiskLock;

/**
 * The end of the log that is written: the last segment, with frames in three states.
 *
 * <pre>
 *   header | durable frames | written frames | frames in the buffer
 *                           ^ durableOffset  ^ writtenOffset       ^ endOffset
 * </pre>
 */
final class Tail implements Closeable {
  private final Disk disk;
  private final DiskLock lock;
  private final DurableMark mark;
  private final SpaceGuard space;
  private final PositionIndex index;
  private final KillPoints killPoints;
  private final Checksum checksum;
  private final MessageDigest digest = FrameFormat.newDigest();
  private final int segmentBytes;
  private ByteBuffer buffer;
  private DiskFile file;
  private SegmentHeader header;
  private long durableOffset;
  private long writtenOffset;
  private long endOffset;
  private volatile Chain chain;
  private volatile DurableEnd durableEnd;

  /**
   * @param opened the last segment, whose frames are all durable
   */
  Tail(Disk disk, DiskLock lock, LogSettings settings, SpaceGuard space, Opened opened) {
    this.disk = disk;
    this.lock = lock;
    this.mark = opened.mark();
    this.space = space;
    this.index = opened.index();
    this.killPoints = settings.killPoints();
    this.segmentBytes = settings.segmentBytes();
    this.buffer = ByteBuffer.allocate(settings.bufferBytes());
    this.file = opened.file();
    this.header = opened.header();
    this.checksum = new Checksum(header.salt());
    this.chain = opened.chain();
    this.durableOffset = opened.endOffset();
    this.writtenOffset = durableOffset;
    this.endOffset = durableOffset;
    this.durableEnd = new DurableEnd(header.number(), durableOffset, chain.position());
  }

  Chain chain() {
    return chain;
  }

  DurableEnd durableEnd() {
    return durableEnd;
  }

  void append(int kind, long position, long epoch, long timeMs, byte[] payload) throws IOException {
    requireLock();
    int length = FrameFormat.HEADER_BYTES + payload.length;
    boolean rolls = endOffset > SegmentHeader.BYTES && endOffset + length > segmentBytes;
    long needed = buffer.position() + length + (rolls ? SegmentHeader.BYTES : 0L);
    if (!space.fits(needed)) {
      throw new StorageFull(
          "the disk of the log has no room for " + length + " bytes: " + disk.describe("."));
    }
    if (rolls) {
      roll();
    }
    if (length > buffer.remaining()) {
      writeOut();
      if (length > buffer.capacity()) {
        buffer = ByteBuffer.allocate(length);
      }
    }
    int start = buffer.position();
    FrameFormat.FrameFields fields =
        new FrameFormat.FrameFields(
            kind, position, epoch, timeMs, (int) durableOffset, chain.frameHash());
    FrameFormat.encode(buffer, fields, payload, checksum);
    digest.update(buffer.array(), start, length);
    byte[] hash = digest.digest();
    boolean claim = kind == FrameFormat.CLAIM;
    if (!claim) {
      index.entryStarts(header.number(), endOffset, position);
    }
    endOffset += length;
    chain = new Chain(position, epoch, timeMs, hash, claim ? chain.entryHash() : hash);
  }

  void sync() throws IOException {
    requireLock();
    if (endOffset == durableOffset) {
      return;
    }
    writeOut();
    killPoints.reach(KillPoint.AFTER_APPEND_BEFORE_SYNC);
    file.force();
    killPoints.reach(KillPoint.AFTER_SYNC_BEFORE_MARK);
    becameDurable();
    space.refresh();
  }

  @Override
  public void close() throws IOException {
    try {
      mark.force();
    } finally {
      mark.close();
      file.close();
    }
  }

  private void requireLock() {
    if (!lock.isHeld()) {
      throw new StaleEpoch(
          "another writer has taken over the log; epoch " + chain.epoch() + " has ended");
    }
  }

  private void becameDurable() throws IOException {
    durableOffset = endOffset;
    Chain reached = chain;
    mark.write(
        new DurableMark.Place(
            header.number(), durableOffset, reached.position(), reached.frameHash()));
    durableEnd = new DurableEnd(header.number(), durableOffset, reached.position());
  }

  private void writeOut() throws IOException {
    int length = buffer.position();
    if (length == 0) {
      return;
    }
    requireLock();
    buffer.flip();
    if (!killPoints.equals(KillPoints.NONE)) {
      buffer.limit(length / 2);
      writeBuffer();
      killPoints.reach(KillPoint.AFTER_PARTIAL_APPEND);
      buffer.limit(length);
    }
    writeBuffer();
    buffer.clear();
  }

  private void writeBuffer() throws IOException {
    while (buffer.hasRemaining()) {
      try {
        int count = file.write(buffer, writtenOffset);
        if (count <= 0) {
          throw new IOException("the storage accepted no byte");
        }
        writtenOffset += count;
        space.wrote(count);
      } catch (IOException failure) {
        if (!space.isFullFor(buffer.remaining()) || !space.release()) {
          throw failure;
        }
      }
    }
  }

  /** Ends this segment, whole and forced, and begins the next. */
  private void roll() throws IOException {
    sync();
    killPoints.reach(KillPoint.SEGMENT_ROLL);
    SegmentHeader next =
        new SegmentHeader(header.number() + 1, header.salt(), durableOffset, chain);
    prepare(next);
    String name = SegmentHeader.fileName(next.number());
    disk.rename(SegmentFiles.temporaryName(next.number()), name);
    killPoints.reach(KillPoint.SEGMENT_ROLL_AFTER_RENAME_BEFORE_DIRECTORY_SYNC);
    disk.forceNames();
    DiskFile opened = disk.open(name);
    file.close();
    file = opened;
    header = next;
    writtenOffset = SegmentHeader.BYTES;
    endOffset = SegmentHeader.BYTES;
    index.segmentStarts(next.number(), chain.position() + 1);
    becameDurable();
    // Once per segment the mark is made durable too, so that a power failure leaves a recent one.
    mark.force();
  }

  private void prepare(SegmentHeader next) throws IOException {
    try {
      SegmentFiles.prepare(disk, next);
    } catch (IOException failure) {
      if (!space.isFullFor(SegmentHeader.BYTES)) {
        throw failure;
      }
      disk.delete(SegmentFiles.temporaryName(next.number()));
      if (!space.release()) {
        throw new StorageFull(
            "the disk of the log has no room for another segment: " + disk.describe("."));
      }
      SegmentFiles.prepare(disk, next);
    }
  }

  /**
   * How far readers may read.
   *
   * @param segment number of the last segment; those before it are durable whole
   * @param offset durable bytes of it
   * @param position of the last durable entry
   */
  record DurableEnd(long segment, long offset, long position) {}

  /**
   * The last segment as recovery leaves it.
   *
   * @param file open for writing
   * @param header of the segment
   * @param endOffset its length, all of it durable
   * @param chain at its end
   * @param mark open for writing
   * @param index of all segments
   */
  record Opened(
      DiskFile file,
      SegmentHeader header,
      long endOffset,
      Chain chain,
      DurableMark mark,
      PositionIndex index) {}
}

package org.queqiao.eventlog.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/** Reads segments up to the durable end, and on as the end moves. */
final class DiskCursor implements LogCursor {
  private final Disk disk;
  private final Supplier<Tail.DurableEnd> durableEnd;
  private long segment;
  private long offset;
  private long nextPosition;
  private DiskFile file;
  private FrameReader reader;

  DiskCursor(
      Disk disk,
      Supplier<Tail.DurableEnd> durableEnd,
      PositionIndex.Place start,
      long fromPosition) {
    this.disk = disk;
    this.durableEnd = durableEnd;
    this.segment = start.segment();
    this.offset = start.offset();
    this.nextPosition = fromPosition;
  }

  @Override
  public LogEntry next() {
    Frame frame = nextEntryFrame();
    return frame == null ? null : frame.entry();
  }

  /** As {@link #next()}, with the frame around the entry. */
  Frame nextEntryFrame() {
    try {
      while (true) {
        Tail.DurableEnd end = durableEnd.get();
        if (end.segment() < segment || (end.segment() == segment && end.offset() <= offset)) {
          return null;
        }
        if (reader == null) {
          openSegment(null);
        }
        Frame frame = reader.next(end.segment() > segment ? file.size() : end.offset());
        if (frame != null) {
          offset = frame.end();
          if (!frame.claim() && frame.position() >= nextPosition) {
            nextPosition = frame.position() + 1;
            return frame;
          }
        } else if (reader.damage().isPresent()) {
          throw reader.damage().get().asCorruptLog();
        } else if (end.segment() > segment) {
          Chain reached = reader.chain();
          close();
          segment++;
          offset = SegmentHeader.BYTES;
          openSegment(reached);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "cannot read " + disk.describe(SegmentHeader.fileName(segment)), failure);
    }
  }

  @Override
  public long nextPosition() {
    return nextPosition;
  }

  @Override
  public void close() {
    reader = null;
    if (file != null) {
      try {
        file.close();
      } catch (IOException unreported) {
        // Nothing was written through this descriptor, so nothing can be lost with it.
      }
      file = null;
    }
  }

  /**
   * @param reached where the segment before ended; null when the cursor starts here
   */
  private void openSegment(Chain reached) throws IOException {
    String name = SegmentHeader.fileName(segment);
    String shown = disk.describe(name);
    file = disk.open(name);
    SegmentHeader header =
        switch (SegmentFiles.readHeader(file, shown)) {
          case SegmentHeader.Decoded.Good good -> good.header();
          case SegmentHeader.Decoded.Bad bad -> throw bad.damage().asCorruptLog();
        };
    if (reached != null && !Arrays.equals(reached.frameHash(), header.start().frameHash())) {
      throw new CorruptLog(shown, 64, "this segment does not continue the one before it");
    }
    Chain chain = offset == SegmentHeader.BYTES ? header.start() : null;
    reader = new FrameReader(file, shown, header.salt(), offset, chain);
  }
}

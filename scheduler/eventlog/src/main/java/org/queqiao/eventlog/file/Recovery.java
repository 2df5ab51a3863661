package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/** Brings the files of a log from whatever a crash left to a whole log, or refuses. */
final class Recovery {
  private static final int COPY_BYTES = 256 * 1024;

  private final Disk disk;
  private final LogSettings settings;
  private final PositionIndex index = new PositionIndex();

  Recovery(Disk disk, LogSettings settings) {
    this.disk = disk;
    this.settings = settings;
  }

  /**
   * Checks everything, cuts a torn tail, makes what is left durable.
   *
   * @throws org.queqiao.eventlog.CorruptLog when something that was durable is not whole
   */
  Tail.Opened run() throws IOException {
    deleteTemporaries();
    IndexingVisitor indexing = new IndexingVisitor();
    LogScan scan = LogScan.scan(disk, indexing);
    Optional<Damage> damage = scan.result().damage();
    if (damage.isPresent()) {
      throw damage.get().asCorruptLog();
    }
    if (scan.isAbsent()) {
      DurableMark.create(disk);
    }
    if (scan.lastHeader() == null) {
      return begin();
    }
    indexEmptyTail(scan);
    DiskFile file = disk.open(SegmentHeader.fileName(scan.lastHeader().number()));
    try {
      if (scan.result().tornTail().isPresent()) {
        cut(file, scan.goodBytes());
      }
      makeDurable(file, scan);
      DurableMark mark = DurableMark.open(disk, scan.mark());
      DurableMark.Place end =
          new DurableMark.Place(
              scan.lastHeader().number(),
              scan.goodBytes(),
              scan.chain().position(),
              scan.chain().frameHash());
      // Both slots, so that a damaged one is whole again.
      mark.write(end);
      mark.write(end);
      mark.force();
      return new Tail.Opened(file, scan.lastHeader(), scan.goodBytes(), scan.chain(), mark, index);
    } catch (IOException | RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  private void deleteTemporaries() throws IOException {
    for (String name : disk.names()) {
      if (name.endsWith(SegmentFiles.TEMPORARY_SUFFIX)) {
        disk.delete(name);
      }
    }
  }

  private Tail.Opened begin() throws IOException {
    long salt = settings.newSalt().getAsLong();
    SegmentHeader first = new SegmentHeader(1, salt, 0, Chain.genesis());
    SegmentFiles.prepare(disk, first);
    disk.rename(SegmentFiles.temporaryName(1), SegmentHeader.fileName(1));
    disk.forceNames();
    index.segmentStarts(1, 1);
    DiskFile file = disk.open(SegmentHeader.fileName(1));
    DurableMark mark = DurableMark.open(disk, DurableMark.read(disk));
    return new Tail.Opened(file, first, SegmentHeader.BYTES, Chain.genesis(), mark, index);
  }

  private void indexEmptyTail(LogScan scan) {
    SegmentHeader last = scan.lastHeader();
    if (scan.chain().position() == last.start().position()) {
      index.segmentStarts(last.number(), scan.chain().position() + 1);
    }
  }

  private void cut(DiskFile file, long goodBytes) throws IOException {
    settings.killPoints().reach(KillPoint.BEFORE_TRUNCATE);
    file.truncate(goodBytes);
    settings.killPoints().reach(KillPoint.AFTER_TRUNCATE_BEFORE_SYNC);
    file.force();
  }

  /**
   * Forces what the last process may have left unforced. Its bytes are written once more first: a
   * force that failed leaves pages that look clean and are not on the disk, and only writing them
   * again brings them there.
   */
  private void makeDurable(DiskFile file, LogScan scan) throws IOException {
    DurableMark.Place durable = scan.mark().place();
    long from =
        durable.segment() == scan.lastHeader().number() ? durable.offset() : SegmentHeader.BYTES;
    ByteBuffer copy = ByteBuffer.allocate(COPY_BYTES);
    for (long at = from; at < scan.goodBytes(); at += copy.limit()) {
      copy.clear().limit((int) Math.min(COPY_BYTES, scan.goodBytes() - at));
      file.readFully(copy, at);
      copy.flip();
      file.writeFully(copy, at);
    }
    file.force();
    disk.forceNames();
  }

  /** Fills the index while the scan reads. */
  private final class IndexingVisitor implements FrameVisitor {
    @Override
    public void frame(long segment, Frame frame) {
      if (!frame.claim()) {
        index.entryStarts(segment, frame.offset(), frame.position());
      }
    }
  }
}

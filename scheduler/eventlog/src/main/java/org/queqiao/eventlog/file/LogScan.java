package org.queqiao.eventlog.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/**
 * Reads a whole log, changes nothing, and tells a torn tail from damage.
 *
 * <p>A bad frame is <b>damage</b> when it was durable once, which is proven by any of these:
 *
 * <ul>
 *   <li>a later segment exists: a segment is forced whole before the next one is created;
 *   <li>the durable mark lies behind it: the mark is written after the force;
 *   <li>a later good frame says that its own batch began behind it: everything before a batch was
 *       forced before the batch was written.
 * </ul>
 *
 * <p>Otherwise it is a <b>torn tail</b>: it belongs to the last batch, which nobody was told about,
 * even if a later frame of the same batch reached the disk (pages are written in any order).
 */
public final class LogScan {
  private final Disk disk;
  private final FrameVisitor visitor;
  private final List<ScanResult.SegmentFacts> segments = new ArrayList<>();
  private DurableMark.Reading mark;
  private Chain chain = Chain.genesis();
  private SegmentHeader lastHeader;
  private long goodBytes;
  private Damage damage;
  private ScanResult.TornTail tornTail;

  private LogScan(Disk disk, FrameVisitor visitor) {
    this.disk = disk;
    this.visitor = visitor;
  }

  /** Scans a log; one without any file is an empty log. */
  public static ScanResult run(Disk disk, FrameVisitor visitor) throws IOException {
    return scan(disk, visitor).result();
  }

  static LogScan scan(Disk disk, FrameVisitor visitor) throws IOException {
    LogScan scan = new LogScan(disk, visitor);
    scan.scanAll();
    return scan;
  }

  ScanResult result() {
    return new ScanResult(
        List.copyOf(segments),
        chain.head(),
        Optional.ofNullable(tornTail),
        Optional.ofNullable(damage),
        mark == null ? List.of() : mark.damages());
  }

  /** Whether the disk holds no log at all. */
  boolean isAbsent() {
    return mark == null && damage == null;
  }

  Chain chain() {
    return chain;
  }

  /** Header of the last segment; null when there is none. */
  SegmentHeader lastHeader() {
    return lastHeader;
  }

  /** Good bytes of the last segment. */
  long goodBytes() {
    return goodBytes;
  }

  DurableMark.Reading mark() {
    return mark;
  }

  private void scanAll() throws IOException {
    // The mark first: of a log that is being written, the segments are at least as far as it says.
    boolean marked = disk.names().contains(DurableMark.FILE_NAME);
    if (marked) {
      mark = DurableMark.read(disk);
    }
    List<Long> numbers = SegmentFiles.numbers(disk);
    if (!marked) {
      if (!numbers.isEmpty()) {
        String file = disk.describe(DurableMark.FILE_NAME);
        damage = new Damage(file, 0, "the durable mark of this log is missing");
      }
      return;
    }
    if (mark.place() == null) {
      damage = mark.damages().getFirst();
      return;
    }
    for (int i = 0; i < numbers.size() && damage == null; i++) {
      long number = numbers.get(i);
      if (number != i + 1) {
        missing(i + 1);
        return;
      }
      scanSegment(number, i == numbers.size() - 1);
    }
    if (damage == null && mark.place().segment() > numbers.size()) {
      missing(numbers.size() + 1L);
    }
  }

  private void missing(long number) {
    String file = disk.describe(SegmentHeader.fileName(number));
    damage = new Damage(file, 0, "this segment of the log is missing");
  }

  private void scanSegment(long number, boolean last) throws IOException {
    String name = SegmentHeader.fileName(number);
    String shown = disk.describe(name);
    try (DiskFile file = disk.open(name)) {
      long size = file.size();
      SegmentHeader header;
      switch (SegmentFiles.readHeader(file, shown)) {
        case SegmentHeader.Decoded.Bad bad -> {
          damage = bad.damage();
          return;
        }
        case SegmentHeader.Decoded.Good good -> header = good.header();
      }
      if (header.number() != number) {
        damage = new Damage(shown, 16, "this is segment " + header.number() + " of the log");
        return;
      }
      if (!header.continues(chain, goodBytes)
          || (lastHeader != null && header.salt() != lastHeader.salt())) {
        damage = new Damage(shown, 24, "this segment does not continue the one before it");
        return;
      }
      lastHeader = header;
      Optional<Damage> bad = readFrames(file, shown, header, size);
      if (damage == null && bad.isPresent()) {
        judge(file, shown, size, last, bad.get());
      }
      if (damage == null) {
        checkMark(shown, number, size);
      }
    }
  }

  private Optional<Damage> readFrames(DiskFile file, String shown, SegmentHeader header, long size)
      throws IOException {
    FrameReader reader = new FrameReader(file, shown, header.salt(), SegmentHeader.BYTES, chain);
    long firstTimeMs = 0;
    checkMarkAt(shown, header.number(), SegmentHeader.BYTES, chain);
    Frame frame;
    while ((frame = reader.next(size)) != null) {
      if (!frame.claim() && frame.position() == header.start().position() + 1) {
        firstTimeMs = frame.timeMs();
      }
      checkMarkAt(shown, header.number(), reader.offset(), reader.chain());
      visitor.frame(header.number(), frame);
    }
    chain = reader.chain();
    goodBytes = reader.offset();
    boolean holdsEntries = chain.position() > header.start().position();
    segments.add(
        new ScanResult.SegmentFacts(
            header.number(),
            shown,
            size,
            goodBytes,
            header.start().position() + 1,
            chain.position(),
            header.start().epoch(),
            chain.epoch(),
            firstTimeMs,
            holdsEntries ? chain.timeMs() : 0));
    return reader.damage();
  }

  private void judge(DiskFile file, String shown, long size, boolean last, Damage bad)
      throws IOException {
    DurableMark.Place durable = mark.place();
    boolean beforeMark = durable.segment() == lastHeader.number() && goodBytes < durable.offset();
    if (!last || beforeMark || durable.segment() > lastHeader.number()) {
      damage = bad;
      return;
    }
    LaterFrames later = new LaterFrames(file, lastHeader.salt(), chain);
    switch (later.search(goodBytes, size)) {
      case PROVES_DAMAGE -> damage = bad;
      case TOO_MANY_CANDIDATES ->
          damage =
              new Damage(
                  bad.file(),
                  bad.byteOffset(),
                  bad.problem() + "; what follows is too much to tell a torn tail from damage");
      case NONE ->
          tornTail = new ScanResult.TornTail(shown, goodBytes, size - goodBytes, bad.problem());
    }
  }

  /** The log must reach the mark: a log that ends before it has lost what was durable. */
  private void checkMark(String shown, long number, long size) {
    DurableMark.Place durable = mark.place();
    if (durable.segment() != number) {
      return;
    }
    if (goodBytes < durable.offset()) {
      String problem =
          "the file has "
              + size
              + " bytes, "
              + durable.offset()
              + " were durable (up to position "
              + durable.position()
              + ")";
      damage = new Damage(shown, goodBytes, problem);
    }
  }

  /** At the very offset of the mark the chain must be the one that was marked. */
  private void checkMarkAt(String shown, long number, long offset, Chain reached) {
    DurableMark.Place durable = mark.place();
    if (durable.segment() == number
        && durable.offset() == offset
        && (durable.position() != reached.position()
            || !Arrays.equals(durable.frameHash(), reached.frameHash()))) {
      damage = new Damage(shown, offset, "up to here the log is not the one that was durable");
    }
  }
}

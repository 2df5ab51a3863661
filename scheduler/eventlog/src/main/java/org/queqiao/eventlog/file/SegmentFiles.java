package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/** Segments as files of a disk: listed, opened, created. */
final class SegmentFiles {
  /** Ends the name of a file that has not got its own name yet; such a file is worth nothing. */
  static final String TEMPORARY_SUFFIX = ".tmp";

  private SegmentFiles() {}

  /** Numbers of the segments, ascending. */
  static List<Long> numbers(Disk disk) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (String name : disk.names()) {
      OptionalLong number = SegmentHeader.numberOf(name);
      if (number.isPresent()) {
        numbers.add(number.getAsLong());
      }
    }
    Collections.sort(numbers);
    return numbers;
  }

  /** Reads the header of an open segment. */
  static SegmentHeader.Decoded readHeader(DiskFile file, String shownName) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    file.readFully(bytes, 0);
    byte[] read = new byte[bytes.position()];
    bytes.get(0, read);
    return SegmentHeader.decode(shownName, read);
  }

  /**
   * Writes a header under a temporary name and forces it. The segment gets its name afterwards, so
   * a segment that has one has a whole header.
   */
  static void prepare(Disk disk, SegmentHeader header) throws IOException {
    try (DiskFile file = disk.create(temporaryName(header.number()))) {
      file.writeFully(header.encode(), 0);
      file.force();
    }
  }

  static String temporaryName(long number) {
    return SegmentHeader.fileName(number) + TEMPORARY_SUFFIX;
  }
}

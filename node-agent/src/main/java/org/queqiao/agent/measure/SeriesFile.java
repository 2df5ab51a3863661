package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.Series;

/**
 * The series of one run, in a file that survives the agent. It is bounded: when it is full, every
 * second row is left out and the interval doubles, so that a long run keeps its beginning.
 */
final class SeriesFile {
  private final Path file;
  private final int maxBytes;
  private Series head;
  private long lastMs;
  private long size;
  private long[] lastRow = new long[0];

  private SeriesFile(Path file, int maxBytes) {
    this.file = file;
    this.maxBytes = maxBytes;
  }

  /**
   * Opens the file, or makes it; one that is damaged is begun anew.
   *
   * @param intervalMs between two rows of a new file
   * @param counters the columns of a new file
   */
  static SeriesFile open(Path file, int maxBytes, int intervalMs, List<Integer> counters)
      throws IOException {
    SeriesFile opened = new SeriesFile(file, maxBytes);
    Series found = null;
    if (Files.exists(file)) {
      try {
        found = Series.ofPlain(Files.readAllBytes(file));
      } catch (MalformedRecordException e) {
        found = null;
      }
    }
    opened.replace(found == null ? new Series(intervalMs, counters, List.of()) : found);
    return opened;
  }

  /** The columns. */
  List<Integer> counters() {
    return head.counters();
  }

  /** Whether a row is due. */
  boolean due(long nowMs) {
    // A beat comes a little early or late.
    return nowMs - lastMs >= head.intervalMs() * 3L / 4;
  }

  /**
   * Adds a row: the moment, then one value for each column. What a full disk has taken of a row
   * that failed is written over by the next one.
   */
  void add(long[] row) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Series.rowBytes(head.counters().size()));
    for (long value : row) {
      bytes.putLong(value);
    }
    if (size + bytes.capacity() > maxBytes) {
      replace(read().thinned());
    }
    bytes.flip();
    int length = bytes.remaining();
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.position(size);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    size += length;
    lastMs = row[0];
    lastRow = row;
  }

  /** What the last row says of a counter; -1 where it says nothing. */
  long last(Counter counter) {
    int column = counters().indexOf(counter.number());
    return column < 0 || lastRow.length == 0 ? -1 : lastRow[column + 1];
  }

  /** All of it. */
  Series read() throws IOException {
    return Series.ofPlain(Files.readAllBytes(file));
  }

  /** By another name first: a crash leaves the old file or the new one. */
  private void replace(Series series) throws IOException {
    byte[] plain = series.plain();
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.write(next, plain);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    size = plain.length;
    head = new Series(series.intervalMs(), series.counters(), List.of());
    lastRow = series.rows().isEmpty() ? new long[0] : series.rows().getLast();
    lastMs = lastRow.length == 0 ? 0 : lastRow[0];
  }
}

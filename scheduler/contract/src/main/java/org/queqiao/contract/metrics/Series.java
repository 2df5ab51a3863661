package org.queqiao.contract.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.queqiao.contract.MalformedRecordException;

/**
 * Counters over time: rows of a moment and one value for each column.
 *
 * <pre>
 *   plain   u32 interval in ms | u16 columns | u16 counter, for each | rows: i64 ms | i64 value, for each
 *   packed  plain, deflated
 * </pre>
 *
 * A value below 0 was not there at that moment.
 *
 * @param intervalMs between two rows, as a rule
 * @param counters numbers of {@link Counter}, one for each column
 * @param rows ascending in time; each has the moment first
 */
public record Series(int intervalMs, List<Integer> counters, List<long[]> rows) {
  /** The longest plain form, in bytes. */
  public static final int PLAIN_MAX_BYTES = 1 << 20;

  /** The most columns. */
  public static final int COLUMNS_MAX = 64;

  private static final int FIXED_BYTES = 6;

  public Series {
    counters = List.copyOf(counters);
    rows = List.copyOf(rows);
  }

  /** The bytes before the first row. */
  public static int headBytes(int columns) {
    return FIXED_BYTES + columns * Short.BYTES;
  }

  /** The bytes of a row. */
  public static int rowBytes(int columns) {
    return (columns + 1) * Long.BYTES;
  }

  /** As kept on a node. */
  public byte[] plain() {
    ByteBuffer out =
        ByteBuffer.allocate(headBytes(counters.size()) + rows.size() * rowBytes(counters.size()));
    out.putInt(intervalMs).putShort((short) counters.size());
    counters.forEach(each -> out.putShort(each.shortValue()));
    for (long[] row : rows) {
      for (long value : row) {
        out.putLong(value);
      }
    }
    return out.array();
  }

  /** Reads the plain form; a row that is cut off is left out. */
  public static Series ofPlain(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < FIXED_BYTES || bytes.length > PLAIN_MAX_BYTES) {
      throw new MalformedRecordException("a series of " + bytes.length + " bytes");
    }
    int intervalMs = in.getInt();
    int columns = Short.toUnsignedInt(in.getShort());
    if (columns > COLUMNS_MAX || in.remaining() < columns * Short.BYTES || intervalMs < 1) {
      throw new MalformedRecordException("a series of " + columns + " columns");
    }
    List<Integer> counters = new ArrayList<>(columns);
    for (int i = 0; i < columns; i++) {
      counters.add(Short.toUnsignedInt(in.getShort()));
    }
    List<long[]> rows = new ArrayList<>();
    while (in.remaining() >= rowBytes(columns)) {
      long[] row = new long[columns + 1];
      for (int i = 0; i < row.length; i++) {
        row[i] = in.getLong();
      }
      rows.add(row);
    }
    return new Series(intervalMs, counters, rows);
  }

  /** As sent and stored. */
  public byte[] packed() {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(plain());
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] piece = new byte[8_192];
      while (!deflater.finished()) {
        out.write(piece, 0, deflater.deflate(piece));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  /**
   * Reads the packed form.
   *
   * @throws MalformedRecordException when it is none, or longer than one may be
   */
  public static Series ofPacked(byte[] bytes) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes);
      byte[] plain = new byte[Math.min(PLAIN_MAX_BYTES, 64 << 10)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == plain.length) {
          if (length == PLAIN_MAX_BYTES) {
            throw new MalformedRecordException("a series of more than " + PLAIN_MAX_BYTES);
          }
          plain = Arrays.copyOf(plain, Math.min(PLAIN_MAX_BYTES, 2 * length));
        }
        int got = inflater.inflate(plain, length, plain.length - length);
        if (got == 0 && !inflater.finished() && length < plain.length) {
          throw new MalformedRecordException("a series that is cut off");
        }
        length += got;
      }
      return ofPlain(Arrays.copyOf(plain, length));
    } catch (DataFormatException e) {
      throw new MalformedRecordException("no series: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  /** The rows later than a moment. */
  public Series after(long ms) {
    return new Series(intervalMs, counters, rows.stream().filter(row -> row[0] > ms).toList());
  }

  /** Every second row, from the first on, at twice the interval. */
  public Series thinned() {
    List<long[]> kept = new ArrayList<>();
    for (int i = 0; i < rows.size(); i += 2) {
      kept.add(rows.get(i));
    }
    return new Series(intervalMs * 2, counters, kept);
  }

  /** With later rows behind it, which have the same columns; others are left out. */
  public Series with(Series later) {
    if (!later.counters.equals(counters)) {
      return this;
    }
    List<long[]> all = new ArrayList<>(rows);
    long last = rows.isEmpty() ? Long.MIN_VALUE : rows.getLast()[0];
    later.rows.stream().filter(row -> row[0] > last).forEach(all::add);
    return new Series(later.intervalMs, counters, all);
  }
}

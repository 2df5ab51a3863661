package org.queqiao.accounting.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of CSV as PostgreSQL writes it, one at a time. An empty field without quotes is null, one
 * with quotes is an empty text.
 */
public final class CsvRows {
  private static final int BUFFER_BYTES = 1 << 16;

  /** No row is longer: what would be is no file of ours. */
  private static final int MAX_ROW_BYTES = 1 << 22;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private int at;
  private int end;

  public CsvRows(InputStream in) {
    this.in = in;
  }

  /** The next row, or null at the end. */
  public List<String> next() throws IOException {
    int first = read();
    if (first < 0) {
      return null;
    }
    List<String> row = new ArrayList<>();
    int length = 0;
    int next = first;
    while (true) {
      field.reset();
      boolean quoted = next == '"';
      next = quoted ? quoted() : plain(next);
      length += field.size() + 1;
      if (length > MAX_ROW_BYTES) {
        throw new ArchiveDamaged("a row has more than " + MAX_ROW_BYTES + " bytes");
      }
      row.add(!quoted && field.size() == 0 ? null : field.toString(StandardCharsets.UTF_8));
      if (next == '\n') {
        return row;
      }
      if (next != ',') {
        throw new ArchiveDamaged("a row ends in the middle of a field");
      }
      next = read();
    }
  }

  /** A field without quotes; what ends it. */
  private int plain(int first) throws IOException {
    int each = first;
    while (each >= 0 && each != ',' && each != '\n') {
      add(each);
      each = read();
    }
    return each;
  }

  /** A field after its first quote; what ends it. */
  private int quoted() throws IOException {
    while (true) {
      int each = read();
      if (each < 0) {
        return each;
      }
      if (each == '"') {
        each = read();
        if (each != '"') {
          return each;
        }
      }
      add(each);
    }
  }

  private void add(int each) throws ArchiveDamaged {
    if (field.size() > MAX_ROW_BYTES) {
      throw new ArchiveDamaged("a field has more than " + MAX_ROW_BYTES + " bytes");
    }
    field.write(each);
  }

  private int read() throws IOException {
    if (at == end) {
      end = in.read(buffer, 0, buffer.length);
      at = 0;
      if (end <= 0) {
        end = 0;
        return -1;
      }
    }
    return buffer[at++] & 0xff;
  }
}

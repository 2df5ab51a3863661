package org.queqiao.accounting.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table, as PostgreSQL's COPY reads them in binary: a buffer at a time,
 * with no statement for a row. Until it is ended nothing else can be asked on the connection.
 */
final class CopyRows implements AutoCloseable {
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int NULL_LENGTH = -1;
  private static final short END = -1;

  private final CopyIn copy;
  private final short columns;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;

  CopyRows(Connection connection, String table, String columns) throws SQLException {
    this.columns = (short) columns.split(",").length;
    this.copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy " + table + " (" + columns + ") from stdin with (format binary)");
    put(HEADER);
  }

  /** A row: a Long for each bigint, an Integer for each integer, bytes, texts, and null. */
  CopyRows add(Object... row) throws SQLException {
    room(Short.BYTES);
    putShort(columns);
    for (Object each : row) {
      field(each);
    }
    return this;
  }

  private void field(Object value) throws SQLException {
    room(Integer.BYTES + Long.BYTES);
    switch (value) {
      case null -> putInt(NULL_LENGTH);
      case Long number -> {
        putInt(Long.BYTES);
        putInt((int) (number >>> Integer.SIZE));
        putInt(number.intValue());
      }
      case Integer number -> {
        putInt(Integer.BYTES);
        putInt(number);
      }
      case String text -> bytes(text.getBytes(StandardCharsets.UTF_8));
      case byte[] bytes -> bytes(bytes);
      default -> throw new IllegalArgumentException("no column is of " + value.getClass());
    }
  }

  private void bytes(byte[] value) throws SQLException {
    putInt(value.length);
    put(value);
  }

  /** Ends the copying: the rows are in the table once the transaction is committed. */
  void end() throws SQLException {
    room(Short.BYTES);
    putShort(END);
    send();
    copy.endCopy();
  }

  private void put(byte[] value) throws SQLException {
    if (buffer.length - filled < value.length) {
      send();
      if (value.length > buffer.length) {
        copy.writeToCopy(value, 0, value.length);
        return;
      }
    }
    System.arraycopy(value, 0, buffer, filled, value.length);
    filled += value.length;
  }

  private void putShort(short value) {
    buffer[filled++] = (byte) (value >> Byte.SIZE);
    buffer[filled++] = (byte) value;
  }

  private void putInt(int value) {
    for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      buffer[filled++] = (byte) (value >> shift);
    }
  }

  private void room(int bytes) throws SQLException {
    if (buffer.length - filled < bytes) {
      send();
    }
  }

  private void send() throws SQLException {
    copy.writeToCopy(buffer, 0, filled);
    filled = 0;
  }

  @Override
  public void close() throws SQLException {
    buffer = Arrays.copyOf(buffer, 0);
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}

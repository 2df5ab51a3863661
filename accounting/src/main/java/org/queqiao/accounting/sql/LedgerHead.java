package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * How far the books have come.
 *
 * @param position of the log that is in them
 * @param seq the last posting, or 0
 * @param hash its hash
 */
record LedgerHead(long position, long seq, byte[] hash) {
  static LedgerHead read(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select position, posting_seq, chain_hash from intake");
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? new LedgerHead(row.getLong(1), row.getLong(2), row.getBytes(3))
          : new LedgerHead(0, 0, PostingChain.START);
    }
  }

  /** Two servers on one database take turns: the second sees what the first has stored. */
  static LedgerHead lock(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("lock table intake in exclusive mode")) {
      statement.execute();
    }
    return read(connection);
  }

  void write(Connection connection, long timeMs) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into intake (position, time_ms, posting_seq, chain_hash) values (?, ?, ?, ?) on"
                + " conflict (only_row) do update set position = excluded.position, time_ms ="
                + " excluded.time_ms, posting_seq = excluded.posting_seq, chain_hash ="
                + " excluded.chain_hash")) {
      statement.setLong(1, position);
      statement.setLong(2, timeMs);
      statement.setLong(3, seq);
      statement.setBytes(4, hash);
      statement.executeUpdate();
    }
  }

  boolean isThatOf(LedgerHead other) {
    return other != null
        && position == other.position
        && seq == other.seq
        && Arrays.equals(hash, other.hash);
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;

/** Walks the chain of postings from its start and compares every hash. */
final class PostingVerifier {
  private static final int FETCH_ROWS = 1000;

  private final DataSource database;

  PostingVerifier(DataSource database) {
    this.database = database;
  }

  List<String> chain() {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select " + Rows.CHAIN_COLUMNS + " from posting order by seq")) {
        statement.setFetchSize(FETCH_ROWS);
        return walk(statement);
      } finally {
        connection.rollback();
        connection.setReadOnly(false);
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static List<String> walk(PreparedStatement statement) throws SQLException {
    PostingChain chain = new PostingChain();
    byte[] hash = PostingChain.START;
    long seq = 0;
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        seq++;
        if (row.getLong("seq") != seq) {
          return List.of("posting " + seq + " is missing");
        }
        hash = chain.next(hash, seq, Rows.posting(row));
        if (!Arrays.equals(hash, row.getBytes("hash"))) {
          return List.of("posting " + seq + " (" + row.getString("id") + ") was changed");
        }
      }
    }
    return List.of();
  }
}

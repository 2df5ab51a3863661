package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;

/** Walks the chain of postings from its start and compares every hash. */
final class PostingVerifier {
  private static final int FETCH_ROWS = 1000;

  private static final List<String> SUMS =
      List.of(
          "select transaction || ' in ' || unit || ' ' || currency || ' is off by ' || sum(amount)"
              + " from posting group by transaction, unit, currency having sum(amount) <> 0 limit 100",
          "select 'the balance of ' || account || ' is not the sum of its postings' from (select"
              + " account, unit, currency, amount from balance except select account, unit,"
              + " currency, sum(amount) from posting group by 1, 2, 3) as difference limit 100");

  private final DataSource database;

  PostingVerifier(DataSource database) {
    this.database = database;
  }

  /** What is wrong in the chain, in transactions and in balances; empty when all is well. */
  List<String> verify() {
    try (Connection connection = database.getConnection()) {
      // The pool sets its own limit again when the connection comes back.
      connection.setNetworkTimeout(Runnable::run, 0);
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      try {
        List<String> wrong = new ArrayList<>(chain(connection));
        for (String sql : SUMS) {
          sum(connection, sql, wrong);
        }
        return wrong;
      } finally {
        connection.rollback();
        connection.setReadOnly(false);
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static List<String> chain(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select " + Rows.CHAIN_COLUMNS + " from posting order by seq")) {
      statement.setFetchSize(FETCH_ROWS);
      return walk(statement);
    }
  }

  private static void sum(Connection connection, String sql, List<String> wrong)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        wrong.add(row.getString(1));
      }
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

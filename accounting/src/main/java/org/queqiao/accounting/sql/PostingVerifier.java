package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Walks the chain of postings from its start and compares every hash. Archived months are taken as
 * the database has them: their files are not read.
 */
final class PostingVerifier {
  private static final int FETCH_ROWS = 1000;

  private static final List<String> SUMS =
      List.of(
          "select transaction || ' in ' || unit || ' ' || currency || ' is off by ' || sum(amount)"
              + " from posting group by transaction, unit, currency having sum(amount) <> 0 limit"
              + " 100",
          "select 'the balance of ' || account || ' is not the sum of its postings' from (select"
              + " account, unit, currency, amount from balance except select account, unit,"
              + " currency, sum(amount) from (select account, unit, currency, amount from posting"
              + " union all select account, unit, currency, amount from archive_balance) as all_"
              + " group by 1, 2, 3) as difference limit 100");

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
        ArchivedTables.hold(connection);
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
      return walk(statement, archived(connection));
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

  /** A stretch of the chain that is in files, from one hash to another. */
  private record Stretch(long lastSeq, byte[] before, byte[] after) {}

  private static Map<Long, Stretch> archived(Connection connection) throws SQLException {
    Map<Long, Stretch> all = new HashMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select first_seq, last_seq, hash_before, hash_after from archive_month where state"
                    + " = 'ARCHIVED' and first_seq > 0");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.put(row.getLong(1), new Stretch(row.getLong(2), row.getBytes(3), row.getBytes(4)));
      }
    }
    return all;
  }

  private static List<String> walk(PreparedStatement statement, Map<Long, Stretch> archived)
      throws SQLException {
    PostingChain chain = new PostingChain();
    byte[] hash = PostingChain.START;
    long seq = 0;
    try (ResultSet row = statement.executeQuery()) {
      while (true) {
        for (Stretch each = archived.remove(seq + 1);
            each != null;
            each = archived.remove(seq + 1)) {
          if (!Arrays.equals(hash, each.before())) {
            return List.of("the archived postings behind " + seq + " follow another one");
          }
          seq = each.lastSeq();
          hash = each.after();
        }
        if (!row.next()) {
          return archived.isEmpty() ? List.of() : List.of("posting " + (seq + 1) + " is missing");
        }
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
  }
}

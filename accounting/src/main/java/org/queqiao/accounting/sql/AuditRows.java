package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.AuditEntry;

/** Administrative changes with who made them and why. */
public final class AuditRows {
  private static final String SELECT =
      "select position, time_ms, actor, kind, about, reason, content from audit where position < ?"
          + " and (?::text is null or actor in ('USER:' || ?, 'LOCAL_OWNER:' || ?))"
          + " and (?::text is null or kind = ?) and (?::text is null or about = ?)"
          + " and time_ms >= ? and time_ms < ? order by position desc limit ?";

  private final DataSource database;

  AuditRows(DataSource database) {
    this.database = database;
  }

  /**
   * Which entries; null asks for any.
   *
   * @param actor name of the account, or of the owner of the data folder
   * @param kind name of the fact
   * @param about what they are about, as {@code project:climate}
   * @param fromMs not before
   * @param toMs before
   */
  public record Which(String actor, String kind, String about, long fromMs, long toMs) {}

  static void put(Connection connection, AuditEntry entry) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into audit (position, time_ms, actor, kind, about, reason, content) values"
                + " (?, ?, ?, ?, ?, ?, ?)")) {
      statement.setLong(1, entry.position());
      statement.setLong(2, entry.timeMs());
      statement.setString(3, entry.actor());
      statement.setString(4, entry.kind());
      statement.setString(5, entry.about());
      statement.setString(6, entry.reason());
      statement.setString(7, entry.content());
      statement.executeUpdate();
    }
  }

  /** Entries before a position of the log, the newest first. */
  public List<AuditEntry> before(long position, Which which, int limit) {
    List<AuditEntry> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setLong(1, position);
      int at = 2;
      for (String each :
          new String[] {
            which.actor(),
            which.actor(),
            which.actor(),
            which.kind(),
            which.kind(),
            which.about(),
            which.about()
          }) {
        statement.setString(at++, each);
      }
      statement.setLong(at++, which.fromMs());
      statement.setLong(at++, which.toMs());
      statement.setInt(at, Math.min(limit, LedgerReads.MAX_ROWS));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new AuditEntry(
                  row.getLong(1),
                  row.getLong(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7)));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }
}

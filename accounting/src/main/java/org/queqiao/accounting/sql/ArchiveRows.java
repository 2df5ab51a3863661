package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.queqiao.accounting.archive.Manifest;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.money.MoneyChange;

/** What the database says of months that are in files. */
final class ArchiveRows {
  private ArchiveRows() {}

  enum State {
    ORDERED,
    ARCHIVED,
    RESTORED
  }

  /**
   * A month that is archived, or shall be.
   *
   * @param manifest SHA-256 of it, or empty
   */
  record Month(String month, State state, long proposal, String problem, String manifest) {}

  /** Two people agreed that a month goes into files: it does where it is closed. */
  static void order(Connection connection, MoneyChange.ArchiveMonth change, MoneyDecided event)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into archive_month (month, state, proposal) select month, 'ORDERED', ? from"
                + " month_close where month = ? and state = 'CLOSED' on conflict (month) do update"
                + " set state = 'ORDERED', proposal = excluded.proposal, problem = '' where"
                + " archive_month.state = 'RESTORED'")) {
      statement.setLong(1, event.proposal());
      statement.setString(2, change.month());
      statement.executeUpdate();
    }
  }

  /** All of them, the oldest first. */
  static List<Month> months(Connection connection) throws SQLException {
    List<Month> all = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select month, state, proposal, problem, manifest from archive_month order by"
                    + " month");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.add(
            new Month(
                row.getString(1),
                State.valueOf(row.getString(2)),
                row.getLong(3),
                row.getString(4),
                row.getString(5)));
      }
    }
    return all;
  }

  /** A month, so that nobody else archives or restores it meanwhile. */
  static Optional<Month> lock(Connection connection, String month) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select from archive_month where month = ? for update")) {
      statement.setString(1, month);
      statement.executeQuery().close();
    }
    return months(connection).stream().filter(each -> each.month().equals(month)).findFirst();
  }

  /** Why a month is not in files yet. */
  static void problem(Connection connection, String month, String problem) throws SQLException {
    run(
        connection,
        "update archive_month set problem = ? where month = ? and state = 'ORDERED'",
        problem,
        month);
  }

  static void run(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  /** A month is in files: what they are and what their postings sum to. */
  static void archived(Connection connection, Manifest manifest, Map<PartSums.Key, Long> balances)
      throws SQLException {
    String month = manifest.month();
    Manifest.Chain chain = manifest.chain();
    run(
        connection,
        "update archive_month set state = 'ARCHIVED', problem = '', manifest = ?, first_seq = ?,"
            + " last_seq = ?, hash_before = ?, hash_after = ?, first_position = ?, last_position ="
            + " ? where month = ?",
        manifest.sha256(),
        chain.firstSeq(),
        chain.lastSeq(),
        HexFormat.of().parseHex(chain.hashBefore()),
        HexFormat.of().parseHex(chain.hashAfter()),
        chain.firstPosition(),
        chain.lastPosition(),
        month);
    for (Manifest.Part each : manifest.parts()) {
      run(
          connection,
          "insert into archive_part (name, month, of, from_bound, to_bound, rows, bytes, sha256,"
              + " first_job, last_job) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          each.name(),
          month,
          each.of(),
          each.from(),
          each.to(),
          each.rows(),
          each.bytes(),
          each.sha256(),
          each.blocks().stream().mapToLong(Manifest.Block::firstJob).min().orElse(Long.MAX_VALUE),
          each.blocks().stream().mapToLong(Manifest.Block::lastJob).max().orElse(0));
    }
    ArrayRows rows = new ArrayRows("text", "text", "text", "text", "bigint");
    balances.forEach(
        (key, amount) -> rows.add(month, key.account(), key.unit(), key.currency(), amount));
    rows.run(
        connection,
        "insert into archive_balance (archived, account, unit, currency, amount) select * from %s");
  }

  /** A month is in the tables again: its files are no part of the books any more. */
  static void restored(Connection connection, String month) throws SQLException {
    for (String sql :
        List.of(
            "delete from archive_part where month = ?",
            "delete from archive_balance where archived = ?",
            "delete from archive_jobs where archived = ?",
            "update archive_month set state = 'RESTORED' where month = ?")) {
      run(connection, sql, month);
    }
  }

  /** What was done, for ever. */
  static void step(
      Connection connection, String month, State what, String who, long nowMs, String reason)
      throws SQLException {
    run(
        connection,
        "insert into archive_step (month, what, who, at_ms, reason) values (?, ?, ?, ?, ?)",
        month,
        what.name(),
        who,
        nowMs,
        reason);
  }
}

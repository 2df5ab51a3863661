package org.queqiao.accounting.sql;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import org.queqiao.accounting.ledger.Months;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.money.MoneyChange;

/** Months and statements that were closed, to rows and back. */
final class MonthRows {
  private static final int FETCH_ROWS = 1_000;

  /** All of the statements of a month, in one order, whatever the rules of the database are. */
  private static final String[] STATEMENTS = {
    "select project, fiscal_year || '-' || serial from statement_close where month = ? order by"
        + " project collate \"C\"",
    // With whose runs they are only where that is another project, for the same reason.
    "select case for_project when '' then project else project || ' ' || for_project end,"
        + " user_name, partition, price_from_ms::text, price_micro::text, currency,"
        + " resource, node_type, late_for, trim_scale(core_ms)::text,"
        + " trim_scale(coalesce(quantity, core_ms))::text, trim_scale(coalesce(standard, core_ms *"
        + " 1000))::text, posted_micro::text from statement_line where month = ? order by project"
        + " collate \"C\", user_name collate \"C\", partition collate \"C\", price_from_ms,"
        + " price_micro, currency collate \"C\", resource collate \"C\", node_type collate \"C\","
        + " late_for collate \"C\", for_project collate \"C\"",
    "select transaction, kind, case for_project when '' then project else project || ' ' ||"
        + " for_project end, user_name, cause, reason, amount_micro::text, currency,"
        + " position::text, core_ms::text from statement_entry where month = ? order by position,"
        + " transaction collate \"C\"",
    // No row without a tax, so that months of before have the sums that were signed.
    "select 'tax', tax_basis_points::text from month_close where month = ? and tax_basis_points is"
        + " not null",
    "select 'sum', project, currency, net_micro::text, s.posted_micro::text, settled_micro::text,"
        + " tax_micro::text, settled_tax_micro::text from statement_sum s join month_close m using"
        + " (month) where month = ? and m.settles_wallets order by project collate \"C\", currency"
        + " collate \"C\""
  };

  private MonthRows() {}

  static Months read(Connection connection, BillingCalendar calendar) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select coalesce(max(month) filter (where state = 'CLOSED'), ''),"
                    + " coalesce(max(month) filter (where state = 'CHECKED'), ''),"
                    + " coalesce(max(proposal) filter (where state = 'CHECKED'), 0) from"
                    + " month_close");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Months(calendar, row.getString(1), row.getString(2), row.getLong(3));
    }
  }

  static void check(
      Connection connection, MoneyChange.CloseMonth month, MoneyProposed event, LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "insert into month_close (month, state, proposal, fiscal_year, checked_by, checked_ms)"
            + " values (?, 'CHECKED', ?, ?, ?, ?)",
        month.month(),
        event.proposal(),
        month.fiscalYear(),
        logged.actor().toString(),
        logged.timeMs());
  }

  static void open(Connection connection, MoneyChange.CloseMonth month) throws SQLException {
    Rows.run(
        connection, "delete from month_close where month = ? and state = 'CHECKED'", month.month());
  }

  /**
   * Gives the statements their numbers, by project, and says what they come to.
   *
   * @param day of the close
   */
  static void close(
      Connection connection,
      MoneyChange.CloseMonth month,
      MoneyDecided event,
      String day,
      LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "insert into statement_close (project, month, fiscal_year, serial, state) select project,"
            + " m.month, m.fiscal_year, (select coalesce(max(serial), 0) from statement_close where"
            + " fiscal_year = m.fiscal_year) + row_number() over (order by project collate \"C\"),"
            + " 'CLOSED' from (select project, month from statement_line union select project,"
            + " month from statement_entry union select project, month from paid_run) as all_ join month_close m using (month) where m.month"
            + " = ?",
        month.month());
    MonthTax.close(connection, month);
    if (month.settlesWallets()) {
      StatementSums.close(connection, month, day);
    }
    Rows.run(
        connection,
        "update month_close set state = 'CLOSED', closed_by = ?, closed_ms = ?, closed_position"
            + " = ?, sha256 = ?, statements = (select count(*) from statement_close s where"
            + " s.month = month_close.month) where month = ? and proposal = ?",
        logged.actor().toString(),
        logged.timeMs(),
        logged.position(),
        sha256(connection, month.month()),
        month.month(),
        event.proposal());
  }

  /** With which posting the chain ended when the month was closed. */
  static void head(Connection connection, long position, long seq, byte[] hash)
      throws SQLException {
    Rows.run(
        connection,
        "update month_close set posting_seq = ?, chain_hash = ? where closed_position = ?",
        seq,
        HexFormat.of().formatHex(hash),
        position);
  }

  /** SHA-256 over all statements of a month, in hexadecimal. */
  static String sha256(Connection connection, String month) throws SQLException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    for (String sql : STATEMENTS) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setFetchSize(FETCH_ROWS);
        statement.setString(1, month);
        try (ResultSet row = statement.executeQuery()) {
          int columns = row.getMetaData().getColumnCount();
          while (row.next()) {
            for (int i = 1; i <= columns; i++) {
              String value = row.getString(i) == null ? "" : row.getString(i);
              byte[] text = value.getBytes(StandardCharsets.UTF_8);
              digest.update((text.length + ":").getBytes(StandardCharsets.US_ASCII));
              digest.update(text);
            }
            digest.update((byte) '\n');
          }
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}

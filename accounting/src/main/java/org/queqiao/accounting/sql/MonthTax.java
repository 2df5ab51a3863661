package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.queqiao.accounting.statement.Tax;
import org.queqiao.contract.money.MoneyChange;

/** The tax rate of the statements of a month. */
final class MonthTax {
  private MonthTax() {}

  /** That with which it was closed, or that which holds at its last instant. */
  static Tax of(Connection connection, String month, long endMs) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select tax_basis_points from month_close where month = ? and state = 'CLOSED'")) {
      statement.setString(1, month);
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          int points = row.getInt(1);
          return row.wasNull() ? Tax.NONE : new Tax(points);
        }
      }
    }
    return agreed(connection, endMs);
  }

  /** That which two people agreed on for the last instant before this one. */
  private static Tax agreed(Connection connection, long endMs) throws SQLException {
    MoneyChange.TaxRate best = null;
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select fact from proposal where state = 'APPROVED' and kind = 'TAX_RATE' order by"
                    + " position");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        if (MoneyRows.change(row.getBytes(1)) instanceof MoneyChange.TaxRate each
            && each.validFromMs() < endMs
            && (best == null || each.validFromMs() >= best.validFromMs())) {
          best = each;
        }
      }
    }
    return best == null ? Tax.NONE : new Tax(best.basisPoints());
  }

  /** Closes a month with its rate: what is said later is for other months. */
  static void close(Connection connection, MoneyChange.CloseMonth month) throws SQLException {
    Tax tax = agreed(connection, month.toMs());
    if (tax.isStated()) {
      Rows.run(
          connection,
          "update month_close set tax_basis_points = ? where month = ?",
          tax.basisPoints(),
          month.month());
    }
  }
}

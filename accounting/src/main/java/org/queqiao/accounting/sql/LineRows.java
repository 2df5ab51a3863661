package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;

/** Lines of statements to rows and back. */
final class LineRows {
  static final String READ =
      "select coalesce(quantity, core_ms), core_ms, coalesce(standard, core_ms * 1000),"
          + " posted_micro from statement_line where project = ? and month = ? and user_name = ?"
          + " and partition = ? and price_from_ms = ? and price_micro = ? and currency = ? and"
          + " resource = ? and node_type = ?";

  static final String WRITE =
      "insert into statement_line (project, month, user_name, partition, price_from_ms,"
          + " price_micro, currency, resource, node_type, core_ms, posted_micro, quantity,"
          + " standard) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (project,"
          + " month, user_name, partition, price_from_ms, price_micro, currency, resource,"
          + " node_type) do update set core_ms = excluded.core_ms, posted_micro ="
          + " excluded.posted_micro, quantity = excluded.quantity, standard = excluded.standard";

  private LineRows() {}

  static LineTotal total(ResultSet row) throws SQLException {
    return new LineTotal(
        row.getBigDecimal(1).toBigIntegerExact(),
        row.getBigDecimal(2).toBigIntegerExact(),
        row.getBigDecimal(3).toBigIntegerExact(),
        row.getLong(4));
  }

  static void set(PreparedStatement statement, Map.Entry<LineKey, LineTotal> line)
      throws SQLException {
    setKey(statement, line.getKey());
    statement.setBigDecimal(10, new BigDecimal(line.getValue().coreMs()));
    statement.setLong(11, line.getValue().postedMicro());
    statement.setBigDecimal(12, new BigDecimal(line.getValue().quantity()));
    statement.setBigDecimal(13, new BigDecimal(line.getValue().standard()));
  }

  static void setKey(PreparedStatement statement, LineKey key) throws SQLException {
    statement.setString(1, key.project().value());
    statement.setString(2, key.month());
    statement.setString(3, key.user().value());
    statement.setString(4, key.partition().value());
    statement.setLong(5, key.priceFromMs());
    statement.setLong(6, key.microPerCoreHour());
    statement.setString(7, key.currency());
    statement.setString(8, key.resource());
    statement.setString(9, key.nodeType());
  }
}

package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.price.RunCost;

/**
 * The totals of statement lines in memory, all of a project's month or none, those used last. How
 * many there are is bounded.
 */
final class StatementLines {
  private static final int MOST_LINES = 200_000;

  /** The lines of a statement. */
  private record Page(ProjectName project, String month) {
    static Page of(LineKey key) {
      return new Page(key.project(), key.month());
    }
  }

  private final LinkedHashMap<Page, Map<LineKey, LineTotal>> pages =
      new LinkedHashMap<>(16, 0.75f, true);
  private int lines;

  /** The total of a line, from memory or from the database; empty where it has none yet. */
  LineTotal get(Connection connection, LineKey key) throws SQLException {
    Page page = Page.of(key);
    Map<LineKey, LineTotal> known = pages.get(page);
    if (known == null) {
      known = read(connection, page);
      pages.put(page, known);
      lines += 1 + known.size();
    }
    return known.getOrDefault(key, LineTotal.EMPTY);
  }

  /**
   * What is about to be written. Its pages are kept: until it is committed the database has less.
   */
  void took(Map<LineKey, LineTotal> changed) {
    Set<Page> kept = new HashSet<>();
    changed.forEach((key, total) -> {
      Page page = Page.of(key);
      kept.add(page);
      Map<LineKey, LineTotal> known = pages.get(page);
      if (known != null && known.put(key, total) == null) {
        lines++;
      }
    });
    Iterator<Map.Entry<Page, Map<LineKey, LineTotal>>> oldest = pages.entrySet().iterator();
    while (lines > MOST_LINES && oldest.hasNext()) {
      Map.Entry<Page, Map<LineKey, LineTotal>> each = oldest.next();
      if (!kept.contains(each.getKey())) {
        lines -= 1 + each.getValue().size();
        oldest.remove();
      }
    }
  }

  private static Map<LineKey, LineTotal> read(Connection connection, Page page)
      throws SQLException {
    Map<LineKey, LineTotal> found = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select user_name, partition, price_from_ms, price_micro, currency, resource,"
                + " node_type, coalesce(quantity, core_ms), core_ms, coalesce(standard, core_ms *"
                + " 1000), posted_micro, late_for from statement_line where project = ? and month ="
                + " ?")) {
      statement.setString(1, page.project().value());
      statement.setString(2, page.month());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LineKey key =
              new LineKey(
                  page.project(),
                  row.getString(1).isEmpty() ? null : new UserName(row.getString(1)),
                  row.getString(2).isEmpty() ? null : new PartitionName(row.getString(2)),
                  page.month(),
                  row.getLong(3),
                  row.getLong(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getString(12));
          found.put(
              key,
              new LineTotal(
                  row.getBigDecimal(8).toBigIntegerExact(),
                  row.getBigDecimal(9).toBigIntegerExact(),
                  row.getBigDecimal(10).toBigIntegerExact(),
                  row.getLong(11)));
        }
      }
    }
    return found;
  }

  static void write(Connection connection, Map<LineKey, LineTotal> changed) throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "text", "text", "text", "text", "bigint", "bigint", "text", "text", "text", "numeric",
            "bigint", "numeric", "numeric", "text");
    changed.forEach((key, total) ->
        rows.add(
            key.project().value(),
            key.month(),
            key.userName(),
            key.partitionName(),
            key.priceFromMs(),
            key.microPerCoreHour(),
            key.currency(),
            key.resource(),
            key.nodeType(),
            new BigDecimal(total.coreMs()),
            total.postedMicro(),
            new BigDecimal(total.quantity()),
            new BigDecimal(total.standard()),
            key.lateFor()));
    rows.run(
        connection,
        "insert into statement_line (project, month, user_name, partition, price_from_ms,"
            + " price_micro, currency, resource, node_type, core_ms, posted_micro, quantity,"
            + " standard, late_for) select * from %s on conflict (project, month, user_name,"
            + " partition, price_from_ms, price_micro, currency, resource, node_type, late_for) do"
            + " update set core_ms = excluded.core_ms, posted_micro = excluded.posted_micro,"
            + " quantity = excluded.quantity, standard = excluded.standard");
  }

  /** A line of a statement. */
  static Statement.Line line(ResultSet row) throws SQLException {
    BigInteger quantity = row.getBigDecimal(10).toBigIntegerExact();
    BigInteger numerator = quantity.multiply(BigInteger.valueOf(row.getLong(5)));
    String resource = row.getString(8);
    BigInteger divisor = RunCost.divisorOf(resource);
    return new Statement.Line(
        row.getString(1),
        row.getString(2),
        row.getLong(3),
        row.getBigDecimal(4).longValueExact(),
        row.getLong(5),
        row.getString(6),
        numerator.toString(),
        row.getLong(7),
        StatementForms.toCoin(numerator, divisor),
        resource,
        row.getString(9),
        quantity,
        divisor,
        row.getBigDecimal(11).longValueExact(),
        row.getString(12),
        row.getLong(13));
  }
}

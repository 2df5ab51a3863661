package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.nodes.CoreTime;
import org.queqiao.accounting.nodes.NodeBook;

/** Where the core time of nodes went, by month or day of the billing zone. */
public final class NodeReports {
  /** The length of {@code YYYY-MM} and of {@code YYYY-MM-DD}. */
  private static final int MONTH = 7;

  private static final int DAY = 10;

  private final DataSource database;
  private final BillingCalendar calendar;

  NodeReports(DataSource database, BillingCalendar calendar) {
    this.database = database;
    this.calendar = calendar;
  }

  /**
   * One row.
   *
   * @param period {@code YYYY-MM} or {@code YYYY-MM-DD}
   * @param node its name
   * @param time where its core time went
   */
  public record Row(String period, String node, CoreTime time) {
    /** What is wrong with it, or empty. */
    public String problem() {
      if (time.differenceMs() != 0) {
        return "node "
            + node
            + " in "
            + period
            + ": of "
            + time.capacityMs()
            + " core-milliseconds "
            + time.differenceMs()
            + " are not accounted for";
      }
      return time.twiceMs() == 0
          ? ""
          : "node "
              + node
              + " in "
              + period
              + ": "
              + time.twiceMs()
              + " core-milliseconds are accounted for twice";
    }
  }

  /**
   * The core time of nodes until the last fact that is in the books, with that of runs which go on.
   *
   * @param fromMonth the first month, {@code YYYY-MM}
   * @param toMonth the last
   * @param byDay whether there is a row for each day, else for each month
   * @param node of this node alone, or null
   * @param most so many rows are read at most
   * @return by period and node
   */
  public List<Row> coreTime(
      String fromMonth, String toMonth, boolean byDay, String node, int most) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try {
        return coreTime(connection, fromMonth, toMonth, byDay, node, most);
      } finally {
        connection.rollback();
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private List<Row> coreTime(
      Connection connection, String from, String to, boolean byDay, String node, int most)
      throws SQLException {
    int length = byDay ? DAY : MONTH;
    TreeMap<NodeBook.Key, CoreTime> sums = new TreeMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select node, left(day, ?) as period, sum(capacity_ms)::bigint as capacity_ms,"
                + " sum(allocated_ms)::bigint as allocated_ms, sum(reserved_ms)::bigint as"
                + " reserved_ms, sum(idle_ms)::bigint as idle_ms, sum(down_ms)::bigint as down_ms,"
                + " sum(suspended_ms)::bigint as suspended_ms from node_day where day >= ? and day"
                + " <= ? and (?::text is null or node = ?) group by 1, 2 limit ?")) {
      statement.setInt(1, length);
      statement.setString(2, from);
      // No day is after it, and the first of the next month is.
      statement.setString(3, to + "-99");
      statement.setString(4, node);
      statement.setString(5, node);
      statement.setInt(6, most);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          sums.put(new NodeBook.Key(row.getString(1), row.getString(2)), NodeRows.time(row));
        }
      }
    }
    NodeBook book = NodeRows.read(connection, calendar);
    for (Map.Entry<NodeBook.Key, CoreTime> each : book.until(timeMs(connection)).entrySet()) {
      String day = each.getKey().day();
      String month = day.substring(0, MONTH);
      boolean asked = node == null || node.equals(each.getKey().node());
      if (asked && month.compareTo(from) >= 0 && month.compareTo(to) <= 0) {
        NodeBook.Key key = new NodeBook.Key(each.getKey().node(), day.substring(0, length));
        sums.merge(key, each.getValue(), CoreTime::plus);
      }
    }
    List<Row> rows = new ArrayList<>();
    sums.forEach((key, time) -> {
      if (rows.size() < most) {
        rows.add(new Row(key.day(), key.node(), time));
      }
    });
    return rows;
  }

  private static long timeMs(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select time_ms from intake");
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}

package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.usage.EndedRow;

/** How runs ended and what they made of what they had, from what is summed up by month. */
public final class EndedReports {
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private final DataSource database;

  EndedReports(DataSource database) {
    this.database = database;
  }

  /** What a report groups by. */
  public enum By {
    MONTH("month"),
    YEAR("substring(month from 1 for 4)"),
    PROJECT("project"),
    USER("user_name"),
    PARTITION("partition"),
    QOS("qos"),
    /** How the run ended, such as {@code FAILED}. */
    STATE("state");

    private final String column;

    By(String column) {
      this.column = column;
    }
  }

  /**
   * A report over whole months.
   *
   * @param by at least one, each once
   * @param fromMonth the first, {@code YYYY-MM}
   * @param toMonth the last
   * @param most so many rows at most: those that lost most core time
   */
  public List<EndedRow> ended(
      List<By> by, String fromMonth, String toMonth, LedgerReads.Scope scope, int most) {
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    by.forEach(each -> columns.add(each.column));
    String keys = String.join(", ", columns);
    String sums =
        "sum(runs)::numeric as runs, sum(core_ms)::numeric as core_ms, coalesce(sum(core_ms) filter"
            + " (where state <> 'COMPLETED'), 0)::numeric as lost, sum(limit_core_ms)::numeric as"
            + " limits, sum(known_core_ms)::numeric as known, sum(cpu_ms)::numeric as cpu,"
            + " sum(known_device_ms)::numeric as known_devices, sum(idle_device_ms)::numeric as"
            + " idle_devices";
    String sql =
        "select * from (select "
            + named(by)
            + ", "
            + sums
            + " from ended_month where month >= ? and month <= ? and "
            + scope.condition()
            + " group by "
            + keys
            + " order by lost desc limit ?) as e order by "
            + order(by.size());
    List<EndedRow> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, fromMonth);
      statement.setString(2, toMonth);
      statement.setInt(scope.set(connection, statement, 3), most);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(row(row, by.size()));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return rows;
  }

  private static String named(List<By> by) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < by.size(); i++) {
      names.add(by.get(i).column + " as key" + i);
    }
    return String.join(", ", names);
  }

  private static String order(int keys) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      names.add("key" + i);
    }
    return String.join(", ", names);
  }

  private static EndedRow row(ResultSet row, int size) throws SQLException {
    List<String> keys = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      keys.add(row.getString(i));
    }
    return new EndedRow(
        keys,
        number(row, "runs"),
        number(row, "core_ms"),
        number(row, "lost"),
        number(row, "limits"),
        number(row, "known"),
        number(row, "cpu"),
        number(row, "known_devices"),
        number(row, "idle_devices"));
  }

  /** A sum that no number of 64 bits holds is given as the largest one. */
  private static long number(ResultSet row, String column) throws SQLException {
    BigInteger sum = row.getBigDecimal(column).toBigInteger();
    return sum.max(LEAST).min(MOST).longValue();
  }
}

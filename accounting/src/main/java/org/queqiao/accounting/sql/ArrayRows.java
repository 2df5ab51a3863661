package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows for one statement that takes each column as an array: what may be there already, and is
 * changed then.
 */
final class ArrayRows {
  private final String[] types;
  private final List<List<Object>> columns = new ArrayList<>();

  /** Rows of columns of these types of PostgreSQL. */
  ArrayRows(String... types) {
    this.types = types;
    for (int i = 0; i < types.length; i++) {
      columns.add(new ArrayList<>());
    }
  }

  ArrayRows add(Object... row) {
    for (int i = 0; i < row.length; i++) {
      columns.get(i).add(row[i]);
    }
    return this;
  }

  boolean isEmpty() {
    return columns.getFirst().isEmpty();
  }

  /**
   * Runs the statement once for all rows, and not at all without one.
   *
   * @param sql with {@code %s} where the rows are selected from
   */
  void run(Connection connection, String sql) throws SQLException {
    if (isEmpty()) {
      return;
    }
    StringBuilder marks = new StringBuilder();
    for (String type : types) {
      marks.append(marks.isEmpty() ? "" : ", ").append("?::").append(type).append("[]");
    }
    try (PreparedStatement statement =
        connection.prepareStatement(String.format(sql, "unnest(" + marks + ")"))) {
      for (int i = 0; i < types.length; i++) {
        Object[] values =
            types[i].equals("bytea")
                ? columns.get(i).toArray(new byte[0][])
                : columns.get(i).toArray();
        statement.setArray(i + 1, connection.createArrayOf(types[i], values));
      }
      statement.executeUpdate();
    }
  }
}

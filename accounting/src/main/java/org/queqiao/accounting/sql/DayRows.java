package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.queqiao.accounting.ledger.DaysPosted;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/** How far days of runs that go on are posted: one row. */
final class DayRows {
  private DayRows() {}

  static DaysPosted.Mark read(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select edge_ms, job, attempt, of_all from days_posted");
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return DaysPosted.Mark.NONE;
      }
      long job = row.getLong(2);
      RunId after = job == 0 ? null : new RunId(new JobId(job), row.getInt(3));
      return new DaysPosted.Mark(row.getLong(1), after, row.getBoolean(4));
    }
  }

  /** Writes how far, where that has changed. */
  static void write(Connection connection, Optional<DaysPosted.Mark> changed) throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    DaysPosted.Mark mark = changed.get();
    RunId after = mark.after();
    new ArrayRows("bigint", "bigint", "integer", "boolean")
        .add(
            mark.edgeMs(),
            after == null ? 0L : after.job().value(),
            after == null ? 0 : after.attempt(),
            mark.all())
        .run(
            connection,
            "insert into days_posted (edge_ms, job, attempt, of_all) select * from %s on conflict"
                + " (one) do update set edge_ms = excluded.edge_ms, job = excluded.job, attempt ="
                + " excluded.attempt, of_all = excluded.of_all");
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.LostRun;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;

/** Runs whose node vanished, until somebody has looked at what they are billed, and after. */
public final class LostRuns {
  private final DataSource database;

  LostRuns(DataSource database) {
    this.database = database;
  }

  /**
   * A lost run and who has looked at it.
   *
   * @param seenBy who, or empty
   * @param seenMs when, or 0
   * @param seenWhy in their words, or empty
   */
  public record Row(LostRun run, String seenBy, long seenMs, String seenWhy) {
    /** Whether somebody has looked at it. */
    public boolean seen() {
      return seenMs != 0;
    }
  }

  static void put(Connection connection, LostRun each) throws SQLException {
    Rows.run(
        connection,
        "insert into lost_run (job, attempt, project, user_name, nodes, start_ms, billed_ms,"
            + " told_ms, position, why) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        each.run().job().value(),
        each.run().attempt(),
        each.project().value(),
        each.user().value(),
        connection.createArrayOf("text", each.nodes().toArray()),
        each.startMs(),
        each.billedMs(),
        each.toldMs(),
        each.position(),
        each.why());
  }

  /** The first who looks at a run has seen it. */
  static void see(Connection connection, LostRunsSeen seen, LoggedEvent logged)
      throws SQLException {
    for (RunId each : seen.runs()) {
      Rows.run(
          connection,
          "update lost_run set seen_by = ?, seen_ms = ?, seen_why = ? where job = ? and attempt ="
              + " ? and seen_ms = 0",
          logged.actor().toString(),
          logged.timeMs(),
          seen.reason(),
          each.job().value(),
          each.attempt());
    }
  }

  /**
   * Those of before a position of the log, the newest first.
   *
   * @param seen those that somebody has looked at, or has not; null for all
   */
  public List<Row> before(long position, Boolean seen, int limit) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select * from lost_run where position < ? and (?::boolean is null or (seen_ms <>"
                    + " 0) = ?) order by position desc limit ?")) {
      statement.setLong(1, position);
      statement.setObject(2, seen);
      statement.setObject(3, seen);
      statement.setInt(4, limit);
      return rows(statement);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Those of these runs that are lost. */
  public List<Row> of(Collection<RunId> runs) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select l.* from lost_run l join unnest(?::bigint[], ?::int[]) as asked (job,"
                    + " attempt) using (job, attempt)")) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "bigint", runs.stream().map(each -> each.job().value()).toArray()));
      statement.setArray(
          2, connection.createArrayOf("int", runs.stream().map(RunId::attempt).toArray()));
      return rows(statement);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> all = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        LostRun run =
            new LostRun(
                new RunId(new JobId(row.getLong("job")), row.getInt("attempt")),
                new ProjectName(row.getString("project")),
                new UserName(row.getString("user_name")),
                List.of((String[]) row.getArray("nodes").getArray()),
                row.getLong("start_ms"),
                row.getLong("billed_ms"),
                row.getLong("told_ms"),
                row.getLong("position"),
                row.getString("why"));
        all.add(
            new Row(
                run, row.getString("seen_by"), row.getLong("seen_ms"), row.getString("seen_why")));
      }
    }
    return all;
  }
}

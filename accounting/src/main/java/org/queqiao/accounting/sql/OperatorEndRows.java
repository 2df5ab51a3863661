package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.queqiao.contract.job.OperatorCause;

/** Who told runs to end as an operator, from the administrative changes. */
public final class OperatorEndRows {
  private static final String SELECT =
      "select r.job, a.time_ms, a.actor, a.reason, a.content::json ->> 'operator' as cause"
          + " from unnest(?::bigint[], ?::int[]) as r (job, attempt) join audit as a on"
          + " a.about = 'job:' || r.job and a.kind = 'JobKillRequested' where"
          + " a.content::json ->> 'operator' is not null and"
          + " a.content::json ->> 'run' = r.job || '.' || r.attempt order by a.position desc";

  private final DataSource database;

  OperatorEndRows(DataSource database) {
    this.database = database;
  }

  /**
   * That an operator told a run to end.
   *
   * @param cause for what
   * @param by the account
   * @param atMs when
   * @param reason why, or empty
   */
  public record OperatorEndRow(OperatorCause cause, String by, long atMs, String reason) {}

  /**
   * Those of some runs, by their job. The first who says it ends a run.
   *
   * @param runs the number of the run by the number of its job
   */
  public Map<Long, OperatorEndRow> of(Map<Long, Integer> runs) {
    Map<Long, OperatorEndRow> found = new HashMap<>();
    if (runs.isEmpty()) {
      return found;
    }
    Long[] jobs = runs.keySet().toArray(Long[]::new);
    Integer[] attempts = new Integer[jobs.length];
    for (int i = 0; i < jobs.length; i++) {
      attempts[i] = runs.get(jobs[i]);
    }
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setArray(1, connection.createArrayOf("bigint", jobs));
      statement.setArray(2, connection.createArrayOf("int", attempts));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String actor = row.getString("actor");
          found.put(
              row.getLong("job"),
              new OperatorEndRow(
                  OperatorCause.valueOf(row.getString("cause")),
                  actor.substring(actor.indexOf(':') + 1),
                  row.getLong("time_ms"),
                  row.getString("reason")));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return found;
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.PaidRun;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;

/**
 * The runs that another project paid for, by the months that they are billed in. They are few and
 * stay when months go into files.
 */
final class PaidRuns {
  private PaidRuns() {}

  static void write(Connection connection, List<Metered> all) throws SQLException {
    ArrayRows rows = new ArrayRows("bigint", "integer", "text", "text", "text", "text", "text");
    boolean some = false;
    for (Metered each : all) {
      JobRow job = each.job();
      if (job.payer() != null) {
        some = true;
        rows.add(
            each.run().job().value(),
            each.run().attempt(),
            each.month(),
            job.payer().value(),
            job.project().value(),
            job.user().value(),
            job.partition().value());
      }
    }
    if (some) {
      rows.run(
          connection,
          "insert into paid_run (job, attempt, month, payer, project, user_name, partition) select"
              + " distinct * from %s on conflict do nothing");
    }
  }

  /** Who paid for a run, as batches that are not in the database yet say, the last one first. */
  static Optional<PaidRun> find(Connection connection, RunId run, Batch... batches)
      throws SQLException {
    for (Batch batch : batches) {
      for (Metered each : batch == null ? List.<Metered>of() : batch.metered) {
        if (each.run().equals(run) && each.job().payer() != null) {
          return Optional.of(new PaidRun(each.job().project(), each.job().payer()));
        }
      }
    }
    return find(connection, run);
  }

  static Optional<PaidRun> find(Connection connection, RunId run) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select project, payer from paid_run where job = ? and attempt = ? limit 1")) {
      statement.setLong(1, run.job().value());
      statement.setInt(2, run.attempt());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new PaidRun(new ProjectName(row.getString(1)), new ProjectName(row.getString(2))))
            : Optional.empty();
      }
    }
  }
}

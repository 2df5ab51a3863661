package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.observe.ExternalRun;

/** Which runs came from files. */
public final class ImportedRuns {
  private final DataSource database;

  ImportedRuns(DataSource database) {
    this.database = database;
  }

  static void write(Connection connection, List<RunImported> runs) throws SQLException {
    if (runs.isEmpty()) {
      return;
    }
    try (CopyRows rows =
        new CopyRows(connection, "imported_run", "cluster, number, submit_ms, job, fingerprint")) {
      for (RunImported each : runs) {
        rows.add(
            each.run().id().cluster().value(),
            each.run().id().job(),
            each.run().id().submitMs(),
            each.job().value(),
            each.run().fingerprint());
      }
      rows.end();
    }
  }

  /**
   * The runs of a cluster that were imported, of those with these numbers.
   *
   * @return what each was told as: see {@link org.queqiao.contract.observe.ObservedRun#fingerprint}
   * @throws LedgerUnavailable when the database fails
   */
  public Map<ExternalRun, Long> fingerprints(ClusterName cluster, Collection<Long> numbers) {
    Map<ExternalRun, Long> found = new TreeMap<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select number, submit_ms, fingerprint from imported_run where cluster = ? and"
                    + " number = any(?)")) {
      statement.setString(1, cluster.value());
      statement.setArray(2, connection.createArrayOf("bigint", numbers.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(new ExternalRun(cluster, row.getLong(1), row.getLong(2)), row.getLong(3));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return found;
  }
}

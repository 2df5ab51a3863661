package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.id.ClusterName;

/** What is not settled and may still concern a month: closing it all the same needs a reason. */
final class OpenMatters {
  /** So many of a kind are named; that there are more is said. */
  static final int MOST_OF_A_KIND = 20;

  /** Each with the end of the month as its one value, the oldest first. */
  private static final List<String> KINDS =
      List.of(
          "select 'cluster ' || cluster || ' has told of its runs until ' || complete_ms || ':"
              + " those that ended later may be missing' from cluster_told where complete_ms < ?"
              + " order by cluster",
          "select 'dispute ' || id || ' of project ' || project || ' is not answered since ' ||"
              + " opened_ms from dispute where answered_ms = 0 and opened_ms < ? order by id",
          "select 'proposal ' || id || ' (' || kind || case when project = '' then '' else ' of"
              + " project ' || project end || ') is not decided since ' || proposed_ms from"
              + " proposal where state = 'OPEN' and kind not in ('CLOSE_MONTH', 'STATEMENT_PAID',"
              + " 'ARCHIVE_MONTH') and proposed_ms < ? order by id",
          "select 'run ' || job || '.' || attempt || ' of project ' || project || ' ended with its"
              + " node and is billed until ' || billed_ms || ', its last sign of life: nobody has"
              + " looked at it' from lost_run where seen_ms = 0 and billed_ms < ? order by"
              + " position");

  private OpenMatters() {}

  static void told(Connection connection, ClusterName cluster, long completeMs)
      throws SQLException {
    Rows.run(
        connection,
        "insert into cluster_told (cluster, complete_ms) values (?, ?) on conflict (cluster) do"
            + " update set complete_ms = excluded.complete_ms",
        cluster.value(),
        completeMs);
  }

  /** All of a month that ends at an instant. */
  static List<String> of(Connection connection, long toMs) throws SQLException {
    List<String> all = new ArrayList<>();
    for (String kind : KINDS) {
      List<String> found = new ArrayList<>();
      try (PreparedStatement statement =
          connection.prepareStatement(kind + " limit " + (MOST_OF_A_KIND + 1))) {
        statement.setLong(1, toMs);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            found.add(row.getString(1));
          }
        }
      }
      addTo(all, found);
    }
    addTo(all, OldCloses.matters(connection, MOST_OF_A_KIND + 1));
    return all;
  }

  private static void addTo(List<String> all, List<String> found) {
    if (found.size() > MOST_OF_A_KIND) {
      found.set(MOST_OF_A_KIND, "and more of these");
    }
    all.addAll(found);
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.ProjectName;

/** Projects and how they pay, to rows. */
final class ProjectRows {
  private ProjectRows() {}

  static void put(
      Connection connection, ProjectName project, String title, List<DomainShare> domains)
      throws SQLException {
    run(
        connection,
        "insert into project (name, title, domains) values (?, ?, ?) on conflict (name) do update"
            + " set title = excluded.title, domains = excluded.domains",
        project.value(),
        title,
        Domains.write(domains));
  }

  static void putPrepaid(Connection connection, ProjectName project, String currency)
      throws SQLException {
    run(
        connection,
        "insert into prepaid (project, currency, credit_micro) values (?, ?, 0) on conflict"
            + " (project) do update set currency = excluded.currency",
        project.value(),
        currency);
  }

  static void putCredit(
      Connection connection, ProjectName project, String currency, long creditMicro)
      throws SQLException {
    run(
        connection,
        "insert into prepaid (project, currency, credit_micro) values (?, ?, ?) on conflict"
            + " (project) do update set currency = excluded.currency, credit_micro ="
            + " excluded.credit_micro",
        project.value(),
        currency,
        creditMicro);
  }

  static void putPlatform(Connection connection, ProjectName project, String month, String platform)
      throws SQLException {
    run(
        connection,
        "insert into project_platform (project, from_month, platform) values (?, ?, ?) on conflict"
            + " (project, from_month) do update set platform = excluded.platform",
        project.value(),
        month,
        platform);
  }

  private static void run(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.id.ProjectName;

/** Projects and how they pay, to rows. */
final class ProjectRows {
  private ProjectRows() {}

  /** Also who leads it and its cost centre, from a month on. */
  static void put(Connection connection, ProjectDefined project, String month) throws SQLException {
    Rows.run(
        connection,
        "insert into project (name, title, domains) values (?, ?, ?) on conflict (name) do update"
            + " set title = excluded.title, domains = excluded.domains",
        project.name().value(),
        project.title(),
        Domains.write(project.domains()));
    Rows.run(
        connection,
        "insert into project_terms (project, from_month, pi, cost_centre) values (?, ?, ?, ?) on"
            + " conflict (project, from_month) do update set pi = excluded.pi, cost_centre ="
            + " excluded.cost_centre",
        project.name().value(),
        month,
        project.pi() == null ? "" : project.pi().value(),
        project.costCentre());
  }

  /** Who led a project at the end of a month, and where its costs were booked. */
  static Optional<Statement.Terms> terms(Connection connection, String project, String month)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select pi, cost_centre from project_terms where project = ? and from_month <= ? order"
                + " by from_month desc limit 1")) {
      statement.setString(1, project);
      statement.setString(2, month);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Statement.Terms(row.getString(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }

  /**
   * What of a project's month was for end users of a service platform: the largest, and behind them
   * in each currency the sum of the others.
   */
  static List<Statement.EndUser> endUsers(Connection connection, String project, String month)
      throws SQLException {
    List<Statement.EndUser> all = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "with sums as (select user_name, end_user, currency, sum(core_ms)::numeric as core,"
                + " sum(charge_micro)::numeric as charge from usage_end_user_month where project ="
                + " ? and month = ? group by user_name, end_user, currency), ranked as (select *,"
                + " row_number() over (order by charge desc, core desc, user_name collate \"C\","
                + " end_user collate \"C\", currency) <= ? as alone from sums), told as (select"
                + " alone, case when alone then user_name else '' end as who, case when alone then"
                + " end_user else '' end as whom, currency, core, charge from ranked) select who,"
                + " whom, sum(core), sum(charge), currency, case when alone then 0 else count(*)"
                + " end from told group by alone, who, whom, currency order by alone desc, who"
                + " collate \"C\", whom collate \"C\", currency")) {
      statement.setString(1, project);
      statement.setString(2, month);
      statement.setInt(3, Statement.EndUser.MOST);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new Statement.EndUser(
                  row.getString(1),
                  row.getString(2),
                  row.getBigDecimal(3).longValueExact(),
                  row.getBigDecimal(4).longValueExact(),
                  row.getString(5),
                  row.getLong(6)));
        }
      }
    }
    return all;
  }

  static void putPrepaid(Connection connection, ProjectName project, String currency)
      throws SQLException {
    Rows.run(
        connection,
        "insert into prepaid (project, currency, credit_micro) values (?, ?, 0) on conflict"
            + " (project) do update set currency = excluded.currency",
        project.value(),
        currency);
  }

  static void putCredit(
      Connection connection, ProjectName project, String currency, long creditMicro)
      throws SQLException {
    Rows.run(
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
    Rows.run(
        connection,
        "insert into project_platform (project, from_month, platform) values (?, ?, ?) on conflict"
            + " (project, from_month) do update set platform = excluded.platform",
        project.value(),
        month,
        platform);
  }
}

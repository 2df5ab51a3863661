package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;

/** Budgets, and what was used of them. */
public final class BudgetRows {
  private static final String USES =
      """
      with early as materialized (
        -- Runs that started before the period of some budget may come into it.
        select j.project, j.user_name, (o.held_micro - o.settled_micro)::numeric as micro,
          o.cores::numeric * j.limit_ms - o.settled_core_ms as core_ms, o.start_ms + j.limit_ms as until_ms
        from open_run o join job j on j.id = o.job
        where o.start_ms < (select extract(epoch from (max(from_month) || '-01')::date) * 1000
          from budget where not ended and from_month <> '')
      ), held as materialized (
        select j.project, j.user_name, sum(o.held_micro - o.settled_micro)::numeric as micro,
          sum(o.cores::numeric * j.limit_ms - o.settled_core_ms) as core_ms
        from open_run o join job j on j.id = o.job group by 1, 2
      ), known as (
        select *, extract(epoch from (nullif(from_month, '') || '-01')::date) * 1000 - 14 * 3600000
            as begins_ms,
          case when from_month = '' then ? else from_month end as first_month,
          case when from_month = '' then ? else to_month end as last_month
        from budget where not ended
      )
      select i.position as taken, b.*,
        case when b.unit = 'MONEY' then coalesce(u.micro, 0) - coalesce(e.micro, 0)
          else coalesce(u.core_ms, 0) end as used,
        case when b.unit = 'MONEY' then coalesce(h.micro, 0) - coalesce(n.micro, 0)
          else coalesce(h.core_ms, 0) - coalesce(n.core_ms, 0) end as held
      from intake i cross join known b
      left join lateral (
        select sum(charge_micro) as micro, sum(core_ms) as core_ms from usage_month
        where project = b.project and month between b.first_month and b.last_month
          and (b.user_name = '' or user_name = b.user_name)
          and (b.unit = 'CORE_TIME' or currency in ('', b.currency))) u on true
      left join lateral (
        select sum(amount_micro)::numeric as micro from statement_entry
        where (project = b.project and for_project = '' or for_project = b.project)
          and month between b.first_month and b.last_month
          and (b.user_name = '' or user_name = b.user_name) and currency = b.currency) e on true
      left join lateral (
        select sum(micro) as micro, sum(core_ms) as core_ms from held
        where project = b.project and (b.user_name = '' or user_name = b.user_name)) h on true
      left join lateral (
        select sum(micro) as micro, sum(core_ms) as core_ms from early
        where until_ms <= b.begins_ms
          and project = b.project and (b.user_name = '' or user_name = b.user_name)) n on true
      order by b.name
      """;

  private final DataSource database;

  BudgetRows(DataSource database) {
    this.database = database;
  }

  static void put(Connection connection, BudgetTerms terms, String reason, LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "insert into budget (name, project, user_name, unit, amount, overdraft, currency,"
            + " from_month, to_month, ended, set_by, set_ms, reason, position) values (?, ?, ?,"
            + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (name) do update set project ="
            + " excluded.project, user_name = excluded.user_name, unit = excluded.unit, amount"
            + " = excluded.amount, overdraft = excluded.overdraft, currency ="
            + " excluded.currency, from_month = excluded.from_month, to_month ="
            + " excluded.to_month, ended = excluded.ended, set_by = excluded.set_by, set_ms ="
            + " excluded.set_ms, reason = excluded.reason, position = excluded.position",
        terms.name().value(),
        terms.project().value(),
        terms.user() == null ? "" : terms.user().value(),
        terms.unit().name(),
        terms.amount(),
        terms.overdraft(),
        terms.currency(),
        terms.fromMonth(),
        terms.toMonth(),
        terms.ended(),
        logged.actor().toString(),
        logged.timeMs(),
        reason,
        logged.position());
  }

  /**
   * All budgets that hold, as of one position of the log.
   *
   * @param budgets by name
   */
  public record Uses(long position, List<BudgetUse> budgets) {}

  /** What was used of each: in its period, or of a monthly one in this month. */
  public Uses uses(String month) {
    long position = 0;
    List<BudgetUse> all = new ArrayList<>();
    // One statement sees one state of the database.
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(USES)) {
      statement.setString(1, month);
      statement.setString(2, month);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          position = row.getLong("taken");
          all.add(use(row, month));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return new Uses(position, all);
  }

  private static BudgetUse use(ResultSet row, String month) throws SQLException {
    String user = row.getString("user_name");
    return new BudgetUse(
        new BudgetTerms(
            new BudgetName(row.getString("name")),
            new ProjectName(row.getString("project")),
            user.isEmpty() ? null : new UserName(user),
            BudgetUnit.valueOf(row.getString("unit")),
            row.getLong("amount"),
            row.getLong("overdraft"),
            row.getString("currency"),
            row.getString("from_month"),
            row.getString("to_month"),
            row.getBoolean("ended")),
        row.getString("set_by"),
        row.getLong("set_ms"),
        row.getString("reason"),
        row.getLong("position"),
        whole(row.getBigDecimal("used")),
        whole(row.getBigDecimal("held")),
        month);
  }

  private static BigInteger whole(BigDecimal number) {
    return number.toBigIntegerExact();
  }
}

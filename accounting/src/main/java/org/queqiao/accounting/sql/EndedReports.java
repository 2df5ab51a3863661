package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.usage.DomainTree;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.EndedRow;
import org.queqiao.accounting.usage.EndedRows;
import org.queqiao.accounting.usage.ReportBy;

/** How runs ended and what they made of what they had, from what is summed up by month. */
public final class EndedReports {
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private static final int FETCH_ROWS = 10_000;

  private static final String SUMS =
      "runs, core_ms, limit_core_ms, known_core_ms, cpu_ms, known_device_ms, idle_device_ms";

  /**
   * The sums by month, less those of named end users, and these beside them: together the same, and
   * what is of nobody named has an empty name.
   */
  private static final String WITH_END_USERS =
      "(select month, project, user_name, partition, qos, domains, state, '' as end_user, "
          + SUMS
          + " from ended_month union all select month, project, user_name, partition, qos, domains,"
          + " state, '', -"
          + SUMS.replace(", ", ", -")
          + " from ended_end_user_month union all select month, project, user_name, partition, qos,"
          + " domains, state, end_user, "
          + SUMS
          + " from ended_end_user_month)";

  private final DataSource database;
  private final BillingCalendar calendar;

  EndedReports(DataSource database, BillingCalendar calendar) {
    this.database = database;
    this.calendar = calendar;
  }

  /**
   * What a report groups by: what a report of usage does, as far as it is known of runs that ended.
   */
  public enum By {
    MONTH(ReportBy.MONTH),
    YEAR(ReportBy.YEAR),
    FISCAL_QUARTER(ReportBy.FISCAL_QUARTER),
    FISCAL_YEAR(ReportBy.FISCAL_YEAR),
    PROJECT(ReportBy.PROJECT),
    USER(ReportBy.USER),
    PARTITION(ReportBy.PARTITION),
    QOS(ReportBy.QOS),
    /** The research domains of the project, by their shares: of runs too, so that all sum up. */
    DOMAIN(ReportBy.DOMAIN),
    PLATFORM(ReportBy.PLATFORM),
    COST_CENTRE(ReportBy.COST_CENTRE),
    END_USER(ReportBy.END_USER),
    /** How the run ended, such as {@code FAILED}. */
    STATE(null);

    private final ReportBy ofUsage;

    By(ReportBy ofUsage) {
      this.ofUsage = ofUsage;
    }

    /** What cannot be told at once, in words; empty where the report can be made. */
    public static Optional<String> conflict(List<By> by) {
      return ReportBy.conflict(
          by.stream().map(each -> each.ofUsage).filter(Objects::nonNull).toList());
    }
  }

  private String column(By by, DomainView domains) {
    return by.ofUsage == null ? "state" : ReportSql.column(by.ofUsage, domains, calendar);
  }

  /**
   * A report over whole months.
   *
   * @param by at least one, each once
   * @param fromMonth the first, {@code YYYY-MM}
   * @param toMonth the last
   * @param most so many rows at most: those that lost most core time
   * @param domains how domains are told, where {@code by} has them
   * @throws ReportTooLarge when it has more groups by domain than fit into memory
   */
  public List<EndedRow> ended(
      List<By> by,
      String fromMonth,
      String toMonth,
      LedgerReads.Scope scope,
      int most,
      DomainView domains) {
    boolean byDomain = by.contains(By.DOMAIN);
    boolean rolled = byDomain && domains.isRolled();
    EndedRows rows = new EndedRows(by.indexOf(By.DOMAIN));
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql(by, scope, domains))) {
      DomainParts.Trees trees =
          domains.today()
              ? DomainParts.today(connection)
              : DomainParts.between(connection, fromMonth, toMonth);
      int next = 1;
      if (rolled) {
        statement.setArray(next, connection.createArrayOf("text", trees.changes().toArray()));
        next++;
      }
      statement.setString(next, fromMonth);
      statement.setString(next + 1, toMonth);
      next = scope.set(connection, statement, next + 2);
      statement.setLong(next, byDomain ? Long.MAX_VALUE : most);
      connection.setAutoCommit(false);
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          EndedRow read = row(row, by.size());
          DomainTree tree = rolled ? trees.trees().get(row.getInt(ReportSql.TREE)) : null;
          rows.add(
              read,
              byDomain ? Domains.read(read.keys().get(by.indexOf(By.DOMAIN))) : List.of(),
              code ->
                  tree == null
                      ? Optional.of(code)
                      : tree.told(code, domains.level(), domains.within()),
              domains.within() == null);
        }
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return rows.most(most);
  }

  private String sql(List<By> by, LedgerReads.Scope scope, DomainView domains) {
    boolean rolled = by.contains(By.DOMAIN) && domains.isRolled();
    List<String> names = new ArrayList<>();
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    for (int i = 0; i < by.size(); i++) {
      names.add(column(by.get(i), domains) + " as key" + i);
      columns.add(column(by.get(i), domains));
    }
    if (rolled) {
      names.add(ReportSql.TREE);
      columns.add(ReportSql.TREE);
    }
    String source =
        ReportSql.withTerms(
                by.contains(By.END_USER) ? WITH_END_USERS : "ended_month",
                by.contains(By.PLATFORM),
                by.contains(By.COST_CENTRE))
            + " as v";
    return "select "
        + String.join(", ", names)
        + ", sum(runs)::numeric as runs, sum(core_ms)::numeric as core_ms, coalesce(sum(core_ms)"
        + " filter (where state <> 'COMPLETED'), 0)::numeric as lost, sum(limit_core_ms)::numeric"
        + " as limits, sum(known_core_ms)::numeric as known, sum(cpu_ms)::numeric as cpu,"
        + " sum(known_device_ms)::numeric as known_devices, sum(idle_device_ms)::numeric as"
        + " idle_devices from "
        + (by.contains(By.DOMAIN) ? DomainParts.told(source, domains) : source)
        + " where month >= ? and month <= ? and "
        + scope.condition()
        + " group by "
        + String.join(", ", columns)
        // Where all is of named end users nothing is left of the others.
        + (by.contains(By.END_USER) ? " having sum(runs) <> 0" : "")
        + " order by lost desc, "
        + ReportSql.inOrder(columns)
        + " limit ?";
  }

  private static EndedRow row(ResultSet row, int size) throws SQLException {
    List<String> keys = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      keys.add(row.getString(i));
    }
    return new EndedRow(
        keys,
        number(row, "runs"),
        number(row, "core_ms"),
        number(row, "lost"),
        number(row, "limits"),
        number(row, "known"),
        number(row, "cpu"),
        number(row, "known_devices"),
        number(row, "idle_devices"));
  }

  /** A sum that no number of 64 bits holds is given as the largest one. */
  private static long number(ResultSet row, String column) throws SQLException {
    BigInteger sum = row.getBigDecimal(column).toBigInteger();
    return sum.max(LEAST).min(MOST).longValue();
  }
}

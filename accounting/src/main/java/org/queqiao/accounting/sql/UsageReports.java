package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.usage.DomainTree;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.KeyedSums;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.accounting.usage.ReportRows;
import org.queqiao.accounting.usage.ReportTooLarge;

/**
 * Usage and cost over months and years from what is summed up by month, and by day from what was
 * metered.
 */
public final class UsageReports {
  /** So many months at most are told by day: these are read run by run. */
  public static final int MOST_MONTHS_BY_DAY = 3;

  private static final int FETCH_ROWS = 10_000;

  /** Core time, charge and standard core time. */
  private static final int AMOUNTS = 3;

  /**
   * The sums by month, less those of named end users, and these beside them: together the same, and
   * what is of nobody named has an empty name.
   */
  private static final String WITH_END_USERS =
      "(select month, project, user_name, partition, qos, domains, currency, '' as end_user,"
          + " core_ms, charge_micro, coalesce(standard_ms, core_ms) as standard from usage_month"
          + " union all select month, project, user_name, partition, qos, domains, currency, '',"
          + " -core_ms, -charge_micro, -standard_ms from usage_end_user_month union all select"
          + " month, project, user_name, partition, qos, domains, currency, end_user, core_ms,"
          + " charge_micro, standard_ms from usage_end_user_month)";

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;

  UsageReports(ArchivedRuns runs, BillingCalendar calendar) {
    this.runs = runs;
    this.calendar = calendar;
  }

  /**
   * What is asked.
   *
   * @param by at least one, each once, without a conflict
   * @param fromMonth the first, {@code YYYY-MM}
   * @param toMonth the last
   * @param most so many rows at most: those with the most core time, or charge
   * @param byCharge which of both
   * @param trend whether each row has the period before beside it; {@code by} has a time then
   * @param domains how domains are told, where {@code by} has them
   */
  public record Question(
      List<ReportBy> by,
      String fromMonth,
      String toMonth,
      int most,
      boolean byCharge,
      boolean trend,
      DomainView domains) {
    public Question {
      by = List.copyOf(by);
    }

    /** One that tells domains as they were. */
    public Question(
        List<ReportBy> by,
        String fromMonth,
        String toMonth,
        int most,
        boolean byCharge,
        boolean trend) {
      this(by, fromMonth, toMonth, most, byCharge, trend, DomainView.PLAIN);
    }

    /** A plain one. */
    public static Question of(List<ReportBy> by, String fromMonth, String toMonth, int most) {
      return new Question(by, fromMonth, toMonth, most, false, false);
    }

    private String readFrom(BillingCalendar calendar) {
      if (!trend) {
        return fromMonth;
      }
      ReportBy time = ReportBy.time(by).orElseThrow();
      return time == ReportBy.DAY
          ? YearMonth.parse(fromMonth).minusMonths(1).toString()
          : time.first(time.before(firstPeriod(calendar), calendar), calendar).toString();
    }

    private String firstPeriod(BillingCalendar calendar) {
      ReportBy time = ReportBy.time(by).orElseThrow();
      return time == ReportBy.DAY ? fromMonth + "-01" : time.around(fromMonth, calendar);
    }
  }

  /** A report over whole months, by keys. */
  public List<ReportRow> usage(Question asked, LedgerReads.Scope scope) {
    Comparator<ReportRow> something =
        Comparator.comparingLong(asked.byCharge() ? ReportRow::chargeMicro : ReportRow::coreMs);
    return ReportRows.most(
        isFine(asked) ? fine(asked, scope) : grouped(asked, scope), asked.most(), something);
  }

  /**
   * Whether few of the rows that are read are alike, because neither user nor month is left out:
   * they are added up here and not by the database.
   */
  private static boolean isFine(Question asked) {
    return ofUsers(asked.by())
        && asked.by().contains(ReportBy.USER)
        && asked.by().contains(ReportBy.MONTH)
        && asked.domains().equals(DomainView.PLAIN)
        && !asked.trend();
  }

  /** Whether the sums by user and project say enough. */
  private static boolean ofUsers(List<ReportBy> by) {
    return !ReportBy.ofLines(by)
        && !by.contains(ReportBy.DAY)
        && !by.contains(ReportBy.END_USER)
        && !by.contains(ReportBy.PARTITION)
        && !by.contains(ReportBy.QOS);
  }

  private List<ReportRow> fine(Question asked, LedgerReads.Scope scope) {
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    asked.by().forEach(each -> columns.add(ReportSql.column(each, asked.domains(), calendar)));
    String sql =
        "select "
            + String.join(", ", columns)
            + ", core_ms, charge_micro, currency, standard from "
            + source(asked.by())
            + " where month >= ? and month <= ? and "
            + scope.condition();
    KeyedSums sums = new KeyedSums(asked.by().size() + 1, AMOUNTS);
    runs.plain(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        // Rows come a few thousand at a time within a transaction.
        statement.setFetchSize(FETCH_ROWS);
        statement.setString(1, asked.fromMonth());
        statement.setString(2, asked.toMonth());
        scope.set(connection, statement, 3);
        try (ResultSet row = statement.executeQuery()) {
          for (int read = 0; row.next(); read++) {
            if (read >= ReportSql.MOST_GROUPS) {
              throw new ReportTooLarge(ReportSql.MOST_GROUPS);
            }
            add(asked.by().size(), row, sums);
          }
        }
      }
      return sums;
    });
    return FineReport.rows(asked.by(), sums);
  }

  private static void add(int keys, ResultSet row, KeyedSums sums) throws SQLException {
    int[] ids = new int[keys + 1];
    for (int i = 0; i < keys; i++) {
      ids[i] = sums.number(i, row.getString(i + 1));
    }
    ids[keys] = sums.number(keys, row.getString(keys + AMOUNTS));
    sums.add(ids, row.getLong(keys + 1), row.getLong(keys + 2), row.getLong(keys + AMOUNTS + 1));
  }

  private List<ReportRow> grouped(Question asked, LedgerReads.Scope scope) {
    ReportRows rows = new ReportRows(asked.by());
    boolean byDomain = asked.by().contains(ReportBy.DOMAIN);
    boolean rolled = byDomain && asked.domains().isRolled();
    // Where a row is a group, the database keeps those with the most.
    boolean cut = !byDomain && !asked.trend();
    String sql = sql(asked, scope, rolled, cut);
    ArchivedRuns.Question<ReportRows> question =
        connection -> {
          read(connection, sql, asked, scope, rolled, cut, rows);
          return rows;
        };
    if (asked.by().contains(ReportBy.DAY)) {
      runs.over(asked.readFrom(calendar), asked.toMonth(), question);
    } else {
      runs.plain(question);
    }
    return asked.trend() ? rows.withTrend(asked.firstPeriod(calendar), calendar) : rows.all();
  }

  private void read(
      Connection connection,
      String sql,
      Question asked,
      LedgerReads.Scope scope,
      boolean rolled,
      boolean cut,
      ReportRows rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      DomainParts.Trees trees =
          asked.domains().today()
              ? DomainParts.today(connection)
              : DomainParts.between(connection, asked.readFrom(calendar), asked.toMonth());
      int next = 1;
      if (rolled) {
        statement.setArray(1, connection.createArrayOf("text", trees.changes().toArray()));
        next++;
      }
      if (asked.by().contains(ReportBy.DAY)) {
        next = days(asked, next, connection, statement);
      }
      statement.setString(next, asked.readFrom(calendar));
      statement.setString(next + 1, asked.toMonth());
      next = scope.set(connection, statement, next + 2);
      if (cut) {
        statement.setInt(next, asked.most());
      }
      // Rows come a few thousand at a time within a transaction.
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (rows.size() > ReportSql.MOST_GROUPS) {
            throw new ReportTooLarge(ReportSql.MOST_GROUPS);
          }
          add(asked, row, rolled ? trees.trees().get(row.getInt(ReportSql.TREE)) : null, rows);
        }
      }
    }
  }

  private String sql(Question asked, LedgerReads.Scope scope, boolean rolled, boolean cut) {
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    asked.by().forEach(each -> columns.add(ReportSql.column(each, asked.domains(), calendar)));
    if (rolled) {
      columns.add(ReportSql.TREE);
    }
    String keys = String.join(", ", columns);
    String rows = source(asked.by());
    String order = asked.byCharge() ? "charge" : "core";
    return "select "
        + keys
        + ", sum(core_ms)::numeric as core, sum(charge_micro)::numeric as charge, currency,"
        + " sum(standard)::numeric from "
        + (asked.by().contains(ReportBy.DOMAIN) ? DomainParts.told(rows, asked.domains()) : rows)
        + " where month >= ? and month <= ? and "
        + scope.condition()
        + " group by "
        + keys
        + ", currency"
        // Where all is of named end users nothing is left of the others.
        + (asked.by().contains(ReportBy.END_USER)
            ? " having sum(core_ms) <> 0 or sum(charge_micro) <> 0"
            : "")
        + (cut ? " order by " + order + " desc, " + ReportSql.inOrder(columns) + " limit ?" : "");
  }

  /** The lines of statements, what was metered, or the sums by month. */
  private static String source(List<ReportBy> by) {
    String rows =
        ofUsers(by)
            ? "(select *, standard_ms as standard from usage_user_month)"
            : "(select *, coalesce(standard_ms, core_ms) as standard from usage_month)";
    if (by.contains(ReportBy.END_USER)) {
      rows = WITH_END_USERS;
    } else if (ReportBy.ofLines(by)) {
      rows =
          "(select month, case for_project when '' then project else for_project end as project,"
              + " user_name, partition, resource, node_type, currency, core_ms,"
              + " posted_micro::numeric as charge_micro, round(coalesce(standard, core_ms * 1000) /"
              + " 1000) as standard from statement_line)";
    } else if (by.contains(ReportBy.DAY)) {
      rows =
          "(select case when left(on_day, 7) = month then on_day else month || '"
              + ReportBy.LATE
              + "' end as day, * from (select (?::text[])[width_bucket(from_ms, ?::bigint[])] as"
              + " on_day, * from (select from_ms, month, project, user_name, partition, qos,"
              + " domains, currency, core_ms::numeric, charge_micro::numeric, null::numeric as"
              + " standard from segment union all select from_ms, month, project, user_name,"
              + " partition, qos, domains, currency, 0, charge_micro, null from segment_item union"
              + " all select from_ms, month, project, '', '', '', domains, currency, 0,"
              + " charge_micro, 0 from reserved_time where charge_micro <> 0) as s) as t)";
    }
    return ReportSql.withTerms(
            rows, by.contains(ReportBy.PLATFORM), by.contains(ReportBy.COST_CENTRE))
        + " as v";
  }

  /**
   * The names and the first instants of the days; a segment lies within one of them. What is late
   * has its day before the month it stands in.
   */
  private int days(Question asked, int at, Connection connection, PreparedStatement statement)
      throws SQLException {
    List<String> names = new ArrayList<>();
    List<Long> starts = new ArrayList<>();
    LocalDate end = YearMonth.parse(asked.toMonth()).plusMonths(1).atDay(1);
    LocalDate day = YearMonth.parse(asked.readFrom(calendar)).atDay(1);
    for (; day.isBefore(end); day = day.plusDays(1)) {
      names.add(day.toString());
      starts.add(calendar.startMs(day));
    }
    statement.setArray(at, connection.createArrayOf("text", names.toArray()));
    statement.setArray(at + 1, connection.createArrayOf("bigint", starts.toArray()));
    return at + 2;
  }

  private static void add(Question asked, ResultSet row, DomainTree tree, ReportRows rows)
      throws SQLException {
    List<ReportBy> by = asked.by();
    List<String> keys = new ArrayList<>();
    for (int i = 1; i <= by.size(); i++) {
      keys.add(row.getString(i));
    }
    int next = by.size() + (tree == null ? 1 : 2);
    BigDecimal standard = row.getBigDecimal(next + 3);
    ReportRow read =
        new ReportRow(
            keys,
            row.getBigDecimal(next).longValueExact(),
            row.getBigDecimal(next + 1).longValueExact(),
            row.getString(next + 2),
            standard == null ? null : standard.longValueExact());
    int domain = by.indexOf(ReportBy.DOMAIN);
    if (domain < 0) {
      rows.add(read);
    } else {
      DomainView how = asked.domains();
      rows.add(
          read,
          Domains.read(keys.get(domain)),
          code -> tree == null ? Optional.of(code) : tree.told(code, how.level(), how.within()),
          how.within() == null);
    }
  }
}

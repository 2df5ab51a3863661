package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.statement.Settlement;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementSum;
import org.queqiao.accounting.statement.Tax;
import org.queqiao.accounting.witness.SignedMonth;

/** Which months are closed, and what keeps one from it. */
public final class MonthReads {
  private static final int MOST_PROBLEMS = 20;
  private static final int MOST_NODES = 1_000_000;

  /** What a check posts is one batch: so many days of runs that go on, which fit into memory. */
  private static final int MOST_RUN_DAYS = 200_000;

  private final DataSource database;
  private final BillingCalendar calendar;
  private final LedgerReads reads;

  MonthReads(DataSource database, BillingCalendar calendar, LedgerReads reads) {
    this.database = database;
    this.calendar = calendar;
    this.reads = reads;
  }

  /**
   * A month that was checked or closed.
   *
   * @param month {@code YYYY-MM}
   * @param closed whether it is closed, else it is checked
   * @param proposal its number
   * @param fiscalYear whose numbers its statements have
   * @param checkedBy who checked it
   * @param checkedMs when
   * @param closedBy who closed it, or empty
   * @param closedMs when, or 0
   * @param position of the fact that closed it, or 0
   * @param statements how many have a number
   * @param sha256 over them, in hexadecimal
   * @param seq the last posting of that position
   * @param hash its hash, in hexadecimal
   */
  public record Row(
      String month,
      boolean closed,
      long proposal,
      int fiscalYear,
      String checkedBy,
      long checkedMs,
      String closedBy,
      long closedMs,
      long position,
      int statements,
      String sha256,
      long seq,
      String hash) {
    /** What is signed of it. */
    public SignedMonth unsigned() {
      return new SignedMonth(month, statements, sha256, position, seq, hash, closedMs, "");
    }
  }

  /** The first instant after a month. */
  public long endMs(String month) {
    return calendar.startMs(YearMonth.parse(month).plusMonths(1).atDay(1));
  }

  /** The fiscal year of a month. */
  public int fiscalYear(YearMonth month) {
    return calendar.fiscalYear(month);
  }

  /** All that were checked or closed, the newest first. */
  public List<Row> list() {
    return ask(MonthReads::rows);
  }

  static List<Row> rows(Connection connection) throws SQLException {
    List<Row> all = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement("select * from month_close order by month desc");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.add(
            new Row(
                row.getString("month"),
                row.getString("state").equals("CLOSED"),
                row.getLong("proposal"),
                row.getInt("fiscal_year"),
                row.getString("checked_by"),
                row.getLong("checked_ms"),
                row.getString("closed_by"),
                row.getLong("closed_ms"),
                row.getLong("closed_position"),
                row.getInt("statements"),
                row.getString("sha256"),
                row.getLong("posting_seq"),
                row.getString("chain_hash")));
      }
    }
    return all;
  }

  /**
   * The projects that have a statement of a month, by name.
   *
   * @param after names behind this one alone, or null for all
   * @param state of these statements alone, or null
   * @param limit so many at most
   */
  public List<String> projects(String month, String after, Standing.State state, int limit) {
    return ask(connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select a.project from (select project from statement_line where month = ? union"
                  + " select project from statement_entry where month = ? union select project from"
                  + " paid_run where month = ? union select project from statement_close where month = ?) a left join month_close m on m.month = ?"
                  + " left join statement_close s on s.month = ? and s.project = a.project where"
                  + " a.project collate \"C\" > ? and (? = '' or coalesce(s.state, m.state,"
                  + " 'DRAFT') = ?) order by a.project collate \"C\" limit ?")) {
        for (int i = 1; i <= 6; i++) {
          statement.setString(i, month);
        }
        statement.setString(7, after == null ? "" : after);
        statement.setString(8, state == null ? "" : state.name());
        statement.setString(9, state == null ? "" : state.name());
        statement.setInt(10, limit);
        List<String> found = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            found.add(row.getString(1));
          }
        }
        return found;
      }
    });
  }

  /** How far the statement of a project for a month is. */
  public Standing standing(String project, String month) {
    return ask(connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select m.state, s.state, s.fiscal_year, s.serial, m.closed_ms, s.paid_on,"
                  + " s.reference from month_close m left join statement_close s on s.month ="
                  + " m.month and s.project = ? where m.month = ?")) {
        statement.setString(1, project);
        statement.setString(2, month);
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            return Standing.DRAFT;
          }
          String own = row.getString(2);
          return own == null
              ? new Standing(Standing.State.valueOf(row.getString(1)), "", row.getLong(5), "", "")
              : new Standing(
                  Standing.State.valueOf(own),
                  Standing.number(row.getInt(3), row.getLong(4)),
                  row.getLong(5),
                  row.getString(6),
                  row.getString(7));
        }
      }
    });
  }

  /** How much of a statement is paid, by currency: as it was closed, or as if it were now. */
  Map<String, Settlement> settled(Statement whole) {
    return ask(connection -> {
      Standing.State state = whole.standing().state();
      if (state == Standing.State.DRAFT || state == Standing.State.CHECKED) {
        return StatementSums.ifClosed(connection, whole);
      }
      Map<String, Settlement> all = new TreeMap<>();
      for (StatementSum each : StatementSums.read(connection, whole.project(), whole.period())) {
        all.put(each.currency(), each.settlement());
      }
      if (all.isEmpty() && state == Standing.State.PAID) {
        // From before payments were posted: two people said that all of it was paid.
        for (Statement.Total each : whole.totals()) {
          long grossMicro = whole.tax().grossMicro(each.dueMicro());
          all.put(each.currency(), new Settlement(0, 0, grossMicro));
        }
      }
      return all;
    });
  }

  /** What a closed statement asks for in a currency; 0 for nothing. */
  public long askedIn(String project, String month, String currency) {
    return ask(connection -> Payments.askedIn(connection, project, month, currency));
  }

  /** What statements of a month have of tax: as it was closed, or as it is agreed on. */
  public Tax tax(String month) {
    return ask(connection -> MonthTax.of(connection, month, endMs(month)));
  }

  /**
   * What keeps a month from being closed, as it is now; empty for nothing. Reads the whole ledger.
   *
   * @param month {@code YYYY-MM}
   */
  public List<String> problems(String month) {
    return few(Stream.concat(unfinished(month).stream(), wrong(month).stream()));
  }

  /** The first of these. */
  public static List<String> few(Stream<String> problems) {
    return problems.limit(MOST_PROBLEMS).toList();
  }

  /**
   * What is not settled and may still concern a month: answers of other clusters, disputes and
   * proposals from before its end.
   *
   * @param month {@code YYYY-MM}
   */
  public List<String> matters(String month) {
    return ask(connection -> OpenMatters.of(connection, endMs(month)));
  }

  /**
   * Why the time of a month is not over in the books, which is found at once.
   *
   * @param month {@code YYYY-MM}
   */
  public List<String> unfinished(String month) {
    long toMs = endMs(month);
    return ask(connection -> {
      List<String> found = new ArrayList<>();
      add(
          connection,
          found,
          "select case when state = 'CLOSED' then 'month ' || month || ' was closed by ' ||"
              + " closed_by || ' at ' || closed_ms else 'month ' || month || ' was checked by ' ||"
              + " checked_by || ' and waits for proposal ' || proposal end from month_close where"
              + " month >= ?",
          month);
      add(
          connection,
          found,
          "select 'month ' || min(month) || ' comes first: it is not closed' from (select month"
              + " from statement_line union select month from statement_entry) as all_ where month"
              + " < ? and month > (select coalesce(max(month), '') from month_close where state ="
              + " 'CLOSED') having min(month) is not null",
          month);
      add(
          connection,
          found,
          "select 'the books have the log until ' || coalesce(max(time_ms), 0) || ', and the month"
              + " ends at ' || ? from intake having coalesce(max(time_ms), 0) < ?",
          toMs,
          toMs);
      add(
          connection,
          found,
          "select 'the check would post ' || sum(days) || ' days of runs that go on, and at most "
              + MOST_RUN_DAYS
              + " are posted at once: wait for some of them to end' from (select ? / 86400000 -"
              + " greatest(start_ms, settled_ms) / 86400000 + 1 as days from open_run where"
              + " start_ms < ? and settled_ms < ?) as running having sum(days) > "
              + MOST_RUN_DAYS,
          toMs,
          toMs,
          toMs);
      add(
          connection,
          found,
          "select 'reservation ' || name || ' is open, and what it keeps is posted until ' ||"
              + " settled_ms from reservation_now where open and settled_ms < ? order by name",
          toMs);
      return found;
    });
  }

  /**
   * What is wrong with the books of a month; reads the whole ledger.
   *
   * @param month {@code YYYY-MM}
   */
  public List<String> wrong(String month) {
    long fromMs = calendar.startMs(YearMonth.parse(month).atDay(1));
    List<String> wrong = new ArrayList<>();
    List<NodeReports.Row> days = reads.nodes().coreTime(month, month, true, null, MOST_NODES);
    if (days.size() >= MOST_NODES) {
      wrong.add("of the days of nodes in " + month + " only " + MOST_NODES + " were looked at");
    }
    for (NodeReports.Row each : days) {
      if (wrong.size() < MOST_PROBLEMS && !each.problem().isEmpty()) {
        wrong.add(each.problem());
      }
    }
    wrong.addAll(ask(connection -> meteredOtherwise(connection, month, fromMs)));
    wrong.addAll(reads.verify());
    return wrong.subList(0, Math.min(wrong.size(), MOST_PROBLEMS));
  }

  /**
   * Whether nodes and bills have the same core time, where the books know of nodes all the month.
   * Runs that began before that, or with a node that was not known, are in neither; nor are runs
   * that go on, which are counted by node at their end, and what is late for another month.
   */
  private static List<String> meteredOtherwise(Connection connection, String month, long fromMs)
      throws SQLException {
    List<String> found = new ArrayList<>();
    add(
        connection,
        found,
        "select 'in ' || ? || ' the nodes had runs of ' || n.ms || ' core-milliseconds, and ' ||"
            + " s.ms || ' were billed' from (select coalesce(sum(allocated_ms + suspended_ms), 0)"
            + " as ms from node_day where day >= ? and day <= ? || '-99') n, (select"
            + " coalesce(sum(core_ms), 0) as ms from segment g where month = ? and from_ms >= ? and"
            + " not exists (select from open_run r where r.job = g.job and r.attempt = g.attempt)"
            + " and not exists (select from observed_run o where o.job = g.job) and not exists"
            + " (select from imported_run i where i.job = g.job) and not exists (select from"
            + " node_unplaced u where u.job = g.job and u.attempt = g.attempt) and not exists"
            + " (select from segment e, node_feed b where e.job = g.job and e.attempt = g.attempt"
            + " and e.from_ms <= b.time_ms)) s, node_feed f where f.time_ms <= ? and n.ms <> s.ms",
        month,
        month,
        month,
        month,
        fromMs,
        fromMs);
    return found;
  }

  private static void add(Connection connection, List<String> found, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(sql + " limit " + MOST_PROBLEMS)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(row.getString(1));
        }
      }
    }
  }

  private interface Question<T> {
    T of(Connection connection) throws SQLException;
  }

  private <T> T ask(Question<T> question) {
    try (Connection connection = database.getConnection()) {
      return question.of(connection);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }
}

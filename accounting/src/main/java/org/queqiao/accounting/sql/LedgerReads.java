package org.queqiao.accounting.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.UsageRow;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;

/** What the books answer. Every method waits for the database: never call one on an event loop. */
public final class LedgerReads {
  /** The most rows of one answer. */
  public static final int MAX_ROWS = 1000;

  private final DataSource database;
  private final BillingCalendar calendar;
  private final ArchiveReads archive;
  private final PostingReads postings;
  private final ArchivedRuns runs;

  LedgerReads(DataSource database, BillingCalendar calendar, Path archive) {
    this.database = database;
    this.calendar = calendar;
    this.archive = new ArchiveReads(database, archive);
    this.postings = new PostingReads(database, this.archive, calendar);
    this.runs = new ArchivedRuns(database, archive);
  }

  /** How periods are named. */
  public BillingCalendar calendar() {
    return calendar;
  }

  /** Months that are in files. */
  public ArchiveReads archive() {
    return archive;
  }

  /** The runs behind the lines of statements. */
  public LineRuns lineRuns() {
    return new LineRuns(runs, calendar);
  }

  /** Who told runs to end as an operator. */
  public OperatorEndRows operatorEnds() {
    return new OperatorEndRows(database);
  }

  /** Runs whose node vanished. */
  public LostRuns lostRuns() {
    return new LostRuns(database);
  }

  /** Postings with what they are for. */
  public PostingReads postingReads() {
    return postings;
  }

  /** What a usage report groups by. */
  public enum By {
    USER,
    PROJECT,
    DOMAIN
  }

  /**
   * Whom a reader may see; a null list means everything.
   *
   * @param users only these users
   * @param projects and these whole projects
   */
  public record Scope(Collection<String> users, Collection<String> projects) {
    public static final Scope ALL = new Scope(null, null);

    String condition() {
      return users == null ? "true" : "(user_name = any(?) or project = any(?))";
    }

    int set(Connection connection, PreparedStatement statement, int from) throws SQLException {
      if (users == null) {
        return from;
      }
      statement.setArray(from, connection.createArrayOf("text", users.toArray()));
      statement.setArray(from + 1, connection.createArrayOf("text", projects.toArray()));
      return from + 2;
    }
  }

  /** Runs that came from files. */
  public ImportedRuns importedRuns() {
    return new ImportedRuns(database);
  }

  /** Changes of prices and money by two people. */
  public Proposals proposals() {
    return new Proposals(database);
  }

  /** Budgets, and what was used of them. */
  public BudgetRows budgetUses() {
    return new BudgetRows(database);
  }

  /** Charges that somebody found wrong. */
  public DisputeRows disputes() {
    return new DisputeRows(database, archive);
  }

  /** Administrative changes with who made them and why. */
  public AuditRows audit() {
    return new AuditRows(database);
  }

  /** What people are told about budgets and wallets. */
  public AlertBook alerts() {
    return new AlertBook(database);
  }

  /** Core-hours that projects have beside their wallets. */
  public AllowanceRows allowances() {
    return new AllowanceRows(database);
  }

  /** Past months under other prices. */
  public WhatIfPricing whatIf() {
    return new WhatIfPricing(runs, calendar);
  }

  /** Reports over months and years. */
  public UsageReports reports() {
    return new UsageReports(runs, calendar.fixed());
  }

  /** How runs ended and what they made of what they had. */
  public EndedReports endedReports() {
    return new EndedReports(database, calendar.fixed());
  }

  /** When wallets and budgets will be used up. */
  public BurnDowns burnDowns() {
    return new BurnDowns(runs, calendar, this);
  }

  /** Which months are closed. */
  public MonthReads months() {
    return new MonthReads(database, calendar, this);
  }

  /** Where the core time of nodes went. */
  public NodeReports nodes() {
    return new NodeReports(database, calendar);
  }

  /** What runs that go on have cost so far. */
  public RunHours hours() {
    return new RunHours(database, calendar);
  }

  /** The runs of a job of another scheduler that are over, in the order of their submission. */
  public List<JobRow> observed(ClusterName cluster, long number) {
    return list(
        "select "
            + Rows.JOB_COLUMNS
            + " from job where id in (select job from observed_run where cluster = ? and number ="
            + " ?) order by submit_ms limit "
            + MAX_ROWS,
        (connection, statement) -> {
          statement.setString(1, cluster.value());
          statement.setLong(2, number);
        },
        Rows::job);
  }

  /** A job as accounting keeps it. */
  public Optional<JobRow> job(JobId id) {
    return list(
            "select " + Rows.JOB_COLUMNS + " from job where id = ?",
            (connection, statement) -> statement.setLong(1, id.value()),
            Rows::job)
        .stream()
        .findFirst();
  }

  /** Usage and charge of some jobs; jobs that the books do not have yet are left out. */
  public Map<Long, JobRow> jobs(Collection<Long> ids) {
    Map<Long, JobRow> found = new TreeMap<>();
    list(
            "select " + Rows.JOB_COLUMNS + " from job where id = any(?)",
            (connection, statement) ->
                statement.setArray(1, connection.createArrayOf("bigint", ids.toArray())),
            Rows::job)
        .forEach(job -> found.put(job.id().value(), job));
    return found;
  }

  /**
   * Which jobs are asked for.
   *
   * @param user only this user's, or null
   * @param project only this project's, or null
   * @param state only in this state, or null
   * @param array only tasks of this array, or null
   */
  public record Which(String user, String project, String state, JobId array, Scope scope) {}

  /** Jobs with an id below a bound, newest first. */
  public List<JobRow> jobsBefore(long beforeId, Which which, int limit) {
    return list(
        "select "
            + Rows.JOB_COLUMNS
            + " from job where id < ? and (?::text is null or user_name = ?) and (?::text is null"
            + " or project = ?) and (?::text is null or state = ?)"
            + (which.array() == null ? "" : " and array_job = ?")
            + " and "
            + which.scope().condition()
            + " order by id desc limit ?",
        (connection, statement) -> {
          statement.setLong(1, beforeId);
          int i = 2;
          for (String each : Arrays.asList(which.user(), which.project(), which.state())) {
            statement.setString(i, each);
            statement.setString(i + 1, each);
            i += 2;
          }
          if (which.array() != null) {
            statement.setLong(i++, which.array().value());
          }
          i = which.scope().set(connection, statement, i);
          statement.setInt(i, Math.min(limit, MAX_ROWS));
        },
        Rows::job);
  }

  /** The first {@link #MAX_ROWS} postings of a job, in their order. */
  public List<Posting> postings(JobId job) {
    return postings(job, 0);
  }

  /**
   * No more than {@link #MAX_ROWS} postings of a job, in their order.
   *
   * @param skipped how many come before
   */
  public List<Posting> postings(JobId job, int skipped) {
    return postings.ofJob(job, 0, skipped, MAX_ROWS);
  }

  /**
   * Postings to the wallet of a project that are for no run, the newest first.
   *
   * @param limit so many at most, and no more than {@link #MAX_ROWS}
   */
  public List<Posting> walletPostings(ProjectName project, int limit) {
    return postings.ofWallet(project, PostingReads.Before.NOTHING, Math.min(limit, MAX_ROWS));
  }

  /**
   * Usage that is posted, of runs that go on each billing day that is over, within {@code [fromMs,
   * toMs)}: core time exactly by instant, the charge of a segment counted where the segment ends.
   */
  public List<UsageRow> usage(By by, long fromMs, long toMs, Scope scope) {
    return new UsageTimes(runs, calendar).usage(by, fromMs, toMs, scope);
  }

  /** The statement of a project for a month, as far as the log has been taken in. */
  public Statement statement(String project, String month) {
    List<Statement.Line> lines =
        list(
            StatementLines.LINES,
            (connection, statement) -> {
              int i = 1;
              for (String each : List.of(project, project, project, month, project, month)) {
                statement.setString(i++, each);
              }
              for (String each : List.of(month, project, project, project, project, month)) {
                statement.setString(i++, each);
              }
            },
            StatementLines::line);
    List<StatementEntry> entries =
        list(
            MoneyRows.ENTRIES,
            (connection, statement) -> {
              statement.setString(1, project);
              statement.setString(2, project);
              statement.setString(3, month);
            },
            MoneyRows::entry);
    Statement whole =
        StatementForms.of(project, month, calendar.zone().getId(), lines, entries)
            .with(months().standing(project, month), months().tax(month));
    return told(whole.settled(months().settled(whole)));
  }

  /** The same with what the project was, and for whom of a service platform it was. */
  private Statement told(Statement statement) {
    try (Connection connection = database.getConnection()) {
      return statement.with(
          ProjectRows.terms(connection, statement.project(), statement.period())
              .orElse(Statement.Terms.NONE),
          ProjectRows.endUsers(connection, statement.project(), statement.period()));
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * Money of a project in one currency, in micro-units.
   *
   * @param availableMicro what new runs may hold, the credit line included
   * @param heldMicro what running jobs may still cost
   * @param creditMicro the credit line
   * @param paysBefore whether a job waits until this can pay for it
   */
  public record Balance(
      String currency, long availableMicro, long heldMicro, long creditMicro, boolean paysBefore) {}

  /** The balances of a project, one for each currency. */
  public List<Balance> balances(String project) {
    return list(
        "select currency, sum(wallet)::numeric, sum(held)::numeric, sum(credit)::numeric,"
            + " bool_or(prepaid) from (select currency, case when account = ? then amount else 0"
            + " end as wallet, case when account = ? then amount else 0 end as held, 0 as credit,"
            + " false as prepaid from balance where account in (?, ?) and unit = 'MICRO' union all"
            + " select currency, 0, 0, credit_micro, true from prepaid where project = ?) as both_"
            + " group by currency order by currency",
        (connection, statement) -> {
          statement.setString(1, "wallet:" + project);
          statement.setString(2, "held:" + project);
          statement.setString(3, "wallet:" + project);
          statement.setString(4, "held:" + project);
          statement.setString(5, project);
        },
        row -> {
          long creditMicro = row.getBigDecimal(4).longValueExact();
          return new Balance(
              row.getString(1),
              Math.addExact(row.getBigDecimal(2).longValueExact(), creditMicro),
              row.getBigDecimal(3).longValueExact(),
              creditMicro,
              row.getBoolean(5));
        });
  }

  /**
   * The wallets of projects that pay before, at one position of the log.
   *
   * @param budgets by project
   */
  public record Budgets(long position, List<Budget> budgets) {}

  /** What the scheduler may be told: everything up to a position, and nothing behind it. */
  public Budgets budgets() {
    long position = 0;
    List<Budget> all = new ArrayList<>();
    // One statement sees one state of the database.
    String sql =
        "select i.position, p.project, p.currency, coalesce(b.amount, 0), p.credit_micro from"
            + " intake i cross join prepaid p left join balance b on b.account = 'wallet:' ||"
            + " p.project and b.unit = 'MICRO' and b.currency = p.currency order by p.project";
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        position = row.getLong(1);
        all.add(
            new Budget(
                new ProjectName(row.getString(2)),
                row.getString(3),
                row.getLong(4),
                row.getLong(5)));
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return new Budgets(position, all);
  }

  /** Core time that is posted, by interval, for the utilisation of the past. */
  public record Span(long fromMs, long toMs, long cores) {}

  /** The segments that overlap {@code [fromMs, toMs)}, at most {@code limit}. */
  public List<Span> spans(long fromMs, long toMs, int limit) {
    return new UsageTimes(runs, calendar).spans(fromMs, toMs, limit);
  }

  /**
   * Checks the chain of postings from its start, that every transaction sums to zero, and that the
   * balances are the sums of their postings; takes as long as it needs.
   *
   * @return what is wrong; empty when all is well
   */
  public List<String> verify() {
    return new PostingVerifier(database).verify();
  }

  private interface Setter {
    void set(Connection connection, PreparedStatement statement) throws SQLException;
  }

  private <T> List<T> list(String sql, Setter setter, Batch.Map1<T> map) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      setter.set(connection, statement);
      List<T> all = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          all.add(map.of(rows));
        }
      }
      return all;
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.DisputeRow;
import org.queqiao.accounting.ledger.PaidRun;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.contract.event.DisputeAnswered;
import org.queqiao.contract.event.DisputeOpened;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** Disputes, those that wait and those that were answered. */
public final class DisputeRows {
  private final DataSource database;
  private final ArchiveReads archive;

  DisputeRows(DataSource database, ArchiveReads archive) {
    this.database = database;
    this.archive = archive;
  }

  static void put(Connection connection, LoggedEvent logged) throws SQLException {
    switch (logged.event()) {
      case DisputeOpened e -> open(connection, e, logged);
      case DisputeAnswered e -> answer(connection, e, logged);
      default -> throw new IllegalArgumentException("no fact of a dispute: " + logged);
    }
  }

  private static void open(Connection connection, DisputeOpened event, LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "insert into dispute (id, project, transaction, opened_by, opened_ms, reason) values"
            + " (?, ?, ?, ?, ?, ?)",
        event.dispute(),
        event.project().value(),
        event.transaction(),
        logged.actor().toString(),
        logged.timeMs(),
        event.reason());
  }

  private static void answer(Connection connection, DisputeAnswered event, LoggedEvent logged)
      throws SQLException {
    Rows.run(
        connection,
        "update dispute set answered_by = ?, answered_ms = ?, answer = ?, proposal = ? where id"
            + " = ?",
        logged.actor().toString(),
        logged.timeMs(),
        event.reason(),
        event.proposal(),
        event.dispute());
  }

  /**
   * Those with a number below a bound, the newest first.
   *
   * @param openedBy those of this person, and
   * @param projects those of these; null for all
   */
  public List<DisputeRow> before(
      long beforeId, String openedBy, Collection<String> projects, int limit) {
    List<DisputeRow> all = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select d.*, p.state as refund from dispute d left join proposal p on p.id ="
                    + " d.proposal where d.id < ? and (?::text[] is null or d.project = any(?) or"
                    + " d.opened_by = ?) order by d.id desc limit ?")) {
      java.sql.Array only =
          projects == null ? null : connection.createArrayOf("text", projects.toArray());
      statement.setLong(1, beforeId);
      statement.setArray(2, only);
      statement.setArray(3, only);
      statement.setString(4, openedBy);
      statement.setInt(5, Math.min(limit, LedgerReads.MAX_ROWS));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(dispute(row));
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return all;
  }

  /** The job for which a transaction of the ledger was posted, if it was for one. */
  public Optional<Long> jobOf(String transaction) {
    JobId job = Posting.jobOf(transaction).orElse(null);
    if (job == null) {
      return Optional.empty();
    }
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select job from posting where job = ? and transaction = ? limit 1")) {
      statement.setLong(1, job.value());
      statement.setString(2, transaction);
      try (ResultSet row = statement.executeQuery()) {
        boolean found = row.next() || archived(connection, job, transaction, null);
        return found ? Optional.of(job.value()) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * Whether a transaction of the ledger moved money of a project, in a currency. Payments of
   * statements do not count: they are taken back as such, and what people give back for one would
   * stand on a statement beside it.
   */
  public boolean moved(String transaction, ProjectName project, String currency) {
    if (Payments.isOf(transaction)) {
      return false;
    }
    JobId job = Posting.jobOf(transaction).orElse(null);
    String payer = paid(transaction, project).payer().value();
    String wallet = "wallet:" + payer;
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                job == null
                    ? "select from posting where job is null and id = ? limit 1"
                    : "select from posting where job = ? and transaction = ? and currency = ? and"
                        + " account in (?, ?) limit 1")) {
      if (job == null) {
        statement.setString(1, transaction + "#" + wallet + "#" + currency);
      } else {
        statement.setLong(1, job.value());
        statement.setString(2, transaction);
        statement.setString(3, currency);
        statement.setString(4, wallet);
        statement.setString(5, "held:" + payer);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            || archived(
                connection,
                job,
                transaction,
                posting ->
                    posting.currency().equals(currency)
                        && (posting.account().equals(wallet)
                            || posting.account().equals("held:" + payer)));
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * How much may still go back for a transaction, in micro-units: what its run, or without a run it
   * itself, took from the project, less what rules and people gave back of that, and less what
   * waits for a second person to be given back. Below zero where more was given back.
   *
   * @return empty if it moved no money of the project
   */
  public OptionalLong refundable(String transaction, ProjectName project, String currency) {
    if (!moved(transaction, project, currency)) {
      return OptionalLong.empty();
    }
    RunId run = RunId.ofTransaction(transaction).orElse(null);
    PaidRun paid = paid(transaction, project);
    Set<String> accounts = Set.of("wallet:" + paid.payer(), "held:" + paid.payer());
    try (Connection connection = database.getConnection()) {
      boolean told = run != null && isTold(connection, run.job());
      Predicate<RunId> same =
          each -> each != null && (told ? each.job().equals(run.job()) : each.equals(run));
      long took =
          run == null
              ? took(connection, transaction, accounts, currency)
              : took(connection, run, told, accounts, currency);
      List<Posting> filed =
          archive.find(
              connection,
              run == null ? 0 : run.job().value(),
              posting ->
                  (run == null
                          ? posting.transaction().equals(transaction)
                          : same.test(posting.run()))
                      && posting.currency().equals(currency)
                      && accounts.contains(posting.account()));
      for (Posting each : filed) {
        took = Math.subtractExact(took, each.amount());
      }
      return OptionalLong.of(
          Math.subtractExact(
              took, givenBack(connection, transaction, run == null ? null : same, paid, currency)));
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Whose run and whose wallet it is where a project is told, which may be either of them. */
  private PaidRun paid(String transaction, ProjectName project) {
    RunId run = RunId.ofTransaction(transaction).orElse(null);
    PaidRun own = new PaidRun(project, project);
    if (run == null) {
      return own;
    }
    try (Connection connection = database.getConnection()) {
      return PaidRuns.find(connection, run).filter(each -> each.isOf(project)).orElse(own);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Whether it is a run elsewhere: each time that it is told it has other numbers of runs here. */
  private static boolean isTold(Connection connection, JobId job) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select from observed_run where job = ?")) {
      statement.setLong(1, job.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static long took(
      Connection connection, RunId run, boolean whole, Set<String> accounts, String currency)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select coalesce(-sum(amount), 0) from posting where job = ? and (? or attempt = ?) and"
                + " unit = 'MICRO' and currency = ? and account = any (?)")) {
      statement.setLong(1, run.job().value());
      statement.setBoolean(2, whole);
      statement.setInt(3, run.attempt());
      statement.setString(4, currency);
      statement.setArray(5, connection.createArrayOf("text", accounts.toArray()));
      return only(statement);
    }
  }

  private static long took(
      Connection connection, String transaction, Set<String> accounts, String currency)
      throws SQLException {
    Object[] ids =
        accounts.stream().map(account -> transaction + "#" + account + "#" + currency).toArray();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select coalesce(-sum(amount), 0) from posting where job is null and id = any (?)")) {
      statement.setArray(1, connection.createArrayOf("text", ids));
      return only(statement);
    }
  }

  private static long only(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBigDecimal(1).longValueExact();
    }
  }

  /** By people, for the same run or without one the same transaction; what waits counts too. */
  private static long givenBack(
      Connection connection,
      String transaction,
      Predicate<RunId> same,
      PaidRun paid,
      String currency)
      throws SQLException {
    long sum = 0;
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select fact from proposal where kind = 'REFUND' and project in (?, ?) and state"
                + " <> 'REJECTED'")) {
      statement.setString(1, paid.project().value());
      statement.setString(2, paid.payer().value());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (MoneyRows.change(row.getBytes(1)) instanceof MoneyChange.Refund each
              && each.currency().equals(currency)
              && (same == null
                  ? each.transaction().equals(transaction)
                  : RunId.ofTransaction(each.transaction()).filter(same).isPresent())) {
            sum = Math.addExact(sum, each.amountMicro());
          }
        }
      }
    }
    return sum;
  }

  /** The project and the transaction of a dispute. */
  public record Subject(ProjectName project, String transaction) {}

  /** What a dispute is about. */
  public Optional<Subject> subject(long dispute) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("select project, transaction from dispute where id = ?")) {
      statement.setLong(1, dispute);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Subject(new ProjectName(row.getString(1)), row.getString(2)))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Whether it is a transaction of a month that is in files. */
  private boolean archived(
      Connection connection, JobId job, String transaction, Predicate<Posting> which)
      throws SQLException {
    return !archive
        .find(
            connection,
            job == null ? 0 : job.value(),
            posting ->
                posting.transaction().equals(transaction) && (which == null || which.test(posting)))
        .isEmpty();
  }

  private static DisputeRow dispute(ResultSet row) throws SQLException {
    return new DisputeRow(
        row.getLong("id"),
        row.getString("project"),
        row.getString("transaction"),
        row.getString("opened_by"),
        row.getLong("opened_ms"),
        row.getString("reason"),
        state(row),
        row.getString("answered_by"),
        row.getLong("answered_ms"),
        row.getString("answer"),
        row.getLong("proposal"));
  }

  private static DisputeRow.State state(ResultSet row) throws SQLException {
    if (row.getLong("answered_ms") == 0) {
      return DisputeRow.State.OPEN;
    }
    if (row.getLong("proposal") == 0) {
      return DisputeRow.State.REJECTED;
    }
    String refund = row.getString("refund");
    return switch (refund == null ? "OPEN" : refund) {
      case "APPROVED" -> DisputeRow.State.REFUNDED;
      case "REJECTED" -> DisputeRow.State.REFUND_REJECTED;
      default -> DisputeRow.State.UPHELD;
    };
  }
}

package org.queqiao.accounting.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.queqiao.accounting.archive.ArchiveFolder;

/**
 * Answers what needs single runs, also of months that are in files. Those are read into temporary
 * tables that the same questions find, so that the answer is what it was before; one question at a
 * time, and of so many rows at most.
 */
final class ArchivedRuns {
  /** So many rows of files are read for one answer at most: some ten seconds. */
  static final long MOST_ROWS = 3_000_000;

  private static final long WAIT_S = 20;
  private static final Semaphore ONE = new Semaphore(1, true);

  /** So many questions wait behind the one that reads; others are refused at once. */
  private static final int MOST_WAITING = 4;

  private static final Semaphore PLACES = new Semaphore(1 + MOST_WAITING);

  private final DataSource database;
  private final ArchiveFolder folder;
  private final long mostRows;

  ArchivedRuns(DataSource database, Path folder) {
    this(database, folder, MOST_ROWS);
  }

  ArchivedRuns(DataSource database, Path folder, long mostRows) {
    this.database = database;
    this.folder = folder == null ? null : new ArchiveFolder(folder);
    this.mostRows = mostRows;
  }

  /** Asks a connection within a transaction that is rolled back. */
  interface Question<T> {
    T of(Connection connection) throws SQLException;
  }

  /**
   * Asks over months. Who waits for files holds no connection, so that the feed and other questions
   * go on.
   *
   * @param from the first that the question reads segments of, {@code YYYY-MM}
   * @param to the last
   * @throws MonthArchived when too many rows of them are in files
   */
  <T> T over(String from, String to, Question<T> question) {
    if (!inFiles(from, to)) {
      Optional<Answer<T>> answer = held(from, to, question, false);
      if (answer.isPresent()) {
        return answer.get().found();
      }
    }
    return inTurn(() -> held(from, to, question, true).orElseThrow().found());
  }

  /** Whether files have some of this; the connection is given back at once. */
  private boolean inFiles(String from, String to) {
    try (Connection connection = database.getConnection()) {
      List<String> archived = archived(connection, from, to);
      bounded(connection, archived);
      return !archived.isEmpty();
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private void bounded(Connection connection, List<String> archived) throws SQLException {
    if (!archived.isEmpty() && (folder == null || rows(connection, archived) > mostRows)) {
      throw new MonthArchived(archived);
    }
  }

  /** An answer, which may be null. */
  private record Answer<T>(T found) {}

  /** Asks while no part moves; empty when files are needed and it is nobody's turn. */
  private <T> Optional<Answer<T>> held(String from, String to, Question<T> question, boolean turn) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      int isolation = connection.getTransactionIsolation();
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try {
        // From here on no part moves into a file, and what comes back meanwhile is not seen.
        ArchivedTables.hold(connection);
        List<String> archived = archived(connection, from, to);
        if (!archived.isEmpty()) {
          if (!turn) {
            return Optional.empty();
          }
          bounded(connection, archived);
          ArchivedTables.readRuns(connection, folder, archived);
        }
        return Optional.of(new Answer<>(question.of(connection)));
      } finally {
        connection.rollback();
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static <T> T inTurn(Supplier<T> question) {
    if (!PLACES.tryAcquire()) {
      throw new LedgerUnavailable(
          new SQLException("archived months are being read for others, and enough wait"));
    }
    try {
      if (!ONE.tryAcquire(WAIT_S, TimeUnit.SECONDS)) {
        throw new LedgerUnavailable(
            new SQLException("archived months are being read for somebody else"));
      }
      try {
        return question.get();
      } finally {
        ONE.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailable(new SQLException("interrupted", e));
    } finally {
      PLACES.release();
    }
  }

  /** Asks what needs no single runs. */
  <T> T plain(Question<T> question) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        return question.of(connection);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** The months of which parts are in files that have some of this. */
  private static List<String> archived(Connection connection, String from, String to)
      throws SQLException {
    List<String> months = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select distinct month from archive_part where of <> 'posting' and from_bound <= ? and"
                + " to_bound > ? order by 1")) {
      statement.setString(1, to);
      statement.setString(2, from);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          months.add(row.getString(1));
        }
      }
    }
    return months;
  }

  private static long rows(Connection connection, List<String> months) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select coalesce(sum(rows), 0) from archive_part where of <> 'posting' and month ="
                + " any(?)")) {
      statement.setArray(1, connection.createArrayOf("text", months.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}

package org.queqiao.accounting.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.archive.ArchiveFolder;
import org.queqiao.accounting.archive.Manifest;

/**
 * Archived months beside those in the tables, for who reads everything: within the transaction, and
 * on this connection alone, {@code posting} and its like are the rows of both. Others see nothing
 * of it, and at the end of the transaction it is gone.
 */
final class ArchivedTables {
  private static final List<String> TABLES = List.of(Parts.SEGMENTS, Parts.ITEMS, Parts.POSTINGS);

  /** What the database keeps beside the files must be what they come to. */
  private static final List<String> SUMS =
      List.of(
          "select 'the archived postings of ' || account || ' in ' || unit || ' sum to ' ||"
              + " coalesce(p.amount, 0) || ', and the database says ' || coalesce(b.amount, 0) from"
              + " (select account, unit, currency, sum(amount) as amount from archived_posting"
              + " group by 1, 2, 3) p full join (select account, unit, currency, sum(amount) as"
              + " amount from archive_balance group by 1, 2, 3) b using (account, unit, currency)"
              + " where coalesce(p.amount, 0) <> coalesce(b.amount, 0)",
          "select 'the archived jobs of ' || user_name || ' in ' || project || ' for ' || month ||"
              + " ' are ' || coalesce(s.jobs, 0) || ', and the database says ' || coalesce(j.jobs,"
              + " 0) from (select month, project, user_name, partition, count(distinct job) as jobs"
              + " from archived_segment a where not exists (select from paid_run p where p.job ="
              + " a.job and p.attempt = a.attempt) group by 1, 2, 3, 4) s full join archive_jobs j using"
              + " (month, project, user_name, partition) where coalesce(s.jobs, 0) <>"
              + " coalesce(j.jobs, 0)");

  private ArchivedTables() {}

  /** Keeps parts from being moved until the transaction ends; the first thing in it. */
  static void hold(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("lock table " + String.join(", ", TABLES) + " in access share mode");
    }
  }

  /**
   * Reads archived months in, if there are any, and lets nothing be written from then on. The first
   * thing in a transaction.
   *
   * @param archive the folder of their files, or null where nobody knows it
   * @param problem is told what is wrong with them
   * @return whether all of it can be read
   */
  static boolean readIn(Connection connection, Path archive, Consumer<String> problem)
      throws SQLException {
    hold(connection);
    boolean whole =
        readIn(connection, archive == null ? null : new ArchiveFolder(archive), problem);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction read only");
    }
    return whole;
  }

  /** The same where something is written later in the transaction, and parts are held already. */
  static boolean readIn(Connection connection, ArchiveFolder folder, Consumer<String> problem)
      throws SQLException {
    List<ArchiveRows.Month> months =
        ArchiveRows.months(connection).stream()
            .filter(each -> each.state() == ArchiveRows.State.ARCHIVED)
            .toList();
    if (months.isEmpty()) {
      return true;
    }
    if (folder == null) {
      problem.accept(
          "month "
              + months.getFirst().month()
              + " is archived, and nobody said where its files are");
      return false;
    }
    create(connection, TABLES);
    boolean whole = true;
    for (ArchiveRows.Month each : months) {
      try {
        Manifest manifest = folder.manifest(each.month(), each.manifest());
        sameParts(connection, manifest);
        for (Manifest.Part part : manifest.parts()) {
          ArchiveRestore.copy(connection, folder, each.month(), part, "archived_" + part.of());
        }
      } catch (IOException damaged) {
        problem.accept(damaged.getMessage());
        whole = false;
      }
    }
    if (whole) {
      index(connection);
      for (String sql : SUMS) {
        ask(connection, sql, problem);
      }
    }
    return whole;
  }

  /** Reads in what was metered in some archived months; the transaction is rolled back later. */
  static void readRuns(Connection connection, ArchiveFolder folder, List<String> months)
      throws SQLException {
    List<String> tables = List.of(Parts.SEGMENTS, Parts.ITEMS);
    create(connection, tables);
    try {
      for (ArchiveRows.Month each : ArchiveRows.months(connection)) {
        if (months.contains(each.month()) && each.state() == ArchiveRows.State.ARCHIVED) {
          Manifest manifest = folder.manifest(each.month(), each.manifest());
          sameParts(connection, manifest);
          for (Manifest.Part part : manifest.parts()) {
            if (tables.contains(part.of())) {
              ArchiveRestore.copy(connection, folder, each.month(), part, "archived_" + part.of());
            }
          }
        }
      }
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("create index on archived_segment (job)");
      for (String each : tables) {
        statement.execute("analyze archived_" + each);
      }
      // A plan of before would go on to read the tables alone.
      statement.execute("discard plans");
    }
  }

  /** Whether rows of files are among those that are asked on this connection now. */
  static boolean areRead(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select to_regclass('pg_temp.archived_segment') is not null")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static void create(Connection connection, List<String> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : tables) {
        statement.execute(
            "create temporary table archived_"
                + each
                + " (like "
                + each
                + " including defaults) on commit drop");
        statement.execute(
            "create temporary view "
                + each
                + " as select * from public."
                + each
                + " union all select * from pg_temp.archived_"
                + each);
      }
    }
  }

  private static void index(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create unique index on archived_posting (seq)");
      for (String each : TABLES) {
        statement.execute("analyze archived_" + each);
      }
    }
  }

  private static void sameParts(Connection connection, Manifest manifest)
      throws SQLException, ArchiveDamaged {
    for (Manifest.Part each : manifest.parts()) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select from archive_part where name = ? and month = ? and sha256 = ? and rows ="
                  + " ?")) {
        statement.setString(1, each.name());
        statement.setString(2, manifest.month());
        statement.setString(3, each.sha256());
        statement.setLong(4, each.rows());
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            throw new ArchiveDamaged(
                "archive of " + manifest.month() + ": the database has another " + each.name());
          }
        }
      }
    }
  }

  private static void ask(Connection connection, String sql, Consumer<String> problem)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql + " limit 100");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        problem.accept(row.getString(1));
      }
    }
  }
}

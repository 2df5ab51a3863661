package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.event.LoggedEvent;

/** Books that come from a backup, or that are lost, take in from the log what they do not have. */
final class RestoreTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  /** Everything that the books say, with the hash over it. */
  static List<String> content(EmbeddedDatabase.Access access, String name) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Connection connection = connect(access, name);
        var statement = connection.createStatement()) {
      for (String table : tables(connection)) {
        try (var rows =
            statement.executeQuery(
                // A line's number says nothing: upserts leave gaps in the sequence.
                "select count(*), coalesce(md5(string_agg(v, '|' order by v)), '') from (select"
                    + " (to_jsonb(t) - 'id')::text v from "
                    + table
                    + " t) s")) {
          rows.next();
          all.add(table + " " + rows.getLong(1) + " " + rows.getString(2));
        }
      }
    }
    return all;
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (var rows =
        connection
            .createStatement()
            .executeQuery(
                "select tablename from pg_tables where schemaname = 'public' and tablename not like"
                    + " 'flyway%' order by 1")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  static Connection connect(EmbeddedDatabase.Access access, String name) throws SQLException {
    return DriverManager.getConnection(url(access, name), access.user(), access.password());
  }

  private static String url(EmbeddedDatabase.Access access, String name) {
    return access.url().replace("/postgres", "/" + name);
  }

  static void sql(EmbeddedDatabase.Access access, String text) throws SQLException {
    try (Connection connection = connect(access, "postgres");
        var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  /** What the server does at its start: the books take in what lies behind their position. */
  static void follow(EmbeddedDatabase.Access access, String name, List<LoggedEvent> log)
      throws InterruptedException {
    try (Ledger ledger =
            Ledger.open(url(access, name), access.user(), access.password(), CALENDAR, null);
        Intake intake = new Intake(ledger)) {
      intake.take(log.subList(Math.toIntExact(intake.position()), log.size()));
      assertThat(ledger.reads().verify()).isEmpty();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path each : files.toList()) {
        Files.copy(
            each,
            to.resolve(from.relativize(each).toString()),
            StandardCopyOption.COPY_ATTRIBUTES,
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {61, 62})
  void booksOfYesterdayLoseAndDoubleNothing(long seed) throws Exception {
    List<LoggedEvent> log = History.random(seed).events();
    int yesterday = log.size() / 2;
    EmbeddedDatabase database = TestDatabase.empty(folder.resolve("postgres"));
    EmbeddedDatabase.Access access = database.start();
    try {
      sql(access, "create database untouched");
      follow(access, "untouched", log);
      sql(access, "create database books");
      follow(access, "books", log.subList(0, yesterday));
      // The copy of a database at one moment, as pg_dump and pg_restore make it.
      sql(access, "create database backup template books");
      follow(access, "books", log);
      List<String> today = content(access, "untouched");
      assertThat(content(access, "books")).isEqualTo(today);
      sql(access, "drop database books");
      sql(access, "create database books template backup");
      assertThat(content(access, "books")).isNotEqualTo(today);
      follow(access, "books", log);
      assertThat(content(access, "books")).isEqualTo(today);
    } finally {
      database.stop();
      delete(folder.resolve("postgres"));
    }
  }

  @Test
  void theFolderOfAStoppedDatabaseIsABackup() throws Exception {
    List<LoggedEvent> log = History.random(64).events();
    Path live = folder.resolve("postgres");
    EmbeddedDatabase database = TestDatabase.empty(live);
    try {
      EmbeddedDatabase.Access access = database.start();
      follow(access, "postgres", log.subList(0, log.size() / 3));
      database.stop();
      copy(live, folder.resolve("backup"));
      access = database.start();
      follow(access, "postgres", log);
      List<String> today = content(access, "postgres");
      database.stop();
      delete(live);
      copy(folder.resolve("backup"), live);
      access = database.start();
      follow(access, "postgres", log);
      assertThat(content(access, "postgres")).isEqualTo(today);
      database.stop();
      // No backup at all: the log is enough.
      delete(live);
      access = database.start();
      follow(access, "postgres", log);
      assertThat(content(access, "postgres")).isEqualTo(today);
    } finally {
      database.stop();
      delete(live);
      delete(folder.resolve("backup"));
    }
  }
}

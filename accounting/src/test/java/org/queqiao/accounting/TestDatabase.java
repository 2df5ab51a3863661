package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.ArchiveRestore;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.testkit.MadeOnce;

/** A real PostgreSQL in a folder of its own, with as many databases as a test wants. */
final class TestDatabase implements AutoCloseable {
  /** The programs, and a cluster of tables in which nothing is yet. */
  private static final MadeOnce EMPTY =
      new MadeOnce(
          folder -> {
            EmbeddedDatabase database = new EmbeddedDatabase(folder);
            database.start();
            database.stop();
            Files.delete(folder.resolve("port"));
          },
          "dist");

  private final Path folder;
  private final EmbeddedDatabase server;
  private final EmbeddedDatabase.Access access;

  /** One that has begun, for all tests of a class. */
  static TestDatabase begun() {
    try {
      return new TestDatabase();
    } catch (Exception e) {
      throw new IllegalStateException("the database of the tests does not start", e);
    }
  }

  TestDatabase() throws Exception {
    folder = Files.createTempDirectory("queqiao-books-");
    server = empty(serverFolder());
    access = server.start();
  }

  /** One in a folder that is not there yet, in which nothing is; it does not run. */
  static EmbeddedDatabase empty(Path folder) throws Exception {
    EMPTY.copyTo(folder);
    return new EmbeddedDatabase(folder);
  }

  Path serverFolder() {
    return folder.resolve("postgres");
  }

  EmbeddedDatabase server() {
    return server;
  }

  EmbeddedDatabase.Access access() {
    return access;
  }

  String url(String name) {
    return access.url().replace("/postgres", "/" + name);
  }

  /** Where the archived months of a database are. */
  Path archive(String name) {
    return folder.resolve("archive-" + name);
  }

  Connection connect(String name) throws SQLException {
    return DriverManager.getConnection(url(name), access.user(), access.password());
  }

  void sql(String name, String... statements) throws SQLException {
    try (Connection connection = connect(name);
        var statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** What is asked of a ledger. */
  interface Question {
    void ask(Ledger ledger) throws Exception;
  }

  /** Takes a history into a ledger of its own, one fact at a time, checks it and asks it. */
  void books(String name, BillingCalendar calendar, History history, Question question)
      throws Exception {
    create(name);
    try (Ledger ledger = open(name, calendar)) {
      for (int i = 0; i < history.events().size(); i++) {
        ledger.record(history.events().subList(i, i + 1));
      }
      assertThat(ledger.reads().verify()).isEmpty();
      audit(name);
      drillDown(name, calendar);
      question.ask(ledger);
    }
  }

  /** An empty database. */
  void create(String name) throws SQLException {
    sql("postgres", "drop database if exists " + name + " with (force)", "create database " + name);
  }

  /** The runs behind each line of its statements come to the line. */
  void drillDown(String name, BillingCalendar calendar) throws SQLException {
    try (Connection connection = connect(name);
        Ledger ledger = open(name, calendar)) {
      DrillDown.sumsToEveryLine(ledger, connection);
    }
  }

  /** Nothing is wrong in it. */
  void audit(String name) throws SQLException, IOException {
    assertThat(problems(name)).isEmpty();
  }

  /** What the audit finds in it and in its archived months. */
  List<String> problems(String name) throws SQLException, IOException {
    try (Connection connection = connect(name)) {
      return LedgerAudit.check(connection, archive(name), folder.resolve("heads"), null).problems();
    }
  }

  /** Brings an archived month back. */
  Optional<Long> restore(String name, String month) throws IOException {
    return ArchiveRestore.restore(
        url(name), access.user(), access.password(), archive(name), month, "owner", "asked for", 1);
  }

  Ledger open(String name, BillingCalendar calendar) {
    return Ledger.open(url(name), access.user(), access.password(), calendar, archive(name));
  }

  /** The same with batches of so many facts at most. */
  Ledger open(String name, BillingCalendar calendar, int mostFacts) {
    return Ledger.open(
        url(name), access.user(), access.password(), calendar, archive(name), mostFacts);
  }

  @Override
  public void close() throws IOException {
    server.stop();
    try (var files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}

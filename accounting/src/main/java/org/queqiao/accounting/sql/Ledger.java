package org.queqiao.accounting.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.queqiao.accounting.ledger.Bookkeeper;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.price.TariffBook;

/**
 * The ledger in PostgreSQL. {@link #record} is for one thread; the reads are for any.
 *
 * <p>Postings, usage, jobs and the position up to which the log was taken in are written in one
 * transaction, so that a crash at any moment leaves the books at a position, never between two.
 */
public final class Ledger implements AutoCloseable {
  /** So many facts at most make a batch. */
  private static final int MOST_FACTS = 25_000;

  private final HikariDataSource database;
  private final BillingCalendar calendar;
  private final Bookkeeper bookkeeper;
  private final LedgerReads reads;
  private final Path archive;

  /** What is remembered from the last batch, and where that ended; null when that is unknown. */
  private Known known;

  private LedgerHead end;

  /** Writes a batch while the next is computed. */
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("ledger-writer").daemon(true).factory());

  private final int mostFacts;

  private Ledger(HikariDataSource database, BillingCalendar calendar, Path archive, int mostFacts) {
    this.database = database;
    this.mostFacts = mostFacts;
    this.calendar = calendar;
    this.bookkeeper = new Bookkeeper(calendar);
    this.archive = archive;
    this.reads = new LedgerReads(database, calendar, archive);
  }

  /**
   * Connects and brings the tables up to date.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param user database user
   * @param password its password
   * @param archive the folder of archived months
   */
  public static Ledger open(
      String url, String user, String password, BillingCalendar calendar, Path archive) {
    return open(url, user, password, calendar, archive, MOST_FACTS);
  }

  /**
   * As {@link #open(String, String, String, BillingCalendar, Path)}, with batches of another size.
   *
   * @param mostFacts so many facts at most make a batch
   */
  public static Ledger open(
      String url,
      String user,
      String password,
      BillingCalendar calendar,
      Path archive,
      int mostFacts) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName("ledger");
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(5_000);
    config.setInitializationFailTimeout(30_000);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("ApplicationName", "queqiao-ledger");
    config.addDataSourceProperty("socketTimeout", "60");
    HikariDataSource database = new HikariDataSource(config);
    // Steps that read a large table take as long as they need.
    Flyway.configure().dataSource(url, user, password).load().migrate();
    return new Ledger(database, calendar, archive, mostFacts);
  }

  /** The last position of the log that is in the books; 0 for none. */
  public long position() {
    try (Connection connection = database.getConnection()) {
      return LedgerHead.read(connection).position();
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * The end of the chain of postings.
   *
   * @param position of the log that is taken in
   * @param seq the last posting, or 0
   * @param hash its hash, in hexadecimal
   * @param timeMs logical time of the position
   */
  public record End(long position, long seq, String hash, long timeMs) {}

  /** The end of the chain as it is now. */
  public End end() {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select position, posting_seq, chain_hash, time_ms from intake");
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? new End(
              row.getLong(1),
              row.getLong(2),
              HexFormat.of().formatHex(row.getBytes(3)),
              row.getLong(4))
          : new End(0, 0, HexFormat.of().formatHex(PostingChain.START), 0);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** What others read. */
  public LedgerReads reads() {
    return reads;
  }

  /** Moves months into files, on one thread at a time. */
  public Archiver archiver() {
    return archiver(_ -> {});
  }

  /** The same, with somebody who is told of each step. */
  public Archiver archiver(Archiver.Steps steps) {
    return new Archiver(database, calendar, archive, steps);
  }

  public BillingCalendar calendar() {
    return calendar;
  }

  /**
   * Takes in facts that follow the stored position; those before it change nothing. A batch that is
   * full is written while the next is computed, so that memory is bounded and both have a core.
   *
   * @throws LedgerUnavailable when the database fails; nothing of a batch is in the books unless
   *     all of it is, which {@link #position} tells
   * @throws IllegalStateException when a fact between is missing
   */
  public void record(List<LoggedEvent> events) {
    boolean done = false;
    while (!done) {
      try (Connection reader = database.getConnection();
          Connection writer = database.getConnection();
          BatchWriter writing = new BatchWriter(writer, thread)) {
        done = record(reader, writing, events);
      } catch (SQLException e) {
        known = null;
        throw new LedgerUnavailable(e);
      } catch (RuntimeException | Error e) {
        known = null;
        throw e;
      }
    }
  }

  /** False when another server has written meanwhile: what was computed is void. */
  private boolean record(Connection reader, BatchWriter writing, List<LoggedEvent> events)
      throws SQLException {
    LedgerHead head = LedgerHead.read(reader);
    if (known == null || !head.isThatOf(end)) {
      known = Known.read(reader, calendar);
    }
    writing.after(head);
    int at = 0;
    while (at < events.size() && events.get(at).position() <= head.position()) {
      at++;
    }
    long position = head.position();
    while (at < events.size()) {
      Batch batch = new Batch(reader, known, writing.last());
      int to;
      try {
        to = fill(batch, events, at, position);
      } catch (RuntimeException e) {
        // What another server has written since reads as a contradiction.
        if (writing.finish() && LedgerHead.read(reader).isThatOf(writing.end())) {
          throw e;
        }
        known = null;
        return false;
      }
      at = to;
      position = events.get(to - 1).position();
      if (!writing.write(batch, position, events.get(to - 1).timeMs(), to == events.size())) {
        known = null;
        return false;
      }
    }
    if (!writing.finish()) {
      known = null;
      return false;
    }
    end = writing.end();
    return true;
  }

  /** Computes as many facts as fit; the index after the last. */
  private int fill(Batch batch, List<LoggedEvent> events, int from, long after)
      throws SQLException {
    batch.expect(events.subList(from, Math.min(events.size(), from + mostFacts)));
    int at = from;
    long position = after;
    while (at < events.size() && at - from < mostFacts && !batch.isFull()) {
      LoggedEvent event = events.get(at++);
      if (event.position() != position + 1) {
        throw new IllegalStateException(
            "the feed jumped from position " + position + " to " + event.position());
      }
      bookkeeper.record(event, batch);
      position = event.position();
    }
    return at;
  }

  static TariffBook tariffs(Connection connection) throws SQLException {
    TariffBook book = new TariffBook();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select partition, price_micro, currency, valid_from_ms from tariff");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        book.add(
            new TariffDefined(
                new PartitionName(row.getString(1)),
                row.getLong(2),
                row.getString(3),
                row.getLong(4)));
      }
    }
    return book;
  }

  @Override
  public void close() {
    thread.shutdown();
    database.close();
  }
}

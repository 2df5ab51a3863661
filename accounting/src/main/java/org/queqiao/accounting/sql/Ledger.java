package org.queqiao.accounting.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flywaydb.core.Flyway;
import org.queqiao.accounting.ledger.Bookkeeper;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.RefundBook;
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
  private final HikariDataSource database;
  private final BillingCalendar calendar;
  private final Bookkeeper bookkeeper;
  private final LedgerReads reads;

  private Ledger(HikariDataSource database, BillingCalendar calendar) {
    this.database = database;
    this.calendar = calendar;
    this.bookkeeper = new Bookkeeper(calendar);
    this.reads = new LedgerReads(database, calendar);
  }

  /**
   * Connects and brings the tables up to date.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param user database user
   * @param password its password
   */
  public static Ledger open(String url, String user, String password, BillingCalendar calendar) {
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
    Flyway.configure().dataSource(database).load().migrate();
    return new Ledger(database, calendar);
  }

  /** The last position of the log that is in the books; 0 for none. */
  public long position() {
    try (Connection connection = database.getConnection()) {
      return head(connection).position();
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

  public BillingCalendar calendar() {
    return calendar;
  }

  private record Head(long position, long seq, byte[] hash) {}

  /**
   * Takes in facts that follow the stored position; those before it change nothing.
   *
   * @throws LedgerUnavailable when the database fails; nothing of the batch is in the books unless
   *     all of it is, which {@link #position} tells
   * @throws IllegalStateException when a fact between is missing
   */
  public void record(List<LoggedEvent> events) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        Head head = lock(connection);
        TariffBook tariffs = tariffs(connection);
        RefundBook refunds = new RefundBook();
        MoneyRows.approved(connection, tariffs, refunds);
        Batch batch = new Batch(connection, tariffs, refunds);
        long position = head.position();
        long timeMs = 0;
        for (LoggedEvent event : events) {
          if (event.position() <= position) {
            continue;
          }
          if (event.position() != position + 1) {
            throw new IllegalStateException(
                "the feed jumped from position " + position + " to " + event.position());
          }
          bookkeeper.record(event, batch);
          position = event.position();
          timeMs = event.timeMs();
        }
        if (position != head.position()) {
          batch.flush();
          Head after = post(connection, head, batch.postings());
          store(connection, position, timeMs, after);
        }
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static Head head(Connection connection) throws SQLException {
    return read(connection, "select position, posting_seq, chain_hash from intake");
  }

  /** Two servers on one database take turns: the second sees what the first has stored. */
  private static Head lock(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("lock table intake in exclusive mode")) {
      statement.execute();
    }
    return head(connection);
  }

  private static Head read(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? new Head(row.getLong(1), row.getLong(2), row.getBytes(3))
          : new Head(0, 0, PostingChain.START);
    }
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

  private static Head post(Connection connection, Head head, List<Posting> postings)
      throws SQLException {
    Set<String> known = existing(connection, postings);
    long seq = head.seq();
    byte[] hash = head.hash();
    Map<List<String>, Long> balances =
        new TreeMap<>(java.util.Comparator.comparing(List::toString));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into posting ("
                + Rows.POSTING_COLUMNS
                + ", seq, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Posting posting : postings) {
        if (!known.add(posting.id())) {
          continue;
        }
        seq++;
        hash = PostingChain.next(hash, seq, posting);
        set(statement, posting, seq, hash);
        statement.addBatch();
        balances.merge(
            List.of(posting.account(), posting.unit().name(), posting.currency()),
            posting.amount(),
            Math::addExact);
      }
      statement.executeBatch();
    }
    addBalances(connection, balances);
    return new Head(head.position(), seq, hash);
  }

  private static void set(PreparedStatement statement, Posting posting, long seq, byte[] hash)
      throws SQLException {
    statement.setString(1, posting.id());
    statement.setString(2, posting.transaction());
    statement.setString(3, posting.account());
    statement.setString(4, posting.unit().name());
    statement.setString(5, posting.currency());
    statement.setLong(6, posting.amount());
    if (posting.run() == null) {
      statement.setNull(7, java.sql.Types.BIGINT);
      statement.setNull(8, java.sql.Types.INTEGER);
    } else {
      statement.setLong(7, posting.run().job().value());
      statement.setInt(8, posting.run().attempt());
    }
    statement.setLong(9, posting.position());
    statement.setLong(10, posting.timeMs());
    statement.setLong(11, seq);
    statement.setBytes(12, hash);
  }

  private static Set<String> existing(Connection connection, List<Posting> postings)
      throws SQLException {
    Set<String> known = new TreeSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement("select id from posting where id = any(?)")) {
      statement.setArray(
          1, connection.createArrayOf("text", postings.stream().map(Posting::id).toArray()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          known.add(row.getString(1));
        }
      }
    }
    return known;
  }

  private static void addBalances(Connection connection, Map<List<String>, Long> balances)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into balance (account, unit, currency, amount) values (?, ?, ?, ?) on conflict"
                + " (account, unit, currency) do update set amount = balance.amount +"
                + " excluded.amount")) {
      for (Map.Entry<List<String>, Long> balance : balances.entrySet()) {
        statement.setString(1, balance.getKey().get(0));
        statement.setString(2, balance.getKey().get(1));
        statement.setString(3, balance.getKey().get(2));
        statement.setLong(4, balance.getValue());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void store(Connection connection, long position, long timeMs, Head after)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into intake (position, time_ms, posting_seq, chain_hash) values (?, ?, ?, ?) on"
                + " conflict (only_row) do update set position = excluded.position, time_ms ="
                + " excluded.time_ms, posting_seq = excluded.posting_seq, chain_hash ="
                + " excluded.chain_hash")) {
      statement.setLong(1, position);
      statement.setLong(2, timeMs);
      statement.setLong(3, after.seq());
      statement.setBytes(4, after.hash());
      statement.executeUpdate();
    }
  }

  @Override
  public void close() {
    database.close();
  }
}

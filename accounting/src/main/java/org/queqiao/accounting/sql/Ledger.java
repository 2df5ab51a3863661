package org.queqiao.accounting.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.queqiao.accounting.ledger.Bookkeeper;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
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
  private static final int LOOK_AHEAD = 20_000;

  private final HikariDataSource database;
  private final BillingCalendar calendar;
  private final Bookkeeper bookkeeper;
  private final LedgerReads reads;

  /** What is remembered from the last batch, and where that ended; null when that is unknown. */
  private Known known;

  private Head end;

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
    // Steps that read a large table take as long as they need.
    Flyway.configure().dataSource(url, user, password).load().migrate();
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

  private record Head(long position, long seq, byte[] hash) {
    boolean isThatOf(Head other) {
      return other != null
          && position == other.position
          && seq == other.seq
          && Arrays.equals(hash, other.hash);
    }
  }

  /**
   * Takes in facts that follow the stored position; those before it change nothing. A batch that is
   * full is committed before the next is begun, so that memory is bounded.
   *
   * @throws LedgerUnavailable when the database fails; nothing of a batch is in the books unless
   *     all of it is, which {@link #position} tells
   * @throws IllegalStateException when a fact between is missing
   */
  public void record(List<LoggedEvent> events) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        for (int from = 0; from < events.size(); ) {
          from += batch(connection, events.subList(from, events.size()));
        }
      } catch (SQLException | RuntimeException | Error e) {
        // Also of an error nothing stays: to commit by itself again would commit half a batch.
        known = null;
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** One transaction with as many facts as fit; how many they were. */
  private int batch(Connection connection, List<LoggedEvent> events) throws SQLException {
    Head head = lock(connection);
    int begin = 0;
    while (begin < events.size() && events.get(begin).position() <= head.position()) {
      begin++;
    }
    if (begin == events.size()) {
      connection.commit();
      return begin;
    }
    if (known == null || !head.isThatOf(end)) {
      known = Known.read(connection, calendar);
    }
    Batch batch = new Batch(connection, known);
    batch.expect(events.subList(begin, Math.min(events.size(), begin + LOOK_AHEAD)));
    int at = begin;
    long position = head.position();
    while (at < events.size() && at - begin < LOOK_AHEAD && !batch.isFull()) {
      LoggedEvent event = events.get(at++);
      if (event.position() != position + 1) {
        throw new IllegalStateException(
            "the feed jumped from position " + position + " to " + event.position());
      }
      bookkeeper.record(event, batch);
      position = event.position();
    }
    batch.flush();
    Head after = post(connection, new Head(position, head.seq(), head.hash()), batch);
    if (batch.closesMonth()) {
      MonthRows.head(connection, position, after.seq(), after.hash());
    }
    store(connection, events.get(at - 1).timeMs(), after);
    connection.commit();
    batch.committed();
    end = after;
    return at;
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

  private static Head post(Connection connection, Head head, Batch batch) throws SQLException {
    Set<String> there = existing(connection, batch);
    batch.makeParts();
    PostingChain chain = new PostingChain();
    long seq = head.seq();
    byte[] hash = head.hash();
    Map<Account, Long> balances = new LinkedHashMap<>();
    try (CopyRows rows = new CopyRows(connection, "posting", Rows.CHAIN_COLUMNS)) {
      for (Posting posting : batch.postings()) {
        if (!there.add(posting.id())) {
          continue;
        }
        seq++;
        hash = chain.next(hash, seq, posting);
        rows.add(Rows.values(posting, seq, hash));
        balances.merge(
            new Account(posting.account(), posting.unit().name(), posting.currency()),
            posting.amount(),
            Math::addExact);
      }
      rows.end();
    }
    addBalances(connection, balances);
    return new Head(head.position(), seq, hash);
  }

  private record Account(String name, String unit, String currency) {}

  /** Those that were posted before: only jobs that were known before can have any. */
  private static Set<String> existing(Connection connection, Batch batch) throws SQLException {
    Set<String> there = new HashSet<>();
    Set<JobId> jobs = new LinkedHashSet<>();
    List<String> others = new ArrayList<>();
    for (Posting each : batch.postings()) {
      if (each.run() == null) {
        others.add(each.id());
      } else if (batch.mayBeKnown(each.run().job())) {
        jobs.add(each.run().job());
      }
    }
    if (!jobs.isEmpty()) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select id from posting where job = any(?) and time_ms >= ?")) {
        statement.setArray(
            1, connection.createArrayOf("bigint", jobs.stream().map(JobId::value).toArray()));
        statement.setLong(2, batch.sinceMs(jobs));
        add(statement, there);
      }
    }
    if (!others.isEmpty()) {
      try (PreparedStatement statement =
          connection.prepareStatement("select id from posting where job is null and id = any(?)")) {
        statement.setArray(1, connection.createArrayOf("text", others.toArray()));
        add(statement, there);
      }
    }
    return there;
  }

  private static void add(PreparedStatement statement, Set<String> ids) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        ids.add(row.getString(1));
      }
    }
  }

  private static void addBalances(Connection connection, Map<Account, Long> balances)
      throws SQLException {
    ArrayRows rows = new ArrayRows("text", "text", "text", "bigint");
    balances.forEach(
        (account, amount) -> rows.add(account.name(), account.unit(), account.currency(), amount));
    rows.run(
        connection,
        "insert into balance (account, unit, currency, amount) select * from %s on conflict"
            + " (account, unit, currency) do update set amount = balance.amount + excluded.amount");
  }

  private static void store(Connection connection, long timeMs, Head after) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into intake (position, time_ms, posting_seq, chain_hash) values (?, ?, ?, ?) on"
                + " conflict (only_row) do update set position = excluded.position, time_ms ="
                + " excluded.time_ms, posting_seq = excluded.posting_seq, chain_hash ="
                + " excluded.chain_hash")) {
      statement.setLong(1, after.position());
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

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.contract.id.JobId;

/**
 * Writes batches one after the other, each in a transaction with its place in the log, while the
 * caller computes the next. At most one is on its way. The connection stays the caller's.
 */
final class BatchWriter implements AutoCloseable {
  private final Connection connection;
  private final ExecutorService thread;

  /** Of the last batch; touched by the thread that writes while one is on its way. */
  private LedgerHead head;

  private Batch last;
  private Future<Boolean> onItsWay;

  BatchWriter(Connection connection, ExecutorService thread) throws SQLException {
    this.connection = connection;
    this.thread = thread;
    connection.setAutoCommit(false);
  }

  /** Batches follow this end of the books, and no other. */
  void after(LedgerHead begin) {
    head = begin;
  }

  /** The batch that is being written, or null. */
  Batch last() {
    return onItsWay == null ? null : last;
  }

  /** The end of the books with all that was written. */
  LedgerHead end() {
    return head;
  }

  /**
   * Takes a batch over once the one before is in the database.
   *
   * @param position of its last fact
   * @param timeMs of that
   * @param atOnce whether to return when it is in the database
   * @return false when the books have another end than this one: nothing of it was written
   */
  boolean write(Batch batch, long position, long timeMs, boolean atOnce) throws SQLException {
    if (!finish()) {
      return false;
    }
    batch.taken();
    if (atOnce) {
      return write(batch, position, timeMs);
    }
    last = batch;
    onItsWay = thread.submit(() -> write(batch, position, timeMs));
    return true;
  }

  /** Waits for what is on its way; false as {@link #write}. */
  boolean finish() throws SQLException {
    if (onItsWay == null) {
      return true;
    }
    Future<Boolean> awaited = onItsWay;
    onItsWay = null;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return awaited.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean write(Batch batch, long position, long timeMs) throws SQLException {
    if (!LedgerHead.lock(connection).isThatOf(head)) {
      connection.rollback();
      return false;
    }
    batch.flush(connection);
    LedgerHead next = post(connection, head, batch, batch.postings(), position);
    List<Posting> settled = batch.monthBooks().write(connection);
    if (!settled.isEmpty()) {
      next = post(connection, next, batch, settled, position);
    }
    if (batch.monthBooks().closes()) {
      MonthRows.head(connection, position, next.seq(), next.hash());
    }
    next.write(connection, timeMs);
    connection.commit();
    batch.committed();
    head = next;
    return true;
  }

  private static LedgerHead post(
      Connection connection, LedgerHead head, Batch batch, List<Posting> some, long position)
      throws SQLException {
    Set<String> there = existing(connection, batch, some);
    batch.makeParts(connection, some);
    PostingChain chain = new PostingChain();
    long seq = head.seq();
    byte[] hash = head.hash();
    Map<Account, Long> balances = new LinkedHashMap<>();
    try (CopyRows rows = new CopyRows(connection, "posting", Rows.CHAIN_COLUMNS)) {
      for (Posting posting : some) {
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
    return new LedgerHead(position, seq, hash);
  }

  private record Account(String name, String unit, String currency) {}

  /** Those that were posted before: only jobs that were known before can have any. */
  private static Set<String> existing(Connection connection, Batch batch, List<Posting> some)
      throws SQLException {
    Set<String> there = new HashSet<>();
    Set<JobId> jobs = new LinkedHashSet<>();
    List<String> others = new ArrayList<>();
    for (Posting each : some) {
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

  @Override
  public void close() throws SQLException {
    try {
      finish();
    } finally {
      // Of a batch that failed nothing stays, also not of an error: it would be committed
      // otherwise.
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.archive.Manifest;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/**
 * What a part of a table comes to, from its rows one by one or by the database. Of postings each is
 * checked against the chain, and each transaction must sum to zero.
 */
final class PartSums {
  private static final String BYTES = "\\x";

  private final String table;
  private final Map<String, Integer> columns = new HashMap<>();
  private final Map<Key, Long> sums = new HashMap<>();
  private long rows;

  private final PostingChain chain = new PostingChain();
  private byte[] hash;
  private long seq;
  private Manifest.Chain stretch = Manifest.Chain.NONE;
  private long position;
  private final Map<String, Long> transactions = new HashMap<>();

  /** For what is summed up: of segments the account is empty. */
  record Key(String account, String unit, String currency) {}

  /**
   * Sums of no rows.
   *
   * @param columns of the rows, in their order
   * @param before hash of the posting before the first
   */
  PartSums(String table, List<String> columns, byte[] before) {
    this.table = table;
    this.hash = before;
    for (int i = 0; i < columns.size(); i++) {
      this.columns.put(columns.get(i), i);
    }
  }

  private String text(List<String> row, String column) {
    return row.get(columns.get(column));
  }

  private long number(List<String> row, String column) {
    return Long.parseLong(text(row, column));
  }

  /** The job of a row, or 0. */
  long job(List<String> row) {
    String job = text(row, "job");
    return job == null ? 0 : Long.parseLong(job);
  }

  void add(List<String> row) throws ArchiveDamaged {
    rows++;
    switch (table) {
      case Parts.POSTINGS -> addPosting(row);
      case Parts.SEGMENTS -> {
        add(new Key("", "CORE_MS", ""), number(row, "core_ms"));
        add(new Key("", "MICRO", text(row, "currency")), number(row, "charge_micro"));
      }
      default -> {
        add(new Key("", "UNITS", ""), number(row, "units"));
        add(new Key("", "MICRO", text(row, "currency")), number(row, "charge_micro"));
      }
    }
  }

  private void add(Key key, long amount) {
    sums.merge(key, amount, Math::addExact);
  }

  private void addPosting(List<String> row) throws ArchiveDamaged {
    Posting posting = posting(row);
    long at = number(row, "seq");
    if (rows > 1 && at != seq + 1) {
      throw new ArchiveDamaged("posting " + (seq + 1) + " is missing");
    }
    seq = at;
    String before = HexFormat.of().formatHex(hash);
    hash = chain.next(hash, seq, posting);
    String own = HexFormat.of().formatHex(hash);
    if (!text(row, "hash").equals(BYTES + own)) {
      throw new ArchiveDamaged("posting " + seq + " (" + posting.id() + ") was changed");
    }
    boolean first = rows == 1;
    stretch =
        new Manifest.Chain(
            first ? seq : stretch.firstSeq(),
            seq,
            first ? before : stretch.hashBefore(),
            own,
            first ? posting.position() : stretch.firstPosition(),
            posting.position());
    if (position != posting.position()) {
      endTransactions();
      position = posting.position();
    }
    transactions.merge(
        posting.transaction() + " in " + posting.unit() + " " + posting.currency(),
        posting.amount(),
        Math::addExact);
    add(new Key(posting.account(), posting.unit().name(), posting.currency()), posting.amount());
  }

  /** Those of one fact: a transaction is never of two. */
  private void endTransactions() throws ArchiveDamaged {
    for (Map.Entry<String, Long> each : transactions.entrySet()) {
      if (each.getValue() != 0) {
        throw new ArchiveDamaged(each.getKey() + " is off by " + each.getValue());
      }
    }
    transactions.clear();
  }

  /** All rows were added. */
  PartSums end() throws ArchiveDamaged {
    endTransactions();
    return this;
  }

  Posting posting(List<String> row) {
    String job = text(row, "job");
    return new Posting(
        text(row, "id"),
        text(row, "transaction"),
        text(row, "account"),
        Unit.valueOf(text(row, "unit")),
        text(row, "currency"),
        number(row, "amount"),
        job == null
            ? null
            : new RunId(new JobId(Long.parseLong(job)), Integer.parseInt(text(row, "attempt"))),
        number(row, "position"),
        number(row, "time_ms"),
        null);
  }

  /** The hash of the last posting. */
  byte[] hash() {
    return hash;
  }

  /** The stretch of the chain that the postings are. */
  Manifest.Chain stretch() {
    return stretch;
  }

  long rows() {
    return rows;
  }

  Map<Key, Long> sums() {
    return sums;
  }

  boolean isThatOf(PartSums other) {
    return rows == other.rows && sums.equals(other.sums);
  }

  /** The same as the database sums it up. */
  static PartSums of(Connection connection, String table, String part) throws SQLException {
    String sql =
        switch (table) {
          case Parts.POSTINGS ->
              "select account, unit, currency, sum(amount)::bigint, count(*) from only "
                  + part
                  + " group by 1, 2, 3";
          case Parts.SEGMENTS -> ofMetered("CORE_MS", "core_ms", part);
          default -> ofMetered("UNITS", "units", part);
        };
    PartSums found = new PartSums(table, List.of(), PostingChain.START);
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        found.add(new Key(row.getString(1), row.getString(2), row.getString(3)), row.getLong(4));
        found.rows += row.getLong(5);
      }
    }
    return found;
  }

  private static String ofMetered(String unit, String column, String part) {
    return "select '', '"
        + unit
        + "', '', sum("
        + column
        + ")::bigint, count(*) from only "
        + part
        + " having count(*) > 0 union all select '', 'MICRO', currency, sum(charge_micro)::bigint,"
        + " 0 from only "
        + part
        + " group by currency";
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;

/**
 * The parts of the tables that grow with runs: postings by the month of their facts, segments by
 * the month that they are billed in. A part is made before its first row, in the transaction of the
 * batch, and attached without keeping readers out.
 */
final class Parts {
  /** So many months are there ahead. */
  private static final int AHEAD = 1;

  private static final String SEGMENTS = "segment";
  private static final String ITEMS = "segment_item";

  private final BillingCalendar calendar;

  /** End of each part of the postings by its begin. */
  private final NavigableMap<Long, Long> postings = new TreeMap<>();

  /** End of each part of segments by its begin, by table. */
  private final Map<String, NavigableMap<String, String>> months = new TreeMap<>();

  private Parts(BillingCalendar calendar) {
    this.calendar = calendar;
    months.put(SEGMENTS, new TreeMap<>());
    months.put(ITEMS, new TreeMap<>());
  }

  static Parts read(Connection connection, BillingCalendar calendar) throws SQLException {
    Parts parts = new Parts(calendar);
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("select from_ms, to_ms from posting_part")) {
        while (row.next()) {
          parts.postings.put(row.getLong(1), row.getLong(2));
        }
      }
      try (ResultSet row =
          statement.executeQuery("select of, from_month, to_month from segment_part")) {
        while (row.next()) {
          parts.months.get(row.getString(1)).put(row.getString(2), row.getString(3));
        }
      }
    }
    return parts;
  }

  /** Makes the parts for these postings where there are none, and those ahead. */
  void ofPostings(Connection connection, List<Posting> all) throws SQLException {
    long madeFromMs = 0;
    long madeToMs = 0;
    for (Posting posting : all) {
      if (posting.timeMs() < madeFromMs || posting.timeMs() >= madeToMs) {
        YearMonth month = YearMonth.from(calendar.day(posting.timeMs()));
        ofPostings(connection, month, posting.timeMs());
        for (int ahead = 1; ahead <= AHEAD; ahead++) {
          YearMonth later = month.plusMonths(ahead);
          ofPostings(connection, later, calendar.startMs(later.atDay(1)));
        }
        Map.Entry<Long, Long> made = postings.floorEntry(posting.timeMs());
        madeFromMs = made.getKey();
        madeToMs = made.getValue();
      }
    }
  }

  private void ofPostings(Connection connection, YearMonth month, long timeMs) throws SQLException {
    Map.Entry<Long, Long> last = postings.floorEntry(timeMs);
    if (last != null && timeMs < last.getValue()) {
      return;
    }
    long fromMs = calendar.startMs(month.atDay(1));
    fromMs = last == null ? fromMs : Math.max(fromMs, last.getValue());
    long toMs = calendar.startMs(month.plusMonths(1).atDay(1));
    String name = name("posting", month.toString());
    run(
        connection,
        "create table " + name + " (like posting including constraints, unique (seq))",
        "create index on " + name + " (job) where job is not null",
        "create index on " + name + " (id) where job is null",
        "create trigger posting_is_kept before truncate on "
            + name
            + " for each statement execute function refuse_change()",
        "alter table posting attach partition "
            + name
            + " for values from ("
            + fromMs
            + ") to ("
            + toMs
            + ")");
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into posting_part (name, from_ms, to_ms) values (?, ?, ?)")) {
      statement.setString(1, name);
      statement.setLong(2, fromMs);
      statement.setLong(3, toMs);
      statement.executeUpdate();
    }
    postings.put(fromMs, toMs);
  }

  /**
   * Makes the parts for what is metered in these months where there are none.
   *
   * @param again whether some of it may be of a time of a run that is there already
   */
  void ofSegments(Connection connection, List<Metered> metered, boolean again) throws SQLException {
    TreeSet<String> cores = new TreeSet<>();
    TreeSet<String> others = new TreeSet<>();
    metered.forEach(each -> (each.segment().isOfCores() ? cores : others).add(each.month()));
    for (String month : cores) {
      String key = "job, attempt, from_ms";
      ofMonth(connection, SEGMENTS, month, key);
      if (again) {
        widen(connection, SEGMENTS, month, key + ", position, cores");
      }
    }
    for (String month : others) {
      String key = "job, attempt, resource, node_type, from_ms";
      ofMonth(connection, ITEMS, month, key);
      if (again) {
        widen(connection, ITEMS, month, key + ", position, units");
      }
    }
  }

  private void ofMonth(Connection connection, String table, String month, String key)
      throws SQLException {
    Map.Entry<String, String> last = months.get(table).floorEntry(month);
    if (last != null && month.compareTo(last.getValue()) < 0) {
      return;
    }
    String next = YearMonth.parse(month).plusMonths(1).toString();
    String name = name(table, month);
    run(
        connection,
        "create table "
            + name
            + " (like "
            + table
            + " including defaults including constraints, primary key ("
            + key
            + "))",
        "create index on " + name + " using brin (to_ms) with (autosummarize = on)",
        "create index on " + name + " (project)",
        "alter table "
            + table
            + " attach partition "
            + name
            + " for values from ('"
            + month
            + "') to ('"
            + next
            + "')");
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into segment_part (name, of, from_month, to_month) values (?, ?, ?, ?)")) {
      statement.setString(1, name);
      statement.setString(2, table);
      statement.setString(3, month);
      statement.setString(4, next);
      statement.executeUpdate();
    }
    months.get(table).put(month, next);
  }

  /**
   * A time of a run that was taken back has rows of its own, which is rare: only the parts that
   * have such rows pay for a longer key.
   */
  private static void widen(Connection connection, String table, String month, String key)
      throws SQLException {
    String sql =
        "select p.name, c.conname from segment_part p join pg_constraint c on c.conrelid ="
            + " p.name::regclass and c.contype = 'p' where p.of = ? and p.from_month <= ? and"
            + " p.to_month > ? and array_length(c.conkey, 1) < ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, table);
      statement.setString(2, month);
      statement.setString(3, month);
      statement.setInt(4, key.split(",").length);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String name = row.getString(1);
          run(
              connection,
              "alter table " + name + " drop constraint " + row.getString(2),
              "alter table " + name + " add primary key (" + key + ")");
        }
      }
    }
  }

  private static String name(String table, String month) {
    return table + "_" + month.replace('-', '_');
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }
}

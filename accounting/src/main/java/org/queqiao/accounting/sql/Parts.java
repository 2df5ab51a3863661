package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.accounting.archive.Manifest;
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

  static final String POSTINGS = "posting";
  static final String SEGMENTS = "segment";
  static final String ITEMS = "segment_item";

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
    String name = name(POSTINGS, month.toString());
    create(connection, POSTINGS, name);
    attach(connection, POSTINGS, name, String.valueOf(fromMs), String.valueOf(toMs));
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
      ofMonth(connection, SEGMENTS, month);
      if (again) {
        widen(connection, SEGMENTS, month);
      }
    }
    for (String month : others) {
      ofMonth(connection, ITEMS, month);
      if (again) {
        widen(connection, ITEMS, month);
      }
    }
  }

  private void ofMonth(Connection connection, String table, String month) throws SQLException {
    Map.Entry<String, String> last = months.get(table).floorEntry(month);
    if (last != null && month.compareTo(last.getValue()) < 0) {
      return;
    }
    String next = YearMonth.parse(month).plusMonths(1).toString();
    String name = name(table, month);
    create(connection, table, name, key(table));
    attach(connection, table, name, month, next);
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
  private static void widen(Connection connection, String table, String month) throws SQLException {
    String key = order(table);
    String sql =
        "select p.name, c.conname from segment_part p join pg_constraint c on c.conrelid ="
            + " to_regclass(p.name) and c.contype = 'p' where p.of = ? and p.from_month <= ? and"
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

  /** In what order the rows of a part are told; it names each of them. */
  static String order(String table) {
    return switch (table) {
      case POSTINGS -> "seq";
      case SEGMENTS -> key(table) + ", position, cores";
      default -> key(table) + ", position, units";
    };
  }

  /** What names each row of a part in which no time was taken back. */
  private static String key(String table) {
    return table.equals(SEGMENTS)
        ? "job, attempt, from_ms"
        : "job, attempt, resource, node_type, from_ms";
  }

  /** A table that can become a part and have any rows, with the indexes of one. */
  static void create(Connection connection, String table, String name) throws SQLException {
    create(connection, table, name, order(table));
  }

  private static void create(Connection connection, String table, String name, String key)
      throws SQLException {
    if (table.equals(POSTINGS)) {
      run(
          connection,
          "create table " + name + " (like posting including constraints, unique (seq))",
          "create index on " + name + " (job) where job is not null",
          "create index on " + name + " (id) where job is null",
          "create trigger posting_is_kept before truncate on "
              + name
              + " for each statement execute function refuse_change()");
    } else {
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
          "create index on " + name + " (project)");
    }
  }

  /** A table becomes a part. */
  static void attach(Connection connection, String table, String name, String from, String to)
      throws SQLException {
    run(
        connection,
        "alter table "
            + table
            + " attach partition "
            + name
            + " for values from ('"
            + from
            + "') to ('"
            + to
            + "')");
  }

  /**
   * The parts that end within a month and are tables now: what was metered first, then postings in
   * the order of the chain.
   */
  static List<Manifest.Part> of(Connection connection, BillingCalendar calendar, YearMonth month)
      throws SQLException {
    List<Manifest.Part> all = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select name, of, from_bound, to_bound from (select name, of, from_month as from_bound,"
                + " to_month as to_bound, 0 as from_ms from segment_part where to_month = ? union"
                + " all select name, 'posting', from_ms::text, to_ms::text, from_ms from"
                + " posting_part where to_ms > ? and to_ms <= ?) as parts where not exists (select"
                + " from archive_part a where a.name = parts.name) order by of = 'posting', of,"
                + " from_ms")) {
      statement.setString(1, month.plusMonths(1).toString());
      statement.setLong(2, calendar.startMs(month.atDay(1)));
      statement.setLong(3, calendar.startMs(month.plusMonths(1).atDay(1)));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new Manifest.Part(
                  row.getString(1),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  List.of(),
                  0,
                  0,
                  "",
                  List.of()));
        }
      }
    }
    return all;
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

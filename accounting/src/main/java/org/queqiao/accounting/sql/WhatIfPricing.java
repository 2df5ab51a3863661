package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.queqiao.accounting.ledger.Billed;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.price.RefundBook;
import org.queqiao.contract.price.TariffBook;

/** Past months under other prices, as a report. It only reads. */
public final class WhatIfPricing {
  /** So many segments are priced at most. */
  public static final long MAX_SEGMENTS = 5_000_000;

  private static final int FETCH_ROWS = 10_000;

  /** In the order in which they were posted. */
  private static final String PIECES =
      "select p.*, coalesce((select r.payer from paid_run r where r.job = p.job and r.attempt ="
          + " p.attempt limit 1), p.project) as payer from (select "
          + SegmentRow.CORES
          + " from segment where month between ? and ? union all select "
          + SegmentRow.OTHERS
          + " from segment_item where month between ? and ?) p order by position, job, attempt,"
          + " units >= 0, resource <> 'cores', resource = 'energy', node_type, resource = 'mem',"
          + " resource, from_ms";

  private static final String KEPT =
      "select project, reservation, node_type, from_ms, to_ms, core_ms, charge_micro, month from"
          + " reserved_time where month between ? and ? order by position, from_ms, node_type";

  /** Runs that have some of the months and began before them. */
  private static final String BEGAN =
      "select min(b.month) from segment b where b.month < ? and exists (select from segment s where"
          + " s.job = b.job and s.attempt = b.attempt and s.month between ? and ?)";

  private static final String GO_ON =
      "select job, attempt from open_run union select b.job, b.attempt from segment b where b.month"
          + " > ? and exists (select from segment s where s.job = b.job and s.attempt = b.attempt"
          + " and s.month between ? and ?)";

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;

  WhatIfPricing(ArchivedRuns runs, BillingCalendar calendar) {
    this.runs = runs;
    this.calendar = calendar;
  }

  /** More segments than one report may price. */
  public static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMany() {
      super("the months have more than " + MAX_SEGMENTS + " segments: ask for fewer months");
    }
  }

  /**
   * What was metered in some months, at these prices and no others. Classes of customers are those
   * that were agreed on.
   *
   * @param from the first month, {@code YYYY-MM}
   * @param to the last month
   * @param prices or none for those that were in force, which gives what was charged
   * @throws TooMany when the months have more than {@link #MAX_SEGMENTS}
   */
  public List<Repricing.Line> of(String from, String to, List<PriceItem> prices) {
    Terms terms = runs.plain(connection -> Terms.of(connection, prices, from));
    String first = terms.minima() ? min(terms.first(), before(from)) : terms.first();
    while (true) {
      String read = first;
      Answer answer = runs.over(read, to, connection -> of(connection, from, to, read, terms));
      if (answer.lines() != null) {
        return answer.lines();
      }
      first = answer.first();
    }
  }

  /** The lines, or from which month on must be read to tell them. */
  private record Answer(List<Repricing.Line> lines, String first) {}

  /**
   * What prices ask of the past.
   *
   * @param minima whether what runs cost in all must be known
   * @param first from which month on tiers count
   */
  private record Terms(List<PriceItem> prices, boolean minima, String first) {
    static Terms of(Connection connection, List<PriceItem> prices, String from)
        throws SQLException {
      List<PriceItem> all = prices.isEmpty() ? inForce(connection) : prices;
      boolean minima = false;
      String first = from;
      for (PriceItem each : all) {
        minima |= each.terms().minimumMicro() > 0;
        int yearStart = each.terms().tiers().isEmpty() ? 0 : each.terms().yearStart();
        if (yearStart > 0) {
          YearMonth month = YearMonth.parse(from);
          int into = Math.floorMod(month.getMonthValue() - yearStart, 12);
          first = min(first, month.minusMonths(into).toString());
        }
      }
      return new Terms(prices, minima || hasMinima(connection, from), first);
    }

    private static List<PriceItem> inForce(Connection connection) throws SQLException {
      List<PriceItem> all = new ArrayList<>();
      try (PreparedStatement statement =
              connection.prepareStatement(
                  "select fact from proposal where state = 'APPROVED' and kind = 'PRICE'");
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (MoneyRows.change(row.getBytes(1)) instanceof MoneyChange.Price each) {
            all.add(each.item());
          }
        }
      }
      return all;
    }

    private static boolean hasMinima(Connection connection, String from) throws SQLException {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "select from statement_entry where kind = 'MINIMUM' and month >= ? limit 1")) {
        statement.setString(1, from);
        try (ResultSet row = statement.executeQuery()) {
          return row.next();
        }
      }
    }

    TariffBook book(Connection connection) throws SQLException {
      if (prices.isEmpty()) {
        TariffBook all = Ledger.tariffs(connection);
        MoneyRows.approved(connection, all, new RefundBook());
        return all;
      }
      TariffBook book = new TariffBook();
      MoneyRows.classes(connection, book);
      prices.forEach(book::add);
      return book;
    }
  }

  private static String min(String one, String other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static String before(String month) {
    return YearMonth.parse(month).minusMonths(1).toString();
  }

  private Answer of(Connection connection, String from, String to, String read, Terms terms)
      throws SQLException {
    String first = terms.first();
    if (terms.minima()) {
      String began = text(connection, BEGAN, from, from, to);
      if (began != null && began.compareTo(read) <= 0) {
        // What is before that may be in files that were not read.
        return new Answer(null, before(began));
      }
      first = began == null ? first : min(first, began);
    }
    Repricing repricing = new Repricing(terms.book(connection), calendar, terms.minima());
    read(connection, first, from, to, repricing);
    kept(connection, from, to, repricing);
    if (terms.minima()) {
      repricing.minima(
          calendar.startMs(YearMonth.parse(from).atDay(1)),
          calendar.startMs(YearMonth.parse(to).plusMonths(1).atDay(1)),
          goOn(connection, from, to),
          charged(connection, from));
    }
    return new Answer(repricing.lines(), first);
  }

  private static PreparedStatement prepare(Connection connection, String sql, String... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setFetchSize(FETCH_ROWS);
    for (int i = 0; i < values.length; i++) {
      statement.setString(i + 1, values[i]);
    }
    return statement;
  }

  private static String text(Connection connection, String sql, String... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private static void read(
      Connection connection, String first, String from, String to, Repricing repricing)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, PIECES, first, to, first, to);
        ResultSet row = statement.executeQuery()) {
      for (long seen = 0; row.next(); ) {
        if (++seen > MAX_SEGMENTS) {
          throw new TooMany();
        }
        repricing.add(piece(SegmentRow.of(row), new ProjectName(row.getString("payer")), from));
      }
    }
  }

  private static Repricing.Piece piece(SegmentRow row, ProjectName payer, String from) {
    List<Repricing.Part> parts = new ArrayList<>();
    for (SegmentParts.Part each : SegmentParts.read(row)) {
      parts.add(
          new Repricing.Part(
              each.nodeType(), each.units(), each.blocked(), Billed.sum(each.billed())));
    }
    if (parts.isEmpty()) {
      long units = Math.absExact(row.units());
      parts.add(new Repricing.Part(row.nodeType(), units, units, row.chargeMicro()));
    }
    return new Repricing.Piece(
        row.run(),
        new ProjectName(row.project()),
        new UserName(row.user()),
        new PartitionName(row.partition()),
        row.qos(),
        row.resource(),
        parts,
        row.units() < 0,
        row.fromMs(),
        row.toMs(),
        row.month(),
        row.month().compareTo(from) >= 0,
        payer);
  }

  private static void kept(Connection connection, String from, String to, Repricing repricing)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, KEPT, from, to);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        int i = 1;
        repricing.add(
            new Repricing.Kept(
                new ProjectName(row.getString(i++)),
                row.getString(i++),
                row.getString(i++),
                row.getLong(i++),
                row.getLong(i++),
                row.getLong(i++),
                row.getLong(i++),
                row.getString(i)));
      }
    }
  }

  private static Set<RunId> goOn(Connection connection, String from, String to)
      throws SQLException {
    Set<RunId> all = new HashSet<>();
    try (PreparedStatement statement = prepare(connection, GO_ON, to, from, to);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.add(new RunId(new JobId(row.getLong(1)), row.getInt(2)));
      }
    }
    return all;
  }

  /** What runs paid up to their minimum. */
  private static Map<RunId, Long> charged(Connection connection, String from) throws SQLException {
    Map<RunId, Long> all = new HashMap<>();
    try (PreparedStatement statement =
            prepare(
                connection,
                "select job, attempt, sum(amount_micro)::numeric from statement_entry where kind ="
                    + " 'MINIMUM' and month >= ? and job is not null group by 1, 2",
                from);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.put(
            new RunId(new JobId(row.getLong(1)), row.getInt(2)),
            row.getBigDecimal(3).negate().longValueExact());
      }
    }
    return all;
  }
}

package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.queqiao.accounting.ledger.Billed;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.statement.LineRun;
import org.queqiao.contract.id.RunId;

/** The runs behind a line of a statement, or the times of a reservation. */
public final class LineRuns {
  private static final int FETCH_ROWS = 1_000;

  /** So many rows of the month a page looks at: some tenths of a second. */
  public static final int LOOKED_AT = 200_000;

  private static final String LINE =
      "select user_name, partition, price_from_ms, price_micro, currency, resource, node_type,"
          + " late_for, (select count(*) from statement_line o where o.project = l.project and"
          + " o.month = l.month and o.resource = l.resource and o.node_type = l.node_type and"
          + " o.user_name = ''), project, for_project from statement_line l where (project = ? or"
          + " for_project = ?) and month = ? and id = ?";

  private static final String RUNS =
      "select %s from %s s where project = ? and month = ? and user_name = ? and partition = ? and"
          + " (job, attempt) > (?, ?) and (job, attempt) <= (?, ?) and from_ms >= ? and from_ms < ?"
          + " and (parts = '' and currency = ? and to_ms > ? or strpos(parts, ?) > 0 or"
          + " strpos(parts, ?) > 0) and coalesce((select p.payer from paid_run p where p.job = s.job"
          + " and p.attempt = s.attempt limit 1), s.project) = ? %s order by job, attempt, from_ms, position";

  /** The run of the last row that a page looks at, if there are so many. */
  private static final String LAST_LOOKED_AT =
      "select job, attempt from %s where month = ? and (job, attempt) > (?, ?) order by job,"
          + " attempt offset ? limit 1";

  private static final String RESERVED =
      "select occurrence_ms, from_ms, to_ms, core_ms, charge_micro, position, reservation from"
          + " reserved_time where project = ? and month = ? and 'reserved:' || reservation = ? and"
          + " node_type = ? and from_ms >= ? and currency = ? order by from_ms, position offset ?"
          + " limit ?";

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;

  LineRuns(ArchivedRuns runs, BillingCalendar calendar) {
    this.runs = runs;
    this.calendar = calendar;
  }

  /**
   * Behind what a page begins.
   *
   * @param job and its run, or of a reservation 0
   * @param attempt of the job, or how many times of a reservation were told
   */
  public record After(long job, int attempt) {
    public static final After NOTHING = new After(0, 0);
    private static final After ALL = new After(Long.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * A page. It may be short or empty although more follow.
   *
   * @param next behind what the next one begins, or null for none
   */
  public record Page(List<LineRun> runs, After next) {
    public Page {
      runs = List.copyOf(runs);
    }
  }

  private record Line(
      String user,
      String partition,
      long priceFromMs,
      long micro,
      String currency,
      String resource,
      String nodeType,
      String lateFor,
      int reserved,
      String payer,
      String forProject) {
    /** Whose runs they are. */
    String project() {
      return forProject.isEmpty() ? payer : forProject;
    }
  }

  /** Whose runs a line of a statement has, which may be those of another project. */
  public Optional<String> whose(String project, String month, long id) {
    return runs.plain(connection -> line(connection, project, month, id).map(Line::project));
  }

  /** As {@link #of(String, String, long, After, int, int)}, of so many rows as a page looks at. */
  public Optional<Page> of(String project, String month, long id, After after, int limit) {
    return of(project, month, id, after, limit, LOOKED_AT);
  }

  /**
   * The runs of a line, by job; empty when the statement has no such line.
   *
   * @param id of the line
   * @param limit so many at most
   * @param lookedAt about so many rows of the month at most, those of a run all or none; of a month
   *     in files, which is read whole for each page, all
   */
  public Optional<Page> of(
      String project, String month, long id, After after, int limit, int lookedAt) {
    return runs.over(
        month,
        month,
        connection -> {
          Optional<Line> line = line(connection, project, month, id);
          if (line.isEmpty()) {
            return Optional.empty();
          }
          return Optional.of(
              line.get().user().isEmpty()
                  ? reserved(connection, project, month, line.get(), after, limit)
                  : runs(connection, month, line.get(), after, limit, lookedAt));
        });
  }

  private static Optional<Line> line(Connection connection, String project, String month, long id)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LINE)) {
      statement.setString(1, project);
      statement.setString(2, project);
      statement.setString(3, month);
      statement.setLong(4, id);
      try (ResultSet row = statement.executeQuery()) {
        int i = 1;
        return row.next()
            ? Optional.of(
                new Line(
                    row.getString(i++),
                    row.getString(i++),
                    row.getLong(i++),
                    row.getLong(i++),
                    row.getString(i++),
                    row.getString(i++),
                    row.getString(i++),
                    row.getString(i++),
                    row.getInt(i++),
                    row.getString(i++),
                    row.getString(i)))
            : Optional.empty();
      }
    }
  }

  private Page runs(
      Connection connection, String month, Line line, After after, int limit, int lookedAt)
      throws SQLException {
    boolean cores = line.resource().equals("cores");
    String sql =
        cores
            ? RUNS.formatted(SegmentRow.CORES, Parts.SEGMENTS, "")
            : RUNS.formatted(SegmentRow.OTHERS, Parts.ITEMS, "and resource = ? and node_type = ?");
    After last = last(connection, cores ? Parts.SEGMENTS : Parts.ITEMS, month, after, lookedAt);
    YearMonth day = YearMonth.parse(line.lateFor().isEmpty() ? month : line.lateFor());
    List<LineRun> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(FETCH_ROWS);
      int i = 1;
      statement.setString(i++, line.project());
      statement.setString(i++, month);
      statement.setString(i++, line.user());
      statement.setString(i++, line.partition());
      statement.setLong(i++, after.job());
      statement.setInt(i++, after.attempt());
      statement.setLong(i++, last.job());
      statement.setInt(i++, last.attempt());
      statement.setLong(i++, calendar.startMs(day.atDay(1)));
      statement.setLong(i++, calendar.startMs(day.plusMonths(1).atDay(1)));
      statement.setString(i++, line.currency());
      statement.setLong(i++, line.priceFromMs());
      // What may be a part of this price in either way to write one; add() reads it.
      statement.setString(i++, line.priceFromMs() + "@" + line.micro());
      statement.setString(i++, "@" + line.priceFromMs() + "@");
      statement.setString(i++, line.payer());
      if (!cores) {
        statement.setString(i++, line.resource());
        statement.setString(i, line.nodeType());
      }
      try (ResultSet row = statement.executeQuery()) {
        while (found.size() <= limit && row.next()) {
          add(found, SegmentRow.of(row), line);
        }
      }
    }
    After next = last.equals(After.ALL) ? null : last;
    if (found.size() > limit) {
      found.removeLast();
      RunId run = found.getLast().run();
      next = new After(run.job().value(), run.attempt());
    }
    return new Page(named(connection, found), next);
  }

  private static After last(
      Connection connection, String table, String month, After after, int lookedAt)
      throws SQLException {
    if (ArchivedTables.areRead(connection)) {
      return After.ALL;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(LAST_LOOKED_AT.formatted(table))) {
      statement.setString(1, month);
      statement.setLong(2, after.job());
      statement.setInt(3, after.attempt());
      statement.setInt(4, lookedAt - 1);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? new After(row.getLong(1), row.getInt(2)) : After.ALL;
      }
    }
  }

  private static void add(List<LineRun> found, SegmentRow row, Line line) {
    List<SegmentParts.Part> parts = SegmentParts.read(row);
    BigInteger quantity = BigInteger.ZERO;
    long chargedMicro = 0;
    boolean there = false;
    if (parts.isEmpty()) {
      there = true;
      quantity = row.quantity();
      chargedMicro = row.chargeMicro();
    }
    for (SegmentParts.Part part : parts) {
      boolean same =
          part.nodeType().equals(line.nodeType()) && part.priceFromMs() == line.priceFromMs();
      for (Billed each : part.billed()) {
        if (same && each.micro() == line.micro()) {
          there = true;
          quantity = quantity.add(each.quantity());
          chargedMicro = Math.addExact(chargedMicro, each.chargedMicro());
        }
      }
    }
    if (!there) {
      return;
    }
    LineRun run =
        new LineRun(
            row.run(),
            "",
            row.qos(),
            "",
            row.fromMs(),
            row.toMs(),
            1,
            quantity,
            chargedMicro,
            row.position(),
            row.position(),
            !parts.isEmpty());
    if (!found.isEmpty() && Objects.equals(found.getLast().run(), row.run())) {
      found.add(found.removeLast().plus(run));
    } else {
      found.add(run);
    }
  }

  private static List<LineRun> named(Connection connection, List<LineRun> found)
      throws SQLException {
    Map<Long, String[]> names = new HashMap<>();
    Object[] jobs = found.stream().map(each -> each.run().job().value()).distinct().toArray();
    try (PreparedStatement statement =
        connection.prepareStatement("select id, name, end_user from job where id = any(?)")) {
      statement.setArray(1, connection.createArrayOf("bigint", jobs));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          names.put(row.getLong(1), new String[] {row.getString(2), row.getString(3)});
        }
      }
    }
    String[] none = {"", ""};
    return found.stream()
        .map(each -> {
          String[] name = names.getOrDefault(each.run().job().value(), none);
          return each.named(name[0], name[1]);
        })
        .toList();
  }

  private static Page reserved(
      Connection connection, String project, String month, Line line, After after, int limit)
      throws SQLException {
    List<LineRun> found = new ArrayList<>();
    // Times are kept by their own month and without their price.
    boolean exact = line.reserved() == 1 && line.lateFor().isEmpty();
    try (PreparedStatement statement = connection.prepareStatement(RESERVED)) {
      statement.setString(1, project);
      statement.setString(2, line.lateFor().isEmpty() ? month : line.lateFor());
      statement.setString(3, line.resource());
      statement.setString(4, line.nodeType());
      statement.setLong(5, line.priceFromMs());
      statement.setString(6, line.currency());
      statement.setInt(7, after.attempt());
      statement.setInt(8, limit + 1);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long position = row.getLong(6);
          found.add(
              new LineRun(
                  null,
                  row.getString(7),
                  "",
                  "",
                  row.getLong(2),
                  row.getLong(3),
                  1,
                  BigInteger.valueOf(row.getLong(4)),
                  row.getLong(5),
                  position,
                  position,
                  exact));
        }
      }
    }
    boolean more = found.size() > limit;
    return new Page(
        more ? found.subList(0, limit) : found,
        more ? new After(0, after.attempt() + limit) : null);
  }
}

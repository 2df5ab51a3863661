package org.queqiao.accounting.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.price.RunCost;

/**
 * The totals of statement lines in memory, all of a project's month or none, those used last. How
 * many there are is bounded.
 */
final class StatementLines {
  private static final int MOST_LINES = 200_000;

  /**
   * The lines of a statement: of its own, those that it pays for others, and those of its runs that
   * others pay. Jobs are counted by who paid for their runs. Parameters: project three times,
   * month, project, month, month, project four times, month.
   */
  static final String LINES =
      """
      select l.user_name, l.partition,
        coalesce(case l.for_project when '' then s.jobs else p.jobs end, 0), l.core_ms,
        l.price_micro, l.currency, l.posted_micro, l.resource, l.node_type,
        coalesce(l.quantity, l.core_ms),
        round(coalesce(l.standard, l.core_ms * 1000) / 1000), l.late_for, l.id,
        case when l.project = ? then l.for_project else '' end as for_project,
        case when l.project = ? then '' else l.project end as paid_by
      from statement_line l
        left join (
          select user_name, partition, count(distinct job) as jobs from segment s
          where project = ? and month = ? and not exists (
            select from paid_run p where p.job = s.job and p.attempt = s.attempt)
          group by 1, 2
          union all
          select user_name, partition, jobs from archive_jobs where project = ? and month = ?
        ) s on l.for_project = '' and s.user_name = l.user_name and s.partition = l.partition
        left join (
          select payer, project, user_name, partition, count(distinct job) as jobs from paid_run
          where month = ? and (payer = ? or project = ?) group by 1, 2, 3, 4
        ) p on p.payer = l.project and p.project = l.for_project
          and p.user_name = l.user_name and p.partition = l.partition
      where (l.project = ? or l.for_project = ?) and l.month = ?
      order by paid_by, for_project, l.user_name, l.partition, l.resource <> 'cores', l.resource,
        l.node_type, l.price_from_ms, l.late_for, l.price_micro, l.currency
      """;

  /** The lines of a statement. */
  private record Page(ProjectName project, String month) {
    static Page of(LineKey key) {
      return new Page(key.project(), key.month());
    }
  }

  private final LinkedHashMap<Page, Map<LineKey, LineTotal>> pages =
      new LinkedHashMap<>(16, 0.75f, true);
  private int lines;

  /** The total of a line, from memory or from the database; empty where it has none yet. */
  LineTotal get(Connection connection, LineKey key) throws SQLException {
    Page page = Page.of(key);
    Map<LineKey, LineTotal> known = pages.get(page);
    if (known == null) {
      known = read(connection, page);
      pages.put(page, known);
      lines += 1 + known.size();
    }
    return known.getOrDefault(key, LineTotal.EMPTY);
  }

  /**
   * What is about to be written. Its pages are kept: until it is committed the database has less.
   */
  void took(Map<LineKey, LineTotal> changed) {
    Set<Page> kept = new HashSet<>();
    changed.forEach((key, total) -> {
      Page page = Page.of(key);
      kept.add(page);
      Map<LineKey, LineTotal> known = pages.get(page);
      if (known != null && known.put(key, total) == null) {
        lines++;
      }
    });
    Iterator<Map.Entry<Page, Map<LineKey, LineTotal>>> oldest = pages.entrySet().iterator();
    while (lines > MOST_LINES && oldest.hasNext()) {
      Map.Entry<Page, Map<LineKey, LineTotal>> each = oldest.next();
      if (!kept.contains(each.getKey())) {
        lines -= 1 + each.getValue().size();
        oldest.remove();
      }
    }
  }

  private static Map<LineKey, LineTotal> read(Connection connection, Page page)
      throws SQLException {
    Map<LineKey, LineTotal> found = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select user_name, partition, price_from_ms, price_micro, currency, resource,"
                + " node_type, coalesce(quantity, core_ms), core_ms, coalesce(standard, core_ms *"
                + " 1000), posted_micro, late_for, for_project from statement_line where project ="
                + " ? and month = ?")) {
      statement.setString(1, page.project().value());
      statement.setString(2, page.month());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LineKey key =
              new LineKey(
                  page.project(),
                  row.getString(1).isEmpty() ? null : new UserName(row.getString(1)),
                  row.getString(2).isEmpty() ? null : new PartitionName(row.getString(2)),
                  page.month(),
                  row.getLong(3),
                  row.getLong(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getString(12),
                  Rows.projectOrNull(row.getString(13)));
          found.put(
              key,
              new LineTotal(
                  row.getBigDecimal(8).toBigIntegerExact(),
                  row.getBigDecimal(9).toBigIntegerExact(),
                  row.getBigDecimal(10).toBigIntegerExact(),
                  row.getLong(11)));
        }
      }
    }
    return found;
  }

  static void write(Connection connection, Map<LineKey, LineTotal> changed) throws SQLException {
    ArrayRows rows =
        new ArrayRows(
            "text", "text", "text", "text", "bigint", "bigint", "text", "text", "text", "numeric",
            "bigint", "numeric", "numeric", "text", "text");
    changed.forEach((key, total) ->
        rows.add(
            key.project().value(),
            key.month(),
            key.userName(),
            key.partitionName(),
            key.priceFromMs(),
            key.microPerCoreHour(),
            key.currency(),
            key.resource(),
            key.nodeType(),
            new BigDecimal(total.coreMs()),
            total.postedMicro(),
            new BigDecimal(total.quantity()),
            new BigDecimal(total.standard()),
            key.lateFor(),
            key.forProjectName()));
    rows.run(
        connection,
        "insert into statement_line (project, month, user_name, partition, price_from_ms,"
            + " price_micro, currency, resource, node_type, core_ms, posted_micro, quantity,"
            + " standard, late_for, for_project) select * from %s on conflict (project, month,"
            + " user_name, partition, price_from_ms, price_micro, currency, resource, node_type,"
            + " late_for, for_project) do update set core_ms = excluded.core_ms, posted_micro = excluded.posted_micro,"
            + " quantity = excluded.quantity, standard = excluded.standard");
  }

  /** A line of a statement. */
  static Statement.Line line(ResultSet row) throws SQLException {
    BigInteger quantity = row.getBigDecimal(10).toBigIntegerExact();
    BigInteger numerator = quantity.multiply(BigInteger.valueOf(row.getLong(5)));
    String resource = row.getString(8);
    BigInteger divisor = RunCost.divisorOf(resource);
    return new Statement.Line(
        row.getString(1),
        row.getString(2),
        row.getLong(3),
        row.getBigDecimal(4).longValueExact(),
        row.getLong(5),
        row.getString(6),
        numerator.toString(),
        row.getLong(7),
        StatementForms.toCoin(numerator, divisor),
        resource,
        row.getString(9),
        quantity,
        divisor,
        row.getBigDecimal(11).longValueExact(),
        row.getString(12),
        row.getLong(13),
        row.getString(14),
        row.getString(15));
  }
}

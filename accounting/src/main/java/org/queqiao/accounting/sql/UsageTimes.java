package org.queqiao.accounting.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.usage.DomainSplit;
import org.queqiao.accounting.usage.UsageRow;
import org.queqiao.contract.id.DomainCode;

/** What was used between two instants, from single runs. */
final class UsageTimes {
  /** In the year 9990. */
  private static final long LAST_MS = 253_000_000_000_000L;

  private final ArchivedRuns runs;
  private final BillingCalendar calendar;

  UsageTimes(ArchivedRuns runs, BillingCalendar calendar) {
    this.runs = runs;
    this.calendar = calendar;
  }

  private record UsagePart(String key, String domains, long coreMs, long micro, String currency) {}

  /** As {@link LedgerReads#usage}. */
  List<UsageRow> usage(LedgerReads.By by, long fromMs, long toMs, LedgerReads.Scope scope) {
    Map<String, UsageRow> rows = new TreeMap<>();
    for (UsagePart part : parts(by, fromMs, toMs, scope)) {
      if (by == LedgerReads.By.DOMAIN) {
        Map<DomainCode, Long> time = DomainSplit.split(part.coreMs(), Domains.read(part.domains()));
        Map<DomainCode, Long> money = DomainSplit.split(part.micro(), Domains.read(part.domains()));
        time.forEach((domain, coreMs) ->
            add(rows, new UsageRow(domain.value(), coreMs, money.get(domain), part.currency())));
      } else {
        add(rows, new UsageRow(part.key(), part.coreMs(), part.micro(), part.currency()));
      }
    }
    return List.copyOf(rows.values());
  }

  private List<UsagePart> parts(
      LedgerReads.By by, long fromMs, long toMs, LedgerReads.Scope scope) {
    String key = by == LedgerReads.By.USER ? "user_name" : "project";
    String sql =
        "select "
            + key
            + ", domains, sum(cores * (least(to_ms, ?) - greatest(from_ms, ?)))::numeric,"
            + " sum(case when to_ms <= ? then charge_micro else 0 end)::numeric, currency from"
            + " (select user_name, project, domains, cores, from_ms, to_ms, charge_micro,"
            + " currency, month from segment union all select user_name, project, domains, 0,"
            + " from_ms, to_ms, charge_micro, currency, month from segment_item) as all_ where"
            + " to_ms > ? and from_ms < ? and month >= ? and month <= ? and "
            + scope.condition()
            + " group by 1, 2, currency order by 1, 2, currency";
    return over(
        fromMs,
        toMs,
        connection -> {
          List<UsagePart> parts = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, toMs);
            statement.setLong(2, fromMs);
            statement.setLong(3, toMs);
            statement.setLong(4, fromMs);
            statement.setLong(5, toMs);
            statement.setString(6, month(fromMs, -1));
            statement.setString(7, month(toMs, 1));
            scope.set(connection, statement, 8);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                parts.add(
                    new UsagePart(
                        row.getString(1),
                        row.getString(2),
                        row.getBigDecimal(3).longValueExact(),
                        row.getBigDecimal(4).longValueExact(),
                        row.getString(5)));
              }
            }
          }
          return parts;
        });
  }

  private static void add(Map<String, UsageRow> rows, UsageRow row) {
    rows.merge(
        row.key() + "\n" + row.currency(),
        row,
        (a, b) ->
            new UsageRow(
                a.key(),
                Math.addExact(a.coreMs(), b.coreMs()),
                Math.addExact(a.chargeMicro(), b.chargeMicro()),
                a.currency()));
  }

  private <T> T over(long fromMs, long toMs, ArchivedRuns.Question<T> question) {
    return runs.over(month(fromMs, -1), month(toMs, 1), question);
  }

  /** The month of an instant and some more, so that few parts are read. */
  private String month(long timeMs, int more) {
    long instantMs = Math.clamp(timeMs, 0, LAST_MS);
    return YearMonth.from(calendar.day(instantMs)).plusMonths(more).toString();
  }

  /** As {@link LedgerReads#spans}. */
  List<LedgerReads.Span> spans(long fromMs, long toMs, int limit) {
    return over(
        fromMs,
        toMs,
        connection -> {
          List<LedgerReads.Span> found = new ArrayList<>();
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "select from_ms, to_ms, cores from segment where to_ms > ? and from_ms < ? and"
                      + " month >= ? and month <= ? and not exists (select from observed_run o"
                      + " where o.job = segment.job) limit ?")) {
            statement.setLong(1, fromMs);
            statement.setLong(2, toMs);
            statement.setString(3, month(fromMs, -1));
            statement.setString(4, month(toMs, 1));
            statement.setInt(5, limit);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                found.add(new LedgerReads.Span(row.getLong(1), row.getLong(2), row.getLong(3)));
              }
            }
          }
          return found;
        });
  }
}

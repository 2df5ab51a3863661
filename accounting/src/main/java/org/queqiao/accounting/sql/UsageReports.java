package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.queqiao.accounting.usage.DomainSplit;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.DomainCode;

/** Usage and cost over months and years, from what is summed up by month. */
public final class UsageReports {
  private final DataSource database;

  UsageReports(DataSource database) {
    this.database = database;
  }

  /** What a report groups by. */
  public enum By {
    MONTH("month"),
    YEAR("substring(month from 1 for 4)"),
    PROJECT("project"),
    USER("user_name"),
    PARTITION("partition"),
    QOS("qos"),
    DOMAIN("domains");

    private final String column;

    By(String column) {
      this.column = column;
    }
  }

  /**
   * One row.
   *
   * @param keys one for each thing that is grouped by, in the order asked for
   * @param coreMs core-milliseconds
   * @param chargeMicro what was charged for it
   * @param currency of the charge, or empty
   * @param standardMs milliseconds of standard core-hours
   */
  public record Row(
      List<String> keys, long coreMs, long chargeMicro, String currency, long standardMs) {
    public Row {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A report over whole months.
   *
   * @param by at least one, each once
   * @param fromMonth the first, {@code YYYY-MM}
   * @param toMonth the last
   * @param most so many rows at most: those with the most core time
   * @return by keys; with a domain every share of a project's usage goes to its domain
   */
  public List<Row> usage(
      List<By> by, String fromMonth, String toMonth, LedgerReads.Scope scope, int most) {
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    by.forEach(each -> columns.add(each.column));
    String keys = String.join(", ", columns);
    Map<String, Row> rows = new TreeMap<>();
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select "
                    + keys
                    + ", sum(core_ms), sum(charge_micro), currency, sum(coalesce(standard_ms, core_ms))"
                    + " from usage_month where month >= ? and month <= ? and "
                    + scope.condition()
                    + " group by "
                    + keys
                    + ", currency")) {
      statement.setString(1, fromMonth);
      statement.setString(2, toMonth);
      scope.set(connection, statement, 3);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          add(by, row, rows);
        }
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return cut(rows, most);
  }

  private static List<Row> cut(Map<String, Row> rows, int most) {
    List<Row> all = new ArrayList<>(rows.values());
    if (all.size() > most) {
      all.sort(Comparator.comparingLong(Row::coreMs).reversed());
      all = new ArrayList<>(all.subList(0, most));
      all.sort(Comparator.comparing(each -> String.join("\n", each.keys())));
    }
    return all;
  }

  private static void add(List<By> by, ResultSet row, Map<String, Row> rows) throws SQLException {
    List<String> keys = new ArrayList<>();
    for (int i = 1; i <= by.size(); i++) {
      keys.add(row.getString(i));
    }
    long coreMs = row.getBigDecimal(by.size() + 1).longValueExact();
    long micro = row.getBigDecimal(by.size() + 2).longValueExact();
    String currency = row.getString(by.size() + 3);
    long standardMs = row.getBigDecimal(by.size() + 4).longValueExact();
    int domain = by.indexOf(By.DOMAIN);
    if (domain < 0) {
      add(rows, new Row(keys, coreMs, micro, currency, standardMs));
      return;
    }
    List<DomainShare> shares = Domains.read(keys.get(domain));
    if (shares.isEmpty()) {
      keys.set(domain, "");
      add(rows, new Row(keys, coreMs, micro, currency, standardMs));
      return;
    }
    Map<DomainCode, Long> money = DomainSplit.split(micro, shares);
    Map<DomainCode, Long> standard = DomainSplit.split(standardMs, shares);
    DomainSplit.split(coreMs, shares)
        .forEach((code, part) -> {
          List<String> own = new ArrayList<>(keys);
          own.set(domain, code.value());
          add(rows, new Row(own, part, money.get(code), currency, standard.get(code)));
        });
  }

  private static void add(Map<String, Row> rows, Row row) {
    rows.merge(
        String.join("\n", row.keys()) + "\n\n" + row.currency(),
        row,
        (a, b) ->
            new Row(
                a.keys(),
                Math.addExact(a.coreMs(), b.coreMs()),
                Math.addExact(a.chargeMicro(), b.chargeMicro()),
                a.currency(),
                Math.addExact(a.standardMs(), b.standardMs())));
  }
}

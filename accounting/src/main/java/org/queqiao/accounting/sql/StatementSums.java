package org.queqiao.accounting.sql;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.statement.Settlement;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.statement.StatementSum;
import org.queqiao.accounting.statement.Tax;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.RunCost;

/** What statements come to, and what wallets have paid of them. */
final class StatementSums {
  private static final int FETCH_ROWS = 1_000;

  /** What stands as the reference of a payment where the wallet has paid all. */
  static final String WALLET = "wallet";

  /** The projects that are asked for: all of a closed month, or one. */
  private static final String ALL = "select project from statement_close where month = ?";

  private static final String ONE = "select ?::text as project";

  private static final String LINES =
      "select project, currency, resource, coalesce(quantity, core_ms), price_micro, posted_micro"
          + " from statement_line where month = ? and currency <> ''";

  private static final String ENTRIES =
      "select project, currency, sum(amount_micro) from statement_entry where month = ? and"
          + " currency <> ''";

  /**
   * What wallets have for the statements of a month: their money and what runs hold of it, and what
   * was taken for this month and for later ones, and what closed statements before it still ask
   * for. What older months took stays taken, so no money is counted twice.
   */
  private static final String AVAILABLE =
      """
      with who as (%s)
      select project, currency, sum(micro) from (
        select who.project, b.currency, b.amount as micro from who
          join balance b on b.account in ('wallet:' || who.project, 'held:' || who.project)
          where b.unit = 'MICRO'
        union all select l.project, l.currency, l.posted_micro from who
          join statement_line l on l.project = who.project and l.month >= ? where l.currency <> ''
        union all select e.project, e.currency, -e.amount_micro from who
          join statement_entry e on e.project = who.project and e.month >= ? where e.currency <> ''
        union all select s.project, s.currency, s.net_micro - s.settled_micro from who
          join statement_sum s on s.project = who.project and s.month < ?
          join statement_close c on c.project = s.project and c.month = s.month
          join month_close m on m.month = s.month
          where c.state = 'CLOSED' and s.paid_micro = 0 and m.settles_wallets) as all_
      group by project, currency
      """;

  private StatementSums() {}

  private record Key(String project, String currency) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int first = project.compareTo(other.project);
      return first != 0 ? first : currency.compareTo(other.currency);
    }
  }

  /** Net in coins before entries, posted, and entries. */
  private record Parts(long amountMicro, long postedMicro, long entriesMicro) {
    Parts plus(Parts more) {
      return new Parts(
          Math.addExact(amountMicro, more.amountMicro),
          Math.addExact(postedMicro, more.postedMicro),
          Math.addExact(entriesMicro, more.entriesMicro));
    }
  }

  /** Fixes what wallets have paid; statements that ask for nothing more are paid on that day. */
  static void close(Connection connection, MoneyChange.CloseMonth closed, String day)
      throws SQLException {
    String month = closed.month();
    Rows.run(connection, "update month_close set settles_wallets = true where month = ?", month);
    Map<Key, Long> has = available(connection, ALL, month, month);
    Tax tax = MonthTax.of(connection, month, closed.toMs());
    keep(connection, month, sums(connection, month, null, has, tax));
    Rows.run(
        connection,
        "update statement_close c set state = 'PAID', paid_on = ?, reference = ? from (select"
            + " project, bool_or(net_micro <> 0 or posted_micro <> 0) and bool_and(net_micro ="
            + " settled_micro) as done from statement_sum where month = ? group by 1) s where"
            + " s.project = c.project and c.month = ? and s.done",
        day,
        WALLET,
        month,
        month);
  }

  /** Those that are kept, by project and currency. */
  static List<StatementSum> read(Connection connection, String project, String month)
      throws SQLException {
    return kept(
        connection,
        "select * from statement_sum where month = ? and project = ? order by currency",
        month,
        project);
  }

  /** Those of all projects. */
  static List<StatementSum> read(Connection connection, String month) throws SQLException {
    return kept(
        connection,
        "select * from statement_sum where month = ? order by project collate \"C\", currency"
            + " collate \"C\"",
        month);
  }

  /** What a wallet would have paid of a statement if its month were closed now, by currency. */
  static Map<String, Settlement> ifClosed(Connection connection, Statement statement)
      throws SQLException {
    String project = statement.project();
    Map<Key, Long> has = available(connection, ONE, project, statement.period());
    Map<String, Settlement> all = new TreeMap<>();
    for (Statement.Total each : statement.totals()) {
      long micro = has.getOrDefault(new Key(project, each.currency()), 0L);
      all.put(each.currency(), Settlement.of(each.dueMicro(), micro, statement.tax()));
    }
    return all;
  }

  /**
   * What the statements of a closed month come to as their lines say, with no wallet.
   *
   * @param project that alone, or null for all
   */
  static List<StatementSum> computed(Connection connection, String month, String project)
      throws SQLException {
    return sums(
        connection, month, project, Map.of(), MonthTax.of(connection, month, Long.MIN_VALUE));
  }

  /**
   * The same where its wallet has paid all but what it owes.
   *
   * @param owed what it owes of what was posted, by currency
   */
  static List<StatementSum> computed(
      Connection connection, String month, String project, Map<String, Long> owed)
      throws SQLException {
    Map<Key, Long> has = new TreeMap<>();
    for (StatementSum each : computed(connection, month, project)) {
      long micro = owed.getOrDefault(each.currency(), 0L);
      has.put(
          new Key(project, each.currency()),
          micro == 0 ? each.netMicro() : Math.max(0, each.postedMicro() - micro));
    }
    return sums(connection, month, project, has, MonthTax.of(connection, month, Long.MIN_VALUE));
  }

  private static Map<Key, Long> available(
      Connection connection, String who, String of, String month) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(String.format(AVAILABLE, who))) {
      statement.setString(1, of);
      statement.setString(2, month);
      statement.setString(3, month);
      statement.setString(4, month);
      Map<Key, Long> all = new TreeMap<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.put(
              new Key(row.getString(1), row.getString(2)), row.getBigDecimal(3).longValueExact());
        }
      }
      return all;
    }
  }

  private static List<StatementSum> sums(
      Connection connection, String month, String project, Map<Key, Long> has, Tax tax)
      throws SQLException {
    Map<Key, Parts> parts = new TreeMap<>();
    each(
        connection,
        LINES,
        "",
        month,
        project,
        row -> {
          BigInteger numerator =
              row.getBigDecimal(4).toBigIntegerExact().multiply(BigInteger.valueOf(row.getLong(5)));
          long micro = StatementForms.toCoin(numerator, RunCost.divisorOf(row.getString(3)));
          parts.merge(key(row), new Parts(micro, row.getLong(6), 0), Parts::plus);
        });
    each(
        connection,
        ENTRIES,
        " group by 1, 2",
        month,
        project,
        row ->
            parts.merge(
                key(row), new Parts(0, 0, row.getBigDecimal(3).longValueExact()), Parts::plus));
    List<StatementSum> sums = new ArrayList<>();
    parts.forEach((key, part) -> {
      long netMicro =
          StatementForms.coins(Math.subtractExact(part.amountMicro(), part.entriesMicro()));
      sums.add(
          new StatementSum(
              key.project(),
              key.currency(),
              netMicro,
              Math.subtractExact(part.postedMicro(), part.entriesMicro()),
              tax.ofMicro(netMicro),
              Settlement.of(netMicro, has.getOrDefault(key, 0L), tax)));
    });
    return sums;
  }

  private interface Row {
    void on(ResultSet row) throws SQLException;
  }

  private static void each(
      Connection connection, String sql, String end, String month, String project, Row use)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(sql + (project == null ? "" : " and project = ?") + end)) {
      statement.setFetchSize(FETCH_ROWS);
      statement.setString(1, month);
      if (project != null) {
        statement.setString(2, project);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          use.on(row);
        }
      }
    }
  }

  private static Key key(ResultSet row) throws SQLException {
    return new Key(row.getString(1), row.getString(2));
  }

  /** Keeps them. */
  static void keep(Connection connection, String month, List<StatementSum> sums)
      throws SQLException {
    ArrayRows rows =
        new ArrayRows("text", "text", "text", "bigint", "bigint", "bigint", "bigint", "bigint");
    for (StatementSum each : sums) {
      rows.add(
          each.project(),
          month,
          each.currency(),
          each.netMicro(),
          each.postedMicro(),
          each.settlement().walletMicro(),
          each.taxMicro(),
          each.settlement().walletTaxMicro());
    }
    rows.run(
        connection,
        "insert into statement_sum (project, month, currency, net_micro, posted_micro,"
            + " settled_micro, tax_micro, settled_tax_micro) select * from %s");
  }

  private static List<StatementSum> kept(Connection connection, String sql, String... of)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < of.length; i++) {
        statement.setString(i + 1, of[i]);
      }
      List<StatementSum> all = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new StatementSum(
                  row.getString("project"),
                  row.getString("currency"),
                  row.getLong("net_micro"),
                  row.getLong("posted_micro"),
                  row.getLong("tax_micro"),
                  new Settlement(
                      row.getLong("settled_micro"),
                      row.getLong("settled_tax_micro"),
                      row.getLong("paid_micro"))));
        }
      }
      return all;
    }
  }
}

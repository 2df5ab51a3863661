package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.statement.StatementSum;

/**
 * Statements of months that were closed before payments were posted, and for which nothing came in
 * since: their charges are still a debt of their wallets. Who pays afterwards owes all of them. Who
 * paid before has paid them with the wallet, but for what it owes of these months.
 */
final class OldCloses {
  private static final String WITHOUT_SUMS =
      """
      from statement_close c join month_close m on m.month = c.month
        where m.state = 'CLOSED' and not m.settles_wallets
          and not exists (select from statement_sum s where s.project = c.project
            and s.month = c.month)
      """;

  private static final String ROWS =
      "select c.project, c.month, c.state, c.fiscal_year, c.serial "
          + WITHOUT_SUMS
          + "and exists (select from statement_line l where l.project = c.project and l.month ="
          + " c.month and l.posted_micro > 0)";

  private static final String PAID_AFTERWARDS =
      ROWS
          + " and not exists (select from prepaid p where p.project = c.project)"
          + " order by c.month, c.project collate \"C\"";

  private static final String OF_ONE = ROWS + " and c.project = ? order by c.month desc";

  /**
   * What wallets that were paid before owe of these months, of a coin at least: what they are below
   * zero, but for what they have given for months since, and for statements that ask for it
   * themselves. Sums are read of wallets below zero alone.
   */
  private static final String DEBTS =
      """
      with below as (
        select p.project, b.currency, sum(b.amount) as has from prepaid p
          join balance b on b.account in ('wallet:' || p.project, 'held:' || p.project)
          where b.unit = 'MICRO' and p.project in (select c.project %s)
          group by 1, 2 having sum(b.amount) < 0),
      since as (
        select below.*,
            coalesce((select sum(l.posted_micro) from statement_line l
              where l.project = below.project and l.currency = below.currency
                and l.month not in (select month from month_close where state = 'CLOSED')), 0)
            - coalesce((select sum(e.amount_micro) from statement_entry e
              where e.project = below.project and e.currency = below.currency
                and e.month not in (select month from month_close where state = 'CLOSED')), 0)
            + coalesce((select sum(
                case when c.state = 'CLOSED' and s.paid_micro = 0
                  then s.net_micro - s.settled_micro else 0 end
                + case when m.settles_wallets then s.settled_micro else 0 end)
              from statement_sum s
              join statement_close c on c.project = s.project and c.month = s.month
              join month_close m on m.month = s.month
              where s.project = below.project and s.currency = below.currency), 0) as given
          from below)
      select project, currency, least(-has, -has - given) from since
        where least(-has, -has - given) >= 10000 order by project collate "C", currency
      """
          .formatted(WITHOUT_SUMS);

  private OldCloses() {}

  /**
   * What is to be done about them: of who pays afterwards, the oldest first, then of the others.
   */
  static List<String> matters(Connection connection, int most) throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PAID_AFTERWARDS);
        ResultSet row = statement.executeQuery()) {
      while (found.size() < most && row.next()) {
        if (sums(connection, row).stream().anyMatch(each -> each.askedMicro() > 0)) {
          found.add(owedWhole(row));
        }
      }
    }
    for (Map.Entry<String, Map<String, Long>> each : debts(connection).entrySet()) {
      if (found.size() < most) {
        addOwed(connection, each.getKey(), each.getValue(), most, found);
      }
    }
    return found;
  }

  private static Map<String, Map<String, Long>> debts(Connection connection) throws SQLException {
    Map<String, Map<String, Long>> all = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(DEBTS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.computeIfAbsent(row.getString(1), _ -> new TreeMap<>())
            .put(row.getString(2), row.getBigDecimal(3).longValueExact());
      }
    }
    return all;
  }

  /**
   * What the wallet of a project that was paid before owes of one of these months, by currency;
   * none of a project that pays afterwards, which owes all of it.
   */
  static Optional<Map<String, Long>> owed(Connection connection, String project, String month)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select from prepaid where project = ?")) {
      statement.setString(1, project);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
      }
    }
    Map<String, Long> debt = debts(connection).getOrDefault(project, new TreeMap<>());
    try (PreparedStatement statement = connection.prepareStatement(OF_ONE)) {
      statement.setString(1, project);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Map<String, Long> part = part(sums(connection, row), debt);
          if (row.getString("month").equals(month)) {
            return Optional.of(part);
          }
        }
      }
    }
    return Optional.of(Map.of());
  }

  /** What of a debt is of a statement, by currency; it is taken from the debt. */
  private static Map<String, Long> part(List<StatementSum> sums, Map<String, Long> debt) {
    Map<String, Long> part = new TreeMap<>();
    for (StatementSum each : asking(sums)) {
      long micro = Math.min(debt.getOrDefault(each.currency(), 0L), each.postedMicro());
      if (micro > 0) {
        part.put(each.currency(), micro);
        debt.computeIfPresent(each.currency(), (_, left) -> left == micro ? null : left - micro);
      }
    }
    return part;
  }

  private static List<StatementSum> asking(List<StatementSum> sums) {
    return sums.stream().filter(each -> each.askedMicro() > 0 && each.postedMicro() > 0).toList();
  }

  /** What was paid before went to the oldest: the newest are owed, until they are the debt. */
  private static void addOwed(
      Connection connection, String project, Map<String, Long> debt, int most, List<String> found)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_ONE)) {
      statement.setString(1, project);
      try (ResultSet row = statement.executeQuery()) {
        while (found.size() < most && !debt.isEmpty() && row.next()) {
          List<StatementSum> sums = sums(connection, row);
          Map<String, Long> part = part(sums, debt);
          if (!part.isEmpty()) {
            found.add(owed(row, asking(sums), part));
          }
        }
      }
    }
  }

  private static List<StatementSum> sums(Connection connection, ResultSet row) throws SQLException {
    return StatementSums.computed(connection, row.getString("month"), row.getString("project"));
  }

  private static String name(ResultSet row) throws SQLException {
    return "statement "
        + Standing.number(row.getInt("fiscal_year"), row.getLong("serial"))
        + " of project "
        + row.getString("project")
        + " for "
        + row.getString("month")
        + (paidByWord(row) ? " was paid by word" : " was closed")
        + " before payments were posted";
  }

  private static boolean paidByWord(ResultSet row) throws SQLException {
    return row.getString("state").equals("PAID");
  }

  private static String owedWhole(ResultSet row) throws SQLException {
    return name(row)
        + (paidByWord(row)
            ? ": take its payment back and state it again, so that it reaches the wallet"
            : " and is not paid: state its payment, so that later statements do not ask for it"
                + " again");
  }

  /**
   * A payment in one currency is of what the wallet owes in it. One of all is of all that the
   * statement asks for, so it is for those that are owed whole.
   */
  private static String owed(ResultSet row, List<StatementSum> asking, Map<String, Long> part)
      throws SQLException {
    List<String> money = new ArrayList<>();
    part.forEach((currency, micro) -> money.add(StatementForms.money(micro) + " " + currency));
    String owes = name(row) + ", and its wallet owes " + String.join(" and ", money) + " of it: ";
    boolean whole =
        asking.stream()
            .allMatch(each -> part.getOrDefault(each.currency(), 0L) == each.postedMicro());
    if (!whole && asking.size() > 1) {
      return owes
          + "once that came in, "
          + (paidByWord(row) ? "take its payment back and " : "")
          + "state its payment in "
          + String.join(" and in ", part.keySet())
          + " alone";
    }
    if (!whole) {
      return owes
          + "once that came in, top the wallet up by it, and do not state the payment of the"
          + " statement, which would give the wallet more than it owes";
    }
    return owes
        + (paidByWord(row) ? "take its payment back and state it again" : "state its payment")
        + " only if nothing was paid in advance for it, else top the wallet up by what came in";
  }
}

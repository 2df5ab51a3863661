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
import org.queqiao.accounting.ledger.Entry;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.statement.StatementSum;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.money.MoneyChange;

/**
 * Payments of statements, and what they post. What is said of a statement that is not as it must be
 * for it changes nothing, so that a second word of the same payment does not either.
 */
final class Payments {
  private static final String PAID = "paid/";
  private static final String BACK = "unpaid/";
  private static final String ROUNDING = "round/";

  private Payments() {}

  /** Whether a transaction is of a payment, or of the rounding of a statement. */
  static boolean isOf(String transaction) {
    return transaction.startsWith(PAID)
        || transaction.startsWith(BACK)
        || transaction.startsWith(ROUNDING);
  }

  /** What the statements of a month that was just closed were rounded by goes to their wallets. */
  static List<Posting> closed(Connection connection, String month, LoggedEvent logged)
      throws SQLException {
    List<Posting> postings = new ArrayList<>();
    for (StatementSum each : StatementSums.read(connection, month)) {
      postings.addAll(rounding(each, month, logged));
    }
    return postings;
  }

  /** What is posted for a payment, or for one that went back. */
  static List<Posting> said(
      Connection connection, MoneyChange.StatementPaid said, LoggedEvent logged)
      throws SQLException {
    String project = said.project().value();
    String state = state(connection, project, said.month());
    List<StatementSum> sums = StatementSums.read(connection, project, said.month());
    boolean first = sums.isEmpty();
    if (said.takenBack()) {
      boolean came = sums.stream().anyMatch(each -> each.settlement().paidMicro() != 0);
      return state.equals("PAID") || came ? back(connection, said, sums, logged) : List.of();
    }
    if (!state.equals("CLOSED")) {
      return List.of();
    }
    List<Posting> postings = new ArrayList<>();
    // A word of before about a statement of before posts nothing.
    if (!first || !said.amounts().isEmpty()) {
      sums = first ? ofBefore(connection, said.month(), project, said.currency()) : sums;
      List<StatementSum> paid = open(sums, said.currency());
      if (!asked(paid).equals(paid(said))) {
        return List.of();
      }
      if (first) {
        StatementSums.keep(connection, said.month(), sums);
        sums.forEach(each -> postings.addAll(rounding(each, said.month(), logged)));
      }
      paid.forEach(each -> postings.addAll(moved(each, PAID, 1, logged)));
      Rows.run(
          connection,
          "update statement_sum set paid_micro = net_micro - settled_micro + tax_micro -"
              + " settled_tax_micro where project = ? and month = ? and (? = '' or currency = ?)"
              + " and paid_micro = 0",
          project,
          said.month(),
          said.currency(),
          said.currency());
      if (open(sums, "").size() > paid.size()) {
        return postings;
      }
    }
    Rows.run(
        connection,
        "update statement_close set state = 'PAID', paid_on = ?, reference = ?, paid_by = ?,"
            + " paid_ms = ? where project = ? and month = ?",
        said.paidOn(),
        said.reference(),
        logged.actor().toString(),
        logged.timeMs(),
        project,
        said.month());
    return postings;
  }

  /**
   * What is asked for in a currency.
   *
   * @return 0 for nothing
   */
  static long askedIn(Connection connection, String project, String month, String currency)
      throws SQLException {
    List<StatementSum> sums = StatementSums.read(connection, project, month);
    return asked(
            open(sums.isEmpty() ? ofBefore(connection, month, project, currency) : sums, currency))
        .getOrDefault(currency, 0L);
  }

  /**
   * What a statement of before comes to. Who pays it in one currency pays what the wallet owes of
   * it; what it has paid of the others is fixed then.
   */
  private static List<StatementSum> ofBefore(
      Connection connection, String month, String project, String currency) throws SQLException {
    Optional<Map<String, Long>> owed =
        currency.isEmpty() ? Optional.empty() : OldCloses.owed(connection, project, month);
    return owed.isEmpty()
        ? StatementSums.computed(connection, month, project)
        : StatementSums.computed(connection, month, project, owed.get());
  }

  /** What is asked for and not paid, in one currency or, where that is empty, in all. */
  private static List<StatementSum> open(List<StatementSum> sums, String currency) {
    return sums.stream()
        .filter(each -> each.askedMicro() != 0 && each.settlement().paidMicro() == 0)
        .filter(each -> currency.isEmpty() || currency.equals(each.currency()))
        .toList();
  }

  private static List<Posting> back(
      Connection connection,
      MoneyChange.StatementPaid said,
      List<StatementSum> sums,
      LoggedEvent logged)
      throws SQLException {
    if (!sums.isEmpty() && asked(sums).isEmpty()) {
      // The wallet has paid it: nothing came that could go back.
      return List.of();
    }
    List<Posting> postings = new ArrayList<>();
    for (StatementSum each : sums) {
      if (each.settlement().paidMicro() != 0) {
        postings.addAll(moved(each, BACK, -1, logged));
      }
    }
    Rows.run(
        connection,
        "update statement_sum set paid_micro = 0 where project = ? and month = ?",
        said.project().value(),
        said.month());
    Rows.run(
        connection,
        "update statement_close set state = 'CLOSED', paid_on = '', reference = '', paid_by = '',"
            + " paid_ms = 0 where project = ? and month = ?",
        said.project().value(),
        said.month());
    return postings;
  }

  private static String state(Connection connection, String project, String month)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select state from statement_close where project = ? and month = ?")) {
      statement.setString(1, project);
      statement.setString(2, month);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  private static Map<String, Long> asked(List<StatementSum> sums) {
    Map<String, Long> all = new TreeMap<>();
    for (StatementSum each : sums) {
      if (each.askedMicro() != 0) {
        all.put(each.currency(), each.askedMicro());
      }
    }
    return all;
  }

  private static Map<String, Long> paid(MoneyChange.StatementPaid said) {
    Map<String, Long> all = new TreeMap<>();
    said.amounts().forEach(each -> all.put(each.currency(), each.amountMicro()));
    return all;
  }

  /** The wallet gives what the statement asks for, and not what single runs came to. */
  private static List<Posting> rounding(StatementSum sum, String month, LoggedEvent logged) {
    long micro = sum.roundingMicro();
    if (micro == 0) {
      return List.of();
    }
    Entry entry = new Entry(ROUNDING + month + "/" + sum.project(), null, logged, null);
    return List.of(
        entry.money("wallet:" + sum.project(), sum.currency(), Math.negateExact(micro)),
        entry.money("rounding:" + sum.project(), sum.currency(), micro));
  }

  /**
   * The wallet gets the net sum that was asked for; the tax of it is not the project's any more.
   */
  private static List<Posting> moved(StatementSum sum, String name, int sign, LoggedEvent logged) {
    if (sum.askedMicro() == 0) {
      return List.of();
    }
    Entry entry = new Entry(name + logged.position(), null, logged, null);
    List<Posting> postings = new ArrayList<>();
    postings.add(entry.money("wallet:" + sum.project(), sum.currency(), sign * sum.restMicro()));
    if (sum.restTaxMicro() != 0) {
      postings.add(entry.money("tax:" + sum.project(), sum.currency(), sign * sum.restTaxMicro()));
    }
    postings.add(
        entry.money("payments:" + sum.project(), sum.currency(), -sign * sum.askedMicro()));
    return postings;
  }
}

package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.LineKey;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.MonthBooks;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.money.MoneyChange;

/** Writes what a batch says of months. */
final class MonthWriter implements MonthBooks {
  private final Connection connection;
  private final Map<LineKey, LineTotal> lines;
  private final List<StatementEntry> entries;
  private boolean closes;

  MonthWriter(Connection connection, Map<LineKey, LineTotal> lines, List<StatementEntry> entries) {
    this.connection = connection;
    this.lines = lines;
    this.entries = entries;
  }

  /** Whether a month was closed, with which the batch ends. */
  boolean closes() {
    return closes;
  }

  @Override
  public void check(MoneyChange.CloseMonth month, MoneyProposed proposed, LoggedEvent logged) {
    try {
      MonthRows.check(connection, month, proposed, logged);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  @Override
  public void open(MoneyChange.CloseMonth month) {
    try {
      MonthRows.open(connection, month);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** What the batch has for the month is written first. */
  @Override
  public void close(MoneyChange.CloseMonth month, MoneyDecided decided, LoggedEvent logged) {
    try {
      StatementLines.write(connection, lines);
      MoneyRows.write(connection, entries);
      MonthRows.close(connection, month, decided, logged);
      closes = true;
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  @Override
  public void paid(MoneyChange.StatementPaid paid, LoggedEvent logged) {
    try {
      MonthRows.paid(connection, paid, logged);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }
}

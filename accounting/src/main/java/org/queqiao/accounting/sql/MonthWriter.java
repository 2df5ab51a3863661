package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.ledger.MonthBooks;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.money.MoneyChange;

/** Keeps what a batch says of months, and writes it behind the lines and entries of the batch. */
final class MonthWriter implements MonthBooks {
  private interface Said {
    void on(Connection connection) throws SQLException;
  }

  private final List<Said> said = new ArrayList<>();
  private boolean closes;

  /** Whether a month was closed, with which the batch ends. */
  boolean closes() {
    return closes;
  }

  @Override
  public void check(MoneyChange.CloseMonth month, MoneyProposed proposed, LoggedEvent logged) {
    said.add(connection -> MonthRows.check(connection, month, proposed, logged));
  }

  @Override
  public void open(MoneyChange.CloseMonth month) {
    said.add(connection -> MonthRows.open(connection, month));
  }

  @Override
  public void close(MoneyChange.CloseMonth month, MoneyDecided decided, LoggedEvent logged) {
    said.add(connection -> MonthRows.close(connection, month, decided, logged));
    closes = true;
  }

  @Override
  public void paid(MoneyChange.StatementPaid paid, LoggedEvent logged) {
    said.add(connection -> MonthRows.paid(connection, paid, logged));
  }

  @Override
  public void archive(MoneyChange.ArchiveMonth month, MoneyDecided decided) {
    said.add(connection -> ArchiveRows.order(connection, month, decided));
  }

  void write(Connection connection) throws SQLException {
    for (Said each : said) {
      each.on(connection);
    }
  }
}

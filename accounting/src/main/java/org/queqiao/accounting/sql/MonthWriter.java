package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.ledger.MonthBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.money.MoneyChange;

/**
 * Keeps what a batch says of months, and writes it behind the lines, entries and postings of the
 * batch.
 */
final class MonthWriter implements MonthBooks {
  /** What is written, with what is posted for it. */
  private interface Said {
    List<Posting> on(Connection connection) throws SQLException;
  }

  /** The same where nothing is posted. */
  private interface Row {
    void on(Connection connection) throws SQLException;
  }

  private final List<Said> said = new ArrayList<>();
  private boolean closes;
  private boolean ends;

  /** Whether a month was closed. */
  boolean closes() {
    return closes;
  }

  /**
   * Whether something was said for which is posted as the books are then: the batch ends with it.
   */
  boolean ends() {
    return ends;
  }

  private void row(Row row) {
    said.add(connection -> {
      row.on(connection);
      return List.of();
    });
  }

  @Override
  public void check(MoneyChange.CloseMonth month, MoneyProposed proposed, LoggedEvent logged) {
    row(connection -> MonthRows.check(connection, month, proposed, logged));
  }

  @Override
  public void open(MoneyChange.CloseMonth month) {
    row(connection -> MonthRows.open(connection, month));
  }

  @Override
  public void close(
      MoneyChange.CloseMonth month, MoneyDecided decided, String day, LoggedEvent logged) {
    said.add(connection -> {
      MonthRows.close(connection, month, decided, day, logged);
      return month.settlesWallets()
          ? Payments.closed(connection, month.month(), logged)
          : List.of();
    });
    closes = true;
    ends = true;
  }

  @Override
  public void paid(MoneyChange.StatementPaid paid, LoggedEvent logged) {
    said.add(connection -> Payments.said(connection, paid, logged));
    ends = true;
  }

  @Override
  public void archive(MoneyChange.ArchiveMonth month, MoneyDecided decided) {
    row(connection -> ArchiveRows.order(connection, month, decided));
  }

  /** Writes it, and says what is posted for it behind all else. */
  List<Posting> write(Connection connection) throws SQLException {
    List<Posting> postings = new ArrayList<>();
    for (Said each : said) {
      postings.addAll(each.on(connection));
    }
    return postings;
  }
}

package org.queqiao.accounting.ledger;

import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.money.MoneyChange;

/** What is kept of months that are checked, closed, paid and archived. */
public interface MonthBooks {
  /** A month is checked: what is told of it from now on stands in the open one. */
  void check(MoneyChange.CloseMonth month, MoneyProposed proposed, LoggedEvent logged);

  /** A month that was checked is open again. */
  void open(MoneyChange.CloseMonth month);

  /**
   * The statements of a month get their numbers, and wallets pay for them.
   *
   * @param day of the billing zone on which it is
   */
  void close(MoneyChange.CloseMonth month, MoneyDecided decided, String day, LoggedEvent logged);

  /** A statement was paid, or its payment went back; of one that is not so far nothing changes. */
  void paid(MoneyChange.StatementPaid paid, LoggedEvent logged);

  /** A month goes into files once the books are written, if it is closed. */
  void archive(MoneyChange.ArchiveMonth month, MoneyDecided decided);

  /** Books that keep nothing of it. */
  MonthBooks NONE =
      new MonthBooks() {
        @Override
        public void check(
            MoneyChange.CloseMonth month, MoneyProposed proposed, LoggedEvent logged) {}

        @Override
        public void open(MoneyChange.CloseMonth month) {}

        @Override
        public void close(
            MoneyChange.CloseMonth month, MoneyDecided decided, String day, LoggedEvent logged) {}

        @Override
        public void paid(MoneyChange.StatementPaid paid, LoggedEvent logged) {}

        @Override
        public void archive(MoneyChange.ArchiveMonth month, MoneyDecided decided) {}
      };
}

package org.queqiao.accounting.ledger;

import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.RunId;

/** Makes the postings of one transaction; their ids follow from the cause alone. */
public record Entry(String transaction, RunId run, LoggedEvent logged, LineKey line) {
  /** An amount of money to an account. */
  public Posting money(String account, String currency, long amount) {
    return posting(account, Unit.MICRO, currency, amount);
  }

  Posting time(String account, Unit unit, long amount) {
    return posting(account, unit, "", amount);
  }

  /** In the same account as time, with an id of its own. */
  Posting standard(String account, long amount) {
    return posting(account, "#standard", Unit.STANDARD_CORE_MS, "", amount);
  }

  private Posting posting(String account, Unit unit, String currency, long amount) {
    return posting(account, currency.isEmpty() ? "" : "#" + currency, unit, currency, amount);
  }

  private Posting posting(String account, String kind, Unit unit, String currency, long amount) {
    return new Posting(
        transaction + "#" + account + kind,
        transaction,
        account,
        unit,
        currency,
        amount,
        run,
        logged.position(),
        logged.timeMs(),
        line);
  }
}

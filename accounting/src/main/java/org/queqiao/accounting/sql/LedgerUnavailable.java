package org.queqiao.accounting.sql;

import java.sql.SQLException;

/** The database did not do what it was asked; the same may work later. */
public final class LedgerUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LedgerUnavailable(SQLException cause) {
    super("the ledger's database does not answer as it should: " + cause.getMessage(), cause);
  }
}

package org.queqiao.accounting.sql;

import java.util.List;

/** What was asked for needs rows of months that are in files: somebody must bring them back. */
public final class MonthArchived extends RuntimeException {
  private static final long serialVersionUID = 1;

  MonthArchived(List<String> months) {
    super(
        (months.size() == 1 ? "month " : "months ")
            + String.join(", ", months)
            + (months.size() == 1 ? " is" : " are")
            + " archived, and this needs single runs of it: bring it back with ./queqiao ledger"
            + " restore "
            + months.getFirst()
            + ", or ask for sums by month");
  }
}

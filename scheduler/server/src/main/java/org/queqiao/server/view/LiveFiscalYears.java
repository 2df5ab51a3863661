package org.queqiao.server.view;

import java.util.List;
import java.util.function.Supplier;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;

/** To which fiscal year a month belongs, as the log has it now; for any thread. */
public final class LiveFiscalYears implements Supplier<FiscalYears>, ClusterView.ChangeListener {
  private volatile FiscalYears years;

  /** Those of the start. */
  public LiveFiscalYears(FiscalYears years) {
    this.years = years;
  }

  @Override
  public FiscalYears get() {
    return years;
  }

  @Override
  public void applied(List<LoggedEvent> events) {
    for (LoggedEvent each : events) {
      if (each.event() instanceof MoneyDecided decided
          && decided.approved()
          && decided.change() instanceof MoneyChange.FiscalYear change) {
        years = years.with(change);
      }
    }
  }
}

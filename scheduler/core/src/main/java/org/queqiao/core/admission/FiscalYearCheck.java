package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/** With which month fiscal years begin from a later month on. */
final class FiscalYearCheck {
  private static final int MONTHS = 12;
  private static final int MAX_CHANGES = 100;
  private static final int MOST_YEARS = 10;
  private static final long MOST_AHEAD_MS = MOST_YEARS * 366L * 86_400_000;

  private FiscalYearCheck() {}

  /** Why years cannot begin with this month, or nothing. */
  static Optional<Decision> wrongStart(int start) {
    return start >= 1 && start <= MONTHS
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "fiscalYearStart", "a fiscal year begins with a month from 1 to 12, not " + start));
  }

  static Optional<Decision> wrong(MoneyChange.FiscalYear each, long nowMs, Cluster cluster) {
    return wrongStart(each.start())
        .or(() -> MonthCheck.wrongMonth("fromMonth", each.month()))
        .or(() -> wrongTime(each, nowMs))
        .or(() -> wrongOrder(each, cluster.money().fiscalYears()));
  }

  private static Optional<Decision> wrongTime(MoneyChange.FiscalYear each, long nowMs) {
    if (each.fromMs() <= nowMs) {
      return Optional.of(
          Rejections.invalid(
              "fromMonth",
              "month "
                  + each.month()
                  + " has begun: fiscal years change from a later month on, and what was before"
                  + " keeps its year"));
    }
    return each.fromMs() - nowMs <= MOST_AHEAD_MS
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "fromMonth",
                "fiscal years are changed "
                    + MOST_YEARS
                    + " years ahead at most, not from "
                    + each.month()));
  }

  private static Optional<Decision> wrongOrder(MoneyChange.FiscalYear each, FiscalYears years) {
    int month = FiscalYears.number(each.month());
    List<MoneyChange.FiscalYear> changes = years.changes();
    boolean last = changes.isEmpty() || FiscalYears.number(changes.getLast().month()) < month;
    if (last && years.start(month) == each.start()) {
      return Optional.of(
          Rejections.conflict(
              "fiscalYearStart",
              "fiscal years begin with month "
                  + each.start()
                  + " from "
                  + each.month()
                  + " on"
                  + " anyhow"));
    }
    if (!years.admits(each)) {
      int year = years.year(month - 1);
      return Optional.of(
          Rejections.invalid(
              "fromMonth",
              "fiscal year "
                  + year
                  + " goes on the month before "
                  + each.month()
                  + ", which would be of "
                  + (year - 1)
                  + ": let years begin with month "
                  + each.start()
                  + " from the first month of a fiscal year on, or from a month "
                  + each.start()
                  + " on"));
    }
    return years.with(each).changes().size() <= MAX_CHANGES
        ? Optional.empty()
        : Optional.of(
            Rejections.conflict(
                "", "fiscal years were changed " + MAX_CHANGES + " times, the most there may be"));
  }

  /** Whether a configuration names a month with which years began, begin or will. */
  static boolean isAgreed(BillingDefined said, BillingDefined stated, FiscalYears years) {
    boolean same = said.zone().equals(stated.zone()) && said.currency().equals(stated.currency());
    return same
        && (said.fiscalYearStart() == stated.fiscalYearStart()
            || years.changes().stream().anyMatch(each -> each.start() == said.fiscalYearStart()));
  }

  /** How years begin, in words: {@code 4, from 2027-01 on from month 1}. */
  static String words(FiscalYears years) {
    StringBuilder words = new StringBuilder().append(years.firstStart());
    for (MoneyChange.FiscalYear each : years.changes()) {
      words.append(", from ").append(each.month()).append(" on from month ").append(each.start());
    }
    return words.toString();
  }
}

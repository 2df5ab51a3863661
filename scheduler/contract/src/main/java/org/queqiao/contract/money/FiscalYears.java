package org.queqiao.contract.money;

import java.util.ArrayList;
import java.util.List;

/**
 * To which fiscal year a month belongs. A year is named after the calendar year in which it begins.
 * Where two people change the month with which years begin, what lies before that keeps its year:
 * the year in which it comes is shorter or longer than twelve months.
 *
 * <p>Months are counted here, so that they can be subtracted: January of year 0 is month 0.
 *
 * @param firstStart the month, from 1 to 12, with which years begin until somebody changes it
 * @param changes by the month from which they count, each of another month
 */
public record FiscalYears(int firstStart, List<MoneyChange.FiscalYear> changes) {
  private static final int MONTHS = 12;
  private static final int MONTHS_OF_QUARTER = 3;
  private static final int YEAR_LETTERS = 4;

  public FiscalYears {
    if (firstStart < 1 || firstStart > MONTHS) {
      throw new IllegalArgumentException("a fiscal year begins with a month from 1 to 12");
    }
    changes = List.copyOf(changes);
  }

  /** Years that always begin with this month. */
  public static FiscalYears of(int start) {
    return new FiscalYears(start, List.of());
  }

  /** The number of a month that is written {@code YYYY-MM}. */
  public static int number(String month) {
    return Integer.parseInt(month.substring(0, YEAR_LETTERS)) * MONTHS
        + Integer.parseInt(month.substring(YEAR_LETTERS + 1))
        - 1;
  }

  /** The same with one more change; it takes the place of those that count from its month on. */
  public FiscalYears with(MoneyChange.FiscalYear change) {
    List<MoneyChange.FiscalYear> all = new ArrayList<>();
    for (MoneyChange.FiscalYear each : changes) {
      if (number(each.month()) < number(change.month())) {
        all.add(each);
      }
    }
    all.add(change);
    return new FiscalYears(firstStart, all);
  }

  /** The month, from 1 to 12, with which years begin by what counts in a month. */
  public int start(int month) {
    int start = firstStart;
    for (MoneyChange.FiscalYear each : changes) {
      if (number(each.month()) <= month) {
        start = each.start();
      }
    }
    return start;
  }

  /** The month, from 1 to 12, with which years begin by what counts at an instant. */
  public int startAt(long timeMs) {
    int start = firstStart;
    for (MoneyChange.FiscalYear each : changes) {
      if (each.fromMs() <= timeMs) {
        start = each.start();
      }
    }
    return start;
  }

  /** The fiscal year of a month. */
  public int year(int month) {
    return Math.floorDiv(month - start(month) + 1, MONTHS);
  }

  /** The first month of a fiscal year. */
  public int first(int year) {
    int month = year * MONTHS;
    while (year(month) < year) {
      month++;
    }
    return month;
  }

  /** The last month of a fiscal year. */
  public int last(int year) {
    return first(year + 1) - 1;
  }

  /** The quarter of a month, from 1 on, counted from the first month of its fiscal year. */
  public int quarter(int month) {
    return (month - first(year(month))) / MONTHS_OF_QUARTER + 1;
  }

  /**
   * Whether years would still follow each other. Where a change would give a month to a year that
   * is over by then, two years would have its name.
   */
  public boolean admits(MoneyChange.FiscalYear change) {
    int month = number(change.month());
    FiscalYears then = with(change);
    return then.year(month) >= then.year(month - 1);
  }
}

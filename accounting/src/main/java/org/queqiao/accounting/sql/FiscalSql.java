package org.queqiao.accounting.sql;

import java.util.TreeSet;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;

/** The fiscal period of a column {@code month}, as it stands in a question. */
final class FiscalSql {
  private static final int MONTHS = 12;
  private static final String NUMBER =
      "(substring(month from 1 for 4)::int * 12 + substring(month from 6 for 2)::int - 1)";

  private FiscalSql() {}

  /** The year, as {@code 2026}. */
  static String year(FiscalYears years) {
    return counted("YYYY", years, "");
  }

  /** The quarter, as {@code 2026-Q1}. */
  static String quarter(FiscalYears years) {
    StringBuilder odd = new StringBuilder();
    for (int year : odd(years)) {
      odd.append(" when month >= '")
          .append(text(years.first(year)))
          .append("' and month <= '")
          .append(text(years.last(year)))
          .append("' then '")
          .append("%04d-Q' || ((".formatted(year))
          .append(NUMBER)
          .append(" - ")
          .append(years.first(year))
          .append(") / 3 + 1)");
    }
    return counted("YYYY\"-Q\"Q", years, odd.toString());
  }

  /** Years around a change, whose quarters are not those of twelve months from its month on. */
  private static TreeSet<Integer> odd(FiscalYears years) {
    TreeSet<Integer> odd = new TreeSet<>();
    for (MoneyChange.FiscalYear each : years.changes()) {
      int month = FiscalYears.number(each.month());
      odd.add(years.year(month - 1));
      odd.add(years.year(month));
    }
    return odd;
  }

  /** That of the calendar so many months earlier, by what counts in the month. */
  private static String counted(String form, FiscalYears years, String first) {
    if (years.changes().isEmpty()) {
      return moved(form, years.firstStart());
    }
    StringBuilder cases = new StringBuilder("case").append(first);
    int start = years.firstStart();
    for (MoneyChange.FiscalYear each : years.changes()) {
      cases
          .append(" when month < '")
          .append(each.month())
          .append("' then ")
          .append(moved(form, start));
      start = each.start();
    }
    return cases.append(" else ").append(moved(form, start)).append(" end").toString();
  }

  private static String moved(String form, int start) {
    return "to_char((month || '-01')::date - interval '"
        + (start - 1)
        + " months', '"
        + form
        + "')";
  }

  private static String text(int month) {
    return "%04d-%02d".formatted(month / MONTHS, month % MONTHS + 1);
  }
}

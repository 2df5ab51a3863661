package org.queqiao.accounting.ledger;

import java.time.LocalDate;
import java.time.YearMonth;
import org.queqiao.accounting.metering.BillingCalendar;

/**
 * Which months are open. From the moment at which a month is checked, what is told of it or of one
 * before stands in the month in which it is told; if nobody closes it, it is open again.
 */
public final class Months {
  private final BillingCalendar calendar;
  private String closed;
  private String checked;
  private String now = "";
  private long nowFromMs = Long.MAX_VALUE;
  private long nowToMs = Long.MIN_VALUE;

  /**
   * The months of a site.
   *
   * @param closed the last that is closed, or empty
   * @param checked the one that is checked, or empty
   */
  public Months(BillingCalendar calendar, String closed, String checked) {
    this.calendar = calendar;
    this.closed = closed;
    this.checked = checked;
  }

  /** A fact of this moment follows. */
  void at(long timeMs) {
    if (timeMs < nowFromMs || timeMs >= nowToMs) {
      YearMonth month = YearMonth.from(calendar.day(timeMs));
      now = month.toString();
      nowFromMs = calendar.startMs(month.atDay(1));
      nowToMs = calendar.startMs(month.plusMonths(1).atDay(1));
    }
  }

  /** The month on whose statement the time of a day stands. */
  public String billed(LocalDate day) {
    String month = YearMonth.from(day).toString();
    return isOpen(month) ? month : now;
  }

  /** The month itself where it is another one than that on whose statement its time stands. */
  String late(LocalDate day) {
    String month = YearMonth.from(day).toString();
    return isOpen(month) ? "" : month;
  }

  /** Whether postings of it still stand in it. */
  public boolean isOpen(String month) {
    return month.compareTo(closed) > 0 && month.compareTo(checked) > 0;
  }

  /** The last month that is closed, or empty. */
  public String closed() {
    return closed;
  }

  /** The month that was checked and is not closed yet, or empty. */
  public String checked() {
    return checked;
  }

  void check(String month) {
    checked = month;
  }

  void decided(String month, boolean closes) {
    checked = "";
    closed = closes ? month : closed;
  }
}

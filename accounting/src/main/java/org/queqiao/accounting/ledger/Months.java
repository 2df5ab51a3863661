package org.queqiao.accounting.ledger;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.function.UnaryOperator;
import org.queqiao.accounting.metering.BillingCalendar;

/**
 * Which months are open. From the moment at which a month is checked, what is told of it or of one
 * before stands in the month in which it is told; if nobody closes it, it is open again.
 */
public final class Months {
  private final BillingCalendar calendar;
  private String closed;
  private String checked;
  private long check;

  /** In which month stood what is taken back, by that of its day; null for the same. */
  private UnaryOperator<String> stood;

  private String now = "";
  private long nowFromMs = Long.MAX_VALUE;
  private long nowToMs = Long.MIN_VALUE;

  /**
   * The months of a site.
   *
   * @param closed the last that is closed, or empty
   * @param checked the one that is checked, or empty
   * @param check the proposal with which it was
   */
  public Months(BillingCalendar calendar, String closed, String checked, long check) {
    this.calendar = calendar;
    this.closed = closed;
    this.checked = checked;
    this.check = check;
  }

  /**
   * Which months were open at a fact.
   *
   * @param closed the last that was closed, or empty
   * @param checked the one that was checked, or empty
   * @param now that of the fact
   */
  public record Then(String closed, String checked, String now) {
    private String billed(String month) {
      return isOpen(month, closed, checked) ? month : now;
    }
  }

  /** As they are now. */
  public Then now() {
    return new Then(closed, checked, now);
  }

  /**
   * What follows takes back what was booked then: it stands where that stands, as long as that
   * month is open. Otherwise a line of a month that was frozen for a while would fall below zero.
   *
   * @param when as it was, or null where that is not known
   */
  void takeBack(Then when) {
    stood = when == null ? null : when::billed;
  }

  /**
   * The same of what stands in this month.
   *
   * @param month or null for that of its day
   */
  void takeBackFrom(String month) {
    stood = month == null ? null : _ -> month;
  }

  /** What follows is booked as of now. */
  void takenBack() {
    stood = null;
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
    String there = stood == null ? month : stood.apply(month);
    return isOpen(there) ? there : isOpen(month) ? month : now;
  }

  /** The month itself where it is another one than that on whose statement its time stands. */
  String late(LocalDate day) {
    String month = YearMonth.from(day).toString();
    return billed(day).equals(month) ? "" : month;
  }

  /** Whether postings of it still stand in it. */
  public boolean isOpen(String month) {
    return isOpen(month, closed, checked);
  }

  private static boolean isOpen(String month, String closed, String checked) {
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

  void check(String month, long proposal) {
    checked = month;
    check = proposal;
  }

  /** Whether a proposal is the one with which the checked month was frozen. */
  boolean isCheck(String month, long proposal) {
    return !checked.isEmpty() && checked.equals(month) && check == proposal;
  }

  /** The month that is checked is closed, or open again. */
  void decided(boolean closes) {
    closed = closes && checked.compareTo(closed) > 0 ? checked : closed;
    checked = "";
  }
}

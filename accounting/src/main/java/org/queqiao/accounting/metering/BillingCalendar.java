package org.queqiao.accounting.metering;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * Names the periods of the bill. Instants are UTC; the zone only says where a day and a month
 * begin, so a day has 23 or 25 hours where the zone says so.
 *
 * @param zone the billing zone
 * @param fiscalStart the month in which the fiscal year begins, from 1 to 12; it is named after the
 *     year in which it begins
 */
public record BillingCalendar(ZoneId zone, int fiscalStart) {
  private static final long HOUR_MS = 3_600_000;
  private static final int LAST_MONTHS = 11;

  public BillingCalendar {
    if (fiscalStart < 1 || fiscalStart > 12) {
      throw new IllegalArgumentException("a fiscal year begins in month 1 to 12");
    }
  }

  /** One whose fiscal years are years. */
  public BillingCalendar(ZoneId zone) {
    this(zone, 1);
  }

  /** The fiscal year that a month belongs to. */
  public int fiscalYear(YearMonth month) {
    return month.minusMonths(fiscalStart - 1L).getYear();
  }

  /** The first month of a fiscal year. */
  public YearMonth firstOfFiscalYear(int year) {
    return YearMonth.of(year, fiscalStart);
  }

  /** The last month of a fiscal year. */
  public YearMonth lastOfFiscalYear(int year) {
    return firstOfFiscalYear(year).plusMonths(LAST_MONTHS);
  }

  /** The day that an instant belongs to. */
  public LocalDate day(long timeMs) {
    return Instant.ofEpochMilli(timeMs).atZone(zone).toLocalDate();
  }

  /** The first instant of a day. */
  public long startMs(LocalDate day) {
    return day.atStartOfDay(zone).toInstant().toEpochMilli();
  }

  /** The first instant of the day after the one that an instant belongs to. */
  public long nextDayMs(long timeMs) {
    return startMs(day(timeMs).plusDays(1));
  }

  /** The first instant of the clock hour after the one that an instant belongs to. */
  public long nextHourMs(long timeMs) {
    long offsetMs =
        zone.getRules().getOffset(Instant.ofEpochMilli(timeMs)).getTotalSeconds() * 1_000L;
    return Math.floorDiv(timeMs + offsetMs, HOUR_MS) * HOUR_MS + HOUR_MS - offsetMs;
  }

  /** The month that an instant belongs to, as {@code YYYY-MM}. */
  public String month(long timeMs) {
    return YearMonth.from(day(timeMs)).toString();
  }

  /**
   * Reads {@code YYYY-MM}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static YearMonth parseMonth(String text) {
    try {
      return YearMonth.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "a period is a month written YYYY-MM, such as 2026-11, not '" + text + "'", e);
    }
  }
}

package org.queqiao.accounting.metering;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.function.Supplier;
import org.queqiao.contract.money.FiscalYears;

/**
 * Names the periods of the bill. Instants are UTC; the zone only says where a day and a month
 * begin, so a day has 23 or 25 hours where the zone says so.
 *
 * @param zone the billing zone
 * @param fiscal to which fiscal year a month belongs, as it is known when that is asked: two people
 *     change it for months to come
 */
public record BillingCalendar(ZoneId zone, Supplier<FiscalYears> fiscal) {
  private static final long HOUR_MS = 3_600_000;

  /** One whose fiscal years always begin with this month, from 1 to 12. */
  public BillingCalendar(ZoneId zone, int fiscalStart) {
    this(zone, FiscalYears.of(fiscalStart));
  }

  private BillingCalendar(ZoneId zone, FiscalYears years) {
    this(zone, () -> years);
  }

  /** One whose fiscal years are years. */
  public BillingCalendar(ZoneId zone) {
    this(zone, 1);
  }

  /** The same with the fiscal years that are known now: for a question that is asked in parts. */
  public BillingCalendar fixed() {
    return new BillingCalendar(zone, fiscal.get());
  }

  /** The month, from 1 to 12, with which fiscal years begin at an instant. */
  public int fiscalStart(long timeMs) {
    return fiscal.get().startAt(timeMs);
  }

  /** The fiscal year that a month belongs to. */
  public int fiscalYear(YearMonth month) {
    return fiscal.get().year(number(month));
  }

  /** The quarter of a month in its fiscal year, from 1 on. */
  public int fiscalQuarter(YearMonth month) {
    return fiscal.get().quarter(number(month));
  }

  /** The first month of a fiscal year. */
  public YearMonth firstOfFiscalYear(int year) {
    return month(fiscal.get().first(year));
  }

  /** The last month of a fiscal year. */
  public YearMonth lastOfFiscalYear(int year) {
    return month(fiscal.get().last(year));
  }

  private static int number(YearMonth month) {
    return FiscalYears.number(month.toString());
  }

  private static YearMonth month(int number) {
    return YearMonth.of(0, 1).plusMonths(number);
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

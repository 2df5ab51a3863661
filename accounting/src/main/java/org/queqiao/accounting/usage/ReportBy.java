package org.queqiao.accounting.usage;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.queqiao.accounting.metering.BillingCalendar;

/** What a report groups by. */
public enum ReportBy {
  DAY,
  MONTH,
  YEAR,
  /** Three months of a fiscal year, such as {@code 2026-Q1}; the last of a changed one fewer. */
  FISCAL_QUARTER,
  /**
   * Twelve months from the first month of the fiscal year on, named after the year it begins in.
   */
  FISCAL_YEAR,
  PROJECT,
  USER,
  PARTITION,
  QOS,
  /** The project's research domains, by their shares. */
  DOMAIN,
  /** The service platform that the project belonged to at the end of each month. */
  PLATFORM,
  /** The cost centre that the project had at the end of each month. */
  COST_CENTRE,
  /** For whom a service platform submitted, by its own name of them. */
  END_USER,
  /** The kind of nodes, of what is on statement lines. */
  NODE_TYPE,
  /** Such as {@code cores}, {@code mem} or {@code gpu:a100}, of what is on statement lines. */
  RESOURCE;

  /** Behind a month, in place of a day: what stands in that month and was used before it. */
  public static final String LATE = "-late";

  private static final int YEAR_LETTERS = 4;
  private static final int MONTH_LETTERS = 7;
  private static final int MONTHS_OF_QUARTER = 3;
  private static final int MONTHS_OF_YEAR = 12;

  /** How many months it has; 0 of a day, less than 0 of what is no time. */
  public int months() {
    return switch (this) {
      case DAY -> 0;
      case MONTH -> 1;
      case FISCAL_QUARTER -> MONTHS_OF_QUARTER;
      case YEAR, FISCAL_YEAR -> MONTHS_OF_YEAR;
      default -> -1;
    };
  }

  /** Whether it is a time. */
  public boolean isTime() {
    return months() >= 0;
  }

  /** Whether a report reads the lines of statements. */
  public static boolean ofLines(List<ReportBy> by) {
    return by.contains(NODE_TYPE) || by.contains(RESOURCE);
  }

  /** What cannot be told at once, in words; empty where the report can be made. */
  public static Optional<String> conflict(List<ReportBy> by) {
    if (by.contains(END_USER) && !by.contains(PROJECT) && !by.contains(PLATFORM)) {
      return Optional.of(
          "end users have names of their platform, and another platform may use the same: add"
              + " platform or project");
    }
    if (by.contains(END_USER) && (by.contains(DAY) || ofLines(by))) {
      return Optional.of("end users are not told by day, kind of nodes or resource");
    }
    boolean other = by.contains(DAY) || by.contains(QOS) || by.contains(DOMAIN);
    return ofLines(by) && other
        ? Optional.of(
            "kinds of nodes and resources are told by month, year, project, user, partition,"
                + " platform and cost centre, not by day, qos or domain")
        : Optional.empty();
  }

  /** The finest time of a report, if it has one. */
  public static Optional<ReportBy> time(List<ReportBy> by) {
    return by.stream().filter(ReportBy::isTime).min(Comparator.comparingInt(ReportBy::months));
  }

  /**
   * Whether its periods have none before them that is one: parts of years that are also parts of
   * fiscal ones.
   */
  public static boolean crosses(List<ReportBy> by) {
    boolean fiscal = by.contains(FISCAL_QUARTER) || by.contains(FISCAL_YEAR);
    return fiscal && by.contains(YEAR) && !by.contains(DAY) && !by.contains(MONTH);
  }

  /**
   * The period of this kind before one.
   *
   * @param calendar says where fiscal years begin
   */
  public String before(String period, BillingCalendar calendar) {
    return switch (this) {
      case DAY ->
          period.endsWith(LATE)
              ? MONTH.before(period.substring(0, MONTH_LETTERS), calendar) + LATE
              : LocalDate.parse(period).minusDays(1).toString();
      case MONTH -> YearMonth.parse(period).minusMonths(1).toString();
      case FISCAL_QUARTER -> around(first(period, calendar).minusMonths(1).toString(), calendar);
      case YEAR, FISCAL_YEAR -> "%04d".formatted(Integer.parseInt(period) - 1);
      default -> throw new IllegalArgumentException(this + " is no time");
    };
  }

  /**
   * The first month of a period of this kind that has whole ones.
   *
   * @param calendar says where fiscal years begin
   */
  public YearMonth first(String period, BillingCalendar calendar) {
    int year = Integer.parseInt(period.substring(0, YEAR_LETTERS));
    return switch (this) {
      case MONTH -> YearMonth.parse(period);
      case YEAR -> YearMonth.of(year, 1);
      case FISCAL_YEAR -> calendar.firstOfFiscalYear(year);
      case FISCAL_QUARTER ->
          calendar
              .firstOfFiscalYear(year)
              .plusMonths((long) (period.charAt(period.length() - 1) - '1') * MONTHS_OF_QUARTER);
      default -> throw new IllegalArgumentException(this + " has no months");
    };
  }

  /**
   * This period of another that lies within it: the month of a day, the fiscal quarter of a month.
   *
   * @param calendar says where fiscal years begin
   */
  public String around(String finer, BillingCalendar calendar) {
    boolean ofQuarter = finer.contains("Q");
    return switch (this) {
      case DAY -> finer;
      case MONTH -> finer.substring(0, MONTH_LETTERS);
      case YEAR -> finer.substring(0, YEAR_LETTERS);
      case FISCAL_QUARTER -> {
        if (ofQuarter) {
          yield finer;
        }
        YearMonth month = YearMonth.parse(finer.substring(0, MONTH_LETTERS));
        yield "%04d-Q%d".formatted(calendar.fiscalYear(month), calendar.fiscalQuarter(month));
      }
      case FISCAL_YEAR ->
          ofQuarter || finer.length() == YEAR_LETTERS
              ? finer.substring(0, YEAR_LETTERS)
              : FISCAL_QUARTER.around(finer, calendar).substring(0, YEAR_LETTERS);
      default -> throw new IllegalArgumentException(this + " is no time");
    };
  }
}

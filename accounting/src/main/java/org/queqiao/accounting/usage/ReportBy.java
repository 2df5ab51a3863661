package org.queqiao.accounting.usage;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

/** What a report groups by. */
public enum ReportBy {
  DAY,
  MONTH,
  YEAR,
  /** Three months of a fiscal year, such as {@code 2026-Q1}. */
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

  /** Whether it is of the fiscal calendar. */
  public boolean isFiscal() {
    return this == FISCAL_QUARTER || this == FISCAL_YEAR;
  }

  /** Whether it is a time of the calendar. */
  public boolean isTime() {
    return this == DAY || this == MONTH || this == YEAR;
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
    return by.stream().filter(ReportBy::isTime).min(Enum::compareTo);
  }

  /** The period of this kind before one. */
  public String before(String period) {
    return switch (this) {
      case DAY ->
          period.endsWith(LATE)
              ? MONTH.before(MONTH.around(period)) + LATE
              : LocalDate.parse(period).minusDays(1).toString();
      case MONTH -> YearMonth.parse(period).minusMonths(1).toString();
      case YEAR -> "%04d".formatted(Integer.parseInt(period) - 1);
      default -> throw new IllegalArgumentException(this + " is no time");
    };
  }

  /** This period of another that lies within it: the month of a day, the year of a month. */
  public String around(String finer) {
    return switch (this) {
      case DAY -> finer;
      case MONTH -> finer.substring(0, MONTH_LETTERS);
      case YEAR -> finer.substring(0, YEAR_LETTERS);
      default -> throw new IllegalArgumentException(this + " is no time");
    };
  }
}

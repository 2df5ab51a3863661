package org.queqiao.core.admission;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.Proposal;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;

/**
 * Months that are closed and archived, and statements that were paid. Whether the books of a month
 * are whole the ledger says before this is asked.
 */
final class MonthCheck {
  /** What a statement may ask for, which is more than one top-up may be. */
  static final long MAX_PAID_MICRO = 1_000_000_000_000_000_000L;

  private static final int MAX_REFERENCE_CHARACTERS = 128;
  private static final Pattern MONTH = Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])");
  private static final Pattern DAY =
      Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");

  private MonthCheck() {}

  static Optional<Decision> wrong(MoneyChange.CloseMonth each, long nowMs) {
    if (!MONTH.matcher(each.month()).matches()) {
      return Optional.of(notAMonth(each.month()));
    }
    int year = Integer.parseInt(each.month().substring(0, each.month().indexOf('-')));
    if (Math.abs(each.fiscalYear() - year) > 1) {
      return Optional.of(
          Rejections.invalid(
              "fiscalYear",
              "the fiscal year of "
                  + each.month()
                  + " is "
                  + year
                  + " or the one before or after, not "
                  + each.fiscalYear()));
    }
    return each.toMs() <= nowMs
        ? Optional.empty()
        : Optional.of(
            Rejections.conflict(
                "month", "month " + each.month() + " goes on until " + each.toMs()));
  }

  static Optional<Decision> wrong(MoneyChange.ArchiveMonth each) {
    return MONTH.matcher(each.month()).matches()
        ? Optional.empty()
        : Optional.of(notAMonth(each.month()));
  }

  static Optional<Decision> wrong(MoneyChange.StatementPaid each, Cluster cluster) {
    if (!MONTH.matcher(each.month()).matches()) {
      return Optional.of(notAMonth(each.month()));
    }
    if (!isDay(each.paidOn())) {
      return Optional.of(
          Rejections.invalid(
              "paidOn",
              "a day of the calendar is written YYYY-MM-DD, not '" + each.paidOn() + "'"));
    }
    String problem = TextRules.problemOfLine(each.reference(), MAX_REFERENCE_CHARACTERS);
    if (problem != null) {
      return Optional.of(
          Rejections.invalid("reference", "the reference " + problem + ": name the payment"));
    }
    return cluster.accounts().project(each.project()).isPresent()
        ? wrongAmounts(each)
        : Optional.of(Rejections.invalid("project", "there is no project " + each.project()));
  }

  /**
   * A log from before may have statements in several currencies: each is there once, and that of
   * the site is not asked.
   */
  private static Optional<Decision> wrongAmounts(MoneyChange.StatementPaid each) {
    Set<String> seen = new TreeSet<>();
    for (MoneyChange.PaidAmount amount : each.amounts()) {
      if (SiteCurrency.badForm(amount.currency()).isPresent() || !seen.add(amount.currency())) {
        return Optional.of(
            Rejections.invalid("currency", "each currency is an ISO 4217 code and there once"));
      }
      if (amount.amountMicro() <= 0 || amount.amountMicro() > MAX_PAID_MICRO) {
        return Optional.of(
            Rejections.invalid(
                "amountMicro", "a payment is of 1 to " + MAX_PAID_MICRO + " micro-units"));
      }
    }
    boolean one = each.amounts().size() == 1 && seen.contains(each.currency());
    if (!each.currency().isEmpty() && !one) {
      return Optional.of(
          Rejections.invalid("currency", "a payment in one currency is of an amount in that"));
    }
    return each.takenBack() && !each.amounts().isEmpty()
        ? Optional.of(Rejections.invalid("amountMicro", "a payment goes back as it was posted"))
        : Optional.empty();
  }

  /**
   * Whether it is a day of the calendar that counts leap years as today, also for years before it.
   */
  private static boolean isDay(String text) {
    if (!DAY.matcher(text).matches()) {
      return false;
    }
    int year = Integer.parseInt(text.substring(0, 4));
    int month = Integer.parseInt(text.substring(5, 7));
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int days =
        switch (month) {
          case 2 -> leap ? 29 : 28;
          case 4, 6, 9, 11 -> 30;
          default -> 31;
        };
    return Integer.parseInt(text.substring(8)) <= days;
  }

  /** One close at a time, each statement and each archiving of a month once, wait for a second. */
  static Optional<Decision> waits(MoneyChange change, Cluster cluster) {
    for (Proposal each : cluster.money().proposals()) {
      boolean same =
          switch (change) {
            case MoneyChange.CloseMonth _ -> each.change() instanceof MoneyChange.CloseMonth;
            case MoneyChange.StatementPaid paid ->
                each.change() instanceof MoneyChange.StatementPaid other
                    && other.project().equals(paid.project())
                    && other.month().equals(paid.month());
            case MoneyChange.ArchiveMonth archived ->
                each.change() instanceof MoneyChange.ArchiveMonth other
                    && other.month().equals(archived.month());
            default -> false;
          };
      if (same) {
        return Optional.of(
            Rejections.conflict(
                "month",
                "proposal " + each.id() + " of " + each.by() + " waits: decide on it first"));
      }
    }
    return Optional.empty();
  }

  private static Decision notAMonth(String text) {
    return notAMonth("month", text);
  }

  static Optional<Decision> wrongMonth(String field, String text) {
    return MONTH.matcher(text).matches() ? Optional.empty() : Optional.of(notAMonth(field, text));
  }

  private static Decision notAMonth(String field, String text) {
    return Rejections.invalid(
        field, "a month is written YYYY-MM, such as 2026-10, not '" + text + "'");
  }
}

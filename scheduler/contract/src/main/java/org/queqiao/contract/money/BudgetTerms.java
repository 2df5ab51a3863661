package org.queqiao.contract.money;

import java.time.YearMonth;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * How much a project, or one user in it, may use in each month or from one month to another.
 *
 * @param name what it is known by
 * @param project whose use it bounds
 * @param user of this user alone, or null for all
 * @param unit what it counts
 * @param amount micro-units or core-milliseconds for each period
 * @param overdraft how far past the amount the last runs may take it: a soft stop; 0 is a hard one
 * @param currency ISO 4217 code, or empty for core time
 * @param fromMonth {@code YYYY-MM} in the billing zone, the first of its one period; empty where
 *     each month is a period of its own
 * @param toMonth the last month of its one period, or empty
 * @param ended whether it bounds nothing any more
 */
public record BudgetTerms(
    BudgetName name,
    ProjectName project,
    UserName user,
    BudgetUnit unit,
    long amount,
    long overdraft,
    String currency,
    String fromMonth,
    String toMonth,
    boolean ended) {
  private static final long DAY_MS = 86_400_000;

  /** No zone is further ahead of UTC. */
  private static final long FIRST_ZONE_MS = 14 * 3_600_000L;

  /** Whether it begins anew each month. */
  public boolean isMonthly() {
    return fromMonth.isEmpty();
  }

  /**
   * The first moment that may be in its period, UTC milliseconds: when its first month begins
   * anywhere on Earth. Who has no table of time zones reckons with it; each month is always in a
   * period.
   */
  public long beginsMs() {
    return isMonthly()
        ? Long.MIN_VALUE
        : YearMonth.parse(fromMonth).atDay(1).toEpochDay() * DAY_MS - FIRST_ZONE_MS;
  }

  /** Whether it bounds what this user of the project uses. */
  public boolean bounds(UserName who) {
    return user == null || user.equals(who);
  }
}

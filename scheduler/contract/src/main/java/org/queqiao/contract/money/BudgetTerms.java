package org.queqiao.contract.money;

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
  /** Whether it begins anew each month. */
  public boolean isMonthly() {
    return fromMonth.isEmpty();
  }

  /** Whether it bounds what this user of the project uses. */
  public boolean bounds(UserName who) {
    return user == null || user.equals(who);
  }
}

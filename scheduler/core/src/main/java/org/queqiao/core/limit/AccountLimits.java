package org.queqiao.core.limit;

import java.util.TreeMap;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Job;

/** What limits say to many jobs, those of one account asked together. */
public final class AccountLimits {
  private final LimitTree limits;
  private final TreeMap<AccountKey, LimitTree.Account> accounts = new TreeMap<>();

  public AccountLimits(LimitTree limits) {
    this.limits = limits;
  }

  /** Asks for a job with the least that it gets. */
  public LimitTree.Answer ask(Job job) {
    LimitTree.Account account =
        accounts.computeIfAbsent(AccountKey.of(job), _ -> limits.account(Claim.of(job)));
    return account.isFree()
        ? LimitTree.Answer.PASSES
        : account.ask(job.spec(), limits.least(job.spec()));
  }

  /** The tree was told of a start. */
  public void forget() {
    accounts.clear();
  }
}

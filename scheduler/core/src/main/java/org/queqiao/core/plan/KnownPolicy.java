package org.queqiao.core.plan;

import org.queqiao.contract.event.SchedulingDefined;

/** The policies with fixed rules that the literature compares everything with. */
public enum KnownPolicy implements PlanPolicy {
  /** First come, first served: nobody overtakes. */
  FCFS("fcfs", 1, false, false),

  /**
   * The first that does not fit is promised its earliest start; others may go before if it stays.
   */
  EASY("easy", 1, true, false),

  /** As {@code easy}, the others by the time they are believed to run, shortest first. */
  EASY_SJBF("easy-sjbf", 1, true, true),

  /** Every job is promised a start when it is submitted. */
  CONSERVATIVE(SchedulingDefined.CONSERVATIVE, Integer.MAX_VALUE, true, false) {
    @Override
    public boolean plansAtSubmission() {
      return true;
    }
  };

  private final String publicName;
  private final int reservations;
  private final boolean backfills;
  private final boolean shortestFirst;

  KnownPolicy(String publicName, int reservations, boolean backfills, boolean shortestFirst) {
    this.publicName = publicName;
    this.reservations = reservations;
    this.backfills = backfills;
    this.shortestFirst = shortestFirst;
  }

  @Override
  public String policyName() {
    return publicName;
  }

  @Override
  public int reservations() {
    return reservations;
  }

  @Override
  public boolean backfills() {
    return backfills;
  }

  @Override
  public long key(PlanJob job, long now) {
    return job.believed();
  }

  @Override
  public KeyRule keyRule() {
    return shortestFirst ? KeyRule.FIXED : KeyRule.NONE;
  }
}

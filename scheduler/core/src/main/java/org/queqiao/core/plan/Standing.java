package org.queqiao.core.plan;

import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Demand;
import org.queqiao.core.state.Job;

/**
 * A place in a {@link StandingQueue}: of a job, of a task that goes ahead of its array, or of the
 * others.
 */
final class Standing {
  private final Job job;
  private final JobOrder.Spot spot;
  private final JobOrder.Ahead ahead;
  private final Account account;
  private final boolean plain;

  /** The next place of the same array, or null. */
  private Standing sibling;

  /** Whether it is among those that grow older. */
  private boolean grows;

  private Lane lane;
  private long micro;
  private long believedMs;
  private long limitMs;

  /** As the engine knew it in the last pass, or null; of an array always. */
  private PlanJob planned;

  /** The least that it gets, or null before anybody asked. */
  private Demand least;

  /** The limits that all jobs of one user, project, partition and QOS are under, in one pass. */
  static final class Account {
    private LimitTree tree;
    private LimitTree.Account limits;

    private LimitTree.Account in(LimitTree limitsNow, Job job) {
      if (tree != limitsNow) {
        tree = limitsNow;
        limits = limitsNow.account(Claim.of(job));
      }
      return limits;
    }
  }

  Standing(Job job, JobOrder.Spot spot, JobOrder.Ahead ahead, Account account) {
    this.job = job;
    this.spot = spot;
    this.ahead = ahead;
    this.account = account;
    this.plain = job != null && job.spec().array() == null && job.preemption().claims() == 0;
  }

  /** Whether it is of a job that is no array, no task of one, and that no runs are ended for. */
  boolean isPlain() {
    return plain;
  }

  Job job() {
    return job;
  }

  JobOrder.Spot spot() {
    return spot;
  }

  JobOrder.Ahead ahead() {
    return ahead;
  }

  Standing sibling() {
    return sibling;
  }

  void sibling(Standing next) {
    sibling = next;
  }

  boolean grows() {
    return grows;
  }

  void grows(boolean older) {
    grows = older;
  }

  Lane lane() {
    return lane;
  }

  /** Its priority beside what its whole lane has, in millionths of a point. */
  long micro() {
    return micro;
  }

  void enter(Lane into, long microThere) {
    lane = into;
    micro = microThere;
  }

  void lasts(long believedForMs, long atMostMs) {
    believedMs = believedForMs;
    limitMs = atMostMs;
  }

  /** How long its job is believed to run. */
  long believedMs() {
    return believedMs;
  }

  long limitMs() {
    return limitMs;
  }

  PlanJob planned() {
    return planned;
  }

  void planned(PlanJob next) {
    planned = next;
  }

  /** Whether a limit was found to keep out of a pass all jobs of its account. */
  boolean isBlocked(LimitTree limits) {
    return account.tree == limits && account.limits.isFull();
  }

  /** Whether limits keep it out of a pass, and whether all others of its account as well. */
  LimitTree.Answer ask(LimitTree limits) {
    LimitTree.Account here = account.in(limits, job);
    if (here.isFree()) {
      return LimitTree.Answer.PASSES;
    }
    if (least == null) {
      least = limits.least(job.spec());
    }
    return here.ask(job.spec(), least);
  }
}

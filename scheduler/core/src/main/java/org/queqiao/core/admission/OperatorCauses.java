package org.queqiao.core.admission;

import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.message.Decision;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * What an operator ends a run for. An operator is an administrator who does not belong to the
 * project of the job: who does would say for themselves what comes back to it.
 */
final class OperatorCauses {
  private final Cluster cluster;
  private final Permissions permissions;

  OperatorCauses(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  /**
   * Why somebody may not say this of a job.
   *
   * @param named what they say, or null
   * @return null when they may
   */
  Decision refusal(Actor actor, Job job, OperatorCause named) {
    if (named == null || isOperator(actor, job)) {
      return null;
    }
    return Rejections.forbidden(
        "only an administrator who is not of project "
            + job.spec().project()
            + " says that a run of job "
            + job.id()
            + " is ended for "
            + named
            + (isAdministrator(actor) ? ": another administrator may" : ""));
  }

  /** What the fact says that ends its run: what was named, else what follows from who it is. */
  OperatorCause of(Actor actor, Job job, OperatorCause named) {
    if (job.state() == JobState.COMPLETING) {
      // Who or what told it first to end has ended it; who cancels it then keeps it from a start.
      return job.ending().operatorCause();
    }
    return named != null || !isOperator(actor, job) ? named : OperatorCause.ADMINISTRATOR;
  }

  /** Why it is too late to say of one that ends or has ended what it ended for; null when not. */
  static Decision tooLate(Job job, OperatorCause named) {
    boolean ends = job.state() == JobState.COMPLETING;
    boolean over = ends ? named != job.ending().operatorCause() : job.state().isTerminal();
    return named == null || !over
        ? null
        : Rejections.conflict(
            "cause",
            "job "
                + job.id()
                + (ends
                    ? " is being ended already (" + job.killCause() + ")"
                    : " has ended already (" + job.state() + ")")
                + ": what comes back for it is proposed as a refund");
  }

  /** Whether a run of a job can still be ended, or kept from running again. */
  static boolean mayEnd(Job job) {
    return job.state() == JobState.COMPLETING
        ? RunOutcome.isRequeue(job.killCause())
        : !job.state().isTerminal();
  }

  private boolean isOperator(Actor actor, Job job) {
    return isAdministrator(actor)
        && permissions
            .account(actor)
            .map(account -> account.definition().name())
            .filter(self ->
                !self.equals(job.user())
                    && cluster.accounts().rank(job.spec().project(), self).isEmpty())
            .isPresent();
  }

  private boolean isAdministrator(Actor actor) {
    return permissions.account(actor).filter(each -> each.has(Role.ADMINISTRATOR)).isPresent();
  }
}

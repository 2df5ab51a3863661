package org.queqiao.core.message;

import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** Something that needs permission, with the scope in which it is asked for. */
public sealed interface Action {
  /** To submit a job that this project pays. */
  record SubmitJob(ProjectName project) implements Action {}

  /** To cancel, hold or release a job of this owner and project. */
  record ControlJob(UserName owner, ProjectName project) implements Action {}

  /** To suspend and resume runs. */
  record SuspendJob() implements Action {}

  /** To release a job that an administrator holds. */
  record ReleaseAdministratorHold() implements Action {}

  /** To know that a job is there, with its state, usage and postings. */
  record SeeJob(UserName owner, ProjectName project) implements Action {}

  /** To read script, environment and output of a job of this owner. */
  record SeeJobContent(UserName owner) implements Action {}

  /** To drain, resume and fence nodes. */
  record ControlNodes() implements Action {}

  /** To define partitions, domains, projects and accounts. */
  record DefineSite() implements Action {}

  /** To set prices. */
  record DefineTariff() implements Action {}

  /** To propose changes of prices and money, and to decide on those of others. */
  record ChangeMoney() implements Action {}

  /**
   * To say how much core time may be used.
   *
   * @param project of which project
   * @param ofUser whether it bounds one user of it alone
   */
  record SetBudget(ProjectName project, boolean ofUser) implements Action {}

  /** To find a charge of this project wrong. */
  record Dispute(ProjectName project) implements Action {}

  /** To put money into wallets. */
  record FundWallet() implements Action {}

  /** To give an account this role, or to take it away. */
  record GrantRole(Role role) implements Action {}

  /**
   * To change a membership.
   *
   * @param project of which project
   * @param from the rank now, or null for no member
   * @param to the rank then, or null for no member
   */
  record ChangeMember(ProjectName project, MemberRank from, MemberRank to) implements Action {}
}

package org.queqiao.contract.account;

/** The rank of a member in a project. */
public enum MemberRank {
  MEMBER,
  MANAGER
}

package org.queqiao.contract.account;

/**
 * What an account may do beyond its own jobs. Managers of a project are members with a rank
 * instead.
 */
public enum Role {
  RESEARCHER,
  ADMINISTRATOR,
  FINANCE,
  AUDITOR
}

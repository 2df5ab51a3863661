package org.queqiao.contract.money;

/** Where core-hours come from that a project has beside its wallet. */
public enum AllowanceKind {
  /** Bought before. */
  PACKAGE,
  /** Given for a purpose. */
  GRANT,
  /** Given for what was done well. */
  REWARD
}

package org.queqiao.contract.job;

/** What it is that an operator ends a run for which is not of a project of theirs. */
public enum OperatorCause {
  /** The platform failed it: neither its program nor its user. */
  PLATFORM_FAULT,
  /** The operator wanted it so. */
  ADMINISTRATOR
}

package org.queqiao.contract.policy;

/** Over what a limit is counted. */
public enum LimitScope {
  /** All jobs of the subject together. */
  GROUP,
  /** Each job alone. */
  JOB,
  /** The jobs of each user within the subject. */
  USER,
  /** The jobs of each project within the subject. */
  PROJECT
}

package org.queqiao.contract.policy;

/** What a limit bounds. */
public enum Quantity {
  RUNNING_JOBS,
  /** Jobs that wait or run. */
  SUBMITTED_JOBS,
  CORES,
  NODES,
  MEM_BYTES,
  /** Devices of one kind, or licences of one name. */
  GRES,
  /** The time limit of a job. */
  LIMIT_MS,
  /** Cores times time used, decayed by the half-life; of a job: cores times its time limit. */
  CORE_MS,
  /** Cores times the rest of the time limit, of what runs. */
  RUNNING_CORE_MS
}

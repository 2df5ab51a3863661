package org.queqiao.agent.slurm;

/** What the process with libslurm can be asked; the ordinal is its number in a frame. */
enum SlurmCall {
  OPEN,
  NODES,
  JOBS,
  BACKLOG,
  HISTORY,
  RAN,
  SUBMIT,
  SIGNAL,
  SUSPEND,
  CLOCK,
  RECORDS
}

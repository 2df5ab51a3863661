package org.queqiao.contract.job;

/** Why a job waits, with the word that Slurm uses. */
public enum PendingReason {
  NONE("None"),
  PRIORITY("Priority"),
  RESOURCES("Resources"),
  JOB_HELD_USER("JobHeldUser"),
  JOB_HELD_ADMIN("JobHeldAdmin"),
  PARTITION_DOWN("PartitionDown"),
  NODE_DOWN("ReqNodeNotAvail");

  private final String slurmWord;

  PendingReason(String slurmWord) {
    this.slurmWord = slurmWord;
  }

  public String slurmWord() {
    return slurmWord;
  }
}

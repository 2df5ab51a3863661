package org.queqiao.contract.job;

/** Why a job waits, with the word that Slurm uses. */
public enum PendingReason {
  NONE("None"),
  PRIORITY("Priority"),
  RESOURCES("Resources"),
  JOB_HELD_USER("JobHeldUser"),
  JOB_HELD_ADMIN("JobHeldAdmin"),
  /** Its begin time has not come. */
  BEGIN_TIME("BeginTime"),
  /** It waits for another job. */
  DEPENDENCY("Dependency"),
  DEPENDENCY_NEVER_SATISFIED("DependencyNeverSatisfied"),
  /** It was started again too often. */
  JOB_HELD_FOR_REQUEUES("JobHoldMaxRequeue"),
  /** A limit, which has a word of its own. */
  LIMIT("AssocLimit"),
  /** Too few of a licence are free. */
  LICENSES("Licenses"),
  /** As many tasks of its array run as may at once. */
  ARRAY_TASK_LIMIT("JobArrayTaskLimit"),
  /** Its reservation is not open. */
  RESERVATION("Reservation"),
  RESERVATION_DELETED("ReservationDeleted"),
  /** It would run into the maintenance of nodes that it needs. */
  RESERVED_FOR_MAINTENANCE("ReqNodeNotAvail, Reserved for maintenance"),
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

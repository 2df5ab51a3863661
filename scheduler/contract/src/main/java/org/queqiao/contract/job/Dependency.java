package org.queqiao.contract.job;

import org.queqiao.contract.id.JobId;

/**
 * One condition on another job or on one task of an array, named as Slurm names it.
 *
 * @param kind what must have happened
 * @param job to which job; null for {@code SINGLETON}
 * @param task index of the task of the array {@code job} that alone counts, or null for the whole
 * @param offsetMs for {@code AFTER}: how long ago it must have happened; else 0
 */
public record Dependency(Kind kind, JobId job, Integer task, long offsetMs) {
  private static final long MINUTE_MS = 60_000;

  /** What must have happened. */
  public enum Kind {
    /** The job has started, or was cancelled before. */
    AFTER("after"),
    /** The job has ended, however. */
    AFTER_ANY("afterany"),
    /** The job has ended well. */
    AFTER_OK("afterok"),
    /** The job has ended and not well. */
    AFTER_NOT_OK("afternotok"),
    /** The task with the same index has ended well; of a job without tasks, the job itself. */
    AFTER_CORRESPONDING("aftercorr"),
    /** Every job of the same user and name that was submitted before has ended. */
    SINGLETON("singleton");

    private final String slurmWord;

    Kind(String slurmWord) {
      this.slurmWord = slurmWord;
    }

    public String slurmWord() {
      return slurmWord;
    }
  }

  /** On a whole job. */
  public Dependency(Kind kind, JobId job, long offsetMs) {
    this(kind, job, null, offsetMs);
  }

  public Dependency {
    if ((job == null) != (kind == Kind.SINGLETON)) {
      throw new IllegalArgumentException(kind + " with job " + job);
    }
    if (task != null && (task < 0 || job == null || kind == Kind.AFTER_CORRESPONDING)) {
      throw new IllegalArgumentException(kind + " with task " + task);
    }
  }

  /** As Slurm writes it, such as {@code after:12_3+10}. */
  @Override
  public String toString() {
    return kind.slurmWord()
        + (job == null ? "" : ":" + job)
        + (task == null ? "" : "_" + task)
        + (offsetMs == 0 ? "" : "+" + offsetMs / MINUTE_MS);
  }
}

package org.queqiao.contract.job;

/**
 * That a submission is many like jobs, the tasks, which differ in their index.
 *
 * @param tasks the indices
 * @param atOnce how many tasks may hold resources at once; 0 for no such bound
 */
public record JobArray(TaskIndices tasks, int atOnce) {
  public JobArray {
    if (atOnce < 0) {
      throw new IllegalArgumentException("a throttle of " + atOnce);
    }
  }

  /** As Slurm writes it, such as {@code 0-99%10}. */
  @Override
  public String toString() {
    return tasks + (atOnce == 0 ? "" : "%" + atOnce);
  }
}

package org.queqiao.core.limit;

import org.queqiao.core.state.Job;

/** Whose limits are the same. */
public record AccountKey(String user, String project, String partition, String qos)
    implements Comparable<AccountKey> {
  /** Of a job. */
  public static AccountKey of(Job job) {
    return new AccountKey(
        job.user().value(),
        job.spec().project().value(),
        job.spec().partition().value(),
        job.spec().qos() == null ? "" : job.spec().qos().value());
  }

  @Override
  public int compareTo(AccountKey other) {
    int order = user.compareTo(other.user);
    order = order != 0 ? order : project.compareTo(other.project);
    order = order != 0 ? order : partition.compareTo(other.partition);
    return order != 0 ? order : qos.compareTo(other.qos);
  }
}

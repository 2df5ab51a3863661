package org.queqiao.core.state;

import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;

/** What limits look at: who asks, and for what. The job may not be there yet. */
public record Claim(UserName user, JobSpec spec) {
  /** Of a job that is there. */
  public static Claim of(Job job) {
    return new Claim(job.user(), job.spec());
  }
}

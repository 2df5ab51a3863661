package org.queqiao.core.forecast;

import java.util.List;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.message.JobRequest;

/**
 * What is tried on a copy of the state; the rights are those of doing it. What is null or empty
 * stays as it is.
 *
 * @param actor who asks
 * @param job a waiting job that is looked at, or null
 * @param changed how that job asks instead, or null for as it does
 * @param submit a job that is submitted besides, or null
 * @param drain nodes that get no new jobs
 * @param like more nodes like this one come, or null
 * @param more how many of them
 * @param priorities how priorities are put together instead
 * @param scheduling by which policy it is planned instead
 */
public record Trial(
    Actor actor,
    JobId job,
    JobSpec changed,
    JobRequest submit,
    List<NodeName> drain,
    NodeName like,
    int more,
    PriorityPolicy priorities,
    SchedulingDefined scheduling) {
  /** Most nodes that may be tried. */
  public static final int MOST_NODES = 10_000;

  public Trial {
    drain = List.copyOf(drain);
    if (more < 0 || more > MOST_NODES) {
      throw new IllegalArgumentException("more nodes from 0 to " + MOST_NODES);
    }
  }

  /** The same with another form of its job. */
  public Trial changing(JobSpec otherSpec) {
    return new Trial(actor, job, otherSpec, submit, drain, like, more, priorities, scheduling);
  }
}

package org.queqiao.core.forecast;

import java.util.List;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;

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
 * @param unreserve reservations that are deleted
 * @param reserve a reservation that is made, after those are gone, or null
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
    SchedulingDefined scheduling,
    List<ReservationName> unreserve,
    ReservationRequest reserve) {
  /** Most nodes that may be tried. */
  public static final int MOST_NODES = 10_000;

  public Trial {
    drain = List.copyOf(drain);
    unreserve = List.copyOf(unreserve);
    if (more < 0 || more > MOST_NODES) {
      throw new IllegalArgumentException("more nodes from 0 to " + MOST_NODES);
    }
  }

  /** With the reservations that there are. */
  public Trial(
      Actor actor,
      JobId job,
      JobSpec changed,
      JobRequest submit,
      List<NodeName> drain,
      NodeName like,
      int more,
      PriorityPolicy priorities,
      SchedulingDefined scheduling) {
    this(actor, job, changed, submit, drain, like, more, priorities, scheduling, List.of(), null);
  }

  /** The same with another form of its job. */
  public Trial changing(JobSpec otherSpec) {
    return new Trial(
        actor,
        job,
        otherSpec,
        submit,
        drain,
        like,
        more,
        priorities,
        scheduling,
        unreserve,
        reserve);
  }

  /** The same with some reservations less, and then one more, or none when it is null. */
  public Trial reserving(List<ReservationName> deleted, ReservationRequest made) {
    return new Trial(
        actor, job, changed, submit, drain, like, more, priorities, scheduling, deleted, made);
  }
}

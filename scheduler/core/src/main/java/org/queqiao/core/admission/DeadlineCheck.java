package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.reservation.ReservationClock;
import org.queqiao.core.state.ArrayProgress;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.JobTable;

/**
 * What follows from time passing: runs at their time limit are told to end, those near it get the
 * signal they asked for, waiting jobs that can no longer meet their deadline or their dependency
 * end, and those whose time has come may start.
 */
public final class DeadlineCheck {
  /** How many facts of each kind one tick brings at most; the next tick goes on. */
  public static final int MAX_FACTS = 1000;

  private final Cluster cluster;

  public DeadlineCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  public Decision decide(long nowMs) {
    List<Fact> facts = new ArrayList<>();
    runs(nowMs, facts);
    signals(nowMs, facts);
    List<Fact> ends = new ArrayList<>();
    TreeSet<JobId> ended = waiting(nowMs, ends);
    // Before the ends: an end may let its dependents start, and nothing becomes eligible twice.
    int last = facts.size() + MAX_FACTS;
    for (JobTable.Moment each : cluster.jobs().waits().releases()) {
      if (each.timeMs() > nowMs || facts.size() == last) {
        break;
      }
      if (!ended.contains(each.job())) {
        facts.add(new Fact(Actor.SCHEDULER, new JobEligible(each.job())));
      }
    }
    facts.addAll(ends);
    overArrays(facts);
    new ReservationClock(cluster).tick(nowMs, facts, MAX_FACTS);
    return Decision.done(facts);
  }

  /** Says of arrays that they have ended, once the end of their last task is a fact. */
  private void overArrays(List<Fact> facts) {
    int last = facts.size() + MAX_FACTS;
    for (JobId each : cluster.jobs().over()) {
      if (facts.size() == last) {
        break;
      }
      ArrayProgress array = cluster.jobs().find(each).orElseThrow().array();
      facts.add(
          new Fact(Actor.SCHEDULER, new ArrayEnded(each, array.finalState(), array.lastEndMs())));
    }
  }

  /**
   * What time has made due that a plan would misread until it is said: waiting jobs can no longer
   * end by their deadline, reservations open and close. A window that is over by the clock but was
   * not closed keeps everybody out now and nobody later, so who is planned behind it has another
   * place in each pass.
   */
  public List<Fact> beforePlan(long nowMs) {
    List<Fact> facts = tooLate(nowMs);
    new ReservationClock(cluster).tick(nowMs, facts, MAX_FACTS);
    return facts;
  }

  /** The ends of waiting jobs that can no longer end by their deadline. */
  private List<Fact> tooLate(long nowMs) {
    List<Fact> facts = new ArrayList<>();
    for (JobTable.Moment each : cluster.jobs().waits().lastStarts()) {
      if (each.timeMs() >= nowMs || facts.size() == MAX_FACTS) {
        break;
      }
      facts.add(
          end(each.job(), JobState.DEADLINE, nowMs, "it could not end by its deadline any more"));
    }
    return facts;
  }

  private void runs(long nowMs, List<Fact> facts) {
    for (JobTable.Moment each : cluster.jobs().deadlines()) {
      if (each.timeMs() > nowMs || facts.size() == MAX_FACTS) {
        break;
      }
      Job job = cluster.jobs().find(each.job()).orElseThrow();
      KillCause cause = JobClock.endsByDeadline(job) ? KillCause.DEADLINE : KillCause.TIMEOUT;
      facts.add(new Fact(Actor.SCHEDULER, new JobKillRequested(job.run(), cause)));
    }
  }

  /** Warning signals of runs that go on for a while. */
  private void signals(long nowMs, List<Fact> facts) {
    int last = facts.size() + MAX_FACTS;
    for (JobTable.Moment each : cluster.jobs().signals()) {
      if (each.timeMs() > nowMs || facts.size() == last) {
        break;
      }
      Job job = cluster.jobs().find(each.job()).orElseThrow();
      if (JobClock.deadlineMs(job) > nowMs) {
        facts.add(new Fact(Actor.SCHEDULER, new JobSignalled(job.run())));
      }
    }
  }

  /** Ends waiting jobs without hope; says which. */
  private TreeSet<JobId> waiting(long nowMs, List<Fact> facts) {
    TreeSet<JobId> ended = new TreeSet<>();
    for (Fact each : tooLate(nowMs)) {
      facts.add(each);
      ended.add(
          each.event() instanceof ArrayTasksEnded tasks
              ? tasks.array()
              : ((JobEnded) each.event()).job());
    }
    int last = facts.size() + MAX_FACTS;
    for (JobId each : cluster.jobs().waits().hopeless()) {
      if (facts.size() == last) {
        break;
      }
      if (ended.add(each)) {
        facts.add(end(each, JobState.CANCELLED, nowMs, "its dependency can never be met"));
      }
    }
    return ended;
  }

  private Fact end(JobId id, JobState state, long nowMs, String detail) {
    Job job = cluster.jobs().find(id).orElseThrow();
    if (job.array() == null) {
      return new Fact(
          Actor.SCHEDULER, new JobEnded(id, job.attempt(), state, nowMs, null, false, detail));
    }
    TaskIndices all = job.spec().array().tasks();
    TaskIndices tasks =
        state == JobState.CANCELLED
            ? ArrayProgress.hopelessTasks(job)
            : job.array().waitingTasks(all);
    return new Fact(Actor.SCHEDULER, new ArrayTasksEnded(id, tasks, state, nowMs, detail));
  }
}

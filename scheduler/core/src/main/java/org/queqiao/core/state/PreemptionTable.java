package org.queqiao.core.state;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.PreemptionImage;

/**
 * What is derived from the jobs for preemption.
 *
 * <pre>
 *   running     running, by what decides who may push them aside and by their start
 *   claimants   waiting and startable, runs were ended to make room for them
 *   leaving     runs that are being ended or stopped, by the job that they make room for
 *   suspended   runs that are stopped for others, or are to be
 * </pre>
 */
public final class PreemptionTable {
  private final TreeMap<Outranking.Rank, TreeSet<JobTable.Moment>> running = new TreeMap<>();
  private final TreeSet<JobId> claimants = new TreeSet<>();
  private final TreeMap<JobId, TreeSet<JobId>> leaving = new TreeMap<>();
  private final TreeSet<JobId> suspended = new TreeSet<>();

  PreemptionTable() {}

  /** A job that may not start has no claim, and only what is being ended makes room. */
  static void settle(Job job) {
    PreemptionImage known = job.preemption();
    boolean makesRoom =
        job.state() == JobState.COMPLETING || known.suspends() && JobClock.mayGoOn(job);
    boolean holds = known.preemptor() == null ? job.startable() : makesRoom;
    if (!holds && known != PreemptionImage.NONE) {
      job.preempt(PreemptionImage.NONE);
    }
  }

  void index(Job job) {
    if (mayBePushedAside(job)) {
      running
          .computeIfAbsent(Outranking.Rank.of(job), _ -> new TreeSet<>())
          .add(new JobTable.Moment(job.startMs(), job.id()));
    }
    if (job.preemption().claims() > 0 && job.startable()) {
      claimants.add(job.id());
    }
    if (isSuspended(job)) {
      suspended.add(job.id());
    }
    if (isLeaving(job)) {
      leaving.computeIfAbsent(job.preemption().preemptor(), _ -> new TreeSet<>()).add(job.id());
    }
  }

  void unindex(Job job) {
    if (mayBePushedAside(job)) {
      running.computeIfPresent(
          Outranking.Rank.of(job),
          (_, runs) -> {
            runs.remove(new JobTable.Moment(job.startMs(), job.id()));
            return runs.isEmpty() ? null : runs;
          });
    }
    if (job.preemption().claims() > 0) {
      claimants.remove(job.id());
    }
    suspended.remove(job.id());
    if (isLeaving(job)) {
      leaving.computeIfPresent(
          job.preemption().preemptor(),
          (_, runs) -> {
            runs.remove(job.id());
            return runs.isEmpty() ? null : runs;
          });
    }
  }

  private static boolean mayBePushedAside(Job job) {
    return job.state() == JobState.RUNNING && !job.preemption().suspends();
  }

  private static boolean isSuspended(Job job) {
    return job.preemption().suspends() && JobClock.mayGoOn(job);
  }

  /** Whether its run makes room for another job and has not done so yet. */
  private static boolean isLeaving(Job job) {
    return job.preemption().preemptor() != null && !job.preemption().yields();
  }

  /** The ranks of which a job runs. */
  public NavigableSet<Outranking.Rank> ranks() {
    return Collections.unmodifiableNavigableSet(running.navigableKeySet());
  }

  /** Running jobs of a rank, the youngest first. */
  public NavigableSet<JobTable.Moment> youngestOf(Outranking.Rank rank) {
    TreeSet<JobTable.Moment> runs = running.get(rank);
    return runs == null
        ? Collections.emptyNavigableSet()
        : Collections.unmodifiableNavigableSet(runs.descendingSet());
  }

  /** Waiting jobs that may start and for which runs were ended, by number. */
  public NavigableSet<JobId> claimants() {
    return Collections.unmodifiableNavigableSet(claimants);
  }

  /** The runs that are stopped for others, or are to be, by number. */
  public NavigableSet<JobId> suspended() {
    return Collections.unmodifiableNavigableSet(suspended);
  }

  /** The runs that are being ended or stopped, by the job that they make room for. */
  public NavigableMap<JobId, TreeSet<JobId>> leaving() {
    return Collections.unmodifiableNavigableMap(leaving);
  }

  @Override
  public String toString() {
    return running + " " + claimants + " " + leaving + " " + suspended;
  }
}

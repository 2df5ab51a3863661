package org.queqiao.core.state;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage.PreemptionImage;

/**
 * What is derived from the jobs for preemption.
 *
 * <pre>
 *   running     running, by what decides who may push them aside and by their start
 *   claimants   waiting and startable, runs were ended to make room for them
 *   leaving     runs that are being ended, by the job that they make room for
 * </pre>
 */
public final class PreemptionTable {
  private final TreeMap<Outranking.Rank, TreeSet<JobTable.Moment>> running = new TreeMap<>();
  private final TreeSet<JobId> claimants = new TreeSet<>();
  private final TreeMap<JobId, TreeSet<JobId>> leaving = new TreeMap<>();

  PreemptionTable() {}

  /** A job that may not start has no claim, and only what is being ended makes room. */
  static void settle(Job job) {
    PreemptionImage known = job.preemption();
    boolean holds =
        known.preemptor() == null ? job.startable() : job.state() == JobState.COMPLETING;
    if (!holds && known != PreemptionImage.NONE) {
      job.preempt(PreemptionImage.NONE);
    }
  }

  void index(Job job) {
    if (job.state() == JobState.RUNNING) {
      running
          .computeIfAbsent(Outranking.Rank.of(job), _ -> new TreeSet<>())
          .add(new JobTable.Moment(job.startMs(), job.id()));
    }
    if (job.preemption().claims() > 0 && job.startable()) {
      claimants.add(job.id());
    }
    if (job.state() == JobState.COMPLETING && job.preemption().preemptor() != null) {
      leaving.computeIfAbsent(job.preemption().preemptor(), _ -> new TreeSet<>()).add(job.id());
    }
  }

  void unindex(Job job) {
    if (job.state() == JobState.RUNNING) {
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
    if (job.state() == JobState.COMPLETING && job.preemption().preemptor() != null) {
      leaving.computeIfPresent(
          job.preemption().preemptor(),
          (_, runs) -> {
            runs.remove(job.id());
            return runs.isEmpty() ? null : runs;
          });
    }
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

  /** The runs that are being ended, by the job that they make room for. */
  public NavigableMap<JobId, TreeSet<JobId>> leaving() {
    return Collections.unmodifiableNavigableMap(leaving);
  }

  @Override
  public String toString() {
    return running + " " + claimants + " " + leaving;
  }
}

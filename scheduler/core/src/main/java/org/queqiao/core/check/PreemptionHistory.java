package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;

/**
 * Folds a log and says where a run was pushed aside against the rules of the site (I39): only for a
 * waiting job that is not of a lower tier and that a rule lets push it aside, not before its exempt
 * time is over, and as its mode says; and that a run that was pushed aside ends so.
 */
public final class PreemptionHistory {
  private final TreeMap<PartitionName, PartitionDefined> partitions = new TreeMap<>();
  private final TreeMap<QosName, QosDefined> qualities = new TreeMap<>();
  private final TreeMap<JobId, JobSpec> waiting = new TreeMap<>();
  private final TreeMap<JobId, Running> running = new TreeMap<>();
  private final List<String> found = new ArrayList<>();

  /** Runs that were asked to stop for others, and of these the ones that have stopped. */
  private final TreeSet<RunId> asked = new TreeSet<>();

  private final TreeMap<JobId, Running> stopped = new TreeMap<>();

  /** A run and since when it runs. */
  private record Running(JobSpec spec, long startMs, List<Allocation> allocations) {
    boolean shares(List<Allocation> others) {
      return allocations.stream()
          .anyMatch(each ->
              others.stream()
                  .anyMatch(other ->
                      other.node().equals(each.node())
                          && !Collections.disjoint(other.cores(), each.cores())));
    }
  }

  /** Takes the next fact; says in words what is wrong with it. */
  public List<String> observe(LoggedEvent logged) {
    found.clear();
    switch (logged.event()) {
      case PartitionDefined e -> partitions.put(e.name(), e);
      case QosDefined e -> qualities.put(e.name(), e);
      case JobSubmitted e -> waiting.put(e.job(), e.spec());
      case ArrayTaskSplit e -> waiting.put(e.job(), waiting.get(e.array()));
      case JobChanged e -> changed(e);
      case JobAllocated e -> allocated(e, logged.timeMs());
      case JobRequeued e -> requeued(e.run().job());
      case JobEnded e -> {
        waiting.remove(e.job());
        running.remove(e.job());
        stopped.remove(e.job());
      }
      case JobKillRequested e -> killRequested(e, logged.timeMs());
      case RoomClaimed e ->
          require(waiting.containsKey(e.job()), "job " + e.job() + " claims room and waits not");
      case JobSuspendRequested e when e.preemptor() != null -> stops(e, logged.timeMs());
      case JobSuspendRequested e -> {
        asked.remove(e.run());
        stopped.remove(e.run().job());
      }
      case JobSuspended e when asked.contains(e.run()) ->
          stopped.put(e.run().job(), running.get(e.run().job()));
      default -> {
        // The other facts push nobody aside.
      }
    }
    return List.copyOf(found);
  }

  private void changed(JobChanged e) {
    waiting.computeIfPresent(e.job(), (_, _) -> e.spec());
    running.computeIfPresent(
        e.job(), (_, run) -> new Running(e.spec(), run.startMs(), run.allocations()));
  }

  /** Also on cores that are kept for one that was stopped only who may push that aside. */
  private void allocated(JobAllocated e, long nowMs) {
    JobSpec spec = waiting.remove(e.run().job());
    if (spec == null) {
      return;
    }
    running.put(e.run().job(), new Running(spec, nowMs, e.allocations()));
    stopped.forEach((job, run) ->
        require(
            !run.shares(e.allocations()) || rules(spec, run.spec()).mode() != PreemptMode.OFF,
            "run " + e.run() + " gets cores that are kept for job " + job));
  }

  private void requeued(JobId job) {
    Running run = running.remove(job);
    stopped.remove(job);
    if (run != null) {
      waiting.put(job, run.spec());
    }
  }

  private void killRequested(JobKillRequested e, long nowMs) {
    boolean preempts =
        e.cause() == KillCause.PREEMPTED || e.cause() == KillCause.PREEMPTED_REQUEUED;
    if (!preempts) {
      require(e.preemptor() == null, "run " + e.run() + " makes room and is not pushed aside");
      return;
    }
    JobSpec above = e.preemptor() == null ? null : waiting.get(e.preemptor());
    Running run = running.get(e.run().job());
    if (above == null || run == null) {
      require(false, "run " + e.run() + " is pushed aside for " + e.preemptor());
      return;
    }
    PreemptRules rules = rules(above, run.spec());
    require(rules.mode() != PreemptMode.SUSPEND, "run " + e.run() + " is ended and not suspended");
    boolean again = rules.mode() == PreemptMode.REQUEUE && run.spec().terms().requeue();
    require(
        rules.mode() != PreemptMode.OFF,
        "run " + e.run() + " is pushed aside for " + e.preemptor() + ", which may not do so");
    exempt(e.run(), run, rules, nowMs);
    require(
        e.graceMs() == rules.graceMs() && again == (e.cause() == KillCause.PREEMPTED_REQUEUED),
        "run " + e.run() + " is pushed aside by other rules than its own");
  }

  private void stops(JobSuspendRequested e, long nowMs) {
    JobSpec above = waiting.get(e.preemptor());
    Running run = running.get(e.run().job());
    if (above == null || run == null) {
      require(false, "run " + e.run() + " is stopped for " + e.preemptor());
      return;
    }
    PreemptRules rules = rules(above, run.spec());
    require(
        rules.mode() == PreemptMode.SUSPEND && e.suspend(),
        "run " + e.run() + " is stopped for " + e.preemptor() + ", which may not do so");
    exempt(e.run(), run, rules, nowMs);
    asked.add(e.run());
  }

  private void exempt(RunId id, Running run, PreemptRules rules, long nowMs) {
    require(
        nowMs - run.startMs() >= rules.exemptMs(),
        "run " + id + " is pushed aside " + (nowMs - run.startMs()) + " ms after its start");
  }

  private PreemptRules rules(JobSpec above, JobSpec below) {
    PartitionDefined high = partitions.get(above.partition());
    PartitionDefined low = partitions.get(below.partition());
    QosDefined better = above.qos() == null ? null : qualities.get(above.qos());
    QosDefined worse = below.qos() == null ? null : qualities.get(below.qos());
    if (high.tier() < low.tier()) {
      return PreemptRules.OFF;
    }
    if (better != null
        && worse != null
        && better.preempts().contains(worse.name())
        && worse.preemption().mode() != PreemptMode.OFF) {
      return worse.preemption();
    }
    return high.tier() > low.tier() ? low.preemption() : PreemptRules.OFF;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      found.add(otherwise);
    }
  }
}

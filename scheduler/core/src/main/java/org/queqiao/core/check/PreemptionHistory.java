package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
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

  /** A run and since when it runs. */
  private record Running(JobSpec spec, long startMs) {}

  /** Takes the next fact; says in words what is wrong with it. */
  public List<String> observe(LoggedEvent logged) {
    found.clear();
    switch (logged.event()) {
      case PartitionDefined e -> partitions.put(e.name(), e);
      case QosDefined e -> qualities.put(e.name(), e);
      case JobSubmitted e -> waiting.put(e.job(), e.spec());
      case ArrayTaskSplit e -> waiting.put(e.job(), waiting.get(e.array()));
      case JobChanged e -> changed(e);
      case JobAllocated e -> allocated(e.run().job(), logged.timeMs());
      case JobRequeued e -> requeued(e.run().job());
      case JobEnded e -> {
        waiting.remove(e.job());
        running.remove(e.job());
      }
      case JobKillRequested e -> killRequested(e, logged.timeMs());
      default -> {
        // The other facts push nobody aside.
      }
    }
    return List.copyOf(found);
  }

  private void changed(JobChanged e) {
    waiting.computeIfPresent(e.job(), (_, _) -> e.spec());
    running.computeIfPresent(e.job(), (_, run) -> new Running(e.spec(), run.startMs()));
  }

  private void allocated(JobId job, long nowMs) {
    JobSpec spec = waiting.remove(job);
    if (spec != null) {
      running.put(job, new Running(spec, nowMs));
    }
  }

  private void requeued(JobId job) {
    Running run = running.remove(job);
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
    boolean again = rules.mode() == PreemptMode.REQUEUE && run.spec().terms().requeue();
    require(
        rules.mode() != PreemptMode.OFF,
        "run " + e.run() + " is pushed aside for " + e.preemptor() + ", which may not do so");
    require(
        nowMs - run.startMs() >= rules.exemptMs(),
        "run " + e.run() + " is pushed aside " + (nowMs - run.startMs()) + " ms after its start");
    require(
        e.graceMs() == rules.graceMs() && again == (e.cause() == KillCause.PREEMPTED_REQUEUED),
        "run " + e.run() + " is pushed aside by other rules than its own");
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

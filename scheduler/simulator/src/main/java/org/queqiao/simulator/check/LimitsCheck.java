package org.queqiao.simulator.check;

import java.util.TreeMap;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;

/**
 * Whether what runs and waits keeps the limits that hold at a position of the log. Counts every job
 * anew each time, straight from the facts.
 */
final class LimitsCheck {
  private final ModelCluster model;
  private final TreeMap<Subject, Rules> rules = new TreeMap<>();

  LimitsCheck(ModelCluster model) {
    this.model = model;
  }

  /** What holds from now on. */
  void set(RulesSet event) {
    rules.put(event.subject(), event.rules());
  }

  /** A job has just been submitted. */
  void submitted(LoggedEvent logged, ModelJob job) {
    check(logged, job, true);
  }

  /** A job has just started. */
  void started(LoggedEvent logged, ModelJob job) {
    check(logged, job, false);
  }

  private void check(LoggedEvent logged, ModelJob job, boolean atSubmit) {
    rules.forEach((subject, each) -> {
      if (covers(subject, job)) {
        for (Limit limit : each.limits()) {
          boolean ofSubmit = limit.quantity() == Quantity.SUBMITTED_JOBS;
          if (ofSubmit == atSubmit) {
            check(logged, job, subject, limit);
          }
        }
      }
    });
  }

  private void check(LoggedEvent logged, ModelJob job, Subject subject, Limit limit) {
    long used = 0;
    for (ModelJob other : model.jobs.values()) {
      if (covers(subject, other) && together(limit, job, other)) {
        used += amount(limit, other);
      }
    }
    long counted = used;
    HistoryCheck.require(
        counted <= limit.most(),
        Invariant.I24,
        () ->
            "entry "
                + logged.position()
                + ": "
                + subject
                + " has "
                + counted
                + " and "
                + limit
                + " after job "
                + job.submitted.job());
  }

  private boolean covers(Subject subject, ModelJob job) {
    var spec = job.spec;
    return switch (subject) {
      case Subject.Centre _ -> true;
      case Subject.Platform(var name) ->
          name.equals(
              rules.getOrDefault(new Subject.Project(spec.project()), Rules.NONE).platform());
      case Subject.Project(var name) -> name.equals(spec.project());
      case Subject.Member(var project, var user) ->
          project.equals(spec.project()) && user.equals(job.submitted.user());
      case Subject.User(var name) -> name.equals(job.submitted.user());
      case Subject.Qos(var name) -> name.equals(spec.qos());
      case Subject.Partition(var name) -> name.equals(spec.partition());
    };
  }

  /** Whether the limit counts these two jobs as one. */
  private static boolean together(Limit limit, ModelJob job, ModelJob other) {
    return switch (limit.scope()) {
      case GROUP -> true;
      case JOB -> other == job;
      case USER -> other.submitted.user().equals(job.submitted.user());
      case PROJECT -> other.spec.project().equals(job.spec.project());
    };
  }

  private static long amount(Limit limit, ModelJob job) {
    if (limit.quantity() == Quantity.SUBMITTED_JOBS) {
      // Each task of an array counts: as one that waits in it, or as a job of its own.
      int jobs = job.array == null ? 1 : job.array.waiting.size();
      return job.state.isTerminal() ? 0 : jobs;
    }
    if (!job.holdsCores()) {
      return 0;
    }
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> 1;
      case CORES -> job.cores();
      case NODES -> job.allocations.size();
      case MEM_BYTES -> job.allocations.stream().mapToLong(Allocation::memBytes).sum();
      case GRES -> devices(limit, job);
      case LIMIT_MS -> job.spec.limitMs();
      // They change with time and use; the simulated site has none.
      case CORE_MS, RUNNING_CORE_MS, SUBMITTED_JOBS -> 0;
    };
  }

  private static long devices(Limit limit, ModelJob job) {
    long count = 0;
    for (Allocation allocation : job.allocations) {
      for (Allocation.GresDevices each : allocation.gres()) {
        count += each.name().equals(limit.gres()) ? each.devices().size() : 0;
      }
    }
    return count;
  }
}

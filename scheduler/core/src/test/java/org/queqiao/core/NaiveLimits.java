package org.queqiao.core;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.state.Demand;

/** Every limit counted anew over all jobs, each time one is submitted or starts. */
final class NaiveLimits {
  final NaiveJobs jobs = new NaiveJobs();
  final TreeMap<Subject, Rules> rules = new TreeMap<>();
  private final NaiveDecay decay;

  /** How often each kind of limit was full, or nearly so, by subject, scope and quantity. */
  final TreeMap<String, Integer> reached = new TreeMap<>();

  NaiveLimits(NaiveDecay decay) {
    this.decay = decay;
  }

  /** Takes a fact; says which limits are passed by it. */
  List<String> apply(LoggedEvent logged) {
    if (logged.event() instanceof RulesSet set) {
      rules.put(set.subject(), set.rules());
    }
    NaiveJobs.Work work = jobs.apply(logged);
    List<String> passed = new ArrayList<>();
    boolean submit = logged.event() instanceof JobSubmitted;
    if (submit || logged.event() instanceof JobAllocated) {
      for (Subject subject : subjectsOf(work)) {
        for (Limit limit : rules.getOrDefault(subject, Rules.NONE).limits()) {
          if (isAsked(limit, submit)) {
            long used = used(work, subject, limit, logged.timeMs());
            boolean full = used >= limit.most() - limit.most() / 10;
            reached.merge(kind(subject, limit), full ? 1 : 0, Integer::sum);
            // Who takes none of something passes no limit of it.
            if (used > limit.most() && amount(limit, work, logged.timeMs()) > 0) {
              passed.add(subject + " has " + used + " of " + limit + " by " + logged.event());
            }
          }
        }
      }
    }
    return logged.event() instanceof ArrayTaskSplit ? List.of() : passed;
  }

  private static String kind(Subject subject, Limit limit) {
    return subject.kind() + " " + limit.scope() + " " + limit.quantity();
  }

  private static boolean isAsked(Limit limit, boolean submit) {
    boolean ofSubmit = limit.quantity() == Quantity.SUBMITTED_JOBS;
    return submit ? ofSubmit || limit.scope() == LimitScope.JOB : !ofSubmit;
  }

  /**
   * The kind of a limit that keeps a job that waits from starting, or null.
   *
   * @param memPerCoreBytes what every node gives with a core
   */
  String blocking(NaiveJobs.Work work, long memPerCoreBytes, long nowMs) {
    Demand asked = Demand.of(work.spec);
    long others =
        work.spec.placement().components().stream()
            .mapToLong(each -> (long) each.tasks() * each.cpusPerTask())
            .sum();
    long first =
        asked.memBytes() == 0 ? (asked.cores() - others) * memPerCoreBytes : asked.memBytes();
    long memBytes = first + others * memPerCoreBytes;
    for (Subject subject : subjectsOf(work)) {
      for (Limit limit : rules.getOrDefault(subject, Rules.NONE).limits()) {
        long asks =
            switch (limit.quantity()) {
              case RUNNING_JOBS -> 1;
              case CORES -> asked.cores();
              case NODES -> asked.nodes();
              case MEM_BYTES -> memBytes;
              case GRES -> asked.gres().getOrDefault(limit.gres(), 0L);
              case LIMIT_MS -> work.spec.limitMs();
              case CORE_MS, RUNNING_CORE_MS -> asked.cores() * work.spec.limitMs();
              case SUBMITTED_JOBS -> 0;
            };
        long used = limit.scope() == LimitScope.JOB ? 0 : used(work, subject, limit, nowMs);
        if (isAsked(limit, false) && asks > 0 && used + asks > limit.most()) {
          return kind(subject, limit);
        }
      }
    }
    return null;
  }

  private List<Subject> subjectsOf(NaiveJobs.Work work) {
    return rules.keySet().stream().filter(each -> covers(each, work)).toList();
  }

  private boolean covers(Subject subject, NaiveJobs.Work work) {
    return covers(subject, work.user, work.spec);
  }

  private boolean covers(Subject subject, UserName user, JobSpec spec) {
    return switch (subject) {
      case Subject.Centre _ -> true;
      case Subject.Platform(var name) ->
          name.equals(
              rules.getOrDefault(new Subject.Project(spec.project()), Rules.NONE).platform());
      case Subject.Project(var name) -> name.equals(spec.project());
      case Subject.Member(var project, var member) ->
          project.equals(spec.project()) && member.equals(user);
      case Subject.User(var name) -> name.equals(user);
      case Subject.Qos(var name) -> name.equals(spec.qos());
      case Subject.Partition(var name) -> name.equals(spec.partition());
    };
  }

  private long used(NaiveJobs.Work work, Subject subject, Limit limit, long nowMs) {
    long used = 0;
    for (NaiveJobs.Work other : jobs.jobs.values()) {
      boolean counts =
          limit.scope() == LimitScope.JOB
              ? other == work
              : together(work, subject, limit, other.user, other.spec);
      used += counts ? amount(limit, other, nowMs) : 0;
    }
    boolean past = limit.quantity() == Quantity.CORE_MS && limit.scope() != LimitScope.JOB;
    return used + (past ? past(work, subject, limit, nowMs) : 0);
  }

  /** Whether a limit counts a job of this user together with another job. */
  private boolean together(
      NaiveJobs.Work work, Subject subject, Limit limit, UserName user, JobSpec spec) {
    return covers(subject, user, spec)
        && switch (limit.scope()) {
          case GROUP, JOB -> true;
          case USER -> user.equals(work.user);
          case PROJECT -> spec.project().equals(work.spec.project());
        };
  }

  private static long amount(Limit limit, NaiveJobs.Work work, long nowMs) {
    if (limit.quantity() == Quantity.SUBMITTED_JOBS) {
      return work.waiting + (work.allocations == null ? 0 : 1);
    }
    if (work.allocations == null) {
      return limit.scope() == LimitScope.JOB ? askedOf(limit, work) : 0;
    }
    return switch (limit.quantity()) {
      case RUNNING_JOBS -> 1;
      case CORES -> work.cores();
      case NODES -> work.allocations.size();
      case MEM_BYTES -> work.memBytes();
      case GRES -> work.devices(limit.gres());
      case LIMIT_MS -> work.spec.limitMs();
      case CORE_MS ->
          limit.scope() == LimitScope.JOB
              ? work.cores() * work.spec.limitMs()
              : work.cores() * work.restMs(nowMs);
      case RUNNING_CORE_MS -> work.cores() * work.restMs(nowMs);
      case SUBMITTED_JOBS -> 0;
    };
  }

  /** What a job that was just submitted asks for, under limits of each job. */
  private static long askedOf(Limit limit, NaiveJobs.Work work) {
    Demand asked = Demand.of(work.spec);
    return switch (limit.quantity()) {
      case CORES -> asked.cores();
      case NODES -> asked.nodes();
      case MEM_BYTES -> asked.memBytes();
      case GRES -> asked.gres().getOrDefault(limit.gres(), 0L);
      case LIMIT_MS -> work.spec.limitMs();
      case CORE_MS -> asked.cores() * work.spec.limitMs();
      case RUNNING_JOBS, SUBMITTED_JOBS, RUNNING_CORE_MS -> 0;
    };
  }

  private long past(NaiveJobs.Work work, Subject subject, Limit limit, long nowMs) {
    BigInteger sum = BigInteger.ZERO;
    for (NaiveJobs.Use each : jobs.usesUntil(nowMs)) {
      if (together(work, subject, limit, each.user(), each.spec())) {
        sum =
            sum.add(
                decay.sum(each.fromMs(), each.toMs()).multiply(BigInteger.valueOf(each.cores())));
      }
    }
    return sum.divide(decay.weight(nowMs)).longValueExact();
  }
}

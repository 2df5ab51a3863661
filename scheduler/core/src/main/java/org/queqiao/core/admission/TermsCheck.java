package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * When a job may start and by when it must have ended. A dependency names jobs that were submitted
 * before and that its owner may see, so there is never a circle, and nobody learns of a job that is
 * none of his.
 */
final class TermsCheck {
  /** Nobody means a date further away: ten years. */
  static final long MAX_AHEAD_MS = 3_650L * 24 * 3_600_000;

  /** As in Slurm. */
  static final long MAX_SIGNAL_MS = 65_535_000;

  /** As in Slurm. */
  static final int MAX_NICE = 2_147_483_645;

  /**
   * How many jobs may wait for one job, or for one name of a user: its end changes them all in one
   * step.
   */
  static final int MAX_DEPENDENTS = 5_000;

  private final Cluster cluster;
  private final Permissions permissions;

  TermsCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  /**
   * What came of it.
   *
   * @param terms with every default filled in, or null when they are refused
   * @param refusal why not, or null
   */
  record Resolved(JobTerms terms, Decision refusal) {
    static Resolved refused(Decision refusal) {
      return new Resolved(null, refusal);
    }

    static Resolved wrong(String field, String message) {
      return refused(Rejections.invalid(field, message));
    }
  }

  Resolved resolve(
      Actor actor, TermsRequest request, String name, long limitMs, JobArray array, long nowMs) {
    if (request.equals(TermsRequest.NONE)) {
      return new Resolved(JobTerms.DEFAULT, null);
    }
    long beginMs = request.beginMs() == null ? 0 : request.beginMs();
    long deadlineMs = request.deadlineMs() == null ? 0 : request.deadlineMs();
    int nice = request.nice() == null ? 0 : request.nice();
    Optional<Decision> refusal =
        times(beginMs, request.deadlineMs(), limitMs, nowMs).or(() -> nice(actor, nice));
    if (refusal.isPresent()) {
      return Resolved.refused(refusal.get());
    }
    DependencyRule rule = DependencyRule.NONE;
    if (request.dependency() != null && !request.dependency().isBlank()) {
      DependencyText.Read read = DependencyText.read(request.dependency());
      if (read.problem() != null) {
        return Resolved.wrong("dependency", "the dependency " + read.problem());
      }
      rule = read.rule();
      for (Dependency each : rule.parts()) {
        String problem = each.job() == null ? crowd(actor, name) : problem(actor, each);
        if (problem != null) {
          return Resolved.wrong("dependency", problem);
        }
      }
      String problem = array == null ? null : problemOfTasks(rule, array);
      if (problem != null) {
        return Resolved.wrong("dependency", problem);
      }
    }
    boolean kill = request.killOnInvalidDependency() != null && request.killOnInvalidDependency();
    boolean requeue = request.requeue() == null || request.requeue();
    WarningSignal signal = request.signal();
    if (signal != null && (signal.beforeMs() < 0 || signal.beforeMs() > MAX_SIGNAL_MS)) {
      return Resolved.wrong(
          "signal",
          "the signal comes "
              + signal.beforeMs()
              + " ms before the end: that is from 0 to "
              + MAX_SIGNAL_MS
              + " (65535 s)");
    }
    return new Resolved(new JobTerms(beginMs, deadlineMs, nice, rule, kill, requeue, signal), null);
  }

  private static Optional<Decision> times(long beginMs, Long deadlineMs, long limitMs, long nowMs) {
    if (beginMs < 0 || beginMs > nowMs + MAX_AHEAD_MS) {
      return wrong(
          "beginMs",
          "beginMs is "
              + beginMs
              + ": it is a time in epoch milliseconds, at most ten years ahead");
    }
    if (deadlineMs == null) {
      return Optional.empty();
    }
    if (deadlineMs < 0 || deadlineMs > nowMs + MAX_AHEAD_MS) {
      return wrong(
          "deadlineMs",
          "deadlineMs is "
              + deadlineMs
              + ": it is a time in epoch milliseconds, at most ten years ahead");
    }
    long roomMs = deadlineMs - Math.max(nowMs, beginMs);
    if (roomMs <= 0) {
      return wrong(
          "deadlineMs",
          "deadlineMs is "
              + deadlineMs
              + ", which is not after "
              + (beginMs > nowMs ? "beginMs" : "now")
              + ": the job could never run");
    }
    return roomMs < limitMs
        ? wrong(
            "deadlineMs",
            "the job may run for "
                + limitMs
                + " ms and cannot end by its deadline, which leaves "
                + roomMs
                + ": ask for a limitMs of at most that")
        : Optional.empty();
  }

  private Optional<Decision> nice(Actor actor, int nice) {
    if (nice < -MAX_NICE || nice > MAX_NICE) {
      return wrong("nice", "nice is " + nice + ": it is from " + -MAX_NICE + " to " + MAX_NICE);
    }
    boolean administrator =
        permissions.account(actor).filter(account -> account.has(Role.ADMINISTRATOR)).isPresent();
    return nice < 0 && !administrator
        ? Optional.of(
            Rejections.forbidden(
                "nice is " + nice + ": only an administrator puts a job forward; use 0 or more"))
        : Optional.empty();
  }

  /** Why nothing can depend on this job, or null. Private and unknown jobs are told alike. */
  private String problem(Actor actor, Dependency on) {
    JobId id = on.job();
    if (id.value() > cluster.lastJobId()) {
      return "there is no job "
          + id
          + " yet: a job depends on jobs that were submitted before, never on itself or a later"
          + " one";
    }
    Optional<Action> see =
        cluster
            .jobs()
            .find(id)
            .map(TermsCheck::see)
            .or(() ->
                cluster
                    .outcomes()
                    .find(id)
                    .map(each -> new Action.SeeJob(each.user(), each.project())));
    if (see.filter(action -> permissions.permit(actor, action)).isEmpty()) {
      return "there is no job "
          + id
          + " that you may depend on: it is unknown, not yours to see, or ended too long ago";
    }
    String wrongTask = on.task() == null ? null : problemOfTask(id, on.task());
    if (wrongTask != null) {
      return wrongTask;
    }
    return cluster.jobs().waits().countDependentsOf(id) < MAX_DEPENDENTS
        ? null
        : MAX_DEPENDENTS
            + " jobs wait for job "
            + id
            + ", which is the most: let further ones depend on one of those";
  }

  /** Why nothing can depend on one task of a job, or null. */
  private String problemOfTask(JobId id, int index) {
    Job job = cluster.jobs().find(id).orElse(null);
    if (job == null) {
      return "job "
          + id
          + " ended too long ago for its tasks to be told apart: depend on the whole, without _"
          + index;
    }
    if (job.array() == null) {
      return TaskChoice.noArray(job) + ": there is no task " + index + " of it";
    }
    TaskIndices tasks = job.spec().array().tasks();
    return tasks.ordinalOf(index) >= 0
        ? null
        : "array " + id + " has no task " + index + "; it has " + tasks.shortened(8);
  }

  /** Why no further singleton of this name can wait, or null. */
  private String crowd(Actor actor, String name) {
    return permissions
        .account(actor)
        .filter(account ->
            cluster.jobs().waits().countSingletonsOf(account.definition().name(), name)
                >= MAX_DEPENDENTS)
        .map(_ ->
            MAX_DEPENDENTS
                + " jobs named \""
                + name
                + "\" wait as singletons, which is the most: give further ones another name, or"
                + " let one of those do their work too")
        .orElse(null);
  }

  /** Why the tasks of an array cannot wait for those of another one by one, or null. */
  private String problemOfTasks(DependencyRule rule, JobArray array) {
    int others = 0;
    for (Dependency each : rule.parts()) {
      Job other =
          each.kind() == Dependency.Kind.AFTER_CORRESPONDING
              ? cluster.jobs().find(each.job()).orElse(null)
              : null;
      if (other == null || other.array() == null) {
        continue;
      }
      others++;
      if (rule.any() || others > 1) {
        return "tasks wait by aftercorr for the tasks of one array alone, and not as one of several"
            + " conditions that are enough: leave out one";
      }
      TaskIndices theirs = other.spec().array().tasks();
      for (TaskRange range : array.tasks().ranges()) {
        for (int index = range.first(); index <= range.last(); index += range.step()) {
          if (theirs.ordinalOf(index) < 0) {
            return "array "
                + other.id()
                + " has no task "
                + index
                + " that task "
                + index
                + " could wait for by aftercorr; it has "
                + theirs.shortened(8);
          }
        }
      }
    }
    return null;
  }

  private static Action see(Job job) {
    return new Action.SeeJob(job.user(), job.spec().project());
  }

  private static Optional<Decision> wrong(String field, String message) {
    return Optional.of(Rejections.invalid(field, message));
  }
}

package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.core.limit.BudgetGate;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.QuotedShape;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/**
 * Changes of a job that has not ended. A waiting job is checked as if it were submitted anew with
 * what it asks for then; of a running one the time limit alone can be changed, and only an
 * administrator makes it longer, as in Slurm. A change of an array concerns the tasks that have not
 * started.
 */
public final class ChangeCheck {
  private final Cluster cluster;
  private final Permissions permissions;
  private final JobAccess access;
  private final SpecResolver specs;

  public ChangeCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.access = new JobAccess(cluster, permissions);
    this.specs = new SpecResolver(cluster, permissions);
  }

  public Decision decide(Input.ChangeJob input, long nowMs) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    if (input.task() != null) {
      return task(input, job, nowMs);
    }
    return whole(input, job, nowMs);
  }

  /** One task of an array: it can be changed once it is a job of its own. */
  private Decision task(Input.ChangeJob input, Job array, long nowMs) {
    TaskChoice choice = TaskChoice.of(array, input.task());
    if (choice.refusal() != null) {
      return choice.refusal();
    }
    if (choice.asked().count() > 1) {
      return Rejections.invalid("tasks", "one task is changed at a time, not " + input.task());
    }
    Job task = cluster.jobs().tasksOf(array.id()).get(choice.asked().smallest());
    if (task != null) {
      return whole(input, task, nowMs);
    }
    return Rejections.conflict(
        "tasks",
        "task "
            + choice.asked().smallest()
            + " of array "
            + array.id()
            + (choice.waiting().isEmpty()
                ? " has ended: submit it anew"
                : " has not started: it is changed with its array"));
  }

  private Decision whole(Input.ChangeJob input, Job job, long nowMs) {
    if (input.revision() != null && input.revision() != job.revision()) {
      return Rejections.of(
          Code.STALE,
          "If-Match",
          "job "
              + job.id()
              + " was changed since: its version is "
              + job.revision()
              + " and not "
              + input.revision()
              + "; read it again");
    }
    return switch (job.state()) {
      case PENDING -> waiting(input, job, nowMs);
      case RUNNING, SUSPENDED -> running(input, job, nowMs);
      case COMPLETING ->
          Rejections.conflict("id", "job " + job.id() + " is being ended: it cannot be changed");
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED ->
          Rejections.conflict(
              "id", "job " + job.id() + " has ended (" + job.state() + "): submit it anew");
    };
  }

  private Decision running(Input.ChangeJob input, Job job, long nowMs) {
    JobChange change = input.change();
    TreeSet<String> others = new TreeSet<>(change.named());
    others.remove("limitMs");
    if (!others.isEmpty()) {
      return Rejections.conflict(
          others.first(),
          "job " + job.id() + " runs: only its limitMs can be changed, not " + others.first());
    }
    if (!change.names("limitMs")) {
      return Decision.unchanged();
    }
    PartitionDefined partition = cluster.policy().partition(job.spec().partition()).orElseThrow();
    long limitMs =
        change.values().limitMs() == null ? partition.defaultLimitMs() : change.values().limitMs();
    if (limitMs <= 0 || limitMs > partition.maxLimitMs()) {
      return Rejections.invalid(
          "limitMs",
          "limitMs is "
              + limitMs
              + ": in partition "
              + partition.name()
              + " it is from 1 to "
              + partition.maxLimitMs());
    }
    if (limitMs > job.spec().limitMs() && !isAdministrator(input.actor())) {
      return Rejections.forbidden(
          "job "
              + job.id()
              + " runs with a limitMs of "
              + job.spec().limitMs()
              + ": only an administrator makes it longer");
    }
    long untilMs = Math.addExact(JobClock.startWithoutStopsMs(job, nowMs), limitMs);
    for (Allocation each : job.allocations()) {
      if (limitMs > job.spec().limitMs()
          && cluster.reservations().keeps(each.node(), job.reservation(), untilMs).isPresent()) {
        return Rejections.conflict(
            "limitMs", "node " + each.node() + " is reserved before " + untilMs + ": ask for less");
      }
    }
    Optional<String> unpaid = new BudgetGate(cluster, cluster.timeMs()).refuses(job, limitMs);
    if (unpaid.isPresent()) {
      return Rejections.conflict("limitMs", BudgetGate.WORD + ": " + unpaid.get());
    }
    return stated(input.actor(), job, job.spec().toBuilder().limitMs(limitMs).build());
  }

  private Decision waiting(Input.ChangeJob input, Job job, long nowMs) {
    if (!job.awaitsStart()) {
      return Rejections.conflict(
          "id", "array " + job.id() + " has no task left that waits: it cannot be changed");
    }
    JobChange change = input.change();
    if (change.names("arrayAtOnce") && job.array() == null) {
      return Rejections.conflict("arrayAtOnce", TaskChoice.noArray(job) + ": it has no throttle");
    }
    JobRequest merged = merged(job.spec(), change);
    Optional<Rejection> wrong = JobRequestCheck.check(merged);
    if (wrong.isPresent()) {
      return Decision.rejected(wrong.get());
    }
    JobArray array = array(job, change);
    if (array != null && (array.atOnce() < 0 || array.atOnce() > ArrayText.MAX_TASKS)) {
      return Rejections.invalid("arrayAtOnce", "arrayAtOnce is from 1 to " + ArrayText.MAX_TASKS);
    }
    UserDefined owner = cluster.accounts().account(job.user()).orElseThrow().definition();
    SpecResolver.Resolved resolved = specs.resolve(input.actor(), owner, merged, array, nowMs);
    if (resolved.refusal() != null) {
      return resolved.refusal();
    }
    for (Dependency each : resolved.spec().terms().dependency().parts()) {
      if (each.job() != null && each.job().value() >= job.queueNumber()) {
        return Rejections.invalid(
            "dependency",
            "job "
                + job.id()
                + " cannot depend on job "
                + each.job()
                + ": a job depends on jobs that were submitted before, never on itself or a later"
                + " one");
      }
    }
    JobSpec spec = kept(job.spec(), change, resolved.spec(), array);
    if (job.array() != null
        && !spec.terms().dependency().equals(job.spec().terms().dependency())
        && (waitsByTask(spec) || waitsByTask(job.spec()))) {
      return Rejections.conflict(
          "dependency",
          "the tasks of array "
              + job.id()
              + " cannot be made to wait by aftercorr, or not to, any more");
    }
    Optional<Decision> late = late(change, spec);
    if (late.isPresent()) {
      return late.get();
    }
    Optional<LimitTree.Block> limit =
        new LimitTree(cluster, cluster.timeMs())
            .refusesChange(Claim.of(job), new Claim(job.user(), spec));
    if (limit.isPresent()) {
      return Rejections.invalid(
          limit.get().field(), limit.get().why().word() + ": " + limit.get().why().sentence());
    }
    return stated(input.actor(), job, spec);
  }

  /** Whether what changes leaves no time in its reservation before its deadline. */
  private Optional<Decision> late(JobChange change, JobSpec spec) {
    return change.names("deadlineMs") || change.names("beginMs") || change.names("limitMs")
        ? ReservationChoice.opensTooLate(cluster, spec)
        : Optional.empty();
  }

  private static Decision stated(Actor actor, Job job, JobSpec spec) {
    return spec.equals(job.spec())
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(actor, new JobChanged(job.id(), spec))));
  }

  private static JobArray array(Job job, JobChange change) {
    JobArray now = job.spec().array();
    return now == null || !change.names("arrayAtOnce")
        ? now
        : new JobArray(now.tasks(), change.atOnce() == null ? 0 : change.atOnce());
  }

  /** The request that would have been made for what the job asks for then. */
  private static JobRequest merged(JobSpec spec, JobChange change) {
    JobRequest to = change.values();
    JobTerms terms = spec.terms();
    TermsRequest wish = to.terms();
    return JobRequest.builder(spec.script())
        .name(change.names("name") ? to.name() : spec.name())
        .partition(change.names("partition") ? to.partition() : spec.partition())
        .project(change.names("project") ? to.project() : spec.project())
        .qos(change.names("qos") ? to.qos() : spec.qos())
        .nodes(change.names("nodes") ? to.nodes() : (Integer) spec.nodes())
        .tasks(change.names("tasks") ? to.tasks() : SaidShape.tasks(spec.own()))
        .cpusPerTask(change.names("cpusPerTask") ? to.cpusPerTask() : (Integer) spec.cpusPerTask())
        .memBytes(change.names("memBytes") ? to.memBytes() : saidMemory(spec))
        .limitMs(change.names("limitMs") ? to.limitMs() : (Long) spec.limitMs())
        .gres(spec.gres())
        .workDir(spec.workDir())
        .environment(spec.environment())
        .stdoutPath(spec.stdoutPath())
        .stderrPath(spec.stderrPath())
        .hold(spec.hold())
        .placement(SaidShape.placement(spec.placement()))
        // Another project must be of a platform too.
        .endUser(change.names("project") && !spec.endUser().isEmpty() ? spec.endUser() : null)
        .terms(
            new TermsRequest(
                change.names("beginMs") ? wish.beginMs() : (Long) terms.beginMs(),
                change.names("deadlineMs") ? wish.deadlineMs() : saidDeadline(terms),
                change.names("nice") ? wish.nice() : null,
                change.names("dependency") ? wish.dependency() : null,
                terms.killOnInvalidDependency(),
                terms.requeue(),
                terms.signal()))
        .build();
  }

  private static Long saidDeadline(JobTerms terms) {
    return terms.deadlineMs() == 0 ? null : (Long) terms.deadlineMs();
  }

  private static Long saidMemory(JobSpec spec) {
    return spec.memBytes() == 0 ? null : (Long) spec.memBytes();
  }

  /** What is not named stays, whoever asked for it then and whatever became of it since. */
  private static JobSpec kept(JobSpec before, JobChange change, JobSpec resolved, JobArray array) {
    JobTerms now = resolved.terms();
    JobTerms old = before.terms();
    boolean otherPayer = change.names("qos") || change.names("project");
    JobSpec spec =
        resolved.toBuilder()
            .terms(
                new JobTerms(
                    now.beginMs(),
                    now.deadlineMs(),
                    change.names("nice") ? now.nice() : old.nice(),
                    change.names("dependency") ? now.dependency() : old.dependency(),
                    old.killOnInvalidDependency(),
                    old.requeue(),
                    old.signal()))
            .qos(otherPayer ? resolved.qos() : before.qos())
            .array(array)
            .endUser(before.endUser())
            .build();
    return QuotedShape.keepQuote(before, spec);
  }

  private boolean waitsByTask(JobSpec spec) {
    return spec.terms().dependency().parts().stream()
        .anyMatch(part ->
            part.kind() == Dependency.Kind.AFTER_CORRESPONDING
                && cluster
                    .jobs()
                    .find(part.job())
                    .filter(other -> other.array() != null)
                    .isPresent());
  }

  private boolean isAdministrator(Actor actor) {
    return permissions
        .account(actor)
        .filter(account -> account.has(Role.ADMINISTRATOR))
        .isPresent();
  }
}

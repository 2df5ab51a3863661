package org.queqiao.core.admission;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.state.Cluster;

/**
 * Makes a full specification of a request: whether it is right in itself, whether it may be paid by
 * its project, whether it can ever run; in this order. For submissions and changes alike.
 */
final class SpecResolver {
  private static final String DEFAULT_NAME = "job";
  private static final String DEFAULT_STDOUT = "queqiao-%j.out";
  private static final String DEFAULT_STDOUT_OF_TASK = "queqiao-%A_%a.out";

  private final Cluster cluster;
  private final Permissions permissions;
  private final TermsCheck terms;

  SpecResolver(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.terms = new TermsCheck(cluster, permissions);
  }

  /**
   * What came of it.
   *
   * @param spec with every default filled in, or null when it is refused
   * @param refusal why not, or null
   */
  record Resolved(JobSpec spec, Decision refusal) {}

  /** As {@link Resolved}, of the project alone. */
  private record Payer(ProjectName project, Decision refusal) {}

  /** Fills in a request of an account, or says what is wrong with it. */
  Resolved resolve(Actor actor, UserDefined user, JobRequest request, long nowMs) {
    Optional<Rejection> wrong = JobRequestCheck.check(request);
    if (wrong.isPresent()) {
      return new Resolved(null, Decision.rejected(wrong.get()));
    }
    JobArray array = request.array() == null ? null : ArrayText.read(request.array()).array();
    return resolve(actor, user, request, array, nowMs);
  }

  /** As {@link #resolve(Actor, UserDefined, JobRequest, long)}, of a request right in itself. */
  Resolved resolve(Actor actor, UserDefined user, JobRequest request, JobArray array, long nowMs) {
    Payer payer = payer(Actor.user(user.name()), user, request);
    if (payer.refusal() != null) {
      return new Resolved(null, payer.refusal());
    }
    Optional<PartitionDefined> partition =
        request.partition() == null
            ? cluster.policy().defaultPartition()
            : cluster.policy().partition(request.partition());
    if (partition.isEmpty()) {
      return new Resolved(null, unknownPartition(request.partition()));
    }
    long limitMs = request.limitMs() == null ? partition.get().defaultLimitMs() : request.limitMs();
    if (limitMs > partition.get().maxLimitMs()) {
      return new Resolved(null, tooLong(limitMs, partition.get()));
    }
    TermsCheck.Resolved resolved =
        terms.resolve(actor, request.terms(), nameOf(request), limitMs, array, nowMs);
    if (resolved.refusal() != null) {
      return new Resolved(null, resolved.refusal());
    }
    QosChoice.Chosen qos = QosChoice.of(cluster.priorities(), payer.project(), request.qos());
    if (qos.refusal() != null) {
      return new Resolved(null, qos.refusal());
    }
    PartitionName name = partition.get().name();
    Optional<Rejection> misplaced = misplaced(request, name);
    if (misplaced.isPresent()) {
      return new Resolved(null, Decision.rejected(misplaced.get()));
    }
    Function<JobRequest, JobSpec> specs =
        each -> spec(each, name, payer.project(), limitMs, resolved.terms(), qos.qos(), array);
    JobSpec spec = specs.apply(request);
    Optional<Feasibility.Impossible> never = cluster.candidates().neverRuns(spec);
    if (never.isEmpty()) {
      return new Resolved(spec, null);
    }
    NearestRequest nearest =
        new NearestRequest(
            cluster,
            each ->
                JobRequestCheck.shape(each)
                    .or(() -> JobRequestCheck.gres("gres", each.gres()))
                    .or(() -> misplaced(each, name))
                    .isEmpty(),
            specs);
    return new Resolved(null, Decision.rejected(nearest.refuse(request, never.get())));
  }

  private Optional<Rejection> misplaced(JobRequest request, PartitionName partition) {
    return new PlacementCheck(cluster)
        .check(request, partition)
        .or(() -> new ResourcesCheck(cluster).check(request, partition));
  }

  private static Decision tooLong(long limitMs, PartitionDefined partition) {
    return Rejections.invalid(
        "limitMs",
        "limitMs is "
            + limitMs
            + ", more than partition "
            + partition.name()
            + " allows: ask for at most "
            + partition.maxLimitMs());
  }

  /** Whose project pays, and whether the account may let it pay. */
  private Payer payer(Actor actor, UserDefined user, JobRequest request) {
    ProjectName project = request.project() == null ? user.defaultProject() : request.project();
    if (project == null) {
      return new Payer(
          null,
          Rejections.invalid(
              "project",
              "the request names no project and account "
                  + user.name()
                  + " has no default project: name one"));
    }
    if (cluster.accounts().project(project).isEmpty()) {
      return new Payer(null, unknownProject(project, user.name()));
    }
    if (!permissions.permit(actor, new Action.SubmitJob(project))) {
      return new Payer(
          null,
          Rejections.forbidden(
              "account "
                  + user.name()
                  + " may not submit to project "
                  + project
                  + ": ask a manager of the project for membership"));
    }
    if (user.unixUser().isEmpty()) {
      return new Payer(
          null,
          Rejections.forbidden(
              "account "
                  + user.name()
                  + " has no Unix user, so its jobs could run as nobody:"
                  + " ask an administrator to map it"));
    }
    if (request.endUser() != null && cluster.priorities().platformOf(project) == null) {
      return new Payer(
          null,
          Rejections.invalid(
              "endUser",
              "project "
                  + project
                  + " belongs to no service platform: only a platform submits for end users of its"
                  + " own"));
    }
    return new Payer(project, null);
  }

  private Decision unknownProject(ProjectName project, UserName user) {
    // Only the projects of this account are named: others are none of its business.
    List<String> own =
        cluster.accounts().projects().stream()
            .filter(each -> each.rankOf(user).isPresent())
            .map(each -> each.definition().name().value())
            .toList();
    return Rejections.invalid(
        "project",
        "there is no project " + project + TextRules.didYouMeanOneOf(project.value(), own));
  }

  private Decision unknownPartition(PartitionName partition) {
    List<String> names =
        cluster.policy().partitions().stream().map(each -> each.name().value()).toList();
    if (partition == null) {
      return Rejections.invalid(
          "partition",
          "the request names no partition and there is no default one: name one of " + names);
    }
    return Rejections.invalid(
        "partition",
        "there is no partition " + partition + TextRules.didYouMeanOneOf(partition.value(), names));
  }

  /** The request with every default filled in. */
  private static JobSpec spec(
      JobRequest request,
      PartitionName partition,
      ProjectName project,
      long limitMs,
      JobTerms terms,
      QosName qos,
      JobArray array) {
    int nodes = PlacementCheck.leastNodes(request);
    return JobSpec.builder(nameOf(request), request.script(), partition, project, limitMs)
        .shape(
            nodes,
            Math.toIntExact(PlacementCheck.tasks(request)),
            request.cpusPerTask() == null ? 1 : request.cpusPerTask())
        .memBytes(request.memBytes() == null ? 0 : request.memBytes())
        .gres(request.gres() == null ? List.of() : request.gres())
        .workDir(request.workDir() == null ? "" : request.workDir())
        .environment(
            request.environment() == null
                ? Collections.unmodifiableSortedMap(new TreeMap<>())
                : request.environment())
        .stdoutPath(
            request.stdoutPath() == null || request.stdoutPath().isEmpty()
                ? array == null ? DEFAULT_STDOUT : DEFAULT_STDOUT_OF_TASK
                : request.stdoutPath())
        .stderrPath(request.stderrPath() == null ? "" : request.stderrPath())
        .hold(request.hold() != null && request.hold())
        .terms(terms)
        .qos(qos)
        .placement(PlacementCheck.placement(request))
        .reservation(request.reservation())
        .array(array)
        .quote(quote(request))
        .endUser(request.endUser() == null ? "" : request.endUser())
        .build();
  }

  /** What the quote says that it names, whether it may or not. */
  private static JobQuote quote(JobRequest request) {
    return request.quote() == null || request.quote().given() == null
        ? null
        : request.quote().given().quote();
  }

  private static String nameOf(JobRequest request) {
    return request.name() == null ? DEFAULT_NAME : request.name();
  }
}

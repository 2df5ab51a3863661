package org.queqiao.core.admission;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.SharedContent;

/**
 * Submission: who asks, whether the request was seen before, whether it is right in itself, whether
 * it may be paid by its project, whether it can ever run, whether there is room for it; in this
 * order. The Unix user comes from the account and from nowhere else.
 */
public final class SubmitCheck {
  /** How many jobs of one account may wait or run: what one account can ask of the heap. */
  public static final int MAX_LIVE_JOBS_OF_USER = 200_000;

  /** How many jobs may wait or run in all. */
  public static final int MAX_LIVE_JOBS = 1_000_000;

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
  private static final String DEFAULT_NAME = "job";
  private static final String DEFAULT_STDOUT = "queqiao-%j.out";

  private final Cluster cluster;
  private final Permissions permissions;
  private final TermsCheck terms;

  public SubmitCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.terms = new TermsCheck(cluster, permissions);
  }

  public Decision decide(Input.SubmitJob input, long nowMs) {
    Optional<AccountTree.Account> account = permissions.account(input.actor());
    if (account.isEmpty()) {
      return Rejections.forbidden(
          input.actor() + " is no account of this cluster: jobs are submitted by accounts");
    }
    UserDefined user = account.get().definition();
    if (!input.idempotencyKey().isEmpty()) {
      Optional<Decision> known = repeated(user.name(), input);
      if (known.isPresent()) {
        return known.get();
      }
    }
    Optional<Rejection> wrong = JobRequestCheck.check(input.request());
    if (wrong.isPresent()) {
      return Decision.rejected(wrong.get());
    }
    return resolve(input, user, nowMs);
  }

  /** The answer to a key that was used before, or that is no key. */
  private Optional<Decision> repeated(UserName user, Input.SubmitJob input) {
    Optional<ClusterImage.IdempotencyImage> known =
        cluster.keys().find(user, input.idempotencyKey());
    if (known.isPresent()) {
      boolean same = Arrays.equals(known.get().requestHash(), input.requestHash());
      return Optional.of(
          same
              ? new Decision(List.of(), new Reply.JobAccepted(known.get().job(), true))
              : Rejections.of(
                  Code.IDEMPOTENCY_MISMATCH,
                  "Idempotency-Key",
                  "this key was used with another request, which made job "
                      + known.get().job()
                      + ": use a new key for a new request"));
    }
    if (!KEY.matcher(input.idempotencyKey()).matches() || input.requestHash().length == 0) {
      return Optional.of(
          Rejections.of(
              Code.MALFORMED,
              "Idempotency-Key",
              "an Idempotency-Key has 1 to 255 printable ASCII characters without spaces, and comes"
                  + " with the hash of its request"));
    }
    return Optional.empty();
  }

  private Decision resolve(Input.SubmitJob input, UserDefined user, long nowMs) {
    JobRequest request = input.request();
    ProjectName project = request.project() == null ? user.defaultProject() : request.project();
    if (project == null) {
      return Rejections.invalid(
          "project",
          "the request names no project and account "
              + user.name()
              + " has no default project: name one");
    }
    if (cluster.accounts().project(project).isEmpty()) {
      return unknownProject(project, user.name());
    }
    if (!permissions.permit(input.actor(), new Action.SubmitJob(project))) {
      return Rejections.forbidden(
          "account "
              + user.name()
              + " may not submit to project "
              + project
              + ": ask a manager of the project for membership");
    }
    if (user.unixUser().isEmpty()) {
      return Rejections.forbidden(
          "account "
              + user.name()
              + " has no Unix user, so its jobs could run as nobody:"
              + " ask an administrator to map it");
    }
    Optional<PartitionDefined> partition =
        request.partition() == null
            ? cluster.policy().defaultPartition()
            : cluster.policy().partition(request.partition());
    if (partition.isEmpty()) {
      return unknownPartition(request.partition());
    }
    long limitMs = request.limitMs() == null ? partition.get().defaultLimitMs() : request.limitMs();
    if (limitMs > partition.get().maxLimitMs()) {
      return tooLong(limitMs, partition.get());
    }
    TermsCheck.Resolved resolved = terms.resolve(input.actor(), request.terms(), limitMs, nowMs);
    if (resolved.refusal() != null) {
      return resolved.refusal();
    }
    QosChoice.Chosen qos = QosChoice.of(cluster.priorities(), project, request.qos());
    if (qos.refusal() != null) {
      return qos.refusal();
    }
    Optional<Rejection> misplaced =
        new PlacementCheck(cluster)
            .check(request, partition.get().name())
            .or(() -> new ResourcesCheck(cluster).check(request));
    if (misplaced.isPresent()) {
      return Decision.rejected(misplaced.get());
    }
    return accept(
        input,
        user,
        spec(request, partition.get().name(), project, limitMs, resolved.terms(), qos.qos()));
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

  private Decision unknownProject(ProjectName project, UserName user) {
    // Only the projects of this account are named: others are none of its business.
    List<String> own =
        cluster.accounts().projects().stream()
            .filter(each -> each.rankOf(user).isPresent())
            .map(each -> each.definition().name().value())
            .toList();
    return Rejections.invalid(
        "project", "there is no project " + project + TextRules.didYouMean(project.value(), own));
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
        "there is no partition " + partition + TextRules.didYouMean(partition.value(), names));
  }

  /** The request with every default filled in. */
  private static JobSpec spec(
      JobRequest request,
      PartitionName partition,
      ProjectName project,
      long limitMs,
      JobTerms terms,
      QosName qos) {
    int nodes = PlacementCheck.nodes(request);
    return JobSpec.builder(
            request.name() == null ? DEFAULT_NAME : request.name(),
            request.script(),
            partition,
            project,
            limitMs)
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
                ? DEFAULT_STDOUT
                : request.stdoutPath())
        .stderrPath(request.stderrPath() == null ? "" : request.stderrPath())
        .hold(request.hold() != null && request.hold())
        .terms(terms)
        .qos(qos)
        .placement(request.placement())
        .build();
  }

  private Decision accept(Input.SubmitJob input, UserDefined user, JobSpec spec) {
    Optional<Feasibility.Impossible> impossible = cluster.candidates().neverRuns(spec);
    if (impossible.isPresent()) {
      return Rejections.invalid(impossible.get().field(), impossible.get().message());
    }
    Optional<LimitTree.Block> limit =
        new LimitTree(cluster, cluster.timeMs()).refuses(new Claim(user.name(), spec));
    if (limit.isPresent()) {
      return Rejections.invalid("", limit.get().why().word() + ": " + limit.get().why().sentence());
    }
    if (cluster.jobs().liveOf(user.name()) >= MAX_LIVE_JOBS_OF_USER) {
      return Rejections.of(
          Code.TOO_MANY,
          "",
          "account "
              + user.name()
              + " has "
              + MAX_LIVE_JOBS_OF_USER
              + " jobs that wait or run, which is the most: submit again when some have ended");
    }
    if (cluster.jobs().live() >= MAX_LIVE_JOBS) {
      return Rejections.of(
          Code.BUSY,
          "",
          "the cluster has "
              + MAX_LIVE_JOBS
              + " jobs that wait or run, which is the most: submit again later");
    }
    if (cluster.content().bytes() + SharedContent.size(spec) > Cluster.MAX_CONTENT_BYTES) {
      return Rejections.of(
          Code.BUSY,
          "script",
          "the scripts and environments of all jobs fill the space that is kept for them:"
              + " submit again later, or keep large data in files");
    }
    JobId id = new JobId(Math.addExact(cluster.lastJobId(), 1));
    JobSubmitted submitted =
        new JobSubmitted(
            id,
            user.name(),
            user.unixUser(),
            user.uid(),
            spec,
            input.idempotencyKey(),
            input.requestHash());
    return new Decision(
        List.of(new Fact(input.actor(), submitted)), new Reply.JobAccepted(id, false));
  }
}

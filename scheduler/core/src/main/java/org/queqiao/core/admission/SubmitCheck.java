package org.queqiao.core.admission;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.Reply;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
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
  public static final int MAX_LIVE_JOBS = 1_100_000;

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private final Cluster cluster;
  private final Permissions permissions;
  private final SpecResolver specs;

  public SubmitCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
    this.specs = new SpecResolver(cluster, permissions);
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
    SpecResolver.Resolved resolved = specs.resolve(input.actor(), user, input.request(), nowMs);
    if (resolved.refusal() != null) {
      return resolved.refusal();
    }
    return QuoteCheck.refuse(input.request().quote(), user.name(), resolved.spec(), nowMs)
        .orElseGet(() -> accept(input, user, resolved.spec()));
  }

  /** The answer to a key that was used before, or that is no key. */
  private Optional<Decision> repeated(UserName user, Input.SubmitJob input) {
    Optional<ClusterImage.IdempotencyImage> known =
        cluster.keys().find(user, input.idempotencyKey());
    if (known.isPresent()) {
      boolean same = Arrays.equals(known.get().requestHash(), input.requestHash());
      return Optional.of(
          same
              ? new Decision(List.of(), accepted(known.get().job()))
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

  /** The answer to a job that is there already, as it stands now. */
  private Reply accepted(JobId id) {
    String never =
        cluster
            .jobs()
            .find(id)
            .filter(Job::awaitsStart)
            .map(job -> never(new LimitTree(cluster, cluster.timeMs()), Claim.of(job)))
            .orElse("");
    return new Reply.JobAccepted(id, true, never);
  }

  private static String never(LimitTree limits, Claim claim) {
    return limits.never(claim).map(why -> why.word() + ": " + why.sentence()).orElse("");
  }

  private Decision accept(Input.SubmitJob input, UserDefined user, JobSpec spec) {
    Optional<Decision> unreserved = ReservationChoice.refuse(cluster, user.name(), spec);
    if (unreserved.isPresent()) {
      return unreserved.get();
    }
    LimitTree limits = new LimitTree(cluster, cluster.timeMs());
    Claim claim = new Claim(user.name(), spec);
    Optional<LimitTree.Block> limit = limits.refuses(claim);
    if (limit.isPresent()) {
      return Rejections.invalid(
          limit.get().field(), limit.get().why().word() + ": " + limit.get().why().sentence());
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
        List.of(new Fact(input.actor(), submitted)),
        new Reply.JobAccepted(id, false, never(limits, claim)));
  }
}

package org.queqiao.core.forecast;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.QuotedShape;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.WalletStatus;

/**
 * What a submission would cost and when it would start, every run going to its limit. It is tried
 * on a copy of the state, so it is refused as the submission itself would be.
 *
 * @param refused why it could not be submitted, or null
 * @param startMs when it would start; 0 when that is not found
 * @param cost what it may cost from then on, or from now on where no start is found
 * @param wallet what its project has, or null when it pays afterwards
 * @param shape for what it is, or null when it is refused
 */
public record Quote(
    Rejection refused, long startMs, JobCost cost, WalletStatus wallet, QuotedShape shape) {
  /**
   * Tries.
   *
   * @param image the state; it is only read
   * @param bounds how far to look for the start
   */
  public static Quote of(
      ClusterImage image, Input.SubmitJob submission, long nowMs, ForwardRun.Bounds bounds) {
    ForwardRun forward = new ForwardRun(image, RunTimes.DECLARED, nowMs);
    Reply reply = forward.tell(submission);
    if (reply instanceof Reply.Rejected(Rejection why)) {
      return new Quote(why, 0, null, null, null);
    }
    if (!(reply instanceof Reply.JobAccepted(JobId id, _, _))) {
      throw new IllegalStateException("a submission is answered with " + reply);
    }
    JobCost waiting = cost(forward, id, nowMs, 0);
    WalletStatus wallet =
        forward
            .machine()
            .state()
            .job(id)
            .flatMap(job -> forward.machine().state().walletFor(job.spec().project()))
            .orElse(null);
    QuotedShape shape =
        forward
            .machine()
            .state()
            .job(id)
            .map(job -> QuotedShape.of(job.spec()))
            .orElseThrow(() -> gone(id));
    long startMs = forward.run(List.of(id), bounds).starts().getOrDefault(id, 0L);
    if (startMs == 0) {
      return new Quote(null, 0, waiting, wallet, shape);
    }
    // What the copy learns from runs that it lets end at their limits is no experience.
    JobCost started = cost(forward, id, startMs, waiting.predictedMs());
    return new Quote(null, startMs, started, wallet, shape);
  }

  private static JobCost cost(ForwardRun forward, JobId id, long startMs, long believedMs) {
    Optional<JobCost> cost = forward.machine().state().cost(id, startMs, believedMs);
    return cost.orElseThrow(() -> gone(id));
  }

  private static IllegalStateException gone(JobId id) {
    return new IllegalStateException("job " + id + " is gone at once");
  }
}

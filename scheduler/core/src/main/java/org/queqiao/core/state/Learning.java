package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ExperienceImage;
import org.queqiao.core.predict.Experience;
import org.queqiao.core.predict.JobKind;
import org.queqiao.core.predict.LikeJobs;
import org.queqiao.core.predict.UserRuns;

/**
 * How long jobs are believed to run, learnt from those that ended. It follows from the log and is
 * in the image, so that a machine that was started anew believes the same. It is not in the digest:
 * images of before have none of it, and what it leads to is stated as facts.
 */
public final class Learning {
  /**
   * How many kinds without any job are remembered: a line of a hundred bytes in a snapshot each.
   */
  public static final int MOST_IDLE_KINDS = 50_000;

  private static final long PER_SECOND = 1_000;

  private final Policy policy;
  private final LikeJobs like = new LikeJobs(MOST_IDLE_KINDS, PER_SECOND);

  Learning(Policy policy) {
    this.policy = policy;
  }

  private static JobKind kindOf(Job job) {
    return new JobKind(
        job.uid(),
        job.spec().project().value(),
        job.spec().name(),
        job.content().scriptHex(),
        job.spec().totalCores(),
        job.spec().limitMs());
  }

  /** Gives a job what is known of its kind while it waits or runs, and takes it back at its end. */
  void follow(Job job) {
    Experience former = job.experience();
    if (job.state().isTerminal()) {
      if (former != null) {
        job.experience(null);
        like.leave(former);
      }
      return;
    }
    JobKind kind = kindOf(job);
    if (former == null || !former.kind().equals(kind)) {
      job.experience(like.enter(kind));
      if (former != null) {
        like.leave(former);
      }
    }
  }

  /** How long a job is believed to run, for a plan: its limit when nothing is known. */
  public long believedMs(Job job) {
    return byLimits(job) ? job.spec().limitMs() : job.experience().believe(job.spec().limitMs());
  }

  /**
   * What is predicted for a job: of one that waits what is believed now, of another what was
   * believed when it started; 0 when nothing was known of jobs like it, or nothing worth more than
   * its limit.
   */
  public long predictedMs(Job job) {
    if (job.state() != JobState.PENDING) {
      return job.predictedMs();
    }
    return byLimits(job) || !job.experience().predicts() ? 0 : believedMs(job);
  }

  /** Whether its partition plans by limits alone, so that nothing learnt moves it. */
  public boolean byLimits(Job job) {
    return policy
        .partition(job.spec().partition())
        .map(PartitionDefined::plansByLimits)
        .orElse(false);
  }

  void restore(ExperienceImage image) {
    for (ExperienceImage.UserRuns each : image.users()) {
      like.restore(
          each.uid(), new UserRuns.Kept(each.runsMs(), each.gainedByKinds(), each.gainedByUser()));
    }
    for (ExperienceImage.KindRuns each : image.kinds()) {
      like.restore(
          new JobKind(
              each.uid(), each.project(), each.name(), each.script(), each.cores(), each.limitMs()),
          each.runsMs(),
          each.trial() != 0,
          each.trial());
    }
  }

  /** All jobs of an image have been entered. */
  void restored() {
    like.restored();
  }

  ExperienceImage image() {
    List<ExperienceImage.UserRuns> users = new ArrayList<>();
    like.users((uid, kept) ->
        users.add(
            new ExperienceImage.UserRuns(
                uid, kept.runs(), kept.gainedByKinds(), kept.gainedByUser())));
    List<ExperienceImage.KindRuns> kinds = new ArrayList<>();
    for (Experience each : like.kept()) {
      JobKind kind = each.kind();
      kinds.add(
          new ExperienceImage.KindRuns(
              kind.user(),
              kind.project(),
              kind.name(),
              kind.script(),
              kind.cores(),
              kind.limit(),
              each.runs(),
              each.trial()));
    }
    return new ExperienceImage(users, kinds);
  }
}

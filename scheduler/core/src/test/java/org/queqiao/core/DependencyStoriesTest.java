package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.state.Cluster;

/** Jobs that wait for other jobs. */
final class DependencyStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder after(String dependency) {
    return script().terms(TermsRequest.NONE.withDependency(dependency));
  }

  private static JobRequest.Builder killedWhenHopeless(String dependency) {
    return script()
        .terms(TermsRequest.NONE.withDependency(dependency).withKillOnInvalidDependency(true));
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  private JobId runs(String user) {
    JobId job = story.submits(user);
    story.plans();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    return job;
  }

  @Test
  void afterokStartsWhenTheOtherJobHasEndedWell() {
    story.node("n1", 4);
    JobId first = runs("liwei");
    JobId next = story.submits("liwei", after("afterok:" + first));
    assertThat(story.plans()).isZero();
    assertThat(reason(next)).isEqualTo(PendingReason.DEPENDENCY);
    assertThat(story.job(next).eligibleMs()).isZero();
    story.after(5000).exits(first, 0);
    assertThat(story.job(next).eligibleMs()).isEqualTo(story.nowMs);
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void afterokOfAJobThatFailedIsNeverSatisfiedAndWaits() {
    story.node("n1", 4);
    JobId first = runs("liwei");
    JobId next = story.submits("liwei", after("afterok:" + first));
    JobId whole = story.submits("liwei", killedWhenHopeless("afterok:" + first));
    JobId chained = story.submits("liwei", killedWhenHopeless("afterok:" + whole));
    JobId cleanup = story.submits("liwei", after("afternotok:" + first));
    story.exits(first, 1);
    assertThat(reason(next)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    assertThat(story.state(whole)).isEqualTo(PENDING);
    story.ticks();
    assertThat(story.state(whole)).isEqualTo(CANCELLED);
    assertThat(story.job(whole).detail()).contains("can never be met");
    story.ticks();
    assertThat(story.state(chained)).isEqualTo(CANCELLED);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(cleanup)).isEqualTo(RUNNING);
    assertThat(story.state(next)).isEqualTo(PENDING);
    story.does(new Input.CancelJob(user("liwei"), next));
    assertThat(story.state(next)).isEqualTo(CANCELLED);
  }

  @Test
  void afternotokOfAJobThatEndedWellIsNeverSatisfied() {
    story.node("n1", 4);
    JobId first = runs("liwei");
    JobId next = story.submits("liwei", after("afternotok:" + first));
    story.exits(first, 0);
    assertThat(reason(next)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    assertThat(story.plans()).isZero();
  }

  @Test
  void afteranyStartsHoweverTheOtherJobEnded() {
    story.node("n1", 4);
    for (int code : new int[] {0, 1}) {
      JobId first = runs("liwei");
      JobId next = story.submits("liwei", after("afterany:" + first));
      story.exits(first, code);
      assertThat(story.plans()).isEqualTo(1);
      assertThat(story.state(next)).isEqualTo(RUNNING);
      story.exits(next, 0);
    }
  }

  @Test
  void afterWaitsForTheStartAndTheMinutesAfterIt() {
    story.node("n1", 4);
    JobId first = story.submits("liwei", script().hold(true));
    JobId atOnce = story.submits("liwei", after("after:" + first));
    JobId later = story.submits("liwei", after("after:" + first + "+10"));
    assertThat(story.plans()).isZero();
    story.does(new Input.ReleaseJob(user("liwei"), first));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(atOnce)).isEqualTo(RUNNING);
    assertThat(reason(later)).isEqualTo(PendingReason.BEGIN_TIME);
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + 600_000);
    story.after(599_999).ticks();
    assertThat(story.plans()).isZero();
    story.after(1).ticks();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(later)).isEqualTo(RUNNING);
  }

  @Test
  void afterHoldsForAJobThatWasCancelledBeforeItsStart() {
    story.node("n1", 4);
    JobId first = story.submits("liwei", script().hold(true));
    JobId next = story.submits("liwei", after("after:" + first));
    JobId well = story.submits("liwei", after("afterok:" + first));
    story.does(new Input.CancelJob(user("liwei"), first));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
    assertThat(reason(well)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
  }

  @Test
  void aCommaWantsAllAndAQuestionMarkWantsOne() {
    story.node("n1", 4);
    JobId good = runs("liwei");
    JobId bad = runs("liwei");
    String both = "afterok:" + good + ":" + bad;
    JobId all = story.submits("liwei", after(both));
    JobId any = story.submits("liwei", after("afterok:" + good + "?afterok:" + bad));
    assertThat(story.job(any).spec().terms().dependency().any()).isTrue();
    story.exits(bad, 1);
    assertThat(reason(all)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    assertThat(reason(any)).isEqualTo(PendingReason.DEPENDENCY);
    story.exits(good, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(any)).isEqualTo(RUNNING);
    assertThat(story.state(all)).isEqualTo(PENDING);
  }

  @Test
  void singletonRunsOneAfterAnother() {
    story.node("n1", 4);
    JobId other = story.submits("wangfang", script().name("step"));
    JobId first = story.submits("liwei", script().name("step"));
    JobId second =
        story.submits(
            "liwei", script().name("step").terms(TermsRequest.NONE.withDependency("singleton")));
    JobId third =
        story.submits(
            "liwei", script().name("step").terms(TermsRequest.NONE.withDependency("singleton")));
    JobId alone =
        story.submits(
            "liwei", script().name("other").terms(TermsRequest.NONE.withDependency("singleton")));
    assertThat(story.plans()).isEqualTo(3);
    assertThat(List.of(other, first, alone))
        .allSatisfy(job -> assertThat(story.state(job)).isEqualTo(RUNNING));
    assertThat(reason(second)).isEqualTo(PendingReason.DEPENDENCY);
    story.exits(first, 1);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(second)).isEqualTo(RUNNING);
    assertThat(reason(third)).isEqualTo(PendingReason.DEPENDENCY);
    story.exits(second, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(third)).isEqualTo(RUNNING);
  }

  @Test
  void aHeldJobWhoseDependencyIsMetWaitsForItsRelease() {
    story.node("n1", 4);
    JobId first = runs("liwei");
    JobId next = story.submits("liwei", after("afterany:" + first).hold(true));
    story.exits(first, 0);
    assertThat(story.plans()).isZero();
    assertThat(reason(next)).isEqualTo(PendingReason.JOB_HELD_USER);
    story.does(new Input.ReleaseJob(user("liwei"), next));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aForgottenJobCanStillBeDependedOn() {
    story.node("n1", 4);
    JobId good = runs("liwei");
    story.exits(good, 0);
    JobId bad = runs("liwei");
    story.exits(bad, 1);
    JobId waiting = story.submits("liwei", after("afterok:" + bad + "?afternotok:" + good));
    story.after(Cluster.KEEP_FINISHED_MS + 1);
    runs("liwei");
    assertThat(story.machine.state().job(good)).isEmpty();
    assertThat(reason(waiting)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
    JobId next = story.submits("liwei", after("afterok:" + good + ",afternotok:" + bad));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
    JobId hopeless = story.submits("liwei", after("afterok:" + bad));
    assertThat(reason(hopeless)).isEqualTo(PendingReason.DEPENDENCY_NEVER_SATISFIED);
  }

  @Test
  void nothingIsTakenBackWhenTheOtherJobIsForgotten() {
    story.node("n1", 4);
    JobId first = runs("liwei");
    JobId next = story.submits("liwei", after("afterok:" + first).hold(true));
    story.exits(first, 0);
    story.after(Cluster.KEEP_FINISHED_MS + 1);
    runs("liwei");
    story.does(new Input.ReleaseJob(user("liwei"), next));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void dependenciesThatCannotBeAreRefused() {
    JobId mine = story.submits("liwei");
    JobId theirs = story.submits("chenjie");
    long next = theirs.value() + 1;
    assertThat(refusal("afterok:" + next)).contains("never on itself or a later one");
    assertThat(refusal("afterok:999999999")).contains("there is no job 999999999 yet");
    assertThat(refusal("afterok:" + theirs))
        .isEqualTo(
            "there is no job "
                + theirs
                + " that you may depend on: it is unknown, not yours to see, or ended too long"
                + " ago");
    assertThat(refusal("afterok")).contains("names no job after afterok: write afterok:JOB");
    assertThat(refusal("afterok:")).contains("which is no number of a job");
    assertThat(refusal("afterok:0")).contains("which is no number of a job");
    assertThat(refusal("afterok:" + mine + "_3"))
        .isEqualTo("job " + mine + " is no array: there is no task 3 of it");
    assertThat(refusal("afterok:" + mine + "_")).contains("which is no number of a job");
    assertThat(refusal("aftercorr:" + mine + "_3"))
        .contains("write aftercorr:" + mine + " for that, afterok:" + mine + "_3 for one task");
    assertThat(refusal("afterok:x")).contains("\"x\", which is no number of a job");
    assertThat(refusal("afterwards:" + mine)).contains("begins a condition with \"afterwards\"");
    assertThat(refusal("afterok:" + mine + ",")).contains("begins a condition with \"\"");
    assertThat(refusal("afterok:" + mine + "?singleton,after:" + mine)).contains("mixes");
    assertThat(refusal("afterok:" + mine + "+5")).contains("only after takes one");
    assertThat(refusal("after:" + mine + "+")).contains("in minutes");
    assertThat(refusal("after:" + mine + "+9999999")).contains("at most 525600");
    assertThat(refusal("singleton:" + mine)).contains("stands alone");
    assertThat(refusal("afterok:" + mine + ":" + mine)).contains("twice");
    assertThat(refusal("after:" + mine + "+1".repeat(9000))).contains("more than 8192 characters");
    StringBuilder many = new StringBuilder("after");
    for (int minutes = 0; minutes < 257; minutes++) {
      many.append(':').append(mine).append('+').append(minutes);
    }
    assertThat(refusal(many.toString())).contains("more than 256 conditions");
    story.submits("zhangmin", after("afterany:" + mine));
    assertThat(story.job(mine).state()).isNotEqualTo(COMPLETED);
  }

  @Test
  void onlySoManyJobsWaitForOneJobOrOneName() {
    story.withoutChecks();
    JobId awaited = story.submits("liwei");
    for (int i = 0; i < 5_000; i++) {
      story.submits("liwei", after("afterany:" + awaited));
    }
    assertThat(refusal("afterany:" + awaited))
        .isEqualTo(
            "5000 jobs wait for job "
                + awaited
                + ", which is the most: let further ones depend on one of those");
    JobId later = story.submits("liwei", after("afterany:" + (awaited.value() + 1)));
    assertThat(story.job(later).state()).isEqualTo(PENDING);

    story.submits("liwei", script().name("chain"));
    for (int i = 0; i < 5_000; i++) {
      story.submits("liwei", after("singleton").name("chain"));
    }
    Rejection rejection = story.refuses(submission("liwei", after("singleton").name("chain")));
    assertThat(rejection.message())
        .contains("5000 jobs named \"chain\" wait as singletons, which is the most");
    story.submits("liwei", after("singleton").name("another"));
    story.submits("wangfang", after("singleton").name("chain"));
  }

  private String refusal(String dependency) {
    Rejection rejection = story.refuses(submission("liwei", after(dependency)));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo("dependency");
    return rejection.message();
  }
}

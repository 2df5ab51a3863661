package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.DEADLINE;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** When a job may start and by when it must have ended. */
final class TermsStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private JobRequest.Builder begins(long inMs) {
    return script().terms(TermsRequest.NONE.withBeginMs(story.nowMs + inMs));
  }

  private JobRequest.Builder due(long inMs, long limitMs) {
    return script().limitMs(limitMs).terms(TermsRequest.NONE.withDeadlineMs(story.nowMs + inMs));
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  @Test
  void aJobStartsAtItsBeginTimeAndNotBefore() {
    story.node("n1", 1);
    JobId later = story.submits("liwei", begins(10_000));
    JobId first = story.submits("liwei", script().limitMs(5000L));
    assertThat(reason(later)).isEqualTo(PendingReason.BEGIN_TIME);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(first)).isEqualTo(RUNNING);
    story.after(1000).exits(first, 0);
    assertThat(story.plans()).isZero();
    story.after(8999).ticks();
    assertThat(story.machine.state().planningDue()).isFalse();
    story.after(1).doesOneFact(new Input.Tick());
    assertThat(story.job(later).eligibleMs()).isEqualTo(story.nowMs);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aBeginTimeInThePastIsNow() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", script().terms(TermsRequest.NONE.withBeginMs(1)));
    assertThat(story.job(job).eligibleMs()).isEqualTo(story.nowMs);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aHeldJobWhoseTimeHasComeStartsWithItsRelease() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", begins(1000).hold(true));
    story.after(1000).ticks();
    assertThat(reason(job)).isEqualTo(PendingReason.JOB_HELD_USER);
    story.does(new Input.ReleaseJob(user("liwei"), job));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aWaitingJobThatCannotEndByItsDeadlineEnds() {
    story.node("n1", 1);
    story.submits("liwei");
    story.plans();
    JobId due = story.submits("liwei", due(10_000, 4000));
    JobId held = story.submits("liwei", due(10_000, 4000).hold(true));
    story.after(6000).ticks();
    assertThat(story.state(due)).isEqualTo(PENDING);
    story.after(1).ticks();
    assertThat(story.state(due)).isEqualTo(DEADLINE);
    assertThat(story.state(held)).isEqualTo(DEADLINE);
    assertThat(story.job(due).detail()).isEqualTo("it could not end by its deadline any more");
    assertThat(story.job(due).endMs()).isEqualTo(story.nowMs);
  }

  @Test
  void aDeadlineOfZeroIsOneThatIsOverAndNotNone() {
    story.node("n1", 1);
    TermsRequest zero = TermsRequest.NONE.withDeadlineMs(0L);
    Rejection refused = story.refuses(submission("liwei", script().terms(zero)));
    assertThat(refused.field()).isEqualTo("deadlineMs");
    assertThat(refused.message()).contains("deadlineMs is 0, which is not after now");
    JobId without = story.submits("liwei", script().hold(true));
    JobRequest nicer = script().terms(TermsRequest.NONE.withNice(5)).build();
    JobChange change = new JobChange(new TreeSet<>(List.of("nice")), nicer, null);
    story.does(new Input.ChangeJob(user("liwei"), without, change, null));
    assertThat(story.job(without).spec().terms().deadlineMs()).isZero();
  }

  @Test
  void oneTickEndsAJobAndLetsAnotherStartThatWaitedForItOrForATime() {
    story.node("n1", 1);
    JobId runs = story.submits("liwei");
    story.plans();
    JobId due = story.submits("liwei", due(70_000, 4000));
    JobId either =
        story.submits(
            "liwei",
            script()
                .terms(TermsRequest.NONE.withDependency("after:" + runs + "+1?afterany:" + due)));
    story.after(67_000).ticks();
    assertThat(story.state(due)).isEqualTo(DEADLINE);
    assertThat(story.job(either).eligibleMs()).isEqualTo(story.nowMs);
  }

  @Test
  void aPassStartsNothingThatIsTooLateAlready() {
    JobId due = story.submits("liwei", due(10_000, 4000));
    story.node("n1", 1);
    story.after(6001);
    assertThat(story.plans()).isZero();
    assertThat(story.state(due)).isEqualTo(DEADLINE);
  }

  @Test
  void aRunIsEndedAtItsTimeLimitWhenThatComesBeforeTheDeadline() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", due(10_000, 4000));
    story.plans();
    story.after(4000).ticks();
    assertThat(story.job(job).killCause()).isEqualTo(KillCause.TIMEOUT);
  }

  @Test
  void aRunThatIsStillThereAtItsDeadlineEndsInThatState() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", due(10_000, 4000));
    story.after(6000);
    story.plans();
    story.after(4000).ticks();
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    // The limit and the deadline are the same moment: it is the limit that ends it.
    assertThat(story.job(job).killCause()).isEqualTo(KillCause.TIMEOUT);
  }

  private JobRequest.Builder signalled(long limitMs, long beforeMs) {
    return script()
        .limitMs(limitMs)
        .terms(TermsRequest.NONE.withSignal(new WarningSignal(10, beforeMs, true)));
  }

  @Test
  void aRunGetsItsWarningSignalOnceBeforeItMustEnd() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", signalled(10_000, 3000));
    story.plans();
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + 7000);
    story.after(6999).doesWithoutFacts(new Input.Tick());
    assertThat(story.desired("n1").getFirst().signal()).isNull();
    long version = story.machine.state().desiredVersion(story.node(job));
    story.after(1).doesOneFact(new Input.Tick());
    assertThat(story.desired("n1").getFirst().signal())
        .isEqualTo(new WarningSignal(10, 3000, true));
    assertThat(story.machine.state().desiredVersion(story.node(job))).isEqualTo(version + 1);
    story.after(1).doesWithoutFacts(new Input.Tick());
    story.after(2999).doesOneFact(new Input.Tick());
    assertThat(story.job(job).killCause()).isEqualTo(KillCause.TIMEOUT);
  }

  @Test
  void aRunThatIsShorterThanTheWarningGetsItAtOnceAndEachRunGetsIt() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", signalled(10_000, 60_000));
    story.plans();
    story.doesOneFact(new Input.Tick());
    assertThat(story.job(job).signalled()).isTrue();
    story.says(SchedulerStory.facts("n1", "boot-2", 1, SchedulerStory.GIB));
    assertThat(story.job(job).signalled()).isFalse();
    story.plans();
    story.doesOneFact(new Input.Tick());
    assertThat(story.job(job).signalled()).isTrue();
  }

  @Test
  void aRunAtItsLimitIsEndedAndNotWarned() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", signalled(10_000, 3000));
    story.plans();
    story.after(20_000).doesOneFact(new Input.Tick());
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.job(job).signalled()).isFalse();
  }

  @Test
  void aWarningThatCannotBeIsRefused() {
    assertThat(refusal("signal", signalled(10_000, 65_536_000))).contains("65535 s");
    assertThat(refusal("signal", signalled(10_000, -1))).contains("from 0 to");
  }

  @Test
  void timesThatCannotBeAreRefused() {
    long nowMs = story.nowMs;
    assertThat(refusal("deadlineMs", due(0, 1000))).contains("not after now");
    assertThat(refusal("deadlineMs", due(999, 1000)))
        .contains("cannot end by its deadline, which leaves 999");
    assertThat(refusal("deadlineMs", script().terms(TermsRequest.NONE.withDeadlineMs(-1))))
        .contains("epoch milliseconds");
    assertThat(
            refusal(
                "deadlineMs",
                script()
                    .limitMs(1000L)
                    .terms(
                        TermsRequest.NONE
                            .withBeginMs(nowMs + HOUR_MS)
                            .withDeadlineMs(nowMs + HOUR_MS))))
        .contains("not after beginMs");
    assertThat(refusal("beginMs", script().terms(TermsRequest.NONE.withBeginMs(-5))))
        .contains("epoch milliseconds");
    assertThat(refusal("beginMs", begins(3_651L * 24 * HOUR_MS))).contains("ten years");
    assertThat(refusal("deadlineMs", due(Long.MAX_VALUE - story.nowMs, 1000)))
        .contains("ten years");
  }

  @Test
  void onlyAnAdministratorPutsAJobForward() {
    story.account(
        "admin2",
        1006,
        SchedulerStory.CLIMATE,
        org.queqiao.contract.account.MemberRank.MEMBER,
        org.queqiao.contract.account.Role.ADMINISTRATOR);
    JobRequest.Builder forward = script().terms(TermsRequest.NONE.withNice(-10));
    assertThat(story.refuses(submission("liwei", forward)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.job(story.submits("admin2", forward)).spec().terms().nice()).isEqualTo(-10);
    JobRequest.Builder back = script().terms(TermsRequest.NONE.withNice(100));
    assertThat(story.job(story.submits("liwei", back)).spec().terms().nice()).isEqualTo(100);
    assertThat(refusal("nice", script().terms(TermsRequest.NONE.withNice(Integer.MIN_VALUE))))
        .contains("from -2147483645 to 2147483645");
  }

  private String refusal(String field, JobRequest.Builder request) {
    Rejection rejection = story.refuses(submission("liwei", request));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo(field);
    return rejection.message();
  }
}

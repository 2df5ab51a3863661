package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.DEADLINE;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.contract.job.JobState.SUSPENDED;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** Jobs that are stopped where they are and go on. */
final class SuspendStoriesTest {
  private static final long MINUTE_MS = 60_000;

  private final SchedulerStory story = SchedulerStory.site();

  private JobId running(TermsRequest terms) {
    story.says(facts("n1", "boot-1", 2, 2 * GIB).suspending());
    JobId job = story.submits("liwei", script().limitMs(10 * MINUTE_MS).terms(terms));
    story.plans();
    story.starts(job);
    return job;
  }

  private JobId running() {
    return running(TermsRequest.NONE);
  }

  private void suspends(JobId job) {
    story.does(new Input.SuspendJob(user("admin1"), job));
  }

  private void resumes(JobId job) {
    story.does(new Input.ResumeJob(user("admin1"), job));
  }

  private void reports(JobId job, boolean stopped) {
    reports(job, stopped, story.nowMs);
  }

  private void reports(JobId job, boolean stopped, long atMs) {
    story.does(new Input.RunSuspended(story.node(job), story.run(job), stopped, atMs, 0));
  }

  private Suspending desired() {
    return story.desired("n1").getFirst().suspending();
  }

  @Test
  void theWishIsAFactAtOnceAndTheStopWhenTheNodeReportsIt() {
    JobId job = running();
    assertThat(desired()).isEqualTo(Suspending.NONE);
    suspends(job);
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(desired()).isEqualTo(Suspending.SUSPEND);
    story.after(20);
    reports(job, true);
    assertThat(story.state(job)).isEqualTo(SUSPENDED);
    story.after(5_000);
    resumes(job);
    assertThat(story.state(job)).isEqualTo(SUSPENDED);
    assertThat(desired()).isEqualTo(Suspending.RESUME);
    story.after(30);
    reports(job, false);
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.job(job).suspendedMs(story.nowMs)).isEqualTo(5_030);
    assertThat(story.job(job).suspension().by()).isEqualTo(user("admin1"));
  }

  @Test
  void askingAgainAndReportingAgainChangeNothing() {
    JobId job = running();
    story.doesWithoutFacts(new Input.ResumeJob(user("admin1"), job));
    story.doesWithoutFacts(
        new Input.RunSuspended(story.node(job), story.run(job), true, story.nowMs, 0));
    suspends(job);
    story.doesWithoutFacts(new Input.SuspendJob(user("admin1"), job));
    reports(job, true);
    story.doesWithoutFacts(
        new Input.RunSuspended(story.node(job), story.run(job), true, story.nowMs, 0));
    resumes(job);
    story.doesWithoutFacts(new Input.ResumeJob(user("admin1"), job));
  }

  @Test
  void onlyAnAdministratorMay() {
    JobId job = running();
    for (String name : new String[] {"liwei", "zhangmin"}) {
      assertThat(story.refuses(new Input.SuspendJob(user(name), job)).code())
          .isEqualTo(Rejection.Code.FORBIDDEN);
      assertThat(story.refuses(new Input.ResumeJob(user(name), job)).code())
          .isEqualTo(Rejection.Code.FORBIDDEN);
    }
    assertThat(story.refuses(new Input.SuspendJob(OWNER, job)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(new Input.SuspendJob(user("chenjie"), job)).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }

  @Test
  void aJobThatDoesNotRunIsRefusedWithItsState() {
    JobId waiting = story.submits("liwei");
    Rejection refused = story.refuses(new Input.SuspendJob(user("admin1"), waiting));
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message())
        .isEqualTo("job 1 is PENDING: only a job that runs can be suspended");
    story.does(new Input.CancelJob(user("liwei"), waiting));
    assertThat(story.refuses(new Input.ResumeJob(user("admin1"), waiting)).message())
        .isEqualTo("job 1 is CANCELLED: only a job that runs can be resumed");
  }

  @Test
  void aNodeWithAnOlderAgentIsNamed() {
    story.node("n1", 2);
    JobId job = story.submits("liwei");
    story.plans();
    Rejection refused = story.refuses(new Input.SuspendJob(user("admin1"), job));
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message()).contains("node n1 cannot suspend runs");
  }

  @Test
  void suspendedTimeDoesNotCountAgainstTheLimit() {
    JobId job = running();
    story.after(4 * MINUTE_MS);
    suspends(job);
    reports(job, true);
    assertThat(story.machine.state().nextDeadlineMs()).isEmpty();
    story.after(60 * MINUTE_MS);
    story.ticks();
    assertThat(story.state(job)).isEqualTo(SUSPENDED);
    resumes(job);
    reports(job, false);
    story.after(6 * MINUTE_MS - 1).ticks();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    story.after(1).ticks();
    assertThat(story.state(job)).isEqualTo(COMPLETING);
  }

  @Test
  void aDeadlineIsAMomentAndStays() {
    JobId job = running(TermsRequest.NONE.withDeadlineMs(story.nowMs + 11 * MINUTE_MS));
    suspends(job);
    reports(job, true);
    story.after(11 * MINUTE_MS).ticks();
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    story.exits(job, 0);
    assertThat(story.state(job)).isEqualTo(DEADLINE);
  }

  @Test
  void theWarningSignalIsPutOffToo() {
    JobId job =
        running(TermsRequest.NONE.withSignal(new WarningSignal(10, (int) MINUTE_MS, false)));
    story.after(8 * MINUTE_MS);
    suspends(job);
    reports(job, true);
    story.after(30 * MINUTE_MS).ticks();
    resumes(job);
    reports(job, false);
    story.after(MINUTE_MS - 1).ticks();
    assertThat(story.job(job).signalled()).isFalse();
    story.after(1).ticks();
    assertThat(story.job(job).signalled()).isTrue();
  }

  @Test
  void aSuspendedJobIsCancelledAndEndsAsCancelled() {
    JobId job = running();
    suspends(job);
    reports(job, true);
    story.after(1_000);
    story.does(new Input.CancelJob(user("liwei"), job));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    // Told to end, it goes on to do so: from here on it counts as running.
    assertThat(story.job(job).suspendedMs(story.nowMs + 500)).isEqualTo(1_000);
    assertThat(story.refuses(new Input.SuspendJob(user("admin1"), job)).message())
        .contains("COMPLETING");
    story.after(500).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(CANCELLED);
    assertThat(story.job(job).suspendedMs(story.nowMs)).isEqualTo(1_000);
  }

  @Test
  void aRunThatEndsWhileItIsStoppedEndsNoEarlierThanItWasStopped() {
    JobId job = running();
    story.after(1_000);
    suspends(job);
    reports(job, true);
    long stoppedMs = story.nowMs;
    story.after(5_000);
    story.does(
        new Input.RunEnded(
            story.node(job), SchedulerStory.exit(story.run(job), 0, stoppedMs - 700)));
    assertThat(story.state(job)).isEqualTo(COMPLETED);
    assertThat(story.job(job).endMs()).isEqualTo(story.nowMs);
    assertThat(story.job(job).suspendedMs(story.nowMs)).isEqualTo(5_000);
  }

  @Test
  void aSuspendedJobThatLosesItsNodeRunsAgainAndOnlyItsRunningTimeCounts() {
    JobId job = running();
    story.after(3_000);
    suspends(job);
    reports(job, true);
    story.after(40_000);
    story.says(facts("n1", "boot-2", 2, 2 * GIB).suspending());
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertThat(story.job(job).formerCoreMs()).isEqualTo(3_000);
    story.plans();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(desired()).isEqualTo(Suspending.NONE);
  }

  @Test
  void aReportOfAnEarlierStopIsNoNews() {
    JobId job = running();
    story.after(1_000);
    suspends(job);
    long firstMs = story.nowMs;
    reports(job, true);
    story.after(1_000);
    resumes(job);
    reports(job, false);
    story.doesWithoutFacts(
        new Input.RunSuspended(story.node(job), story.run(job), true, firstMs, 0));
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void aStopThatIsLearntOfLateIsStillAStop() {
    JobId job = running();
    story.after(1_000);
    suspends(job);
    long stoppedMs = story.nowMs + 10;
    // The node stops it and loses its connection; an hour later it is back.
    story.after(3_600_000);
    resumes(job);
    reports(job, true, stoppedMs);
    assertThat(story.state(job)).isEqualTo(SUSPENDED);
    reports(job, false);
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.job(job).suspendedMs(story.nowMs)).isEqualTo(3_600_000 - 10);
  }

  @Test
  void aNodeWhoseClockIsAheadIsNotBelieved() {
    JobId job = running();
    suspends(job);
    reports(job, true, story.nowMs + 90_000);
    assertThat(story.job(job).suspension().sinceMs()).isEqualTo(story.nowMs);
  }

  @Test
  void theTasksOfAnArrayThatRunAreSuspended() {
    story.says(facts("n1", "boot-1", 2, 2 * GIB).suspending());
    JobId array = story.submits("liwei", script().array("1-3"));
    assertThat(story.refuses(new Input.SuspendJob(user("admin1"), array)).message())
        .isEqualTo("array 1 has no task that runs: only a job that runs can be suspended");
    story.plans();
    int before = story.log.size();
    suspends(array);
    assertThat(story.log).hasSize(before + 2);
    assertThat(story.desired("n1"))
        .extracting(each -> each.suspending())
        .containsExactly(Suspending.SUSPEND, Suspending.SUSPEND);
  }

  @Test
  void whoWaitsBehindASuspendedJobIsPromisedALaterStartAsTimePasses() {
    JobId job = running();
    story.after(2 * MINUTE_MS);
    suspends(job);
    reports(job, true);
    story.after(60 * MINUTE_MS);
    JobId behind = story.submits("wangfang", script().tasks(2).limitMs(MINUTE_MS));
    // Ends before the first may go on to its limit, eight minutes from now: delays nobody.
    JobId small = story.submits("wangfang", script().limitMs(8 * MINUTE_MS));
    // Would last longer than that.
    JobId large = story.submits("wangfang", script().limitMs(9 * MINUTE_MS));
    story.plans();
    assertThat(story.state(behind)).isEqualTo(PENDING);
    // It is expected to go on at the next half minute of the clock.
    long goesOnMs = (story.nowMs / 30_000 + 1) * 30_000;
    assertThat(story.job(behind).promisedMs()).isEqualTo(goesOnMs + 8 * MINUTE_MS);
    assertThat(story.state(small)).isEqualTo(RUNNING);
    assertThat(story.state(large)).isEqualTo(PENDING);
  }

  @Test
  void aRestartRemembersEverything() {
    JobId job = running();
    story.after(1_000);
    suspends(job);
    reports(job, true);
    story.after(1_000);
    byte[] digest = story.machine.digest();
    story.machine =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
    assertThat(story.machine.digest()).isEqualTo(digest);
    assertThat(story.state(job)).isEqualTo(SUSPENDED);
    resumes(job);
    reports(job, false);
    story.after(2_000).exits(job, 0);
    assertThat(story.job(job).suspendedMs(story.nowMs)).isEqualTo(1_000);
  }

  private BigInteger useOf(String name) {
    return story.machine.state().shares(story.nowMs).stream()
        .filter(line ->
            line.subject().equals(new Subject.Member(SchedulerStory.CLIMATE, new UserName(name))))
        .map(line -> line.node().usedMilliCoreMs())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void fairShareCountsAsTheBillDoes() {
    JobId job = running();
    story.after(10_000);
    suspends(job);
    reports(job, true);
    BigInteger atStop = useOf("liwei");
    assertThat(atStop).isPositive();
    story.after(1_000);
    assertThat(useOf("liwei")).isLessThanOrEqualTo(atStop);
    resumes(job);
    reports(job, false);
    Input alone = new Input.DefineJobPolicy(OWNER, new JobPolicyDefined(6, true));
    assertThat(story.refuses(alone).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    story.jobBilling(true, true);
    suspends(job);
    reports(job, true);
    BigInteger atSecond = useOf("liwei");
    story.after(10_000);
    assertThat(useOf("liwei")).isGreaterThan(atSecond);
  }
}

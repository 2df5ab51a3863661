package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.FAILED;
import static org.queqiao.contract.job.JobState.NODE_FAIL;
import static org.queqiao.contract.job.JobState.OUT_OF_MEMORY;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.contract.job.JobState.TIMEOUT;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** What happens to a job from its submission to its end. */
final class JobStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  @Test
  void aScriptAloneGetsEveryDefault() {
    JobId job = story.submits("liwei");
    JobSpec spec = story.job(job).spec();
    assertThat(spec.name()).isEqualTo("job");
    assertThat(spec.project()).isEqualTo(SchedulerStory.CLIMATE);
    assertThat(spec.partition()).isEqualTo(SchedulerStory.BATCH);
    assertThat(spec.limitMs()).isEqualTo(HOUR_MS);
    assertThat(List.of(spec.nodes(), spec.tasks(), spec.cpusPerTask())).containsExactly(1, 1, 1);
    assertThat(spec.memBytes()).isZero();
    assertThat(spec.workDir()).isEmpty();
    assertThat(spec.stdoutPath()).isEqualTo("queqiao-%j.out");
    assertThat(spec.stderrPath()).isEmpty();
    assertThat(spec.hold()).isFalse();
  }

  @Test
  void theUnixUserComesFromTheAccount() {
    JobSubmitted fact = (JobSubmitted) story.log.get(indexOf(story.submits("liwei"))).event();
    assertThat(fact.unixUser()).isEqualTo("liwei");
    assertThat(fact.uid()).isEqualTo(1001);
  }

  private int indexOf(JobId job) {
    for (int i = 0; i < story.log.size(); i++) {
      if (story.log.get(i).event() instanceof JobSubmitted e && e.job().equals(job)) {
        return i;
      }
    }
    throw new AssertionError("job " + job + " was never submitted");
  }

  @Test
  void aJobRunsAndEndsAndGivesItsCoresBack() {
    story.node("n1", 4);
    JobId job = story.submits("liwei", script().cpusPerTask(2));
    assertThat(story.state(job)).isEqualTo(PENDING);
    story.after(10);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.job(job).startMs()).isEqualTo(story.nowMs);
    assertThat(story.job(job).allocations())
        .containsExactly(new Allocation(new NodeName("n1"), List.of(0, 1), 2 * GIB, List.of()));
    DesiredRunState desired = story.desired("n1").getFirst();
    assertThat(desired.run()).isEqualTo(new RunId(job, 1));
    assertThat(desired.stop()).isFalse();
    assertThat(desired.uid()).isEqualTo(1001);
    story.after(5).starts(job);
    assertThat(story.job(job).nodeStartMs()).isEqualTo(story.nowMs);
    story.after(100).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(COMPLETED);
    assertThat(story.job(job).endMs()).isEqualTo(story.nowMs);
    assertThat(story.desired("n1")).isEmpty();
    story.submits("liwei", script().cpusPerTask(4));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void eachChangeOfTheDesiredSetHasANewVersion() {
    story.node("n1", 4);
    NodeName n1 = new NodeName("n1");
    JobId job = story.submits("liwei");
    assertThat(story.machine.desired(n1).version()).isZero();
    story.plans();
    assertThat(story.machine.desired(n1).version()).isEqualTo(1);
    story.starts(job);
    assertThat(story.machine.desired(n1).version()).isEqualTo(1);
    story.does(new Input.CancelJob(user("liwei"), job));
    assertThat(story.machine.desired(n1).version()).isEqualTo(2);
    story.exits(job, 0);
    assertThat(story.machine.desired(n1).version()).isEqualTo(3);
    assertThat(story.machine.state().desiredVersion(n1)).isEqualTo(3);
    assertThat(story.machine.state().desiredVersion(new NodeName("n9"))).isZero();
  }

  @Test
  void theWayARunExitsDecidesTheState() {
    story.node("n1", 8);
    assertEnd(RunExit.Kind.EXITED, 0, 0, COMPLETED, "");
    assertEnd(RunExit.Kind.EXITED, 3, 0, FAILED, "");
    assertEnd(RunExit.Kind.EXITED, 0, 9, FAILED, "");
    assertEnd(RunExit.Kind.OUT_OF_MEMORY, 0, 9, OUT_OF_MEMORY, "");
    assertEnd(RunExit.Kind.LAUNCH_FAILED, 0, 0, FAILED, "launch failed on n1: chdir");
    assertEnd(RunExit.Kind.LOST, 0, 0, NODE_FAIL, "the run is gone from n1");
  }

  private void assertEnd(RunExit.Kind kind, int code, int signal, JobState state, String detail) {
    JobId job = story.submits("liwei", script().terms(TermsRequest.NONE.withRequeue(false)));
    story.plans();
    story
        .after(10)
        .does(
            new Input.RunEnded(
                new NodeName("n1"),
                exit(story.run(job), kind, code, signal, story.nowMs, "chdir")));
    assertThat(story.state(job)).isEqualTo(state);
    assertThat(story.job(job).detail()).startsWith(detail);
    assertThat(story.job(job).exit().kind()).isEqualTo(kind);
  }

  @Test
  void aWaitingJobThatIsCancelledNeverStarts() {
    JobId job = story.submits("liwei");
    story.after(7).does(new Input.CancelJob(user("liwei"), job));
    assertThat(story.state(job)).isEqualTo(CANCELLED);
    assertThat(story.job(job).endMs()).isEqualTo(story.nowMs);
    assertThat(((JobEnded) story.log.getLast().event()).attempt()).isZero();
    story.node("n1", 4);
    assertThat(story.plans()).isZero();
  }

  @Test
  void aRunningJobThatIsCancelledKeepsItsCoresUntilItIsGone() {
    story.node("n1", 1);
    JobId job = story.submits("liwei");
    JobId next = story.submits("liwei");
    story.plans();
    story.does(new Input.CancelJob(user("liwei"), job));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    assertThat(story.desired("n1").getFirst().graceMs()).isEqualTo(30_000);
    assertThat(story.plans()).isZero();
    story.after(50).exits(job, 0);
    assertThat(story.state(job)).as("the cause of the kill wins").isEqualTo(CANCELLED);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void cancellingTwiceOrTooLateIsNoErrorAndMakesNoSecondEnd() {
    story.node("n1", 1);
    JobId job = story.submits("liwei");
    story.plans();
    story.does(new Input.CancelJob(user("liwei"), job));
    story.doesWithoutFacts(new Input.CancelJob(user("liwei"), job));
    story.after(1).exits(job, 143);
    story.doesWithoutFacts(new Input.CancelJob(user("liwei"), job));
    story.doesWithoutFacts(
        new Input.RunEnded(new NodeName("n1"), exit(new RunId(job, 1), 0, story.nowMs)));
    assertThat(story.state(job)).isEqualTo(CANCELLED);
  }

  @Test
  void aRunAtItsLimitIsToldToEnd() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", script().limitMs(5000L));
    story.plans();
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + 5000);
    story.after(4999).ticks();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    story.after(1).ticks();
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.machine.state().nextDeadlineMs()).isEmpty();
    story.doesWithoutFacts(new Input.Tick());
    story.doesWithoutFacts(new Input.CancelJob(user("liwei"), job));
    story.after(30).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(TIMEOUT);
  }

  @Test
  void aNodeTimeOutsideTheRunIsNotBelieved() {
    story.node("n1", 2);
    JobId early = story.submits("liwei");
    JobId late = story.submits("liwei");
    story.plans();
    long startMs = story.nowMs;
    NodeName n1 = new NodeName("n1");
    story.after(1000);
    story.does(new Input.RunEnded(n1, exit(story.run(early), 0, startMs - 1)));
    assertThat(story.job(early).endMs()).isEqualTo(story.nowMs);
    assertThat(((JobEnded) story.log.getLast().event()).nodeTimeRejected()).isTrue();
    story.does(new Input.RunEnded(n1, exit(story.run(late), 0, story.nowMs + 1)));
    assertThat(story.job(late).endMs()).isEqualTo(story.nowMs);
    assertThat(((JobEnded) story.log.getLast().event()).nodeTimeRejected()).isTrue();
  }

  @Test
  void aNodeTimeInsideTheRunIsItsEnd() {
    story.node("n1", 1);
    JobId job = story.submits("liwei");
    story.plans();
    long endMs = story.nowMs + 300;
    story.after(1000).does(new Input.RunEnded(new NodeName("n1"), exit(story.run(job), 0, endMs)));
    assertThat(story.job(job).endMs()).isEqualTo(endMs);
    assertThat(story.job(job).finishedMs()).isEqualTo(story.nowMs);
  }

  @Test
  void reportsOfStrangersAndOfFormerRunsChangeNothing() {
    story.node("n1", 1);
    story.node("n2", 1);
    JobId job = story.submits("liwei");
    story.plans();
    NodeName n1 = new NodeName("n1");
    NodeName n2 = new NodeName("n2");
    RunId run = new RunId(job, 1);
    story.doesWithoutFacts(new Input.RunStarted(n2, run, story.nowMs));
    story.doesWithoutFacts(new Input.RunEnded(n2, exit(run, 0, story.nowMs)));
    story.doesWithoutFacts(new Input.RunEnded(n1, exit(new RunId(job, 2), 0, story.nowMs)));
    story.doesWithoutFacts(
        new Input.RunEnded(n1, exit(new RunId(new JobId(99), 1), 0, story.nowMs)));
    story.starts(job);
    story.doesWithoutFacts(new Input.RunStarted(n1, run, story.nowMs + 5));
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void aHeldJobWaitsForItsRelease() {
    story.node("n1", 4);
    JobId held = story.submits("liwei", script().hold(true));
    JobId other = story.submits("liwei");
    story.plans();
    assertThat(story.state(held)).isEqualTo(PENDING);
    assertThat(story.state(other)).isEqualTo(RUNNING);
    story.doesWithoutFacts(new Input.HoldJob(user("liwei"), held));
    story.does(new Input.ReleaseJob(user("liwei"), held));
    story.doesWithoutFacts(new Input.ReleaseJob(user("liwei"), held));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(held)).isEqualTo(RUNNING);
    Rejection refusal = story.refuses(new Input.HoldJob(user("liwei"), held));
    assertThat(refusal.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refusal.message()).contains("RUNNING");
  }

  @Test
  void onlyAnAdministratorLiftsTheHoldOfAnAdministrator() {
    JobId job = story.submits("liwei");
    story.does(new Input.HoldJob(user("admin1"), job));
    assertThat(story.job(job).heldByAdministrator()).isTrue();
    assertThat(story.refuses(new Input.ReleaseJob(user("liwei"), job)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(new Input.ReleaseJob(user("zhangmin"), job)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(new Input.ReleaseJob(user("admin1"), job));
    assertThat(story.job(job).heldByAdministrator()).isFalse();
  }

  @Test
  void anAdministratorHoldsTheOwnJobAsItsOwner() {
    story.does(
        new Input.GrantRole(
            SchedulerStory.OWNER, new RoleGranted(new UserName("liwei"), Role.ADMINISTRATOR)));
    JobId job = story.submits("liwei");
    story.does(new Input.HoldJob(user("liwei"), job));
    assertThat(story.job(job).heldByUser()).isTrue();
    assertThat(story.job(job).heldByAdministrator()).isFalse();
  }

  @Test
  void aManagersHoldIsTheOwnersToLift() {
    JobId job = story.submits("liwei");
    story.does(new Input.HoldJob(user("zhangmin"), job));
    assertThat(story.job(job).heldByUser()).isTrue();
    story.does(new Input.ReleaseJob(user("liwei"), job));
    assertThat(story.job(job).heldByUser()).isFalse();
  }

  @Test
  void identityStaysAsItWasAtSubmission() {
    story.node("n1", 1);
    story.submits("liwei");
    story.does(
        new Input.DefineUser(
            SchedulerStory.OWNER,
            new UserDefined(
                new UserName("liwei"), "liwei", "other", 2000, SchedulerStory.CLIMATE)));
    story.plans();
    assertThat(story.desired("n1").getFirst().uid()).isEqualTo(1001);
    assertThat(story.desired("n1").getFirst().unixUser()).isEqualTo("liwei");
  }

  @Test
  void aClockThatGoesBackChangesNoOrder() {
    story.node("n1", 1);
    JobId job = story.submits("liwei");
    story.plans();
    long startMs = story.nowMs;
    story.nowMs -= 10 * HOUR_MS;
    story.does(new Input.RunEnded(new NodeName("n1"), exit(story.run(job), 0, story.nowMs)));
    assertThat(story.job(job).endMs()).isEqualTo(startMs);
  }
}

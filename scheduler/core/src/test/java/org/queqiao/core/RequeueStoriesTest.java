package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.DEADLINE;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** Jobs that run again. */
final class RequeueStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();
  private int boot = 1;

  private JobId running() {
    story.node("n1", 2);
    JobId job = story.submits("liwei");
    story.plans();
    return job;
  }

  private void reboots() {
    story.says(facts("n1", "boot-" + ++boot, 2, 2 * GIB));
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  @Test
  void aJobThatLosesItsNodeWaitsAndRunsAgain() {
    JobId job = running();
    story.starts(job);
    story.after(5000);
    reboots();
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertThat(story.job(job).attempt()).isEqualTo(1);
    assertThat(story.job(job).formerCoreMs()).isEqualTo(5000);
    assertThat(story.job(job).allocations()).isEmpty();
    assertThat(story.job(job).detail()).isEqualTo("node n1 was started anew");
    assertThat(story.desired("n1")).isEmpty();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.run(job)).isEqualTo(new RunId(job, 2));
    story.starts(job);
    story.after(2000).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(COMPLETED);
  }

  @Test
  void nothingIsPlacedOnANodeBeforeItsNewBootIsInTheLog() {
    JobId job = running();
    story.after(10);
    List<Fact> facts =
        story
            .machine
            .decide(
                new Input.RegisterNode(facts("n1", "boot-2", 2, 2 * GIB), List.of(), List.of()),
                story.nowMs)
            .facts();
    int requeued = 0;
    while (!(facts.get(requeued).event() instanceof JobRequeued)) {
      requeued++;
    }
    // The scheduler dies, and only so much was written.
    facts.subList(0, requeued + 1).forEach(each -> story.apply(each.actor(), each.event()));
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertThat(story.plans()).isZero();
    reboots();
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void theLogKnowsTheNewBootOfASilentNodeBeforeTheRunGivesBackAnotherNode() {
    story.node("n1", 2);
    story.node("n2", 2);
    JobId job = story.submits("liwei", script().nodes(2).cpusPerTask(2));
    story.plans();
    long startMs = story.nowMs;
    NodeName scriptNode = story.node(job);
    story.after(10).silent(scriptNode.value());
    long lastSeenMs = story.machine.state().node(scriptNode).orElseThrow().lastSeenMs();
    Input hello =
        new Input.RegisterNode(
            facts(scriptNode.value(), "boot-2", 2, 2 * GIB), List.of(), List.of());
    List<Fact> facts = story.after(10).machine.decide(hello, story.nowMs).facts();
    assertThat(facts.getFirst().event())
        .isEqualTo(new NodeDown(scriptNode, lastSeenMs, "started anew", "boot-2"));
    assertThat(facts.get(1).event()).isInstanceOf(JobRequeued.class);
    // The scheduler dies after each of them in turn, and hears the hello again.
    for (int each = 0; each < 2; each++) {
      Fact durable = story.machine.decide(hello, story.nowMs).facts().get(each);
      story.apply(durable.actor(), durable.event());
    }
    assertThat(story.job(job).formerCoreMs()).isEqualTo(4 * (lastSeenMs - startMs));
    story.does(hello);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aRunWhoseExitCouldNotBeSeenIsRepeated() {
    JobId job = running();
    story
        .after(10)
        .does(
            new Input.RunEnded(
                story.node(job),
                exit(story.run(job), RunExit.Kind.LOST, 0, 0, story.nowMs, "monitor killed")));
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertThat(((JobRequeued) story.log.getLast().event()).cause()).isEqualTo(KillCause.NODE_FAIL);
  }

  @Test
  void aJobThatIsToldToRunAgainEndsItsRunFirst() {
    JobId job = running();
    story.does(new Input.RequeueJob(user("liwei"), job));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    story.doesWithoutFacts(new Input.RequeueJob(user("liwei"), job));
    assertThat(story.plans()).as("its cores are held until it is gone").isZero();
    story.after(300).exits(job, 143);
    assertThat(story.state(job)).isEqualTo(PENDING);
    story.doesWithoutFacts(
        new Input.RunEnded(
            story.machine.state().nodeNames().getFirst(),
            exit(new RunId(job, 1), 143, story.nowMs)));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.run(job)).isEqualTo(new RunId(job, 2));
  }

  @Test
  void aJobThatEndsOnlyToRunAgainCanBeCancelled() {
    JobId job = running();
    story.does(new Input.RequeueJob(user("liwei"), job));
    story.does(new Input.CancelJob(user("liwei"), job));
    story.doesWithoutFacts(new Input.CancelJob(user("liwei"), job));
    assertThat(story.refuses(new Input.RequeueJob(user("liwei"), job)).message())
        .contains("is being ended (CANCELLED)");
    story.after(300).exits(job, 143);
    assertThat(story.state(job)).isEqualTo(CANCELLED);
  }

  @Test
  void aRequeuedJobThatIsCancelledWhileItWaitsEnds() {
    JobId job = running();
    story.after(100);
    reboots();
    story.does(new Input.CancelJob(user("liwei"), job));
    assertThat(story.state(job)).isEqualTo(CANCELLED);
    assertThat(story.job(job).formerCoreMs()).isEqualTo(100);
  }

  @Test
  void aJobIsHeldOnceItWasStartedSoOften() {
    story.does(new Input.DefineJobPolicy(OWNER, new JobPolicyDefined(2)));
    JobId job = running();
    reboots();
    assertThat(story.plans()).isEqualTo(1);
    reboots();
    assertThat(story.plans()).isZero();
    assertThat(reason(job)).isEqualTo(PendingReason.JOB_HELD_FOR_REQUEUES);
    assertThat(story.refuses(new Input.ReleaseJob(user("liwei"), job)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(new Input.ReleaseJob(user("admin1"), job));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.run(job)).isEqualTo(new RunId(job, 3));
  }

  @Test
  void dependentsOfARequeuedJobWaitForItsRealEnd() {
    JobId job = running();
    JobId next =
        story.submits("liwei", script().terms(TermsRequest.NONE.withDependency("afterok:" + job)));
    reboots();
    assertThat(reason(next)).isEqualTo(PendingReason.DEPENDENCY);
    story.plans();
    story.after(5).exits(job, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void aRequeuedJobThatCannotMeetItsDeadlineAnyMoreEnds() {
    story.node("n1", 2);
    JobId job =
        story.submits(
            "liwei",
            script().limitMs(4000L).terms(TermsRequest.NONE.withDeadlineMs(story.nowMs + 6000)));
    story.plans();
    story.after(3000);
    reboots();
    story.ticks();
    assertThat(story.state(job)).isEqualTo(DEADLINE);
  }

  @Test
  void onlyARunningJobThatMayRunTwiceIsRequeued() {
    story.node("n1", 2);
    JobId once = story.submits("liwei", script().terms(TermsRequest.NONE.withRequeue(false)));
    JobId held = story.submits("liwei", script().hold(true));
    story.plans();
    assertThat(refusal("liwei", once)).contains("was submitted to run once");
    assertThat(refusal("liwei", held)).contains("waits to run already");
    story.does(new Input.CancelJob(user("liwei"), held));
    assertThat(refusal("liwei", held)).contains("has ended (CANCELLED)");
    JobId job = story.submits("liwei");
    story.plans();
    assertThat(story.refuses(new Input.RequeueJob(user("wangfang"), job)).code())
        .isIn(Rejection.Code.NOT_FOUND, Rejection.Code.FORBIDDEN);
    story.does(new Input.RequeueJob(user("zhangmin"), job));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
  }

  private String refusal(String name, JobId job) {
    Rejection rejection = story.refuses(new Input.RequeueJob(user(name), job));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.CONFLICT);
    return rejection.message();
  }

  @Test
  void theBoundOnStartsIsTheAdministratorsAndSane() {
    assertThat(
            story.refuses(new Input.DefineJobPolicy(user("liwei"), new JobPolicyDefined(3))).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    for (int wrong : List.of(0, 1001)) {
      Rejection rejection =
          story.refuses(new Input.DefineJobPolicy(user("admin1"), new JobPolicyDefined(wrong)));
      assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
      assertThat(rejection.message()).contains("from 1 to 1000 times");
    }
    story.doesWithoutFacts(new Input.DefineJobPolicy(user("admin1"), JobPolicyDefined.DEFAULT));
    story.does(new Input.DefineJobPolicy(user("admin1"), new JobPolicyDefined(3)));
    assertThat(story.machine.state().jobPolicy().maxAttempts()).isEqualTo(3);
  }
}

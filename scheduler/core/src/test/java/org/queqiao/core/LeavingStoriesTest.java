package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.forecast.TrialResult;
import org.queqiao.core.forecast.WhatIf;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;

/** How long runs take that make room for others, as those show that did. */
final class LeavingStoriesTest {
  private static final int GRACE_MS = 7_000;
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  private SchedulerStory story;
  private JobId low;

  @BeforeEach
  void aRunThatMayBePushedAside() {
    story = SchedulerStory.site();
    low(PreemptMode.REQUEUE);
    story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
    story.node("n1", 4);
    low = waits("liwei", LOW);
    plansAll();
  }

  private void low(PreemptMode mode) {
    story.does(
        new Input.DefineQos(
            OWNER,
            new QosDefined(
                LOW,
                "Low",
                0,
                List.of(),
                new PreemptRules(mode, mode == PreemptMode.SUSPEND ? 0 : GRACE_MS, 0))));
  }

  private JobId waits(String user, QosName qos) {
    return story.submits(user, script().cpusPerTask(4).limitMs(HOUR_MS).qos(qos));
  }

  private void plansAll() {
    for (int i = 0; i < 10; i++) {
      story.plans();
    }
  }

  /** The run of a job makes room and is gone after a time; then it runs again. */
  private void pushedAside(JobId job, long tookMs) {
    JobId urgent = waits("chenjie", URGENT);
    plansAll();
    assertThat(story.state(job)).isEqualTo(JobState.COMPLETING);
    story.after(tookMs).exits(job, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    story.after(1000).exits(urgent, 0);
    plansAll();
  }

  private void pushedAside(long... tookMs) {
    for (long each : tookMs) {
      pushedAside(low, each);
    }
  }

  /** What the whole log teaches. */
  private RunTimeRatios learnt() {
    RunTimeRatios learnt = new RunTimeRatios();
    story.log.forEach(each -> learn(learnt, each));
    return learnt;
  }

  private void learn(RunTimeRatios learnt, LoggedEvent event) {
    learnt.leaving().learn(event, story.job(low).user());
  }

  private long startsIn(JobId job, RunTimeRatios learnt) {
    Trial trial =
        new Trial(SchedulerStory.user("chenjie"), job, null, null, List.of(), null, 0, null, null);
    TrialResult result =
        new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false)
            .of(trial, learnt, 5);
    assertThat(result.refused()).isNull();
    return result.changed().startMs() - story.nowMs;
  }

  @Test
  void whoLeftSoonIsExpectedToLeaveSoonAndIsPromisedWithItsWholeGrace() {
    pushedAside(280, 300, 210);
    JobId urgent = waits("chenjie", URGENT);
    assertThat(startsIn(urgent, new RunTimeRatios())).isEqualTo(GRACE_MS);
    assertThat(startsIn(urgent, learnt())).isEqualTo(300);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.COMPLETING);
    assertThat(startsIn(urgent, learnt())).isEqualTo(300);
    long killMs = story.job(low).preemption().killMs();
    assertThat(killMs).isEqualTo(story.nowMs + GRACE_MS);
    Explanation.RoomClaim claim =
        story
            .machine
            .state()
            .explain(urgent, story.nowMs)
            .orElseThrow()
            .preempting()
            .claims()
            .getFirst();
    assertThat(claim.goneByMs()).isEqualTo(killMs);
  }

  @Test
  void aRunThatIsCancelledForAnotherIsLikewise() {
    low(PreemptMode.CANCEL);
    for (int i = 0; i < 3; i++) {
      pushedAside(low, 900);
      assertThat(story.state(low)).isEqualTo(JobState.PREEMPTED);
      low = waits("liwei", LOW);
      plansAll();
    }
    assertThat(startsIn(waits("chenjie", URGENT), learnt())).isEqualTo(1_200);
  }

  @Test
  void withFewEndsOrNoneThatLastedSoLongTheGraceCounts() {
    pushedAside(300, 300);
    JobId urgent = waits("chenjie", URGENT);
    assertThat(startsIn(urgent, learnt())).as("two are not enough").isEqualTo(GRACE_MS);
    plansAll();
    story.after(300).exits(low, 0);
    plansAll();
    story.after(1000).exits(urgent, 0);
    plansAll();
    urgent = waits("chenjie", URGENT);
    plansAll();
    story.after(250);
    assertThat(startsIn(urgent, learnt())).as("as long as the others").isEqualTo(50);
    story.after(750);
    assertThat(startsIn(urgent, learnt())).as("nobody took so long").isEqualTo(GRACE_MS - 1000);
  }

  @Test
  void whoDoesNotHearTermTakesTheGraceHoweverLongItIs() {
    pushedAside(GRACE_MS + 100, GRACE_MS + 200, GRACE_MS);
    assertThat(startsIn(waits("chenjie", URGENT), learnt())).isEqualTo(GRACE_MS);
  }

  @Test
  void aRunThatWasLostWithItsNodeTeachesNothing() {
    for (int i = 0; i < 3; i++) {
      JobId urgent = waits("chenjie", URGENT);
      plansAll();
      story.after(300);
      story.says(SchedulerStory.facts("n1", "boot-of-loss-" + i, 4, 64L << 30));
      assertThat(story.log.stream().map(LoggedEvent::event))
          .anyMatch(each -> each instanceof JobRequeued e && e.exit() == null);
      plansAll();
      story.exits(urgent, 0);
      plansAll();
    }
    assertThat(learnt().leaving().known()).isFalse();
  }

  /** A server that starts while a run leaves goes on from the state. */
  @Test
  void whoLeavesInAStateIsLearntFromWhenItHasGone() {
    pushedAside(300, 300);
    JobId urgent = waits("chenjie", URGENT);
    plansAll();
    RunTimeRatios learnt = learnt();
    RunTimeRatios begun = new RunTimeRatios();
    ClusterImage image = story.machine.image();
    image.jobs().forEach(begun.leaving()::begins);
    int known = story.log.size();
    story.after(300).exits(low, 0);
    plansAll();
    story.after(1000).exits(urgent, 0);
    plansAll();
    pushedAside(300, 300);
    for (LoggedEvent each : story.log.subList(known, story.log.size())) {
      learn(learnt, each);
      learn(begun, each);
    }
    urgent = waits("chenjie", URGENT);
    assertThat(startsIn(urgent, begun)).isEqualTo(300);
    assertThat(startsIn(urgent, learnt)).isEqualTo(300);
  }

  private TrialResult urgentIsSubmitted() {
    JobRequest urgent = script().cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT).build();
    Trial trial =
        new Trial(
            SchedulerStory.user("chenjie"), null, null, urgent, List.of(), null, 0, null, null);
    TrialResult result =
        new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false)
            .of(trial, new RunTimeRatios(), 5);
    assertThat(result.refused()).isNull();
    assertThat(result.base().requeued() + result.base().ended() + result.base().suspended())
        .as("without it nobody is pushed aside")
        .isZero();
    assertThat(result.base().lostCoreS()).isZero();
    return result;
  }

  @Test
  void aTrialCountsWhomItPushesAsideByWhatBecomesOfThem() {
    story.after(10_000).ticks();
    TrialResult.Side requeued = urgentIsSubmitted().changed();
    assertThat(requeued.requeued()).isEqualTo(1);
    assertThat(requeued.ended() + requeued.suspended()).isZero();
    assertThat(requeued.lostCoreS()).as("4 cores for 10 s").isEqualTo(40);
    low(PreemptMode.CANCEL);
    TrialResult.Side ended = urgentIsSubmitted().changed();
    assertThat(ended.ended()).isEqualTo(1);
    assertThat(ended.requeued() + ended.suspended()).isZero();
    assertThat(ended.lostCoreS()).isEqualTo(40);
  }

  @Test
  void whoIsSuspendedIsCountedAndLosesNothing() {
    story.exits(low, 0);
    story.says(SchedulerStory.facts("n1", "boot-1", 4, 4 * SchedulerStory.GIB).suspending());
    low(PreemptMode.SUSPEND);
    low = story.submits("liwei", suspendable(LOW));
    plansAll();
    story.starts(low);
    story.after(10_000).ticks();
    Trial trial =
        new Trial(
            SchedulerStory.user("chenjie"),
            null,
            null,
            suspendable(URGENT).build(),
            List.of(),
            null,
            0,
            null,
            null);
    TrialResult.Side side =
        new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false)
            .of(trial, new RunTimeRatios(), 5)
            .changed();
    assertThat(side.suspended()).isEqualTo(1);
    assertThat(side.requeued() + side.ended() + side.lostCoreS()).isZero();
  }

  private static JobRequest.Builder suspendable(QosName qos) {
    return script().cpusPerTask(4).memBytes(1L << 20).limitMs(HOUR_MS).qos(qos);
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.forecast.ForwardOutcome;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.RunTimes;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.TermsRequest;

/** Jobs that push others aside. */
final class PreemptionStoriesTest {
  private static final QosName LOW = new QosName("low");
  private static final QosName SPARE = new QosName("spare");
  private static final QosName URGENT = new QosName("urgent");

  private SchedulerStory story;

  @BeforeEach
  void aSiteWithThreeQualities() {
    story = SchedulerStory.site();
    low(PreemptMode.REQUEUE, 0);
    story.does(
        new Input.DefineQos(
            OWNER,
            new QosDefined(
                SPARE, "Spare", 5, List.of(), new PreemptRules(PreemptMode.CANCEL, 0, 0))));
    story.does(
        new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW, SPARE))));
  }

  private void low(PreemptMode mode, long exemptMs) {
    story.does(
        new Input.DefineQos(
            OWNER,
            new QosDefined(LOW, "Low", 0, List.of(), new PreemptRules(mode, 7000, exemptMs))));
  }

  private JobId runs(QosName qos, int cores) {
    JobId job = waits(qos, cores);
    story.plans();
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    return job;
  }

  private JobId waits(QosName qos, int cores) {
    return story.submits("liwei", script().cpusPerTask(cores).limitMs(HOUR_MS).qos(qos));
  }

  private void plansAll() {
    for (int i = 0; i < 10; i++) {
      story.plans();
    }
  }

  @Test
  void anUrgentJobPushesALowOneAsideThatRunsAgainLater() {
    story.node("n1", 4);
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.COMPLETING);
    assertThat(story.desired("n1").getFirst().graceMs()).isEqualTo(7000);
    JobKillRequested kill = (JobKillRequested) story.log.getLast().event();
    assertThat(kill.preemptor()).isEqualTo(urgent);
    assertThat(kill.cause()).isEqualTo(KillCause.PREEMPTED_REQUEUED);
    story.after(5000).exits(low, 0);
    assertThat(story.log.getLast().event()).isInstanceOf(JobRequeued.class);
    assertThat(story.job(low).formerCoreMs()).isEqualTo(4 * 5000);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    story.after(1000).exits(urgent, 0);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
    assertThat(story.job(low).attempt()).isEqualTo(2);
  }

  @Test
  void aRunThatMayNotRunAgainEndsPreempted() {
    story.node("n1", 4);
    JobId spare = runs(SPARE, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.desired("n1").getFirst().graceMs()).isEqualTo(30_000);
    story.exits(spare, 0);
    assertThat(story.state(spare)).isEqualTo(JobState.PREEMPTED);
    story = SchedulerStory.site();
    aSiteWithThreeQualities();
    story.node("n1", 4);
    JobId once =
        story.submits(
            "liwei",
            script()
                .cpusPerTask(4)
                .limitMs(HOUR_MS)
                .qos(LOW)
                .terms(TermsRequest.NONE.withRequeue(false)));
    story.plans();
    waits(URGENT, 4);
    plansAll();
    story.exits(once, 0);
    assertThat(story.state(once)).isEqualTo(JobState.PREEMPTED);
  }

  @Test
  void asFewAsNeededOfTheLowestQualityAndTheYoungestAreGivenUp() {
    story.node("n1", 4);
    JobId old = runs(LOW, 2);
    story.after(1000);
    JobId spare = runs(SPARE, 1);
    JobId young = runs(LOW, 1);
    waits(URGENT, 1);
    plansAll();
    assertThat(story.state(young)).isEqualTo(JobState.COMPLETING);
    assertThat(List.of(story.state(old), story.state(spare))).containsOnly(JobState.RUNNING);
    // Two cores more: one run of two is fewer than two of one.
    waits(URGENT, 2);
    plansAll();
    assertThat(story.state(old)).isEqualTo(JobState.COMPLETING);
    assertThat(story.state(spare)).isEqualTo(JobState.RUNNING);
  }

  /** The first three are enough, and of these the youngest is needless: so two, not the largest. */
  @Test
  void whoIsNeedlessOfTheFirstDoesNotMakeOthersLookFewer() {
    story.node("n1", 10);
    JobId old = runs(LOW, 4);
    story.after(1000);
    List<JobId> needed = List.of(runs(LOW, 3), runs(LOW, 2));
    story.after(1000);
    JobId young = runs(LOW, 1);
    waits(URGENT, 5);
    plansAll();
    assertThat(needed).allMatch(each -> story.state(each) == JobState.COMPLETING);
    assertThat(List.of(old, young)).allMatch(each -> story.state(each) == JobState.RUNNING);
  }

  @Test
  void aRunOnSeveralNodesMakesOneOnOneOfThemNeedless() {
    story.node("n1", 2);
    story.node("n2", 4);
    JobId wide =
        story.submits("liwei", script().nodes(2).tasks(2).cpusPerTask(2).limitMs(HOUR_MS).qos(LOW));
    plansAll();
    story.after(1000);
    JobId young = runs(LOW, 2);
    story.submits("liwei", script().nodes(2).tasks(2).cpusPerTask(2).limitMs(HOUR_MS).qos(URGENT));
    plansAll();
    assertThat(story.state(wide)).isEqualTo(JobState.COMPLETING);
    assertThat(story.state(young)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theNodeWithTheFewestRunsIsTakenThoughTheyAreOlder() {
    story.node("n1", 4);
    story.node("n2", 4);
    JobId blocks = runs(URGENT, 4);
    JobId old = runs(LOW, 4);
    story.exits(blocks, 0);
    story.after(1000);
    List<JobId> young = List.of(runs(LOW, 2), runs(LOW, 2));
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(old)).isEqualTo(JobState.COMPLETING);
    assertThat(young).allMatch(each -> story.state(each) == JobState.RUNNING);
  }

  /** Where parts ask for different nodes, those to be given up first are, as many as are needed. */
  @Test
  void ofTheRunsThatHoldWhatAPartAsksForTheFewestAreEnded() {
    story.node("n1", 8);
    story.does(new Input.DefineLicence(OWNER, new LicenceDefined("solver", 3)));
    JobId one = holds(LOW, 1);
    story.after(1000);
    JobId two = holds(LOW, 2);
    story.after(1000);
    JobId without = runs(LOW, 1);
    holds(URGENT, 1);
    plansAll();
    assertThat(story.state(two)).isEqualTo(JobState.COMPLETING);
    assertThat(List.of(story.state(one), story.state(without))).containsOnly(JobState.RUNNING);
  }

  private JobId holds(QosName qos, int licences) {
    JobPlacement placement =
        JobPlacement.builder().licences(new TreeMap<>(Map.of("solver", licences))).build();
    JobId job =
        story.submits(
            "liwei", script().cpusPerTask(1).limitMs(HOUR_MS).qos(qos).placement(placement));
    story.plans();
    return job;
  }

  @Test
  void nobodyIsPushedAsideWhereItWouldNotHelp() {
    story.node("n1", 4);
    JobId low = runs(LOW, 2);
    JobId other = runs(URGENT, 2);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
    story.exits(other, 0);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.COMPLETING);
    story.exits(low, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void nobodyElseTakesWhatWasFreedForAJob() {
    story.node("n1", 4);
    JobId first = runs(LOW, 2);
    JobId second = runs(LOW, 2);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(List.of(story.state(first), story.state(second))).containsOnly(JobState.COMPLETING);
    JobId plain = story.submits("wangfang", script().cpusPerTask(2).limitMs(HOUR_MS));
    story.exits(first, 0);
    plansAll();
    assertThat(story.state(plain)).isEqualTo(JobState.PENDING);
    assertThat(story.state(first)).isEqualTo(JobState.PENDING);
    story.exits(second, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void jobsOfEqualQualityAndOfNoneAreLeftAlone() {
    story.node("n1", 4);
    JobId equal = runs(URGENT, 2);
    JobId none = runs(null, 2);
    waits(URGENT, 2);
    plansAll();
    assertThat(List.of(story.state(equal), story.state(none))).containsOnly(JobState.RUNNING);
    low(PreemptMode.OFF, 0);
    story.exits(none, 0);
    story = SchedulerStory.site();
    aSiteWithThreeQualities();
    story.node("n1", 4);
    low(PreemptMode.OFF, 0);
    JobId low = runs(LOW, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aJobDoesNotPassOthersWhomItDoesNotOutrank() {
    story.node("n1", 4);
    JobId low = runs(LOW, 4);
    waits(null, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aRunIsExemptForAWhileAndThenPushedAsideWithoutAnyOtherFact() {
    story.node("n1", 4);
    low(PreemptMode.REQUEUE, 60_000);
    JobId low = runs(LOW, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(story.nowMs + 60_000);
    assertThat(story.machine.state().planningDue()).isFalse();
    story.after(60_000).ticks();
    assertThat(story.machine.state().planningDue()).isTrue();
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.COMPLETING);
  }

  @Test
  void twoUrgentJobsDoNotCountOnTheSameRuns() {
    story.node("n1", 4);
    story.node("n2", 4);
    JobId first = runs(LOW, 4);
    JobId second = runs(LOW, 4);
    waits(URGENT, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(List.of(story.state(first), story.state(second))).containsOnly(JobState.COMPLETING);
    assertThat(story.machine.state().indexDifferences()).isEmpty();
    byte[] before = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(before);
    story.exits(first, 0);
    story.exits(second, 0);
    assertThat(story.plans()).isEqualTo(2);
  }

  /** One of its two starts has lost its node; what leaves for the other is counted once. */
  @Test
  void whatLeavesForAJobOfWhichNotAllStartsFitIsMissingForOthersOnce() {
    story.node("n1", 8);
    JobId old = runs(LOW, 4);
    story.after(1000);
    JobId young = runs(LOW, 4);
    story.node("n2", 4);
    JobId other = runs(LOW, 4);
    story.submits("liwei", script().array("0-1").cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT));
    plansAll();
    assertThat(List.of(story.state(young), story.state(other))).containsOnly(JobState.COMPLETING);
    story.does(
        new Input.DrainNode(SchedulerStory.user("admin1"), new NodeName("n2"), "its fan is loud"));
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(old)).isEqualTo(JobState.COMPLETING);
  }

  @Test
  void aWideJobEndsTheRunsOfAsManyNodesAsItNeeds() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    JobId crowd = runs(LOW, 2);
    JobId crowd2 = runs(LOW, 2);
    List<JobId> single = List.of(runs(LOW, 4), runs(LOW, 4), runs(LOW, 4));
    JobId wide =
        story.submits(
            "liwei", script().nodes(3).tasks(3).cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT));
    plansAll();
    assertThat(single).allMatch(each -> story.state(each) == JobState.COMPLETING);
    assertThat(List.of(story.state(crowd), story.state(crowd2))).containsOnly(JobState.RUNNING);
    single.forEach(each -> story.exits(each, 0));
    plansAll();
    assertThat(story.state(wide)).isEqualTo(JobState.RUNNING);
  }

  private void partition(PartitionName name, int tier, PreemptMode mode) {
    story.does(
        new Input.DefinePartition(
            OWNER,
            new PartitionDefined(
                name,
                name.equals(SchedulerStory.BATCH),
                HOUR_MS,
                24 * HOUR_MS,
                "",
                false,
                tier,
                new PreemptRules(mode, 9000, 0))));
  }

  private JobId waitsIn(PartitionName partition, QosName qos, int cores) {
    return story.submits(
        "liwei", script().partition(partition).cpusPerTask(cores).limitMs(HOUR_MS).qos(qos));
  }

  @Test
  void jobsOfAHigherTierComeFirstAndPushThoseOfALowerOneAside() {
    partition(SchedulerStory.BATCH, 1, PreemptMode.CANCEL);
    partition(SchedulerStory.DEBUG, 2, PreemptMode.OFF);
    story.node("n1", 4);
    JobId plain = runs(null, 4);
    JobId next = waits(null, 4);
    JobId high = waitsIn(SchedulerStory.DEBUG, null, 4);
    plansAll();
    assertThat(story.state(plain)).isEqualTo(JobState.COMPLETING);
    assertThat(story.desired("n1").getFirst().graceMs()).isEqualTo(9000);
    story.exits(plain, 0);
    plansAll();
    assertThat(story.state(plain)).isEqualTo(JobState.PREEMPTED);
    assertThat(story.job(plain).detail()).startsWith("made room for job " + high);
    assertThat(story.state(high)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(next)).isEqualTo(JobState.PENDING);
  }

  @Test
  void aHigherTierIsNeverPushedAsideAndWithoutAModeNobodyIs() {
    partition(SchedulerStory.BATCH, 1, PreemptMode.OFF);
    partition(SchedulerStory.DEBUG, 2, PreemptMode.CANCEL);
    story.node("n1", 4);
    JobId low = waitsIn(SchedulerStory.DEBUG, LOW, 4);
    story.plans();
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
    story.exits(low, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    JobId high = waitsIn(SchedulerStory.DEBUG, null, 4);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(high)).isEqualTo(JobState.PENDING);
  }

  @Test
  void whereTierAndQualityBothSaySomethingTheQualityOfTheRunDecidesWhatBecomesOfIt() {
    partition(SchedulerStory.BATCH, 1, PreemptMode.CANCEL);
    partition(SchedulerStory.DEBUG, 2, PreemptMode.OFF);
    story.node("n1", 4);
    JobId low = runs(LOW, 4);
    waitsIn(SchedulerStory.DEBUG, URGENT, 4);
    plansAll();
    JobKillRequested kill = (JobKillRequested) story.log.getLast().event();
    assertThat(kill.run().job()).isEqualTo(low);
    assertThat(kill.cause()).isEqualTo(KillCause.PREEMPTED_REQUEUED);
    assertThat(kill.graceMs()).isEqualTo(7000);
  }

  @Test
  void jobsOnOtherNodesDoNotHoldUpWhoPushesAside() {
    story.node("n1", 4);
    story.node("m1", 4);
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(SchedulerStory.DEBUG, false, HOUR_MS, HOUR_MS, "m1")));
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(SchedulerStory.BATCH, true, HOUR_MS, HOUR_MS, "n1")));
    waitsIn(SchedulerStory.DEBUG, null, 4);
    story.plans();
    JobId low = runs(LOW, 4);
    JobId other = waitsIn(SchedulerStory.DEBUG, null, 4);
    waits(URGENT, 4);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.COMPLETING);
    assertThat(story.state(other)).isEqualTo(JobState.PENDING);
  }

  @Test
  void roomIsMadeForEveryTaskOfAnArrayAtOnceAsFarAsItsThrottleLets() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    List<JobId> low = List.of(runs(LOW, 4), runs(LOW, 4), runs(LOW, 4), runs(LOW, 4));
    JobId array =
        story.submits("liwei", script().cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT).array("0-9%3"));
    plansAll();
    assertThat(low.stream().filter(each -> story.state(each) == JobState.COMPLETING)).hasSize(3);
    assertThat(story.machine.state().job(array).orElseThrow().preemption().claims()).isEqualTo(3);
    low.stream()
        .filter(each -> story.state(each) == JobState.COMPLETING)
        .toList()
        .forEach(each -> story.exits(each, 0));
    plansAll();
    assertThat(story.machine.state().job(array).orElseThrow().preemption().claims()).isZero();
    assertThat(story.machine.state().job(array).orElseThrow().array().waiting()).hasSize(1);
    assertThat(story.log.stream().filter(each -> each.event() instanceof ArrayTaskSplit))
        .hasSize(3);
  }

  @Test
  void aJobWithPartsMakesRoomOnTheNodesThatItMustHave() {
    story.node("n1", 4);
    story.node("n2", 4);
    story.does(new Input.DefineLicence(OWNER, new LicenceDefined("solver", 1)));
    JobId holder =
        story.submits(
            "liwei",
            script()
                .cpusPerTask(1)
                .limitMs(HOUR_MS)
                .qos(LOW)
                .placement(
                    JobPlacement.builder().licences(new TreeMap<>(Map.of("solver", 1))).build()));
    story.plans();
    JobId idle = runs(LOW, 3);
    JobId other = runs(LOW, 4);
    JobId urgent =
        story.submits(
            "liwei",
            script()
                .cpusPerTask(1)
                .limitMs(HOUR_MS)
                .qos(URGENT)
                .placement(
                    JobPlacement.builder().licences(new TreeMap<>(Map.of("solver", 1))).build()));
    plansAll();
    assertThat(story.state(holder)).isEqualTo(JobState.COMPLETING);
    assertThat(List.of(story.state(idle), story.state(other))).containsOnly(JobState.RUNNING);
    story.exits(holder, 0);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aRunThatDoesNotLeaveInItsTimeKeepsItsPlacePromised() {
    story.node("n1", 4);
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    story.node("n2", 2);
    story.after(HOUR_MS / 2).ticks();
    JobId plain = story.submits("wangfang", script().cpusPerTask(2).limitMs(HOUR_MS));
    plansAll();
    assertThat(story.state(plain)).isEqualTo(JobState.RUNNING);
    story.exits(low, 0);
    JobId late = story.submits("wangfang", script().cpusPerTask(4).limitMs(1000L));
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(late)).isEqualTo(JobState.PENDING);
  }

  @Test
  void aJobThatIsChangedOrHeldHasNoClaimAnyMore() {
    story.node("n1", 4);
    runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.machine.state().job(urgent).orElseThrow().preemption().claims()).isEqualTo(1);
    story.does(new Input.HoldJob(SchedulerStory.user("liwei"), urgent));
    assertThat(story.machine.state().job(urgent).orElseThrow().preemption().claims()).isZero();
  }

  @Test
  void qualitiesDoNotPushEachOtherAsideInACircle() {
    assertThat(
            story
                .refuses(new Input.DefineQos(OWNER, new QosDefined(LOW, "Low", 0, List.of(URGENT))))
                .message())
        .isEqualTo("QOS low would push aside one that pushes it aside in turn");
    assertThat(
            story
                .refuses(
                    new Input.DefineQos(
                        OWNER,
                        new QosDefined(
                            LOW, "Low", 0, List.of(), new PreemptRules(PreemptMode.CANCEL, -1, 0))))
                .field())
        .isEqualTo("graceMs");
  }

  @Test
  void tiersAndTimesOutOfBoundsAreRefusedWithTheirField() {
    for (int tier : List.of(0, -1, 65_534)) {
      assertThat(story.refuses(partitionOf(tier, PreemptRules.OFF)).field()).isEqualTo("tier");
    }
    PreemptRules late = new PreemptRules(PreemptMode.CANCEL, 3_600_001, 0);
    assertThat(story.refuses(partitionOf(1, late)).field()).isEqualTo("graceMs");
    PreemptRules never = new PreemptRules(PreemptMode.CANCEL, 0, -1);
    assertThat(story.refuses(partitionOf(1, never)).field()).isEqualTo("exemptMs");
  }

  private static Input partitionOf(int tier, PreemptRules rules) {
    return new Input.DefinePartition(
        OWNER,
        new PartitionDefined(
            SchedulerStory.DEBUG, false, HOUR_MS, HOUR_MS, "", false, tier, rules));
  }

  @Test
  void anExplanationSaysWhomAJobWouldPreemptAndWhomItPreempts() {
    story.node("n1", 4);
    low(PreemptMode.REQUEUE, 60_000);
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    plansAll();
    assertThat(story.explained(urgent))
        .contains("It would preempt, as few as needed, of 1 run there");
    story.after(60_000).ticks();
    plansAll();
    assertThat(story.explained(urgent))
        .contains("It is preempting 1 run, killed in 7 s at the latest: " + low + ".");
    ClusterImage.JobImage victim = story.machine.state().job(low).orElseThrow();
    assertThat(ExplanationText.past(victim, story.nowMs))
        .contains("It makes room for job " + urgent + ".");
    story.exits(low, 0);
    assertThat(story.explained(low)).contains("Of its run before: made room for job " + urgent);
    plansAll();
    story.exits(urgent, 0);
    plansAll();
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
    assertThat(ExplanationText.past(story.machine.state().job(low).orElseThrow(), story.nowMs))
        .contains("after it was submitted, as its run 2")
        .contains("Of its run before: made room for job " + urgent)
        .doesNotContain("What is known of its end");
  }

  /** Of what one run leaves, two jobs have their share: one pushed it aside, the other claims. */
  @Test
  void anExplanationSaysForWhomRoomIsClaimedAndWhoLeavesIt() {
    story.node("n1", 8);
    JobId low = runs(LOW, 6);
    JobId pushes = waits(URGENT, 4);
    JobId claims = waits(URGENT, 4);
    JobId plain = story.submits("wangfang", script().cpusPerTask(8).limitMs(HOUR_MS));
    plansAll();
    assertThat(story.log.stream().map(LoggedEvent::event)).contains(new RoomClaimed(claims, 1));
    String there = " on n1, which 1 run leaves within 7 s.";
    assertThat(story.explained(pushes)).contains("It is preempting 1 run");
    assertThat(story.explained(pushes)).contains("Room is claimed for it" + there);
    assertThat(story.explained(claims)).contains("Room is claimed for it" + there);
    assertThat(story.explained(claims)).contains("Before it, room is claimed for 1 job" + there);
    assertThat(story.explained(plain)).contains("Before it, room is claimed for 2 jobs" + there);
    Explanation.RoomClaim told =
        story
            .machine
            .state()
            .explain(plain, story.nowMs)
            .orElseThrow()
            .preempting()
            .claims()
            .get(1);
    assertThat(told.by().job()).isEqualTo(claims);
    assertThat(told.runs()).extracting(Explanation.Other::job).containsExactly(low);
    assertThat(told.goneByMs()).isEqualTo(story.nowMs + 7000);
    story.exits(low, 0);
    assertThat(story.explained(claims)).contains("Room is claimed for it in what is free.");
    plansAll();
    assertThat(story.state(claims)).isEqualTo(JobState.RUNNING);
    assertThat(story.explained(plain)).doesNotContain("claimed");
  }

  @Test
  void aCopyThatIsRunForwardMakesRoomAsTheClusterDoes() {
    story.node("n1", 4);
    JobId low = runs(LOW, 4);
    JobId urgent = waits(URGENT, 4);
    ForwardRun.Bounds far = new ForwardRun.Bounds(story.nowMs + 24 * HOUR_MS, 100_000, () -> false);
    ForwardOutcome outcome =
        new ForwardRun(story.machine.image(), RunTimes.DECLARED, story.nowMs)
            .run(List.of(urgent), far);
    assertThat(outcome.starts().get(urgent)).isEqualTo(story.nowMs + 7000);
    assertThat(story.state(low)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aCopyMakesRoomAlsoWhereAnotherStartsAtTheSameMoment() {
    story.node("n1", 4);
    runs(LOW, 4);
    story.node("n2", 4);
    JobId first = waits(URGENT, 4);
    JobId second = waits(URGENT, 4);
    ForwardRun.Bounds far = new ForwardRun.Bounds(story.nowMs + 24 * HOUR_MS, 100_000, () -> false);
    ForwardOutcome outcome =
        new ForwardRun(story.machine.image(), RunTimes.DECLARED, story.nowMs)
            .run(List.of(first, second), far);
    assertThat(outcome.starts().get(first)).isEqualTo(story.nowMs);
    assertThat(outcome.starts().get(second)).isEqualTo(story.nowMs + 7000);
  }
}

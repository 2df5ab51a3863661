package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.script;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.plan.SliceBounds;

/** Run times are learnt from jobs that ended, planned by, and never a reason to end a job. */
final class LearningStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder cores(int cores) {
    return script().cpusPerTask(cores);
  }

  private void runs(String user, JobRequest.Builder request, long ms) {
    JobId job = story.submits(user, request);
    story.plans();
    story.after(ms).exits(job, 0);
  }

  private long predictedMs(JobId job) {
    return story.machine.state().predictedMs(job);
  }

  private void restart() {
    story.machine =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
  }

  @Test
  void aJobIsBelievedToRunAsTheLastTwoOfItsKindElseOfItsUser() {
    story.node("n1", 4);
    JobId first = story.submits("liwei", cores(4).name("cfd"));
    assertThat(predictedMs(first)).as("nothing is known").isZero();
    story.plans();
    story.after(60_000).exits(first, 0);
    runs("liwei", cores(4).name("cfd"), 30_000);
    runs("liwei", cores(1).name("other"), 10_000);
    story.submits("wangfang", cores(4));
    story.plans();
    JobId like = story.submits("liwei", cores(4).name("cfd"));
    JobId ofUser = story.submits("liwei", cores(2));
    assertThat(predictedMs(like)).isEqualTo(45_000);
    assertThat(predictedMs(ofUser)).isEqualTo(20_000);
    assertThat(predictedMs(story.submits("chenjie"))).isZero();
    restart();
    assertThat(predictedMs(like)).as("after a restart").isEqualTo(45_000);
    assertThat(predictedMs(ofUser)).isEqualTo(20_000);
    assertThat(story.machine.state().indexDifferences()).isEmpty();
  }

  @Test
  void aStartSaysWhatWasPredictedAndARestartKnowsIt() {
    story.node("n1", 4);
    runs("liwei", cores(4), 60_000);
    JobId job = story.submits("liwei", cores(4));
    story.plans();
    JobAllocated start = (JobAllocated) story.log.getLast().event();
    assertThat(start.predictedMs()).isEqualTo(60_000);
    restart();
    assertThat(predictedMs(job)).isEqualTo(60_000);
  }

  /** A slice starts one job, and the next may be the last of a pass that was begun before. */
  private static void plansUntilRuns(SchedulerStory story, JobId job) {
    for (int i = 0; i < 3 && story.state(job) != RUNNING; i++) {
      story.plans();
    }
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  /** Between two slices of a pass an end shows that the user's beliefs are no good. */
  @Test
  void aStartSaysWhatItWasPlannedByThoughNothingWouldBePredictedAnyMore() {
    SchedulerStory cut =
        SchedulerStory.site(new SchedulerMachine(new SliceBounds(Long.MAX_VALUE, 1)));
    cut.node("n1", 4);
    JobId brief = cut.submits("liwei", cores(1));
    plansUntilRuns(cut, brief);
    cut.after(1_000).exits(brief, 0);
    JobId lasts = cut.submits("liwei", cores(1));
    plansUntilRuns(cut, lasts);
    cut.after(HOUR_MS - 60_000);
    JobId first = cut.submits("liwei", cores(1));
    JobId second = cut.submits("liwei", cores(1));
    plansUntilRuns(cut, first);
    assertThat(cut.state(second)).isEqualTo(PENDING);
    cut.exits(lasts, 0);
    assertThat(cut.machine.state().predictedMs(second)).as("by limits from now on").isZero();
    cut.plans();
    assertThat(((JobAllocated) cut.log.getLast().event()).predictedMs()).isEqualTo(1_000);
    assertThat(cut.job(second).predictedMs()).isEqualTo(1_000);
  }

  @Test
  void endsThatSayNothingOfTheJobTeachNothing() {
    story.node("n1", 4);
    JobId failed = story.submits("liwei", cores(4));
    story.plans();
    story.after(1_000);
    story.does(
        new Input.RunEnded(
            story.node(failed),
            exit(story.run(failed), RunExit.Kind.LAUNCH_FAILED, 0, 0, story.nowMs, "no home")));
    assertThat(predictedMs(story.submits("liwei", cores(4)))).isZero();
  }

  /** Its owner's wish is of the job, an operator's is not. */
  @Test
  void anEndThatAnOperatorWantedTeachesNothingAndOneThatItsOwnerWantedDoes() {
    story.node("n1", 4);
    for (String who : List.of("admin1", "liwei")) {
      JobId job = story.submits("liwei", cores(4));
      story.plans();
      story.starts(job);
      story.after(2_000).does(new Input.CancelJob(SchedulerStory.user(who), job));
      story.exits(job, 0);
      assertThat(story.state(job)).isEqualTo(JobState.CANCELLED);
      JobId next = story.submits("liwei", cores(4));
      assertThat(predictedMs(next))
          .as("after the wish of " + who)
          .isEqualTo(who.equals("liwei") ? 2_000 : 0);
      story.does(new Input.CancelJob(SchedulerStory.user("liwei"), next));
    }
  }

  @Test
  void aJobThatOutlivesItsPredictionRunsToItsLimit() {
    story.node("n1", 4);
    runs("liwei", cores(4), 60_000);
    JobId job = story.submits("liwei", cores(4));
    story.plans();
    story.after(HOUR_MS / 2).ticks();
    assertThat(story.plans()).isZero();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.machine.state().nextDeadlineMs().orElseThrow())
        .isEqualTo(story.job(job).startMs() + HOUR_MS);
  }

  @Test
  void aPartitionMayPlanByLimitsAlone() {
    story.node("n1", 4);
    runs("liwei", cores(4), 60_000);
    JobId job = story.submits("liwei", cores(4));
    assertThat(predictedMs(job)).isEqualTo(60_000);
    story.does(
        new Input.DefinePartition(
            SchedulerStory.OWNER,
            new PartitionDefined(SchedulerStory.BATCH, true, HOUR_MS, 24 * HOUR_MS, "", true)));
    assertThat(predictedMs(job)).isZero();
    story.plans();
    assertThat(((JobAllocated) story.log.getLast().event()).predictedMs()).isZero();
    restart();
    assertThat(predictedMs(story.submits("liwei", cores(4)))).isZero();
  }

  private JobId firstOfManyAlikeAndAShortOne(boolean byLimits) {
    story.node("n1", 4);
    story.does(
        new Input.DefinePartition(
            SchedulerStory.OWNER,
            new PartitionDefined(SchedulerStory.BATCH, true, HOUR_MS, 24 * HOUR_MS, "", byLimits)));
    JobId running = story.submits("wangfang", cores(4));
    story.plans();
    JobId trial = story.submits("liwei", cores(4).name("sweep").limitMs(24 * HOUR_MS));
    for (int i = 1; i < 6; i++) {
      story.submits("liwei", cores(4).name("sweep").limitMs(24 * HOUR_MS));
    }
    JobId brief = story.submits("chenjie", cores(4).limitMs(600_000L));
    story.after(1_000).exits(running, 0);
    assertThat(story.plans()).isEqualTo(1);
    return story.state(trial) == RUNNING ? trial : story.state(brief) == RUNNING ? brief : null;
  }

  @Test
  void oneOfManyAlikeGoesAheadToShowHowLongTheyRun() {
    assertThat(firstOfManyAlikeAndAShortOne(false)).isEqualTo(new JobId(2));
  }

  @Test
  void nobodyGoesAheadToShowItWhereLimitsAloneCount() {
    assertThat(firstOfManyAlikeAndAShortOne(true)).isEqualTo(new JobId(8));
  }

  @Test
  void theFirstThatDoesNotFitIsPromisedAStartOnceAndStaysFirst() {
    story.node("n1", 4);
    JobId first = story.submits("liwei", cores(3));
    story.plans();
    long endMs = story.nowMs + HOUR_MS;
    JobId large = story.submits("wangfang", cores(4).limitMs(60_000L));
    story.submits("chenjie", cores(1).limitMs(4 * HOUR_MS));
    story.plans();
    List<JobPromised> promises = promises();
    assertThat(promises).containsExactly(new JobPromised(large, endMs));
    assertThat(story.job(large).promisedMs()).isEqualTo(endMs);
    restart();
    JobId small = story.after(1_000).submits("liwei", cores(1).limitMs(1_000L));
    story.plans();
    assertThat(promises()).hasSize(1);
    assertThat(story.state(small)).as("harms nobody").isEqualTo(RUNNING);
    story.after(1_000).exits(small, 0);
    story.exits(first, 0);
    story.submits("liwei", cores(4).limitMs(1_000L));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(large)).as("though a smaller one waits").isEqualTo(RUNNING);
  }

  /**
   * A job of the whole node is promised a start in ten days, and could have one in four when a run
   * ends early. Until then nobody is let in who may run for longer, however short it is believed to
   * be, but for an hour.
   */
  @Test
  void roomThatComesEarlyIsGambledWithForAnHourAndNoMore() {
    long dayMs = 24 * HOUR_MS;
    story.does(
        new Input.DefinePartition(
            SchedulerStory.OWNER,
            new PartitionDefined(SchedulerStory.BATCH, true, HOUR_MS, 20 * dayMs)));
    story.node("n1", 4);
    runs("liwei", cores(1).limitMs(3 * dayMs), 60_000);
    runs("liwei", cores(1).limitMs(3 * dayMs), 60_000);
    JobId ends = story.submits("wangfang", cores(1).limitMs(10 * dayMs));
    story.submits("wangfang", cores(1).limitMs(2 * dayMs));
    story.plans();
    JobId large = story.submits("chenjie", cores(4).limitMs(HOUR_MS));
    JobId behind = story.submits("wangfang", cores(1).limitMs(5 * HOUR_MS));
    story.plans();
    assertThat(story.job(large).promisedMs()).isEqualTo(story.nowMs + 10 * dayMs);
    story.exits(behind, 0);
    story.exits(ends, 0);
    JobId gambles = story.submits("liwei", cores(1).limitMs(3 * dayMs));
    JobId within = story.submits("wangfang", cores(1).limitMs(2 * dayMs + HOUR_MS / 2));
    while (story.machine.state().planningDue()) {
      story.plans();
    }
    assertThat(story.state(large)).isEqualTo(PENDING);
    assertThat(predictedMs(gambles)).isEqualTo(60_000);
    assertThat(story.state(gambles)).isEqualTo(PENDING);
    assertThat(story.state(within)).as("its limit is within the hour").isEqualTo(RUNNING);
  }

  /** Runs of a minute and of the limit in turn: limits are nearer, of whatever the user submits. */
  @Test
  void limitsAreBelievedOfAUserWhoseRunsSayNothing() {
    story.node("n1", 4);
    for (int i = 0; i < 12; i++) {
      runs("liwei", cores(4).name("cfd").limitMs(HOUR_MS), i % 3 == 0 ? 60_000 : HOUR_MS - 1_000);
    }
    runs("liwei", cores(4).name("short").limitMs(HOUR_MS), 90_000);
    story.submits("wangfang", cores(4));
    story.plans();
    JobId misled = story.submits("liwei", cores(4).name("short").limitMs(HOUR_MS));
    assertThat(predictedMs(misled)).as("not worth more than the limit").isZero();
    restart();
    assertThat(predictedMs(misled)).isZero();
    assertThat(story.machine.state().indexDifferences()).isEmpty();
  }

  /** The end of a run of one kind shows that no kind of its user says how long the next runs. */
  @Test
  void aWaitingJobIsBelievedAnewWhenItsUserIsNotTrustedAnyMore() {
    story.node("n1", 4);
    JobRequest.Builder known = cores(4).name("short").limitMs(10 * HOUR_MS);
    runs("liwei", known, 60_000);
    runs("liwei", known, 60_000);
    runs("liwei", cores(4).name("long").limitMs(10 * HOUR_MS), 60_000);
    JobId misleads = story.submits("liwei", cores(4).name("long").limitMs(10 * HOUR_MS));
    story.plans();
    JobId waits = story.submits("liwei", known);
    JobId other = story.after(1_000).submits("wangfang", cores(4).limitMs(HOUR_MS));
    assertThat(story.plans()).isZero();
    assertThat(predictedMs(waits)).isEqualTo(60_000);
    story.after(10 * HOUR_MS - 10_000).exits(misleads, 0);
    assertThat(predictedMs(waits)).isZero();
    story.plans();
    assertThat(story.state(other)).as("smaller than one of ten hours").isEqualTo(RUNNING);
    assertThat(story.state(waits)).isEqualTo(PENDING);
  }

  /** What the run gives back is what it holds, though it asked for less: a device of any model. */
  @Test
  void whoWaitsForAModelIsPromisedAStartBehindARunThatTookItAsAny() {
    story.says(
        SchedulerStory.facts(
            "n1",
            "boot-1",
            4,
            4 * SchedulerStory.GIB,
            List.of(new NodeFacts.GresInventory("gpu", "a100", 1))));
    story.submits("liwei", cores(1).gres(List.of(new GresRequest("gpu", "", 1))));
    story.plans();
    long endMs = story.nowMs + HOUR_MS;
    restart();
    JobId waits =
        story.submits("wangfang", cores(1).gres(List.of(new GresRequest("gpu", "a100", 1))));
    story.submits("chenjie", cores(1).limitMs(2 * HOUR_MS));
    story.plans();
    assertThat(promises()).containsExactly(new JobPromised(waits, endMs));
  }

  private List<JobPromised> promises() {
    List<JobPromised> out = new ArrayList<>();
    for (LoggedEvent each : story.log) {
      if (each.event() instanceof JobPromised promise) {
        out.add(promise);
      }
    }
    return out;
  }

  @Test
  void theSmallPassTheLargeUntilTheSiteGivesWeights() {
    story.node("n1", 4);
    JobId running = story.submits("chenjie", cores(4));
    story.plans();
    JobId large = story.submits("liwei", cores(4).limitMs(10 * HOUR_MS));
    JobId small = story.after(1_000).submits("wangfang", cores(4).limitMs(60_000L));
    story.after(1_000).exits(running, 0);
    story.plans();
    assertThat(story.state(small)).isEqualTo(RUNNING);
    story.does(
        new Input.DefinePriorityPolicy(
            SchedulerStory.OWNER,
            new PriorityPolicy(
                1000, 0, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, 0, List.of(), List.of())));
    JobId smaller = story.after(60_000).submits("wangfang", cores(4).limitMs(1_000L));
    story.exits(small, 0);
    story.plans();
    assertThat(story.state(large)).as("the older one").isEqualTo(RUNNING);
    assertThat(story.state(smaller)).isEqualTo(PENDING);
    assertThat(story.log.stream().map(LoggedEvent::event))
        .anyMatch(PriorityPolicyDefined.class::isInstance);
  }

  @Test
  void ofManyOfAnUnknownKindTheFirstGoesAheadByADay() {
    story.node("n1", 4);
    JobId running = story.submits("chenjie", cores(4));
    story.plans();
    JobId older = story.submits("wangfang", cores(4).limitMs(HOUR_MS));
    List<JobId> many = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      many.add(story.after(1_000).submits("liwei", cores(4).limitMs(10 * HOUR_MS)));
    }
    restart();
    story.exits(running, 0);
    story.plans();
    assertThat(story.state(many.getFirst())).isEqualTo(RUNNING);
    story.after(1_000).exits(many.getFirst(), 0);
    assertThat(predictedMs(many.getLast())).isEqualTo(1_000);
    story.plans();
    assertThat(story.state(many.get(1))).as("now known to be short").isEqualTo(RUNNING);
    assertThat(story.state(older)).isEqualTo(PENDING);
  }
}

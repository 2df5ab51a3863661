package org.queqiao.runtime.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.message.Viewer;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.RuntimeStory;
import org.queqiao.runtime.recovery.Recovery;

/** Copies say what the machine says or said. */
final class StateCopiesTest {
  private final RuntimeStory story = new RuntimeStory();

  private static List<JobId> history(RuntimeStory story, long seed) {
    Random random = new Random(seed);
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      jobs.add(story.submit("k" + i));
      if (random.nextInt(3) > 0) {
        story.tell(story.ended(jobs.get(random.nextInt(jobs.size()))));
      }
      story.time.advanceMs(random.nextInt(3) * 500);
    }
    return jobs;
  }

  @Test
  void aCopyOfNowAndOfEveryMomentHasTheDigestOfTheMachine() {
    for (long seed = 1; seed <= 5; seed++) {
      RuntimeStory each = new RuntimeStory();
      each.open().withSite();
      StateCopies copies = new StateCopies(each.log, 100_000);
      history(each, seed);
      assertThat(each.log.snapshots().newest()).isPresent();
      byte[] live = each.digest();
      assertThat(copies.now(SchedulerMachine::digest)).as("seed %d", seed).isEqualTo(live);
      each.submit("one-more");
      assertThat(copies.now(SchedulerMachine::digest)).as("seed %d", seed).isEqualTo(each.digest());
      long end = each.runtime.durablePosition();
      for (long position = 0; position <= end; position += 7) {
        assertThat(copies.at(position).digest())
            .as("seed %d, position %d", seed, position)
            .isEqualTo(Recovery.replay(each.log, position).digest());
      }
    }
  }

  @Test
  void aTimeIsThePositionOfItsLastFact() {
    story.open().withSite();
    StateCopies copies = new StateCopies(story.log, 100_000);
    JobId first = story.submit("a");
    long beforeMs = story.runtime.timeMs();
    long before = story.runtime.durablePosition();
    story.time.advanceMs(10_000);
    story.tell(story.ended(first));
    long after = story.runtime.durablePosition();
    assertThat(after).isGreaterThan(before);
    assertThat(copies.positionAt(beforeMs)).isEqualTo(before);
    assertThat(copies.positionAt(beforeMs + 9_999)).isEqualTo(before);
    assertThat(copies.positionAt(beforeMs + 10_000)).isEqualTo(after);
    assertThat(copies.positionAt(Long.MAX_VALUE)).isEqualTo(after);
    assertThat(copies.positionAt(0)).isZero();
  }

  @Test
  void whatIsTooFarFromASnapshotIsRefusedByNumber() {
    story.settings = new RuntimeSettings("test", 64, 32, 4, 1_000, 1_000_000, 64);
    story.open().withSite();
    history(story, 1);
    StateCopies copies = new StateCopies(story.log, 20);
    assertThat(copies.at(20).state().position()).isEqualTo(20);
    assertThatThrownBy(() -> copies.at(21))
        .isInstanceOf(TooFarBack.class)
        .hasMessageContaining("21 facts after the nearest snapshot")
        .hasMessageContaining("may replay 20");
    assertThatThrownBy(() -> copies.now(SchedulerMachine::digest)).isInstanceOf(TooFarBack.class);
  }

  @Test
  void aJobIsExplainedNowAndAsItWas() {
    story.open().withSite();
    JobQuestions questions =
        new JobQuestions(
            new StateCopies(story.log, 100_000), new JobQuestions.Bounds(1_000, 100_000));
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      jobs.add(story.submit("k" + i));
    }
    JobId fifth = jobs.getLast();
    long submitMs = story.time.wallMs();
    story.time.advanceMs(60_000);
    story.submit("later");
    story.time.advanceMs(60_000);
    byte[] live = story.digest();
    Explained waits = questions.explain(fifth, story.time.wallMs(), () -> false).orElseThrow();
    assertThat(waits.waiting().why().word()).isEqualTo("Resources");
    assertThat(waits.waiting().holderCount()).isEqualTo(4);
    assertThat(waits.startsByMs()).isEqualTo(submitMs + 3_600_000);
    assertThat(waits.history()).isNull();
    assertThat(story.digest()).isEqualTo(live);

    story.tell(story.ended(jobs.getFirst()));
    story.runtime.step();
    story.time.advanceMs(30_000);
    story.submit("even-later");
    Explained runs = questions.explain(fifth, story.time.wallMs(), () -> false).orElseThrow();
    assertThat(runs.job().state()).isEqualTo(JobState.RUNNING);
    assertThat(runs.waiting()).isNull();
    assertThat(runs.history().reasons()).isEqualTo(Map.of("Resources", 120_000L));
    assertThat(runs.history().startedBy()).isEqualTo("JobEnded");
    assertThat(runs.history().startedByJob()).isEqualTo(jobs.getFirst());
    assertThat(runs.sentence(Viewer.OWNER)).contains(" It waited for: Resources 2 min");
    Explained atOnce =
        questions.explain(jobs.get(1), story.time.wallMs(), () -> false).orElseThrow();
    assertThat(atOnce.history().reasons()).containsOnlyKeys("None");
    assertThat(atOnce.sentence(Viewer.OWNER)).doesNotContain("It waited for");

    Explained was = questions.explainAt(fifth, submitMs + 60_000, () -> false).orElseThrow();
    assertThat(was.job().state()).isEqualTo(JobState.PENDING);
    assertThat(was.waiting().why().word()).isEqualTo("Resources");
    assertThat(was.startsByMs()).isEqualTo(submitMs + 3_600_000);
    assertThat(questions.explainAt(fifth, submitMs - 60_000, () -> false)).isEmpty();
  }

  @Test
  void withMoreJobsThanMayBeRunForwardTheStartIsLeftOut() {
    story.open().withSite();
    JobQuestions questions =
        new JobQuestions(new StateCopies(story.log, 100_000), new JobQuestions.Bounds(5, 100_000));
    JobId last = null;
    for (int i = 0; i < 6; i++) {
      last = story.submit("k" + i);
    }
    Explained found = questions.explain(last, story.time.wallMs(), () -> false).orElseThrow();
    assertThat(found.waiting().why().word()).isEqualTo("Priority");
    assertThat(found.startsByMs()).isZero();
  }

  @Test
  void questionsOfEveryKindLeaveTheLiveMachineAsItIs() {
    story.open().withSite();
    JobQuestions questions =
        new JobQuestions(
            new StateCopies(story.log, 100_000), new JobQuestions.Bounds(1_000, 100_000));
    for (int i = 0; i < 8; i++) {
      story.submit("k" + i);
    }
    JobId last = story.submit("last");
    byte[] live = story.digest();
    long position = story.runtime.durablePosition();
    long nowMs = story.time.wallMs();
    RunTimeRatios learnt = new RunTimeRatios();
    Trial trial = new Trial(RuntimeStory.USER, last, null, null, List.of(), null, 0, null, null);
    Tried tried =
        questions.whatIf(
            trial,
            spec -> spec.toBuilder().shape(1, 2, 2).build(),
            nowMs,
            86_400_000,
            learnt,
            1,
            () -> false);
    assertThat(tried.result().base().startMs()).isEqualTo(nowMs + 2 * 3_600_000);
    assertThat(tried.result().changed().startMs()).isEqualTo(nowMs + 2 * 3_600_000);
    assertThat(questions.explain(last, nowMs, () -> false)).isPresent();
    assertThat(questions.forecast(last, nowMs, learnt, 10, () -> false).orElseThrow().forecast())
        .isNotNull();
    assertThat(story.digest()).isEqualTo(live);
    assertThat(story.runtime.durablePosition()).isEqualTo(position);
    assertThat(Recovery.replay(story.log, position).digest()).isEqualTo(live);
  }
}

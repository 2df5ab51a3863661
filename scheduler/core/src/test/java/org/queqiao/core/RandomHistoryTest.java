package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.check.InvariantChecks;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/** What must hold whatever happens: the same for every seed. */
final class RandomHistoryTest {
  private static final int SEEDS = TestSize.ciOrFull(150, 3_000);
  private static final int STEPS = 150;
  private static final int PARTS = 3;
  private static final int RESTARTED = TestSize.ciOrFull(50, 1_000);
  private static final int RESTARTED_STEPS = 200;

  /** So many slices at most find nothing and say that another follows. */
  private static final int MOST_EMPTY = 20;

  @Test
  void invariantsHoldAndReplayAndSnapshotGiveTheSameDigest() {
    for (long seed : SeededProperty.seeds(SEEDS, 907)) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site());
      try {
        for (int part = 0; part < PARTS; part++) {
          history.steps(STEPS / PARTS);
          assertTasksAreWaitedForAsTheLogSays(history.story);
        }
        assertReplayAndSnapshotAgree(history.story);
      } catch (AssertionError | RuntimeException e) {
        throw history.told().shortened(seed, e, RandomHistoryTest::assertToldAgain);
      }
    }
  }

  private static void assertToldAgain(ToldStory told) {
    SchedulerStory story = told.tell();
    assertTasksAreWaitedForAsTheLogSays(story);
    assertReplayAndSnapshotAgree(story);
  }

  private static void assertTasksAreWaitedForAsTheLogSays(SchedulerStory story) {
    assertThat(TaskDependencies.wrong(story)).isEmpty();
  }

  /** Through the bytes of the log and of the snapshot, from the beginning and from the middle. */
  private static void assertReplayAndSnapshotAgree(SchedulerStory story) {
    byte[] digest = story.machine.digest();
    List<LoggedEvent> log = new ArrayList<>();
    for (LoggedEvent event : story.log) {
      EventCodec.ActedEvent read =
          EventCodec.decode(EventCodec.encode(event.actor(), event.reason(), event.event()));
      log.add(
          new LoggedEvent(
              event.position(),
              event.epoch(),
              event.timeMs(),
              read.actor(),
              read.reason(),
              read.event()));
    }
    SchedulerMachine replayed = new SchedulerMachine();
    int middle = log.size() / 2;
    log.subList(0, middle).forEach(replayed::apply);
    SchedulerMachine restored =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(replayed.image())));
    assertThat(restored.digest()).isEqualTo(replayed.digest());
    for (LoggedEvent event : log.subList(middle, log.size())) {
      replayed.apply(event);
      restored.apply(event);
    }
    assertThat(replayed.digest()).as("replay").isEqualTo(digest);
    assertThat(restored.digest()).as("snapshot and the rest").isEqualTo(digest);
    assertThat(InvariantChecks.of(restored)).isEmpty();
    story.machine = restored;
    assertThat(story.plans()).isGreaterThanOrEqualTo(0);
  }

  /** A restored machine decides as the one that was never stopped. */
  @Test
  void aRestartChangesNoDecision() {
    for (long seed : SeededProperty.seeds(RESTARTED, 168, 606, 753, 920)) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(RESTARTED_STEPS);
      restarts(seed, history.told());
      RandomWorkload workload =
          new RandomWorkload(SchedulerStory.site().withoutChecks(), new SplittableRandom(seed));
      for (int step = 0; step < RESTARTED_STEPS / 2; step++) {
        workload.step();
      }
      restarts(seed, workload.told());
    }
  }

  private static void restarts(long seed, ToldStory told) {
    try {
      restartedNowAndThen(told);
    } catch (AssertionError | RuntimeException e) {
      throw told.shortened(seed, e, RandomHistoryTest::restartedNowAndThen);
    }
  }

  /** Tells a story to a machine that runs on and to one that is made anew after some inputs. */
  private static void restartedNowAndThen(ToldStory told) {
    SchedulerStory restarted = SchedulerStory.site().withoutChecks();
    SchedulerStory steady = SchedulerStory.site().withoutChecks();
    for (ToldStory.Told each : told.inputs()) {
      steady.nowMs = each.nowMs();
      restarted.nowMs = each.nowMs();
      decides(steady, each.input());
      decides(restarted, each.input());
      if (each.nowMs() % 7 == 0) {
        restarted.machine =
            SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(restarted.machine.image())));
        assertThat(restarted.machine.digest()).isEqualTo(steady.machine.digest());
      }
    }
    assertThat(restarted.machine.digest()).isEqualTo(steady.machine.digest());
  }

  /** A slice without any fact that says that another follows is no decision yet. */
  private static void decides(SchedulerStory story, Input input) {
    int before = story.log.size();
    Reply reply = story.hears(input);
    for (int i = 0;
        story.log.size() == before && reply instanceof Reply.Planned planned && planned.more();
        i++) {
      assertThat(i).as("passes that find nothing and go on").isLessThan(MOST_EMPTY);
      reply = story.hears(input);
    }
  }

  private static TreeSet<String> permitted(Class<?> sealed) {
    TreeSet<String> names = new TreeSet<>();
    for (Class<?> each : sealed.getPermittedSubclasses()) {
      names.addAll(each.isSealed() ? permitted(each) : Set.of(each.getSimpleName()));
    }
    return names;
  }

  /** A generator that narrows its own inputs hides bugs: everything must come up. */
  @Test
  void theSeedsReachEveryKindOfInputReplyEventAndState() {
    TreeSet<String> seen = new TreeSet<>();
    for (long seed = 0; seed < 400; seed++) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(STEPS);
      seen.addAll(history.seen);
    }
    TreeSet<String> wanted = permitted(Input.class);
    wanted.addAll(permitted(Event.class));
    for (JobState state : JobState.values()) {
      wanted.add(state.name());
    }
    wanted.addAll(
        List.of(
            "Done",
            "JobAccepted",
            "Planned",
            "FORBIDDEN",
            "NOT_FOUND",
            "CONFLICT",
            "INVALID",
            "IDEMPOTENCY_MISMATCH"));
    // The site of every story is defined before the dice are thrown.
    wanted.removeAll(List.of("DefineProject", "ProjectDefined"));
    assertThat(seen).containsAll(wanted);
  }
}

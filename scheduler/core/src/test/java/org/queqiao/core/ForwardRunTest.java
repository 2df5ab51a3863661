package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.forecast.ForwardOutcome;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.RunTimes;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.TermsRequest;

/** A forward run does what the cluster itself would do. */
final class ForwardRunTest {
  private static final long MINUTE_MS = 60_000;
  private static final ForwardRun.Bounds FAR =
      new ForwardRun.Bounds(Long.MAX_VALUE / 4, 1_000_000, () -> false);

  private static ForwardOutcome declared(SchedulerStory story, List<JobId> wanted) {
    return new ForwardRun(story.machine.image(), RunTimes.DECLARED, story.nowMs).run(wanted, FAR);
  }

  @Test
  void everyJobStartsWhenItDoesOnTheClusterIfAllRunToTheirLimits() {
    for (int seed = 1; seed <= 60; seed++) {
      Random random = new Random(seed);
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      List<String> policies = List.of("fcfs", "easy", "easy-sjbf", "conservative", "default");
      story.does(
          new Input.DefineScheduling(
              SchedulerStory.user("admin1"),
              new SchedulingDefined(policies.get(random.nextInt(5)), 3)));
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        story.node("n" + i, 2 + random.nextInt(6));
      }
      for (int i = 0; i < 25; i++) {
        submits(story, random);
        if (random.nextInt(3) == 0) {
          story.plans();
          story.after(random.nextInt(300_000));
        }
      }
      story.plans();
      byte[] before = story.machine.digest();
      ForwardOutcome outcome = declared(story, List.of());
      assertThat(story.machine.digest()).as("seed %d", seed).isEqualTo(before);
      assertThat(outcome.end()).as("seed %d", seed).isEqualTo(ForwardOutcome.End.QUIET);
      assertThat(declared(story, List.of())).as("seed %d", seed).isEqualTo(outcome);
      assertThat(outcome.starts()).as("seed %d", seed).isEqualTo(livedThrough(story));
    }
  }

  private static void submits(SchedulerStory story, Random random) {
    long limitMs = MINUTE_MS * (130 + random.nextInt(400));
    var request =
        SchedulerStory.script()
            .tasks(1 + random.nextInt(4))
            .cpusPerTask(1 + random.nextInt(2))
            .limitMs(limitMs);
    if (random.nextInt(4) == 0) {
      request.terms(TermsRequest.NONE.withBeginMs(story.nowMs + random.nextInt(7_200_000)));
    }
    story.hears(SchedulerStory.submission(random.nextBoolean() ? "liwei" : "chenjie", request));
  }

  /** Lets every run end at its limit, at the moment at which it does. */
  private static Map<JobId, Long> livedThrough(SchedulerStory story) {
    Map<JobId, Long> starts = new TreeMap<>();
    List<JobId> waiting = new ArrayList<>();
    story.machine.image().jobs().stream()
        .filter(each -> each.state() == JobState.PENDING)
        .forEach(each -> waiting.add(each.id()));
    while (true) {
      for (var each : story.machine.image().jobs()) {
        if (each.state() == JobState.RUNNING
            && each.startMs() + each.spec().limitMs() <= story.nowMs) {
          story.exits(each.id(), 0);
        }
      }
      story.ticks();
      while (story.plans() > 0) {
        // until nothing starts
      }
      for (JobId each : waiting) {
        if (story.machine.state().job(each).map(job -> job.startMs() > 0).orElse(false)) {
          starts.putIfAbsent(each, story.job(each).startMs());
        }
      }
      var next = story.machine.state().nextDeadlineMs();
      if (next.isEmpty()) {
        return starts;
      }
      story.nowMs = Math.max(story.nowMs + 1, next.getAsLong());
    }
  }

  @Test
  void aJobIsWaitedForAndNoLonger() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    JobId second = story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    JobId third = story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    story.plans();
    long beginMs = story.nowMs;
    ForwardOutcome outcome = declared(story, List.of(second));
    assertThat(outcome.end()).isEqualTo(ForwardOutcome.End.ANSWERED);
    assertThat(outcome.starts()).containsEntry(second, beginMs + HOUR_MS).doesNotContainKey(third);
    assertThat(outcome.busyCoreMs()).isEqualTo(4 * HOUR_MS);
    assertThat(outcome.usableCores()).isEqualTo(4);
  }

  @Test
  void runsThatEndEarlierLetTheNextStartEarlier() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    JobId first = story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    JobId second = story.submits("liwei", SchedulerStory.script().cpusPerTask(4).limitMs(HOUR_MS));
    story.plans();
    story.after(10 * MINUTE_MS);
    RunTimes half = (job, _) -> job.spec().limitMs() / 2;
    ForwardOutcome outcome =
        new ForwardRun(story.machine.image(), half, story.nowMs).run(List.of(second), FAR);
    assertThat(outcome.starts()).containsEntry(second, story.job(first).startMs() + HOUR_MS / 2);
  }

  @Test
  void aHeldJobIsNotSaidToStart() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    JobId held = story.submits("liwei", SchedulerStory.script().hold(true));
    ForwardOutcome outcome = declared(story, List.of(held));
    assertThat(outcome.end()).isEqualTo(ForwardOutcome.End.QUIET);
    assertThat(outcome.starts()).isEmpty();
  }

  @Test
  void stepsAndHorizonAndTheAskerBoundIt() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 1);
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      jobs.add(story.submits("liwei", SchedulerStory.script().limitMs(HOUR_MS)));
    }
    story.plans();
    long nowMs = story.nowMs;
    List<JobId> last = List.of(jobs.getLast());
    ForwardOutcome few =
        run(story, last, new ForwardRun.Bounds(Long.MAX_VALUE / 4, 20, () -> false));
    assertThat(few.end()).isEqualTo(ForwardOutcome.End.SPENT);
    assertThat(few.steps()).isBetween(20L, 30L);
    ForwardOutcome near =
        run(story, last, new ForwardRun.Bounds(nowMs + 5 * HOUR_MS, 100_000, () -> false));
    assertThat(near.end()).isEqualTo(ForwardOutcome.End.HORIZON);
    assertThat(near.reachedMs()).isEqualTo(nowMs + 5 * HOUR_MS);
    assertThat(near.starts()).hasSize(5);
    assertThat(near.busyCoreMs()).isEqualTo(5 * HOUR_MS);
    ForwardOutcome stopped =
        run(story, last, new ForwardRun.Bounds(Long.MAX_VALUE / 4, 100_000, () -> true));
    assertThat(stopped.end()).isEqualTo(ForwardOutcome.End.SPENT);
  }

  private static ForwardOutcome run(
      SchedulerStory story, List<JobId> wanted, ForwardRun.Bounds bounds) {
    return new ForwardRun(story.machine.image(), RunTimes.DECLARED, story.nowMs)
        .run(wanted, bounds);
  }

  @Test
  void aRunPastItsLimitIsExpectedToGoSoon() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 1);
    story.submits("liwei", SchedulerStory.script().limitMs(HOUR_MS));
    story.plans();
    story.after(2 * HOUR_MS).ticks();
    JobId next = story.submits("liwei");
    assertThat(declared(story, List.of(next)).starts()).containsEntry(next, story.nowMs + 30_000);
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;

/**
 * A machine keeps its queue in order from pass to pass and looks only at what changed: each of its
 * passes decides what a machine decides that is made anew from the image of that moment.
 */
final class KeptQueuePropertyTest {
  private static final int SEEDS =
      "full".equals(System.getProperty("queqiao.test.size")) ? 3_000 : 150;
  private static final int STEPS = 120;
  private static final List<String> USERS = List.of("liwei", "wangfang", "zhangmin");

  private final List<ToldStory.Told> told = new ArrayList<>();
  private SchedulerStory story;
  private SplittableRandom random;

  @Test
  void everyPassDecidesWhatAMachineMadeAnewDecides() {
    int decided = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      random = new SplittableRandom(seed);
      story = SchedulerStory.site().withoutChecks();
      told.clear();
      try {
        decided += run(seed);
      } catch (AssertionError | RuntimeException e) {
        ToldStory shortest = new ToldStory(told).shortest(KeptQueuePropertyTest::nextPass);
        throw new AssertionError(
            "seed " + seed + "; a pass after these inputs differs:\n" + shortest.lines(), e);
      }
    }
    assertThat(decided).as("facts that were compared").isGreaterThan(SEEDS * 15);
  }

  /** Compares the next slice of the passes and makes it true. */
  private static int nextPass(SchedulerStory story) {
    List<Fact> anew =
        SchedulerMachine.from(story.machine.image())
            .decide(new Input.PlanPass(), story.nowMs)
            .facts();
    Decision kept = story.machine.decide(new Input.PlanPass(), story.nowMs);
    assertThat(kept.facts()).isEqualTo(anew);
    story.makeTrue(kept);
    return kept.facts().size();
  }

  private int run(long seed) {
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      int cores = 2 + random.nextInt(12);
      tell(new Input.RegisterNode(facts("n" + i, "b", cores, cores * GIB), List.of(), List.of()));
    }
    if (seed % 4 == 3) {
      String policy = List.of("easy", "fcfs", "conservative").get(random.nextInt(3));
      tell(new Input.DefineScheduling(OWNER, new SchedulingDefined(policy, 1)));
    }
    int decided = 0;
    for (int step = 0; step < STEPS; step++) {
      story.after(random.nextInt(60_000));
      happens();
      tell(new Input.Tick());
      if (random.nextInt(3) > 0 && story.machine.state().planningDue()) {
        decided += nextPass(story);
        told.add(new ToldStory.Told(story.nowMs, new Input.PlanPass()));
      }
    }
    return decided;
  }

  private void tell(Input input) {
    told.add(new ToldStory.Told(story.nowMs, input));
    story.hears(input);
  }

  private void happens() {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5, 6 -> submit();
      case 7 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.CancelJob(user(job.user().value()), job.id()));
      case 8 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.HoldJob(user(job.user().value()), job.id()));
      case 9 ->
          pick(
              each -> each.state() == JobState.PENDING,
              job -> new Input.ReleaseJob(user(job.user().value()), job.id()));
      case 10 ->
          pick(
              each -> each.state() == JobState.RUNNING,
              job -> new Input.RequeueJob(OWNER, job.id()));
      default -> pick(each -> each.state() == JobState.RUNNING, this::end);
    }
  }

  private Input end(ClusterImage.JobImage job) {
    RunId run = new RunId(job.id(), job.attempt());
    return new Input.RunEnded(
        job.allocations().getFirst().node(), SchedulerStory.exit(run, 0, story.nowMs));
  }

  private void submit() {
    int dice = random.nextInt(20);
    JobRequest.Builder job =
        script()
            .name("kind" + random.nextInt(8))
            .cpusPerTask(1 + random.nextInt(8))
            .limitMs(60_000L * (1 + random.nextInt(10)));
    if (dice == 0) {
      job.array("0-" + random.nextInt(4));
    }
    if (dice == 1) {
      job.hold(true);
    }
    tell(submission(USERS.get(random.nextInt(USERS.size())), job));
  }

  private interface Told {
    Input about(ClusterImage.JobImage job);
  }

  private void pick(Predicate<ClusterImage.JobImage> which, Told input) {
    List<ClusterImage.JobImage> some = story.machine.image().jobs().stream().filter(which).toList();
    if (!some.isEmpty()) {
      tell(input.about(some.get(random.nextInt(some.size()))));
    }
  }
}

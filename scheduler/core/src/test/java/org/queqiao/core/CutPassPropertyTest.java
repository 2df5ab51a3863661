package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.plan.SliceBounds;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * Two machines to which the same happens, of which one is cut in its passes after every few steps
 * and starts: they start the same, make the same promises and have the same digest.
 */
final class CutPassPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 2_000);
  private static final int STEPS = 100;
  private static final int CUTS = 5;
  private static final int MAX_SLICES = 100_000;

  private int cuts;
  private int starts;
  private int asides;
  private int searches;

  /** A busy site. */
  @Test
  void aPassCutAnywhereEqualsAnUncutOne() {
    SeededProperty.holds(SEEDS, seed -> new Twins(seed, workload(seed)));
    assertThat(cuts).as("places at which a pass was cut").isGreaterThan(SEEDS * CUTS);
    assertThat(starts).as("starts").isGreaterThan(SEEDS * 20);
  }

  /**
   * A site where jobs of a higher tier push others aside, so that passes end in a search for runs.
   */
  @Test
  void soItIsWhereJobsPushOthersAside() {
    SeededProperty.holds(SeededProperty.seeds(SEEDS, 295), seed -> new Twins(seed, crowded(seed)));
    assertThat(cuts).as("places at which a pass was cut").isGreaterThan(SEEDS * CUTS);
    assertThat(asides).as("runs that were pushed aside").isGreaterThan(SEEDS);
    assertThat(searches)
        .as("slices in which runs were only looked for")
        .isGreaterThan(SEEDS * CUTS);
  }

  /** All inputs there are. */
  @Test
  void soItIsInHistoriesOfEverything() {
    SeededProperty.holds(
        SeededProperty.seeds(SEEDS, 63, 1411), seed -> new Twins(seed, everything(seed)));
    assertThat(cuts).as("places at which a pass was cut").isGreaterThan(SEEDS * CUTS);
    assertThat(starts).as("starts").isGreaterThan(SEEDS * 5);
  }

  private static List<ToldStory.Told> workload(long seed) {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    RandomWorkload workload = new RandomWorkload(story, new SplittableRandom(seed));
    if (seed % 3 == 2) {
      workload.tell(
          new Input.DefineScheduling(
              OWNER, new SchedulingDefined(SchedulingDefined.CONSERVATIVE, 1)));
    }
    for (int step = 0; step < STEPS; step++) {
      workload.step();
    }
    return workload.told().inputs();
  }

  private static List<ToldStory.Told> crowded(long seed) {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    RandomWorkload workload = new RandomWorkload(story, new SplittableRandom(seed));
    PreemptMode[] modes = {PreemptMode.REQUEUE, PreemptMode.CANCEL, PreemptMode.SUSPEND};
    PreemptMode mode = modes[(int) (seed % modes.length)];
    int graceMs = mode == PreemptMode.SUSPEND ? 0 : 60_000;
    workload.tell(partition(BATCH, 1, new PreemptRules(mode, graceMs, 0)));
    workload.tell(partition(DEBUG, 2, PreemptRules.OFF));
    for (int step = 0; step < STEPS; step++) {
      workload.step();
    }
    return workload.told().inputs();
  }

  private static Input partition(PartitionName name, int tier, PreemptRules rules) {
    boolean usual = name.equals(BATCH);
    return new Input.DefinePartition(
        OWNER, new PartitionDefined(name, usual, HOUR_MS, 24 * HOUR_MS, "", false, tier, rules));
  }

  private static List<ToldStory.Told> everything(long seed) {
    RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
    history.steps(STEPS);
    return history.told().inputs();
  }

  private final class Twins implements SeededProperty.Case<ToldStory.Told> {
    private final SliceBounds bounds;
    private final List<ToldStory.Told> told;

    private Twins(long seed, List<ToldStory.Told> told) {
      SplittableRandom random = new SplittableRandom(seed);
      this.bounds = new SliceBounds(1 + random.nextInt(6), 1 + random.nextInt(2));
      this.told = told;
    }

    @Override
    public List<ToldStory.Told> moves() {
      return told;
    }

    @Override
    public void plays(List<ToldStory.Told> moves, Consumer<String> says) {
      SchedulerStory whole = SchedulerStory.site().withoutChecks();
      SchedulerStory cut = SchedulerStory.site(new SchedulerMachine(bounds)).withoutChecks();
      boolean inOrder = true;
      for (ToldStory.Told each : moves) {
        whole.nowMs = each.nowMs();
        cut.nowMs = each.nowMs();
        if (each.input() instanceof Input.PlanPass) {
          int before = whole.log.size();
          cuts -= plans(whole);
          cuts += plans(cut);
          asides +=
              (int)
                  cut.log.subList(before, cut.log.size()).stream()
                      .filter(CutPassPropertyTest::isAside)
                      .count();
          says.accept("uncut: " + facts(whole, before));
          says.accept("cut:   " + facts(cut, before));
          assertThat(facts(cut, before)).isEqualTo(facts(whole, before));
          // A promise may stand before a start in one log and behind it in the other.
          inOrder &=
              cut.log
                  .subList(before, cut.log.size())
                  .equals(whole.log.subList(before, whole.log.size()));
          starts += whole.log.size() - before;
        } else {
          whole.hears(each.input());
          cut.hears(each.input());
        }
        if (inOrder) {
          assertThat(cut.machine.digest())
              .as("digest after %s", each)
              .isEqualTo(whole.machine.digest());
        }
      }
    }

    @Override
    public String about() {
      return bounds.toString();
    }
  }

  private static boolean isAside(LoggedEvent logged) {
    return logged.event() instanceof JobKillRequested kill && kill.preemptor() != null
        || logged.event() instanceof JobSuspendRequested stop && stop.preemptor() != null;
  }

  /** Whether no core is free, so that a slice without a fact can only have looked for runs. */
  private static boolean isFull(SchedulerStory story) {
    long held =
        story.machine.image().jobs().stream()
            .flatMap(each -> each.allocations().stream())
            .mapToLong(each -> each.cores().size())
            .sum();
    return held == RandomWorkload.ALL_CORES;
  }

  /** Plans until nothing more is found; says how many slices that took. */
  private int plans(SchedulerStory story) {
    story.hears(new Input.Tick());
    for (int slices = 1; slices < MAX_SLICES; slices++) {
      int before = story.log.size();
      Reply reply = story.hears(new Input.PlanPass());
      boolean more = reply instanceof Reply.Planned planned && planned.more();
      boolean idle = more && story.log.size() == before;
      searches += idle && isFull(story) ? 1 : 0;
      if (!more && story.log.size() == before) {
        return slices;
      }
    }
    throw new AssertionError("the passes do not end");
  }

  /** What a slice promises is said behind what it starts, so the order may differ. */
  private static List<String> facts(SchedulerStory story, int from) {
    return story.log.subList(from, story.log.size()).stream()
        .map(LoggedEvent::event)
        .map(Words::of)
        .sorted()
        .toList();
  }
}

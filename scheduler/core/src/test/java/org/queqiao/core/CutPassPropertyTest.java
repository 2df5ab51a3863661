package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.LoggedEvent;
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

  /** A busy site. */
  @Test
  void aPassCutAnywhereEqualsAnUncutOne() {
    SeededProperty.holds(SEEDS, seed -> new Twins(seed, workload(seed)));
    assertThat(cuts).as("places at which a pass was cut").isGreaterThan(SEEDS * CUTS);
    assertThat(starts).as("starts").isGreaterThan(SEEDS * 20);
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
    for (int step = 0; step < STEPS; step++) {
      workload.step();
    }
    return workload.told().inputs();
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

  /** Plans until nothing more is found; says how many slices that took. */
  private static int plans(SchedulerStory story) {
    story.hears(new Input.Tick());
    for (int slices = 1; slices < MAX_SLICES; slices++) {
      int before = story.log.size();
      Reply reply = story.hears(new Input.PlanPass());
      boolean more = reply instanceof Reply.Planned planned && planned.more();
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

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
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
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
  private int interrupted;
  private int rests;

  /** A busy site. */
  @Test
  void aPassCutAnywhereEqualsAnUncutOne() {
    SeededProperty.holds(
        SeededProperty.seeds(SEEDS, 497, 836), seed -> new Twins(seed, workload(seed)));
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
        SeededProperty.seeds(SEEDS, 60, 63, 1287, 1411), seed -> new Twins(seed, everything(seed)));
    assertThat(cuts).as("places at which a pass was cut").isGreaterThan(SEEDS * CUTS);
    assertThat(starts).as("starts").isGreaterThan(SEEDS * 5);
  }

  /**
   * Jobs come, end and are changed between two slices: once that is over, nobody waits who may
   * start.
   */
  @Test
  void whatComesBetweenTwoSlicesIsNoChanceThatIsMissed() {
    SeededProperty.holds(SeededProperty.seeds(SEEDS, 124, 2201, 2695), Interrupted::new);
    assertThat(interrupted).as("passes in which something came").isGreaterThan(SEEDS * CUTS);
    assertThat(rests).as("moments at which nothing more could start").isGreaterThan(SEEDS * 5);
  }

  /** A site of one sort or the other whose passes are cut, where much happens meanwhile. */
  private final class Interrupted implements SeededProperty.Case<ToldStory.Told> {
    private final SliceBounds bounds;
    private final int reservations;
    private final List<ToldStory.Told> told;

    private Interrupted(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      bounds = new SliceBounds(1 + random.nextInt(40), 1 + random.nextInt(2));
      reservations = random.nextBoolean() ? 3 : 1;
      RandomWorkload workload = new RandomWorkload(site(), random).withSlices(4);
      if (random.nextInt(3) == 0) {
        crowds(workload, seed);
      }
      for (int step = 1; step <= STEPS; step++) {
        workload.step();
        if (step % 10 == 0) {
          workload.comesToRest();
        }
      }
      told = workload.told().inputs();
    }

    private SchedulerStory site() {
      SchedulerStory story = SchedulerStory.site(new SchedulerMachine(bounds)).withoutChecks();
      story.does(new Input.DefineScheduling(OWNER, new SchedulingDefined("default", reservations)));
      return story;
    }

    @Override
    public List<ToldStory.Told> moves() {
      return told;
    }

    @Override
    public void plays(List<ToldStory.Told> moves, Consumer<String> says) {
      SchedulerStory story = site().saying(says);
      boolean more = false;
      for (ToldStory.Told each : moves) {
        story.nowMs = each.nowMs();
        int before = story.log.size();
        Reply reply = story.hears(each.input());
        boolean plans = each.input() instanceof Input.PlanPass;
        interrupted += more && !plans ? 1 : 0;
        more = reply instanceof Reply.Planned planned && planned.more();
        if (plans && !more && story.log.size() == before) {
          rests++;
          assertThat(missed(story)).as("what a machine made anew finds").isEmpty();
        }
      }
    }

    @Override
    public String about() {
      return bounds + ", " + reservations + " promises";
    }
  }

  private static List<String> missed(SchedulerStory story) {
    SchedulerMachine anew = SchedulerMachine.from(story.machine.image());
    Decision found = anew.decide(new Input.PlanPass(), story.nowMs);
    while (found.facts().isEmpty()
        && found.reply() instanceof Reply.Planned planned
        && planned.more()) {
      found = anew.decide(new Input.PlanPass(), story.nowMs);
    }
    // Other room for promises may be found anew whenever somebody looks.
    return found.facts().stream()
        .map(Fact::event)
        .filter(each -> !(each instanceof JobPromised))
        .map(Words::of)
        .toList();
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
    crowds(workload, seed);
    for (int step = 0; step < STEPS; step++) {
      workload.step();
    }
    return workload.told().inputs();
  }

  private static void crowds(RandomWorkload workload, long seed) {
    PreemptMode[] modes = {PreemptMode.REQUEUE, PreemptMode.CANCEL, PreemptMode.SUSPEND};
    PreemptMode mode = modes[(int) (seed % modes.length)];
    int graceMs = mode == PreemptMode.SUSPEND ? 0 : 60_000;
    workload.tell(partition(BATCH, 1, new PreemptRules(mode, graceMs, 0)));
    workload.tell(partition(DEBUG, 2, PreemptRules.OFF));
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

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.core.ArrayTwin.Move;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * Where no throttle is set, the tasks of an array start when and where as many jobs would that are
 * submitted one after the other, with every policy but the one that promises all jobs a start: of
 * an array one task has a promise.
 */
final class ArrayPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 2_000);
  private static final int MOVES = 40;

  private int started;

  @ParameterizedTest
  @ValueSource(strings = {"fcfs", "easy", "easy-sjbf", "default"})
  void tasksStartAsJobsDoThatAreSubmittedOneByOne(String policy) {
    SeededProperty.holds(SeededProperty.seeds(SEEDS, 637), seed -> new Twins(seed, policy));
    assertThat(started).as("starts that were compared").isGreaterThan(SEEDS * 15);
  }

  private final class Twins implements SeededProperty.Case<Move> {
    private final ArrayTwin.Site site;
    private final List<Move> moves;

    private Twins(long seed, String policy) {
      SplittableRandom random = new SplittableRandom(seed);
      site = site(random, policy);
      // A task that was promised a start and is held loses the promise, where a job would keep it.
      moves = ArrayPropertyTest.moves(random, !policy.equals("default"));
    }

    @Override
    public List<Move> moves() {
      return moves;
    }

    @Override
    public void plays(List<Move> some, Consumer<String> says) {
      started += new ArrayTwin(site).plays(some);
    }

    @Override
    public String about() {
      return site.toString();
    }
  }

  private static ArrayTwin.Site site(SplittableRandom random, String policy) {
    int nodes = 1 + random.nextInt(3);
    List<Integer> cores = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      cores.add(1 + random.nextInt(8));
    }
    int drawn = 1 + random.nextInt(4);
    // Where several promises are kept, those to jobs are all stated, and of an array one.
    int reservations = policy.equals(SchedulingDefined.DEFAULT.policy()) ? 1 : drawn;
    return new ArrayTwin.Site(
        new SchedulingDefined(policy, reservations), random.nextInt(3) == 0, cores);
  }

  private static List<Move> moves(SplittableRandom random, boolean holdsTasks) {
    List<Move> out = new ArrayList<>();
    for (int i = 0; i < MOVES; i++) {
      int which = random.nextInt(1 << 30);
      out.add(
          switch (random.nextInt(9)) {
            case 0, 1 -> submission(random, 1 + random.nextInt(9));
            case 2 -> submission(random, 0);
            case 3 -> new Move.Cancel(which, random.nextBoolean() ? -1 : random.nextInt(1 << 20));
            case 4 -> new Move.Again(which);
            case 5 ->
                holdsTasks && random.nextBoolean()
                    ? new Move.HoldTask(which, random.nextInt(1 << 20))
                    : new Move.HoldOrRelease(which);
            default -> new Move.End(which);
          });
    }
    return out;
  }

  private static Move submission(SplittableRandom random, int tasks) {
    return new Move.Submit(
        tasks,
        1 + random.nextInt(3),
        10_000L * (1 + random.nextInt(6)),
        1 + random.nextInt(3),
        1 + random.nextInt(2),
        random.nextInt(2));
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.core.ArrayTwin.Move;

/**
 * Where no throttle is set, the tasks of an array start when and where as many jobs would that are
 * submitted one after the other, with every policy.
 */
final class ArrayPropertyTest {
  private static final boolean FULL = "full".equals(System.getProperty("queqiao.test.size"));
  private static final int SEEDS = FULL ? 2_000 : 60;
  private static final int MOVES = 40;

  @ParameterizedTest
  @ValueSource(strings = {"fcfs", "easy", "easy-sjbf", "conservative", "default"})
  void tasksStartAsJobsDoThatAreSubmittedOneByOne(String policy) {
    int started = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ArrayTwin.Site site = site(random, policy);
      // A task that was promised a start and is held loses the promise, where a job would keep it.
      List<Move> moves = moves(random, !policy.equals("default"));
      try {
        started += new ArrayTwin(site).plays(moves);
      } catch (AssertionError | RuntimeException e) {
        List<Move> shortest = Shortest.of(moves, each -> fails(site, each));
        throw new AssertionError(
            "seed " + seed + ", " + site + "; these moves alone fail as well:\n" + lines(shortest),
            e);
      }
    }
    assertThat(started).as("starts that were compared").isGreaterThan(SEEDS * 15);
  }

  private static boolean fails(ArrayTwin.Site site, List<Move> moves) {
    try {
      new ArrayTwin(site).plays(moves);
      return false;
    } catch (AssertionError | RuntimeException failure) {
      return true;
    }
  }

  private static String lines(List<Move> moves) {
    return moves.stream().map(each -> "  " + each).collect(Collectors.joining("\n"));
  }

  private static ArrayTwin.Site site(SplittableRandom random, String policy) {
    int nodes = 1 + random.nextInt(3);
    List<Integer> cores = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      cores.add(1 + random.nextInt(8));
    }
    return new ArrayTwin.Site(
        new SchedulingDefined(policy, 1 + random.nextInt(4)), random.nextInt(3) == 0, cores);
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

  @Test
  void theMovesThatAFailureNeedsAreFound() {
    List<Integer> numbers = java.util.stream.IntStream.range(0, 100).boxed().toList();
    assertThat(Shortest.of(numbers, each -> each.contains(17) && each.contains(71)))
        .containsExactly(17, 71);
  }
}

package org.queqiao.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A planted fault is found, made short, and told with its seed. */
final class SeededPropertyTest {
  /**
   * A till: coins go in and out, and it must never owe anything. The planted one forgets to look.
   */
  private record Till(long seed, boolean looks) implements SeededProperty.Case<Integer> {
    @Override
    public List<Integer> moves() {
      SplittableRandom random = new SplittableRandom(seed);
      return random.ints(200, -9, 13).boxed().toList();
    }

    @Override
    public void plays(List<Integer> moves, Consumer<String> says) {
      int coins = 0;
      for (int each : moves) {
        if (each == 0 && moves.size() == 2) {
          throw new IllegalStateException("another failure, which is not the one that was found");
        }
        coins += looks ? Math.max(each, -coins) : each;
        says.accept("then it has " + coins);
        assertThat(coins).as("coins").isNotNegative();
      }
    }

    @Override
    public String about() {
      return "a till";
    }
  }

  @Test
  void aPropertyThatHoldsIsTriedForEverySeed() {
    List<Long> tried = new ArrayList<>();
    SeededProperty.holds(
        50,
        seed -> {
          tried.add(seed);
          return new Till(seed, true);
        });
    assertThat(tried).hasSize(50).startsWith(0L, 1L, 2L).doesNotHaveDuplicates();
  }

  @Test
  void seedsThatOnceFailedAreTriedToo() {
    assertThat(SeededProperty.seeds(3, 907, 1, 168)).containsExactly(0, 1, 2, 168, 907);
  }

  @Test
  void ofAPlantedFaultTheSeedTheOneMoveThatItNeedsAndTheFailureAreTold() {
    assertThatThrownBy(() -> SeededProperty.holds(50, seed -> new Till(seed, false)))
        .isInstanceOf(AssertionError.class)
        .satisfies(thrown -> {
          Matcher text =
              Pattern.compile(
                      "seed (\\d+), a till; of 200 moves these 1 alone fail as well:\n"
                          + "  (-\\d)\nwhat they do:\n  then it has \\2\nhow they fail: .*",
                      Pattern.DOTALL)
                  .matcher(thrown.getMessage());
          assertThat(text.matches()).as(thrown.getMessage()).isTrue();
          Till again = new Till(Long.parseLong(text.group(1)), false);
          assertThatThrownBy(() -> again.plays(again.moves(), _ -> {}))
              .as("the seed fails")
              .isInstanceOf(AssertionError.class);
          assertThat(thrown.getCause()).hasMessageContaining("[coins]");
        });
  }

  /** Without this a failure would be made into another one that is easier to reach. */
  @Test
  void anotherFailureThanTheOneFoundIsNotTakenForIt() {
    SeededProperty.Case<Integer> two =
        new SeededProperty.Case<>() {
          @Override
          public List<Integer> moves() {
            return List.of(1, 2, 3, 4, 5, 6);
          }

          @Override
          public void plays(List<Integer> moves, Consumer<String> says) {
            if (!moves.contains(2)) {
              throw new IllegalArgumentException("2 was to be there");
            }
            assertThat(moves).as("both").doesNotContain(5);
          }
        };
    assertThatThrownBy(() -> SeededProperty.holds(1, _ -> two))
        .hasMessageContaining("of 6 moves these 2 alone fail as well:\n  2\n  5\n");
  }

  @Test
  void whatDoesNotFailAgainIsSaidToBeSo() {
    AssertionError seen = new AssertionError("once");
    SeededProperty.Case<Integer> sound = new Till(1, true);
    assertThat(SeededProperty.shortened(1, sound, seen))
        .hasMessageContaining("seed 1, a till; it does not fail the same way")
        .hasCause(seen);
  }

  @Test
  void aStepDoesTheLikeWhenOthersAreLeftOut() {
    List<Step> steps = Step.drawn(new SplittableRandom(3), 20);
    assertThat(Step.drawn(new SplittableRandom(3), 20)).isEqualTo(steps);
    assertThat(steps.get(7).dice().nextLong()).isEqualTo(steps.get(7).dice().nextLong());
    assertThat(steps.stream().map(Step::seed).distinct()).hasSize(20);
    assertThatCode(() -> steps.get(0).dice().nextInt(5)).doesNotThrowAnyException();
  }
}

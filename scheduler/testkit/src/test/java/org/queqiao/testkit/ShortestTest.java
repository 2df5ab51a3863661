package org.queqiao.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a failure does not need is left out. */
final class ShortestTest {
  private static final List<Integer> NUMBERS = IntStream.range(0, 100).boxed().toList();

  @Test
  void theElementsThatAFailureNeedsAreFound() {
    assertThat(Shortest.of(NUMBERS, each -> each.contains(17) && each.contains(71)))
        .containsExactly(17, 71);
    assertThat(Shortest.of(NUMBERS, each -> each.size() >= 3)).hasSize(3);
    assertThat(Shortest.of(NUMBERS, _ -> true)).as("nothing is needed").isEmpty();
    assertThat(Shortest.of(NUMBERS, NUMBERS::equals)).as("all is needed").isEqualTo(NUMBERS);
  }

  /** Each is kept only where another is: leaving out one at a time would not find it. */
  @Test
  void pairsAreFound() {
    assertThat(
            Shortest.of(
                NUMBERS,
                each ->
                    each.contains(99)
                        && each.stream().allMatch(i -> each.contains(i ^ 1) || i > 97)))
        .containsExactly(99);
  }

  @Test
  void aNumberIsHalvedAndThenCountedDown() {
    AtomicInteger tries = new AtomicInteger();
    assertThat(
            Shortest.of(
                1_000_000,
                1,
                each -> {
                  tries.incrementAndGet();
                  return each >= 37;
                }))
        .isEqualTo(37);
    assertThat(tries.get()).isLessThan(60);
    assertThat(Shortest.of(8, 2, _ -> true)).as("never below what is least").isEqualTo(2);
    assertThat(Shortest.of(5, 1, _ -> false)).isEqualTo(5);
  }

  @Test
  void theTriesAreBounded() {
    AtomicInteger tries = new AtomicInteger();
    List<Integer> many = IntStream.range(0, 10_000).boxed().toList();
    Shortest.of(
        many,
        each -> {
          tries.incrementAndGet();
          return false;
        });
    assertThat(tries.get()).isLessThanOrEqualTo(2_000);
  }
}

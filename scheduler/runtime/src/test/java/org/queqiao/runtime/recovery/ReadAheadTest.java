package org.queqiao.runtime.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read ahead is what the source has. */
@Timeout(60)
final class ReadAheadTest {
  private static List<Integer> through(Iterable<Integer> source) {
    List<Integer> all = new ArrayList<>();
    try (ReadAhead<Integer> ahead = new ReadAhead<>(source)) {
      ahead.forEach(all::add);
    }
    return all;
  }

  @Test
  void allElementsComeInTheirOrder() {
    for (int size : new int[] {0, 1, 499, 500, 501, 12_345}) {
      List<Integer> numbers = IntStream.range(0, size).boxed().toList();
      assertThat(through(numbers)).isEqualTo(numbers);
    }
  }

  @Test
  void aFailureComesBehindTheElementsBeforeIt() {
    IllegalStateException torn = new IllegalStateException("torn");
    Iterable<Integer> source =
        () ->
            IntStream.range(0, 1_000)
                .mapToObj(i -> {
                  if (i == 700) {
                    throw torn;
                  }
                  return i;
                })
                .iterator();
    try (ReadAhead<Integer> ahead = new ReadAhead<>(source)) {
      Iterator<Integer> each = ahead.iterator();
      for (int i = 0; i < 700; i++) {
        assertThat(each.next()).isEqualTo(i);
      }
      assertThatThrownBy(each::hasNext).isSameAs(torn);
    }
  }

  @Test
  void whoStopsEarlyEndsTheReading() throws InterruptedException {
    Iterable<Integer> endless = () -> IntStream.iterate(0, i -> i + 1).iterator();
    ReadAhead<Integer> ahead = new ReadAhead<>(endless);
    assertThat(ahead.iterator().next()).isZero();
    ahead.close();
    ahead.reader().join();
  }
}

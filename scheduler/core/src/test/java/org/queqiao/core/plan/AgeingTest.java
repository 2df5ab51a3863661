package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.core.priority.JobOrder;

/** The oldest is the oldest of those that are left, however many left before. */
final class AgeingTest {
  @Test
  void theOldestOfThoseThatAreLeftComesFirst() {
    SplittableRandom random = new SplittableRandom(4);
    Ageing ageing = new Ageing();
    List<Standing> left = new ArrayList<>();
    for (int step = 0; step < 6_000; step++) {
      if (left.isEmpty() || random.nextInt(step < 3_000 ? 4 : 2) > 0) {
        JobOrder.Spot spot =
            new JobOrder.Spot(
                JobOrder.Spot.NO_PROMISE, 0, 0, random.nextLong(1L << 40) + step, 0, step, 0);
        Standing place = new Standing(null, spot, JobOrder.Ahead.OTHERS, null);
        ageing.add(place);
        left.add(place);
      } else {
        Standing leaving = left.remove(random.nextInt(left.size()));
        ageing.leave(leaving);
        ageing.leave(leaving);
      }
      if (step % 50 == 0) {
        assertThat(ageing.first())
            .isSameAs(
                left.stream()
                    .min(Comparator.comparingLong(each -> each.spot().ageStep()))
                    .orElse(null));
      }
    }
    while (!left.isEmpty()) {
      ageing.leave(left.removeLast());
    }
    assertThat(ageing.first()).isNull();
  }
}

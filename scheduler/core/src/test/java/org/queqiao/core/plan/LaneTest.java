package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.core.priority.JobOrder;

final class LaneTest {
  private static Lane lane() {
    return new Lane(new Band(new Band.Key(null, null, false)), null, false);
  }

  private static Standing place(Lane lane, long number, long area) {
    JobOrder.Spot spot = new JobOrder.Spot(JobOrder.Spot.NO_PROMISE, 0, 0, 0, area, number, 0);
    Standing place = new Standing(null, spot, JobOrder.Ahead.OTHERS, null);
    place.enter(lane, spot.fixedMicro());
    place.lasts(1 + number * 7 % 50, 1 + number * 11 % 60);
    return place;
  }

  @Test
  void manyThatComeAndLeaveAtOnceAreInTheOrderOfASort() {
    int exact = 0;
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Lane lane = lane();
      List<Standing> expected = new ArrayList<>();
      long number = 0;
      for (int step = 0; step < 20; step++) {
        List<Standing> leaving = new ArrayList<>();
        for (Standing each : expected) {
          if (random.nextInt(3) == 0) {
            leaving.add(random.nextInt(leaving.size() + 1), each);
          }
        }
        List<Standing> coming = new ArrayList<>();
        for (int i = random.nextInt(100); i > 0; i--) {
          coming.add(place(lane, ++number, random.nextInt(20)));
        }
        leaving.forEach(lane::leave);
        coming.forEach(lane::come);
        lane.settle();
        expected.removeAll(leaving);
        expected.addAll(coming);
        expected.sort(
            Comparator.comparingLong((Standing each) -> each.spot().area())
                .thenComparingLong(each -> each.spot().number()));
        List<Standing> got = new ArrayList<>();
        for (int i = 0; i < lane.size(); i++) {
          got.add(lane.get(i));
        }
        assertThat(got).as("seed %d, step %d", seed, step).isEqualTo(expected);
        long shortest = expected.stream().mapToLong(Standing::believedMs).min().orElse(0);
        long limit = expected.stream().mapToLong(Standing::limitMs).min().orElse(0);
        if (!expected.isEmpty()) {
          assertThat(lane.believedMs()).isLessThanOrEqualTo(shortest);
          assertThat(lane.limitMs()).isLessThanOrEqualTo(limit);
          exact += lane.believedMs() == shortest && lane.limitMs() == limit ? 1 : 0;
        }
      }
    }
    assertThat(exact).isGreaterThan(5_000);
  }

  @Test
  void aPlaceThatIsNotThereIsNotLeft() {
    Lane lane = lane();
    lane.come(place(lane, 1, 5));
    lane.settle();
    lane.leave(place(lane, 1, 5));
    assertThatIllegalStateException().isThrownBy(lane::settle);
  }
}

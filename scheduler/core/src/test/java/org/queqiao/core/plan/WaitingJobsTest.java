package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.core.priority.JobOrder;

final class WaitingJobsTest {
  private static PlanJob job(long number, long area) {
    Share share = new Share(new long[] {1}, false);
    PlanJob job =
        new PlanJob(number, number, new Demand(share, 0, share, 1, NodeChoice.ALL), 0, 1, 1);
    job.turn(new JobOrder.Turn(0, 0, area, number, 0));
    return job;
  }

  @Test
  void manyThatComeAndLeaveAtOnceAreInTheOrderOfASort() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      WaitingJobs jobs = new WaitingJobs(WaitingJobs.Order.TURN);
      List<PlanJob> expected = new ArrayList<>();
      long number = 0;
      for (int step = 0; step < 20; step++) {
        List<PlanJob> leaving = new ArrayList<>();
        for (PlanJob each : expected) {
          if (random.nextInt(3) == 0) {
            leaving.add(random.nextInt(leaving.size() + 1), each);
          }
        }
        List<PlanJob> coming = new ArrayList<>();
        for (int i = random.nextInt(100); i > 0; i--) {
          coming.add(job(++number, random.nextInt(20)));
        }
        jobs.removeAll(leaving);
        jobs.addAll(coming);
        expected.removeAll(leaving);
        expected.addAll(coming);
        expected.sort((left, right) -> left.turn().compareTo(right.turn()));
        List<PlanJob> got = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
          got.add(jobs.get(i));
        }
        assertThat(got).as("seed %d, step %d", seed, step).isEqualTo(expected);
      }
    }
  }

  @Test
  void aJobThatIsNotThereDoesNotLeave() {
    WaitingJobs jobs = new WaitingJobs(WaitingJobs.Order.TURN);
    jobs.addAll(List.of(job(1, 5)));
    assertThatIllegalStateException().isThrownBy(() -> jobs.removeAll(List.of(job(1, 5))));
  }
}

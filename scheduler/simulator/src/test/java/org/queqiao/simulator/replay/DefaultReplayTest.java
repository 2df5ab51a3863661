package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.queqiao.core.plan.PlanPolicies;
import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.core.plan.ShortAreaFirst;
import org.queqiao.core.predict.Correction;
import org.queqiao.simulator.swf.LublinModel;

/** The default policy does what its rules say, keeps its promises and shortens the wait. */
final class DefaultReplayTest {
  private static final int PROCS = 32;
  private static final PlanPolicy DEFAULT = PlanPolicies.named("default").orElseThrow();
  private static final PlanPolicy EASY = PlanPolicies.named("easy").orElseThrow();

  private static ReplayJobs log(long seed, int count) {
    double load = 2 + seed % 5 * 3;
    return ReplayJobs.of(new LublinModel(seed, PROCS, 6, load).generate(count), PROCS);
  }

  private static ReplayResult replay(ReplayJobs jobs, PlanPolicy policy, Estimates estimates) {
    return Replay.run(
        jobs, new ReplaySettings(policy, estimates, Correction.REQUESTED, PassRule.BATCH));
  }

  @Test
  void everyJobStartsWhenTheNaiveRulesSay() {
    int overtaken = 0;
    for (long seed = 1; seed <= 12; seed++) {
      ReplayJobs jobs = log(seed, 160);
      ReplayResult result = replay(jobs, DEFAULT, Estimates.LEARNT);
      long[] expected = new NaiveDefault(jobs).batch();
      for (int i = 0; i < expected.length; i++) {
        assertThat(result.start(i)).as("seed %d, job %d", seed, i).isEqualTo(expected[i]);
        overtaken += i > 0 && expected[i - 1] > expected[i] ? 1 : 0;
      }
    }
    assertThat(overtaken).as("jobs passed by the next: else nothing was tested").isGreaterThan(100);
  }

  @Test
  void noPromiseOnDeclaredLimitsIsBrokenAndTheOnlyOneByAnHourAtMost() {
    long made = 0;
    for (long seed = 1; seed <= 12; seed++) {
      int reservations = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 5 : 3_000;
      PlanPolicy policy = ShortAreaFirst.inSeconds(reservations);
      PromiseRecord promises = replay(log(seed, 3_000), policy, Estimates.LEARNT).promises();
      assertThat(promises.latestS())
          .as("seed %d", seed)
          .isLessThanOrEqualTo(reservations == 1 ? 3_600 : 0);
      made += promises.made();
    }
    assertThat(made).isGreaterThan(100);
  }

  @Test
  void theOrderAloneShortensTheMeanSlowdownOfEasy() {
    double sum = 0;
    for (long seed = 1; seed <= 12; seed++) {
      ReplayJobs jobs = log(seed, 3_000);
      double easy = replay(jobs, EASY, Estimates.REQUESTED).meanBoundedSlowdown();
      sum += replay(jobs, DEFAULT, Estimates.REQUESTED).meanBoundedSlowdown() / easy;
    }
    assertThat(sum / 12).as("mean ratio over twelve logs").isLessThan(0.8);
  }
}

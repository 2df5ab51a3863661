package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.core.predict.Correction;
import org.queqiao.simulator.swf.LublinModel;

/** The engine starts every job of a log when the written rules say so. */
final class ReplayTest {
  private static final int SEEDS = 12;
  private static final int JOBS = 160;
  private static final int PROCS = 32;
  private static final List<PlanPolicy> NAIVE_BY_EVENT =
      List.of(KnownPolicy.FCFS, KnownPolicy.EASY, KnownPolicy.EASY_SJBF);

  private static ReplayJobs log(long seed, int jobs) {
    double load = 2 + seed % 5 * 3;
    return ReplayJobs.of(new LublinModel(seed, PROCS, 6, load).generate(jobs), PROCS);
  }

  private static long[] starts(ReplayJobs jobs, ReplaySettings settings) {
    ReplayResult result = Replay.run(jobs, settings);
    long[] out = new long[jobs.count()];
    for (int i = 0; i < out.length; i++) {
      out[i] = result.start(i);
    }
    return out;
  }

  private static ReplaySettings settings(
      PlanPolicy policy, Estimates estimates, Correction correction) {
    return new ReplaySettings(policy, estimates, correction, PassRule.BATCH);
  }

  @Test
  void everyPolicyStartsEveryJobWhenTheNaiveRulesDo() {
    int waited = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      ReplayJobs jobs = log(seed, JOBS);
      for (PlanPolicy policy : KnownPolicy.values()) {
        for (Estimates estimates : Estimates.values()) {
          for (Correction correction : Correction.values()) {
            if (estimates == Estimates.LEARNT
                || policy.plansAtSubmission() && estimates == Estimates.AVG2) {
              continue;
            }
            boolean tsafrir = correction == Correction.TSAFRIR;
            long[] expected =
                new NaiveReplay(jobs, policy.policyName(), estimates, tsafrir).batch();
            long[] actual = starts(jobs, settings(policy, estimates, correction));
            assertThat(actual)
                .as("seed %d, %s, %s, %s", seed, policy, estimates, correction)
                .isEqualTo(expected);
            for (int i = 0; i < actual.length; i++) {
              waited += actual[i] > jobs.submit(i) ? 1 : 0;
            }
          }
        }
      }
    }
    assertThat(waited).as("jobs that had to wait: else nothing was tested").isGreaterThan(1_000);
  }

  @Test
  void everyPolicyStartsEveryJobWhenTheNaiveRulesDoWithAPassForEachEvent() {
    int waited = 0;
    int other = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      ReplayJobs jobs = log(seed, JOBS);
      for (PlanPolicy policy : NAIVE_BY_EVENT) {
        for (Estimates estimates : List.of(Estimates.REQUESTED, Estimates.EXACT)) {
          long[] expected = new NaiveReplay(jobs, policy.policyName(), estimates, false).event();
          long[] actual =
              starts(
                  jobs,
                  new ReplaySettings(policy, estimates, Correction.REQUESTED, PassRule.EVENT));
          assertThat(actual).as("seed %d, %s, %s", seed, policy, estimates).isEqualTo(expected);
          long[] batch = starts(jobs, settings(policy, estimates, Correction.REQUESTED));
          for (int i = 0; i < actual.length; i++) {
            waited += actual[i] > jobs.submit(i) ? 1 : 0;
            other += actual[i] != batch[i] ? 1 : 0;
          }
        }
      }
    }
    assertThat(waited).as("jobs that had to wait: else nothing was tested").isGreaterThan(1_000);
    assertThat(other).as("starts that one pass for each second does not make").isPositive();
  }

  @Test
  void noReplayGivesAProcessorTwice() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      ReplayJobs jobs = log(seed, 2_000);
      for (PlanPolicy policy : KnownPolicy.values()) {
        for (PassRule rule : PassRule.values()) {
          if (rule == PassRule.EVENT && policy.plansAtSubmission()) {
            continue;
          }
          long[] start =
              starts(
                  jobs,
                  new ReplaySettings(policy, Estimates.REQUESTED, Correction.REQUESTED, rule));
          assertThat(mostInUse(jobs, start))
              .as("seed %d, %s, %s", seed, policy, rule)
              .isBetween(1L, (long) PROCS);
        }
      }
    }
  }

  private static long mostInUse(ReplayJobs jobs, long[] start) {
    record Change(long at, long procs) {}
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < start.length; i++) {
      assertThat(start[i]).isGreaterThanOrEqualTo(jobs.submit(i));
      changes.add(new Change(start[i], jobs.size(i)));
      changes.add(new Change(start[i] + jobs.run(i), -jobs.size(i)));
    }
    changes.sort((a, b) ->
        a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.procs(), b.procs()));
    long used = 0;
    long most = 0;
    for (Change each : changes) {
      used += each.procs();
      most = Math.max(most, used);
    }
    return most;
  }

  @Test
  void bothPassRulesAgreeForFirstComeFirstServed() {
    ReplayJobs jobs = log(3, 2_000);
    long[] batch =
        starts(jobs, settings(KnownPolicy.FCFS, Estimates.REQUESTED, Correction.REQUESTED));
    long[] event =
        starts(
            jobs,
            new ReplaySettings(
                KnownPolicy.FCFS, Estimates.REQUESTED, Correction.REQUESTED, PassRule.EVENT));
    assertThat(event).isEqualTo(batch);
  }
}

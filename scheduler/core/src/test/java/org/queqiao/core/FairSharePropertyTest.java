package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ShareLine;

/** Shares computed again from the whole history, millisecond weights and all, by other means. */
final class FairSharePropertyTest {
  private static final long HOUR_MS = SchedulerStory.HOUR_MS;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void equalANaiveRecomputationFromTheWholeHistory(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    NaiveDecay decay = new NaiveDecay(random.nextInt(4) * HOUR_MS, story.nowMs);
    story.does(
        new Input.DefinePriorityPolicy(SchedulerStory.OWNER, fairShareOnly(decay.halfLifeMs())));
    RandomWorkload workload = new RandomWorkload(story, random);
    NaiveJobs naive = new NaiveJobs();
    int seen = 0;
    int stopped = 0;
    for (int step = 0; step < 200; step++) {
      workload.step();
      for (; seen < story.log.size(); seen++) {
        stopped += story.log.get(seen).event() instanceof JobSuspended ? 1 : 0;
        naive.apply(story.log.get(seen));
      }
      if (step % 10 == 0) {
        compare(story, naive, decay, "seed " + seed + ", step " + step);
      }
    }
    assertThat(stopped).as("runs that were stopped for a while").isPositive();
    byte[] digest = story.machine.digest();
    assertThat(SchedulerMachine.from(story.machine.image()).digest()).isEqualTo(digest);
  }

  private static PriorityPolicy fairShareOnly(long halfLifeMs) {
    return new PriorityPolicy(
        0, 1000, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), List.of());
  }

  private static void compare(
      SchedulerStory story, NaiveJobs jobs, NaiveDecay decay, String context) {
    TreeMap<String, BigInteger> naive = new TreeMap<>();
    BigInteger all = BigInteger.ZERO;
    for (NaiveJobs.Use each : jobs.usesUntil(story.nowMs)) {
      BigInteger use =
          decay.sum(each.fromMs(), each.toMs()).multiply(BigInteger.valueOf(each.cores() * 1000));
      naive.merge(each.member(), use, BigInteger::add);
      all = all.add(use);
    }
    for (ShareLine line : story.machine.state().shares(story.nowMs)) {
      if (line.subject() instanceof Subject.Member) {
        BigInteger use = naive.getOrDefault(line.subject().label(), BigInteger.ZERO);
        BigInteger now = decay.weight(story.nowMs);
        assertThat(line.node().usedMilliCoreMs())
            .as("%s: %s", context, line.subject())
            .isEqualTo(use.divide(now));
        long part = all.signum() == 0 ? 0 : use.shiftLeft(40).divide(all).longValueExact();
        assertThat(line.node().usePart()).as("%s: %s", context, line.subject()).isEqualTo(part);
        double exact =
            StrictMath.pow(2, -(double) line.node().effectivePart() / line.node().sharesPart());
        assertThat(line.node().factorPpm() / 1e6).as(context).isCloseTo(exact, within(2e-6));
      }
    }
  }
}

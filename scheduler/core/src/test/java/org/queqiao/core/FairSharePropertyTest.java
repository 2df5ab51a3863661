package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ShareLine;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/** Shares computed again from the whole history, millisecond weights and all, by other means. */
final class FairSharePropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(12, 500);
  private static final int STEPS = 200;
  private static final long HOUR_MS = SchedulerStory.HOUR_MS;

  @Test
  void equalANaiveRecomputationFromTheWholeHistory() {
    int stopped = 0;
    for (long seed : SeededProperty.seeds(SEEDS)) {
      SplittableRandom random = new SplittableRandom(seed);
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      NaiveDecay decay = new NaiveDecay(random.nextInt(4) * HOUR_MS, story.nowMs);
      Watch watch = new Watch(story, decay);
      RandomWorkload workload = new RandomWorkload(story, random, null, watch::look);
      try {
        workload.tell(
            new Input.DefinePriorityPolicy(
                SchedulerStory.OWNER, fairShareOnly(decay.halfLifeMs())));
        for (int step = 0; step < STEPS; step++) {
          workload.step();
        }
      } catch (AssertionError | RuntimeException e) {
        throw workload
            .told()
            .shortened(seed, e, told -> told.tell(again -> new Watch(again, decay)::look));
      }
      stopped += watch.stopped;
      byte[] digest = story.machine.digest();
      assertThat(SchedulerMachine.from(story.machine.image()).digest())
          .as("seed %d", seed)
          .isEqualTo(digest);
    }
    assertThat(stopped).as("runs that were stopped for a while").isGreaterThan(SEEDS);
  }

  /** Follows the log, and compares whenever time has gone on. */
  private static final class Watch {
    private final SchedulerStory story;
    private final NaiveDecay decay;
    private final NaiveJobs naive = new NaiveJobs();
    private int seen;
    private int stopped;

    private Watch(SchedulerStory story, NaiveDecay decay) {
      this.story = story;
      this.decay = decay;
    }

    private void look(Input input) {
      for (; seen < story.log.size(); seen++) {
        stopped += story.log.get(seen).event() instanceof JobSuspended ? 1 : 0;
        naive.apply(story.log.get(seen));
      }
      if (input instanceof Input.Tick) {
        compare(story, naive, decay);
      }
    }
  }

  private static PriorityPolicy fairShareOnly(long halfLifeMs) {
    return new PriorityPolicy(
        0, 1000, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), List.of());
  }

  private static void compare(SchedulerStory story, NaiveJobs jobs, NaiveDecay decay) {
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
            .as("use of %s", line.subject())
            .isEqualTo(use.divide(now));
        long part = all.signum() == 0 ? 0 : use.shiftLeft(40).divide(all).longValueExact();
        assertThat(line.node().usePart())
            .as("part of the use of %s", line.subject())
            .isEqualTo(part);
        double exact =
            StrictMath.pow(2, -(double) line.node().effectivePart() / line.node().sharesPart());
        assertThat(line.node().factorPpm() / 1e6)
            .as("factor of %s", line.subject())
            .isCloseTo(exact, within(2e-6));
      }
    }
  }
}

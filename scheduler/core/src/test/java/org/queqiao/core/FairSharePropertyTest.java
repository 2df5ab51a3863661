package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ShareLine;

/** Shares computed again from the whole history, millisecond weights and all, by other means. */
final class FairSharePropertyTest {
  private static final long HOUR_MS = SchedulerStory.HOUR_MS;

  /** A run of the history: who, how many cores, from when to when. */
  private record Run(String member, long cores, long fromMs, long toMs) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void equalANaiveRecomputationFromTheWholeHistory(long seed) {
    Random random = new Random(seed);
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    long halfLifeMs = random.nextInt(4) * HOUR_MS;
    long policyMs = story.nowMs;
    story.does(new Input.DefinePriorityPolicy(SchedulerStory.OWNER, fairShareOnly(halfLifeMs)));
    story.node("n0", 8);
    story.node("n1", 8);
    List<JobId> live = new ArrayList<>();
    for (int step = 0; step < 150; step++) {
      story.after(1 + random.nextInt((int) HOUR_MS));
      String user = List.of("liwei", "wangfang", "chenjie").get(random.nextInt(3));
      live.add(
          story.submits(
              user,
              SchedulerStory.script().cpusPerTask(1 + random.nextInt(5)).limitMs(24 * HOUR_MS)));
      story.plans();
      live.removeIf(job -> {
        if (!story.machine.state().job(job).orElseThrow().allocations().isEmpty()
            && random.nextInt(3) == 0) {
          story.exits(job, 0);
          return true;
        }
        return false;
      });
      if (step % 10 == 0) {
        compare(story, halfLifeMs, policyMs, "seed " + seed + ", step " + step);
      }
    }
    byte[] digest = story.machine.digest();
    assertThat(SchedulerMachine.from(story.machine.image()).digest()).isEqualTo(digest);
  }

  private static PriorityPolicy fairShareOnly(long halfLifeMs) {
    return new PriorityPolicy(
        0, 1000, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), List.of());
  }

  private static void compare(
      SchedulerStory story, long halfLifeMs, long policyMs, String context) {
    TreeMap<String, BigInteger> naive = new TreeMap<>();
    BigInteger all = BigInteger.ZERO;
    long baseMs = policyMs;
    for (Run run : runs(story)) {
      BigInteger use = BigInteger.ZERO;
      for (long ms = run.fromMs(); ms < run.toMs(); ) {
        // The weight is the same for a 64th of a half-life.
        long stepMs = halfLifeMs == 0 ? run.toMs() - ms : halfLifeMs / 64;
        long next = halfLifeMs == 0 ? run.toMs() : ms + stepMs - (ms - baseMs) % stepMs;
        next = Math.min(next, run.toMs());
        use = use.add(weight(ms, baseMs, halfLifeMs).multiply(BigInteger.valueOf(next - ms)));
        ms = next;
      }
      use = use.multiply(BigInteger.valueOf(run.cores() * 1000));
      naive.merge(run.member(), use, BigInteger::add);
      all = all.add(use);
    }
    for (ShareLine line : story.machine.state().shares(story.nowMs)) {
      if (line.subject() instanceof Subject.Member) {
        BigInteger use = naive.getOrDefault(line.subject().label(), BigInteger.ZERO);
        BigInteger now = weight(story.nowMs, baseMs, halfLifeMs);
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

  /** 2^(i/64) x 2^30, rounded down, from the 64th root of the exact power. */
  private static BigInteger weight(long ms, long baseMs, long halfLifeMs) {
    if (halfLifeMs == 0) {
      return BigInteger.ONE.shiftLeft(30);
    }
    long steps = (ms - baseMs) / (halfLifeMs / 64);
    int whole = (int) (steps / 64);
    BigInteger power = BigInteger.ONE.shiftLeft((int) (steps % 64)).shiftLeft(64 * 40);
    for (int i = 0; i < 6; i++) {
      power = power.sqrt();
    }
    return power.shiftRight(10).shiftLeft(whole);
  }

  private static List<Run> runs(SchedulerStory story) {
    TreeMap<JobId, String> owners = new TreeMap<>();
    TreeMap<JobId, Run> runs = new TreeMap<>();
    for (LoggedEvent logged : story.log) {
      switch (logged.event()) {
        case JobSubmitted e -> owners.put(e.job(), e.spec().project() + ":" + e.user());
        case JobAllocated e ->
            runs.put(
                e.run().job(),
                new Run(
                    owners.get(e.run().job()),
                    e.allocations().stream().mapToLong(each -> each.cores().size()).sum(),
                    logged.timeMs(),
                    story.nowMs));
        case JobEnded e ->
            runs.computeIfPresent(
                e.job(), (id, run) -> new Run(run.member(), run.cores(), run.fromMs(), e.endMs()));
        default -> {
          // The other facts use nothing.
        }
      }
    }
    return List.copyOf(runs.values());
  }
}

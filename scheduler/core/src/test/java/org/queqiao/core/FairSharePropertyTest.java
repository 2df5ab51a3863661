package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.ShareLine;
import org.queqiao.core.message.ShareNode;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * The whole fair-share tree computed again from the whole history, by other means: random
 * platforms, projects that move between them, shares, and weights of what is used.
 */
final class FairSharePropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(12, 500);
  private static final int STEPS = 200;
  private static final BigDecimal WHOLE = BigDecimal.valueOf(1L << 40);

  /** Each level of the tree rounds down once, in parts of 2^40. */
  private static final BigDecimal ROUNDED = BigDecimal.valueOf(6);

  private static final List<PlatformName> PLATFORMS =
      List.of(new PlatformName("portal"), new PlatformName("grid"));
  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject.Platform(PLATFORMS.get(0)),
          new Subject.Platform(PLATFORMS.get(1)),
          new Subject.Project(CLIMATE),
          new Subject.Project(MATERIALS),
          member(CLIMATE, "liwei"),
          member(CLIMATE, "wangfang"),
          member(CLIMATE, "zhangmin"),
          member(MATERIALS, "chenjie"));

  private int stopped;
  private int compared;
  private int inherited;
  private int left;

  private static Subject member(ProjectName project, String user) {
    return new Subject.Member(project, new UserName(user));
  }

  @Test
  void equalANaiveRecomputationFromTheWholeHistory() {
    for (long seed : SeededProperty.seeds(SEEDS)) {
      SplittableRandom random = new SplittableRandom(seed);
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      NaiveDecay decay = new NaiveDecay(random.nextInt(4) * HOUR_MS, story.nowMs);
      List<ResourceWeight> weights = weights(random);
      RandomWorkload workload =
          new RandomWorkload(
              story, random, FairSharePropertyTest::rules, new Watch(story, decay, weights)::look);
      try {
        for (PlatformName each : PLATFORMS) {
          workload.tell(new Input.DefinePlatform(OWNER, new PlatformDefined(each, each.value())));
        }
        workload.tell(new Input.DefinePriorityPolicy(OWNER, policy(decay.halfLifeMs(), weights)));
        for (int step = 0; step < STEPS; step++) {
          workload.step();
        }
      } catch (AssertionError | RuntimeException e) {
        throw workload
            .told()
            .shortened(seed, e, told -> told.tell(again -> new Watch(again, decay, weights)::look));
      }
      byte[] digest = story.machine.digest();
      assertThat(SchedulerMachine.from(story.machine.image()).digest())
          .as("seed %d", seed)
          .isEqualTo(digest);
    }
    assertThat(stopped).as("runs that were stopped for a while").isGreaterThan(SEEDS);
    assertThat(compared).as("lines that were compared").isGreaterThan(SEEDS * 100);
    assertThat(inherited).as("lines that bear use of others").isGreaterThan(SEEDS * 50);
    assertThat(left).as("lines of users who left their project").isGreaterThan(SEEDS);
  }

  /** Cores alone, as it is where nobody says, or some of cores, memory and devices. */
  private static List<ResourceWeight> weights(SplittableRandom random) {
    List<ResourceWeight> weights = new ArrayList<>();
    if (random.nextInt(3) > 0) {
      weights.add(new ResourceWeight("cores", 1 + random.nextInt(2_000), 1 + random.nextInt(3)));
      if (random.nextBoolean()) {
        weights.add(new ResourceWeight("mem", 1 + random.nextInt(500), GIB));
      }
      if (random.nextBoolean()) {
        weights.add(new ResourceWeight("gres/gpu", 1 + random.nextInt(20_000), 1));
      }
    }
    return weights;
  }

  private static PriorityPolicy policy(long halfLifeMs, List<ResourceWeight> weights) {
    return new PriorityPolicy(
        0, 1000, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), weights);
  }

  /** Somebody gets other shares, also none, or leaves; or a project gets another platform. */
  private static Input rules(SplittableRandom random) {
    if (random.nextInt(6) == 0) {
      UserName user = new UserName(random.nextBoolean() ? "wangfang" : "zhangmin");
      return random.nextBoolean()
          ? new Input.RemoveMembership(OWNER, new MembershipRemoved(CLIMATE, user))
          : new Input.SetMembership(OWNER, new MembershipSet(CLIMATE, user, MemberRank.MEMBER));
    }
    Subject subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    PlatformName platform =
        subject instanceof Subject.Project && random.nextInt(3) > 0
            ? PLATFORMS.get(random.nextInt(PLATFORMS.size()))
            : null;
    int shares = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(100);
    return new Input.SetRules(
        OWNER, new RulesSet(subject, new Rules(shares, platform, List.of(), null, 0, List.of())));
  }

  /** Follows the log, and compares whenever time has gone on. */
  private final class Watch {
    private final SchedulerStory story;
    private final NaiveDecay decay;
    private final List<ResourceWeight> weights;
    private final NaiveJobs jobs = new NaiveJobs();
    private final NaiveShares shares = new NaiveShares();
    private int seen;

    private Watch(SchedulerStory story, NaiveDecay decay, List<ResourceWeight> weights) {
      this.story = story;
      this.decay = decay;
      this.weights = weights;
    }

    private void look(Input input) {
      for (; seen < story.log.size(); seen++) {
        stopped += story.log.get(seen).event() instanceof JobSuspended ? 1 : 0;
        jobs.apply(story.log.get(seen));
        shares.apply(story.log.get(seen));
      }
      if (input instanceof Input.Tick) {
        compare();
      }
    }

    private long milliCores(NaiveJobs.Use use) {
      if (weights.isEmpty()) {
        return use.cores() * 1000;
      }
      long milli = 0;
      for (ResourceWeight each : weights) {
        long amount =
            switch (each.resource()) {
              case "cores" -> use.cores();
              case "mem" -> use.memBytes();
              default -> use.gpus();
            };
        milli +=
            BigInteger.valueOf(amount)
                .multiply(BigInteger.valueOf(each.weight()))
                .divide(BigInteger.valueOf(each.per()))
                .longValueExact();
      }
      return milli;
    }

    private void compare() {
      TreeMap<String, BigInteger> uses = new TreeMap<>();
      for (NaiveJobs.Use each : jobs.usesUntil(story.nowMs)) {
        BigInteger use =
            decay.sum(each.fromMs(), each.toMs()).multiply(BigInteger.valueOf(milliCores(each)));
        uses.merge(each.member(), use, BigInteger::add);
      }
      TreeMap<String, NaiveShares.Node> naive = shares.tree(uses);
      List<ShareLine> lines = story.machine.state().shares(story.nowMs);
      assertThat(lines)
          .extracting(line -> line.subject().kind() + " " + line.subject().label())
          .containsExactlyInAnyOrderElementsOf(naive.keySet());
      for (ShareLine line : lines) {
        String name = line.subject().kind() + " " + line.subject().label();
        same(name, line.node(), naive.get(name));
      }
    }

    private void same(String name, ShareNode node, NaiveShares.Node naive) {
      compared++;
      left += naive.left ? 1 : 0;
      inherited += naive.effective.compareTo(naive.usePart) > 0 ? 1 : 0;
      assertThat(node.shares()).as("shares of %s", name).isEqualTo(naive.shares);
      assertThat(node.siblingShares())
          .as("shares of the siblings of %s", name)
          .isEqualTo(naive.siblings.longValueExact());
      assertThat(node.usedMilliCoreMs())
          .as("use of %s", name)
          .isEqualTo(naive.use.divide(decay.weight(story.nowMs)));
      part("part of the shares of " + name, node.sharesPart(), naive.part);
      part("part of the use of " + name, node.usePart(), naive.usePart);
      part("effective use of " + name, node.effectivePart(), naive.effective);
      double exact =
          naive.part.signum() == 0
              ? 0
              : StrictMath.pow(2, -naive.effective.doubleValue() / naive.part.doubleValue());
      assertThat(node.factorPpm() / 1e6).as("factor of %s", name).isCloseTo(exact, within(2e-6));
    }

    private static void part(String what, long actual, BigDecimal exact) {
      assertThat(BigDecimal.valueOf(actual))
          .as(what)
          .isCloseTo(exact.multiply(WHOLE), within(ROUNDED));
    }
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * Random limits of every kind over random histories: no start and no submission passes one, counted
 * again over the whole log; who is said to wait for a limit has one in the way; and nobody else
 * waits on an idle machine.
 */
final class LimitsPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 1_500);
  private static final int STEPS = 120;
  private static final PlatformName PORTAL = new PlatformName("portal");
  private static final List<Subject> SUBJECTS =
      List.of(
          new Subject.Centre(),
          new Subject.Platform(PORTAL),
          new Subject.Platform(PORTAL),
          new Subject.Platform(PORTAL),
          new Subject.Project(CLIMATE),
          new Subject.Project(MATERIALS),
          new Subject.Member(CLIMATE, new UserName("liwei")),
          new Subject.Member(CLIMATE, new UserName("liwei")),
          new Subject.Member(CLIMATE, new UserName("wangfang")),
          new Subject.User(new UserName("liwei")),
          new Subject.User(new UserName("wangfang")),
          new Subject.Qos(RandomWorkload.NIGHT),
          new Subject.Partition(SchedulerStory.BATCH),
          new Subject.Partition(SchedulerStory.DEBUG));

  /** Of whom use is limited. */
  private static final List<String> USES =
      List.of(
          "centre GROUP",
          "platform GROUP",
          "project GROUP",
          "member GROUP",
          "user GROUP",
          "qos GROUP",
          "qos USER",
          "qos PROJECT",
          "partition GROUP",
          "partition USER",
          "partition PROJECT");

  /** Nobody waits for these where nothing runs. */
  private static final List<String> IDLE_WORDS =
      List.of("None", "Resources", "Priority", "Licenses");

  private final TreeMap<String, Integer> reached = new TreeMap<>();
  private final TreeMap<String, Integer> keptOut = new TreeMap<>();
  private int blockedWaits;
  private int idle;

  @Test
  void noStartAndNoSubmissionPassesAnyLimitAndNobodyWaitsForNone() {
    histories(LimitsPropertyTest::rules);
    for (Quantity each : Quantity.values()) {
      assertThat(reached.entrySet())
          .as("a limit of %s was full: %s", each, reached)
          .anyMatch(kind -> kind.getKey().endsWith(" " + each) && kind.getValue() > 0);
    }
    assertThat(reached.keySet().stream().map(kind -> kind.split(" ")[1]).distinct())
        .containsExactlyInAnyOrder("GROUP", "JOB", "PROJECT", "USER");
    assertThat(blockedWaits).as("jobs that waited for a limit").isGreaterThan(SEEDS * 20);
    assertThat(idle).as("idle machines that were looked at").isGreaterThan(SEEDS);
  }

  /** The same where nothing but use is limited, of whomsoever it is kept. */
  @Test
  void noStartPassesALimitOfUseAndNobodyWaitsForTheUseOfOthers() {
    histories(LimitsPropertyTest::limitsOfUse);
    for (String each : USES) {
      assertThat(keptOut.getOrDefault(each + " CORE_MS", 0))
          .as("waits for a limit of the use of %s: %s", each, keptOut)
          .isGreaterThan(SEEDS / 6);
    }
  }

  private void histories(Function<SplittableRandom, Input> rules) {
    for (long seed : SeededProperty.seeds(SEEDS, 1006)) {
      SplittableRandom random = new SplittableRandom(seed);
      SchedulerStory story = SchedulerStory.site().withoutChecks();
      NaiveDecay decay = new NaiveDecay(random.nextInt(3) * HOUR_MS, story.nowMs);
      Watch watch = new Watch(story, decay);
      RandomWorkload workload = new RandomWorkload(story, random, rules, watch::look);
      try {
        workload.tell(policy(decay.halfLifeMs()));
        workload.tell(new Input.DefinePlatform(OWNER, new PlatformDefined(PORTAL, "Portal")));
        Rules portal = new Rules(1, PORTAL, List.of(), null, 0, List.of());
        workload.tell(
            new Input.SetRules(OWNER, new RulesSet(new Subject.Project(CLIMATE), portal)));
        for (int step = 0; step < STEPS; step++) {
          workload.step();
        }
      } catch (AssertionError | RuntimeException e) {
        throw workload
            .told()
            .shortened(seed, e, told -> told.tell(again -> new Watch(again, decay)::look));
      }
      watch.limits.reached.forEach((kind, times) -> reached.merge(kind, times, Integer::sum));
    }
  }

  private static Input policy(long halfLifeMs) {
    return new Input.DefinePriorityPolicy(
        OWNER,
        new PriorityPolicy(
            0, 0, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), List.of()));
  }

  /** Somebody sets the limits of somebody, or takes them back. */
  private static Input rules(SplittableRandom random) {
    Subject subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    boolean parts = subject instanceof Subject.Qos || subject instanceof Subject.Partition;
    List<Limit> limits = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      List<Quantity> all = List.of(Quantity.values());
      Quantity quantity =
          random.nextInt(3) == 0
              ? all.get(all.size() - 1 - random.nextInt(2))
              : all.get(random.nextInt(all.size()));
      LimitScope scope =
          quantity == Quantity.LIMIT_MS
              ? LimitScope.JOB
              : LimitScope.values()[random.nextInt(parts ? 4 : 2)];
      Limit limit =
          new Limit(
              scope, quantity, quantity == Quantity.GRES ? "gpu" : "", most(quantity, random));
      if (limits.stream().noneMatch(each -> each.quantity() == quantity)) {
        limits.add(limit);
      }
    }
    PlatformName platform =
        subject instanceof Subject.Project && random.nextInt(4) > 0 ? PORTAL : null;
    return new Input.SetRules(
        OWNER, new RulesSet(subject, new Rules(1, platform, List.of(), null, 0, limits)));
  }

  private static Input limitsOfUse(SplittableRandom random) {
    Subject subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    boolean parts = subject instanceof Subject.Qos || subject instanceof Subject.Partition;
    LimitScope scope =
        parts
            ? List.of(LimitScope.GROUP, LimitScope.USER, LimitScope.PROJECT).get(random.nextInt(3))
            : LimitScope.GROUP;
    Limit limit = new Limit(scope, Quantity.CORE_MS, "", random.nextLong(40 * HOUR_MS));
    List<Limit> limits = random.nextInt(3) == 0 ? List.of() : List.of(limit);
    PlatformName platform = subject.equals(new Subject.Project(CLIMATE)) ? PORTAL : null;
    return new Input.SetRules(
        OWNER, new RulesSet(subject, new Rules(1, platform, List.of(), null, 0, limits)));
  }

  private static long most(Quantity quantity, SplittableRandom random) {
    return switch (quantity) {
      case RUNNING_JOBS, NODES -> random.nextInt(5);
      case SUBMITTED_JOBS -> random.nextInt(15);
      case CORES -> random.nextInt(16);
      case MEM_BYTES -> random.nextInt(16) * GIB;
      case GRES -> random.nextInt(2) * random.nextInt(4);
      case LIMIT_MS -> random.nextLong(4 * HOUR_MS);
      case CORE_MS -> random.nextLong(80 * HOUR_MS);
      case RUNNING_CORE_MS -> random.nextLong(20 * HOUR_MS);
    };
  }

  /** Reads what is new in a log, and looks at who waits. */
  private final class Watch {
    private final SchedulerStory story;
    private final NaiveLimits limits;
    private int seen;

    private Watch(SchedulerStory story, NaiveDecay decay) {
      this.story = story;
      this.limits = new NaiveLimits(decay);
    }

    private void look(Input input) {
      boolean nothingStarts = input instanceof Input.PlanPass && seen == story.log.size();
      for (; seen < story.log.size(); seen++) {
        LoggedEvent event = story.log.get(seen);
        assertThat(limits.apply(event)).isEmpty();
      }
      if (nothingStarts) {
        waiting();
      }
    }

    /** Nothing starts: who is said to wait for a limit, does, and an idle machine has a reason. */
    private void waiting() {
      boolean busy = limits.jobs.jobs.values().stream().anyMatch(job -> job.allocations != null);
      idle += busy ? 0 : 1;
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        NaiveJobs.Work work = limits.jobs.jobs.get(job.id());
        if (work == null || work.waiting == 0 || work.spec.placement().exclusive()) {
          continue;
        }
        PendingWhy why = story.machine.state().pendingWhy(job.id());
        boolean named = why.sentence().contains(" may have ");
        blockedWaits += named ? 1 : 0;
        if (named) {
          // What is said of a limit is as of the last fact.
          String kind = limits.blocking(work, GIB, story.machine.state().timeMs());
          assertThat(kind).as("job %s waits: %s", job.id(), why).isNotNull();
          keptOut.merge(kind, 1, Integer::sum);
        }
        if (!busy && (named || IDLE_WORDS.contains(why.word()))) {
          assertThat(limits.blocking(work, GIB, story.nowMs))
              .as("job %s waits on an idle machine: %s", job.id(), why)
              .isNotNull();
        }
      }
    }
  }
}

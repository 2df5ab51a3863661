package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Jobs that have nodes of many sizes for themselves, under a limit of cores: one that waits alone
 * starts if and only if the smallest nodes that are free are within the limit, counted one by one,
 * and what is said before the pass is what the pass does.
 */
final class UnequalNodesPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 1_500);
  private static final int STEPS = 60;

  private int mixed;
  private int kept;
  private int atOnce;

  @Test
  void aJobAloneStartsWhereTheSmallestFreeNodesAreWithinTheLimit() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(mixed).as("starts on nodes of several sizes, on smaller").isGreaterThan(SEEDS);
    assertThat(kept).as("jobs that the limit kept").isGreaterThan(SEEDS);
    assertThat(atOnce).as("jobs that the limit did not concern").isGreaterThan(SEEDS);
  }

  private final class Sites implements SeededProperty.Case<Step> {
    private final long seed;

    private Sites(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 1_000_003), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      Site site = new Site(seed, says);
      for (Step each : moves) {
        site.step(each.dice());
      }
    }
  }

  private final class Site {
    private final SchedulerStory story;
    private final TreeMap<String, Integer> cores = new TreeMap<>();
    private final TreeMap<JobId, Integer> running = new TreeMap<>();
    private final long most;
    private JobId waits;
    private int wants;

    private Site(long seed, Consumer<String> says) {
      SplittableRandom random = new SplittableRandom(seed);
      story = SchedulerStory.site().withoutChecks().saying(says);
      String policy = List.of("fcfs", "easy", "conservative", "default").get(random.nextInt(4));
      int promises = policy.equals("default") ? 1 + random.nextInt(3) : 1;
      story.does(
          new Input.DefineScheduling(
              SchedulerStory.OWNER, new SchedulingDefined(policy, promises)));
      int sizes = 1 + random.nextInt(20);
      for (int i = 2 + random.nextInt(10); i > 0; i--) {
        cores.put("n" + i, 1 + random.nextInt(sizes));
      }
      cores.forEach(story::node);
      int all = cores.values().stream().mapToInt(each -> each).sum();
      most = 1 + random.nextInt(all);
      Limit limit = new Limit(LimitScope.GROUP, Quantity.CORES, "", most);
      Rules rules = new Rules(1, null, List.of(), null, 0, List.of(limit));
      story.does(
          new Input.SetRules(
              SchedulerStory.OWNER, new RulesSet(new Subject.User(new UserName("liwei")), rules)));
    }

    private void step(SplittableRandom random) {
      if (random.nextInt(3) == 0 && !running.isEmpty()) {
        JobId ends = List.copyOf(running.keySet()).get(random.nextInt(running.size()));
        story.after(1000).exits(ends, 0);
        running.remove(ends);
      } else if (waits == null) {
        submits(random);
      } else if (random.nextInt(4) == 0) {
        story.does(new Input.CancelJob(SchedulerStory.user("liwei"), waits));
        waits = null;
      }
      if (waits != null) {
        plans();
      }
    }

    private void submits(SplittableRandom random) {
      wants = 1 + random.nextInt(Math.min(5, cores.size()));
      Reply reply =
          story.hears(
              SchedulerStory.submission(
                  "liwei",
                  SchedulerStory.script()
                      .nodes(wants)
                      .tasks(wants)
                      .limitMs(HOUR_MS * (1 + random.nextInt(3)))
                      .placement(JobPlacement.builder().exclusive(true).build())));
      waits = reply instanceof Reply.JobAccepted accepted ? accepted.job() : null;
    }

    private void plans() {
      TreeSet<String> free = new TreeSet<>(cores.keySet());
      running.keySet().forEach(each -> free.removeAll(nodesOf(each)));
      List<Integer> sizes = new ArrayList<>(free.stream().map(cores::get).sorted().toList());
      int used = running.values().stream().mapToInt(each -> each).sum();
      boolean room = sizes.size() >= wants;
      long least = room ? sizes.stream().limit(wants).mapToInt(each -> each).sum() : 0;
      boolean fits = room && used + least <= most;
      PendingWhy why = story.machine.state().pendingWhy(waits);
      assertThat(why.word().equals("None")).as("%s: %s", waits, why).isEqualTo(fits);
      if (room && !fits) {
        kept++;
        assertThat(why.word()).as("%s: %s", waits, why).isEqualTo("AssocGrpCpuLimit");
      }
      story.plans();
      // What is promised earlier is stated before the pass that starts it.
      story.plans();
      assertThat(story.state(waits) == JobState.RUNNING)
          .as("%s starts on %s of %s with %s of %s", waits, wants, sizes, used, most)
          .isEqualTo(fits);
      if (fits) {
        starts(free, least);
      }
    }

    private void starts(TreeSet<String> free, long least) {
      List<String> on = nodesOf(waits);
      int took = on.stream().mapToInt(cores::get).sum();
      boolean first = on.equals(free.stream().limit(wants).toList());
      atOnce += first ? 1 : 0;
      if (!first) {
        assertThat(took).as("%s on %s", waits, on).isEqualTo((int) least);
        mixed += on.stream().map(cores::get).distinct().count() > 1 ? 1 : 0;
      }
      running.put(waits, took);
      waits = null;
    }

    private List<String> nodesOf(JobId job) {
      return story.job(job).allocations().stream().map(each -> each.node().value()).toList();
    }
  }
}

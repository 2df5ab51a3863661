package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage.JobImage;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Urgent jobs of all sizes on one full node whose runs are ended for them, where sums of cores say
 * what fits: as many runs are pushed aside at once as the first of them need that can be served at
 * all, never one that is not needed, and those that the rules say.
 */
final class MixedSizesPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 2_000);
  private static final int STEPS = 60;
  private static final QosName LOW = new QosName("low");
  private static final QosName LOWER = new QosName("lower");
  private static final QosName URGENT = new QosName("urgent");

  private int asides;
  private int several;
  private int shares;

  @Test
  void enoughRunsArePushedAsideAtOnceAndNoneTooMany() {
    SeededProperty.holds(SEEDS, Node::new);
    assertThat(asides).as("runs that were pushed aside").isGreaterThan(SEEDS * 3);
    assertThat(several).as("jobs for which several were").isGreaterThan(SEEDS / 4);
    assertThat(shares).as("jobs that fit into what leaves for others").isGreaterThan(SEEDS);
  }

  private final class Node implements SeededProperty.Case<Step> {
    private final long seed;

    private Node(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      new Play(new SplittableRandom(seed + 1), says).run(moves);
    }
  }

  private final class Play {
    private final SchedulerStory story = SchedulerStory.site().inOrder().withoutChecks();
    private final int cores;

    private Play(SplittableRandom site, Consumer<String> says) {
      PreemptMode mode = site.nextBoolean() ? PreemptMode.REQUEUE : PreemptMode.CANCEL;
      PreemptRules rules = new PreemptRules(mode, 60_000, 0);
      qos(new QosDefined(LOWER, "Lower", 5, List.of(), rules));
      qos(new QosDefined(LOW, "Low", 10, List.of(), rules));
      qos(new QosDefined(URGENT, "Urgent", 20, List.of(LOW, LOWER)));
      cores = 8 + site.nextInt(24);
      story.says(facts("n1", "boot-1", cores, 64 * GIB).suspending());
      story.saying(says);
      Consumer<Decision> looks = this::looks;
      var before = story.decided;
      story.decided =
          (input, decision) -> {
            before.accept(input, decision);
            looks.accept(decision);
          };
    }

    private void qos(QosDefined qos) {
      story.does(new Input.DefineQos(OWNER, qos));
    }

    private void run(List<Step> moves) {
      for (Step each : moves) {
        move(each.dice());
        plansAll();
        enough();
      }
    }

    private void move(SplittableRandom random) {
      story.after(1 + random.nextInt(5_000));
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> submits(random.nextBoolean() ? LOW : LOWER, 1 + random.nextInt(8));
        case 3, 4 -> {
          for (int i = random.nextInt(4); i >= 0; i--) {
            submits(URGENT, 1 + random.nextInt(random.nextInt(6) == 0 ? cores : 6));
          }
        }
        case 5 ->
            live().stream()
                .filter(this::leaves)
                .toList()
                .forEach(each -> story.exits(each.id(), 0));
        case 6 ->
            live().stream()
                .filter(each -> runs(each) && random.nextInt(isUrgent(each) ? 2 : 6) == 0)
                .toList()
                .forEach(each -> story.exits(each.id(), 0));
        default ->
            live().stream()
                .filter(each -> each.state() == JobState.PENDING)
                .skip(random.nextInt(3))
                .findFirst()
                .ifPresent(each -> story.hears(new Input.CancelJob(user("liwei"), each.id())));
      }
    }

    private void submits(QosName qos, int size) {
      JobId job =
          story.submits(
              "liwei", script().cpusPerTask(size).memBytes(1L << 20).limitMs(HOUR_MS).qos(qos));
      plansAll();
      if (story.state(job) == JobState.RUNNING) {
        story.starts(job);
      }
    }

    private void plansAll() {
      for (int before = -1; before != story.log.size(); ) {
        before = story.log.size();
        story.plans();
      }
    }

    private List<JobImage> live() {
      return story.machine.image().jobs().stream()
          .filter(each -> !each.state().isTerminal())
          .toList();
    }

    private boolean runs(JobImage job) {
      return job.state() == JobState.RUNNING;
    }

    private boolean isUrgent(JobImage job) {
      return URGENT.equals(job.spec().qos());
    }

    private boolean leaves(JobImage job) {
      return job.preemption().preemptor() != null;
    }

    private int size(JobImage job) {
      return job.spec().cpusPerTask();
    }

    /** What urgent jobs find: all but what runs, counting as gone what leaves. */
    private int room() {
      return cores
          - live().stream()
              .filter(each -> !each.allocations().isEmpty() && !leaves(each))
              .mapToInt(this::size)
              .sum();
    }

    private int free() {
      return cores
          - live().stream()
              .filter(each -> !each.allocations().isEmpty())
              .mapToInt(this::size)
              .sum();
    }

    private List<JobImage> waiting() {
      return live().stream()
          .filter(each -> isUrgent(each) && each.state() == JobState.PENDING)
          .toList();
    }

    /** The first that can be served at all have room in what is free and leaves. */
    private void enough() {
      int most = room();
      for (JobImage each : live()) {
        most += runs(each) && !isUrgent(each) ? size(each) : 0;
      }
      int needed = waiting().stream().filter(this::claims).mapToInt(this::size).sum();
      for (JobImage each : waiting()) {
        int with = needed + (claims(each) ? 0 : size(each));
        // What is free may be promised to another: then it waits, and all behind it.
        boolean kept = !claims(each) && with <= room() && size(each) <= free();
        if (with > most || kept) {
          break;
        }
        needed = with;
        shares += claims(each) && live().stream().noneMatch(run -> isFor(run, each)) ? 1 : 0;
        assertThat(needed).as("cores for all to job %s", each.id()).isLessThanOrEqualTo(room());
      }
    }

    private boolean claims(JobImage job) {
      return job.preemption().claims() > 0;
    }

    private boolean isFor(JobImage run, JobImage job) {
      return leaves(run) && job.id().equals(run.preemption().preemptor());
    }

    /** The runs that are pushed aside by a decision are those that the rules say. */
    private void looks(Decision decision) {
      List<JobId> pushed = new ArrayList<>();
      JobId forWhom = null;
      for (Fact fact : decision.facts()) {
        Event event = fact.event();
        if (event instanceof JobKillRequested kill && kill.preemptor() != null) {
          pushed.add(kill.run().job());
          forWhom = kill.preemptor();
        }
      }
      if (forWhom != null) {
        asides += pushed.size();
        several += pushed.size() > 1 ? 1 : 0;
        assertThat(pushed)
            .as("who is pushed aside for job %s", forWhom)
            .containsExactlyInAnyOrderElementsOf(expected(needed(forWhom) - room()));
      }
    }

    /** The cores of all that go before a job, and its own. */
    private int needed(JobId job) {
      int needed = 0;
      boolean before = true;
      for (JobImage each : waiting()) {
        needed += before || claims(each) ? size(each) : 0;
        before &= !each.id().equals(job);
      }
      return needed;
    }

    private List<JobId> expected(int missing) {
      assertThat(missing).as("cores that are missing").isPositive();
      List<JobImage> inOrder =
          live().stream()
              .filter(each -> runs(each) && !isUrgent(each))
              .sorted(
                  Comparator.comparing((JobImage each) -> !LOWER.equals(each.spec().qos()))
                      .thenComparingLong(each -> -each.startMs())
                      .thenComparingLong(each -> -each.id().value()))
              .toList();
      List<JobImage> largeFirst =
          inOrder.stream().sorted(Comparator.comparingInt(each -> -size(each))).toList();
      List<JobImage> one = enoughOf(inOrder, inOrder, missing);
      List<JobImage> other = enoughOf(largeFirst, inOrder, missing);
      return (other.size() < one.size() ? other : one).stream().map(JobImage::id).toList();
    }

    /** The first that are enough, without those, the dearest first, that are not needed. */
    private List<JobImage> enoughOf(List<JobImage> order, List<JobImage> cheapFirst, int missing) {
      List<JobImage> out = new ArrayList<>();
      int given = 0;
      for (JobImage each : order) {
        if (given < missing) {
          out.add(each);
          given += size(each);
        }
      }
      for (JobImage each : cheapFirst.reversed()) {
        if (out.contains(each) && given - size(each) >= missing) {
          out.remove(each);
          given -= size(each);
        }
      }
      return out;
    }
  }
}

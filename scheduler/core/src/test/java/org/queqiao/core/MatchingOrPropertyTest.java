package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Jobs whose nodes shall all have the same one of several features, among others, under every
 * policy, beside a reservation or not: they are accepted exactly when one feature has enough nodes,
 * get nodes with one, and all run in the end.
 */
final class MatchingOrPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(80, 2_000);
  private static final int STEPS = 40;
  private static final List<String> POLICIES =
      List.of("default", "easy", "easy-sjbf", "fcfs", "conservative");

  private int wide;

  @Test
  void allNodesHaveOneFeatureInCommonAndEverybodyRuns() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(wide).as("starts on several nodes of one feature").isGreaterThan(SEEDS);
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
      wide += new Site(seed, says).run(moves);
    }
  }

  private static final class Site {
    private SplittableRandom random;
    private final SchedulerStory story = SchedulerStory.site();
    private final TreeMap<String, List<String>> features = new TreeMap<>();

    /** By job: of which words all of its nodes have the same one. */
    private final TreeMap<JobId, List<String>> same = new TreeMap<>();

    private int wide;

    private Site(long seed, Consumer<String> says) {
      random = new SplittableRandom(seed);
      story.saying(says);
      String policy = POLICIES.get((int) (seed % POLICIES.size()));
      story.does(new Input.DefineScheduling(OWNER, new SchedulingDefined(policy, 3)));
    }

    private int run(List<Step> steps) {
      int nodes = 3 + random.nextInt(4);
      for (int i = 0; i < nodes; i++) {
        String name = "n" + i;
        List<String> words =
            List.of("a", "b", "c").stream().filter(_ -> random.nextInt(5) < 2).toList();
        story.node(name, 2);
        story.does(
            new Input.SetNode(
                OWNER,
                new NodeSettingsSet(
                    new NodeName(name), new NodeSettings(words, random.nextInt(2)))));
        features.put(name, words);
      }
      if (random.nextBoolean()) {
        reserve();
      }
      for (Step step : steps) {
        random = step.dice();
        if (random.nextInt(3) > 0) {
          submit();
        } else {
          goOn();
        }
        story.plans();
        check();
      }
      for (int i = 0; i < 300 && waits(); i++) {
        goOn();
        story.plans();
        check();
      }
      assertThat(waits()).as("some wait for ever").isFalse();
      return wide;
    }

    private void reserve() {
      story.does(
          new Input.DefineReservation(
              SchedulerStory.user("admin1"),
              new ReservationRequest(
                  new ReservationName("work"),
                  "",
                  story.nowMs + 2 * HOUR_MS,
                  null,
                  HOUR_MS,
                  Repeat.ONCE,
                  null,
                  List.of(new NodeName("n0"), new NodeName("n1")),
                  null,
                  null,
                  null,
                  null,
                  true,
                  false,
                  false)));
    }

    private void submit() {
      List<String> words =
          new ArrayList<>(List.of("a", "b", "c").subList(random.nextInt(2), 2 + random.nextInt(2)));
      boolean brackets = random.nextInt(4) > 0 && words.size() > 1;
      int nodes = 1 + random.nextInt(3);
      String text = String.join("|", words);
      JobRequest.Builder request =
          SchedulerStory.script()
              .nodes(nodes)
              .tasks(nodes)
              .cpusPerTask(1 + random.nextInt(2))
              .limitMs(60_000L * (1 + random.nextInt(60)))
              .placement(
                  JobPlacement.builder().constraint(brackets ? "[" + text + "]" : text).build());
      Reply reply = story.hears(SchedulerStory.submission("liwei", request));
      boolean known =
          words.stream()
              .allMatch(word -> features.values().stream().anyMatch(each -> each.contains(word)));
      if (brackets && known) {
        boolean enough =
            words.stream()
                .anyMatch(word ->
                    features.values().stream().filter(each -> each.contains(word)).count()
                        >= nodes);
        assertThat(reply instanceof Reply.JobAccepted).as(text + " on " + nodes).isEqualTo(enough);
      }
      if (brackets && reply instanceof Reply.JobAccepted accepted) {
        same.put(accepted.job(), words);
      }
    }

    /** Some run ends, or time brings what is next. */
    private void goOn() {
      List<JobId> running = new ArrayList<>();
      for (ClusterImage.JobImage each : story.machine.image().jobs()) {
        if (each.state() == JobState.RUNNING || each.state() == JobState.COMPLETING) {
          running.add(each.id());
        }
      }
      story.after(1 + random.nextInt(600_000));
      if (!running.isEmpty()) {
        story.exits(running.get(random.nextInt(running.size())), 0);
      }
      story.ticks();
    }

    private boolean waits() {
      return story.machine.image().jobs().stream()
          .anyMatch(each -> each.state() == JobState.PENDING);
    }

    private void check() {
      for (ClusterImage.JobImage each : story.machine.image().jobs()) {
        List<String> words = same.get(each.id());
        if (words != null && !each.allocations().isEmpty()) {
          same.remove(each.id());
          wide += each.allocations().size() > 1 ? 1 : 0;
          assertThat(words)
              .as("nodes of " + each.allocations().stream().map(Allocation::node).toList())
              .anyMatch(word ->
                  each.allocations().stream()
                      .allMatch(at -> features.get(at.node().value()).contains(word)));
        }
      }
    }
  }
}

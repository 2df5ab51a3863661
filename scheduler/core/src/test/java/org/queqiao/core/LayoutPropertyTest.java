package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Jobs of any number of nodes between two, on at most so many switches, with counts of features and
 * with tasks that do not divide: each is accepted exactly when trying every choice of idle nodes
 * finds one, and starts at once exactly when trying every choice of free nodes does. What it gets
 * is checked with what was drawn.
 */
final class LayoutPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(150, 3_000);
  private static final int STEPS = 25;

  private int started;
  private int waited;
  private int refused;

  @Test
  void whatCanBeLaidIsLaidAndWhatCannotIsNot() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(started).isGreaterThan(SEEDS * 4);
    assertThat(waited).isGreaterThan(SEEDS);
    assertThat(refused).isGreaterThan(SEEDS);
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
      moves.forEach(step -> site.step(step.dice()));
      started += site.started;
      waited += site.waited;
      refused += site.refused;
    }
  }

  private record Machine(String name, int cores, int rack, List<String> features) {}

  /** What is asked for: the first counts of nodes with a feature, the rest with any. */
  private record Wish(
      int least, int most, int tasks, int perTask, int switches, List<String> words, int[] counts) {

    int tasksOn(int node, int nodes) {
      return tasks / nodes + (node < tasks % nodes ? 1 : 0);
    }

    /** The feature that the i-th node has. */
    String wordOf(int node) {
      int left = node;
      for (int i = 0; i < counts.length; i++) {
        if (left < counts[i]) {
          return words.get(i);
        }
        left -= counts[i];
      }
      return "";
    }
  }

  private static final class Site {
    private final SchedulerStory story = SchedulerStory.site();
    private final List<Machine> machines = new ArrayList<>();
    private final int racks;
    private int started;
    private int waited;
    private int refused;

    private Site(long seed, Consumer<String> says) {
      SplittableRandom random = new SplittableRandom(seed);
      story.saying(says);
      int nodes = random.nextInt(3, 8);
      racks = random.nextInt(2, 4);
      for (int i = 0; i < nodes; i++) {
        List<String> words = List.of("a", "b").stream().filter(_ -> random.nextBoolean()).toList();
        // One behind the racks is on no switch.
        Machine each = new Machine("n" + i, random.nextInt(1, 5), random.nextInt(racks + 1), words);
        machines.add(each);
        story.says(facts(each.name(), "boot-1", each.cores(), each.cores() * GIB, List.of()));
        story.does(
            new Input.SetNode(
                OWNER, new NodeSettingsSet(new NodeName(each.name()), new NodeSettings(words, 0))));
      }
      List<NetworkSwitch> tree = new ArrayList<>();
      tree.add(new NetworkSwitch("core", "", ""));
      for (int rack = 0; rack < racks; rack++) {
        int here = rack;
        List<String> names =
            machines.stream().filter(each -> each.rack() == here).map(Machine::name).toList();
        tree.add(new NetworkSwitch("r" + rack, "core", String.join(",", names)));
      }
      if (tree.stream().anyMatch(each -> !each.nodes().isEmpty())) {
        story.does(new Input.DefineTopology(OWNER, new TopologyDefined(tree)));
      }
    }

    private void step(SplittableRandom random) {
      for (ClusterImage.JobImage each : story.machine.image().jobs()) {
        if (each.state() == JobState.RUNNING && random.nextInt(4) == 0) {
          story.exits(each.id(), 0);
        }
      }
      Wish wish = wish(random);
      Reply reply = story.hears(submission("liwei", request(wish)));
      assertThat(reply instanceof Reply.JobAccepted)
          .as("%s on %s is accepted", wish, machines)
          .isEqualTo(possible(wish, machines.stream().mapToInt(Machine::cores).toArray()));
      if (!(reply instanceof Reply.JobAccepted accepted)) {
        refused++;
        return;
      }
      int[] free = free();
      boolean can = possible(wish, free);
      story.plans();
      ClusterImage.JobImage job = story.job(accepted.job());
      assertThat(!job.allocations().isEmpty())
          .as("%s starts with %s free of %s", wish, Arrays.toString(free), machines)
          .isEqualTo(can);
      if (can) {
        started++;
        check(wish, job);
      } else {
        waited++;
        story.does(new Input.CancelJob(SchedulerStory.user("liwei"), accepted.job()));
      }
    }

    private static Wish wish(SplittableRandom random) {
      int first = random.nextInt(3);
      int second = first == 0 ? 0 : random.nextInt(2);
      int least = Math.max(1, first + second + random.nextInt(2));
      int most = random.nextInt(3) == 0 ? least : least + random.nextInt(3);
      int tasks = least + random.nextInt(4);
      int[] counts = {first, second};
      return new Wish(
          least,
          Math.min(most, tasks),
          tasks,
          random.nextInt(1, 3),
          random.nextInt(4),
          List.of("a", "b"),
          counts);
    }

    private static JobRequest.Builder request(Wish wish) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < wish.counts().length; i++) {
        if (wish.counts()[i] > 0) {
          texts.add(wish.words().get(i) + "*" + wish.counts()[i]);
        }
      }
      return script()
          .nodes(wish.least())
          .tasks(wish.tasks())
          .cpusPerTask(wish.perTask())
          .placement(
              JobPlacement.builder()
                  .maxNodes(wish.most() > wish.least() ? wish.most() : 0)
                  .switches(wish.switches())
                  .constraint(String.join("&", texts))
                  .build());
    }

    private int[] free() {
      int[] free = machines.stream().mapToInt(Machine::cores).toArray();
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        if (job.state() == JobState.RUNNING) {
          for (Allocation each : job.allocations()) {
            free[numberOf(each)] -= each.cores().size();
          }
        }
      }
      return free;
    }

    private int numberOf(Allocation at) {
      return Integer.parseInt(at.node().value().substring(1));
    }

    private boolean possible(Wish wish, int[] free) {
      for (int i = 0; i < wish.counts().length; i++) {
        String word = wish.words().get(i);
        if (wish.counts()[i] > 0
            && machines.stream().noneMatch(each -> each.features().contains(word))) {
          return false;
        }
      }
      for (int nodes = wish.least(); nodes <= wish.most(); nodes++) {
        if (laid(wish, free, nodes, new ArrayList<>())) {
          return true;
        }
      }
      return false;
    }

    /** Tries every node for the next place. */
    private boolean laid(Wish wish, int[] free, int nodes, List<Integer> on) {
      if (on.size() == nodes) {
        return wish.switches() == 0 || switchesOf(on) <= wish.switches();
      }
      String word = wish.wordOf(on.size());
      int cores = wish.tasksOn(on.size(), nodes) * wish.perTask();
      for (int i = 0; i < free.length; i++) {
        boolean serves = word.isEmpty() || machines.get(i).features().contains(word);
        if (serves && free[i] >= cores && !on.contains(i)) {
          on.add(i);
          boolean found = laid(wish, free, nodes, on);
          on.removeLast();
          if (found) {
            return true;
          }
        }
      }
      return false;
    }

    private int switchesOf(List<Integer> on) {
      TreeSet<String> switches = new TreeSet<>();
      for (int each : on) {
        int rack = machines.get(each).rack();
        switches.add(rack < racks ? "r" + rack : machines.get(each).name());
      }
      return switches.size();
    }

    private void check(Wish wish, ClusterImage.JobImage job) {
      List<Integer> on = new ArrayList<>();
      int nodes = job.allocations().size();
      assertThat(nodes).as("nodes of %s", wish).isBetween(wish.least(), wish.most());
      for (int i = 0; i < nodes; i++) {
        Allocation each = job.allocations().get(i);
        on.add(numberOf(each));
        assertThat(each.cores()).as("%s", wish).hasSize(wish.tasksOn(i, nodes) * wish.perTask());
        String word = wish.wordOf(i);
        assertThat(word.isEmpty() || machines.get(on.getLast()).features().contains(word))
            .as("%s of %s has %s", each.node(), job.id(), word)
            .isTrue();
      }
      assertThat(on).doesNotHaveDuplicates();
      assertThat(wish.switches() == 0 || switchesOf(on) <= wish.switches())
          .as("switches of %s on %s", wish, on)
          .isTrue();
    }
  }
}

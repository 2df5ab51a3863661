package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobComponent;
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
 * Jobs with components, each of which names nodes or leaves some out, counts features or asks for
 * the same one of two, takes more nodes where it can, and lies side by side or on few switches:
 * each is accepted exactly when trying every choice of idle nodes finds one, starts at once exactly
 * when trying every choice of free nodes does, and then on the most nodes of all choices. What it
 * gets is checked with what was drawn.
 */
final class ComponentLayoutPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(80, 2_000);
  private static final int STEPS = 20;

  private int started;
  private int waited;
  private int refused;
  private int laid;

  @Test
  void componentsStartTogetherWhereTheyCanAndOnlyThere() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(started).isGreaterThan(SEEDS * 2);
    assertThat(waited).isGreaterThan(SEEDS);
    assertThat(refused).isGreaterThan(SEEDS);
    assertThat(laid).as("starts of jobs that must lie somehow").isGreaterThan(SEEDS / 2);
  }

  private final class Sites implements SeededProperty.Case<Step> {
    private final long seed;

    private Sites(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 2_000_003), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      Site site = new Site(seed, says);
      moves.forEach(step -> site.step(step.dice()));
      started += site.started;
      waited += site.waited;
      refused += site.refused;
      laid += site.laid;
    }
  }

  private record Machine(int number, int cores, int rack, List<String> features) {
    private boolean has(String word) {
      return word.isEmpty() || features.contains(word);
    }
  }

  /**
   * Nodes of one shape.
   *
   * @param each tasks on each node; 0 where {@code tasks} are spread over them
   * @param counted a feature that the first node must have, or empty
   * @param word a feature that every node must have, {@code [a|b]}, or empty
   * @param with a node that must be among them, or -1
   * @param without a node that must not, or -1
   */
  private record Shape(
      int least,
      int most,
      int each,
      int tasks,
      int perTask,
      boolean contiguous,
      int switches,
      String counted,
      String word,
      int with,
      int without) {

    private int coresOn(int node, int nodes) {
      return perTask * (each > 0 ? each : tasks / nodes + (node < tasks % nodes ? 1 : 0));
    }

    private JobPlacement.Builder placement() {
      return JobPlacement.builder()
          .maxNodes(most > least ? most : 0)
          .tasksPerNode(each)
          .contiguous(contiguous)
          .switches(switches)
          .constraint(counted.isEmpty() ? word : counted + "*1")
          .nodeList(with < 0 ? "" : "n" + with)
          .excludeNodes(without < 0 ? "" : "n" + without);
    }
  }

  private static final class Site {
    private final SchedulerStory story = SchedulerStory.site();
    private final List<Machine> machines = new ArrayList<>();
    private final List<Integer> inOrder;
    private final int racks;
    private int started;
    private int waited;
    private int refused;
    private int laid;

    private Site(long seed, Consumer<String> says) {
      SplittableRandom random = new SplittableRandom(seed);
      story.saying(says);
      int nodes = random.nextInt(4, 8);
      racks = random.nextInt(2, 4);
      for (int i = 0; i < nodes; i++) {
        List<String> words = List.of("a", "b").stream().filter(_ -> random.nextBoolean()).toList();
        // One behind the racks is on no switch.
        machines.add(new Machine(i, random.nextInt(1, 5), random.nextInt(racks + 1), words));
        story.says(
            facts("n" + i, "boot-1", machines.get(i).cores(), machines.get(i).cores() * GIB));
        story.does(
            new Input.SetNode(
                OWNER, new NodeSettingsSet(new NodeName("n" + i), new NodeSettings(words, 0))));
      }
      List<NetworkSwitch> tree = new ArrayList<>();
      tree.add(new NetworkSwitch("core", "", ""));
      for (int rack = 0; rack < racks; rack++) {
        int here = rack;
        List<String> names =
            machines.stream()
                .filter(each -> each.rack() == here)
                .map(each -> "n" + each.number())
                .toList();
        tree.add(new NetworkSwitch("r" + rack, "core", String.join(",", names)));
      }
      story.does(new Input.DefineTopology(OWNER, new TopologyDefined(tree)));
      inOrder =
          machines.stream()
              .sorted(Comparator.comparingInt(Machine::rack).thenComparingInt(Machine::number))
              .map(Machine::number)
              .toList();
    }

    private void step(SplittableRandom random) {
      for (ClusterImage.JobImage each : story.machine.image().jobs()) {
        if (each.state() == JobState.RUNNING && random.nextInt(5) < 2) {
          story.exits(each.id(), 0);
        }
      }
      List<Shape> shapes = new ArrayList<>();
      for (int i = random.nextInt(2, 4); i > 0; i--) {
        shapes.add(shape(random, shapes.isEmpty()));
      }
      Reply reply = story.hears(submission("liwei", request(shapes)));
      int[] all = machines.stream().mapToInt(Machine::cores).toArray();
      assertThat(reply instanceof Reply.JobAccepted)
          .as("%s on %s is accepted: %s", shapes, machines, reply)
          .isEqualTo(isKnown(shapes) && most(shapes, all) > 0);
      if (!(reply instanceof Reply.JobAccepted accepted)) {
        refused++;
        return;
      }
      int[] free = free();
      int most = most(shapes, free);
      story.plans();
      ClusterImage.JobImage job = story.job(accepted.job());
      assertThat(job.allocations())
          .as("%s with %s free of %s", shapes, Arrays.toString(free), machines)
          .hasSize(most);
      if (most > 0) {
        started++;
        check(shapes, job);
      } else {
        waited++;
        story.does(new Input.CancelJob(SchedulerStory.user("liwei"), accepted.job()));
      }
    }

    private Shape shape(SplittableRandom random, boolean own) {
      int least = random.nextInt(1, 3);
      int most = random.nextInt(3) == 0 ? least + 1 : least;
      boolean spread = random.nextBoolean();
      // Only the own ones do not divide: there are at most so many parts.
      int tasks = own ? least + random.nextInt(3) : least * random.nextInt(1, 3);
      boolean names = random.nextInt(4) == 0;
      boolean counts = !names && random.nextInt(4) == 0;
      int without = random.nextInt(5) == 0 ? random.nextInt(machines.size()) : -1;
      int with = names ? random.nextInt(machines.size()) : -1;
      return new Shape(
          least,
          spread ? Math.min(most, tasks) : most,
          spread ? 0 : random.nextInt(1, 3),
          spread ? tasks : 0,
          random.nextInt(1, 3),
          random.nextInt(3) == 0,
          random.nextInt(4) == 0 ? random.nextInt(1, 3) : 0,
          counts ? "a" : "",
          counts ? "" : List.of("", "", "a", "[a|b]").get(random.nextInt(4)),
          with,
          with == without || own && without >= 0 ? -1 : without);
    }

    private static JobRequest.Builder request(List<Shape> shapes) {
      List<JobComponent> components = new ArrayList<>();
      for (Shape each : shapes.subList(1, shapes.size())) {
        components.add(
            new JobComponent(
                each.least(),
                each.tasks(),
                each.perTask(),
                0,
                List.of(),
                each.placement().build()));
      }
      Shape own = shapes.getFirst();
      return script()
          .nodes(own.least())
          .tasks(own.tasks() == 0 ? null : (Integer) own.tasks())
          .cpusPerTask(own.perTask())
          .placement(own.placement().components(components).build());
    }

    /** Whether the cluster has every feature that is named. */
    private boolean isKnown(List<Shape> shapes) {
      return shapes.stream()
          .flatMap(each -> List.of(each.counted(), each.word()).stream())
          .flatMap(text -> List.of("a", "b").stream().filter(text::contains))
          .allMatch(word -> machines.stream().anyMatch(each -> each.has(word)));
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

    private static int numberOf(Allocation at) {
      return Integer.parseInt(at.node().value().substring(1));
    }

    /** On how many nodes it can start at most; 0 for not at all. */
    private int most(List<Shape> shapes, int[] free) {
      return laid(shapes, 0, free, new TreeSet<>());
    }

    /** Tries all numbers of nodes and all choices for the shapes from one on. */
    private int laid(List<Shape> shapes, int next, int[] free, TreeSet<Integer> taken) {
      if (next == shapes.size()) {
        return taken.size();
      }
      Shape shape = shapes.get(next);
      int best = 0;
      for (int nodes = shape.least(); nodes <= shape.most(); nodes++) {
        for (String word : wordsOf(shape)) {
          best = Math.max(best, chosen(shapes, next, word, nodes, new ArrayList<>(), free, taken));
        }
      }
      return best;
    }

    private static List<String> wordsOf(Shape shape) {
      return shape.word().startsWith("[") ? List.of("a", "b") : List.of(shape.word());
    }

    private int chosen(
        List<Shape> shapes,
        int next,
        String word,
        int nodes,
        List<Integer> on,
        int[] free,
        TreeSet<Integer> taken) {
      Shape shape = shapes.get(next);
      if (on.size() == nodes) {
        return lies(shape, on) ? laid(shapes, next + 1, free, taken) : 0;
      }
      int best = 0;
      for (Machine each : machines) {
        // Those that are counted or named come first, and have the larger shares.
        boolean first =
            !on.isEmpty()
                || each.has(shape.counted()) && (shape.with() < 0 || shape.with() == each.number());
        if (first
            && each.has(word)
            && each.number() != shape.without()
            && free[each.number()] >= shape.coresOn(on.size(), nodes)
            && taken.add(each.number())) {
          on.add(each.number());
          best = Math.max(best, chosen(shapes, next, word, nodes, on, free, taken));
          on.removeLast();
          taken.remove(each.number());
        }
      }
      return best;
    }

    /** Whether nodes lie as a shape must, with the one that it names. */
    private boolean lies(Shape shape, List<Integer> on) {
      List<Integer> places = on.stream().map(inOrder::indexOf).sorted().toList();
      boolean row = places.getLast() - places.getFirst() + 1 == on.size();
      TreeSet<String> switches = new TreeSet<>();
      for (int each : on) {
        int rack = machines.get(each).rack();
        switches.add(rack < racks ? "r" + rack : "n" + each);
      }
      return (shape.with() < 0 || on.contains(shape.with()))
          && (!shape.contiguous() || row)
          && (shape.switches() == 0 || switches.size() <= shape.switches());
    }

    private void check(List<Shape> shapes, ClusterImage.JobImage job) {
      TreeSet<Integer> used = new TreeSet<>();
      for (int i = 0; i < shapes.size(); i++) {
        int component = i;
        Shape shape = shapes.get(i);
        List<Allocation> mine =
            job.allocations().stream().filter(each -> each.component() == component).toList();
        assertThat(mine.size()).as("%s", shape).isBetween(shape.least(), shape.most());
        List<Integer> on = mine.stream().map(Site::numberOf).toList();
        for (int k = 0; k < mine.size(); k++) {
          assertThat(mine.get(k).cores()).as("%s", shape).hasSize(shape.coresOn(k, mine.size()));
          assertThat(used.add(on.get(k))).as("%s is given twice", on.get(k)).isTrue();
          assertThat(on.get(k)).isNotEqualTo(shape.without());
        }
        assertThat(lies(shape, on)).as("%s on %s of %s", shape, on, machines).isTrue();
        assertThat(
                wordsOf(shape).stream()
                    .anyMatch(word -> on.stream().allMatch(each -> machines.get(each).has(word))))
            .as("%s on %s of %s", shape, on, machines)
            .isTrue();
        assertThat(
                shape.with() >= 0
                    || on.stream().anyMatch(k -> machines.get(k).has(shape.counted())))
            .as("%s on %s of %s", shape, on, machines)
            .isTrue();
      }
      laid += shapes.stream().anyMatch(each -> each.contiguous() || each.switches() > 0) ? 1 : 0;
    }
  }
}

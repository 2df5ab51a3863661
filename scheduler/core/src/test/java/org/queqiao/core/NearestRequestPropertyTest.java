package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Random requests to random clusters: what can never run is refused with requests that could, and
 * whoever sends one of these exactly as it is written is not refused.
 */
final class NearestRequestPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(150, 5_000);
  private static final int STEPS = 20;

  private int refused;
  private int answered;
  private final TreeMap<String, Integer> unanswered = new TreeMap<>();
  private final TreeMap<String, Integer> fields = new TreeMap<>();

  @Test
  void theNearestRequestIsAccepted() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(refused).isGreaterThan(SEEDS);
    assertThat(answered * 100L / refused)
        .as("of %s refusals have a request that could run in %%; not %s", refused, unanswered)
        .isGreaterThanOrEqualTo(97);
    assertThat(fields.keySet())
        .contains(
            "cpusPerTask",
            "tasks",
            "nodes",
            "memBytes",
            "memPerCpuBytes",
            "memPerGpuBytes",
            "gres",
            "gresPerTask",
            "nodeList",
            "constraint",
            "contiguous",
            "switches",
            "components");
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
        site.submits(each.dice());
      }
    }
  }

  private final class Site {
    private final SchedulerStory story = SchedulerStory.site();
    private final Consumer<String> says;
    private final int nodes;

    private Site(long seed, Consumer<String> says) {
      this.says = says;
      SplittableRandom random = new SplittableRandom(seed);
      nodes = 2 + random.nextInt(7);
      TreeMap<String, String> leaves = new TreeMap<>();
      for (int i = 0; i < nodes; i++) {
        String name = "n" + i;
        int cores = 1 << random.nextInt(5);
        int gpus = random.nextInt(3) * random.nextInt(3);
        story.says(
            SchedulerStory.facts(
                name,
                "boot-1",
                cores,
                cores * GIB << random.nextInt(3),
                gpus == 0
                    ? List.of()
                    : List.of(
                        new NodeFacts.GresInventory(
                            "gpu", random.nextBoolean() ? "a100" : "v100", gpus))));
        List<String> words = new ArrayList<>();
        for (String word : List.of("a", "b", "c")) {
          if (i < 3 && i == word.charAt(0) - 'a' || random.nextInt(3) == 0) {
            words.add(word);
          }
        }
        story.does(
            new Input.SetNode(
                OWNER, new NodeSettingsSet(new NodeName(name), new NodeSettings(words, 1))));
        leaves.merge("s" + random.nextInt(3), name, (left, right) -> left + "," + right);
      }
      if (random.nextBoolean()) {
        List<NetworkSwitch> switches = new ArrayList<>();
        switches.add(new NetworkSwitch("top", "", ""));
        leaves.forEach((leaf, names) -> switches.add(new NetworkSwitch(leaf, "top", names)));
        story.does(new Input.DefineTopology(OWNER, new TopologyDefined(switches)));
      }
    }

    private void submits(SplittableRandom random) {
      JobRequest request = draws(random).build();
      Reply reply = story.hears(submission(request));
      if (!(reply instanceof Reply.Rejected no)) {
        return;
      }
      Rejection rejection = no.rejection();
      says.accept(rejection.field() + ": " + rejection.message());
      if (rejection.message().contains("no node has the feature")) {
        return;
      }
      refused++;
      fields.merge(rejection.field(), 1, Integer::sum);
      List<JobRequest> nearest = Nearest.of(rejection.message(), request);
      if (nearest.isEmpty()) {
        unanswered.merge(rejection.message().replaceAll("[0-9]+", "N"), 1, Integer::sum);
        return;
      }
      answered++;
      for (JobRequest each : nearest) {
        assertThat(story.hears(submission(each)))
            .as("what was said: %s", rejection.message())
            .isInstanceOf(Reply.JobAccepted.class);
      }
    }

    private Input.SubmitJob submission(JobRequest request) {
      return SchedulerStory.submission("liwei", request.toBuilder());
    }

    private JobRequest.Builder draws(SplittableRandom random) {
      JobRequest.Builder request = SchedulerStory.script();
      JobPlacement.Builder placement = JobPlacement.builder();
      int wanted = 1 + random.nextInt(random.nextBoolean() ? 2 : 6);
      String list = random.nextInt(6) == 0 ? "n" + random.nextInt(nodes) : "";
      String constraint = constraint(random, list);
      boolean saysNodes = random.nextInt(4) > 0;
      if (saysNodes) {
        wanted = Math.max(wanted, counted(constraint));
        request.nodes(wanted);
      } else {
        wanted = Math.max(1, counted(constraint));
      }
      if (random.nextBoolean()) {
        request.tasks(wanted + random.nextInt(random.nextBoolean() ? 3 : 60));
      }
      if (random.nextInt(3) > 0) {
        request.cpusPerTask(1 + random.nextInt(random.nextBoolean() ? 3 : 30));
      }
      boolean gpus = random.nextInt(3) == 0;
      if (gpus) {
        String type = random.nextInt(3) == 0 ? "a100" : "";
        List<GresRequest> asked = List.of(new GresRequest("gpu", type, 1 + random.nextInt(5)));
        if (random.nextBoolean()) {
          request.gres(asked);
        } else {
          placement.gresPerTask(asked);
        }
      }
      switch (random.nextInt(6)) {
        case 0 -> request.memBytes(GIB * (1 + random.nextInt(80)));
        case 1 -> placement.memPerCpuBytes(GIB * (1 + random.nextInt(16)) / 2);
        case 2 -> placement.memPerGpuBytes(gpus ? GIB * (1 + random.nextInt(40)) : 0);
        default -> {}
      }
      placement.nodeList(list).constraint(constraint);
      if (random.nextInt(5) == 0) {
        placement.contiguous(true);
      } else if (random.nextInt(5) == 0) {
        placement.switches(1);
      }
      if (random.nextInt(6) == 0 && constraint.isEmpty()) {
        int more = 1 + random.nextInt(4);
        placement.components(
            List.of(
                new JobComponent(
                    more,
                    more * (1 + random.nextInt(2)),
                    1 + random.nextInt(10),
                    GIB * random.nextInt(20),
                    random.nextInt(3) == 0
                        ? List.of(new GresRequest("gpu", "", 1 + random.nextInt(3)))
                        : List.of(),
                    "")));
      }
      return request.placement(placement.build());
    }

    private static String constraint(SplittableRandom random, String list) {
      return switch (random.nextInt(8)) {
        case 0 -> "a";
        case 1 -> "[a|b]";
        case 2 -> list.isEmpty() ? "a*" + (1 + random.nextInt(4)) + "&b*1" : "";
        default -> "";
      };
    }

    private static int counted(String constraint) {
      int star = constraint.indexOf('*');
      return star < 0 ? 0 : constraint.charAt(star + 1) - '0' + 1;
    }
  }
}

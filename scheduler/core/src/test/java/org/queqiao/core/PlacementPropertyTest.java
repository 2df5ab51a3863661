package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Random clusters, wishes and ends: wishes are kept, nothing is given twice, and what was accepted
 * runs as soon as the machine is idle. Wishes are checked with what was drawn, not with what the
 * machine read.
 */
final class PlacementPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(150, 2_000);
  private static final int STEPS = 60;
  private static final List<String> FEATURES = List.of("a", "b", "c");

  /** What a job wishes, as drawn: the counted terms, or one term for every node. */
  private record Drawn(List<List<String>> anyOf, List<Integer> counts, String without) {}

  /** What one node must give: so many devices, some of them of one model. */
  private record Slot(int cores, long memBytes, int devices, int ofModel, List<String> anyOf) {}

  private static final GresRequest ANY = new GresRequest("gpu", "", 1);
  private static final GresRequest OF_MODEL = new GresRequest("gpu", "a100", 1);

  private static final class Site {
    private SplittableRandom random;
    final SchedulerStory story = SchedulerStory.site();
    final TreeMap<String, List<String>> features = new TreeMap<>();
    final TreeMap<String, Integer> cores = new TreeMap<>();
    final TreeMap<String, Integer> devices = new TreeMap<>();
    final TreeMap<String, Integer> ofModel = new TreeMap<>();
    final TreeMap<JobId, Drawn> drawn = new TreeMap<>();
    int licences;
    int started;
    int compared;

    Site(long seed) {
      random = new SplittableRandom(seed);
      int nodes = random.nextInt(2, 6);
      for (int i = 0; i < nodes; i++) {
        node("n" + i);
      }
      story.does(
          new Input.DefinePartition(
              OWNER, new PartitionDefined(DEBUG, false, HOUR_MS, HOUR_MS, "n[0-1]")));
      licences = random.nextInt(1, 4);
      story.does(new Input.DefineLicence(OWNER, new LicenceDefined("solver", licences)));
    }

    /** What there is, in words. */
    @Override
    public String toString() {
      return "cores "
          + cores
          + ", devices "
          + devices
          + " of which a100 "
          + ofModel
          + ", features "
          + features
          + ", licences "
          + licences;
    }

    void plays(List<Step> steps) {
      for (Step step : steps) {
        random = step.dice();
        switch (random.nextInt(4)) {
          case 0 -> endSome(false);
          case 1 -> story.after(random.nextInt(30_000));
          default -> submit();
        }
        plan();
      }
      for (int left = STEPS; left > 0; left--) {
        endSome(true);
        plan();
      }
      assertThat(story.machine.state().pendingJobs()).as("jobs that wait").isZero();
    }

    private void node(String name) {
      int cores = random.nextInt(1, 6);
      List<NodeFacts.GresInventory> gres = new ArrayList<>();
      if (random.nextBoolean()) {
        gres.add(new NodeFacts.GresInventory("gpu", "a100", random.nextInt(1, 4)));
        ofModel.put(name, gres.getFirst().count());
      }
      if (random.nextInt(3) == 0) {
        gres.add(new NodeFacts.GresInventory("gpu", "v100", random.nextInt(1, 3)));
      }
      story.says(SchedulerStory.facts(name, "boot-1", cores, cores * GIB, gres));
      this.cores.put(name, cores);
      devices.put(name, gres.stream().mapToInt(NodeFacts.GresInventory::count).sum());
      List<String> words = FEATURES.stream().filter(_ -> random.nextBoolean()).toList();
      features.put(name, words);
      story.does(
          new Input.SetNode(
              OWNER,
              new NodeSettingsSet(new NodeName(name), new NodeSettings(words, random.nextInt(3)))));
    }

    void submit() {
      JobPlacement.Builder placement = JobPlacement.builder();
      JobRequest.Builder request = script().limitMs(60_000L * random.nextInt(1, 9));
      request.partition(random.nextInt(4) == 0 ? DEBUG : BATCH);
      Drawn wish = wish(placement, request);
      placement.exclusive(random.nextInt(5) == 0);
      switch (random.nextInt(4)) {
        case 0 -> placement.memPerCpuBytes(GIB / 2);
        case 1 -> request.memBytes(random.nextInt(1, 4) * GIB);
        default -> {
          // so much as goes with its cores
        }
      }
      if (random.nextInt(4) == 0) {
        List<List<GresRequest>> wishes =
            List.of(List.of(ANY), List.of(ANY), List.of(ANY, OF_MODEL));
        placement.gresPerTask(wishes.get(random.nextInt(3)));
      }
      if (random.nextInt(3) == 0) {
        placement.licences(Map.of("solver", random.nextInt(1, 4)));
      }
      request.cpusPerTask(random.nextInt(1, 3)).placement(placement.build());
      Reply reply = story.hears(submission("liwei", request));
      compare(request.build(), wish, reply instanceof Reply.JobAccepted);
      if (reply instanceof Reply.JobAccepted accepted) {
        drawn.put(accepted.job(), wish);
      }
    }

    /** A job is accepted exactly when trying every choice of idle nodes finds one. */
    private void compare(JobRequest request, Drawn wish, boolean accepted) {
      JobPlacement placement = request.placement();
      int nodes = nodesOf(request, wish);
      int tasks =
          request.tasks() == null ? nodes * Math.max(1, placement.tasksPerNode()) : request.tasks();
      boolean named =
          wish.anyOf().stream()
              .allMatch(term ->
                  term.stream()
                      .allMatch(word ->
                          features.values().stream().anyMatch(words -> words.contains(word))));
      if (!named || tasks < nodes || placement.licences().getOrDefault("solver", 0) > licences) {
        return;
      }
      boolean spreads = request.tasks() != null && placement.maxNodes() > nodes;
      boolean debug = request.partition().equals(DEBUG);
      boolean possible = false;
      for (int on = nodes; on <= (spreads ? Math.min(placement.maxNodes(), tasks) : nodes); on++) {
        possible |=
            (request.tasks() == null
                    || placement.tasksPerNode() == 0
                    || tasks <= on * placement.tasksPerNode())
                && serve(
                    slots(request, wish, on, tasks), 0, new TreeSet<>(), debug, wish.without());
      }
      assertThat(accepted).as("%s of %s tasks is accepted", placement, tasks).isEqualTo(possible);
      compared++;
    }

    private static List<Slot> slots(JobRequest request, Drawn wish, int nodes, int tasks) {
      JobPlacement placement = request.placement();
      List<Slot> slots = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        int here = tasks / nodes + (i < tasks % nodes ? 1 : 0);
        int devices = here * placement.gresPerTask().size();
        int ofOne = placement.gresPerTask().contains(OF_MODEL) ? here : 0;
        int cores = here * request.cpusPerTask();
        long mem = request.memBytes() == null ? 0 : request.memBytes();
        mem = placement.memPerCpuBytes() > 0 ? cores * placement.memPerCpuBytes() : mem;
        slots.add(new Slot(cores, mem, devices, ofOne, termOf(wish, i)));
      }
      for (JobComponent each : placement.components()) {
        for (int i = 0; i < each.nodes(); i++) {
          int devices = each.gres().isEmpty() ? 0 : 1;
          List<String> term = termOf(wish, slots.size());
          int cores = each.tasks() / each.nodes() * each.cpusPerTask();
          slots.add(new Slot(cores, 0, devices, 0, term));
        }
      }
      return slots;
    }

    private static int nodesOf(JobRequest request, Drawn wish) {
      if (request.nodes() != null) {
        return request.nodes();
      }
      boolean counted = request.placement().components().isEmpty() && !wish.counts().isEmpty();
      return counted ? wish.counts().stream().mapToInt(each -> each).sum() : 1;
    }

    private static List<String> termOf(Drawn wish, int slot) {
      int left = slot;
      for (int i = 0; i < wish.counts().size(); i++) {
        if (wish.counts().get(i) == 0 || left < wish.counts().get(i)) {
          return wish.anyOf().get(i);
        }
        left -= wish.counts().get(i);
      }
      return List.of();
    }

    private boolean serve(
        List<Slot> slots, int next, TreeSet<String> taken, boolean debug, String without) {
      if (next == slots.size()) {
        return true;
      }
      Slot slot = slots.get(next);
      for (String node : features.keySet()) {
        boolean mayUse =
            !node.equals(without) && (!debug || node.equals("n0") || node.equals("n1"));
        boolean fits =
            cores.get(node) >= slot.cores()
                && cores.get(node) * GIB >= slot.memBytes()
                && devices.get(node) >= slot.devices()
                && ofModel.getOrDefault(node, 0) >= slot.ofModel();
        boolean has =
            slot.anyOf().isEmpty() || slot.anyOf().stream().anyMatch(features.get(node)::contains);
        if (mayUse && fits && has && taken.add(node)) {
          boolean rest = serve(slots, next + 1, taken, debug, without);
          taken.remove(node);
          if (rest) {
            return true;
          }
        }
      }
      return false;
    }

    private Drawn wish(JobPlacement.Builder placement, JobRequest.Builder request) {
      List<List<String>> anyOf = new ArrayList<>();
      List<Integer> counts = new ArrayList<>();
      String without = random.nextInt(4) == 0 ? "n" + random.nextInt(2) : "";
      placement.excludeNodes(without);
      switch (random.nextInt(6)) {
        case 5 -> components(placement, anyOf, counts);
        case 0, 1 -> {
          List<String> texts = new ArrayList<>();
          for (int i = random.nextInt(1, 3); i > 0; i--) {
            List<String> term =
                List.of(FEATURES.get(random.nextInt(3)), FEATURES.get(random.nextInt(3)));
            anyOf.add(term);
            counts.add(random.nextInt(1, 3));
            texts.add("(" + String.join("|", term) + ")*" + counts.getLast());
          }
          placement.constraint(String.join("&", texts));
        }
        case 2 -> {
          anyOf.add(List.of(FEATURES.get(random.nextInt(3)), FEATURES.get(random.nextInt(3))));
          counts.add(0);
          placement.constraint(String.join("|", anyOf.getFirst()));
          request.nodes(random.nextInt(1, 3)).tasks(random.nextInt(2, 6));
        }
        case 3 -> {
          placement.maxNodes(random.nextInt(1, 5)).tasksPerNode(random.nextInt(1, 3));
          if (random.nextBoolean()) {
            request.nodes(1).tasks(random.nextInt(1, 6));
          }
        }
        default -> request.nodes(random.nextInt(1, 4)).tasks(random.nextInt(3, 6));
      }
      return new Drawn(anyOf, counts, without);
    }

    private void components(
        JobPlacement.Builder placement, List<List<String>> anyOf, List<Integer> counts) {
      List<JobComponent> components = new ArrayList<>();
      anyOf.add(List.of());
      counts.add(1);
      for (int i = random.nextInt(1, 3); i > 0; i--) {
        String feature = FEATURES.get(random.nextInt(3));
        int nodes = random.nextInt(1, 3);
        anyOf.add(List.of(feature));
        counts.add(nodes);
        List<GresRequest> gres = random.nextInt(3) == 0 ? List.of(ANY) : List.of();
        components.add(new JobComponent(nodes, nodes * random.nextInt(1, 3), 1, 0, gres, feature));
      }
      placement.components(components);
    }

    void plan() {
      while (story.hears(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more()) {
        // until the pass is over
      }
      List<ClusterImage.JobImage> jobs = story.machine.image().jobs();
      TreeMap<String, Boolean> alone = new TreeMap<>();
      int used = 0;
      int running = 0;
      int waiting = 0;
      for (ClusterImage.JobImage job : jobs) {
        if (job.state() == JobState.RUNNING) {
          running++;
          used += job.spec().placement().licences().getOrDefault("solver", 0);
          check(job);
          for (Allocation each : job.allocations()) {
            boolean exclusive = job.spec().placement().exclusive();
            Boolean other = alone.put(each.node().value(), exclusive);
            assertThat(other == null || (!other && !exclusive))
                .as("%s is shared", each.node())
                .isTrue();
          }
        }
        waiting += job.state() == JobState.PENDING ? 1 : 0;
      }
      assertThat(used).as("licences in use").isLessThanOrEqualTo(licences);
      assertThat(running > 0 || waiting == 0).as("nobody waits on an idle machine").isTrue();
      started = Math.max(started, running);
    }

    private void check(ClusterImage.JobImage job) {
      Drawn wish = drawn.get(job.id());
      JobSpec spec = job.spec().ranOn(job.allocations());
      List<String> mine = job.allocations().stream().map(each -> each.node().value()).toList();
      assertThat(mine)
          .as("nodes of %s", job.id())
          .doesNotContain(wish.without())
          .doesNotHaveDuplicates();
      assertThat(mine.size()).isBetween(job.spec().allNodes(), job.spec().mostNodes());
      if (spec.partition().equals(DEBUG)) {
        assertThat(List.of("n0", "n1")).as("nodes of %s", job.id()).containsAll(mine);
      }
      int next = 0;
      for (int i = 0; i < wish.anyOf().size(); i++) {
        int count = wish.counts().get(i) == 0 ? mine.size() : wish.counts().get(i);
        for (int node = 0; node < count; node++) {
          String at = mine.get(next++);
          if (!wish.anyOf().get(i).isEmpty()) {
            assertThat(features.get(at))
                .as("features for %s", job.id())
                .containsAnyElementsOf(wish.anyOf().get(i));
          }
        }
      }
      for (int i = 0; i < mine.size(); i++) {
        Allocation each = job.allocations().get(i);
        assertThat(each.cores().size()).isGreaterThanOrEqualTo(spec.coresOnNode(i));
        int devices = each.gres().stream().mapToInt(gres -> gres.devices().size()).sum();
        int asked = spec.gresOnNode(i).stream().mapToInt(GresRequest::count).sum();
        assertThat(devices).as("devices of %s", job.id()).isEqualTo(asked);
        if (spec.memBytes() > 0 && i < spec.nodes()) {
          assertThat(each.memBytes()).isEqualTo(spec.memBytes());
        }
        if (spec.placement().memPerCpuBytes() > 0 && i < spec.nodes()) {
          assertThat(each.memBytes()).isEqualTo(GIB / 2 * spec.coresOnNode(i));
        }
      }
    }

    void endSome(boolean all) {
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        if (job.state() == JobState.RUNNING && (all || random.nextInt(3) == 0)) {
          story.exits(job.id(), 0);
        }
      }
    }
  }

  @Test
  void wishesAreKeptNothingIsGivenTwiceAndNothingWaitsOnAnIdleMachine() {
    SeededProperty.holds(SEEDS, Sites::new);
    assertThat(compared).isGreaterThan(SEEDS * 10);
    assertThat(mostAtOnce).isGreaterThan(4);
    assertThat(jobs).isGreaterThan(SEEDS * 5);
  }

  private int mostAtOnce;
  private int jobs;
  private int compared;

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
      Site site = new Site(seed);
      site.story.saying(says);
      site.plays(moves);
      mostAtOnce = Math.max(mostAtOnce, site.started);
      jobs += site.drawn.size();
      compared += site.compared;
    }

    @Override
    public String about() {
      return new Site(seed).toString();
    }
  }
}

package org.queqiao.core;

import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/**
 * A busy site by chance: jobs of every shape, arrays, devices, licences, changes, requeues, stops,
 * with runs that end, also late. What was told can be told again in part.
 */
final class RandomWorkload {
  static final QosName NIGHT = new QosName("night");
  private static final List<String> USERS = List.of("liwei", "wangfang", "zhangmin", "chenjie");
  private static final int NODES = 3;
  private static final int CORES = 8;

  /** Of all nodes. */
  static final long ALL_CORES = (long) NODES * CORES;

  final SchedulerStory story;
  private final SplittableRandom random;
  private final List<ToldStory.Told> told = new ArrayList<>();
  private final Function<SplittableRandom, Input> others;

  /** Looks at the story after each input. */
  private final Consumer<Input> look;

  /** How many slices of a pass a step lets go on at the most; 0 for all. */
  private int mostSlices;

  RandomWorkload(SchedulerStory story, SplittableRandom random) {
    this(story, random, null, _ -> {});
  }

  /**
   * @param others what comes in between, or null
   * @param look called after every input
   */
  RandomWorkload(
      SchedulerStory story,
      SplittableRandom random,
      Function<SplittableRandom, Input> others,
      Consumer<Input> look) {
    this.story = story;
    this.random = random;
    this.others = others;
    this.look = look;
    site();
  }

  private void site() {
    for (int i = 0; i < NODES; i++) {
      List<NodeFacts.GresInventory> gres =
          i == 0 ? List.of() : List.of(new NodeFacts.GresInventory("gpu", "a100", 2));
      NodeFacts facts = SchedulerStory.facts("n" + i, "boot-1", CORES, CORES * GIB, gres);
      tell(new Input.RegisterNode(facts.suspending(), List.of(), List.of()));
    }
    tell(new Input.DefineQos(OWNER, new QosDefined(NIGHT, "Night", 0, List.of())));
    tell(new Input.DefineLicence(OWNER, new LicenceDefined("solver", 3)));
  }

  ToldStory told() {
    return new ToldStory(told);
  }

  Reply tell(Input input) {
    told.add(new ToldStory.Told(story.nowMs, input));
    Reply reply = story.hears(input);
    look.accept(input);
    return reply;
  }

  /** One move of somebody or of time, and all that can start. */
  void step() {
    switch (random.nextInt(others == null ? 13 : 15)) {
      case 0, 1, 2, 3, 4 -> tell(submission());
      case 5, 6, 7 -> later();
      case 8 -> tell(change());
      case 9 -> tell(wish());
      case 10, 11 -> stop();
      case 12 -> end();
      default -> tell(others.apply(random));
    }
    plan();
  }

  private void plan() {
    boolean more = true;
    int slices = mostSlices == 0 ? Integer.MAX_VALUE : random.nextInt(mostSlices + 1);
    for (int i = 0; more && i < slices; i++) {
      more = tell(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more();
    }
  }

  /** Nothing happens any more until nothing more can start. */
  void comesToRest() {
    tell(new Input.Tick());
    for (int before = -1; before != story.log.size() || story.machine.state().planningDue(); ) {
      before = story.log.size();
      tell(new Input.PlanPass());
    }
  }

  /** From now on each step lets at most so many slices of a pass go on. */
  RandomWorkload withSlices(int most) {
    mostSlices = most;
    return this;
  }

  private Input submission() {
    int nodes = random.nextInt(4) == 0 ? 2 : 1;
    JobRequest.Builder request =
        script()
            .name("kind" + random.nextInt(3))
            .nodes(nodes)
            .tasks(nodes)
            .cpusPerTask(1 + random.nextInt(random.nextInt(3) == 0 ? CORES : 3))
            .limitMs(60_000L * (1 + random.nextInt(180)))
            .partition(random.nextInt(4) == 0 ? DEBUG : BATCH)
            .project(random.nextInt(4) == 0 ? MATERIALS : null)
            .qos(random.nextInt(3) == 0 ? NIGHT : null);
    if (random.nextInt(3) == 0) {
      request.memBytes((1 + random.nextInt(4)) * GIB);
    }
    if (random.nextInt(4) == 0) {
      request.gres(List.of(new GresRequest("gpu", random.nextBoolean() ? "a100" : "", 1)));
    }
    if (random.nextInt(5) == 0) {
      request.array("1-" + (2 + random.nextInt(4)));
    }
    if (random.nextInt(4) == 0) {
      request.placement(placement());
    }
    if (random.nextInt(8) == 0) {
      long deadlineMs = story.nowMs + HOUR_MS + random.nextLong(4 * HOUR_MS);
      request.terms(TermsRequest.NONE.withDeadlineMs(deadlineMs));
    }
    return SchedulerStory.submission(USERS.get(random.nextInt(USERS.size())), request);
  }

  private JobPlacement placement() {
    JobPlacement.Builder placement = JobPlacement.builder();
    return switch (random.nextInt(4)) {
      case 0 -> placement.exclusive(true).build();
      case 1 -> placement.licences(Map.of("solver", 1 + random.nextInt(2))).build();
      case 2 -> placement.components(List.of(new JobComponent(1, 1, 2, 0, List.of(), ""))).build();
      default -> placement.gresPerTask(List.of(new GresRequest("gpu", "", 1))).build();
    };
  }

  /** Some time goes by, and some runs end; others go on past their limits. */
  private void later() {
    story.after(1 + random.nextLong(HOUR_MS));
    tell(new Input.Tick());
    for (DesiredRunState run : runs()) {
      if (random.nextInt(run.stop() ? 2 : 4) == 0) {
        ends(run);
      }
    }
  }

  private void end() {
    List<DesiredRunState> runs = runs();
    if (!runs.isEmpty()) {
      ends(runs.get(random.nextInt(runs.size())));
    }
  }

  private void ends(DesiredRunState run) {
    tell(new Input.RunEnded(nodeOf(run), SchedulerStory.exit(run.run(), 0, story.nowMs)));
  }

  private static NodeName nodeOf(DesiredRunState run) {
    return run.allocations().getFirst().node();
  }

  private List<DesiredRunState> runs() {
    List<DesiredRunState> out = new ArrayList<>();
    story
        .machine
        .state()
        .nodeNames()
        .forEach(node -> out.addAll(story.machine.desired(node).runs()));
    return out;
  }

  /** Somebody asks for something else, also for longer runs. */
  private Input change() {
    TreeSet<String> named = new TreeSet<>();
    for (String each : List.of("project", "qos", "partition", "limitMs", "cpusPerTask")) {
      if (random.nextInt(3) == 0) {
        named.add(each);
      }
    }
    JobRequest values =
        script()
            .project(random.nextBoolean() ? MATERIALS : CLIMATE)
            .qos(random.nextBoolean() ? NIGHT : null)
            .partition(random.nextInt(3) == 0 ? DEBUG : BATCH)
            .limitMs(60_000L * (1 + random.nextInt(300)))
            .cpusPerTask(1 + random.nextInt(4))
            .build();
    if (random.nextBoolean()) {
      named.retainAll(List.of("limitMs"));
    }
    return new Input.ChangeJob(user("admin1"), job(), new JobChange(named, values, null), null);
  }

  private Input wish() {
    return switch (random.nextInt(4)) {
      case 0 -> new Input.CancelJob(user("admin1"), job());
      case 1 -> new Input.RequeueJob(user("admin1"), job());
      case 2 -> new Input.HoldJob(user("admin1"), job());
      default -> new Input.ReleaseJob(user("admin1"), job());
    };
  }

  /** A run is stopped where it is, or goes on, as its node reports a moment later. */
  private void stop() {
    List<DesiredRunState> runs = runs().stream().filter(run -> !run.stop()).toList();
    if (runs.isEmpty()) {
      return;
    }
    DesiredRunState run = runs.get(random.nextInt(runs.size()));
    boolean stops = run.suspending() != Suspending.SUSPEND;
    JobId job = run.run().job();
    tell(
        stops
            ? new Input.SuspendJob(user("admin1"), job)
            : new Input.ResumeJob(user("admin1"), job));
    story.after(random.nextInt(2_000));
    tell(new Input.RunSuspended(nodeOf(run), run.run(), stops, story.nowMs, 0));
  }

  private JobId job() {
    long last = Math.max(1, story.machine.state().lastJobId());
    return new JobId(Math.max(1, last - random.nextInt(25)));
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/**
 * Where no throttle is set, the tasks of an array start when and where as many jobs would that are
 * submitted one after the other, with every policy but {@code default}, which keeps its soft
 * promises for jobs that have a number.
 */
final class ArrayPropertyTest {
  private static final boolean FULL = "full".equals(System.getProperty("queqiao.test.size"));
  private static final int SEEDS = FULL ? 2_000 : 40;

  @Test
  void tasksStartAsJobsDoThatAreSubmittedOneByOne() {
    int started = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Pair pair = new Pair(seed);
      try {
        started += pair.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", policy " + pair.policy, e);
      }
    }
    assertThat(started).as("starts that were compared").isGreaterThan(SEEDS * 20);
  }

  /** One site with arrays and one with as many jobs, to which the same happens. */
  private static final class Pair {
    private final SplittableRandom random;
    private final SchedulerStory arrays = SchedulerStory.site().withoutChecks();
    private final SchedulerStory jobs = SchedulerStory.site().withoutChecks();

    /** The arrays and jobs of the one by name. */
    private final TreeMap<String, JobId> whole = new TreeMap<>();

    /** The tasks and jobs of the other by name. */
    private final TreeMap<String, JobId> single = new TreeMap<>();

    private int submissions;
    private int starts;
    private String policy;

    private Pair(long seed) {
      this.random = new SplittableRandom(seed);
    }

    private int run() {
      int nodes = 1 + random.nextInt(3);
      for (int i = 0; i < nodes; i++) {
        int cores = 1 + random.nextInt(8);
        String name = "n" + i;
        both(new Input.RegisterNode(facts(name, "b", cores, cores * GIB), List.of(), List.of()));
      }
      List<String> policies = List.of("fcfs", "easy", "easy-sjbf", "conservative");
      policy = policies.get(random.nextInt(policies.size()));
      both(
          new Input.DefineScheduling(
              SchedulerStory.OWNER, new SchedulingDefined(policy, 1 + random.nextInt(4))));
      for (int step = 0; step < 40; step++) {
        step();
        plan();
        assertThat(running(arrays)).as("after step %s", step).isEqualTo(running(jobs));
      }
      return starts;
    }

    private void both(Input input) {
      arrays.does(input);
      jobs.does(input);
    }

    private void plan() {
      int here;
      do {
        here = arrays.plans();
        assertThat(jobs.plans()).isEqualTo(here);
        starts += here;
      } while (here > 0);
    }

    private void step() {
      arrays.after(1000);
      jobs.after(1000);
      switch (random.nextInt(8)) {
        case 0, 1 -> submit(1 + random.nextInt(9));
        case 2 -> submit(0);
        case 3 -> cancel();
        case 4 -> again();
        default -> end();
      }
      arrays.ticks();
      jobs.ticks();
    }

    /** An array of so many tasks, or one job that is none. */
    private void submit(int tasks) {
      int spread = 1 + random.nextInt(3);
      String name = String.format("s%03d", submissions++);
      long limitMs = 10_000L * (1 + random.nextInt(6));
      int cores = 1 + random.nextInt(3);
      int nodes = 1 + random.nextInt(2);
      JobRequest.Builder asked = request(cores, nodes, limitMs);
      if (tasks > 0) {
        asked.array("0-" + (tasks - 1) * spread + ":" + spread);
      }
      if (arrays.hears(SchedulerStory.submission("liwei", asked)) instanceof Reply.Rejected) {
        return;
      }
      whole.put(name, new JobId(arrays.machine.state().lastJobId()));
      for (int i = 0; i < Math.max(1, tasks); i++) {
        single.put(
            tasks == 0 ? name : task(name, i * spread),
            jobs.submits("liwei", request(cores, nodes, limitMs)));
      }
    }

    private static String task(String name, int index) {
      return String.format("%s_%03d", name, index);
    }

    private JobRequest.Builder request(int cores, int nodes, long limitMs) {
      return script().cpusPerTask(cores).nodes(nodes).limitMs(limitMs);
    }

    /** All of a submission, or one task of it. */
    private void cancel() {
      String name = anyOf(whole.keySet().stream().toList());
      if (name == null) {
        return;
      }
      List<String> ofName = single.keySet().stream().filter(each -> each.startsWith(name)).toList();
      String one = anyOf(ofName);
      if (random.nextBoolean() && one.contains("_")) {
        int index = Integer.parseInt(one.substring(one.indexOf('_') + 1));
        arrays.does(new Input.CancelTasks(user("liwei"), whole.get(name), "" + index));
        jobs.does(new Input.CancelJob(user("liwei"), single.get(one)));
      } else {
        arrays.does(new Input.CancelJob(user("liwei"), whole.get(name)));
        ofName.forEach(each -> jobs.does(new Input.CancelJob(user("liwei"), single.get(each))));
      }
      killed(arrays);
      killed(jobs);
    }

    /** A run that is told to run again does so at once. */
    private void again() {
      String name = anyOf(new ArrayList<>(running(arrays).keySet()));
      if (name != null) {
        arrays.does(new Input.RequeueJob(user("liwei"), idOf(arrays, name)));
        jobs.does(new Input.RequeueJob(user("liwei"), single.get(name)));
        killed(arrays);
        killed(jobs);
      }
    }

    private static void killed(SchedulerStory story) {
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        if (job.state() == JobState.COMPLETING) {
          story.exits(job.id(), 1);
        }
      }
    }

    private void end() {
      String name = anyOf(new ArrayList<>(running(arrays).keySet()));
      if (name != null) {
        arrays.exits(idOf(arrays, name), 0);
        jobs.exits(single.get(name), 0);
      }
    }

    private String anyOf(List<String> names) {
      return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
    }

    /** What runs, by name, with where and since when. */
    private TreeMap<String, String> running(SchedulerStory story) {
      TreeMap<String, String> out = new TreeMap<>();
      for (ClusterImage.JobImage job : story.machine.image().jobs()) {
        if (job.state() == JobState.RUNNING) {
          out.put(nameOf(story, job), job.startMs() + " " + job.attempt() + job.allocations());
        }
      }
      return out;
    }

    private JobId idOf(SchedulerStory story, String name) {
      return story.machine.image().jobs().stream()
          .filter(job -> job.state() == JobState.RUNNING && nameOf(story, job).equals(name))
          .map(ClusterImage.JobImage::id)
          .findFirst()
          .orElseThrow();
    }

    private String nameOf(SchedulerStory story, ClusterImage.JobImage job) {
      TreeMap<String, JobId> names = story == arrays ? whole : single;
      JobId id = job.task() == null ? job.id() : job.task().array();
      String name =
          names.entrySet().stream()
              .filter(each -> each.getValue().equals(id))
              .map(java.util.Map.Entry::getKey)
              .findFirst()
              .orElseThrow();
      return job.task() == null ? name : task(name, job.task().index());
    }
  }
}

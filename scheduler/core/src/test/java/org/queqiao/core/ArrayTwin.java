package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/** One site with arrays and one with as many jobs, to which the same happens. */
final class ArrayTwin {
  private static final List<String> USERS = List.of("liwei", "wangfang");

  final SchedulerStory arrays = SchedulerStory.site().withoutChecks();
  final SchedulerStory jobs = SchedulerStory.site().withoutChecks();

  /** The arrays and jobs of the one by name. */
  private final TreeMap<String, JobId> whole = new TreeMap<>();

  /** The tasks and jobs of the other by name. */
  private final TreeMap<String, JobId> single = new TreeMap<>();

  private final TreeMap<String, String> users = new TreeMap<>();

  /**
   * Both sites.
   *
   * @param weights whether age and size order the queue
   * @param cores of each node
   */
  record Site(SchedulingDefined scheduling, boolean weights, List<Integer> cores) {}

  /** Something that happens to both; what is picked depends on what is there then. */
  sealed interface Move {
    /** An array of so many tasks, or one job that is none. */
    record Submit(int tasks, int spread, long limitMs, int cores, int nodes, int user)
        implements Move {}

    /** All of a submission, or one task of it. */
    record Cancel(int which, int task) implements Move {}

    /** A run that is told to run again does so at once. */
    record Again(int which) implements Move {}

    /** All of a submission is held, or released. */
    record HoldOrRelease(int which) implements Move {}

    /** One waiting task is held, or released. */
    record HoldTask(int which, int task) implements Move {}

    /** A run ends. */
    record End(int which) implements Move {}
  }

  ArrayTwin(Site site) {
    for (int i = 0; i < site.cores().size(); i++) {
      int cores = site.cores().get(i);
      both(new Input.RegisterNode(facts("n" + i, "b", cores, cores * GIB), List.of(), List.of()));
    }
    both(new Input.DefineScheduling(SchedulerStory.OWNER, site.scheduling()));
    if (site.weights()) {
      both(new Input.DefinePriorityPolicy(SchedulerStory.OWNER, weights()));
    }
  }

  private static PriorityPolicy weights() {
    PriorityPolicy none = PriorityPolicy.DEFAULT;
    return new PriorityPolicy(
        10, 0, 20, 0, 0, 0, 0, 1, true, 8, 60_000, none.halfLifeMs(), List.of(), List.of());
  }

  /** Plays all moves; says how many starts were the same on both sites. */
  int plays(List<Move> moves) {
    int starts = 0;
    for (Move move : moves) {
      arrays.after(1000);
      jobs.after(1000);
      play(move);
      arrays.ticks();
      jobs.ticks();
      starts += plan();
      assertThat(running(arrays)).as("after %s", move).isEqualTo(running(jobs));
    }
    return starts;
  }

  private int plan() {
    int starts = 0;
    int here;
    do {
      here = arrays.plans();
      assertThat(jobs.plans()).as("starts of a pass of jobs").isEqualTo(here);
      starts += here;
    } while (here > 0);
    return starts;
  }

  private void both(Input input) {
    arrays.does(input);
    jobs.does(input);
  }

  private void play(Move move) {
    switch (move) {
      case Move.Submit submit -> submit(submit);
      case Move.Cancel cancel -> cancel(cancel);
      case Move.Again again -> again(pick(running(arrays), again.which()));
      case Move.HoldOrRelease hold -> holdOrRelease(pick(whole, hold.which()));
      case Move.HoldTask hold -> holdTask(pick(whole, hold.which()), hold.task());
      case Move.End end -> end(pick(running(arrays), end.which()));
    }
  }

  private static String pick(Map<String, ?> named, int which) {
    return named.isEmpty() ? null : named.keySet().stream().toList().get(which % named.size());
  }

  private void submit(Move.Submit move) {
    String name = String.format("s%03d", whole.size());
    String user = USERS.get(move.user());
    JobRequest.Builder asked = request(move);
    if (move.tasks() > 0) {
      asked.array("0-" + (move.tasks() - 1) * move.spread() + ":" + move.spread());
    }
    if (arrays.hears(SchedulerStory.submission(user, asked)) instanceof Reply.Rejected) {
      return;
    }
    whole.put(name, new JobId(arrays.machine.state().lastJobId()));
    users.put(name, user);
    for (int i = 0; i < Math.max(1, move.tasks()); i++) {
      single.put(
          move.tasks() == 0 ? name : task(name, i * move.spread()),
          jobs.submits(user, request(move)));
    }
  }

  private static String task(String name, int index) {
    return String.format("%s_%03d", name, index);
  }

  private static JobRequest.Builder request(Move.Submit move) {
    return script().cpusPerTask(move.cores()).nodes(move.nodes()).limitMs(move.limitMs());
  }

  private List<String> tasksOf(String name) {
    return single.keySet().stream().filter(each -> each.startsWith(name)).toList();
  }

  private void cancel(Move.Cancel move) {
    String name = pick(whole, move.which());
    if (name == null) {
      return;
    }
    List<String> ofName = tasksOf(name);
    String one = move.task() < 0 ? name : ofName.get(move.task() % ofName.size());
    if (one.contains("_")) {
      String index = "" + Integer.parseInt(one.substring(one.indexOf('_') + 1));
      arrays.does(new Input.CancelTasks(user(users.get(name)), whole.get(name), index));
      jobs.does(new Input.CancelJob(user(users.get(name)), single.get(one)));
    } else {
      arrays.does(new Input.CancelJob(user(users.get(name)), whole.get(name)));
      ofName.forEach(
          each -> jobs.does(new Input.CancelJob(user(users.get(name)), single.get(each))));
    }
    killed(arrays);
    killed(jobs);
  }

  private void again(String name) {
    if (name != null && !passesHeldTask(name)) {
      String user = users.get(name.substring(0, 4));
      arrays.does(new Input.RequeueJob(user(user), idOf(arrays, name)));
      jobs.does(new Input.RequeueJob(user(user), single.get(name)));
      killed(arrays);
      killed(jobs);
    }
  }

  /**
   * Whether a task before it has never started because it was held: a task that waits again goes
   * before it once it is released, where a job would go behind it.
   */
  private boolean passesHeldTask(String name) {
    return tasksOf(name.substring(0, 4)).stream()
        .filter(each -> each.compareTo(name) < 0)
        .map(each -> jobs.job(single.get(each)))
        .anyMatch(job -> job.state() == JobState.PENDING && job.attempt() == 0);
  }

  private void holdOrRelease(String name) {
    if (name == null) {
      return;
    }
    List<JobId> waiting =
        tasksOf(name).stream()
            .map(single::get)
            .filter(id -> jobs.state(id) == JobState.PENDING)
            .toList();
    if (waiting.isEmpty()) {
      return;
    }
    boolean held = waiting.stream().allMatch(id -> jobs.job(id).heldByUser());
    String user = users.get(name);
    arrays.does(
        held
            ? new Input.ReleaseJob(user(user), whole.get(name))
            : new Input.HoldJob(user(user), whole.get(name)));
    for (JobId id : waiting) {
      jobs.does(held ? new Input.ReleaseJob(user(user), id) : new Input.HoldJob(user(user), id));
    }
  }

  private void holdTask(String name, int task) {
    if (name == null) {
      return;
    }
    List<String> waiting =
        tasksOf(name).stream()
            .filter(each -> each.contains("_"))
            .filter(each -> jobs.state(single.get(each)) == JobState.PENDING)
            .toList();
    boolean whole =
        waiting.stream().anyMatch(each -> arrays.job(this.whole.get(name)).heldByUser());
    if (waiting.isEmpty() || whole) {
      return;
    }
    String one = waiting.get(task % waiting.size());
    String index = "" + Integer.parseInt(one.substring(one.indexOf('_') + 1));
    boolean held = jobs.job(single.get(one)).heldByUser();
    Actor owner = user(users.get(name));
    JobId array = this.whole.get(name);
    arrays.does(
        held ? new Input.ReleaseJob(owner, array, index) : new Input.HoldJob(owner, array, index));
    jobs.does(
        held
            ? new Input.ReleaseJob(owner, single.get(one))
            : new Input.HoldJob(owner, single.get(one)));
  }

  /** Ends what is told to end, by name, so that both sites learn in the same order. */
  private void killed(SchedulerStory story) {
    TreeMap<String, JobId> ending = new TreeMap<>();
    for (ClusterImage.JobImage job : story.machine.image().jobs()) {
      if (job.state() == JobState.COMPLETING) {
        ending.put(nameOf(story, job), job.id());
      }
    }
    ending.values().forEach(id -> story.exits(id, 1));
  }

  private void end(String name) {
    if (name != null) {
      arrays.exits(idOf(arrays, name), 0);
      jobs.exits(single.get(name), 0);
    }
  }

  /** What runs, by name, with where and since when. */
  private TreeMap<String, String> running(SchedulerStory story) {
    TreeMap<String, String> out = new TreeMap<>();
    for (ClusterImage.JobImage job : story.machine.image().jobs()) {
      if (job.state() == JobState.RUNNING) {
        out.put(
            nameOf(story, job),
            job.startMs() + " " + job.attempt() + job.allocations() + job.predictedMs());
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
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    return job.task() == null ? name : task(name, job.task().index());
  }
}

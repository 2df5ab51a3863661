package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.ForwardOutcome;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.RunTimes;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/**
 * Nobody delays the protected job beyond the start that declared limits gave it: on a machine of
 * arrays, licences, jobs of several nodes and maintenance, where most runs end long before their
 * limits. What declared limits give is found on a copy, on which the job waits alone and every run
 * lasts to its limit.
 */
final class ProtectedJobPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(25, 600);
  private static final int MOVES = 70;
  private static final long MINUTE_MS = 60_000;

  /** How many jobs are promised a start: one, some, or all that wait. */
  private static final List<Integer> RESERVATIONS = List.of(1, 2, 5, 1_000_000);

  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  /** What happens next; drawn once, so that a part of it can be played again. */
  private sealed interface Move {
    /** Somebody submits; the runs last so many thousandths of their limit. */
    record Submit(String user, Wish wish, int permille) implements Move {}

    /** Time goes by, from one end to the next. */
    record Later(long ms) implements Move {}

    /** One of the newest jobs is not wanted any more. */
    record Cancel(int which) implements Move {}
  }

  private record Wish(
      int kind, int nodes, int cores, long limitMs, int tasks, int licences, QosName qos) {}

  private record Site(
      String policy,
      boolean beliefs,
      boolean preempts,
      List<Integer> cores,
      List<Long> windows,
      int reservations,
      long ageWeight) {}

  private int heads;
  private int promises;
  private int claims;

  @ParameterizedTest
  @ValueSource(strings = {"fcfs", "easy", "easy-sjbf", "conservative", "default"})
  void startsNoLaterThanDeclaredLimitsGaveIt(String policy) {
    SeededProperty.holds(
        SeededProperty.seeds(SEEDS, 297, 317, 493), seed -> new Histories(seed, policy));
    assertThat(states(policy) ? promises : heads)
        .as("protected jobs that were followed")
        .isGreaterThan(SEEDS);
    assertThat(claims).as("jobs for which others were ended").isGreaterThan(SEEDS / 2);
  }

  /** Whether promises on declared limits are stated. */
  private static boolean states(String policy) {
    return policy.equals("default") || policy.equals(SchedulingDefined.CONSERVATIVE);
  }

  private final class Histories implements SeededProperty.Case<Move> {
    private final Site site;
    private final List<Move> moves;

    private Histories(long seed, String policy) {
      SplittableRandom random = new SplittableRandom(seed);
      site = site(random, policy, new SplittableRandom(~seed));
      moves = ProtectedJobPropertyTest.moves(random, site);
    }

    @Override
    public List<Move> moves() {
      return moves;
    }

    @Override
    public void plays(List<Move> some, Consumer<String> says) {
      new History(site).plays(some);
    }

    @Override
    public String about() {
      return site.toString();
    }
  }

  /** Another source draws what only the policy default asks. */
  private static Site site(SplittableRandom random, String policy, SplittableRandom more) {
    boolean asks = policy.equals(SchedulingDefined.DEFAULT.policy());
    int reservations = asks ? RESERVATIONS.get(more.nextInt(RESERVATIONS.size())) : 1;
    long ageWeight = asks && more.nextInt(3) == 0 ? 1 + more.nextInt(5_000) : 0;
    List<Integer> cores = new ArrayList<>();
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      cores.add(2 + random.nextInt(5));
    }
    List<Long> windows = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      windows.add((3 + random.nextInt(40)) * HOUR_MS);
    }
    return new Site(
        policy,
        random.nextInt(4) > 0,
        random.nextInt(3) == 0,
        cores,
        windows,
        reservations,
        ageWeight);
  }

  private static List<Move> moves(SplittableRandom random, Site site) {
    List<Move> moves = new ArrayList<>();
    for (int i = 0; i < MOVES; i++) {
      moves.add(
          switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                new Move.Submit(
                    List.of("liwei", "wangfang", "chenjie").get(random.nextInt(3)),
                    wish(random, site),
                    random.nextInt(4) == 0 ? 1000 : 1 + random.nextInt(300));
            case 4 -> new Move.Cancel(random.nextInt(8));
            default -> new Move.Later(1 + random.nextLong(2 * HOUR_MS));
          });
    }
    return moves;
  }

  private static Wish wish(SplittableRandom random, Site site) {
    QosName qos = !site.preempts() ? null : random.nextInt(5) == 0 ? URGENT : LOW;
    int nodes = 1 + random.nextInt(random.nextInt(site.cores().size()) + 1);
    return new Wish(
        random.nextInt(3),
        nodes,
        1 + random.nextInt(4),
        5 * MINUTE_MS + random.nextLong(5 * HOUR_MS),
        random.nextInt(5) == 0 ? 2 + random.nextInt(4) : 0,
        random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0,
        qos);
  }

  /** Who was promised a start; a task is null for a job. */
  private record Promised(JobId job, Integer task) {}

  /** One cluster. */
  private final class History {
    private final Site site;
    private final SchedulerStory story = SchedulerStory.site().withoutChecks();
    private final TreeMap<JobId, Integer> permille = new TreeMap<>();

    /** By job or array: until when it is to start at the latest. */
    private final TreeMap<JobId, Long> bounds = new TreeMap<>();

    /** When each job or task was promised to start. */
    private final Map<Promised, Long> rooms = new HashMap<>();

    private JobId head;
    private int seen;

    private History(Site site) {
      this.site = site;
    }

    private void plays(List<Move> moves) {
      begin();
      for (Move each : moves) {
        switch (each) {
          case Move.Submit submit -> submit(submit);
          case Move.Later later -> pass(later.ms());
          case Move.Cancel cancel -> cancel(cancel.which());
        }
        plan();
      }
    }

    private void begin() {
      story.does(
          new Input.DefineScheduling(
              OWNER, new SchedulingDefined(site.policy(), site.reservations())));
      if (site.ageWeight() > 0) {
        story.does(new Input.DefinePriorityPolicy(OWNER, byAge(site.ageWeight())));
      }
      for (int i = 0; i < site.cores().size(); i++) {
        story.node("n" + i, site.cores().get(i));
      }
      story.does(new Input.DefineLicence(OWNER, new LicenceDefined("solver", 2)));
      if (!site.beliefs()) {
        story.does(
            new Input.DefinePartition(
                OWNER,
                new PartitionDefined(SchedulerStory.BATCH, true, HOUR_MS, 24 * HOUR_MS, "", true)));
      }
      if (site.preempts()) {
        qualities();
      }
      for (int i = 0; i < site.windows().size(); i++) {
        window(i, site.windows().get(i));
      }
    }

    private static PriorityPolicy byAge(long weight) {
      return new PriorityPolicy(
          weight, 0, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, HOUR_MS, List.of(), List.of());
    }

    /** One may push the other aside: not where nobody is, because that is planned otherwise. */
    private void qualities() {
      PreemptRules rules = new PreemptRules(PreemptMode.REQUEUE, 60_000, 0);
      story.does(new Input.DefineQos(OWNER, new QosDefined(LOW, "Low", 0, List.of(), rules)));
      story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 0, List.of(LOW))));
    }

    private void window(int number, long inMs) {
      story.does(
          new Input.DefineReservation(
              SchedulerStory.user("admin1"),
              new ReservationRequest(
                  new ReservationName("w" + number),
                  "",
                  story.nowMs + inMs,
                  null,
                  2 * HOUR_MS,
                  number == 0 ? Repeat.DAILY : Repeat.ONCE,
                  null,
                  List.of(new NodeName("n" + number)),
                  null,
                  null,
                  List.of(),
                  List.of(),
                  true,
                  false,
                  false)));
    }

    private void submit(Move.Submit move) {
      Wish wish = move.wish();
      JobRequest.Builder request =
          script()
              .name("kind" + wish.kind())
              .nodes(wish.nodes())
              .tasks(wish.nodes())
              .cpusPerTask(wish.cores())
              .limitMs(wish.limitMs())
              .qos(wish.qos());
      if (wish.tasks() > 0) {
        request.array("1-" + wish.tasks());
      }
      if (wish.licences() > 0) {
        request.placement(
            JobPlacement.builder().licences(Map.of("solver", wish.licences())).build());
      }
      if (story.hears(SchedulerStory.submission(move.user(), request))
          instanceof Reply.JobAccepted accepted) {
        permille.put(accepted.job(), move.permille());
      }
    }

    /** Not of an array: that would end its runs, and nobody knows when they are gone. */
    private void cancel(int which) {
      List<ClusterImage.JobImage> waiting =
          waiting(story.machine.image()).stream().filter(job -> job.array() == null).toList();
      if (which < waiting.size()) {
        story.does(
            new Input.CancelJob(
                SchedulerStory.user("admin1"), waiting.get(waiting.size() - 1 - which).id()));
      }
    }

    /** From one end, deadline or retry to the next. */
    private void pass(long ms) {
      long untilMs = story.nowMs + ms;
      while (story.nowMs < untilMs) {
        long nextMs = untilMs;
        for (ClusterImage.JobImage job : running()) {
          nextMs = Math.min(nextMs, endMs(job));
        }
        long dueMs = story.machine.state().nextDeadlineMs().orElse(untilMs);
        story.after(Math.max(1, Math.min(nextMs, dueMs) - story.nowMs));
        for (ClusterImage.JobImage job : running()) {
          if (endMs(job) <= story.nowMs) {
            story.exits(job.id(), 0);
          }
        }
        story.ticks();
        plan();
      }
    }

    private List<ClusterImage.JobImage> running() {
      return story.machine.image().jobs().stream()
          .filter(job -> job.state() == JobState.RUNNING || job.state() == JobState.COMPLETING)
          .toList();
    }

    /** A run that is pushed aside uses all of its grace. */
    private long endMs(ClusterImage.JobImage job) {
      if (job.state() == JobState.COMPLETING) {
        return Math.max(story.nowMs, job.preemption().killMs());
      }
      JobId id = job.task() == null ? job.id() : job.task().array();
      return job.startMs() + Math.max(1, job.spec().limitMs() * permille.get(id) / 1000);
    }

    private void plan() {
      while (story.hears(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more()) {
        // until nothing more starts
      }
      read();
      follow();
    }

    private void read() {
      for (; seen < story.log.size(); seen++) {
        LoggedEvent logged = story.log.get(seen);
        switch (logged.event()) {
          case JobAllocated e -> starts(story.job(e.run().job()), logged.timeMs());
          case JobPromised e when states(site.policy()) -> promised(e);
          case JobKillRequested e when e.preemptor() != null -> claims(e, logged.timeMs());
          default -> {
            // says nothing of starts
          }
        }
      }
    }

    private void starts(ClusterImage.JobImage job, long nowMs) {
      JobId id = job.task() == null ? job.id() : job.task().array();
      Long bound = bounds.remove(id);
      if (bound != null) {
        assertThat(nowMs).as("start of job %s", id).isLessThanOrEqualTo(bound);
      }
      if (id.equals(head)) {
        head = null;
      }
    }

    private void claims(JobKillRequested kill, long nowMs) {
      claims++;
      long graceMs = PreemptRules.graceOf(kill.graceMs());
      bounds.putIfAbsent(kill.preemptor(), nowMs + graceMs);
    }

    /** A stated promise is what limits give, and is kept; the only one within an hour. */
    private void promised(JobPromised promise) {
      if (site.preempts() || !stands(promise)) {
        return;
      }
      promises++;
      if (site.policy().equals("default")) {
        keepsItsRoom(promise);
      }
      boolean alone = site.reservations() == 1 && site.policy().equals("default");
      long toleratedMs = alone ? HOUR_MS : 0;
      assertThat(declared(promise.job()))
          .as("what limits give to job %s alone when it is promised", promise.job())
          .isLessThanOrEqualTo(promise.startMs() + toleratedMs)
          .isGreaterThanOrEqualTo(alone ? promise.startMs() : 0);
      bounds.put(promise.job(), promise.startMs() + toleratedMs);
    }

    /**
     * No node is lost and no window comes here, so nobody needs other room than it was promised.
     */
    private void keepsItsRoom(JobPromised promise) {
      Promised to = new Promised(promise.job(), promise.task());
      Long before = rooms.put(to, promise.startMs());
      boolean many = site.reservations() > 1;
      assertThat(before != null && many).as("a second promise to %s", to).isFalse();
      assertThat(promise.nodes() != null).isEqualTo(many);
    }

    /** Whether it is the last to a job, or to a task of an array, that waits. */
    private boolean stands(JobPromised promise) {
      return waiting(story.machine.image()).stream()
          .anyMatch(job -> job.id().equals(promise.job()) && job.promisedMs() == promise.startMs());
    }

    /** The first of the queue keeps what limits give it, whoever comes behind it. */
    private void follow() {
      List<ClusterImage.JobImage> waiting = waiting(story.machine.image());
      bounds.keySet().removeIf(id -> waiting.stream().noneMatch(job -> job.id().equals(id)));
      if (site.preempts() || states(site.policy()) || waiting.isEmpty()) {
        return;
      }
      JobId first = waiting.getFirst().id();
      if (!first.equals(head)) {
        bounds.clear();
        head = first;
        heads++;
      }
      long declaredMs = declared(first);
      Long bound = bounds.get(first);
      if (bound != null) {
        assertThat(declaredMs)
            .as("what limits give to job %s now", first)
            .isLessThanOrEqualTo(bound);
      }
      bounds.put(first, declaredMs);
    }

    /** When a job would start if it waited alone and every run lasted to its limit. */
    private long declared(JobId id) {
      ForwardRun run = new ForwardRun(story.machine.image(), RunTimes.DECLARED, story.nowMs);
      for (ClusterImage.JobImage each : waiting(story.machine.image())) {
        if (!each.id().equals(id)) {
          run.tell(new Input.HoldJob(SchedulerStory.user("admin1"), each.id()));
        }
      }
      ForwardOutcome outcome =
          run.run(
              List.of(id),
              new ForwardRun.Bounds(story.nowMs + 500 * HOUR_MS, 100_000, () -> false));
      return outcome.starts().get(id);
    }
  }

  private static List<ClusterImage.JobImage> waiting(ClusterImage image) {
    return image.jobs().stream()
        .filter(job -> job.state() == JobState.PENDING)
        .filter(job -> job.array() == null || !job.array().waiting().isEmpty())
        .toList();
  }
}

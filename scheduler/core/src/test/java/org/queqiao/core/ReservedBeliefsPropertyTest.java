package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.reservation.Repeat;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Beside reservations the plan believes what it has learnt of run times, and yet: the nodes of a
 * reservation are free when it begins, and who was promised a start gets it.
 */
final class ReservedBeliefsPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(60, 2_000);
  private static final int STEPS = 120;
  private static final long MINUTE_MS = 60_000;
  private static final List<String> USERS = List.of("liwei", "wangfang", "chenjie");

  /** How many runs were started by a belief below their limit, over all seeds. */
  private int believed;

  private int opened;
  private int promised;

  @Test
  void theNodesOfAReservationAreFreeWhenItBeginsWhateverIsBelieved() {
    SeededProperty.holds(SEEDS, Histories::new);
    assertThat(believed).as("runs planned by a belief").isGreaterThan(SEEDS * 10);
    assertThat(opened).as("reservations that began").isGreaterThan(SEEDS);
    assertThat(promised).as("promised starts").isGreaterThan(SEEDS);
  }

  private final class Histories implements SeededProperty.Case<Step> {
    private final long seed;

    private Histories(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 1_000_003), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      new History(seed, says).run(moves);
    }
  }

  /** One cluster; runs last much shorter than their limits, or all of them. */
  private final class History {
    private SplittableRandom random;
    private final SchedulerStory story = SchedulerStory.site().withoutChecks();

    /** By job: when its run ends by itself. */
    private final TreeMap<JobId, Long> ends = new TreeMap<>();

    private final TreeMap<ReservationName, Reservation> rules = new TreeMap<>();

    /** Runs in reservations go on behind their ends, so promises count only without such. */
    private final boolean maintenanceAlone;

    private int seen;

    private History(long seed, Consumer<String> says) {
      random = new SplittableRandom(seed);
      story.saying(says);
      maintenanceAlone = seed % 2 == 0;
    }

    private void run(List<Step> steps) {
      for (int i = 1; i <= 4; i++) {
        story.node("n" + i, 4);
      }
      reserve("daily", 4 + random.nextInt(8), Repeat.DAILY, "n1", maintenanceAlone);
      reserve("once", 6 + random.nextInt(30), Repeat.ONCE, "n" + (2 + random.nextInt(3)), true);
      for (Step step : steps) {
        random = step.dice();
        if (random.nextInt(3) > 0) {
          submit();
        } else {
          pass(1 + random.nextLong(2 * HOUR_MS));
        }
        story.plans();
        look();
      }
    }

    private void reserve(String name, int inHours, Repeat repeat, String node, boolean nobody) {
      story.does(
          new Input.DefineReservation(
              SchedulerStory.user("admin1"),
              new ReservationRequest(
                  new ReservationName(name),
                  "",
                  story.nowMs + inHours * HOUR_MS,
                  null,
                  HOUR_MS + random.nextLong(3 * HOUR_MS),
                  repeat,
                  null,
                  List.of(new NodeName(node)),
                  null,
                  null,
                  nobody ? List.of() : List.of(new UserName("liwei")),
                  List.of(),
                  nobody,
                  !nobody && random.nextBoolean(),
                  random.nextBoolean())));
    }

    private void submit() {
      int nodes = 1 + random.nextInt(random.nextInt(4) + 1);
      JobRequest.Builder request =
          SchedulerStory.script()
              .name("kind" + random.nextInt(3))
              .nodes(nodes)
              .tasks(nodes)
              .cpusPerTask(1 + random.nextInt(4))
              .limitMs(5 * MINUTE_MS + random.nextLong(6 * HOUR_MS));
      if (!maintenanceAlone && random.nextInt(6) == 0) {
        request.nodes(1).tasks(1).reservation(new ReservationName("daily"));
      }
      story.hears(SchedulerStory.submission(USERS.get(random.nextInt(USERS.size())), request));
    }

    /** Time goes on from one end or deadline to the next. */
    private void pass(long ms) {
      long untilMs = story.nowMs + ms;
      while (story.nowMs < untilMs) {
        long nextMs = untilMs;
        for (long each : ends.values()) {
          nextMs = Math.min(nextMs, each);
        }
        long dueMs = story.machine.state().nextDeadlineMs().orElse(untilMs);
        nextMs = Math.min(nextMs, Math.max(dueMs, story.nowMs + 1));
        story.after(Math.max(1, nextMs - story.nowMs));
        end();
        story.ticks();
        look();
        story.plans();
        look();
      }
    }

    private void end() {
      for (Map.Entry<JobId, Long> each : new TreeMap<>(ends).entrySet()) {
        if (each.getValue() <= story.nowMs) {
          ends.remove(each.getKey());
          story.exits(each.getKey(), 0);
        }
      }
    }

    /** Reads the new facts. */
    private void look() {
      for (; seen < story.log.size(); seen++) {
        LoggedEvent logged = story.log.get(seen);
        switch (logged.event()) {
          case ReservationDefined e -> rules.put(e.reservation().name(), e.reservation());
          case ReservationOpened e -> opens(e.reservation());
          case JobAllocated e -> starts(e, logged.timeMs());
          default -> {
            // says nothing of who runs where
          }
        }
      }
    }

    private void opens(ReservationName name) {
      opened++;
      story.machine.image().jobs().stream()
          .filter(job -> !job.state().isTerminal() && !name.equals(job.reservation()))
          .flatMap(job -> job.allocations().stream().map(Allocation::node))
          .forEach(node ->
              assertThat(rules.get(name).nodes()).as("nodes of " + name).doesNotContain(node));
    }

    private void starts(JobAllocated start, long nowMs) {
      JobId id = start.run().job();
      long limitMs = story.job(id).spec().limitMs();
      boolean whole = random.nextInt(4) == 0;
      ends.put(id, nowMs + (whole ? limitMs : 1 + limitMs / (4 + random.nextInt(20))));
      believed += start.predictedMs() > 0 && start.predictedMs() < limitMs ? 1 : 0;
      long promisedMs = story.job(id).promisedMs();
      if (promisedMs > 0 && maintenanceAlone) {
        promised++;
        assertThat(nowMs).as("start of job " + id).isLessThanOrEqualTo(promisedMs + HOUR_MS);
      }
    }
  }
}

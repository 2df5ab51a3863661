package org.queqiao.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;

/** Core time of the past, exact where it is new and by the minute where it is old. */
final class UtilisationTest {
  private static final NodeName NODE = new NodeName("n1");
  private static final long START = 60_000_000;

  private final List<LoggedEvent> log = new ArrayList<>();

  private void at(long ms, Event event) {
    log.add(new LoggedEvent(log.size() + 1, 1, START + ms, Actor.SCHEDULER, event));
  }

  private void node() {
    at(0, new NodeRegistered(new NodeFacts(NODE, "b", 8, 1 << 30, List.of(), "1", "6", List.of())));
    at(0, new NodeUp(NODE, "b"));
  }

  private void run(long job, int cores, long fromMs, long toMs, long learntMs) {
    List<Integer> ids = IntStream.range(0, cores).boxed().toList();
    at(
        fromMs,
        new JobAllocated(
            new RunId(new JobId(job), 1), List.of(new Allocation(NODE, ids, 1, List.of()))));
    at(
        learntMs,
        new JobEnded(new JobId(job), 1, JobState.COMPLETED, START + toMs, null, false, ""));
  }

  private static Utilisation.CoreTime sum(Utilisation of, long fromMs, long toMs) {
    return of.steps(START + fromMs, START + toMs, toMs - fromMs).getFirst().time();
  }

  @Test
  void aRunCountsFromItsAllocationToItsEndHoweverLateThatIsLearnt() {
    node();
    run(1, 3, 1_000, 4_000, 90_000);
    Utilisation utilisation = new Utilisation(1_000, 1_000);
    utilisation.committed(log);
    assertThat(sum(utilisation, 0, 10_000))
        .isEqualTo(new Utilisation.CoreTime(9_000, 80_000, 80_000));
    List<Utilisation.Step> steps = utilisation.steps(START, START + 10_000, 3_000);
    assertThat(steps).hasSize(4);
    assertThat(steps.stream().map(step -> step.time().allocatedCoreMs()))
        .containsExactly(6_000L, 3_000L, 0L, 0L);
    assertThat(steps.getLast().toMs()).isEqualTo(START + 10_000);
  }

  @Test
  void aNodeThatIsDownIsInstalledAndNotUp() {
    node();
    at(5_000, new NodeDown(NODE, START + 5_000, "silent"));
    at(8_000, new NodeUp(NODE, "b"));
    Utilisation utilisation = new Utilisation(1_000, 1_000);
    utilisation.committed(log);
    assertThat(sum(utilisation, 0, 10_000))
        .isEqualTo(new Utilisation.CoreTime(0, 8 * 7_000, 8 * 10_000));
  }

  @Test
  void addedUpMinutesSayTheSameAsEachChange() {
    node();
    for (int job = 1; job <= 200; job++) {
      long from = job * 7_000L;
      run(job, 1 + job % 5, from, from + 6_500, from + 6_900);
    }
    Utilisation exact = new Utilisation(100_000, 1_000);
    exact.committed(log);
    Utilisation folded = new Utilisation(50, 1_000);
    for (LoggedEvent each : log) {
      folded.committed(List.of(each));
    }
    for (int minute = 0; minute < 24; minute++) {
      assertThat(sum(folded, minute * 60_000L, (minute + 1) * 60_000L))
          .as("minute " + minute)
          .isEqualTo(sum(exact, minute * 60_000L, (minute + 1) * 60_000L));
    }
  }

  @Test
  void anEndThatIsLearntAfterItsMinuteWasAddedUpCorrectsIt() {
    node();
    run(1, 4, 1_000, 2_000, 1_200_000);
    for (int job = 2; job <= 40; job++) {
      run(
          job,
          1,
          1_200_000 + job * 10_000L,
          1_200_000 + job * 10_000L + 1_000,
          1_200_000 + job * 10_000L + 1_000);
    }
    log.sort(java.util.Comparator.comparingLong(LoggedEvent::position));
    LoggedEvent end = log.remove(3);
    log.add(
        new LoggedEvent(
            log.getLast().position() + 1, 1, START + 2_000_000, end.actor(), end.event()));
    Utilisation utilisation = new Utilisation(10, 1_000);
    for (LoggedEvent each : log) {
      utilisation.committed(List.of(each));
    }
    assertThat(sum(utilisation, 0, 60_000).allocatedCoreMs()).isEqualTo(4_000);
    assertThat(sum(utilisation, 60_000, 1_140_000).allocatedCoreMs()).isZero();
  }
}

package org.queqiao.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.SchedulerMachine;

/** The read model after facts. */
final class ClusterViewTest {
  private static final UserName ANN = new UserName("ann");
  private static final UserName BEN = new UserName("ben");
  private static final ProjectName PROJECT = new ProjectName("p");
  private static final NodeName NODE = new NodeName("n1");

  private final List<Throwable> faults = new ArrayList<>();
  private final List<LoggedEvent> log = new ArrayList<>();
  private final ClusterView view =
      new ClusterView(new SchedulerMachine().image(), 100, faults::add);
  private long position;

  private void happens(Event... events) {
    List<LoggedEvent> batch = new ArrayList<>();
    for (Event each : events) {
      position++;
      batch.add(new LoggedEvent(position, 1, 1_000 * position, Actor.SCHEDULER, each));
    }
    log.addAll(batch);
    view.committed(batch);
  }

  private void site() {
    happens(
        new PartitionDefined(new PartitionName("batch"), true, 1, 2),
        new DomainDefined(new DomainCode("d"), "D"),
        new ProjectDefined(PROJECT, "P", List.of(new DomainShare(new DomainCode("d"), 1000))),
        new UserDefined(ANN, "Ann", "ann", 1000, PROJECT),
        new UserDefined(BEN, "Ben", "ben", 1001, PROJECT),
        new MembershipSet(PROJECT, ANN, MemberRank.MEMBER),
        new MembershipSet(PROJECT, BEN, MemberRank.MEMBER),
        new NodeRegistered(new NodeFacts(NODE, "b", 4, 1 << 20, List.of(), "1", "6", List.of())),
        new NodeUp(NODE, "b"));
  }

  @Test
  void aProjectPaysBeforeFromItsApprovedCreditLineOnAndNotFromARejectedOne() {
    site();
    MoneyChange line = new MoneyChange.CreditLine(PROJECT, 5_000, "CNY");
    happens(new MoneyProposed(position + 1, line, "grant is late"));
    happens(new MoneyDecided(position, false, line, "not now"));
    assertThat(view.paysBefore(PROJECT)).isFalse();
    happens(new MoneyProposed(position + 1, line, "grant is late"));
    happens(new MoneyDecided(position, true, line, "seen"));
    assertThat(view.paysBefore(PROJECT)).isTrue();
    assertThat(faults).isEmpty();
  }

  private void submitted(long id, UserName user) {
    JobSpec spec =
        JobSpec.builder("j" + id, new byte[] {'#', '!'}, new PartitionName("batch"), PROJECT, 1)
            .shape(1, 2, 1)
            .stdoutPath("o")
            .build();
    happens(new JobSubmitted(new JobId(id), user, user.value(), 1000, spec, "", new byte[0]));
  }

  private void allocated(long id) {
    happens(
        new JobAllocated(
            new RunId(new JobId(id), 1),
            List.of(new Allocation(NODE, List.of(0, 1), 64, List.of()))));
  }

  private void ended(long id, int attempt, long endMs) {
    happens(
        new JobEnded(
            new JobId(id),
            attempt,
            attempt == 0 ? JobState.CANCELLED : JobState.COMPLETED,
            endMs,
            null,
            false,
            ""));
  }

  @Test
  void theStepsOfJobsAreThereAfterAStartFromASnapshot() {
    site();
    submitted(1, ANN);
    allocated(1);
    RunId run = new RunId(new JobId(1), 1);
    happens(
        new JobStarted(run, NODE, 9_000),
        new StepStarted(run, 0, "first", 2, List.of(NODE)),
        new StepEnded(run, 0, 3),
        new StepStarted(run, 1, "second", 1, List.of(NODE)));
    SchedulerMachine machine = new SchedulerMachine();
    log.forEach(machine::apply);
    ClusterView again =
        new ClusterView(ImageCodec.decode(ImageCodec.encode(machine.image())), 100, faults::add);
    assertThat(again.steps().of(1))
        .isEqualTo(view.steps().of(1))
        .extracting(StepBook.Step::name)
        .containsExactly("first", "second");
    ended(1, 1, 15_500);
    machine.apply(log.getLast());
    again = new ClusterView(machine.image(), 100, faults::add);
    assertThat(again.steps().of(1)).isEqualTo(view.steps().of(1));
    assertThat(faults).isEmpty();
  }

  private List<Long> ids(UserName asker, Set<JobState> states, int limit, long before) {
    return view
        .jobs()
        .page(new JobQuery(view.site().scopeOf(asker), states, null, null, 0, before, limit))
        .items()
        .stream()
        .map(JobEntry::id)
        .toList();
  }

  @Test
  void aRunHoldsItsNodeUntilItsEndAndIsMeteredToTheMillisecond() {
    site();
    submitted(1, ANN);
    allocated(1);
    long startMs = view.timeMs();
    assertThat(view.nodes().find(NODE).orElseThrow().coresAllocated()).isEqualTo(2);
    assertThat(view.jobs().count(JobState.RUNNING)).isEqualTo(1);
    ended(1, 1, startMs + 123);
    JobEntry job = view.jobs().find(1);
    assertThat(job.status().coreMs()).isEqualTo(246);
    assertThat(job.cores()).isEqualTo(2);
    assertThat(job.domain()).isEqualTo("d");
    assertThat(job.status().nodes()).containsExactly("n1");
    NodeEntry node = view.nodes().find(NODE).orElseThrow();
    assertThat(List.of(node.coresAllocated(), node.jobs())).containsOnly(0);
    assertThat(view.jobs().count(JobState.RUNNING)).isZero();
  }

  @Test
  void everybodySeesTheirOwnJobsAndARoleCountsAtOnce() {
    site();
    submitted(1, ANN);
    submitted(2, BEN);
    submitted(3, ANN);
    assertThat(ids(ANN, Set.of(), 10, Long.MAX_VALUE)).containsExactly(3L, 1L);
    assertThat(ids(BEN, Set.of(), 10, Long.MAX_VALUE)).containsExactly(2L);
    happens(new RoleGranted(BEN, Role.AUDITOR));
    assertThat(ids(BEN, Set.of(), 10, Long.MAX_VALUE)).containsExactly(3L, 2L, 1L);
    happens(new RoleRevoked(BEN, Role.AUDITOR));
    assertThat(ids(BEN, Set.of(), 10, Long.MAX_VALUE)).containsExactly(2L);
    happens(new MembershipSet(PROJECT, BEN, MemberRank.MANAGER));
    assertThat(ids(BEN, Set.of(), 10, Long.MAX_VALUE)).containsExactly(3L, 2L, 1L);
  }

  @Test
  void pagesFollowEachOtherWithoutGapOrDouble() {
    site();
    for (long id = 1; id <= 25; id++) {
      submitted(id, id % 2 == 0 ? ANN : BEN);
      if (id % 3 == 0) {
        ended(id, 0, view.timeMs());
      }
    }
    List<Long> paged = new ArrayList<>();
    long before = Long.MAX_VALUE;
    do {
      JobTable.Page page =
          view.jobs()
              .page(
                  new JobQuery(
                      view.site().scopeOf(ANN),
                      EnumSet.of(JobState.PENDING),
                      null,
                      null,
                      0,
                      before,
                      3));
      page.items().forEach(job -> paged.add(job.id()));
      before = page.nextBefore();
    } while (before != 0);
    assertThat(paged).containsExactly(22L, 20L, 16L, 14L, 10L, 8L, 4L, 2L);
  }

  @Test
  void theOldestEndedJobsBecomeHistoryAndThoseThatWaitStay() {
    site();
    for (long id = 1; id <= 300; id++) {
      submitted(id, ANN);
      if (id != 5) {
        ended(id, 0, view.timeMs());
      }
    }
    assertThat(view.jobs().size()).isLessThanOrEqualTo(112);
    assertThat(view.jobs().find(5)).isNotNull();
    assertThat(view.jobs().find(4)).isNull();
    assertThat(view.jobs().find(300)).isNotNull();
    assertThat(view.jobs().horizon()).isBetween(180L, 200L);
  }

  @Test
  void anAnswerIsReleasedWhenTheViewHasItsPosition() {
    List<String> order = new ArrayList<>();
    view.whenAt(0, () -> order.add("now"));
    view.whenAt(position + 9, () -> order.add("after the site"));
    view.whenAt(position + 10, () -> order.add("after the job"));
    assertThat(order).containsExactly("now");
    site();
    assertThat(order).containsExactly("now", "after the site");
    submitted(1, ANN);
    assertThat(order).containsExactly("now", "after the site", "after the job");
    assertThat(faults).isEmpty();
  }
}

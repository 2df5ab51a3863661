package org.queqiao.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.policy.NodeLease;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PrioritiesImage;

/** Each invariant finds the fault that is planted for it, and nothing in a sound state. */
final class ChecksBiteTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeFacts FACTS =
      new NodeFacts(
          N1,
          "boot-1",
          2,
          100,
          List.of(new NodeFacts.GresInventory("gpu", "a100", 1)),
          "",
          "",
          List.of());
  private static final JobSpec SPEC =
      JobSpec.builder(
              "job", new byte[0], new PartitionName("batch"), new ProjectName("climate"), 1000)
          .build();

  private static Allocation holds(int core, long memBytes) {
    return new Allocation(N1, List.of(core), memBytes, List.of());
  }

  private static Allocation gpu(int core, int device) {
    return new Allocation(
        N1, List.of(core), 1, List.of(new Allocation.GresDevices("gpu", "a100", List.of(device))));
  }

  private static ClusterImage.JobImage running(long id, Allocation allocation) {
    return job(id, JobState.RUNNING, 1000, 10, 20, 0, 0, allocation);
  }

  private static ClusterImage.JobImage job(
      long id,
      JobState state,
      int uid,
      long submitMs,
      long startMs,
      long endMs,
      long finishedMs,
      Allocation allocation) {
    return new ClusterImage.JobImage(
        new JobId(id),
        new UserName("liwei"),
        "liwei",
        uid,
        SPEC,
        state,
        false,
        false,
        submitMs,
        1,
        startMs,
        0,
        endMs,
        finishedMs,
        List.of(allocation),
        null,
        null,
        "",
        submitMs,
        List.of(),
        0);
  }

  private static List<String> invariantsViolated(ClusterImage.JobImage... jobs) {
    ClusterImage image =
        new ClusterImage(
            9,
            100,
            5,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new ClusterImage.NodeImage(FACTS, NodeState.UP, 0, "", false, "", 0)),
            List.of(jobs),
            List.of(),
            List.of(),
            null,
            null,
            PrioritiesImage.NONE);
    return InvariantChecks.of(image).stream().map(Violation::invariant).distinct().toList();
  }

  @Test
  void aSoundStateHasNoViolation() {
    assertThat(invariantsViolated(running(1, holds(0, 50)), running(2, gpu(1, 0)))).isEmpty();
    assertThat(
            invariantsViolated(
                running(1, holds(0, 50)),
                job(2, JobState.COMPLETED, 1000, 10, 20, 30, 40, holds(0, 100))))
        .as("an ended job holds nothing")
        .isEmpty();
  }

  @Test
  void aCoreHeldTwiceIsFound() {
    assertThat(invariantsViolated(running(1, holds(0, 1)), running(2, holds(0, 1))))
        .containsExactly("I1");
  }

  @Test
  void moreThanTheNodeHasIsFound() {
    assertThat(invariantsViolated(running(1, holds(0, 60)), running(2, holds(1, 60))))
        .containsExactly("I2");
    assertThat(invariantsViolated(running(1, holds(2, 1)))).containsExactly("I2");
    assertThat(invariantsViolated(running(1, gpu(0, 0)), running(2, gpu(1, 0))))
        .containsExactly("I2");
    assertThat(invariantsViolated(running(1, gpu(0, 1)))).containsExactly("I2");
  }

  @Test
  void timesOutOfOrderAreFound() {
    assertThat(invariantsViolated(job(1, JobState.RUNNING, 1, 20, 10, 0, 0, holds(0, 1))))
        .containsExactly("I23");
    assertThat(invariantsViolated(job(1, JobState.FAILED, 1, 10, 20, 15, 30, holds(0, 1))))
        .containsExactly("I23");
    assertThat(invariantsViolated(job(1, JobState.FAILED, 1, 10, 20, 30, 25, holds(0, 1))))
        .containsExactly("I23");
    assertThat(invariantsViolated(job(1, JobState.RUNNING, 1, 10, 20, 30, 0, holds(0, 1))))
        .containsExactly("I5");
  }

  @Test
  void rootAndNumbersFromTheFutureAreFound() {
    assertThat(invariantsViolated(job(1, JobState.RUNNING, 0, 10, 20, 0, 0, holds(0, 1))))
        .containsExactly("I30");
    assertThat(invariantsViolated(running(6, holds(0, 1)))).containsExactly("I31");
  }

  private static JobSubmitted submitted(long id, String key) {
    return new JobSubmitted(
        new JobId(id), new UserName("liwei"), "liwei", 1000, SPEC, key, new byte[] {1});
  }

  private static JobAllocated allocated(long id, int attempt, int core) {
    return new JobAllocated(new RunId(new JobId(id), attempt), List.of(holds(core, 1)));
  }

  /** As its node says it. */
  private static JobEnded ended(long id, JobState state) {
    return ended(id, state, exitOf(id));
  }

  private static JobEnded ended(long id, JobState state, RunExit exit) {
    return new JobEnded(new JobId(id), 1, state, 0, exit, false, "");
  }

  private static RunExit exitOf(long id) {
    return new RunExit(new RunId(new JobId(id), 1), RunExit.Kind.EXITED, 0, 0, 0, 0, 0, 0, 0, "");
  }

  /** An end with an exit record is said by a node, all else by the scheduler. */
  private static Actor sayer(Event event) {
    return event instanceof JobEnded e && e.exit() != null ? Actor.node(N1) : Actor.SCHEDULER;
  }

  private static List<String> violatedBy(Event... events) {
    HistoryChecks history = new HistoryChecks();
    List<String> out = new ArrayList<>();
    for (int i = 0; i < events.length; i++) {
      history
          .observe(new LoggedEvent(i + 1, 1, 0, sayer(events[i]), events[i]))
          .forEach(each -> out.add(each.invariant()));
    }
    return out;
  }

  @Test
  void aSoundHistoryHasNoViolation() {
    assertThat(
            violatedBy(
                submitted(1, "a"),
                submitted(2, "b"),
                allocated(1, 1, 0),
                ended(1, JobState.COMPLETED),
                allocated(2, 1, 0),
                new JobKillRequested(new RunId(new JobId(2), 1), KillCause.TIMEOUT),
                ended(2, JobState.TIMEOUT)))
        .isEmpty();
  }

  @Test
  void brokenHistoriesAreFound() {
    assertThat(
            violatedBy(
                submitted(1, ""),
                allocated(1, 1, 0),
                ended(1, JobState.FAILED),
                ended(1, JobState.FAILED)))
        .as("a second end")
        .contains("I5");
    assertThat(violatedBy(submitted(1, ""), allocated(1, 1, 0), ended(1, JobState.TIMEOUT)))
        .as("a timeout that nobody asked for")
        .containsExactly("I6");
    assertThat(violatedBy(submitted(1, ""), new JobHeld(new JobId(1), false), allocated(1, 1, 0)))
        .as("a held job starts")
        .containsExactly("I6");
    assertThat(
            violatedBy(submitted(1, ""), submitted(2, ""), allocated(1, 1, 0), allocated(2, 1, 0)))
        .as("a core is given away")
        .containsExactly("I15");
    assertThat(
            violatedBy(
                new NodeRegistered(FACTS),
                submitted(1, ""),
                allocated(1, 1, 0),
                new NodeRegistered(
                    new NodeFacts(N1, "boot-2", 2, 100, List.of(), "", "", List.of()))))
        .as("a run goes on in a new boot")
        .containsExactly("I15");
    assertThat(lostAfter(NodeLease.overMs(60_000) - 1)).as("lost too early").contains("I15");
    assertThat(lostAfter(NodeLease.overMs(60_000))).doesNotContain("I15");
    assertThat(violatedBy(submitted(2, ""), submitted(2, ""))).as("a number again").contains("I31");
    assertThat(violatedBy(submitted(1, "a"), submitted(2, "a"))).containsExactly("I37");
  }

  @Test
  void aRunThatEndsForAnotherCauseThanItWasToldToIsFound() {
    RunId run = new RunId(new JobId(1), 1);
    for (OperatorCause other : new OperatorCause[] {null, OperatorCause.ADMINISTRATOR}) {
      assertThat(
              violatedBy(
                  submitted(1, ""),
                  allocated(1, 1, 0),
                  new JobKillRequested(run, KillCause.REQUEUED, OperatorCause.PLATFORM_FAULT),
                  new JobKillRequested(run, KillCause.CANCELLED, other)))
          .containsExactly("I29");
      assertThat(
              violatedBy(
                  submitted(1, ""),
                  allocated(1, 1, 0),
                  new JobKillRequested(run, KillCause.CANCELLED, OperatorCause.PLATFORM_FAULT),
                  new JobEnded(run.job(), 1, JobState.CANCELLED, 0, null, false, "", other)))
          .contains("I29");
    }
  }

  private static List<String> lostAfter(long silentMs) {
    JobAllocated began =
        new JobAllocated(new RunId(new JobId(1), 1), List.of(holds(0, 1)), 0, null, true, 60_000);
    return violatedBy(
        new NodeRegistered(FACTS),
        submitted(1, ""),
        began,
        new NodeDown(N1, 0, "silent", "", silentMs),
        ended(1, JobState.NODE_FAIL, null));
  }

  /** A job that is being ended loses its run no sooner than any other. */
  @Test
  void anEndWithoutAnExitRecordNeedsProofInWhateverStateItIs() {
    RunId run = new RunId(new JobId(1), 1);
    Map<KillCause, JobState> ends = new TreeMap<>();
    ends.put(KillCause.CANCELLED, JobState.CANCELLED);
    ends.put(KillCause.TIMEOUT, JobState.TIMEOUT);
    ends.put(KillCause.DEADLINE, JobState.DEADLINE);
    ends.put(KillCause.NODE_FAIL, JobState.NODE_FAIL);
    ends.forEach((cause, state) -> {
      JobKillRequested kill = new JobKillRequested(run, cause);
      List<Event> silent =
          List.of(
              new NodeRegistered(FACTS),
              submitted(1, ""),
              allocated(1, 1, 0),
              kill,
              new NodeDown(N1, 0, "silent", "", 1_000_000));
      assertThat(violatedBy(with(silent, ended(1, state, null)))).containsExactly("I15");
      assertThat(violatedBy(with(silent, new NodeFenced(N1, "burnt"), ended(1, state, null))))
          .isEmpty();
      assertThat(violatedBy(with(silent, ended(1, state)))).as("its node says so").isEmpty();
    });
  }

  /** What the scheduler says itself rests on no report, also with the exit record of the script. */
  @Test
  void anEndOfTheLastStepNeedsProofOfItsOwnNode() {
    NodeName other = new NodeName("n2");
    RunId run = new RunId(new JobId(1), 1);
    Allocation there = new Allocation(other, List.of(0), 1, List.of());
    List<Event> began =
        List.of(
            new NodeRegistered(FACTS),
            new NodeRegistered(new NodeFacts(other, "b", 2, 100, List.of(), "", "", List.of())),
            submitted(1, ""),
            new JobAllocated(run, List.of(holds(0, 1), there)),
            new StepStarted(run, 0, "step", 2, List.of(N1, other)));
    Event script = new RunPartEnded(run, N1, exitOf(1));
    Event end = ended(1, JobState.COMPLETED);
    assertThat(violatedBy(Actor.node(N1), with(began, script), end))
        .as("without a word of the node of the step")
        .containsExactly("I15");
    assertThat(violatedBy(Actor.node(N1), with(began, script, new NodeFenced(N1, "burnt")), end))
        .as("the wrong node is fenced")
        .containsExactly("I15");
    assertThat(violatedBy(Actor.node(N1), with(began, script, new NodeFenced(other, "burnt")), end))
        .isEmpty();
  }

  private static List<String> violatedBy(Actor ofParts, Event[] events, Event end) {
    HistoryChecks history = new HistoryChecks();
    List<String> out = new ArrayList<>();
    for (int i = 0; i <= events.length; i++) {
      Event event = i < events.length ? events[i] : end;
      Actor actor = event instanceof RunPartEnded ? ofParts : Actor.SCHEDULER;
      history
          .observe(new LoggedEvent(i + 1, 1, 0, actor, event))
          .forEach(each -> out.add(each.invariant()));
    }
    return out;
  }

  private static Event[] with(List<Event> events, Event... more) {
    List<Event> out = new ArrayList<>(events);
    out.addAll(List.of(more));
    return out.toArray(Event[]::new);
  }

  @Test
  void aLogOutOfOrderIsFound() {
    HistoryChecks history = new HistoryChecks();
    assertThat(history.observe(new LoggedEvent(1, 1, 50, Actor.SCHEDULER, submitted(1, ""))))
        .isEmpty();
    assertThat(history.observe(new LoggedEvent(3, 1, 40, Actor.SCHEDULER, submitted(2, ""))))
        .extracting(Violation::invariant)
        .containsExactly("I9", "I9");
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.core.message.Input;

/** Facts that cannot be true where they stand end the machine, whoever wrote them. */
final class LegalityTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  /** Job 1 runs on core 0 of n1, job 2 waits, job 3 has ended, job 4 is held, job 5 is ending. */
  private static SchedulerStory cluster() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 3);
    story.node("n2", 2);
    JobId runs = story.submits("liwei");
    JobId waits = story.submits("liwei", script().hold(true));
    JobId ended = story.submits("liwei");
    story.submits("liwei", script().hold(true));
    JobId ending = story.submits("liwei");
    story.plans();
    story.does(new Input.ReleaseJob(user("liwei"), waits));
    story.starts(runs);
    story.exits(ended, 0);
    story.does(new Input.CancelJob(user("liwei"), ending));
    story.silent("n2");
    return story;
  }

  private static Allocation on(NodeName node, int core, long memBytes) {
    return new Allocation(node, List.of(core), memBytes, List.of());
  }

  private static JobAllocated allocated(long job, int attempt, Allocation... allocations) {
    return new JobAllocated(new RunId(new JobId(job), attempt), List.of(allocations));
  }

  private static JobEnded ended(long job, int attempt, JobState state, long endMs) {
    return new JobEnded(new JobId(job), attempt, state, endMs, null, false, "");
  }

  private static JobSubmitted submitted(SchedulerStory story, long job, int uid) {
    return new JobSubmitted(
        new JobId(job),
        new UserName("liwei"),
        "liwei",
        uid,
        story.job(new JobId(1)).spec(),
        "",
        new byte[0]);
  }

  private static Map<String, BiFunction<SchedulerStory, Long, Event>> illegal() {
    Map<String, BiFunction<SchedulerStory, Long, Event>> rows = new TreeMap<>();
    rows.put("I31 a number again", (story, now) -> submitted(story, 5, 1001));
    rows.put("I30 a job of root", (story, now) -> submitted(story, 6, 0));
    rows.put("I1 a core twice", (story, now) -> allocated(2, 1, on(N1, 0, GIB)));
    rows.put("I2 too much memory", (story, now) -> allocated(2, 1, on(N1, 1, 9 * GIB)));
    rows.put("I2 no such core", (story, now) -> allocated(2, 1, on(N1, 7, GIB)));
    rows.put("I2 memory below zero", (story, now) -> allocated(2, 1, on(N1, 1, -1)));
    rows.put("a node that is down", (story, now) -> allocated(2, 1, on(N2, 0, GIB)));
    rows.put("an unknown node", (story, now) -> allocated(2, 1, on(new NodeName("n9"), 0, GIB)));
    rows.put("no node", (story, now) -> allocated(2, 1));
    rows.put(
        "too many cores",
        (story, now) -> allocated(2, 1, new Allocation(N1, List.of(1, 2), GIB, List.of())));
    rows.put("attempt 2 first", (story, now) -> allocated(2, 2, on(N1, 1, GIB)));
    rows.put("a held job", (story, now) -> allocated(4, 1, on(N1, 1, GIB)));
    rows.put("I6 a running job again", (story, now) -> allocated(1, 2, on(N1, 1, GIB)));
    rows.put("I6 an ended job again", (story, now) -> allocated(3, 2, on(N1, 1, GIB)));
    rows.put("an unknown job", (story, now) -> allocated(77, 1, on(N1, 1, GIB)));
    rows.put("I5 a second end", (story, now) -> ended(3, 1, JobState.COMPLETED, now));
    rows.put("I6 an end that is none", (story, now) -> ended(1, 1, JobState.RUNNING, now));
    rows.put("I6 done without a start", (story, now) -> ended(2, 0, JobState.COMPLETED, now));
    rows.put("I6 timeout without a kill", (story, now) -> ended(1, 1, JobState.TIMEOUT, now));
    rows.put("I6 another cause", (story, now) -> ended(5, 1, JobState.TIMEOUT, now));
    rows.put("an end of another attempt", (story, now) -> ended(1, 2, JobState.FAILED, now));
    rows.put("I23 before the start", (story, now) -> ended(1, 1, JobState.FAILED, now - 1));
    rows.put("I23 in the future", (story, now) -> ended(1, 1, JobState.FAILED, now + 1));
    rows.put(
        "an exit of another run",
        (story, now) ->
            new JobEnded(
                new JobId(1),
                1,
                JobState.COMPLETED,
                now,
                exit(new RunId(new JobId(5), 1), 0, now),
                false,
                ""));
    rows.put("a running job held", (story, now) -> new JobHeld(new JobId(1), false));
    rows.put("an ended job released", (story, now) -> new JobReleased(new JobId(3)));
    rows.put(
        "a waiting job killed",
        (story, now) -> new JobKillRequested(new RunId(new JobId(2), 1), KillCause.CANCELLED));
    rows.put(
        "killed twice",
        (story, now) -> new JobKillRequested(new RunId(new JobId(5), 1), KillCause.TIMEOUT));
    rows.put("started twice", (story, now) -> new JobStarted(new RunId(new JobId(1), 1), N1, now));
    rows.put(
        "started elsewhere", (story, now) -> new JobStarted(new RunId(new JobId(5), 1), N2, now));
    rows.put("fenced while up", (story, now) -> new NodeFenced(N1, "burnt"));
    rows.put("down twice", (story, now) -> new NodeDown(N2, now, "silent"));
    rows.put(
        "started anew under the same boot",
        (story, now) -> new NodeDown(N1, now, "anew", "boot-1"));
    rows.put("seen while it was down", (story, now) -> new NodeDown(N2, now - 1, "anew", "boot-9"));
    rows.put("seen in the future", (story, now) -> new NodeDown(N1, now + 1, "silent"));
    rows.put("up under another boot", (story, now) -> new NodeUp(N2, "boot-9"));
    rows.put("resumed and not drained", (story, now) -> new NodeResumed(N1));
    rows.put(
        "I15 a new boot with runs",
        (story, now) -> new NodeRegistered(facts("n1", "boot-2", 3, 3 * GIB)));
    rows.put(
        "C6 shrunk below its runs",
        (story, now) -> new NodeRegistered(facts("n1", "boot-1", 3, GIB)));
    rows.put(
        "an account of root",
        (story, now) -> new UserDefined(new UserName("evil"), "evil", "root", 0, null));
    rows.put(
        "a role for nobody", (story, now) -> new RoleGranted(new UserName("nobody"), Role.FINANCE));
    rows.put(
        "a price of nothing",
        (story, now) -> new TariffDefined(new PartitionName("none"), 1, "CNY", now));
    rows.put(
        "money for nothing",
        (story, now) -> new WalletFunded(new ProjectName("none"), 1, "CNY", "gift"));
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> endsTheMachine() {
    List<DynamicTest> tests = new ArrayList<>();
    illegal()
        .forEach((name, event) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      SchedulerStory story = cluster().withoutChecks();
                      Event illegal = event.apply(story, story.nowMs);
                      assertThatThrownBy(() -> story.apply(Actor.SCHEDULER, illegal))
                          .isInstanceOf(MachineFault.class);
                    })));
    return tests.stream();
  }

  @Test
  void theClusterOfTheseRowsIsItselfLegal() {
    SchedulerStory story = cluster();
    story.apply(Actor.SCHEDULER, allocated(2, 1, on(N1, 1, GIB)));
    assertThat(story.state(new JobId(2))).isEqualTo(JobState.RUNNING);
  }

  @Test
  void positionsAndTimesGoForward() {
    SchedulerStory story = cluster();
    long next = story.machine.state().position() + 1;
    Event event = new NodeUp(N1, "boot-1");
    for (LoggedEvent wrong :
        List.of(
            new LoggedEvent(next + 1, 1, story.nowMs, Actor.SCHEDULER, event),
            new LoggedEvent(next - 1, 1, story.nowMs, Actor.SCHEDULER, event),
            new LoggedEvent(next, 1, story.nowMs - 1, Actor.SCHEDULER, event))) {
      assertThatThrownBy(() -> story.machine.apply(wrong)).isInstanceOf(MachineFault.class);
    }
  }
}

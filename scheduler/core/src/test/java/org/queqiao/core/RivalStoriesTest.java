package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.Viewer;

/** A job waits for its turn only behind those who compete with it. */
final class RivalStoriesTest {
  private final SchedulerStory story = SchedulerStory.site().inOrder();

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  private Explanation explained(JobId job) {
    return story.machine.state().explain(job, story.nowMs).orElseThrow();
  }

  private static JobRequest.Builder on(String node, int cores) {
    return script().cpusPerTask(cores).placement(JobPlacement.builder().nodeList(node).build());
  }

  private void mayRun(String name, long jobs) {
    Limit most = new Limit(LimitScope.GROUP, Quantity.RUNNING_JOBS, "", jobs);
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.User(new UserName(name)),
                new Rules(1, null, List.of(), null, 0, List.of(most)))));
  }

  @Test
  void whoWaitsForALimitIsBeforeNobody() {
    story.node("n1", 4);
    story.submits("wangfang", script().cpusPerTask(4));
    story.plans();
    mayRun("chenjie", 0);
    JobId limited = story.submits("chenjie", script().cpusPerTask(4));
    JobId waits = story.submits("liwei", script().cpusPerTask(2));
    story.plans();
    assertThat(reason(limited)).isEqualTo(PendingReason.LIMIT);
    assertThat(reason(waits)).isEqualTo(PendingReason.RESOURCES);
    assertThat(explained(waits).aheadCount()).isZero();
    assertThat(ExplanationText.waiting(explained(waits), story.nowMs, 0, Viewer.OWNER))
        .contains("No job is before it in the queue of 2.");
    mayRun("chenjie", 1);
    assertThat(reason(limited)).isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(waits)).isEqualTo(PendingReason.PRIORITY);
    assertThat(explained(waits).ahead())
        .extracting(Explanation.Other::job)
        .containsExactly(limited);
  }

  @Test
  void whoMayHaveOtherNodesAloneIsBeforeNobodyOnThese() {
    story.node("n1", 4);
    story.says(
        facts("n2", "boot-1", 4, 4 * GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 1))));
    JobRequest.Builder gpu = script().gres(List.of(new GresRequest("gpu", "", 1)));
    story.submits("liwei", on("n1", 4));
    story.submits("liwei", gpu);
    story.plans();
    JobId there = story.submits("chenjie", on("n1", 4));
    JobId waits = story.submits("wangfang", gpu);
    JobId behind = story.submits("chenjie", on("n2", 4));
    story.plans();
    assertThat(reason(there)).isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(waits)).isEqualTo(PendingReason.RESOURCES);
    assertThat(explained(waits).aheadCount()).isZero();
    assertThat(reason(behind)).as("both want n2").isEqualTo(PendingReason.PRIORITY);
    assertThat(explained(behind).aheadCount()).isEqualTo(1);
  }

  @Test
  void whoIsShortOfLicencesIsNotWhyThereIsNoRoom() {
    story.node("n1", 4);
    story.does(new Input.DefineLicence(SchedulerStory.OWNER, new LicenceDefined("fluent", 1)));
    JobRequest.Builder licensed =
        script()
            .limitMs(HOUR_MS)
            .placement(JobPlacement.builder().licences(Map.of("fluent", 1)).build());
    story.submits("liwei", licensed.cpusPerTask(1));
    story.plans();
    JobId waits = story.submits("liwei", licensed.cpusPerTask(4));
    JobId large = story.submits("chenjie", script().cpusPerTask(4).limitMs(HOUR_MS));
    story.plans();
    assertThat(reason(waits)).isEqualTo(PendingReason.LICENSES);
    assertThat(reason(large)).isEqualTo(PendingReason.RESOURCES);
    JobId small = story.submits("wangfang", script().limitMs(2 * HOUR_MS));
    assertThat(story.plans()).as("it would run into what was promised").isZero();
    assertThat(reason(small))
        .as("there is room, kept for others")
        .isEqualTo(PendingReason.PRIORITY);
    story.does(new Input.CancelJob(user("chenjie"), large));
    assertThat(story.plans()).isZero();
    assertThat(reason(small)).isEqualTo(PendingReason.PRIORITY);
    assertThat(explained(small).ahead()).extracting(Explanation.Other::job).containsExactly(waits);
  }

  private void maintenance(String node) {
    story.does(
        new Input.DefineReservation(
            user("admin1"),
            new ReservationRequest(
                new ReservationName("service"),
                "",
                story.nowMs + HOUR_MS / 2,
                null,
                HOUR_MS,
                null,
                null,
                List.of(new NodeName(node)),
                null,
                null,
                List.of(),
                List.of(),
                true,
                false,
                false)));
  }

  @Test
  void whoWaitsForMaintenanceIsNotBehindAJobForAnotherNode() {
    story.node("n1", 4);
    story.node("n2", 4);
    story.submits("liwei", on("n1", 4));
    story.plans();
    maintenance("n2");
    JobId there = story.submits("chenjie", on("n1", 4));
    JobId waits = story.submits("wangfang", on("n2", 4));
    story.plans();
    assertThat(reason(there)).isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(waits)).isEqualTo(PendingReason.RESERVED_FOR_MAINTENANCE);
  }

  @Test
  void whoWaitsForAReservationIsBeforeNobody() {
    story.node("n1", 4);
    story.node("n2", 4);
    maintenance("n2");
    JobId first = story.submits("chenjie", on("n2", 1).limitMs(HOUR_MS));
    JobId second = story.submits("wangfang", on("n2", 1).limitMs(HOUR_MS));
    story.plans();
    assertThat(reason(first)).isEqualTo(PendingReason.RESERVED_FOR_MAINTENANCE);
    assertThat(reason(second)).isEqualTo(PendingReason.RESERVED_FOR_MAINTENANCE);
    assertThat(explained(second).aheadCount()).isZero();
    JobId both = story.submits("chenjie", script().nodes(2).tasks(2).limitMs(HOUR_MS));
    story.submits("liwei", on("n1", 4).limitMs(HOUR_MS));
    story.plans();
    JobId behind = story.submits("wangfang", on("n1", 1).limitMs(HOUR_MS));
    assertThat(reason(both)).as("it lacks n1 as well").isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(behind)).as("n1 is full").isEqualTo(PendingReason.RESOURCES);
    assertThat(explained(behind).aheadCount()).isZero();
    JobId wide = story.submits("liwei", script().cpusPerTask(4).limitMs(HOUR_MS));
    JobId last = story.submits("wangfang", on("n1", 2).limitMs(HOUR_MS));
    assertThat(reason(wide)).as("both want n1").isEqualTo(PendingReason.PRIORITY);
    assertThat(reason(last)).isEqualTo(PendingReason.PRIORITY);
    assertThat(explained(last).aheadCount()).as("two that want n1").isEqualTo(2);
  }

  @Test
  void partitionsThatShareNodesShareTheQueue() {
    story.node("n1", 4);
    story.submits("liwei", script().cpusPerTask(4));
    story.plans();
    story.submits("liwei", script().cpusPerTask(4));
    JobId other = story.submits("liwei", script().cpusPerTask(4).partition(SchedulerStory.DEBUG));
    assertThat(reason(other)).isEqualTo(PendingReason.PRIORITY);
  }
}

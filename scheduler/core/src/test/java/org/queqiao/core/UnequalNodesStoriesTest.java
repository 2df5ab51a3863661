package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.Rejection;

/** Limits on jobs that take of a node what that has, where nodes have more and less. */
final class UnequalNodesStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  /** Two large nodes, given away first, and a small one. */
  private void nodes(String policy) {
    int promises = policy.equals("default") ? 3 : 1;
    story.does(
        new Input.DefineScheduling(SchedulerStory.OWNER, new SchedulingDefined(policy, promises)));
    story.node("a1", 16);
    story.node("a2", 16);
    story.node("small", 2);
  }

  private void limit(LimitScope scope, Quantity quantity, long most) {
    Rules rules =
        new Rules(1, null, List.of(), null, 0, List.of(new Limit(scope, quantity, "", most)));
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER, new RulesSet(new Subject.User(new UserName("liwei")), rules)));
  }

  private static JobRequest.Builder alone(int nodes) {
    return SchedulerStory.script()
        .nodes(nodes)
        .tasks(nodes)
        .limitMs(HOUR_MS)
        .placement(JobPlacement.builder().exclusive(true).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fcfs", "easy", "conservative", "default"})
  void aJobThatHasItsNodeForItselfStartsOnASmallerOneWhereALimitLeavesNoLarger(String policy) {
    nodes(policy);
    limit(LimitScope.GROUP, Quantity.CORES, 10);
    JobId job = story.submits("liwei", alone(1));
    story.plans();
    assertThat(nodesOf(job)).containsExactly("small");
    JobId next = story.submits("liwei", alone(1));
    story.plans();
    assertThat(why(next).word()).isEqualTo("AssocGrpCpuLimit");
  }

  @Test
  void whereTheSmallNodeIsTakenTheLimitIsNamed() {
    nodes("default");
    limit(LimitScope.GROUP, Quantity.CORES, 10);
    JobId other =
        story.submits("wangfang", SchedulerStory.script().placement(on("small")).limitMs(HOUR_MS));
    story.plans();
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    JobId waits = story.submits("liwei", alone(1));
    story.plans();
    assertThat(story.state(waits)).isEqualTo(JobState.PENDING);
    assertThat(why(waits))
        .isEqualTo(
            new PendingWhy(
                "AssocGrpCpuLimit",
                "user liwei may have 10 cores; user liwei has 0, this job asks for 16 on the"
                    + " smallest nodes that have room now"));
    story.after(1000).exits(other, 0);
    story.plans();
    assertThat(nodesOf(waits)).containsExactly("small");
  }

  /** Two nodes of four and of sixteen cores have room, the large ones are given away first. */
  @Test
  void onSeveralNodesThoseOfTheLeastSizeOfWhichThereAreEnoughAreTaken() {
    nodes("default");
    story.node("b1", 4);
    story.node("b2", 4);
    limit(LimitScope.GROUP, Quantity.CORES, 9);
    JobId job = story.submits("liwei", alone(2));
    story.plans();
    assertThat(nodesOf(job)).containsExactly("b1", "b2");
    JobId three = story.submits("wangfang", alone(3));
    story.plans();
    assertThat(nodesOf(three)).containsExactly("a1", "a2", "small");
  }

  /** With two cores and sixteen it would fit, but of nodes up to sixteen it gets the first. */
  @Test
  void whatTheNodesUpToThatSizeWouldCostIsNamedIfItIsTooMuch() {
    nodes("default");
    limit(LimitScope.GROUP, Quantity.CORES, 20);
    JobId job = story.submits("liwei", alone(2));
    story.plans();
    assertThat(story.state(job)).isEqualTo(JobState.PENDING);
    assertThat(why(job).word()).isEqualTo("AssocGrpCpuLimit");
    assertThat(why(job).sentence()).contains("asks for 32 on the smallest nodes");
  }

  @Test
  void theMemoryOfTheNodeThatAJobNamesIsNamedByItsLimit() {
    nodes("default");
    story.says(SchedulerStory.facts("rich", "boot-1", 16, 160 * SchedulerStory.GIB));
    limit(LimitScope.GROUP, Quantity.MEM_BYTES, 15 * SchedulerStory.GIB);
    JobId waits =
        story.submits("liwei", SchedulerStory.script().cpusPerTask(2).placement(on("rich")));
    JobId runs = story.submits("liwei", SchedulerStory.script().cpusPerTask(2));
    story.plans();
    assertThat(story.state(runs)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(waits)).isEqualTo(JobState.PENDING);
    assertThat(why(waits).word()).isEqualTo("AssocGrpMemLimit");
    assertThat(why(waits).sentence()).contains("asks for " + 20 * SchedulerStory.GIB);
  }

  /** As many different nodes as it asks for: one of them is small. */
  @Test
  void aJobThatIsTooLargeOnAnyOfItsNodesIsRefused() {
    nodes("default");
    limit(LimitScope.JOB, Quantity.CORES, 17);
    Rejection refused = story.refuses(SchedulerStory.submission("liwei", alone(2)));
    assertThat(refused.message()).contains("17 cores").contains("asks for 18");
    assertThat(story.refuses(SchedulerStory.submission("liwei", alone(3))).message())
        .contains("asks for 34");
    story.submits("liwei", alone(1));
  }

  private static JobPlacement on(String node) {
    return JobPlacement.builder().nodeList(node).build();
  }

  private PendingWhy why(JobId job) {
    return story.machine.state().pendingWhy(job);
  }

  private List<String> nodesOf(JobId job) {
    return story.job(job).allocations().stream().map(each -> each.node().value()).toList();
  }
}

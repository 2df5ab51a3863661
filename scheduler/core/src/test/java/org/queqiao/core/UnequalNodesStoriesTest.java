package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Limits on jobs that take of a node what that has, where nodes have more and less. */
final class UnequalNodesStoriesTest {
  private static final long UNIT = 1_000_000;

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

  @Test
  void onSeveralNodesTheSmallestAreTaken() {
    nodes("default");
    story.node("b1", 4);
    story.node("b2", 4);
    limit(LimitScope.GROUP, Quantity.CORES, 9);
    JobId job = story.submits("liwei", alone(2));
    story.plans();
    assertThat(nodesOf(job)).containsExactly("b1", "small");
    JobId three = story.submits("wangfang", alone(3));
    story.plans();
    assertThat(nodesOf(three)).containsExactly("a1", "a2", "b2");
  }

  /** Of two sizes none has nodes enough for what the limit leaves. */
  @ParameterizedTest
  @ValueSource(strings = {"fcfs", "easy", "conservative", "default"})
  void smallNodesAndALargeOneAreTakenTogetherWhereTheLimitLeavesNoMore(String policy) {
    nodes(policy);
    limit(LimitScope.GROUP, Quantity.CORES, 20);
    JobId job = story.submits("liwei", alone(2));
    assertThat(why(job).word()).isEqualTo("None");
    story.plans();
    assertThat(nodesOf(job)).containsExactly("a1", "small");
  }

  /** The part of a job that asks for a kind of nodes is no other where the rest is smaller. */
  @Test
  void aJobThatNamesOneOfItsNodesGetsTheSmallestBesideIt() {
    nodes("default");
    story.node("b1", 4);
    limit(LimitScope.GROUP, Quantity.CORES, 20);
    feature("a2", "fast");
    JobPlacement placement =
        JobPlacement.builder().exclusive(true).constraint("fast*1&any*1").build();
    for (String each : List.of("a1", "small", "b1")) {
      feature(each, "any");
    }
    JobId job = story.submits("liwei", alone(2).placement(placement));
    assertThat(why(job).word()).isEqualTo("None");
    story.plans();
    assertThat(nodesOf(job)).containsExactlyInAnyOrder("a2", "small");
  }

  /**
   * The smallest of all would leave the other part the largest, in whichever order they are said.
   */
  @ParameterizedTest
  @ValueSource(strings = {"a0", "b4"})
  void noPartOfAJobLeavesAnotherALargeNodeWithoutNeed(String large) {
    story.node(large, 100);
    story.node("b1", 4);
    story.node("b2", 3);
    story.node("b3", 2);
    limit(LimitScope.GROUP, Quantity.CORES, 5);
    feature(large, "fast");
    feature("b1", "any");
    feature("b2", "any");
    feature("b3", "fast", "any");
    for (String constraint : List.of("any*1&fast*1", "fast*1&any*1")) {
      JobPlacement placement =
          JobPlacement.builder().exclusive(true).constraint(constraint).build();
      JobId job = story.submits("liwei", alone(2).placement(placement));
      assertThat(why(job).word()).as(constraint).isEqualTo("None");
      story.plans();
      assertThat(nodesOf(job)).as(constraint).containsExactlyInAnyOrder("b2", "b3");
      story.after(1000).exits(job, 0);
    }
  }

  private void feature(String node, String... words) {
    story.does(
        new Input.SetNode(
            SchedulerStory.OWNER,
            new NodeSettingsSet(new NodeName(node), new NodeSettings(List.of(words), 1))));
  }

  @Test
  void whatTheSmallestThatAreFreeWouldTakeIsNamedIfItIsTooMuch() {
    nodes("default");
    limit(LimitScope.GROUP, Quantity.CORES, 20);
    JobId other =
        story.submits("wangfang", SchedulerStory.script().placement(on("small")).limitMs(HOUR_MS));
    story.plans();
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    JobId job = story.submits("liwei", alone(2));
    story.plans();
    assertThat(story.state(job)).isEqualTo(JobState.PENDING);
    assertThat(why(job).word()).isEqualTo("AssocGrpCpuLimit");
    assertThat(why(job).sentence()).contains("asks for 32 on the smallest nodes");
  }

  /** A core of the small node costs a hundred times as much. */
  @Test
  void noWalletIsNamedForTheSmallestNodesWhereTheFirstCostLess() {
    nodes("default");
    story.does(
        new Input.SetNode(
            SchedulerStory.OWNER,
            new NodeSettingsSet(new NodeName("small"), new NodeSettings(List.of(), 1, "dear"))));
    story.does(
        new Input.DefineTariff(
            SchedulerStory.OWNER, new TariffDefined(SchedulerStory.BATCH, UNIT, "CNY", 0)));
    MoneyChange price =
        new MoneyChange.Price(
            new PriceItem(
                SchedulerStory.BATCH,
                null,
                100 * UNIT,
                "CNY",
                0,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.CORES, "", "dear", "", false, false)));
    Reply proposed =
        story.hears(new Input.ProposeMoney(SchedulerStory.user("finance1"), price, "as agreed"));
    story.does(
        new Input.DecideMoney(
            SchedulerStory.OWNER, ((Reply.Proposed) proposed).proposal(), true, "seen"));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(
          new Input.TellBudgets(
              List.of(new BudgetTold(SchedulerStory.CLIMATE, 50 * UNIT, "CNY", asOf))));
    }
    JobId job = story.submits("liwei", alone(1));
    assertThat(why(job).word()).isEqualTo("None");
    story.plans();
    assertThat(nodesOf(job)).containsExactly("a1");
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

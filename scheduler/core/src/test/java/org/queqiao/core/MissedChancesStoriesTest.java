package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.plan.SliceBounds;

/** Nobody waits beside what it may have because nobody looks, or because of who comes after it. */
final class MissedChancesStoriesTest {
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  private static void plansAll(SchedulerStory story) {
    for (int before = -1; before != story.log.size(); ) {
      before = story.log.size();
      plansOn(story);
    }
  }

  private static void plansOn(SchedulerStory story) {
    boolean more = true;
    while (more) {
      more = story.hears(new Input.PlanPass()) instanceof Reply.Planned(int _, boolean on) && on;
    }
  }

  private static void partition(
      SchedulerStory story, PartitionName name, int tier, PreemptMode mode) {
    story.does(
        new Input.DefinePartition(
            OWNER,
            new PartitionDefined(
                name,
                name.equals(BATCH),
                HOUR_MS,
                24 * HOUR_MS,
                "",
                false,
                tier,
                new PreemptRules(mode, 9000, 0))));
  }

  private static void qualities(SchedulerStory story) {
    PreemptRules requeue = new PreemptRules(PreemptMode.REQUEUE, 0, 0);
    story.does(new Input.DefineQos(OWNER, new QosDefined(LOW, "Low", 0, List.of(), requeue)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
  }

  private static void limit(SchedulerStory story, Subject subject, Quantity quantity, long most) {
    Limit limit = new Limit(LimitScope.GROUP, quantity, "", most);
    Rules rules = new Rules(1, null, List.of(), null, 0, List.of(limit));
    story.does(new Input.SetRules(OWNER, new RulesSet(subject, rules)));
  }

  private static PriorityPolicy weights(int ofQos, long halfLifeMs, ResourceWeight... usage) {
    return new PriorityPolicy(
        0, 0, 0, 0, ofQos, 0, 0, 1, false, 1, HOUR_MS, halfLifeMs, List.of(), List.of(usage));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPromiseToAJobOfALowerTierOrPriorityKeepsNobodyFromFreeCores(boolean byTier) {
    SchedulerStory story = SchedulerStory.site();
    if (byTier) {
      partition(story, BATCH, 1, PreemptMode.CANCEL);
      partition(story, DEBUG, 2, PreemptMode.OFF);
    } else {
      story.does(new Input.DefinePriorityPolicy(OWNER, weights(1000, HOUR_MS)));
      qualities(story);
    }
    story.node("n1", 8);
    story.submits("liwei", script().cpusPerTask(4).limitMs(10 * HOUR_MS));
    plansAll(story);
    JobId promised = story.submits("liwei", script().cpusPerTask(8).limitMs(HOUR_MS));
    story.submits("liwei", script().cpusPerTask(1).limitMs(9 * HOUR_MS));
    plansAll(story);
    assertThat(story.job(promised).promisedMs()).isPositive();
    JobId higher =
        story.submits(
            "wangfang",
            script()
                .partition(byTier ? DEBUG : BATCH)
                .qos(byTier ? null : URGENT)
                .cpusPerTask(3)
                .limitMs(20 * HOUR_MS));
    plansAll(story);
    assertThat(story.state(higher)).isEqualTo(RUNNING);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoComesWhileASearchIsCutIsPlannedAfterIt(boolean limited) {
    SchedulerStory story =
        SchedulerStory.site(new SchedulerMachine(new SliceBounds(100, 256))).inOrder();
    for (int i = 0; i < 60; i++) {
      story.says(facts("n" + (100 + i), "boot-1", 2, 2 * GIB).suspending());
    }
    qualities(story);
    if (limited) {
      limit(story, new Subject.User(new UserName("chenjie")), Quantity.CORES, 1000);
    }
    JobId low = story.submits("liwei", wide(20).qos(LOW));
    plansAll(story);
    JobId plain = story.submits("liwei", wide(39));
    plansAll(story);
    story.starts(low);
    story.starts(plain);
    story.submits("liwei", wide(30).qos(URGENT));
    assertThat(story.hears(new Input.PlanPass())).isEqualTo(new Reply.Planned(0, true));
    JobId small = story.submits("wangfang", wide(1).cpusPerTask(1).limitMs(60_000L));
    plansOn(story);
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  private static org.queqiao.core.message.JobRequest.Builder wide(int nodes) {
    return script().nodes(nodes).tasks(nodes).cpusPerTask(2).memBytes(GIB / 4);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17})
  void aLimitThatOpensWithTimeIsLookedAtAlsoOnAMachineThatIsFull(int cores) {
    SchedulerStory story = SchedulerStory.site();
    story.does(new Input.DefinePriorityPolicy(OWNER, weights(0, HOUR_MS)));
    qualities(story);
    story.node("n1", cores);
    limit(story, new Subject.Qos(URGENT), Quantity.CORE_MS, 4 * HOUR_MS + 60_000);
    JobId first = story.submits("liwei", script().cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT));
    plansAll(story);
    story.starts(first);
    story.after(30_000).exits(first, 0);
    JobId low = story.submits("wangfang", script().cpusPerTask(16).limitMs(24 * HOUR_MS).qos(LOW));
    plansAll(story);
    story.starts(low);
    JobId urgent = story.submits("liwei", script().cpusPerTask(4).limitMs(HOUR_MS).qos(URGENT));
    plansAll(story);
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    long until = story.nowMs + 2 * HOUR_MS;
    while (story.state(low) == RUNNING && story.nowMs < until) {
      story.nowMs = story.machine.state().nextDeadlineMs().orElse(until);
      story.ticks();
      plansAll(story);
    }
    assertThat(story.state(low)).as("asked to leave").isIn(COMPLETING, PENDING);
    assertThat(story.nowMs).isLessThan(until);
  }

  @Test
  void aWeightOfMemoryThatCannotBeCountedIsRefused() {
    SchedulerStory story = SchedulerStory.site();
    Reply refused =
        story.hears(
            new Input.DefinePriorityPolicy(
                OWNER, weights(0, 0, new ResourceWeight("mem", 1_000_000, 1))));
    assertThat(refused.toString()).contains("usage", "GiB");
    Reply most =
        story.hears(
            new Input.DefinePriorityPolicy(
                OWNER, weights(0, 0, new ResourceWeight("mem", 1_000_000, 1L << 30))));
    assertThat(most.toString()).doesNotContain("more than can be counted");
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PriorityTerms;

/** A job that leaves cores or memory to its nodes counts in the order as what it will hold. */
final class HeldNodesStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder alone(int nodes) {
    return script()
        .nodes(nodes)
        .tasks(nodes)
        .placement(JobPlacement.builder().exclusive(true).build());
  }

  private static JobRequest.Builder full(int nodes, int cores) {
    return script().nodes(nodes).tasks(nodes).cpusPerTask(cores);
  }

  /** Nodes of a kind, of which somebody has all. */
  private void busy(String name, int count, int cores) {
    for (int i = 0; i < count; i++) {
      story.node(name + i, cores);
    }
    story.submits("chenjie", full(count, cores).limitMs(HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
  }

  private void weighs(long jobSize, ResourceWeight... tres) {
    PriorityPolicy none = PriorityPolicy.DEFAULT;
    story.does(
        new Input.DefinePriorityPolicy(
            OWNER,
            new PriorityPolicy(
                0,
                0,
                jobSize,
                0,
                0,
                0,
                0,
                1,
                false,
                112,
                none.maxAgeMs(),
                none.halfLifeMs(),
                List.of(tres),
                List.of())));
  }

  private long ppm(JobId job, String term) {
    return story.machine.state().priority(job, story.nowMs).orElseThrow().terms().stream()
        .filter(each -> each.name().equals(term))
        .mapToLong(PriorityTerms.Term::factorPpm)
        .findFirst()
        .orElseThrow();
  }

  private List<JobId> ahead(JobId job) {
    return story.machine.state().explain(job, story.nowMs).orElseThrow().ahead().stream()
        .map(Explanation.Other::job)
        .toList();
  }

  @Test
  void wholeNodesWeighAsTheirCoresAndTheirMemory() {
    weighs(
        1000, new ResourceWeight("cores", 1000, 112), new ResourceWeight("mem", 1000, 112 * GIB));
    busy("n", 7, 16);
    JobId alone = story.submits("liwei", alone(7));
    JobId full = story.submits("wangfang", full(7, 16));
    JobId said = story.submits("wangfang", full(7, 16).memBytes(8 * GIB));
    for (String term : List.of("jobSize", "tres/cores", "tres/mem")) {
      assertThat(ppm(alone, term)).as(term).isEqualTo(1_000_000);
      assertThat(ppm(full, term)).as(term).isEqualTo(1_000_000);
    }
    assertThat(ppm(said, "tres/mem")).isEqualTo(500_000);
    assertThat(ahead(full)).containsExactly(alone);
    assertThat(ahead(said)).as("of less").contains(alone, full);
  }

  @Test
  void wholeNodesPassNobodyByTheirAreaThatOthersHaveToo() {
    busy("n", 7, 16);
    JobId full = story.submits("wangfang", full(7, 16).limitMs(HOUR_MS));
    JobId alone = story.after(1000).submits("liwei", alone(7).limitMs(HOUR_MS));
    assertThat(ahead(alone)).containsExactly(full);
    assertThat(ahead(full)).isEmpty();
    JobId small = story.after(1000).submits("liwei", alone(1).limitMs(HOUR_MS));
    assertThat(ahead(small)).as("sixteen cores pass a hundred").isEmpty();
  }

  @Test
  void theSmallestNodeOfThePartitionThatHasItsCoresCounts() {
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(SchedulerStory.DEBUG, false, HOUR_MS, HOUR_MS, "s[0-1]")));
    weighs(1000, new ResourceWeight("mem", 1000, 32 * GIB));
    story.node("s0", 4);
    story.node("b0", 16);
    story.says(facts("b1", "boot-1", 32, 16 * GIB));
    JobId any = story.submits("liwei", alone(1));
    JobId large = story.submits("liwei", alone(1).cpusPerTask(5));
    JobId debug = story.submits("liwei", alone(1).partition(SchedulerStory.DEBUG));
    assertThat(ppm(any, "jobSize")).isEqualTo(4_000_000 / 112);
    assertThat(ppm(large, "jobSize")).isEqualTo(16_000_000 / 112);
    assertThat(ppm(large, "tres/mem")).as("half a GiB for a core").isEqualTo(250_000);
    assertThat(ppm(debug, "jobSize")).isEqualTo(4_000_000 / 112);
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(SchedulerStory.DEBUG, false, HOUR_MS, HOUR_MS, "b[0-1]")));
    assertThat(ppm(debug, "jobSize")).isEqualTo(16_000_000 / 112);
    Limit most = new Limit(LimitScope.GROUP, Quantity.CORES, "", 15);
    story.does(
        new Input.SetRules(
            OWNER,
            new RulesSet(
                new Subject.User(new UserName("liwei")),
                new Rules(1, null, List.of(), null, 0, List.of(most)))));
    assertThat(story.machine.state().neverStarts(debug)).as("as limits count it").isPresent();
    assertThat(story.machine.state().neverStarts(any)).isEmpty();
  }

  @Test
  void whoWaitedBeforeTheNodesCameGetsItsPlaceWhenTheyCome() {
    weighs(1000);
    JobId alone = story.submits("liwei", alone(1).hold(true));
    JobId two = story.submits("wangfang", script().cpusPerTask(2).hold(true));
    story.does(new Input.ReleaseJob(SchedulerStory.user("liwei"), alone));
    story.does(new Input.ReleaseJob(SchedulerStory.user("wangfang"), two));
    assertThat(ppm(alone, "jobSize")).isLessThan(ppm(two, "jobSize"));
    story.node("n1", 4);
    assertThat(ppm(alone, "jobSize")).isEqualTo(4_000_000 / 112);
    story.says(facts("n2", "boot-1", 2, 2 * GIB));
    assertThat(ppm(alone, "jobSize")).isEqualTo(2_000_000 / 112);
    story.silent("n2");
    story.says(facts("n2", "boot-2", 8, 2 * GIB));
    assertThat(ppm(alone, "jobSize")).isEqualTo(4_000_000 / 112);
    assertThat(story.machine.state().indexDifferences()).isEmpty();
    assertThat(story.plans()).isEqualTo(2);
  }
}

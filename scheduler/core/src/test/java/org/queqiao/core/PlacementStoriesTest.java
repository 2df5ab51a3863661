package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.DEBUG;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;

/** Which nodes jobs get: by feature, weight, name and partition. */
final class PlacementStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private void node(String name, int weight, String... features) {
    story.node(name, 2);
    story.does(
        new Input.SetNode(
            OWNER,
            new NodeSettingsSet(new NodeName(name), new NodeSettings(List.of(features), weight))));
  }

  private static JobRequest.Builder constraint(String text) {
    return script().placement(JobPlacement.builder().constraint(text).build());
  }

  private List<String> nodesOf(JobId job) {
    return story.job(job).allocations().stream().map(each -> each.node().value()).toList();
  }

  private List<String> nodesOf(JobRequest.Builder request) {
    JobId job = story.submits("liwei", request);
    story.plans();
    return nodesOf(job);
  }

  private Rejection refused(JobRequest.Builder request) {
    return story.refuses(submission("liwei", request));
  }

  @Test
  void nodesOfALowerWeightAreGivenAwayFirst() {
    node("n1", 20);
    node("n2", 10);
    node("n3", 10);
    assertThat(nodesOf(script().nodes(2))).containsExactly("n2", "n3");
    assertThat(nodesOf(script().nodes(3))).containsExactly("n2", "n3", "n1");
  }

  @Test
  void aJobGetsNodesWithTheFeaturesThatItAsksFor() {
    node("n1", 1);
    node("n2", 1, "a100", "ib");
    node("n3", 1, "h100", "ib");
    assertThat(nodesOf(constraint("h100"))).containsExactly("n3");
    assertThat(nodesOf(constraint("(a100|h100)&ib").nodes(2))).containsExactly("n2", "n3");
    JobId waits = story.submits("liwei", constraint("h100"));
    story.plans();
    assertThat(nodesOf(waits)).as("n3 is full, n1 is idle").isEmpty();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
  }

  @Test
  void countsAskForSoManyNodesOfEach() {
    node("n1", 1, "a", "b");
    node("n2", 1, "a");
    node("n3", 1, "b");
    node("n4", 1);
    assertThat(nodesOf(constraint("a*2&b*1"))).containsExactly("n1", "n2", "n3");
    assertThat(nodesOf(constraint("b*1").nodes(2))).containsExactly("n1", "n2");
  }

  @Test
  void allNodesHaveTheSameOneOfTheFeaturesInSquareBrackets() {
    node("n1", 1, "rack1");
    node("n2", 1, "rack2", "ib");
    node("n3", 1, "rack1");
    node("n4", 1, "rack2");
    node("n5", 1, "rack2");
    assertThat(nodesOf(constraint("rack1|rack2").nodes(2))).containsExactly("n1", "n2");
    assertThat(nodesOf(constraint("[rack1|rack2]").nodes(2).tasks(4))).containsExactly("n4", "n5");
    JobId three = story.submits("liwei", constraint("[rack1|rack2]").nodes(3));
    story.plans();
    assertThat(nodesOf(three)).as("one of rack2 is free, two of rack1").isEmpty();
    assertThat(story.machine.state().pendingReason(three)).isEqualTo(PendingReason.RESOURCES);
    assertThat(nodesOf(constraint("ib&[rack1|rack2]").limitMs(60_000L))).containsExactly("n2");
    Rejection refused = refused(constraint("[rack1|rack2]").nodes(4));
    assertThat(refused.field()).isEqualTo("constraint");
    assertThat(refused.message())
        .contains("all 4 nodes are to have the same", "the most that do and fit are 3")
        .contains("ask for at most 3 nodes");
    assertThat(refused(constraint("[rack1|rack2")).message()).contains("at character 13");
    assertThat(refused(constraint("[rack1|rack3]")).message()).contains("no node has the feature");
  }

  @Test
  void theAlternativeThatHasRoomFirstIsPromised() {
    node("n1", 1, "a");
    node("n2", 1, "a");
    node("n3", 1, "b");
    node("n4", 1, "b");
    story.submits("liwei", constraint("a").nodes(2).tasks(4).limitMs(3 * HOUR_MS));
    story.submits("liwei", constraint("b").nodes(2).limitMs(HOUR_MS));
    story.plans();
    long startMs = story.nowMs + HOUR_MS;
    JobId waits = story.submits("chenjie", constraint("[a|b]").nodes(2).tasks(4).limitMs(HOUR_MS));
    JobId harms = story.submits("wangfang", constraint("b").limitMs(20 * HOUR_MS));
    story.plans();
    assertThat(nodesOf(waits)).isEmpty();
    assertThat(nodesOf(harms)).isEmpty();
    assertThat(story.job(waits).promisedMs()).isEqualTo(startMs);
    story.exits(new JobId(2), 0);
    story.plans();
    assertThat(nodesOf(waits)).containsExactly("n3", "n4");
  }

  @Test
  void namedNodesAreAmongItsOwnAndExcludedOnesAreNot() {
    for (int i = 1; i <= 5; i++) {
      node("cn00" + i, 1);
    }
    JobPlacement named =
        JobPlacement.builder().nodeList("cn[004-005]").excludeNodes("cn001").build();
    assertThat(nodesOf(script().nodes(3).placement(named)))
        .containsExactly("cn004", "cn005", "cn002");
    assertThat(nodesOf(script().placement(named))).as("two by its list").hasSize(2);
  }

  @Test
  void partitionsListTheirNodesAndMayOverlap() {
    node("n1", 1);
    node("n2", 1);
    node("n3", 1);
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(BATCH, true, HOUR_MS, HOUR_MS, "n[1-2]")));
    story.does(
        new Input.DefinePartition(
            OWNER, new PartitionDefined(DEBUG, false, HOUR_MS, HOUR_MS, "n[2-3]")));
    assertThat(nodesOf(script().partition(DEBUG).cpusPerTask(2))).containsExactly("n2");
    assertThat(nodesOf(script().cpusPerTask(2))).containsExactly("n1");
    assertThat(nodesOf(script().partition(DEBUG).cpusPerTask(2))).containsExactly("n3");
    assertThat(refused(script().nodes(3)).message()).contains("at most 2 nodes");
    assertThat(refused(script().placement(JobPlacement.builder().nodeList("n3").build())).message())
        .contains("n3 is not in partition batch");
  }

  @Test
  void whatCanNeverBeIsRefusedWithTheNearestThatCan() {
    node("n1", 1, "a");
    node("n2", 1, "a", "b");
    node("n3", 1, "ib");
    assertThat(refused(constraint("ab")).message()).contains("no node has the feature ab", "ib");
    assertThat(refused(constraint("a&ib")).field()).isEqualTo("constraint");
    assertThat(refused(constraint("a").nodes(3)).message()).contains("ask for at most 2 nodes");
    assertThat(refused(constraint("a*3").nodes(3)).message())
        .contains("asks for 3 nodes", "at most 2");
    assertThat(refused(constraint("b*1&(b|b)*1").nodes(2)).message()).contains("not all at once");
    assertThat(refused(constraint("a*2").nodes(1)).message()).contains("at least 2");
    assertThat(refused(constraint("a&(")).message()).contains("character 4");
    assertThat(refused(listed("n[1-2]", "n2")).message()).contains("n2 is in nodeList and in");
    assertThat(refused(listed("n4", "")).message()).contains("no node n4", "did you mean n1");
    assertThat(refused(listed("", "n9")).field()).isEqualTo("excludeNodes");
    assertThat(refused(listed("n[1-", "")).message()).contains("cn[001-004,7]");
    assertThat(refused(listed("n[1-2]", "").nodes(1)).message()).contains("at least 2 nodes");
    assertThat(refused(listed("", "n[1-3]")).message()).contains("leave excludeNodes out");
    assertThat(refused(listed("n[1-2]", "").cpusPerTask(3)).field()).isEqualTo("cpusPerTask");
    assertThat(refused(listed("n[1-3]", "").tasks(2)).message()).contains("at least 3 tasks");
  }

  private static JobRequest.Builder listed(String nodeList, String excludeNodes) {
    return script()
        .placement(JobPlacement.builder().nodeList(nodeList).excludeNodes(excludeNodes).build());
  }

  @Test
  void jobsLieOnTheSwitchesAsTheyAsk() {
    for (int i = 1; i <= 6; i++) {
      story.node("n" + i, 1);
    }
    story.does(
        new Input.DefineTopology(
            OWNER,
            new TopologyDefined(
                List.of(
                    new NetworkSwitch("core", "", ""),
                    new NetworkSwitch("s1", "core", "n[1-2]"),
                    new NetworkSwitch("s2", "core", "n[3-6]")))));
    JobRequest.Builder three = script().nodes(3);
    assertThat(nodesOf(three)).containsExactly("n3", "n4", "n5");
    JobPlacement oneSwitch = JobPlacement.builder().switches(1).build();
    JobId waits = story.submits("liwei", script().nodes(3).placement(oneSwitch));
    story.plans();
    assertThat(nodesOf(waits)).as("n1, n2 and n6 are free").isEmpty();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    story.exits(new JobId(1), 0);
    story.plans();
    assertThat(nodesOf(waits)).containsExactly("n3", "n4", "n5");
    JobPlacement row = JobPlacement.builder().contiguous(true).build();
    JobId side = story.submits("liwei", script().nodes(3).placement(row));
    story.plans();
    assertThat(nodesOf(side)).as("n6 is not next to n2").isEmpty();
    assertThat(refused(script().nodes(5).placement(oneSwitch)).message())
        .contains("at most 4 nodes");
    assertThat(refused(script().nodes(7).placement(row)).field()).isEqualTo("nodes");
    JobPlacement twoSwitches = JobPlacement.builder().switches(2).build();
    assertThat(refused(script().nodes(7).placement(twoSwitches)).field()).isEqualTo("nodes");
    assertThat(
            story
                .refuses(
                    new Input.DefineTopology(
                        OWNER, new TopologyDefined(List.of(new NetworkSwitch("a", "b", "n1")))))
                .message())
        .contains("not there");
  }

  @Test
  void jobsArePackedOnFewSwitchesUnlessTheyWantToBeSpread() {
    for (int i = 1; i <= 6; i++) {
      node("n" + i, 1);
    }
    story.does(
        new Input.DefineTopology(
            OWNER,
            new TopologyDefined(
                List.of(
                    new NetworkSwitch("core", "", ""),
                    new NetworkSwitch("s1", "core", "n[1-2]"),
                    new NetworkSwitch("s2", "core", "n[3-4]"),
                    new NetworkSwitch("s3", "core", "n[5-6]")))));
    JobPlacement spread = JobPlacement.builder().spread(true).build();
    ends(script().nodes(2), "n1", "n2");
    ends(script().nodes(2).placement(spread), "n1", "n3");
    ends(script().nodes(3), "n1", "n2", "n3");
    ends(script().nodes(3).placement(spread), "n1", "n3", "n5");
    ends(script().nodes(5).placement(spread), "n1", "n3", "n5", "n2", "n4");
    JobId holds = story.submits("liwei", so(JobPlacement.builder().nodeList("n1")));
    story.plans();
    ends(so(JobPlacement.builder()).nodes(2), "n3", "n4");
    ends(so(JobPlacement.builder().spread(true)).nodes(2), "n2", "n3");
    story.exits(holds, 0);
  }

  @Test
  void aRunWhoseNodesHaveDifferentOnesOfTheAlternativesIsNotTaken() {
    node("n1", 1, "a");
    node("n2", 1, "b");
    node("n3", 1, "a");
    JobId job = story.submits("liwei", constraint("[a|b]").nodes(2));
    List<Allocation> mixed = List.of(one("n1"), one("n2"));
    SchedulerMachine before = SchedulerMachine.from(story.machine.image());
    assertThatThrownBy(
            () -> story.apply(Actor.SCHEDULER, new JobAllocated(new RunId(job, 1), mixed, 0, null)))
        .isInstanceOf(MachineFault.class)
        .rootCause()
        .hasMessageContaining("may not use together");
    story.machine = before;
    story.withoutChecks();
    story.apply(
        Actor.SCHEDULER,
        new JobAllocated(new RunId(job, 1), List.of(one("n1"), one("n3")), 0, null));
    assertThat(nodesOf(job)).containsExactly("n1", "n3");
  }

  private static Allocation one(String node) {
    return new Allocation(new NodeName(node), List.of(0), GIB, List.of());
  }

  private static JobRequest.Builder so(JobPlacement.Builder placement) {
    return script().cpusPerTask(2).placement(placement.build());
  }

  private static JobPlacement.Builder row() {
    return JobPlacement.builder().contiguous(true);
  }

  @Test
  void whoLiesSoMayNameNodesCountFeaturesAndTakeMore() {
    for (int i = 1; i <= 6; i++) {
      node("n" + i, 1, i % 2 == 0 ? "even" : "odd");
    }
    story.does(
        new Input.DefineTopology(
            OWNER,
            new TopologyDefined(
                List.of(
                    new NetworkSwitch("core", "", ""),
                    new NetworkSwitch("s1", "core", "n[1-3]"),
                    new NetworkSwitch("s2", "core", "n[4-6]")))));
    ends(so(row().nodeList("n5")).nodes(3), "n5", "n3", "n4");
    ends(so(row().nodeList("n2,n4")).nodes(3), "n2", "n4", "n3");
    ends(so(row().constraint("even*2&odd*1")), "n2", "n4", "n3");
    ends(so(row().maxNodes(4)).nodes(2), "n1", "n2", "n3", "n4");
    ends(so(row().switches(1).maxNodes(4)).nodes(2), "n1", "n2", "n3");
    ends(so(row().nodeList("n5").maxNodes(4)).nodes(2), "n5", "n2", "n3", "n4");
    ends(so(row()).cpusPerTask(1).nodes(2).tasks(3), "n1", "n2");
    JobPlacement.Builder one = JobPlacement.builder().switches(1);
    ends(so(one.constraint("even*2")), "n4", "n6");
    ends(so(one.constraint("").nodeList("n2")).nodes(2), "n2", "n1");
    ends(so(one.nodeList("").excludeNodes("n1").maxNodes(3)), "n4", "n5", "n6");
    JobPlacement.Builder two = JobPlacement.builder().switches(2).nodeList("n1,n6");
    ends(so(two).nodes(5), "n1", "n6", "n2", "n3", "n4");
    assertThat(refused(so(row().nodeList("n1,n4")).nodes(3)).message())
        .contains("no nodes lie so", "leave contiguous out");
    assertThat(refused(so(JobPlacement.builder().switches(1).nodeList("n1,n6"))).field())
        .isEqualTo("switches");
    ends(so(JobPlacement.builder().switches(2).constraint("odd*2&even*2")), "n1", "n3", "n2", "n4");
    ends(
        so(JobPlacement.builder().switches(2)).cpusPerTask(1).nodes(4).tasks(6),
        "n1",
        "n2",
        "n3",
        "n4");
  }

  private void ends(JobRequest.Builder request, String... nodes) {
    JobId job = story.submits("liwei", request);
    story.plans();
    assertThat(nodesOf(job)).containsExactly(nodes);
    story.exits(job, 0);
  }

  @Test
  void whoLiesSoWaitsUntilItsNamedNodesAreFreeAndSaysWhy() {
    for (int i = 1; i <= 4; i++) {
      node("n" + i, 1);
    }
    JobId holds = story.submits("liwei", so(JobPlacement.builder().nodeList("n3")));
    story.plans();
    JobId waits = story.submits("liwei", so(row().nodeList("n2")).nodes(3).limitMs(HOUR_MS));
    JobId harms =
        story.submits("wangfang", so(JobPlacement.builder().nodeList("n2")).limitMs(20 * HOUR_MS));
    story.plans();
    assertThat(nodesOf(waits)).isEmpty();
    assertThat(nodesOf(harms)).isEmpty();
    assertThat(story.job(waits).promisedMs()).isEqualTo(story.nowMs + HOUR_MS);
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    story.exits(holds, 0);
    story.plans();
    assertThat(nodesOf(waits)).containsExactly("n2", "n1", "n3");
  }

  @Test
  void aListedNodeThatIsTooSmallIsNamedAsTheReason() {
    node("n1", 1);
    story.says(SchedulerStory.facts("n2", "boot-1", 8, 8 * GIB));
    assertThat(refused(listed("n[1-2]", "").tasks(16)).message())
        .contains("of the 2 nodes of nodeList only 1");
  }

  @Test
  void whatWasImpossibleIsAskedAnewWhenTheSiteChanges() {
    node("n1", 1, "a", "b");
    node("n2", 1, "b");
    assertThat(refused(constraint("a").nodes(2)).message()).contains("at most 1 node");
    node("n3", 1, "a");
    assertThat(nodesOf(constraint("a").nodes(2))).containsExactly("n1", "n3");
    assertThat(refused(constraint("a").nodes(3)).field()).isEqualTo("nodes");
    story.does(
        new Input.SetNode(
            OWNER, new NodeSettingsSet(new NodeName("n2"), new NodeSettings(List.of("a"), 1))));
    JobId waits = story.submits("liwei", constraint("a").nodes(3).cpusPerTask(2));
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    story.does(new Input.DrainNode(OWNER, new NodeName("n2"), "fan"));
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.NODE_DOWN);
    story.does(new Input.ResumeNode(OWNER, new NodeName("n2")));
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    PartitionDefined two = new PartitionDefined(BATCH, true, HOUR_MS, HOUR_MS, "n[1-2]");
    story.does(new Input.DefinePartition(OWNER, two));
    assertThat(refused(constraint("a").nodes(3)).message()).contains("at most 2 nodes");
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.NODE_DOWN);
  }

  @Test
  void onlyAdministratorsDescribeNodes() {
    node("n1", 1);
    NodeSettingsSet set =
        new NodeSettingsSet(new NodeName("n1"), new NodeSettings(List.of("a"), 3));
    assertThat(story.refuses(new Input.SetNode(user("liwei"), set)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(new Input.SetNode(user("admin1"), set));
    story.doesWithoutFacts(new Input.SetNode(user("admin1"), set));
    assertThat(
            story
                .refuses(
                    new Input.SetNode(
                        OWNER,
                        new NodeSettingsSet(
                            new NodeName("n1"), new NodeSettings(List.of("a b"), 3))))
                .field())
        .isEqualTo("features");
    assertThat(
            story
                .refuses(
                    new Input.SetNode(
                        OWNER, new NodeSettingsSet(new NodeName("n7"), NodeSettings.DEFAULT)))
                .code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;

/** What jobs get on each of their nodes, on how many nodes, and of the licences. */
final class ResourceStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder placed(JobPlacement.Builder placement) {
    return script().placement(placement.build());
  }

  private static JobPlacement.Builder wish() {
    return JobPlacement.builder();
  }

  private List<Allocation> started(JobRequest.Builder request) {
    JobId job = story.submits("liwei", request);
    story.plans();
    return story.job(job).allocations();
  }

  private Rejection refused(JobRequest.Builder request) {
    return story.refuses(submission("liwei", request));
  }

  private void limitNodes(int most) {
    story.does(
        new Input.SetRules(
            OWNER,
            new RulesSet(
                new Subject.User(new UserName("liwei")),
                new Rules(
                    1,
                    null,
                    List.of(),
                    null,
                    0,
                    List.of(new Limit(LimitScope.GROUP, Quantity.NODES, "", most))))));
  }

  private void gpus(String node, int count) {
    story.says(
        facts(
            node,
            "boot-1",
            8,
            64 * GIB,
            List.of(new NodeFacts.GresInventory("gpu", "a100", count))));
  }

  @Test
  void anExclusiveJobHasItsNodeForItselfWithAllCores() {
    story.node("n1", 4);
    story.node("n2", 8);
    assertThat(started(script())).hasSize(1);
    List<Allocation> alone = started(placed(wish().exclusive(true)).cpusPerTask(2));
    assertThat(alone.getFirst().node().value()).isEqualTo("n2");
    assertThat(alone.getFirst().cores()).hasSize(8);
    assertThat(alone.getFirst().memBytes()).isEqualTo(8 * GIB);
    JobId waits = story.submits("liwei", placed(wish().exclusive(true)));
    story.plans();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    assertThat(started(script()).getFirst().node().value()).isEqualTo("n1");
    story.exits(new JobId(1), 0);
    story.exits(new JobId(4), 0);
    story.plans();
    assertThat(story.job(waits).allocations().getFirst().cores()).hasSize(4);
    assertThat(refused(placed(wish().exclusive(true)).cpusPerTask(9)).message())
        .contains("at most 8 cores");
  }

  @Test
  void aJobTakesAsManyNodesAsHaveRoomUpToItsMost() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 2);
    }
    JobRequest.Builder wide = placed(wish().maxNodes(3).tasksPerNode(2));
    assertThat(started(wide)).hasSize(3);
    JobId second = story.submits("liwei", wide);
    story.plans();
    assertThat(story.job(second).allocations()).hasSize(1);
    story.exits(new JobId(1), 0);
    story.exits(second, 0);
    assertThat(started(wide.nodes(2))).hasSize(3);
    assertThat(refused(wide.nodes(4)).message()).contains("ask for at least 4");
    story.exits(new JobId(3), 0);
    assertThat(started(placed(wish().maxNodes(3).nodeList("n[3-4]"))))
        .extracting(each -> each.node().value())
        .containsExactly("n3", "n4", "n1");
  }

  @Test
  void tasksAreSpreadOverAsManyNodesAsHaveRoom() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    JobRequest.Builder spread = placed(wish().maxNodes(3)).tasks(7);
    assertThat(started(spread.nodes(2)))
        .extracting(each -> each.cores().size())
        .containsExactly(3, 2, 2);
    List<Allocation> second = started(spread);
    assertThat(second).as("n4 and the rest of n1 to n3").hasSize(3);
    assertThat(second).extracting(each -> each.cores().size()).containsExactly(3, 2, 2);
    story.exits(new JobId(1), 0);
    story.exits(new JobId(2), 0);
    JobId holds = story.submits("liwei", placed(wish().nodeList("n[3-4]")).cpusPerTask(4));
    story.plans();
    assertThat(started(spread)).extracting(each -> each.cores().size()).containsExactly(4, 3);
    JobId waits = story.submits("liwei", spread);
    story.plans();
    assertThat(story.job(waits).allocations()).isEmpty();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.RESOURCES);
    story.exits(holds, 0);
    story.plans();
    assertThat(story.job(waits).allocations())
        .extracting(each -> each.cores().size())
        .as("n3 and n4, and one core of n2")
        .containsExactly(4, 3);
  }

  @Test
  void tasksOfWhoTakesManyNodesAreBoundedByTheirNode() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    assertThat(started(placed(wish().maxNodes(3).tasksPerNode(2)).nodes(1).tasks(5)))
        .extracting(each -> each.cores().size())
        .containsExactly(2, 2, 1);
    assertThat(started(placed(wish().maxNodes(4)).tasks(2)))
        .as("no node is without a task")
        .hasSize(2);
    assertThat(refused(placed(wish().maxNodes(3).tasksPerNode(2)).nodes(1).tasks(7)).message())
        .contains("at least 4 nodes");
    assertThat(refused(placed(wish().maxNodes(4)).tasks(17)).message())
        .contains("17 cores on one node", "ask for at most 16 tasks");
    assertThat(refused(placed(wish().maxNodes(1_000)).tasks(1_000)).message())
        .contains("1000 ways to start", "ask for maxNodes 64");
  }

  @Test
  void aLimitOnNodesLeavesFewerWithMoreTasksOnEach() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    limitNodes(2);
    assertThat(started(placed(wish().maxNodes(4)).tasks(5)))
        .extracting(each -> each.cores().size())
        .containsExactly(3, 2);
  }

  @Test
  void aLimitCutsWhatAJobTakesBeyondWhatItMustHave() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 1);
    }
    limitNodes(3);
    assertThat(started(placed(wish().maxNodes(4)))).as("the most that the limit leaves").hasSize(3);
    JobId waits = story.submits("liwei");
    story.plans();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.LIMIT);
  }

  @Test
  void tasksPerNodeSayHowManyNodesAndTasksThereAre() {
    for (int i = 1; i <= 3; i++) {
      story.node("n" + i, 4);
    }
    assertThat(started(placed(wish().tasksPerNode(3)).tasks(7)))
        .extracting(each -> each.cores().size())
        .containsExactly(3, 2, 2);
    assertThat(started(placed(wish().tasksPerNode(2)).nodes(1)).getFirst().cores()).hasSize(2);
    assertThat(refused(placed(wish().tasksPerNode(2)).tasks(7).nodes(3)).message())
        .contains("at least 4 nodes");
  }

  @Test
  void memoryGoesByCoreOrByGpu() {
    gpus("n1", 4);
    Allocation byCore = started(placed(wish().memPerCpuBytes(3 * GIB)).cpusPerTask(2)).getFirst();
    assertThat(byCore.memBytes()).isEqualTo(6 * GIB);
    Allocation byGpu =
        started(
                placed(
                        wish()
                            .memPerGpuBytes(5 * GIB)
                            .gresPerTask(List.of(new GresRequest("gpu", "a100", 1))))
                    .nodes(1)
                    .tasks(2)
                    .gres(List.of(new GresRequest("gpu", "a100", 1))))
            .getFirst();
    assertThat(byGpu.memBytes()).isEqualTo(15 * GIB);
    assertThat(byGpu.gres().getFirst().devices()).containsExactly(0, 1, 2);
    assertThat(refused(placed(wish().memPerCpuBytes(GIB)).memBytes(GIB)).field())
        .isEqualTo("memBytes");
    assertThat(refused(placed(wish().memPerGpuBytes(GIB))).message()).contains("for no GPU");
    assertThat(refused(placed(wish().memPerCpuBytes(65 * GIB))).field())
        .isEqualTo("memPerCpuBytes");
    assertThat(
            refused(
                    placed(wish().gresPerTask(List.of(new GresRequest("gpu", "", 3))))
                        .nodes(1)
                        .tasks(2))
                .message())
        .contains("asks for 6 of gpu", "a node is 4: ask for at most 2 of gpu for each task");
  }

  @Test
  void devicesForEachTaskThatNoNodeHasAreRefusedWithTheNodesThatWouldDo() {
    gpus("n1", 4);
    gpus("n2", 4);
    Rejection refused =
        refused(
            placed(wish().gresPerTask(List.of(new GresRequest("gpu", "", 3)))).nodes(1).tasks(2));
    assertThat(refused.field()).isEqualTo("gresPerTask");
    assertThat(refused.message())
        .isEqualTo(
            "the job asks for 6 of gpu on one node, but the largest number on a node is 4:"
                + " ask for at most 2 of gpu for each task, for at most 1 task, or for 2 nodes");
    assertThat(
            started(
                placed(wish().gresPerTask(List.of(new GresRequest("gpu", "", 3))))
                    .nodes(2)
                    .tasks(2)))
        .as("what was advised")
        .hasSize(2);
    assertThat(
            refused(placed(wish()).nodes(1).gres(List.of(new GresRequest("gpu", "", 6)))).field())
        .as("for each node")
        .isEqualTo("gres");
    assertThat(
            refused(
                    placed(wish().gresPerTask(List.of(new GresRequest("gpu", "", 5))))
                        .nodes(1)
                        .tasks(1))
                .message())
        .endsWith("on a node is 4: ask for at most 4 of gpu for each task");
  }

  @Test
  void coresLieCloseToEachOther() {
    story.says(
        facts("n1", "boot-1", 8, 8 * GIB)
            .with(
                List.of(
                    new NodeFacts.NumaNode(0, List.of(0, 1, 2, 3)),
                    new NodeFacts.NumaNode(1, List.of(4, 5, 6, 7)))));
    assertThat(started(script().cpusPerTask(3)).getFirst().cores()).containsExactly(0, 1, 2);
    assertThat(started(script().cpusPerTask(2)).getFirst().cores()).containsExactly(4, 5);
    assertThat(started(script().cpusPerTask(1)).getFirst().cores()).containsExactly(3);
    assertThat(started(script().cpusPerTask(2)).getFirst().cores()).containsExactly(6, 7);
  }

  @Test
  void devicesForEachTaskGoWithTheTasksOfEachNode() {
    gpus("n1", 4);
    gpus("n2", 4);
    assertThat(
            started(
                placed(wish().gresPerTask(List.of(new GresRequest("gpu", "a100", 1))))
                    .nodes(2)
                    .tasks(5)))
        .extracting(each -> each.gres().getFirst().devices().size())
        .containsExactly(3, 2);
  }

  @Test
  void componentsStartTogetherOrNotAtAll() {
    gpus("n1", 2);
    story.node("n2", 4);
    story.node("n3", 4);
    JobPlacement.Builder with =
        wish()
            .components(
                List.of(
                    new JobComponent(1, 2, 2, GIB, List.of(new GresRequest("gpu", "a100", 2)), ""),
                    new JobComponent(1, 1, 1, 0, List.of(), "")));
    List<Allocation> together = started(placed(with).nodes(1).cpusPerTask(4));
    assertThat(together).extracting(each -> each.cores().size()).containsExactly(4, 4, 1);
    assertThat(together).extracting(each -> each.node().value()).containsExactly("n2", "n1", "n3");
    assertThat(together.get(1).gres().getFirst().devices()).containsExactly(0, 1);
    assertThat(story.log.getLast().event()).isInstanceOf(JobAllocated.class);
    JobId waits = story.submits("liwei", placed(with).nodes(1).cpusPerTask(4));
    story.plans();
    assertThat(story.job(waits).allocations()).as("its devices are taken").isEmpty();
    story.exits(new JobId(1), 0);
    story.plans();
    assertThat(story.job(waits).allocations()).hasSize(3);
  }

  @Test
  void theOwnNodesOfAJobWithComponentsMayAskByCoreByGpuAndByTask() {
    gpus("n1", 2);
    story.node("n2", 4);
    JobPlacement.Builder with =
        wish()
            .memPerCpuBytes(GIB / 2)
            .gresPerTask(List.of(new GresRequest("gpu", "", 1)))
            .components(List.of(new JobComponent(1, 2, 2, GIB / 4, List.of(), "")));
    List<Allocation> together = started(placed(with).tasks(2).cpusPerTask(2));
    assertThat(together).extracting(each -> each.node().value()).containsExactly("n1", "n2");
    assertThat(together).extracting(Allocation::memBytes).containsExactly(2 * GIB, GIB / 4);
    assertThat(together.getFirst().gres().getFirst().devices()).containsExactly(0, 1);
    assertThat(together.get(1).gres()).isEmpty();
  }

  @Test
  void componentsThatCannotBeAreRefusedByName() {
    gpus("n1", 2);
    story.node("n2", 4);
    assertThat(component(new JobComponent(1, 1, 9, 0, List.of(), "")).message())
        .contains("component 1: ", "at most 8 cores");
    assertThat(component(new JobComponent(3, 3, 1, 0, List.of(), "")).message())
        .contains("component 1: asks for 3 nodes, but only 2");
    assertThat(component(new JobComponent(2, 2, 1, 0, List.of(), "")).message())
        .contains("not all at once");
    assertThat(component(new JobComponent(2, 1, 1, 0, List.of(), "")).message())
        .contains("component 1: ", "ask for at least 2 tasks");
    assertThat(component(new JobComponent(1, 1, 1, 0, List.of(), "ib")).message())
        .contains("no node has the feature ib");
    assertThat(component(new JobComponent(-1, 0, 1, 0, List.of(), "")).field())
        .isEqualTo("components");
    assertThat(component(new JobComponent(1, 1, 0, 0, List.of(), "")).message())
        .contains("component 1: cpusPerTask is 0");
    assertThat(component(new JobComponent(100_000, 10_000_000, 65_536, 0, List.of(), "")).message())
        .contains("than can be counted");
  }

  @Test
  void theNodesOfComponentsThatCannotBeAreRefusedWithTheNearestThatCan() {
    for (int i = 1; i <= 4; i++) {
      story.node("n" + i, 4);
    }
    features("n1", "a");
    features("n2", "a");
    features("n3", "b");
    assertThat(component(of(1).nodeList("n7")).message()).contains("component 1: there is no node");
    assertThat(component(of(1).nodeList("n[1-2]")).message())
        .contains("component 1: nodeList names 2 nodes", "ask for at least 2 nodes");
    assertThat(component(of(1).nodeList("n1").excludeNodes("n1")).message())
        .contains("component 1: node n1 is in nodeList and in excludeNodes");
    assertThat(component(of(2).maxNodes(1)).message())
        .contains("component 1: maxNodes is 1 and nodes is 2");
    assertThat(component(of(4).constraint("a*3&b*1")).message())
        .contains("component 1: asks for 3 nodes, but only 2", "at most 2");
    assertThat(component(of(3).constraint("[a|b]")).message())
        .contains("component 1: asks for 3 nodes, but only 2", "at most 2");
    assertThat(component(of(4).constraint("a*3")).message())
        .contains("component 1: asks for 3 nodes");
    assertThat(component(of(2).excludeNodes("n[2-3]").contiguous(true)).message())
        .contains("component 1: no 2 nodes", "side by side", "leave contiguous of component 1 out");
    assertThat(
            refused(
                    placed(
                        wish().nodeList("n1").components(List.of(whole(of(0).nodeList("n[1-2]"))))))
                .message())
        .contains("node n1 is in nodeList of the job's own nodes and of component 1");
    assertThat(
            refused(
                    placed(
                        wish()
                            .excludeNodes("n1")
                            .components(List.of(whole(of(0).nodeList("n[1-2]"))))))
                .message())
        .contains("which is for all components");
    assertThat(component(of(1).maxNodes(100)).message())
        .contains("more than 64 ways to start", "a smaller maxNodes");
    assertThat(component(of(4).constraint("a*1&b*1")).message()).contains("not all at once");
  }

  private static Part of(int nodes) {
    return new Part(nodes, wish());
  }

  private void features(String node, String... names) {
    story.does(
        new Input.SetNode(
            OWNER, new NodeSettingsSet(new NodeName(node), new NodeSettings(List.of(names), 0))));
  }

  /** A component of one core for each task, and what it wishes of its nodes. */
  private record Part(int nodes, JobPlacement.Builder wish) {
    private Part nodeList(String names) {
      return new Part(nodes, wish.nodeList(names));
    }

    private Part excludeNodes(String names) {
      return new Part(nodes, wish.excludeNodes(names));
    }

    private Part constraint(String text) {
      return new Part(nodes, wish.constraint(text));
    }

    private Part maxNodes(int most) {
      return new Part(nodes, wish.maxNodes(most));
    }

    private Part contiguous(boolean so) {
      return new Part(nodes, wish.contiguous(so));
    }

    private Part switches(int most) {
      return new Part(nodes, wish.switches(most));
    }
  }

  private static JobComponent whole(Part part) {
    return new JobComponent(part.nodes(), 0, 1, 0, List.of(), part.wish().build());
  }

  private Rejection component(Part part) {
    return component(whole(part));
  }

  private List<String> nodesOf(List<Allocation> allocations, int component) {
    return allocations.stream()
        .filter(each -> each.component() == component)
        .map(each -> each.node().value())
        .toList();
  }

  @Test
  void eachComponentHasTheNodesThatItAsksFor() {
    for (int i = 1; i <= 8; i++) {
      story.node("n" + i, 2);
      features("n" + i, i % 2 == 0 ? "even" : "odd");
    }
    JobPlacement.Builder with =
        wish()
            .nodeList("n5")
            .components(
                List.of(
                    whole(of(2).contiguous(true).excludeNodes("n[1-2]")),
                    whole(of(2).constraint("[odd|even]")),
                    whole(of(2).constraint("odd*1&even*1"))));
    List<Allocation> together = started(placed(with).nodes(1));
    assertThat(together).extracting(Allocation::component).containsExactly(0, 1, 1, 2, 2, 3, 3);
    assertThat(nodesOf(together, 0)).containsExactly("n5");
    assertThat(nodesOf(together, 1)).containsExactly("n3", "n4");
    assertThat(nodesOf(together, 2)).as("odd ones would be too few").containsExactly("n2", "n6");
    assertThat(nodesOf(together, 3)).containsExactly("n1", "n8");
  }

  @Test
  void aComponentTakesAsManyNodesAsHaveRoomUpToItsMost() {
    for (int i = 1; i <= 5; i++) {
      story.node("n" + i, 4);
    }
    JobComponent spread = new JobComponent(1, 5, 1, 0, List.of(), wish().maxNodes(3).build());
    List<Allocation> together =
        started(placed(wish().maxNodes(2).tasksPerNode(2).components(List.of(spread))).nodes(1));
    assertThat(together)
        .extracting(each -> each.component() + ":" + each.cores().size())
        .as("two tasks on each of its own, five tasks over three")
        .containsExactly("0:2", "0:2", "1:2", "1:2", "1:1");
    story.exits(new JobId(1), 0);
    limitNodes(4);
    assertThat(started(placed(wish().maxNodes(2).tasksPerNode(2).components(List.of(spread)))))
        .extracting(each -> each.component() + ":" + each.cores().size())
        .as("the limit leaves four nodes")
        .containsExactly("0:2", "0:2", "1:3", "1:2");
  }

  @Test
  void aComponentAsksByCoreByGpuAndByTaskAlsoWhereItsTasksDoNotDivide() {
    gpus("n1", 2);
    gpus("n2", 2);
    story.node("n3", 4);
    JobComponent uneven =
        new JobComponent(
            2,
            3,
            1,
            0,
            List.of(),
            wish()
                .memPerCpuBytes(GIB / 4)
                .gresPerTask(List.of(new GresRequest("gpu", "", 1)))
                .build());
    List<Allocation> together = started(placed(wish().components(List.of(uneven))).cpusPerTask(4));
    assertThat(together).extracting(each -> each.node().value()).containsExactly("n3", "n1", "n2");
    assertThat(together.get(1).memBytes()).isEqualTo(GIB / 2);
    assertThat(together.get(2).memBytes()).isEqualTo(GIB / 4);
    assertThat(together.get(1).gres().getFirst().devices()).hasSize(2);
    assertThat(together.get(2).gres().getFirst().devices()).hasSize(1);
  }

  private Rejection component(JobComponent component) {
    return refused(placed(wish().components(List.of(component))));
  }

  @Test
  void licencesAreNeverGivenTwice() {
    story.node("n1", 8);
    story.does(new Input.DefineLicence(OWNER, new LicenceDefined("fluent", 3)));
    JobRequest.Builder two = placed(wish().licences(Map.of("fluent", 2)));
    assertThat(started(two)).hasSize(1);
    JobId waits = story.submits("liwei", two);
    assertThat(started(script())).as("it needs no licence").hasSize(1);
    assertThat(story.job(waits).allocations()).isEmpty();
    assertThat(story.machine.state().pendingReason(waits)).isEqualTo(PendingReason.LICENSES);
    assertThat(story.machine.state().pendingWhy(waits).sentence()).contains("of which 1 are free");
    assertThat(story.machine.state().licencesUsed("fluent")).isEqualTo(2);
    story.exits(new JobId(1), 0);
    story.plans();
    assertThat(story.job(waits).allocations()).hasSize(1);
    story.does(new Input.DefineLicence(OWNER, new LicenceDefined("fluent", 1)));
    assertThat(started(placed(wish().licences(Map.of("fluent", 1))))).isEmpty();
    assertThat(refused(two).message()).contains("the site has 1");
    assertThat(refused(placed(wish().licences(Map.of("fluemt", 1)))).message())
        .contains("did you mean fluent");
    assertThat(
            story
                .refuses(new Input.DefineLicence(user("liwei"), new LicenceDefined("fluent", 9)))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
  }

  @Test
  void numbersThatCannotBeCountedAreRefused() {
    story.node("n1", 8);
    assertThat(refused(placed(wish().maxNodes(100_000).tasksPerNode(10_000_000))).field())
        .isEqualTo("tasksPerNode");
    assertThat(refused(placed(wish().maxNodes(-1))).field()).isEqualTo("maxNodes");
    assertThat(refused(placed(wish().memPerCpuBytes(1L << 50)).cpusPerTask(65_536)).field())
        .isEqualTo("memPerCpuBytes");
    assertThat(
            refused(
                    placed(wish().gresPerTask(List.of(new GresRequest("gpu", "", 1024))))
                        .nodes(1)
                        .tasks(10_000_000))
                .field())
        .isEqualTo("gresPerTask");
  }

  @Test
  void nodesOnManySwitchesAreNotSideBySideNorOnOne() {
    story.node("n1", 8);
    assertThat(refused(placed(wish().spread(true).contiguous(true))).message())
        .contains("spread is for many switches and contiguous", "leave one of them out");
    assertThat(refused(placed(wish().spread(true).switches(1))).field()).isEqualTo("spread");
    started(placed(wish().spread(true).switches(2)));
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Explanation.Holder;
import org.queqiao.core.message.Explanation.Other;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.message.Viewer;

/** What a waiting job is told. */
final class ExplainStoriesTest {
  private static Explanation explained(SchedulerStory story, JobId job) {
    return story.machine.state().explain(job, story.nowMs).orElseThrow();
  }

  private static String text(SchedulerStory story, JobId job) {
    return ExplanationText.waiting(explained(story, job), story.nowMs, 0, Viewer.OWNER);
  }

  @Test
  void eachComponentSaysWhatItLacks() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    story.says(
        SchedulerStory.facts(
            "n2",
            "boot-1",
            4,
            4 * SchedulerStory.GIB,
            List.of(new NodeFacts.GresInventory("gpu", "a100", 2))));
    JobId holds =
        story.submits(
            "liwei",
            SchedulerStory.script().gres(List.of(new GresRequest("gpu", "", 2))).limitMs(HOUR_MS));
    story.plans();
    JobComponent component =
        new JobComponent(1, 2, 1, 0, List.of(new GresRequest("gpu", "", 1)), "");
    JobId waits =
        story.submits(
            "wangfang",
            SchedulerStory.script()
                .cpusPerTask(4)
                .placement(JobPlacement.builder().components(List.of(component)).build()));
    Explanation found = explained(story, waits);
    assertThat(found.components())
        .containsExactly(
            new Explanation.Component(1, 4, 1, 2, ""),
            new Explanation.Component(1, 2, 0, 1, "gres/gpu"));
    assertThat(found.holders()).extracting(each -> each.other().job()).containsExactly(holds);
    assertThat(text(story, waits))
        .contains(
            "Component 1 needs 1 node with 2 cores: 0 of 1 of that kind have room now;"
                + " what is missing is gres/gpu.");
  }

  private static SchedulerStory fourNodes() {
    SchedulerStory story = SchedulerStory.site();
    for (String node : List.of("n1", "n2", "n3", "n4")) {
      story.node(node, 8);
    }
    return story;
  }

  private static JobRequest.Builder on(String nodes) {
    return SchedulerStory.script()
        .cpusPerTask(8)
        .limitMs(HOUR_MS)
        .placement(JobPlacement.builder().nodeList(nodes).build());
  }

  private static void keeps(SchedulerStory story, String... nodes) {
    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"),
            new ReservationRequest(
                new ReservationName("school"),
                "",
                story.nowMs + HOUR_MS / 2,
                null,
                HOUR_MS,
                null,
                null,
                Arrays.stream(nodes).map(NodeName::new).toList(),
                null,
                null,
                List.of(new UserName("liwei")),
                List.of(),
                false,
                false,
                false)));
  }

  @Test
  void onlyTheNodesThatItNamesCountWhereItNeedsNoOthers() {
    SchedulerStory story = fourNodes();
    JobId there = story.submits("liwei", on("n1"));
    story.submits("liwei", on("n2"));
    story.plans();
    keeps(story, "n3");
    JobId waits = story.submits("wangfang", on("n1"));
    Explanation found = explained(story, waits);
    assertThat(found.room()).isEqualTo(new Explanation.Room(1, 8, 0, 8, 0, 0, 1, 0, 0, 16, 32));
    assertThat(found.holders()).extracting(each -> each.other().job()).containsExactly(there);
    assertThat(found.kept()).as("n3 is no node of it").isEmpty();
    assertThat(found.groups()).as("one group is all").isEmpty();
    assertThat(found.why().sentence()).doesNotContain("n3");
    assertThat(text(story, waits))
        .contains(
            "0 nodes of 1 of that kind have room now", "1 job holds what is missing: " + there)
        .doesNotContain("school", "eservation");
  }

  @Test
  void theNodesThatItNamesAndTheOthersAreCountedForThemselves() {
    SchedulerStory story = fourNodes();
    JobId there = story.submits("liwei", on("n1"));
    story.submits("liwei", on("n2"));
    story.plans();
    JobId waits = story.submits("wangfang", on("n1").nodes(2));
    Explanation found = explained(story, waits);
    assertThat(found.groups())
        .containsExactly(
            new Explanation.Group("nodeList", 1, 0, 1), new Explanation.Group("others", 1, 2, 3));
    assertThat(found.holders()).extracting(each -> each.other().job()).containsExactly(there);
    assertThat(text(story, waits))
        .contains("1 node is to be of those that it names: 0 of 1 have room now.");
  }

  @Test
  void eachCountOfItsConstraintIsCountedForItself() {
    SchedulerStory story = SchedulerStory.site();
    for (String feature : List.of("a", "b", "c")) {
      for (int i = 1; i <= 2; i++) {
        story.node(feature + i, 8);
        story.does(
            new Input.SetNode(
                SchedulerStory.OWNER,
                new NodeSettingsSet(
                    new NodeName(feature + i), new NodeSettings(List.of(feature), 1))));
      }
    }
    JobId there = story.submits("liwei", on("b1"));
    story.submits("liwei", on("c2"));
    story.plans();
    keeps(story, "a2", "c1");
    JobId waits =
        story.submits(
            "wangfang",
            SchedulerStory.script()
                .nodes(3)
                .tasks(3)
                .cpusPerTask(8)
                .limitMs(HOUR_MS)
                .placement(JobPlacement.builder().constraint("a*1&b*2").build()));
    Explanation found = explained(story, waits);
    assertThat(found.groups())
        .containsExactly(
            new Explanation.Group("count 1", 1, 1, 2), new Explanation.Group("count 2", 2, 1, 2));
    assertThat(found.room().fitIdle()).as("c1 and c2 serve no count").isEqualTo(4);
    assertThat(found.holders()).extracting(each -> each.other().job()).containsExactly(there);
    assertThat(found.kept()).extracting(Explanation.Kept::nodes).containsExactly(1);
    assertThat(text(story, waits))
        .contains("2 nodes are to be for count 2 of its constraint: 1 of 2 has room now.");
  }

  @Test
  void whatIsMissingIsCountedAndWhoHoldsItIsNamed() {
    SchedulerStory story = SchedulerStory.site();
    for (String node : List.of("n1", "n2", "n3", "n4")) {
      story.node(node, 8);
    }
    story.node("small", 2);
    JobId wide =
        story.submits(
            "liwei", SchedulerStory.script().nodes(2).tasks(2).cpusPerTask(6).limitMs(2 * HOUR_MS));
    JobId narrow =
        story.submits("chenjie", SchedulerStory.script().cpusPerTask(5).limitMs(HOUR_MS));
    story.plans();
    story.does(new Input.DrainNode(SchedulerStory.user("admin1"), new NodeName("n4"), "disk"));
    JobId waits =
        story.submits("wangfang", SchedulerStory.script().nodes(2).tasks(3).cpusPerTask(3));
    Explanation found = explained(story, waits);
    assertThat(found.why().word()).isEqualTo("Resources");
    assertThat(found.room()).isEqualTo(new Explanation.Room(2, 3, 1, 6, 1, 0, 3, 1, 0, 9, 26));
    assertThat(found.lacks()).containsExactly(new Explanation.Lack("cores", 3));
    assertThat(found.holders())
        .containsExactly(
            new Holder(
                new Other(narrow, new UserName("chenjie"), SchedulerStory.MATERIALS, 0),
                5,
                story.nowMs + HOUR_MS),
            new Holder(
                new Other(wide, new UserName("liwei"), SchedulerStory.CLIMATE, 0),
                12,
                story.nowMs + 2 * HOUR_MS));
    assertThat(found.aheadCount()).isZero();
    assertThat(ExplanationText.waiting(found, story.nowMs, story.nowMs + 90 * 60_000, Viewer.OWNER))
        .isEqualTo(
            "The job waits: Resources. It needs 2 nodes with 3 cores on each (1 of them with 6):"
                + " 1 node of 3 of that kind has room now, 9 cores of 26 are free in its partition;"
                + " what is missing is cores on 3 nodes. 2 jobs hold what is missing: "
                + narrow
                + " and "
                + wide
                + ". 0 nodes of that kind are down and 1"
                + " drained. No job is before it in the queue of 1. If every job runs to its time"
                + " limit and nobody submits more, it starts in 1 h 30 min.");
  }

  @Test
  void whatItAsksForBesideCoresIsSaid() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 2);
    story.node("n2", 2);
    story.does(new Input.DefineLicence(SchedulerStory.OWNER, new LicenceDefined("fluent", 1)));
    JobPlacement.Builder one = JobPlacement.builder().licences(Map.of("fluent", 1));
    story.submits("liwei", SchedulerStory.script().placement(one.build()));
    story.plans();
    JobId second =
        story.submits(
            "liwei",
            SchedulerStory.script().placement(one.excludeNodes("n2").exclusive(true).build()));
    assertThat(text(story, second))
        .contains(
            "The job waits: Licenses. Too few licences are free: it asks for 1 of licence fluent,"
                + " of which 0 are free. It asks for none of the nodes n2, nodes for itself"
                + " alone. It needs 1 node with 1 core: 0 nodes of 1 of that kind have room now");
  }

  /** Two devices are held by one of two runs; the cores and the memory of the node are free. */
  private static SchedulerStory fullOfDevices() {
    SchedulerStory story = SchedulerStory.site();
    story.says(
        SchedulerStory.facts(
            "n1",
            "boot-1",
            16,
            16 * SchedulerStory.GIB,
            List.of(new NodeFacts.GresInventory("gpu", "v100", 2))));
    return story;
  }

  private static JobRequest.Builder gpus(int count) {
    return SchedulerStory.script().gres(List.of(new GresRequest("gpu", "", count)));
  }

  @Test
  void theDevicesThatAreMissingAreNamedAndWhoHoldsThem() {
    SchedulerStory story = fullOfDevices();
    JobId holds = story.submits("liwei", gpus(2));
    story.submits("liwei", SchedulerStory.script().cpusPerTask(2));
    story.plans();
    JobId waits = story.submits("wangfang", gpus(1));
    Explanation found = explained(story, waits);
    assertThat(found.lacks()).containsExactly(new Explanation.Lack("gres/gpu", 1));
    assertThat(found.holders())
        .as("who holds only cores there is in nobody's way")
        .extracting(each -> each.other().job())
        .containsExactly(holds);
    assertThat(text(story, waits))
        .contains(
            "13 cores of 16 are free in its partition; what is missing is gres/gpu on 1 node."
                + " 1 job holds what is missing: "
                + holds
                + ".");
    JobId typed =
        story.submits(
            "wangfang", SchedulerStory.script().gres(List.of(new GresRequest("gpu", "v100", 1))));
    assertThat(explained(story, typed).lacks())
        .containsExactly(new Explanation.Lack("gres/gpu:v100", 1));
  }

  @Test
  void memoryAndAllThatIsMissingOnANodeIsNamed() {
    SchedulerStory story = fullOfDevices();
    JobId all = story.submits("liwei", gpus(2).memBytes(15 * SchedulerStory.GIB).limitMs(HOUR_MS));
    story.plans();
    JobId waits = story.submits("wangfang", gpus(1).memBytes(2 * SchedulerStory.GIB));
    assertThat(explained(story, waits).lacks())
        .containsExactly(new Explanation.Lack("gres/gpu", 1), new Explanation.Lack("memory", 1));
    assertThat(explained(story, waits).holders())
        .extracting(each -> each.other().job())
        .containsExactly(all);
    JobId alone =
        story.submits(
            "wangfang",
            SchedulerStory.script()
                .memBytes(1L)
                .placement(JobPlacement.builder().exclusive(true).build()));
    assertThat(explained(story, alone).lacks()).containsExactly(new Explanation.Lack("cores", 1));
  }

  @Test
  void aLicenceThatIsMissingIsNamedAndWhoHoldsIt() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    story.does(new Input.DefineLicence(SchedulerStory.OWNER, new LicenceDefined("fluent", 1)));
    JobPlacement one = JobPlacement.builder().licences(Map.of("fluent", 1)).build();
    JobId holds = story.submits("liwei", SchedulerStory.script().placement(one));
    story.submits("liwei");
    story.plans();
    JobId waits = story.submits("liwei", SchedulerStory.script().placement(one));
    assertThat(explained(story, waits).lacks())
        .containsExactly(new Explanation.Lack("licence/fluent", 0));
    assertThat(explained(story, waits).holders())
        .extracting(each -> each.other().job())
        .containsExactly(holds);
    assertThat(text(story, waits))
        .contains(
            "; what is missing is licence/fluent. 1 job holds what is missing: " + holds + ".");
  }

  @Test
  void whereEnoughNodesHaveRoomNobodyHoldsWhatIsMissing() {
    SchedulerStory story = fourNodes();
    story.does(new Input.DefineLicence(SchedulerStory.OWNER, new LicenceDefined("fluent", 1)));
    story.submits("liwei", on("n1"));
    JobPlacement one = JobPlacement.builder().licences(Map.of("fluent", 1)).build();
    JobId licensed = story.submits("liwei", SchedulerStory.script().placement(one));
    story.plans();
    JobRequest.Builder wide = SchedulerStory.script().cpusPerTask(8).limitMs(HOUR_MS);
    JobId held = story.submits("wangfang", wide.hold(true));
    assertThat(explained(story, held).why().word()).isEqualTo("JobHeldUser");
    assertThat(explained(story, held).holderCount()).isZero();
    assertThat(text(story, held)).doesNotContain("what is missing");
    JobId waits = story.submits("wangfang", wide.hold(false).placement(one));
    assertThat(explained(story, waits).holders())
        .as("who holds cores alone has nothing that it lacks")
        .extracting(each -> each.other().job())
        .containsExactly(licensed);
  }

  @Test
  void whatTheWalletDoesNotPayForIsSaidInWords() {
    SchedulerStory story = fourNodes();
    story.does(
        new Input.DefineTariff(
            SchedulerStory.OWNER, new TariffDefined(SchedulerStory.BATCH, 1_000_000, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(
          new Input.TellBudgets(
              List.of(new BudgetTold(SchedulerStory.MATERIALS, 500_000, "CNY", asOf))));
    }
    JobId poor = story.submits("chenjie", SchedulerStory.script().cpusPerTask(1).limitMs(HOUR_MS));
    assertThat(text(story, poor))
        .contains(
            "The job waits: AssocGrpBillingMinutes.",
            "Money or a budget holds it: this job may cost 1 CNY; the wallet of project materials"
                + " has 0.5 CNY left");
  }

  @Test
  void whatTasksWaitForOfTheirLikesIsSaid() {
    SchedulerStory story = fourNodes();
    JobId first = story.submits("liwei", SchedulerStory.script().array("0-2").hold(true));
    JobId second =
        story.submits(
            "liwei",
            SchedulerStory.script()
                .array("0-2")
                .terms(TermsRequest.NONE.withDependency("aftercorr:" + first)));
    assertThat(explained(story, second).progress(0)).isEqualTo(Progress.WAITING);
    assertThat(text(story, second))
        .contains("waits: Dependency. It depends on aftercorr:" + first + ", not met yet.");
    story.does(new Input.CancelJob(SchedulerStory.user("liwei"), first));
    assertThat(explained(story, second).progress(0)).isEqualTo(Progress.FAILED);
    assertThat(text(story, second))
        .contains("It depends on aftercorr:" + first + ", which can never be met.");
  }

  @Test
  void freeCoresAreThoseOfItsPartition() {
    SchedulerStory story = fourNodes();
    story.does(
        new Input.DefinePartition(
            SchedulerStory.OWNER,
            new PartitionDefined(
                SchedulerStory.DEBUG,
                false,
                HOUR_MS,
                HOUR_MS,
                "n[1-2]",
                false,
                1,
                PreemptRules.OFF)));
    story.submits("liwei", on("n1").partition(SchedulerStory.DEBUG));
    story.plans();
    JobId waits =
        story.submits(
            "liwei",
            SchedulerStory.script()
                .partition(SchedulerStory.DEBUG)
                .nodes(2)
                .tasks(2)
                .cpusPerTask(8)
                .limitMs(HOUR_MS));
    assertThat(text(story, waits)).contains("8 cores of 16 are free in its partition;");
  }

  @Test
  void jobsAreNamedToThoseWhoMaySeeThemAndTheOthersAreCounted() {
    SchedulerStory story = SchedulerStory.site().inOrder();
    story.node("n1", 8);
    JobId mine = null;
    for (int i = 0; i < 8; i++) {
      JobId job = story.submits(i == 3 ? "wangfang" : "liwei");
      mine = i == 3 ? job : mine;
    }
    story.plans();
    JobId first = story.submits("liwei", SchedulerStory.script().cpusPerTask(8));
    JobId waits = story.submits("wangfang", SchedulerStory.script().cpusPerTask(8));
    Explanation found = explained(story, waits);
    assertThat(ExplanationText.waiting(found, story.nowMs, 0, Viewer.OWNER))
        .contains("8 jobs hold what is missing: 1, 2, 3, 4, 5 and 3 more.")
        .contains("1 job is before it in the queue of 2: " + first + ".");
    assertThat(ExplanationText.waiting(found, story.nowMs, 0, SchedulerStory.ownJobsOf("wangfang")))
        .contains("8 jobs hold what is missing: " + mine + " and 7 more.")
        .contains("1 job is before it in the queue of 2.");
    assertThat(ExplanationText.waiting(found, story.nowMs, 0, SchedulerStory.ownJobsOf("chenjie")))
        .contains("8 jobs hold what is missing.");
  }

  @Test
  void aReservationForOthersIsNamedToAdministratorsAlone() {
    SchedulerStory story = fourNodes();
    keeps(story, "n1");
    JobId waits = story.submits("wangfang", on("n1"));
    Explanation found = explained(story, waits);
    assertThat(ExplanationText.waiting(found, story.nowMs, 0, Viewer.OWNER))
        .contains("Reservation school keeps 1 node that it could use");
    assertThat(ExplanationText.waiting(found, story.nowMs, 0, SchedulerStory.ownJobsOf("wangfang")))
        .contains("A reservation keeps 1 node that it could use")
        .doesNotContain("school");
  }

  @Test
  void thoseBeforeItInTheQueueAreThere() {
    SchedulerStory story = SchedulerStory.site().inOrder();
    story.node("n1", 2);
    story.submits("liwei", SchedulerStory.script().cpusPerTask(2));
    story.plans();
    JobId first = story.submits("liwei", SchedulerStory.script().cpusPerTask(2));
    JobId second = story.submits("chenjie", SchedulerStory.script().cpusPerTask(2));
    JobId third = story.submits("wangfang");
    Explanation found = explained(story, third);
    assertThat(found.why().word()).isEqualTo("Priority");
    assertThat(found.ahead()).extracting(Other::job).containsExactly(first, second);
    assertThat(found.aheadCount()).isEqualTo(2);
    assertThat(found.inQueue()).isEqualTo(3);
    assertThat(text(story, third))
        .contains("2 jobs are before it in the queue of 3: " + first + " and " + second + ".");
    assertThat(found.priority())
        .isEqualTo(story.machine.state().priority(third, story.nowMs).orElseThrow());
    assertThat(story.machine.state().explain(new JobId(1), story.nowMs)).isEmpty();
  }

  @Test
  void promisesAreShownToTheOneThatHasThemAndToThoseBehind() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 2);
    story.submits("liwei", SchedulerStory.script().limitMs(HOUR_MS));
    JobId wide = story.submits("liwei", SchedulerStory.script().cpusPerTask(2));
    JobId behind = story.submits("chenjie", SchedulerStory.script().limitMs(2 * HOUR_MS));
    story.plans();
    long promisedMs = story.nowMs + HOUR_MS;
    assertThat(explained(story, wide).job().promisedMs()).isEqualTo(promisedMs);
    assertThat(text(story, wide)).contains("It was promised to start in 1 h 0 min.");
    assertThat(explained(story, behind).ahead())
        .containsExactly(
            new Other(wide, new UserName("liwei"), SchedulerStory.CLIMATE, promisedMs));
  }

  @Test
  void everyLimitIsShownWithItsUseAndTheOneThatHoldsItIsSaid() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    Subject liwei = new Subject.User(new UserName("liwei"));
    Limit one = new Limit(LimitScope.GROUP, Quantity.RUNNING_JOBS, "", 1);
    Limit cores = new Limit(LimitScope.GROUP, Quantity.CORES, "", 100);
    story.does(
        new Input.SetRules(
            SchedulerStory.user("admin1"),
            new RulesSet(liwei, new Rules(1, null, List.of(), null, 0, List.of(cores, one)))));
    story.submits("liwei", SchedulerStory.script().cpusPerTask(3));
    story.plans();
    JobId waits = story.submits("liwei");
    Explanation found = explained(story, waits);
    assertThat(found.why().word()).isEqualTo("AssocMaxJobsLimit");
    assertThat(found.limits())
        .containsExactly(
            new Explanation.LimitUse(liwei, cores, 3, 1),
            new Explanation.LimitUse(liwei, one, 1, 1));
    assertThat(found.limits())
        .extracting(Explanation.LimitUse::blocks)
        .containsExactly(false, true);
    assertThat(text(story, waits)).contains("A limit holds it: " + found.why().sentence() + ".");
  }

  @Test
  void holdsTimesAndDependenciesAreSaid() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 2);
    JobId held = story.submits("liwei", SchedulerStory.script().hold(true));
    assertThat(explained(story, held).aheadCount()).isEqualTo(-1);
    assertThat(text(story, held)).contains("It is held until its owner releases it.");
    JobId later =
        story.submits(
            "liwei",
            SchedulerStory.script().terms(TermsRequest.NONE.withBeginMs(story.nowMs + HOUR_MS)));
    assertThat(text(story, later))
        .contains("It asked not to start before a time that comes in 1 h 0 min.");
    JobId after =
        story.submits(
            "liwei",
            SchedulerStory.script().terms(TermsRequest.NONE.withDependency("afterok:" + held)));
    assertThat(text(story, after)).contains("It depends on afterok:" + held + ", not met yet.");
    story.does(new Input.CancelJob(SchedulerStory.user("liwei"), held));
    assertThat(text(story, after))
        .contains("It depends on afterok:" + held + ", which can never be met.");
  }

  @Test
  void anArrayIsToldWhereItsTasksAreAndWhyTheNextOneWaits() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 2);
    JobId array = story.submits("liwei", SchedulerStory.script().array("1-6").limitMs(HOUR_MS));
    story.plans();
    JobId first = new JobId(array.value() + 1);
    story.after(60_000).exits(first, 1);
    story.plans();
    story.after(60_000).exits(new JobId(array.value() + 2), 0);
    assertThat(explained(story, array).tasks())
        .isEqualTo(
            new Explanation.Tasks(
                6,
                3,
                1,
                0,
                List.of(
                    new ArrayImage.StateCount(JobState.COMPLETED, 1),
                    new ArrayImage.StateCount(JobState.FAILED, 1))));
    story.plans();
    assertThat(text(story, array))
        .startsWith(
            "Of its 6 tasks: 2 wait, 2 run, 1 ended COMPLETED, 1 ended FAILED. The next task waits:"
                + " Resources. It needs 1 node with 1 core");
    for (int number = 3; number <= 6; number++) {
      story.after(60_000).exits(new JobId(array.value() + number), 0);
      story.plans();
      if (number == 4) {
        assertThat(text(story, array))
            .isEqualTo("Of its 6 tasks: 2 run, 3 ended COMPLETED, 1 ended FAILED.");
      }
    }
    story.ticks();
    assertThat(ExplanationText.past(story.job(array), story.nowMs))
        .isEqualTo(
            "The array ended as FAILED, 6 min 0 s after it was submitted. Of its 6 tasks: 5 ended"
                + " COMPLETED, 1 ended FAILED.");
  }

  @Test
  void whatIsOverIsToldInItsTimes() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 1);
    JobId first = story.submits("liwei");
    JobId second = story.submits("liwei");
    story.plans();
    story.after(90_000).exits(first, 0);
    story.plans();
    story.after(5_000);
    assertThat(ExplanationText.past(story.job(second), story.nowMs))
        .isEqualTo(
            "The job started 1 min 30 s after it was submitted. It runs since 5 s, at most 1 h 0"
                + " min.");
    assertThat(ExplanationText.past(story.job(first), story.nowMs))
        .isEqualTo(
            "The job started 0 ms after it was submitted. It ended as COMPLETED after 1 min 30 s.");
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.Rejection;

/** Limits and weights count licences as they count devices, and name nothing that there is not. */
final class CountedLicencesTest {
  private static final Subject LIWEI = new Subject.User(new UserName("liwei"));
  private static final Subject BATCH = new Subject.Partition(SchedulerStory.BATCH);

  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void site() {
    story.says(
        facts("n1", "boot-1", 8, 8 * GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 1))));
    story.does(new Input.DefineLicence(OWNER, new LicenceDefined("fluent", 9)));
  }

  private static RulesSet rules(Subject subject, Limit... limits) {
    return new RulesSet(subject, new Rules(1, null, List.of(), null, 0, List.of(limits)));
  }

  private static Limit most(LimitScope scope, String name, long most) {
    return new Limit(scope, Quantity.GRES, name, most);
  }

  private static JobRequest.Builder fluent(int count) {
    return script().placement(JobPlacement.builder().licences(Map.of("fluent", count)).build());
  }

  @Test
  void licencesOfRunsCountAndComeBackWhenTheyEnd() {
    story.does(
        new Input.SetRules(OWNER, rules(LIWEI, most(LimitScope.GROUP, "licence/fluent", 3))));
    JobId first = story.submits("liwei", fluent(2));
    JobId second = story.submits("liwei", fluent(2));
    JobId other = story.submits("wangfang", fluent(5));
    JobId without = story.submits("liwei");
    assertThat(story.plans()).isEqualTo(3);
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(without)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().pendingWhy(second))
        .isEqualTo(
            new PendingWhy(
                "AssocGrpLicense",
                "user liwei may have 3 licences of fluent; user liwei has 2, this job asks for"
                    + " 2"));
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(second)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void ofEachUserAndOfEachJobToo() {
    story.does(
        new Input.SetRules(
            OWNER,
            rules(
                BATCH,
                most(LimitScope.USER, "licence/fluent", 3),
                most(LimitScope.JOB, "licence/fluent", 3))));
    assertThat(story.refuses(SchedulerStory.submission("liwei", fluent(4))).message())
        .contains("QOSMaxLicensePerJob: partition batch may have 3 licences of fluent");
    story.submits("liwei", fluent(3));
    JobId second = story.submits("liwei", fluent(1));
    story.submits("wangfang", fluent(3));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.machine.state().pendingWhy(second).word()).isEqualTo("QOSMaxLicensePerUser");
  }

  @Test
  void aNameOfNothingIsRefusedWithThoseThatThereAre() {
    assertThat(refused("fluent").message())
        .isEqualTo(
            "no node has devices \"fluent\", so nothing would be counted; there are gpu,"
                + " licence/fluent: a licence is named licence/fluent");
    assertThat(refused("licence/ansys").message())
        .isEqualTo(
            "there is no licence ansys, so nothing would be counted; there are gpu,"
                + " licence/fluent");
    story.does(new Input.SetRules(OWNER, rules(LIWEI, most(LimitScope.GROUP, "gpu", 1))));
  }

  private Rejection refused(String name) {
    Rejection rejection =
        story.refuses(new Input.SetRules(OWNER, rules(LIWEI, most(LimitScope.GROUP, name, 1))));
    assertThat(rejection.field()).isEqualTo("limits");
    return rejection;
  }

  @Test
  void beforeTheFirstNodeAnyDeviceMayCome() {
    SchedulerStory empty = SchedulerStory.site();
    empty.does(new Input.SetRules(OWNER, rules(LIWEI, most(LimitScope.GROUP, "mt3000", 1))));
    empty.node("n1", 4);
    empty.does(new Input.SetRules(OWNER, rules(LIWEI, most(LimitScope.GROUP, "mt3000", 2))));
  }

  @Test
  void licencesWeighInPrioritiesAndInUse() {
    story.does(
        new Input.DefinePriorityPolicy(
            OWNER, weighing(new ResourceWeight("licence/fluent", 100, 4))));
    story.submits("chenjie", script().cpusPerTask(8));
    story.plans();
    JobId few = story.submits("liwei", fluent(1));
    JobId more = story.submits("wangfang", fluent(2));
    assertThat(points(few)).isEqualTo(25_000_000);
    assertThat(points(more)).isEqualTo(50_000_000);
    Rejection rejection =
        story.refuses(
            new Input.DefinePriorityPolicy(OWNER, weighing(new ResourceWeight("gres/fpga", 1, 1))));
    assertThat(rejection.field()).isEqualTo("tres");
    assertThat(rejection.message()).contains("there are gpu, licence/fluent");
  }

  private long points(JobId job) {
    return story.machine.state().priority(job, story.nowMs).orElseThrow().terms().stream()
        .filter(each -> each.name().equals("tres/licence/fluent"))
        .mapToLong(PriorityTerms.Term::micro)
        .sum();
  }

  private static PriorityPolicy weighing(ResourceWeight weight) {
    PriorityPolicy none = PriorityPolicy.DEFAULT;
    return new PriorityPolicy(
        none.age(),
        none.fairShare(),
        none.jobSize(),
        none.partition(),
        none.qos(),
        none.project(),
        none.site(),
        none.nice(),
        none.favorSmall(),
        none.sizeCores(),
        none.maxAgeMs(),
        none.halfLifeMs(),
        List.of(weight),
        List.of(weight));
  }
}

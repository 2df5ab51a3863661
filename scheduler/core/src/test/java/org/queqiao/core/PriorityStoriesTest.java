package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.TermsRequest;

/** Who comes first, and why. */
final class PriorityStoriesTest {
  private static final QosName URGENT = new QosName("urgent");
  private static final long HOUR_MS = SchedulerStory.HOUR_MS;

  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void oneCore() {
    story.node("n0", 1);
  }

  private static PriorityPolicy weights(long age, long fairShare, long qos) {
    return new PriorityPolicy(
        age, fairShare, 0, 0, qos, 0, 0, 1, false, 1, HOUR_MS, HOUR_MS, List.of(), List.of());
  }

  private void weigh(PriorityPolicy policy) {
    story.does(new Input.DefinePriorityPolicy(SchedulerStory.OWNER, policy));
  }

  private void rule(Subject subject, Rules rules) {
    story.does(new Input.SetRules(SchedulerStory.OWNER, new RulesSet(subject, rules)));
  }

  private void urgent() {
    story.does(
        new Input.DefineQos(
            SchedulerStory.OWNER, new QosDefined(URGENT, "Urgent", 900_000, List.of())));
  }

  private JobId running(String user) {
    JobId job = story.submits(user);
    assertThat(story.plans()).isEqualTo(1);
    return job;
  }

  @Test
  void aJobOfABetterQosOvertakesTheOnesBeforeIt() {
    urgent();
    weigh(weights(0, 0, 1000));
    JobId first = running("liwei");
    JobId ordinary = story.submits("liwei");
    JobId urgent = story.submits("wangfang", SchedulerStory.script().qos(URGENT));
    assertThat(story.machine.state().pendingReason(ordinary)).isEqualTo(PendingReason.PRIORITY);
    assertThat(story.machine.state().pendingReason(urgent)).isEqualTo(PendingReason.RESOURCES);
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(ordinary)).isEqualTo(JobState.PENDING);
  }

  @Test
  void niceIsTakenFromThePriorityAndWithoutAnyWeightsStepsBack() {
    JobId first = running("liwei");
    JobId modest = story.submits("liwei", nice(5));
    JobId plain = story.submits("liwei");
    assertThat(term(modest, "nice").micro()).isEqualTo(-5_000_000L);
    assertThat(total(modest)).isEqualTo(total(plain) - 5_000_000L);
    assertThat(story.machine.state().pendingReason(modest)).isEqualTo(PendingReason.PRIORITY);
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(plain)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(modest)).isEqualTo(JobState.PENDING);
  }

  @Test
  void theWeightOfNiceSaysHowManyPointsAStepIs() {
    urgent();
    JobId first = running("liwei");
    JobId urgent = story.submits("wangfang", nice(30).qos(URGENT));
    JobId ordinary = story.submits("liwei");
    weigh(niceWeight(31));
    assertThat(total(urgent)).isEqualTo(900_000_000L - 30 * 31_000_000L);
    assertThat(total(urgent)).isLessThan(total(ordinary));
    weigh(niceWeight(29));
    assertThat(total(urgent)).isGreaterThan(total(ordinary));
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
  }

  private static PriorityPolicy niceWeight(long nice) {
    return new PriorityPolicy(
        0, 0, 0, 0, 1000, 0, 0, nice, false, 1, HOUR_MS, HOUR_MS, List.of(), List.of());
  }

  private static JobRequest.Builder nice(int nice) {
    return SchedulerStory.script().terms(TermsRequest.NONE.withNice(nice));
  }

  @Test
  void whoUsedLessComesFirstAndRunningJobsCount() {
    weigh(weights(0, 1000, 0));
    JobId first = running("liwei");
    story.after(HOUR_MS / 4);
    JobId again = story.submits("liwei");
    JobId other = story.submits("chenjie");
    assertThat(total(other)).isGreaterThan(total(again));
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void ageGrowsToItsCeilingAndNoFurther() {
    weigh(weights(1000, 0, 0));
    running("liwei");
    JobId waiting = story.submits("liwei");
    assertThat(term(waiting, "age").factorPpm()).isZero();
    story.after(HOUR_MS / 4);
    assertThat(term(waiting, "age").factorPpm()).isEqualTo(250_000);
    story.after(HOUR_MS * 10);
    assertThat(term(waiting, "age").micro()).isEqualTo(1_000_000_000L);
  }

  @Test
  void sharesOfPlatformsProjectsAndMembersMultiply() {
    PlatformName portal = new PlatformName("portal");
    story.does(
        new Input.DefinePlatform(SchedulerStory.OWNER, new PlatformDefined(portal, "Portal")));
    rule(new Subject.Platform(portal), new Rules(3, null, List.of(), null, 0, List.of()));
    rule(
        new Subject.Project(SchedulerStory.CLIMATE),
        new Rules(1, portal, List.of(), null, 0, List.of()));
    rule(
        new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei")),
        new Rules(2, null, List.of(), null, 0, List.of()));
    var lines = story.machine.state().shares(story.nowMs);
    assertThat(lines.getFirst().subject()).isEqualTo(new Subject.Platform(portal));
    // 3 of 4 for the platform, all of it for its one project, 2 of 4 for the member.
    assertThat(
            lines.stream()
                .filter(each -> each.subject().label().equals("climate:liwei"))
                .findFirst()
                .orElseThrow()
                .node()
                .sharesPart())
        .isEqualTo((1L << 40) * 3 / 4 / 2);
  }

  @Test
  void everyTermOfAPriorityIsShownAndTheirSumIsThePriority() {
    urgent();
    weigh(
        new PriorityPolicy(
            100,
            200,
            300,
            400,
            500,
            600,
            700,
            2,
            true,
            10,
            HOUR_MS,
            0,
            List.of(new ResourceWeight("mem", 80, 4L << 30)),
            List.of()));
    rule(
        new Subject.Partition(SchedulerStory.BATCH),
        new Rules(1, null, List.of(), null, 250_000, List.of()));
    rule(
        new Subject.Project(SchedulerStory.CLIMATE),
        new Rules(1, null, List.of(), URGENT, 500_000, List.of()));
    rule(
        new Subject.User(new UserName("liwei")),
        new Rules(1, null, List.of(), null, 100_000, List.of()));
    JobId job = story.submits("liwei", SchedulerStory.script().memBytes(1L << 30));
    PriorityTerms terms = story.machine.state().priority(job, story.nowMs).orElseThrow();
    assertThat(terms.terms().stream().map(each -> each.name() + " " + each.micro()).toList())
        .containsExactly(
            "age 0",
            "fairShare 200000000",
            "jobSize 270000000",
            "partition 100000000",
            "qos 450000000",
            "project 300000000",
            "site 70000000",
            "tres/mem 20000000",
            "nice 0");
    assertThat(terms.totalMicro()).isEqualTo(1_410_000_000L);
  }

  @Test
  void aQosThatIsUnknownOrNotAllowedIsRefused() {
    assertThat(refusal("nothing").message()).contains("this site has defined none");
    urgent();
    assertThat(refusal("urgen").message()).contains("urgent");
    story.does(
        new Input.DefineQos(
            SchedulerStory.OWNER, new QosDefined(new QosName("idle"), "Idle", 0, List.of(URGENT))));
    rule(
        new Subject.Project(SchedulerStory.CLIMATE),
        new Rules(1, null, List.of(URGENT), URGENT, 0, List.of()));
    assertThat(refusal("idle").message()).contains("climate may not use QOS idle");
    assertThat(story.job(story.submits("liwei")).spec().qos()).isEqualTo(URGENT);
  }

  private Rejection refusal(String qos) {
    Rejection rejection =
        story.refuses(
            SchedulerStory.submission("liwei", SchedulerStory.script().qos(new QosName(qos))));
    assertThat(rejection.field()).isEqualTo("qos");
    return rejection;
  }

  @Test
  void onlyAnAdministratorDecidesAndAbsurdDecisionsAreRefused() {
    assertThat(
            story
                .refuses(
                    new Input.DefinePriorityPolicy(SchedulerStory.user("liwei"), weights(1, 1, 1)))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    refuses(weights(-1, 0, 0), "age");
    refuses(weights(1_000_000_000, 0, 0), "age");
    refuses(
        new PriorityPolicy(0, 0, 0, 0, 0, 0, 0, 1, false, 1, HOUR_MS, 1000, List.of(), List.of()),
        "halfLifeMs");
    refuses(
        new PriorityPolicy(0, 0, 0, 0, 0, 0, 0, 1, false, 0, HOUR_MS, 0, List.of(), List.of()),
        "sizeCores");
    refuses(
        new PriorityPolicy(
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            false,
            1,
            HOUR_MS,
            0,
            List.of(new ResourceWeight("disk", 1, 1)),
            List.of()),
        "tres");
    refusesRules(
        new Subject.User(new UserName("liwei")),
        new Rules(2, null, List.of(), null, 0, List.of()),
        "shares");
    refusesRules(
        new Subject.Project(SchedulerStory.CLIMATE),
        new Rules(1, new PlatformName("nowhere"), List.of(), null, 0, List.of()),
        "platform");
    refusesRules(
        new Subject.Member(SchedulerStory.CLIMATE, new UserName("chenjie")),
        new Rules(2, null, List.of(), null, 0, List.of()),
        "name");
    refusesRules(
        new Subject.Project(SchedulerStory.CLIMATE),
        new Rules(1, null, List.of(), URGENT, 0, List.of()),
        "defaultQos");
  }

  private void refuses(PriorityPolicy policy, String field) {
    assertThat(story.refuses(new Input.DefinePriorityPolicy(SchedulerStory.OWNER, policy)).field())
        .isEqualTo(field);
  }

  private void refusesRules(Subject subject, Rules rules, String field) {
    assertThat(
            story
                .refuses(new Input.SetRules(SchedulerStory.OWNER, new RulesSet(subject, rules)))
                .field())
        .isEqualTo(field);
  }

  private PriorityTerms.Term term(JobId job, String name) {
    return story.machine.state().priority(job, story.nowMs).orElseThrow().terms().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private long total(JobId job) {
    return story.machine.state().priority(job, story.nowMs).orElseThrow().totalMicro();
  }
}

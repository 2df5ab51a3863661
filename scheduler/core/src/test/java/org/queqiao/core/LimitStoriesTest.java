package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.Rejection;

/** What limits let in and let start, and what they say. */
final class LimitStoriesTest {
  private static final QosName NIGHT = new QosName("night");
  private static final Subject QOS = new Subject.Qos(NIGHT);
  private static final Subject CLIMATE = new Subject.Project(SchedulerStory.CLIMATE);
  private static final Subject BATCH = new Subject.Partition(SchedulerStory.BATCH);
  private static final Subject LIWEI = new Subject.User(new UserName("liwei"));
  private static final Subject MEMBER =
      new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei"));

  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void site() {
    story.says(
        SchedulerStory.facts(
            "n0",
            "boot-1",
            16,
            16 * SchedulerStory.GIB,
            List.of(new NodeFacts.GresInventory("gpu", "a100", 8))));
    story.node("n1", 16);
    story.does(
        new Input.DefineQos(SchedulerStory.OWNER, new QosDefined(NIGHT, "Night", 0, List.of())));
  }

  private void limits(Subject subject, Limit... limits) {
    Rules rules = new Rules(1, null, List.of(), null, 0, List.of(limits));
    story.does(new Input.SetRules(SchedulerStory.OWNER, new RulesSet(subject, rules)));
  }

  private static Limit limit(LimitScope scope, Quantity quantity, long most) {
    return new Limit(scope, quantity, "", most);
  }

  private static JobRequest.Builder cores(int cores) {
    return SchedulerStory.script().cpusPerTask(cores);
  }

  private PendingWhy why(JobId job) {
    return story.machine.state().pendingWhy(job);
  }

  @Test
  void aJobWaitsForItsLimitAndOthersPassIt() {
    story.inOrder();
    limits(LIWEI, limit(LimitScope.GROUP, Quantity.CORES, 4));
    JobId first = story.submits("liwei", cores(3));
    JobId second = story.submits("liwei", cores(2));
    JobId small = story.submits("liwei", cores(1));
    JobId other = story.submits("wangfang", cores(10));
    assertThat(story.plans()).isEqualTo(3);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
    assertThat(story.state(small)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    assertThat(why(second))
        .isEqualTo(
            new PendingWhy(
                "AssocGrpCpuLimit",
                "user liwei may have 4 cores; user liwei has 4, this job asks for 2"));
    story.after(1000).exits(first, 0);
    story.plans();
    assertThat(story.state(second)).isEqualTo(JobState.RUNNING);
  }

  /** In a queue of long groups, which is merged anew from them for each pass. */
  @Test
  void aJobTooLargeForALimitHoldsUpNoneOfTheManyThatAreOtherwiseLikeIt() {
    limits(LIWEI, limit(LimitScope.GROUP, Quantity.MEM_BYTES, 4 * SchedulerStory.GIB));
    JobId large = story.submits("liwei", cores(1).name("large").memBytes(8 * SchedulerStory.GIB));
    for (int i = 0; i < 40; i++) {
      story.submits("liwei", cores(1).memBytes(SchedulerStory.GIB / 8));
    }
    assertThat(story.plans()).isEqualTo(32);
    assertThat(story.state(large)).isEqualTo(JobState.PENDING);
  }

  /** Without a word on memory a job gets so much as goes with its cores, and that counts. */
  @Test
  void theMemoryThatGoesWithCoresIsCountedAndHoldsUpNobody() {
    story.inOrder();
    limits(LIWEI, limit(LimitScope.GROUP, Quantity.MEM_BYTES, SchedulerStory.GIB));
    JobId first = story.submits("liwei", cores(16));
    JobId other = story.submits("wangfang", cores(16));
    story.plans();
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    assertThat(why(first).word()).isEqualTo("AssocGrpMemLimit");
    assertThat(why(first).sentence()).contains("asks for " + 16 * SchedulerStory.GIB);
  }

  /** What a job leaves to its nodes is known for sure once they are chosen. */
  @Test
  void whoGetsMoreThanItsLimitOnTheNodeThatItNeedsHoldsUpNobody() {
    story.inOrder();
    story.says(SchedulerStory.facts("n2", "boot-1", 16, 160 * SchedulerStory.GIB));
    limits(LIWEI, limit(LimitScope.GROUP, Quantity.MEM_BYTES, 10 * SchedulerStory.GIB));
    JobPlacement there = JobPlacement.builder().nodeList("n2").build();
    JobId first = story.submits("liwei", cores(8).placement(there));
    JobId other = story.submits("wangfang", cores(16).placement(there));
    for (int pass = 0; pass < 3; pass++) {
      story.plans();
    }
    assertThat(story.state(first)).isEqualTo(JobState.PENDING);
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    story.exits(other, 0);
    limits(LIWEI);
    story.plans();
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aLimitOfCommittedTimeOpensAsTimePassesAndNothingElseHappens() {
    story.inOrder();
    limits(CLIMATE, limit(LimitScope.GROUP, Quantity.RUNNING_CORE_MS, 10 * SchedulerStory.HOUR_MS));
    story.submits("liwei", cores(8).limitMs(SchedulerStory.HOUR_MS));
    JobId next = story.submits("wangfang", cores(4).limitMs(SchedulerStory.HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.plans()).isZero();
    assertThat(why(next).word()).isEqualTo("AssocGrpCPURunMinutesLimit");
    // Two of twelve core hours are too many: 8 cores leave them behind in 15 minutes.
    long opensMs = story.nowMs + SchedulerStory.HOUR_MS / 4;
    assertThat(story.machine.state().nextDeadlineMs()).hasValue(opensMs);
    story.nowMs = opensMs - 1;
    assertThat(story.plans()).isZero();
    story.nowMs = opensMs;
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aLimitOfUseOpensWhenUseHasFaded() {
    story.does(
        new Input.DefinePriorityPolicy(
            SchedulerStory.OWNER,
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
                1,
                SchedulerStory.HOUR_MS,
                List.of(),
                List.of())));
    long hour = SchedulerStory.HOUR_MS;
    limits(CLIMATE, limit(LimitScope.GROUP, Quantity.CORE_MS, 4 * hour + 60_000));
    JobId first = story.submits("liwei", cores(4).limitMs(hour));
    story.plans();
    story.after(30_000).exits(first, 0);
    JobId next = story.submits("liwei", cores(4).limitMs(hour));
    assertThat(story.plans()).isZero();
    assertThat(why(next).word()).isEqualTo("AssocGrpCPUMinutesLimit");
    // Two core minutes were used, of which half are left after an hour.
    long endMs = story.nowMs;
    while (story.state(next) == JobState.PENDING && story.nowMs < endMs + 2 * hour) {
      story.after(60_000).plans();
    }
    assertThat(story.nowMs - endMs).isBetween(hour - hour / 32, hour + hour / 32);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aRunThatIsOverdueTakesNothingFromWhatOthersAreCommittedTo() {
    limits(CLIMATE, limit(LimitScope.GROUP, Quantity.RUNNING_CORE_MS, 10 * SchedulerStory.HOUR_MS));
    JobId lost = story.submits("liwei", cores(8).limitMs(SchedulerStory.HOUR_MS));
    story.plans();
    story.silent(story.node(lost).value());
    story.after(4 * SchedulerStory.HOUR_MS).ticks();
    assertThat(story.state(lost)).isEqualTo(JobState.COMPLETING);
    JobId first = story.submits("liwei", cores(6).limitMs(SchedulerStory.HOUR_MS));
    JobId second = story.submits("liwei", cores(6).limitMs(SchedulerStory.HOUR_MS));
    story.plans();
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
  }

  @Test
  void eachRunningLimitHasTheWordOfSlurm() {
    check(QOS, LimitScope.USER, Quantity.CORES, 4, "QOSMaxCpuPerUserLimit");
    check(QOS, LimitScope.PROJECT, Quantity.RUNNING_JOBS, 1, "MaxJobsPerAccount");
    check(QOS, LimitScope.GROUP, Quantity.NODES, 1, "QOSGrpNodeLimit");
    check(CLIMATE, LimitScope.GROUP, Quantity.RUNNING_JOBS, 1, "AssocGrpJobsLimit");
    check(CLIMATE, LimitScope.GROUP, Quantity.CORES, 5, "AssocGrpCpuLimit");
    check(MEMBER, LimitScope.GROUP, Quantity.RUNNING_JOBS, 1, "AssocMaxJobsLimit");
    check(new Subject.Centre(), LimitScope.GROUP, Quantity.CORES, 5, "AssocGrpCpuLimit");
    check(BATCH, LimitScope.USER, Quantity.RUNNING_JOBS, 1, "QOSMaxJobsPerUserLimit");
    long hour = SchedulerStory.HOUR_MS;
    check(
        CLIMATE,
        LimitScope.GROUP,
        Quantity.RUNNING_CORE_MS,
        5 * hour,
        "AssocGrpCPURunMinutesLimit");
    check(CLIMATE, LimitScope.GROUP, Quantity.CORE_MS, 5 * hour, "AssocGrpCPUMinutesLimit");
    check(LIWEI, LimitScope.GROUP, Quantity.CORE_MS, 5 * hour, "AssocGrpCPUMinutesLimit");
    check(QOS, LimitScope.GROUP, Quantity.CORE_MS, 5 * hour, "QOSGrpCPUMinutesLimit");
    check(QOS, LimitScope.USER, Quantity.CORE_MS, 5 * hour, "QOSMaxCpuMinutesPerUserLimit");
    check(BATCH, LimitScope.PROJECT, Quantity.CORE_MS, 5 * hour, "MaxCpuMinutesPerAccount");
    check(
        CLIMATE, LimitScope.GROUP, Quantity.MEM_BYTES, 5 * SchedulerStory.GIB, "AssocGrpMemLimit");
  }

  /** The first of two jobs of 3 cores for an hour starts, the second names the limit. */
  private void check(Subject subject, LimitScope scope, Quantity quantity, long most, String word) {
    limits(subject, limit(scope, quantity, most));
    JobRequest.Builder request = cores(3).memBytes(3 * SchedulerStory.GIB).qos(NIGHT);
    JobId first = story.submits("liwei", request);
    JobId second = story.submits("liwei", request);
    assertThat(story.plans()).as(word).isEqualTo(1);
    assertThat(why(second).word()).isEqualTo(word);
    assertThat(why(second).sentence()).contains("may have " + most);
    limits(subject);
    assertThat(story.plans()).as(word).isEqualTo(1);
    story.after(1).exits(first, 0);
    story.exits(second, 0);
    story.after(100 * 7 * 24 * SchedulerStory.HOUR_MS);
  }

  @Test
  void platformsAndDevicesAreCounted() {
    PlatformName portal = new PlatformName("portal");
    story.does(
        new Input.DefinePlatform(SchedulerStory.OWNER, new PlatformDefined(portal, "Portal")));
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(CLIMATE, new Rules(1, portal, List.of(), null, 0, List.of()))));
    limits(new Subject.Platform(portal), new Limit(LimitScope.GROUP, Quantity.GRES, "gpu", 3));
    JobRequest.Builder two = SchedulerStory.script().gres(List.of(new GresRequest("gpu", "", 2)));
    story.submits("liwei", two);
    JobId second = story.submits("wangfang", two);
    JobId without = story.submits("wangfang");
    JobId elsewhere = story.submits("chenjie", two);
    assertThat(story.plans()).isEqualTo(3);
    assertThat(why(second).word()).isEqualTo("AssocGrpGRES");
    assertThat(story.state(without)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(elsewhere)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void whatCanNeverStartAndWhatIsTooManyIsRefusedAtSubmit() {
    limits(QOS, limit(LimitScope.JOB, Quantity.CORES, 4));
    refused(
        cores(5).qos(NIGHT),
        "cpusPerTask",
        "QOSMaxCpuPerJobLimit: qos night may have 4 cores for each job");
    limits(CLIMATE, limit(LimitScope.JOB, Quantity.LIMIT_MS, 60_000));
    refused(cores(1).limitMs(60_001L), "limitMs", "AssocMaxWallDurationPerJobLimit");
    limits(CLIMATE, limit(LimitScope.JOB, Quantity.CORE_MS, 120_000));
    refused(cores(3).limitMs(60_000L), "limitMs", "AssocMaxCpuMinutesPerJobLimit");
    limits(CLIMATE, limit(LimitScope.GROUP, Quantity.SUBMITTED_JOBS, 1));
    JobId one = story.submits("liwei");
    refused(
        cores(1),
        "project",
        "AssocGrpSubmitJobsLimit: project climate may have 1 jobs that wait or run");
    story.does(new Input.CancelJob(SchedulerStory.user("liwei"), one));
    story.submits("liwei");
  }

  private void refused(JobRequest.Builder request, String field, String text) {
    Rejection rejection = story.refuses(SchedulerStory.submission("liwei", request));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo(field);
    assertThat(rejection.message()).contains(text);
  }

  @Test
  void absurdLimitsAreRefused() {
    wrong(CLIMATE, limit(LimitScope.GROUP, Quantity.CORES, -1));
    wrong(CLIMATE, limit(LimitScope.USER, Quantity.CORES, 1));
    wrong(CLIMATE, limit(LimitScope.GROUP, Quantity.LIMIT_MS, 1));
    wrong(CLIMATE, limit(LimitScope.JOB, Quantity.RUNNING_JOBS, 1));
    wrong(CLIMATE, limit(LimitScope.GROUP, Quantity.GRES, 1));
    wrong(CLIMATE, new Limit(LimitScope.GROUP, Quantity.CORES, "gpu", 1));
    wrong(LIWEI, limit(LimitScope.PROJECT, Quantity.CORE_MS, 1));
    Limit twice = limit(LimitScope.GROUP, Quantity.CORES, 1);
    wrong(CLIMATE, twice, twice);
  }

  private void wrong(Subject subject, Limit... limits) {
    Rules rules = new Rules(1, null, List.of(), null, 0, List.of(limits));
    Rejection rejection =
        story.refuses(new Input.SetRules(SchedulerStory.OWNER, new RulesSet(subject, rules)));
    assertThat(rejection.field()).isEqualTo("limits");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noLimitIsEverPassedAndEveryCounterEqualsARecomputation(long seed) {
    Random random = new Random(seed);
    long userCores = 3 + random.nextInt(8);
    long qosJobs = 1 + random.nextInt(4);
    limits(BATCH, limit(LimitScope.USER, Quantity.CORES, userCores));
    limits(QOS, limit(LimitScope.GROUP, Quantity.RUNNING_JOBS, qosJobs));
    List<JobId> live = new ArrayList<>();
    for (int step = 0; step < 120; step++) {
      story.after(1 + random.nextInt(10_000));
      String user = List.of("liwei", "wangfang", "chenjie").get(random.nextInt(3));
      JobRequest.Builder request = cores(1 + random.nextInt(3));
      live.add(story.submits(user, random.nextBoolean() ? request.qos(NIGHT) : request));
      story.plans();
      live.removeIf(job -> {
        boolean ends = story.state(job) == JobState.RUNNING && random.nextInt(3) == 0;
        if (ends) {
          story.exits(job, 0);
        }
        return ends;
      });
      TreeMap<String, Long> cores = new TreeMap<>();
      long night = 0;
      for (JobId job : live) {
        ClusterImage.JobImage image = story.job(job);
        if (image.state() == JobState.RUNNING) {
          cores.merge(image.user().value(), (long) image.spec().totalCores(), Long::sum);
          night += NIGHT.equals(image.spec().qos()) ? 1 : 0;
        }
      }
      assertThat(cores.values()).as("seed %s, step %s", seed, step).allMatch(n -> n <= userCores);
      assertThat(night).as("seed %s, step %s", seed, step).isLessThanOrEqualTo(qosJobs);
    }
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;

/** Limits of core time, of everybody whose use is kept. */
final class UseLimitStoriesTest {
  private static final long MINUTE_MS = 60_000;
  private static final QosName NIGHT = new QosName("night");
  private static final Subject QOS = new Subject.Qos(NIGHT);
  private static final Subject BATCH = new Subject.Partition(SchedulerStory.BATCH);
  private static final Subject LIWEI = new Subject.User(new UserName("liwei"));

  private final SchedulerStory story = SchedulerStory.site();

  /** A limit of use: whose, and counted over what. */
  record Use(Subject subject, LimitScope scope) {
    @Override
    public String toString() {
      return subject.kind() + " " + subject.label() + " " + scope;
    }
  }

  static List<Use> uses() {
    return List.of(
        new Use(new Subject.Centre(), LimitScope.GROUP),
        new Use(new Subject.Project(SchedulerStory.CLIMATE), LimitScope.GROUP),
        new Use(
            new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei")), LimitScope.GROUP),
        new Use(LIWEI, LimitScope.GROUP),
        new Use(QOS, LimitScope.GROUP),
        new Use(QOS, LimitScope.USER),
        new Use(QOS, LimitScope.PROJECT),
        new Use(BATCH, LimitScope.GROUP),
        new Use(BATCH, LimitScope.USER),
        new Use(BATCH, LimitScope.PROJECT));
  }

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.does(new Input.DefineQos(OWNER, new QosDefined(NIGHT, "Night", 0, List.of())));
    halves(0);
  }

  /** Past use counts half after so long; 0 means that it never fades. */
  private void halves(long halfLifeMs) {
    story.does(
        new Input.DefinePriorityPolicy(
            OWNER,
            new PriorityPolicy(
                0, 0, 0, 0, 0, 0, 0, 1, false, 1, 1, halfLifeMs, List.of(), List.of())));
  }

  private void limit(Use use, long mostMs) {
    Limit limit = new Limit(use.scope(), Quantity.CORE_MS, "", mostMs);
    Rules rules = new Rules(1, null, List.of(), null, 0, List.of(limit));
    story.does(new Input.SetRules(OWNER, new RulesSet(use.subject(), rules)));
  }

  private static JobRequest.Builder night(int cores, long limitMs) {
    return script().cpusPerTask(cores).limitMs(limitMs).qos(NIGHT);
  }

  /** Runs a job for so long, to its end. */
  private void runs(String user, JobRequest.Builder request, long ms) {
    JobId job = story.submits(user, request);
    story.plans();
    story.after(ms).exits(job, 0);
  }

  private long used(JobId job, Subject subject) {
    return story.machine.state().explain(job, story.nowMs).orElseThrow().limits().stream()
        .filter(each -> each.subject().equals(subject))
        .findFirst()
        .orElseThrow()
        .used();
  }

  /** What ended and was kept counts, and opens again at the moment at which it has faded. */
  @ParameterizedTest
  @MethodSource("uses")
  void useThatHasFadedLetsTheNextStartAtThatMoment(Use use) {
    halves(HOUR_MS);
    limit(use, 4 * HOUR_MS + MINUTE_MS);
    runs("liwei", night(4, HOUR_MS), MINUTE_MS / 2);
    JobId next = story.submits("liwei", night(4, HOUR_MS));
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().pendingWhy(next).sentence())
        .startsWith(name(use.subject()) + " may have " + (4 * HOUR_MS + MINUTE_MS))
        .contains("core-ms, used and committed");
    // Of two core minutes half are left after an hour. Nothing but the machine's clock goes on.
    long endMs = story.nowMs;
    for (int wakes = 0; story.state(next) == JobState.PENDING && wakes < 100; wakes++) {
      story.nowMs = story.machine.state().nextDeadlineMs().orElseThrow();
      story.ticks();
      story.plans();
    }
    assertThat(story.nowMs - endMs).isBetween(HOUR_MS - HOUR_MS / 32, HOUR_MS + HOUR_MS / 32);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
  }

  private static String name(Subject subject) {
    return subject.label().isEmpty() ? "the centre" : subject.kind() + " " + subject.label();
  }

  @ParameterizedTest
  @MethodSource("uses")
  void aLargerLimitLetsTheNextStart(Use use) {
    limit(use, 4 * HOUR_MS);
    runs("liwei", night(4, HOUR_MS), MINUTE_MS);
    JobId next = story.submits("liwei", night(4, HOUR_MS));
    assertThat(story.plans()).isZero();
    limit(use, 4 * HOUR_MS + 4 * MINUTE_MS);
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
  }

  /** Every attempt, every task, and what runs when somebody asks; on every node of a run. */
  @ParameterizedTest
  @MethodSource("uses")
  void everyAttemptEveryTaskAndWhatRunsCounts(Use use) {
    JobId again = story.submits("liwei", night(2, HOUR_MS));
    story.plans();
    story.after(MINUTE_MS);
    story.does(new Input.RequeueJob(SchedulerStory.user("admin1"), again));
    story.exits(again, 0);
    story.after(200 * MINUTE_MS).plans();
    story.after(MINUTE_MS).exits(again, 0);
    JobId array = story.submits("liwei", night(1, HOUR_MS).array("0-2"));
    story.plans();
    story.after(MINUTE_MS);
    for (ClusterImage.JobImage each : story.machine.image().jobs()) {
      if (each.task() != null && each.task().array().equals(array)) {
        story.exits(each.id(), 0);
      }
    }
    story.submits("liwei", night(3, HOUR_MS));
    story.plans();
    story.after(MINUTE_MS).ticks();
    limit(use, 1);
    JobId next = story.submits("liwei", night(1, HOUR_MS));
    // Two attempts of 2 cores, three tasks, and 3 cores that run and may run on.
    assertThat(used(next, use.subject()))
        .isEqualTo(2 * 2 * MINUTE_MS + 3 * MINUTE_MS + 3 * HOUR_MS);
  }

  @Test
  void theUseOfOthersDoesNotCount() {
    TreeMap<String, Long> expected = new TreeMap<>();
    runs("wangfang", night(2, HOUR_MS), MINUTE_MS);
    runs("chenjie", night(4, HOUR_MS), MINUTE_MS);
    runs("wangfang", script().cpusPerTask(8).limitMs(HOUR_MS), MINUTE_MS);
    runs("wangfang", night(1, HOUR_MS / 4).partition(SchedulerStory.DEBUG), MINUTE_MS);
    expected.put("centre  GROUP", 15 * MINUTE_MS);
    expected.put("project climate GROUP", 11 * MINUTE_MS);
    expected.put("member climate:liwei GROUP", 0L);
    expected.put("user liwei GROUP", 0L);
    expected.put("qos night GROUP", 7 * MINUTE_MS);
    expected.put("qos night USER", 0L);
    expected.put("qos night PROJECT", 3 * MINUTE_MS);
    expected.put("partition batch GROUP", 14 * MINUTE_MS);
    expected.put("partition batch USER", 0L);
    expected.put("partition batch PROJECT", 10 * MINUTE_MS);
    JobId job = story.submits("liwei", night(1, HOUR_MS).hold(true));
    TreeMap<String, Long> actual = new TreeMap<>();
    for (Use use : uses()) {
      limit(use, 1);
      actual.put(use.toString(), used(job, use.subject()));
    }
    assertThat(actual).isEqualTo(expected);
  }

  /** A user's limit counts what the user did in all projects, also in one that it has left. */
  @Test
  void aUserIsTheSumOfItsMembers() {
    UserName liwei = new UserName("liwei");
    story.does(
        new Input.SetMembership(
            OWNER, new MembershipSet(SchedulerStory.MATERIALS, liwei, MemberRank.MEMBER)));
    runs("liwei", night(2, HOUR_MS), MINUTE_MS);
    runs("liwei", night(3, HOUR_MS).project(SchedulerStory.MATERIALS), MINUTE_MS);
    limit(new Use(LIWEI, LimitScope.GROUP), 1);
    JobId job = story.submits("liwei", night(1, HOUR_MS));
    assertThat(used(job, LIWEI)).isEqualTo(5 * MINUTE_MS);
  }

  /** As everything used, it is carried over as it counts when the half-life changes. */
  @ParameterizedTest
  @MethodSource("uses")
  void anotherHalfLifeCarriesUseOver(Use use) {
    halves(HOUR_MS);
    runs("liwei", night(4, HOUR_MS), MINUTE_MS);
    limit(use, 1);
    JobId job = story.submits("liwei", night(1, HOUR_MS).hold(true));
    story.after(HOUR_MS).ticks();
    long before = used(job, use.subject());
    assertThat(before).isBetween(2 * MINUTE_MS - 2_000, 2 * MINUTE_MS + 2_000);
    halves(0);
    story.after(10 * HOUR_MS).ticks();
    assertThat(used(job, use.subject())).isBetween(before - 1, before);
    // So far behind the base that it moves, nothing is left.
    halves(HOUR_MS);
    story.after(300 * HOUR_MS);
    limit(use, Long.MAX_VALUE >> 8);
    runs("chenjie", script().partition(SchedulerStory.DEBUG).limitMs(HOUR_MS / 4), 1);
    assertThat(used(job, use.subject())).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("uses")
  void aSnapshotKeepsIt(Use use) {
    runs("liwei", night(4, HOUR_MS), MINUTE_MS);
    story.submits("liwei", night(2, HOUR_MS));
    story.plans();
    story.after(MINUTE_MS).ticks();
    limit(use, 1);
    JobId job = story.submits("liwei", night(1, HOUR_MS));
    long before = used(job, use.subject());
    assertThat(before).isEqualTo(4 * MINUTE_MS + 2 * HOUR_MS);
    byte[] digest = story.machine.digest();
    ClusterImage image = ImageCodec.decode(ImageCodec.encode(story.machine.image()));
    story.machine = SchedulerMachine.from(image);
    assertThat(used(job, use.subject())).isEqualTo(before);
    assertThat(story.machine.digest()).isEqualTo(digest);
    story.machine = SchedulerMachine.from(withoutPartUse(image));
    boolean parts = use.subject().equals(QOS) || use.subject().equals(BATCH);
    // A snapshot of before it was kept tells what members used, and of the others what runs.
    long told = parts ? 2 * HOUR_MS : before;
    assertThat(used(job, use.subject())).isEqualTo(told);
  }

  /** What nobody limits is not in the digest, so that old logs keep theirs. */
  @Test
  void useOfPartsIsInTheDigestOnlyWhereItIsLimited() {
    halves(HOUR_MS);
    runs("liwei", night(4, HOUR_MS), MINUTE_MS);
    ClusterImage image = story.machine.image();
    byte[] digest = story.machine.digest();
    assertThat(image.priorities().partUse()).hasSize(6);
    assertThat(SchedulerMachine.from(withoutPartUse(image)).digest()).isEqualTo(digest);
    limit(new Use(QOS, LimitScope.GROUP), 1);
    assertThat(SchedulerMachine.from(withoutPartUse(story.machine.image())).digest())
        .isNotEqualTo(story.machine.digest());
  }

  private static ClusterImage withoutPartUse(ClusterImage image) {
    PrioritiesImage now = image.priorities();
    PrioritiesImage old =
        new PrioritiesImage(
            now.platforms(),
            now.qos(),
            now.policy(),
            now.rules(),
            now.policySinceMs(),
            now.baseMs(),
            now.usage(),
            List.of());
    return new ClusterImage(
        image.position(),
        image.timeMs(),
        image.lastJobId(),
        image.partitions(),
        image.tariffs(),
        image.domains(),
        image.projects(),
        image.users(),
        image.nodes(),
        image.jobs(),
        image.idempotencyKeys(),
        image.outcomes(),
        image.jobPolicy(),
        image.scheduling(),
        old,
        image.licences(),
        image.topology(),
        image.experience(),
        image.reservations(),
        image.wallets(),
        image.money(),
        image.observed(),
        image.steps(),
        image.earlyRoom(),
        image.planned());
  }
}

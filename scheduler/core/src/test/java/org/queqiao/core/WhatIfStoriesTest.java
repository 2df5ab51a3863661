package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.forecast.TrialResult;
import org.queqiao.core.forecast.WhatIf;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.message.TermsRequest;

/** What would come of something, without doing it. */
final class WhatIfStoriesTest {
  private static final ReservationName WORK = new ReservationName("work");
  private static final NodeName N1 = new NodeName("n1");

  private static TrialResult tried(SchedulerStory story, Trial trial) {
    return tried(story, trial, 24 * HOUR_MS);
  }

  private static TrialResult tried(SchedulerStory story, Trial trial, long horizonMs) {
    ClusterImage image = story.machine.image();
    byte[] live = story.machine.digest();
    TrialResult result =
        new WhatIf(image, story.nowMs, horizonMs, 1_000_000, () -> false)
            .of(trial, new RunTimeRatios(), 5);
    assertThat(story.machine.digest()).isEqualTo(live);
    assertThat(SchedulerMachine.from(image).digest()).isEqualTo(live);
    return result;
  }

  private static Trial of(String user, JobId job) {
    return new Trial(SchedulerStory.user(user), job, null, null, List.of(), null, 0, null, null);
  }

  private static Trial drain(String user, String... nodes) {
    List<NodeName> names = new ArrayList<>();
    for (String each : nodes) {
      names.add(new NodeName(each));
    }
    return new Trial(SchedulerStory.user(user), null, null, null, names, null, 0, null, null);
  }

  private static Trial more(String user, String like, int count) {
    return new Trial(
        SchedulerStory.user(user),
        null,
        null,
        null,
        List.of(),
        new NodeName(like),
        count,
        null,
        null);
  }

  private static JobRequest.Builder cores(int cores) {
    return SchedulerStory.script().cpusPerTask(cores).limitMs(HOUR_MS);
  }

  /** Two full nodes and ten jobs that wait for one each. */
  private static SchedulerStory queue() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    fill(story);
    return story;
  }

  private static void fill(SchedulerStory story) {
    story.node("n1", 4);
    story.node("n2", 4);
    for (int i = 0; i < 12; i++) {
      story.submits("liwei", cores(4));
    }
    story.plans();
  }

  @Test
  void theSameJobSmallerOrShorterStartsEarlier() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    story.submits("liwei", cores(3));
    story.plans();
    JobId job = story.submits("liwei", cores(2).limitMs(2 * HOUR_MS));
    JobSpec spec = story.job(job).spec();
    TrialResult same = tried(story, of("liwei", job));
    assertThat(same.refused()).isNull();
    assertThat(same.base()).isEqualTo(same.changed());
    assertThat(same.base().startMs()).isEqualTo(story.nowMs + HOUR_MS);
    TrialResult smaller =
        tried(story, of("liwei", job).changing(spec.toBuilder().shape(1, 1, 1).build()));
    assertThat(smaller.base().startMs()).isEqualTo(story.nowMs + HOUR_MS);
    assertThat(smaller.changed().startMs()).isEqualTo(story.nowMs);
  }

  @Test
  void whatCouldNotBeSubmittedIsRefusedAsASubmissionWouldBe() {
    SchedulerStory story = queue();
    JobId job = new JobId(12);
    JobSpec spec = story.job(job).spec();
    Trial wide = of("liwei", job).changing(spec.toBuilder().shape(1, 1, 5).build());
    assertThat(tried(story, wide).refused().code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(tried(story, wide).refused().message()).contains("the largest node has 4");
    Trial debug =
        of("liwei", job)
            .changing(
                spec.toBuilder().partition(SchedulerStory.DEBUG).limitMs(2 * HOUR_MS).build());
    assertThat(tried(story, debug).refused().field()).isEqualTo("limitMs");
  }

  @Test
  void aChangedArrayIsCheckedWithTheTasksThatWait() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    JobId array = story.submits("liwei", cores(4).array("0-3"));
    story.plans();
    mayHave(story, 4);
    JobSpec spec = story.job(array).spec();
    Trial shorter =
        of("liwei", array).changing(spec.toBuilder().limitMs(spec.limitMs() / 2).build());
    assertThat(tried(story, shorter).refused()).as("one runs and three wait").isNull();
    mayHave(story, 3);
    assertThat(tried(story, shorter).refused().message()).contains("3 jobs that wait or run");
  }

  private static void mayHave(SchedulerStory story, int jobs) {
    Limit limit = new Limit(LimitScope.GROUP, Quantity.SUBMITTED_JOBS, "", jobs);
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.Member(SchedulerStory.CLIMATE, new UserName("liwei")),
                new Rules(1, null, List.of(), null, 0, List.of(limit)))));
  }

  @Test
  void aJobThatIsSubmittedBesidesIsLookedAtAndItsHarmIsSeen() {
    SchedulerStory story = queue();
    Trial trial =
        new Trial(
            SchedulerStory.user("chenjie"),
            null,
            null,
            cores(4).build(),
            List.of(),
            null,
            0,
            null,
            null);
    TrialResult result = tried(story, trial);
    assertThat(result.base().startMs()).isZero();
    assertThat(result.changed().startMs()).isEqualTo(story.nowMs + 6 * HOUR_MS);
    assertThat(result.changed().jobs()).isEqualTo(10);
    assertThat(result.changed().meanWaitMs()).isEqualTo(3 * HOUR_MS);
    assertThat(result.changed().meanWaitMs()).isEqualTo(result.base().meanWaitMs());
    assertThat(result.changed().utilisationPpm()).isGreaterThan(result.base().utilisationPpm());
  }

  @Test
  void aDrainMakesThemWaitAndMoreNodesDoNot() {
    SchedulerStory story = queue();
    TrialResult drained = tried(story, drain("admin1", "n2"));
    assertThat(drained.base().meanWaitMs()).isEqualTo(3 * HOUR_MS);
    assertThat(drained.base().p95WaitMs()).isEqualTo(5 * HOUR_MS);
    assertThat(drained.changed().meanWaitMs()).isEqualTo(HOUR_MS * 11 / 2);
    assertThat(drained.changed().p95WaitMs()).isEqualTo(10 * HOUR_MS);
    assertThat(drained.base().utilisationPpm()).isEqualTo(250_000);
    assertThat(drained.changed().notStarted()).isZero();
    TrialResult more = tried(story, more("admin1", "n1", 8));
    assertThat(more.changed().meanWaitMs()).isEqualTo(2 * HOUR_MS / 10);
    assertThat(tried(story, drain("admin1", "n1", "n2")).changed().notStarted()).isEqualTo(10);
  }

  /** A job that does not start before the horizon drowns no difference of the others. */
  @Test
  void theMeanWaitIsToldOfThoseThatStartOnBothSidesAlone() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    story.node("n3", 8);
    story.submits("liwei", cores(8).limitMs(24 * HOUR_MS));
    story.plans();
    fill(story);
    story.submits("liwei", cores(8));
    TrialResult drained = tried(story, drain("admin1", "n2"), 20 * HOUR_MS);
    assertThat(drained.compared())
        .isEqualTo(new TrialResult.Compared(10, 1, 0, 0, 3 * HOUR_MS, HOUR_MS * 11 / 2));
    assertThat(drained.base().notStarted()).isEqualTo(1);
    assertThat(drained.base().meanWaitMs()).isEqualTo((10 * 3 + 20) * HOUR_MS / 11);
    assertThat(tried(story, drain("admin1", "n1", "n2"), 20 * HOUR_MS).compared())
        .isEqualTo(new TrialResult.Compared(0, 1, 10, 0, -1, -1));
    TrialResult more = tried(story, more("admin1", "n3", 1), 20 * HOUR_MS);
    assertThat(more.compared().onBoth()).isEqualTo(10);
    assertThat(more.compared().changedAlone()).isEqualTo(1);
    assertThat(more.compared().onNeither() + more.compared().baseAlone()).isZero();
    assertThat(more.compared().baseMeanWaitMs()).isEqualTo(3 * HOUR_MS);
    assertThat(more.compared().changedMeanWaitMs()).isLessThan(3 * HOUR_MS);
  }

  /** Which futures differ: in some of them the last job starts before the horizon. */
  @Test
  void theCountsAddUpToAllWhereTheFuturesDiffer() {
    Random random = new Random(9);
    RunTimeRatios learnt = new RunTimeRatios();
    for (int i = 0; i < 100; i++) {
      learnt.ended(new UserName("liwei"), 1 + random.nextLong(HOUR_MS), HOUR_MS);
    }
    SchedulerStory story = queue();
    int alone = 0;
    for (long horizonMs = HOUR_MS / 2; horizonMs <= 4 * HOUR_MS; horizonMs += HOUR_MS / 4) {
      TrialResult result =
          new WhatIf(story.machine.image(), story.nowMs, horizonMs, 1_000_000, () -> false)
              .of(drain("admin1", "n2"), learnt, 7);
      TrialResult.Compared compared = result.compared();
      assertThat(
              List.of(
                  compared.onBoth(),
                  compared.onNeither(),
                  compared.baseAlone(),
                  compared.changedAlone()))
          .allMatch(each -> each >= 0);
      assertThat(
              compared.onBoth()
                  + compared.onNeither()
                  + compared.baseAlone()
                  + compared.changedAlone())
          .isEqualTo(10);
      assertThat(compared.onNeither() + compared.changedAlone())
          .isEqualTo(result.base().notStarted());
      assertThat(compared.onNeither() + compared.baseAlone())
          .isEqualTo(result.changed().notStarted());
      alone += compared.baseAlone();
    }
    assertThat(alone).isPositive();
  }

  /** A future of which one side alone was run counts on none. */
  @Test
  void whatIsCutShortSaysWhatFewerFuturesWouldHaveSaid() {
    RunTimeRatios learnt = new RunTimeRatios();
    for (int i = 1; i <= 100; i++) {
      learnt.ended(new UserName("liwei"), HOUR_MS * i / 100, HOUR_MS);
    }
    SchedulerStory story = queue();
    ClusterImage image = story.machine.image();
    Set<Integer> samples = new TreeSet<>();
    for (int steps = 20; steps < 400; steps += 3) {
      TrialResult cut =
          new WhatIf(image, story.nowMs, 24 * HOUR_MS, steps, () -> false)
              .of(drain("admin1", "n2"), learnt, 3);
      if (samples.add(cut.samples()) || cut.samples() == 1) {
        assertThat(cut)
            .as("after %d steps", steps)
            .isEqualTo(
                cut.samples() == 0
                    ? new TrialResult(null, 0, null, null, null, 0, null)
                    : new WhatIf(image, story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false)
                        .of(drain("admin1", "n2"), learnt, cut.samples()));
      }
    }
    assertThat(samples).contains(0, 1, 2);
  }

  @Test
  void otherWeightsAndPoliciesAreTried() {
    SchedulerStory story = queue();
    QosName urgent = new QosName("urgent");
    story.does(
        new Input.DefineQos(
            SchedulerStory.user("admin1"), new QosDefined(urgent, "Urgent", 1_000_000, List.of())));
    JobId last = story.submits("chenjie", cores(4).qos(urgent));
    PriorityPolicy now = story.machine.image().priorities().policy();
    PriorityPolicy weighted =
        new PriorityPolicy(
            now.age(),
            now.fairShare(),
            now.jobSize(),
            now.partition(),
            1_000,
            now.project(),
            now.site(),
            now.nice(),
            now.favorSmall(),
            now.sizeCores(),
            now.maxAgeMs(),
            now.halfLifeMs(),
            now.tres(),
            now.usage());
    Trial weights =
        new Trial(
            SchedulerStory.user("admin1"), last, null, null, List.of(), null, 0, weighted, null);
    TrialResult result = tried(story, weights);
    assertThat(result.base().startMs()).isEqualTo(story.nowMs + 6 * HOUR_MS);
    assertThat(result.changed().startMs()).isEqualTo(story.nowMs + HOUR_MS);
    Trial policy =
        new Trial(
            SchedulerStory.user("admin1"),
            last,
            null,
            null,
            List.of(),
            null,
            0,
            null,
            new SchedulingDefined("no-such-policy", 1));
    assertThat(tried(story, policy).refused().field()).isEqualTo("policy");
  }

  private static ReservationRequest maintenance(SchedulerStory story, long inMs, String node) {
    return new ReservationRequest(
        WORK,
        "",
        story.nowMs + inMs,
        null,
        4 * HOUR_MS,
        null,
        null,
        List.of(new NodeName(node)),
        null,
        null,
        null,
        null,
        true,
        false,
        false);
  }

  @Test
  void aReservationIsTriedAndTakenAway() {
    SchedulerStory story = queue();
    JobId last = new JobId(12);
    Trial made = of("admin1", last).reserving(List.of(), maintenance(story, HOUR_MS, "n2"));
    TrialResult result = tried(story, made);
    assertThat(result.refused()).isNull();
    assertThat(result.base().startMs()).isEqualTo(story.nowMs + 5 * HOUR_MS);
    assertThat(result.changed().startMs()).isEqualTo(story.nowMs + 7 * HOUR_MS);
    assertThat(result.changed().meanWaitMs()).isGreaterThan(result.base().meanWaitMs());
    assertThat(result.changed().notStarted()).isZero();
    assertThat(story.machine.state().reservations(story.nowMs)).isEmpty();

    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"), maintenance(story, HOUR_MS, "n2")));
    Trial gone = of("admin1", last).reserving(List.of(WORK), null);
    assertThat(tried(story, gone).base()).isEqualTo(result.changed());
    assertThat(tried(story, gone).changed()).isEqualTo(result.base());
    Trial moved = of("admin1", last).reserving(List.of(WORK), maintenance(story, HOUR_MS, "n1"));
    assertThat(tried(story, moved).changed().startMs()).isEqualTo(story.nowMs + 7 * HOUR_MS);
  }

  @Test
  void aReservationThatCouldNotBeMadeIsRefusedAsItselfWouldBe() {
    SchedulerStory story = queue();
    Trial soon = of("admin1", null).reserving(List.of(), maintenance(story, HOUR_MS / 2, "n2"));
    assertThat(tried(story, soon).refused().code()).isEqualTo(Rejection.Code.CONFLICT);
    Trial unknown = of("admin1", null).reserving(List.of(WORK), null);
    assertThat(tried(story, unknown).refused().code()).isEqualTo(Rejection.Code.NOT_FOUND);
    Trial mine = of("liwei", null).reserving(List.of(), maintenance(story, HOUR_MS, "n2"));
    assertThat(tried(story, mine).refused().code()).isEqualTo(Rejection.Code.FORBIDDEN);
  }

  @Test
  void whoMayNotDoItMayNotTryIt() {
    SchedulerStory story = queue();
    for (String user : List.of("liwei", "zhangmin", "finance1", "auditor1")) {
      assertThat(tried(story, drain(user, "n1")).refused().code())
          .as(user)
          .isEqualTo(Rejection.Code.FORBIDDEN);
      assertThat(tried(story, more(user, "n1", 1)).refused().code())
          .as(user)
          .isEqualTo(Rejection.Code.FORBIDDEN);
      Trial policy =
          new Trial(
              SchedulerStory.user(user),
              null,
              null,
              null,
              List.of(),
              null,
              0,
              null,
              new SchedulingDefined("easy", 1));
      assertThat(tried(story, policy).refused().code())
          .as(user)
          .isEqualTo(Rejection.Code.FORBIDDEN);
    }
    assertThat(tried(story, more("admin1", "nowhere", 1)).refused().field()).isEqualTo("addNodes");
    assertThat(tried(story, drain("admin1", "nowhere")).refused()).isNotNull();
    assertThat(story.machine.state().node(N1).orElseThrow().drained()).isFalse();
  }

  @Test
  void withDrawnRunTimesBothSidesRunTheSameFutures() {
    Random random = new Random(5);
    RunTimeRatios learnt = new RunTimeRatios();
    for (int i = 0; i < 100; i++) {
      learnt.ended(new UserName("liwei"), 1 + random.nextLong(HOUR_MS), HOUR_MS);
    }
    SchedulerStory story = queue();
    WhatIf whatIf =
        new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 1_000_000, () -> false);
    TrialResult same = whatIf.of(of("liwei", new JobId(12)), learnt, 7);
    assertThat(same.samples()).isEqualTo(7);
    assertThat(same.base()).isEqualTo(same.changed());
    assertThat(same.base().meanWaitMs()).isBetween(HOUR_MS / 2, HOUR_MS * 5 / 2);
  }

  @Test
  void whenTheWorkIsUsedUpNothingIsSaid() {
    SchedulerStory story = queue();
    TrialResult result =
        new WhatIf(story.machine.image(), story.nowMs, 24 * HOUR_MS, 10, () -> false)
            .of(of("liwei", new JobId(12)), new RunTimeRatios(), 5);
    assertThat(result).isEqualTo(new TrialResult(null, 0, null, null, null, 0, null));
  }

  @Test
  void whoIsToldToStopIsAskedBeforeTheStateIsCopied() {
    SchedulerStory story = queue();
    ClusterImage image = story.machine.image();
    Trial refused = more("admin1", "nowhere", 1);
    TrialResult nothing = new TrialResult(null, 0, null, null, null, 0, null);
    assertThat(
            new WhatIf(image, story.nowMs, 24 * HOUR_MS, 1_000_000, () -> true)
                .of(refused, new RunTimeRatios(), 5))
        .as("no copy has said that there is no such node")
        .isEqualTo(nothing);
    RunTimeRatios learnt = new RunTimeRatios();
    for (int i = 1; i <= 100; i++) {
      learnt.ended(new UserName("liwei"), HOUR_MS * i / 100, HOUR_MS);
    }
    StackWalker callers = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    AtomicInteger asked = new AtomicInteger();
    // At the head, before the copy that says who waits for somebody, and before each future.
    BooleanSupplier inTheSecondFuture =
        () -> callers.getCallerClass() == WhatIf.class && asked.incrementAndGet() > 3;
    TrialResult one =
        new WhatIf(image, story.nowMs, 24 * HOUR_MS, 1_000_000, inTheSecondFuture)
            .of(of("liwei", new JobId(12)), learnt, 5);
    assertThat(one.samples()).isEqualTo(1);
    assertThat(asked).hasValue(4);
  }

  /** What a changed job cannot have is refused, and the reservation and deadline stay its own. */
  @Test
  void aChangedJobKeepsItsReservationAndItsDeadline() {
    SchedulerStory story = queue();
    ReservationName school = new ReservationName("school");
    long startMs = story.nowMs + 24 * HOUR_MS;
    story.does(
        new Input.DefineReservation(
            SchedulerStory.user("admin1"),
            new ReservationRequest(
                school,
                "",
                startMs,
                null,
                4 * HOUR_MS,
                null,
                null,
                List.of(N1),
                null,
                null,
                List.of(new UserName("wangfang")),
                List.of(),
                false,
                false,
                false)));
    JobId kept = story.submits("wangfang", cores(2).reservation(school));
    TrialResult shorter = tried(story, changed(story, "wangfang", kept, 1, 30));
    assertThat(shorter.looked()).isEqualTo(new TrialResult.Looked(school, null, null));
    assertThat(shorter.changed().startMs()).isEqualTo(startMs);
    TrialResult wide = tried(story, changed(story, "wangfang", kept, 2, 30));
    assertThat(wide.refused().message()).contains("of reservation school, which has 1 nodes");

    TermsRequest soon = TermsRequest.NONE.withDeadlineMs(story.nowMs + 12 * HOUR_MS);
    JobId due = story.submits("liwei", cores(1).terms(soon));
    assertThat(tried(story, changed(story, "liwei", due, 1, 60)).looked())
        .isEqualTo(new TrialResult.Looked(null, null, null));
    assertThat(tried(story, changed(story, "liwei", due, 1, 13 * 60)).refused().field())
        .isEqualTo("deadlineMs");
  }

  private static Trial changed(
      SchedulerStory story, String user, JobId job, int nodes, int limitMinutes) {
    JobSpec spec = story.job(job).spec();
    return of(user, job)
        .changing(
            spec.toBuilder()
                .shape(nodes, nodes, spec.cpusPerTask())
                .limitMs(limitMinutes * 60_000L)
                .build());
  }

  @Test
  void whatTheWalletDoesNotPayForIsSaid() {
    SchedulerStory story = queue();
    story.does(
        new Input.DefineTariff(
            SchedulerStory.OWNER, new TariffDefined(SchedulerStory.BATCH, 1_000_000, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      story.does(
          new Input.TellBudgets(
              List.of(
                  new BudgetTold(
                      SchedulerStory.MATERIALS,
                      500_000,
                      "CNY",
                      story.machine.state().position()))));
    }
    Trial submits =
        new Trial(
            SchedulerStory.user("chenjie"),
            null,
            null,
            cores(1).build(),
            List.of(),
            null,
            0,
            null,
            null);
    TrialResult poor = tried(story, submits);
    assertThat(poor.changed().startMs()).isZero();
    assertThat(poor.looked().unpaid())
        .startsWith("this job may cost 1 CNY; the wallet of project materials has 0.5 CNY left");
    JobId job = story.submits("chenjie", cores(1));
    assertThat(tried(story, of("chenjie", job)).looked().unpaid()).contains("may cost 1 CNY");
    assertThat(tried(story, changed(story, "chenjie", job, 1, 30)).looked().unpaid()).isNull();
  }
}

package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** Operators end runs, and what they end them for goes with the facts to the end of the run. */
final class OperatorEndStoriesTest {
  private static final long HOUR_MS = 3_600_000;
  private static final Actor ADMIN = user("admin1");
  private static final String WHY = "the switch of rack 3 lost its power";
  private static final String TOLD =
      "ended by administrator admin1 for a fault of the platform: " + WHY;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.says(SchedulerStory.facts("g1", "boot-1", 16, 64 * GIB, List.of()));
    story.account("finance2", -1, null, null, Role.FINANCE);
  }

  private JobId running() {
    JobId job = story.submits("liwei", script().limitMs(4 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    return job;
  }

  private static Input because(Input input) {
    return new Input.Reasoned(input, WHY, false);
  }

  private static Input cancels(Actor actor, JobId job, OperatorCause cause) {
    return because(new Input.CancelJob(actor, job, cause));
  }

  private static Input requeues(Actor actor, JobId job, OperatorCause cause) {
    return because(new Input.RequeueJob(actor, job, null, cause));
  }

  private Event last() {
    return story.log.getLast().event();
  }

  private static JobEnded endOf(List<Event> facts) {
    return (JobEnded) facts.stream().filter(JobEnded.class::isInstance).findFirst().orElseThrow();
  }

  private JobEnded ends(JobId job) {
    int before = story.log.size();
    story.after(300).exits(job, 143);
    return endOf(story.log.subList(before, story.log.size()).stream().map(e -> e.event()).toList());
  }

  @Test
  void whatAnOperatorSaysIsInTheFactInTheStateAndInTheEnd() {
    JobId job = running();
    story.doesOneFact(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    assertThat(last())
        .isEqualTo(
            new JobKillRequested(
                story.run(job), KillCause.CANCELLED, OperatorCause.PLATFORM_FAULT));
    assertThat(story.log.getLast().actor()).isEqualTo(ADMIN);
    assertThat(story.log.getLast().reason()).isEqualTo(WHY);
    assertThat(story.job(job).operatorEnd())
        .isEqualTo(new OperatorEnd(OperatorCause.PLATFORM_FAULT, "admin1", WHY));
    assertThat(ExplanationText.past(story.job(job), story.nowMs)).contains(TOLD);
    JobEnded end = ends(job);
    assertThat(end.state()).isEqualTo(JobState.CANCELLED);
    assertThat(end.operator()).isEqualTo(OperatorCause.PLATFORM_FAULT);
    assertThat(end.detail()).isEqualTo(TOLD);
  }

  @Test
  void withoutACauseItIsTheAdministratorsDoingAndOfAnOwnerOrManagerTheirOwn() {
    JobId job = running();
    story.doesOneFact(new Input.CancelJob(ADMIN, job));
    JobEnded end = ends(job);
    assertThat(end.operator()).isEqualTo(OperatorCause.ADMINISTRATOR);
    assertThat(end.detail()).isEqualTo("ended by administrator admin1");
    for (String own : List.of("liwei", "zhangmin")) {
      JobId next = running();
      story.doesOneFact(new Input.CancelJob(user(own), next));
      assertThat(story.job(next).operatorEnd()).isNull();
      JobEnded ended = ends(next);
      assertThat(ended.operator()).isNull();
      assertThat(ended.detail()).isEmpty();
    }
  }

  @Test
  void onlyAnAdministratorWhoIsNotOfTheProjectSaysWhatARunIsEndedFor() {
    JobId job = running();
    for (String own : List.of("liwei", "zhangmin")) {
      for (Input each :
          List.of(
              cancels(user(own), job, OperatorCause.PLATFORM_FAULT),
              requeues(user(own), job, OperatorCause.ADMINISTRATOR))) {
        Rejection refused = story.refuses(each);
        assertThat(refused.code()).isEqualTo(Rejection.Code.FORBIDDEN);
        assertThat(refused.message())
            .contains("only an administrator who is not of project climate says that a run of job");
      }
    }
    // A stranger does not learn that there is such a job.
    assertThat(story.refuses(cancels(user("wangfang"), job, OperatorCause.PLATFORM_FAULT)).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
    story.does(
        new Input.SetMembership(
            OWNER, new MembershipSet(CLIMATE, new UserName("admin1"), MemberRank.MEMBER)));
    assertThat(story.refuses(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT)).message())
        .endsWith("is ended for PLATFORM_FAULT: another administrator may");
    story.doesOneFact(new Input.CancelJob(ADMIN, job));
    assertThat(((JobKillRequested) last()).operator()).isNull();
  }

  @Test
  void aCauseIsSaidWithAReason() {
    JobId job = running();
    for (Input each :
        List.of(
            new Input.CancelJob(ADMIN, job, OperatorCause.PLATFORM_FAULT),
            new Input.RequeueJob(ADMIN, job, null, OperatorCause.ADMINISTRATOR),
            new Input.Reasoned(
                new Input.CancelJob(ADMIN, job, OperatorCause.PLATFORM_FAULT), "", false))) {
      Rejection refused = story.refuses(each);
      assertThat(refused.code()).isEqualTo(Rejection.Code.INVALID);
      assertThat(refused.field()).isEqualTo("Queqiao-Reason");
    }
  }

  @Test
  void whoIsRequeuedForAFaultAndThenCancelsHasStillBeenEndedForTheFault() {
    JobId job = running();
    story.doesOneFact(requeues(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    story.doesWithoutFacts(requeues(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    assertThat(story.refuses(requeues(ADMIN, job, OperatorCause.ADMINISTRATOR)).message())
        .isEqualTo(
            "job "
                + job
                + " is being ended already (REQUEUED): what comes back for it is proposed as a"
                + " refund");
    story.doesOneFact(new Input.CancelJob(user("liwei"), job));
    JobEnded end = ends(job);
    assertThat(end.state()).isEqualTo(JobState.CANCELLED);
    assertThat(end.operator()).isEqualTo(OperatorCause.PLATFORM_FAULT);
    assertThat(end.detail()).isEqualTo(TOLD);
  }

  @Test
  void whoRequeuesTheirOwnRunHasEndedItAlsoWhereAnOperatorCancelsIt() {
    JobId job = running();
    story.doesOneFact(new Input.RequeueJob(user("liwei"), job));
    story.doesOneFact(new Input.CancelJob(ADMIN, job));
    assertThat(ends(job).operator()).isNull();
  }

  /** What somebody or the system ends already, for whatever, an operator ends for nothing else. */
  @Test
  void whoFirstToldARunToEndHasEndedItWhoeverCancelsIt() {
    for (KillCause by : List.of(KillCause.REQUEUED, KillCause.NODE_FAIL)) {
      for (OperatorCause named : OperatorCause.values()) {
        JobId job = running();
        if (by == KillCause.REQUEUED) {
          story.doesOneFact(new Input.RequeueJob(user("liwei"), job));
        } else {
          story.apply(Actor.SCHEDULER, new JobKillRequested(story.run(job), by));
        }
        Rejection refused = story.refuses(cancels(ADMIN, job, named));
        assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
        assertThat(refused.message()).contains("is being ended already (" + by + ")");
        story.doesOneFact(new Input.CancelJob(ADMIN, job));
        assertThat(((JobKillRequested) last()).operator()).isNull();
        assertThat(ends(job).operator()).isNull();
      }
    }
  }

  @Test
  void whatAnOperatorEndedForAFaultNoOtherEndsForTheirWish() {
    JobId job = running();
    story.doesOneFact(requeues(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    assertThat(story.refuses(cancels(ADMIN, job, OperatorCause.ADMINISTRATOR)).code())
        .isEqualTo(Rejection.Code.CONFLICT);
    story.doesOneFact(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    assertThat(ends(job).operator()).isEqualTo(OperatorCause.PLATFORM_FAULT);
  }

  @Test
  void aFactThatChangesWhatARunIsEndedForIsIllegal() {
    story.withoutChecks();
    JobId owners = running();
    story.doesOneFact(new Input.RequeueJob(user("liwei"), owners));
    JobId operators = running();
    story.doesOneFact(requeues(ADMIN, operators, OperatorCause.ADMINISTRATOR));
    for (JobId job : List.of(owners, operators)) {
      Event changed =
          new JobKillRequested(story.run(job), KillCause.CANCELLED, OperatorCause.PLATFORM_FAULT);
      assertThatThrownBy(() -> story.apply(ADMIN, changed)).isInstanceOf(MachineFault.class);
    }
  }

  /** A server of before passes over what an operator said, and its facts do not repeat it. */
  @Test
  void aLogThatAServerOfBeforeWentOnWithIsReplayed() {
    story.withoutChecks();
    JobId cancelled = running();
    story.doesOneFact(new Input.CancelJob(ADMIN, cancelled));
    JobId requeued = running();
    story.doesOneFact(requeues(ADMIN, requeued, OperatorCause.PLATFORM_FAULT));
    JobId both = running();
    story.doesOneFact(requeues(ADMIN, both, OperatorCause.PLATFORM_FAULT));
    story.apply(user("liwei"), new JobKillRequested(story.run(both), KillCause.CANCELLED));
    for (JobId job : List.of(cancelled, both)) {
      story.apply(
          Actor.SCHEDULER,
          new JobEnded(job, 1, JobState.CANCELLED, story.nowMs, null, false, "gone"));
      assertThat(story.state(job)).isEqualTo(JobState.CANCELLED);
    }
    story.apply(
        Actor.SCHEDULER,
        new JobRequeued(
            story.run(requeued), KillCause.REQUEUED, story.nowMs, null, false, false, "gone"));
    assertThat(story.state(requeued)).isEqualTo(JobState.PENDING);
  }

  /** The digest of a server of before knows nothing of operators. */
  @Test
  void aJobThatHasEndedKeepsNothingThatAServerOfBeforeDoesNotKnow() {
    JobId job = running();
    story.doesOneFact(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    ends(job);
    assertThat(story.job(job).operatorEnd()).isNull();
    assertThat(story.job(job).killCause()).isEqualTo(KillCause.CANCELLED);
    assertThat(story.job(job).detail()).isEqualTo(TOLD);
    assertThat(story.refuses(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT)).message())
        .contains("has ended already (CANCELLED)");
  }

  private static Input cancels(JobId array, String tasks) {
    return because(new Input.CancelTasks(ADMIN, array, tasks, OperatorCause.PLATFORM_FAULT));
  }

  @Test
  void ofTasksThatEndAlreadyItIsTooLateToo() {
    JobId array = story.submits("liwei", script().array("1-4").limitMs(HOUR_MS));
    for (int i = 0; i < 3; i++) {
      assertThat(story.plans()).isPositive();
      if (story.machine.image().jobs().size() >= 5) {
        break;
      }
    }
    story.doesOneFact(new Input.CancelTasks(user("liwei"), array, "1"));
    story.doesOneFact(new Input.RequeueJob(user("liwei"), array, "2"));
    assertThat(story.refuses(cancels(array, "1")).message())
        .contains("is being ended already (CANCELLED)");
    assertThat(story.refuses(cancels(array, "2")).message())
        .contains("is being ended already (REQUEUED)");
    Rejection refused = story.refuses(cancels(array, "1-2"));
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message())
        .contains("all of the tasks 1-2 are being ended or have ended already");
    assertThat(
            story
                .refuses(
                    because(
                        new Input.RequeueJob(ADMIN, array, "1-2", OperatorCause.PLATFORM_FAULT)))
                .message())
        .contains("none of the tasks 1-2 runs and may run again");
    // One that still runs is ended for it, the others for what they were.
    int before = story.log.size();
    story.does(cancels(array, "1-3"));
    assertThat(
            story.log.subList(before, story.log.size()).stream()
                .map(e -> ((JobKillRequested) e.event()).operator()))
        .containsExactly(null, OperatorCause.PLATFORM_FAULT);
    story.doesOneFact(because(new Input.CancelJob(ADMIN, array, OperatorCause.PLATFORM_FAULT)));
    assertThat(((JobKillRequested) last()).operator()).isEqualTo(OperatorCause.PLATFORM_FAULT);
    story.doesWithoutFacts(cancels(array, "3-4"));
    story.doesWithoutFacts(
        because(new Input.CancelJob(ADMIN, array, OperatorCause.PLATFORM_FAULT)));
    story.after(300);
    List<JobId> tasks =
        story.machine.image().jobs().stream()
            .filter(job -> job.task() != null && job.task().array().equals(array))
            .map(job -> job.id())
            .toList();
    tasks.forEach(task -> story.exits(task, 143));
    assertThat(
            story
                .refuses(because(new Input.CancelJob(ADMIN, array, OperatorCause.PLATFORM_FAULT)))
                .message())
        .contains("have ended already");
  }

  @Test
  void itIsTooLateToSayItOfWhatEndsAlreadyAndAWaitingJobHasNoRunToEnd() {
    JobId job = running();
    story.doesOneFact(new Input.CancelJob(user("liwei"), job));
    Rejection refused = story.refuses(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refused.message()).contains("is being ended already (CANCELLED)");
    ends(job);
    assertThat(story.refuses(cancels(ADMIN, job, OperatorCause.PLATFORM_FAULT)).message())
        .contains("has ended already (CANCELLED)");
    story.doesWithoutFacts(new Input.CancelJob(ADMIN, job));
    JobId waits = story.submits("liwei", script().limitMs(HOUR_MS));
    story.doesOneFact(cancels(ADMIN, waits, OperatorCause.PLATFORM_FAULT));
    assertThat(((JobEnded) last()).operator()).isNull();
  }

  @Test
  void theNextRunOfAJobThatWasRequeuedForAFaultIsEndedForNothing() {
    JobId job = running();
    story.doesOneFact(requeues(ADMIN, job, OperatorCause.PLATFORM_FAULT));
    story.after(300).exits(job, 143);
    JobRequeued requeued = (JobRequeued) last();
    assertThat(requeued.operator()).isEqualTo(OperatorCause.PLATFORM_FAULT);
    assertThat(requeued.detail()).isEqualTo(TOLD);
    assertThat(story.job(job).operatorEnd()).isNull();
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    story.after(10).exits(job, 0);
    assertThat(endOf(List.of(last())).operator()).isNull();
  }

  /** What comes back to an allowance is known to the machine, which lets jobs start by it. */
  @Test
  void coreHoursComeBackByTheRuleOfTheCauseElseByThatOfTheSameEndWithoutIt() {
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 1_000_000, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 0, "CNY", asOf))));
    }
    story.agreed(
        new MoneyChange.NewAllowance(
            new Allowance(CLIMATE, AllowanceKind.PACKAGE, 9 * HOUR_MS, null, 0, 0)));
    story.agreed(new MoneyChange.RefundRule(RefundCause.REQUEUED, 250, 0));
    assertThat(usedBy(requeues(ADMIN, running(), OperatorCause.PLATFORM_FAULT)))
        .isEqualTo(HOUR_MS * 3 / 4);
    story.agreed(new MoneyChange.RefundRule(RefundCause.PLATFORM_FAULT, 1_000, 0));
    story.agreed(new MoneyChange.RefundRule(RefundCause.ADMINISTRATOR, 500, 0));
    assertThat(usedBy(cancels(ADMIN, running(), OperatorCause.PLATFORM_FAULT))).isZero();
    assertThat(usedBy(new Input.CancelJob(ADMIN, running()))).isEqualTo(HOUR_MS / 2);
    assertThat(usedBy(new Input.CancelJob(user("liwei"), running()))).isEqualTo(HOUR_MS);
  }

  /** What the allowance has less after a run that is told to end after an hour. */
  private long usedBy(Input input) {
    long before = left();
    JobId job = new JobId(story.machine.image().lastJobId());
    long startMs = story.machine.state().job(job).orElseThrow().startMs();
    story.after(startMs + HOUR_MS - story.nowMs).doesOneFact(input);
    story.exits(job, 143);
    long held = before - left();
    if (story.state(job) == JobState.PENDING) {
      story.doesOneFact(new Input.CancelJob(user("liwei"), job));
    }
    return held + 4 * HOUR_MS;
  }

  private long left() {
    return story.machine.image().money().allowances().allowances().getFirst().leftMs();
  }
}

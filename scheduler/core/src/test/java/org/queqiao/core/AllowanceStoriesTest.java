package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.forecast.ForwardRun;
import org.queqiao.core.forecast.Quote;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.state.AllowanceTable;

/** Starts that core-hours of packages, grants and rewards pay. */
final class AllowanceStoriesTest {
  private static final long UNIT = 1_000_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.says(SchedulerStory.facts("g1", "boot-1", 16, 64 * GIB, List.of()));
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 0, "CNY", asOf))));
    }
  }

  private static MoneyChange hours(long hours, long fromMs, long toMs) {
    return new MoneyChange.NewAllowance(
        new Allowance(CLIMATE, AllowanceKind.PACKAGE, hours * HOUR_MS, null, fromMs, toMs));
  }

  @Test
  void anEmptyWalletWithCoreHoursStartsJobsUntilTheseAreTaken() {
    story.agreed(hours(5, 0, 0));
    JobId first = story.submits("liwei", script().limitMs(3 * HOUR_MS));
    JobId second = story.submits("liwei", script().limitMs(3 * HOUR_MS));
    JobId third = story.submits("liwei", script().limitMs(2 * HOUR_MS));
    // Two are left behind the first: not enough for the second, and just enough for the third.
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
    assertThat(story.state(third)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().pendingWhy(second).sentence())
        .contains("this job may cost 3 CNY");
    story.starts(first);
    story.after(HOUR_MS);
    story.exits(first, 0);
    assertThat(story.plans()).isZero();
    story.starts(third);
    story.exits(third, 0);
    // Two and two came back.
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(second)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void coreHoursSpareABudgetOfMoneyAndCountForOneOfCoreTime() {
    story.agreed(hours(8, 0, 0));
    BudgetName money = new BudgetName("money");
    story.agreed(
        new MoneyChange.Budget(
            new BudgetTerms(
                money, CLIMATE, null, BudgetUnit.MONEY, UNIT, 0, "CNY", "", "", false)));
    BudgetName time = new BudgetName("time");
    story.does(
        new Input.DefineBudget(
            user("finance1"),
            new BudgetTerms(
                time, CLIMATE, null, BudgetUnit.CORE_TIME, 5 * HOUR_MS, 0, "", "", "", false),
            "as agreed"));
    long asOf = story.machine.state().position();
    story.does(
        new Input.TellBudgetUse(
            List.of(
                new BudgetUseTold(money, UNIT, asOf), new BudgetUseTold(time, 5 * HOUR_MS, asOf))));
    // Three hours would be three times the budget of money: the package pays all of them.
    JobId first = story.submits("liwei", script().limitMs(3 * HOUR_MS));
    JobId second = story.submits("liwei", script().limitMs(3 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().pendingWhy(second).sentence())
        .contains("budget time of project climate has 2 core-hours of 5 core-hours left");
  }

  @Test
  void coreHoursCountFromTheirBeginUntilTheirEnd() {
    story.agreed(hours(9, story.nowMs + HOUR_MS, story.nowMs + 3 * HOUR_MS));
    JobId early = story.submits("liwei", script().limitMs(HOUR_MS));
    assertThat(story.plans()).isZero();
    story.after(HOUR_MS);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(early)).isEqualTo(JobState.RUNNING);
    story.after(2 * HOUR_MS);
    JobId late = story.submits("liwei", script().limitMs(HOUR_MS));
    assertThat(story.plans()).isZero();
    assertThat(story.state(late)).isEqualTo(JobState.PENDING);
  }

  @Test
  void thoseThatAreUsedUpMakeRoomForOthers() {
    story.withoutChecks();
    for (int i = 0; i < AllowanceTable.MAX; i++) {
      story.agreed(
          new MoneyChange.NewAllowance(
              new Allowance(CLIMATE, AllowanceKind.PACKAGE, HOUR_MS / 1_000, null, 0, 0)));
    }
    Input.ProposeMoney more = new Input.ProposeMoney(user("finance1"), hours(1, 0, 0), "more");
    assertThat(story.refuses(more).code()).isEqualTo(Rejection.Code.CONFLICT);
    // It takes of all of them, and may give back until it ends.
    JobId job = story.submits("liwei", script().limitMs(2 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.refuses(more).code()).isEqualTo(Rejection.Code.CONFLICT);
    story.starts(job);
    story.after(2 * HOUR_MS);
    story.exits(job, 0);
    story.agreed(hours(1, 0, 0));
    assertThat(story.machine.image().money().allowances().allowances()).hasSize(1);
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() {
    refuses(new Allowance(CLIMATE, AllowanceKind.GRANT, 0, null, 0, 0), "coreMs");
    refuses(
        new Allowance(new ProjectName("nobody"), AllowanceKind.GRANT, 1, null, 0, 0), "project");
    refuses(
        new Allowance(CLIMATE, AllowanceKind.GRANT, 1, new PartitionName("none"), 0, 0),
        "partition");
    refuses(
        new Allowance(CLIMATE, AllowanceKind.GRANT, 1, null, story.nowMs - 1, 0), "validFromMs");
    refuses(new Allowance(CLIMATE, AllowanceKind.GRANT, 1, null, 0, story.nowMs), "validToMs");
    refuses(
        new MoneyChange.OrderOfAllowances(
            new AllowanceOrder(true, List.of(AllowanceKind.GRANT, AllowanceKind.GRANT))),
        "kinds");
  }

  private void refuses(Allowance allowance, String field) {
    refuses(new MoneyChange.NewAllowance(allowance), field);
  }

  private void refuses(MoneyChange change, String field) {
    Rejection rejection =
        story.refuses(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
    assertThat(rejection.field()).isEqualTo(field);
  }

  private JobCost quoted(JobRequest.Builder request) {
    Quote quote =
        Quote.of(
            story.machine.image(),
            new Input.SubmitJob(user("liwei"), request.build(), "", new byte[0]),
            story.nowMs,
            new ForwardRun.Bounds(story.nowMs + 99 * HOUR_MS, 10_000, () -> false));
    return quote.cost();
  }

  @Test
  void aQuoteSaysWhatCoreHoursPayAndWhatIsHeldOfMoney() {
    story.agreed(hours(5, 0, 0));
    JobCost whole = quoted(script().limitMs(3 * HOUR_MS));
    assertThat(whole.placed()).isTrue();
    assertThat(whole.maxMicro()).isEqualTo(3 * UNIT);
    assertThat(whole.coveredMs()).isEqualTo(3 * HOUR_MS);
    assertThat(whole.heldMicro()).isZero();
    assertThat(whole.dueMicro()).isZero();
    // Nobody can pay for the rest, so it does not start.
    JobCost part = quoted(script().cpusPerTask(2).limitMs(3 * HOUR_MS));
    assertThat(part.placed()).isFalse();
    assertThat(part.coveredMs()).isEqualTo(5 * HOUR_MS);
    assertThat(part.maxMicro()).isEqualTo(6 * UNIT);
    assertThat(part.heldMicro()).isEqualTo(UNIT);
    assertThat(part.dueMicro()).isEqualTo(UNIT);
  }

  @Test
  void aQuoteOfAnArrayCountsWhatItsTasksTakeOneAfterTheOther() {
    story.agreed(hours(5, 0, 0));
    JobRequest.Builder tasks = script().array("1-4").limitMs(2 * HOUR_MS);
    JobCost cost = quoted(tasks);
    // Two tasks are paid in whole, one for an hour, and the last not at all.
    assertThat(cost.tasks()).isEqualTo(4);
    assertThat(cost.maxMicro()).isEqualTo(8 * UNIT);
    assertThat(cost.coveredMs()).isEqualTo(5 * HOUR_MS);
    assertThat(cost.heldMicro()).isEqualTo(3 * UNIT);
    assertThat(cost.dueMicro()).isEqualTo(3 * UNIT);
    story.agreed(hours(95, 0, 0));
    assertThat(quoted(tasks).coveredMs()).isEqualTo(8 * HOUR_MS);
    assertThat(quoted(tasks).heldMicro()).isZero();
  }
}

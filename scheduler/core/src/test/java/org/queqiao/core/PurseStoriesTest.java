package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.MoneyImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** What projects and users may use by their budgets, and what waits for another period. */
final class PurseStoriesTest {
  private static final long UNIT = 1_000_000;
  private static final BudgetName NAME = new BudgetName("autumn");

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
  }

  private static BudgetTerms hours(BudgetName name, String user, long hours, long overdraft) {
    return new BudgetTerms(
        name,
        CLIMATE,
        user == null ? null : new UserName(user),
        BudgetUnit.CORE_TIME,
        hours * HOUR_MS,
        overdraft * HOUR_MS,
        "",
        "",
        "",
        false);
  }

  private static BudgetTerms money(long amount, String from, String to) {
    return new BudgetTerms(
        NAME, CLIMATE, null, BudgetUnit.MONEY, amount, 0, "CNY", from, to, false);
  }

  private void set(BudgetTerms terms) {
    story.does(new Input.DefineBudget(user("finance1"), terms, "as agreed"));
  }

  private void told(BudgetName name, long left) {
    long asOf = story.machine.state().position();
    story.does(new Input.TellBudgetUse(List.of(new BudgetUseTold(name, left, asOf))));
  }

  private static JobRequest.Builder job(int cores, int hours) {
    return script().cpusPerTask(cores).limitMs(hours * HOUR_MS);
  }

  private String why(JobId job) {
    return story.machine.state().pendingWhy(job).sentence();
  }

  @Test
  void aBudgetOfCoreTimeLetsAJobStartThatFitsAndNamesItselfToOneThatDoesNot() {
    set(hours(NAME, null, 10, 0));
    JobId early = story.submits("liwei", job(1, 1));
    assertThat(story.plans()).isZero();
    assertThat(why(early)).contains("the ledger has not yet said what is left of budget autumn");
    told(NAME, 10 * HOUR_MS);
    JobId large = story.submits("liwei", job(5, 2));
    JobId small = story.submits("wangfang", job(3, 3));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.state(early)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(small)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().pendingWhy(large).word()).isEqualTo("AssocGrpBillingMinutes");
    assertThat(why(large))
        .isEqualTo(
            "this job may take 10 core-hours; budget autumn of project climate has 0 core-hours of"
                + " 10 core-hours left for starts in this month, by what the ledger said at"
                + " 1760000000000");
    // The next month.
    told(NAME, 10 * HOUR_MS);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(large)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aBudgetOfAUserBoundsThatUserAloneAndThoseOfTheProjectBoundAll() {
    set(hours(NAME, "liwei", 2, 0));
    BudgetName all = new BudgetName("everybody");
    set(hours(all, null, 5, 0));
    told(NAME, 2 * HOUR_MS);
    told(all, 5 * HOUR_MS);
    JobId own = story.submits("liwei", job(3, 1));
    JobId others = story.submits("wangfang", job(4, 1));
    JobId more = story.submits("wangfang", job(2, 1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(why(own))
        .contains("budget autumn of user liwei in project climate has 2 core-hours");
    assertThat(story.state(others)).isEqualTo(JobState.RUNNING);
    assertThat(why(more)).contains("budget everybody of project climate has 1 core-hours");
  }

  @Test
  void withASoftStopTheLastRunsGoPastTheAmountUpToTheOverdraft() {
    set(hours(NAME, null, 4, 3));
    told(NAME, 4 * HOUR_MS);
    JobId first = story.submits("liwei", job(3, 1));
    JobId past = story.submits("liwei", job(4, 1));
    JobId beyond = story.submits("liwei", job(1, 1));
    assertThat(story.plans()).isEqualTo(2);
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(past)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(beyond)).isEqualTo(JobState.PENDING);
    assertThat(why(beyond)).contains("has 0 core-hours of 4 core-hours left");
  }

  @Test
  void aRunThatEndsGivesBackWhatItDidNotUse() {
    set(hours(NAME, null, 4, 0));
    told(NAME, 4 * HOUR_MS);
    JobId first = story.submits("liwei", job(4, 1));
    JobId second = story.submits("liwei", job(3, 1));
    assertThat(story.plans()).isEqualTo(1);
    story.after(HOUR_MS / 4);
    story.starts(first);
    story.exits(first, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(second)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aBudgetOfMoneyNeedsTwoPeopleAndHoldsForItsPeriod() {
    Input proposed =
        new Input.ProposeMoney(
            user("finance1"),
            new MoneyChange.Budget(money(2 * UNIT, "2025-04", "2026-03")),
            "year");
    long proposal = ((Reply.Proposed) story.hears(proposed)).proposal();
    assertThat(story.refuses(new Input.DecideMoney(user("finance1"), proposal, true, "own")).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
    told(NAME, 2 * UNIT);
    JobId job = story.submits("liwei", job(3, 1));
    assertThat(story.plans()).isZero();
    assertThat(why(job))
        .contains("this job may take 3 CNY")
        .contains("has 2 CNY of 2 CNY left for starts from 2025-04 to 2026-03");
  }

  /** November begins somewhere on Earth when it is ten o'clock in UTC on the last of October. */
  @Test
  void beforeItsPeriodABudgetBoundsTheRunsThatMayComeIntoItAndNoOthers() {
    BudgetTerms autumn =
        new BudgetTerms(
            NAME,
            CLIMATE,
            null,
            BudgetUnit.CORE_TIME,
            30 * HOUR_MS,
            0,
            "",
            "2025-11",
            "2025-11",
            false);
    set(autumn);
    told(NAME, 30 * HOUR_MS);
    story.after(autumn.beginsMs() - 20 * HOUR_MS - story.machine.state().timeMs());
    JobId before = story.submits("liwei", job(2, 20));
    JobId into = story.submits("liwei", job(1, 22));
    JobId more = story.submits("wangfang", job(2, 22));
    story.plans();
    assertThat(story.state(before)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(into)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(more)).isEqualTo(JobState.PENDING);
    assertThat(why(more)).contains("budget autumn of project climate has");
  }

  @Test
  void aBudgetAloneIsInTheSnapshotAndInTheDigest() {
    set(hours(NAME, null, 4, 0));
    ClusterImage image = story.machine.image();
    SchedulerMachine again = SchedulerMachine.from(image);
    assertThat(again.image()).isEqualTo(image);
    assertThat(again.digest()).isEqualTo(story.machine.digest());
    // The same moment and position: the budget alone makes the difference.
    assertThat(SchedulerMachine.from(image.with(MoneyImage.NONE)).digest())
        .isNotEqualTo(again.digest());
  }

  /** As a version before allowances wrote it into its snapshots. */
  @Test
  void theDigestOfABudgetAloneStaysAsItWas() {
    set(hours(NAME, null, 4, 0));
    assertThat(HexFormat.of().formatHex(story.machine.digest()))
        .isEqualTo("c85c50296852465b3201e08bce8cc8115982bae7ece965c8ea06f2659ecdc132");
  }

  @Test
  void whatOneWithoutABudgetTakesOfCoreHoursIsNotThereForOneWithABudget() {
    long proposal =
        ((Reply.Proposed)
                story.hears(
                    new Input.ProposeMoney(
                        user("finance1"),
                        new MoneyChange.NewAllowance(
                            new Allowance(CLIMATE, AllowanceKind.PACKAGE, 3 * HOUR_MS, null, 0, 0)),
                        "as agreed")))
            .proposal();
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
    BudgetTerms bound =
        new BudgetTerms(
            NAME,
            CLIMATE,
            new UserName("wangfang"),
            BudgetUnit.MONEY,
            UNIT,
            0,
            "CNY",
            "",
            "",
            false);
    proposal =
        ((Reply.Proposed)
                story.hears(
                    new Input.ProposeMoney(
                        user("finance1"), new MoneyChange.Budget(bound), "as agreed")))
            .proposal();
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
    told(NAME, UNIT);
    JobId free = story.submits("liwei", job(1, 3));
    JobId bounded = story.submits("wangfang", job(1, 3));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(free)).isEqualTo(JobState.RUNNING);
    assertThat(why(bounded)).contains("this job may take 3 CNY");
  }

  /** Of those that wait the first keeps nodes for itself only as long as it can be paid. */
  @Test
  void whatAClusterElsewhereTakesIsAChanceForOthers() {
    set(hours(NAME, null, 40, 0));
    told(NAME, 32 * HOUR_MS);
    JobId running = story.submits("chenjie", job(10, 1));
    assertThat(story.plans()).isEqualTo(1);
    JobId large = story.submits("liwei", job(16, 2));
    JobId behind = story.submits("chenjie", job(6, 3));
    assertThat(story.plans()).isZero();
    assertThat(story.plans()).isZero();
    assertThat(story.state(running)).isEqualTo(JobState.RUNNING);
    ObservedRun elsewhere = RandomRuns.run(7, 16);
    story.hears(
        new Input.RecordRuns(new NodeName("bridge"), RandomRuns.CLUSTER, List.of(elsewhere), 0));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(behind)).isEqualTo(JobState.RUNNING);
    assertThat(why(large)).contains("budget autumn of project climate");
  }

  @Test
  void managersSetBudgetsOfTheirUsersInCoreTimeAndNobodyElseDoes() {
    BudgetTerms ofUser = hours(NAME, "liwei", 2, 0);
    story.does(new Input.DefineBudget(user("zhangmin"), ofUser, "fair shares"));
    assertThat(story.refuses(new Input.DefineBudget(user("liwei"), ofUser, "more for me")).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    BudgetTerms all = hours(new BudgetName("all"), null, 2, 0);
    assertThat(story.refuses(new Input.DefineBudget(user("zhangmin"), all, "ours")).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    set(hours(new BudgetName("all"), null, 9, 0));
    BudgetTerms taken = hours(new BudgetName("all"), "liwei", 9, 0);
    assertThat(story.refuses(new Input.DefineBudget(user("zhangmin"), taken, "ours")).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() {
    assertThat(field(money(UNIT, "", ""))).isEqualTo("unit");
    BudgetTerms good = hours(NAME, null, 1, 0);
    assertThat(field(with(good, good.project().value() + "x", 1, "", "", false)))
        .isEqualTo("project");
    assertThat(field(with(good, "climate", -1, "", "", false))).isEqualTo("amount");
    assertThat(field(with(good, "climate", 1, "2026-13", "2027-01", false))).isEqualTo("fromMonth");
    assertThat(field(with(good, "climate", 1, "2026-12", "2026-11", false))).isEqualTo("toMonth");
    assertThat(field(with(good, "climate", 1, "", "", true))).isEqualTo("name");
    set(good);
    assertThat(field(with(good, "materials", 1, "", "", false))).isEqualTo("name");
    story.doesWithoutFacts(new Input.DefineBudget(user("finance1"), good, "again"));
  }

  private String field(BudgetTerms terms) {
    return story.refuses(new Input.DefineBudget(user("finance1"), terms, "as agreed")).field();
  }

  private static BudgetTerms with(
      BudgetTerms of, String project, long amount, String from, String to, boolean ended) {
    return new BudgetTerms(
        of.name(),
        new ProjectName(project),
        of.user(),
        of.unit(),
        amount,
        of.overdraft(),
        of.currency(),
        from,
        to,
        ended);
  }

  private Input.ChangeJob longer(JobId job, long hours) {
    JobRequest values = script().limitMs(hours * HOUR_MS).build();
    return new Input.ChangeJob(
        user("admin1"), job, new JobChange(new TreeSet<>(List.of("limitMs")), values, null), null);
  }

  /** The ledger holds 2 hours for the run, of which the machine heard before the budget was set. */
  @Test
  void aRunGetsALongerLimitAlsoUnderABudgetThatWasSetAnew() {
    JobId early = story.submits("liwei", job(1, 2));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(early);
    set(hours(NAME, null, 10, 0));
    told(NAME, 8 * HOUR_MS);
    JobId job = story.submits("liwei", job(1, 2));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    set(hours(NAME, null, 6, 0));
    told(NAME, 2 * HOUR_MS);
    story.does(longer(job, 3));
    story.does(longer(early, 3));
    assertThat(story.refuses(longer(early, 4)).message())
        .contains("this job may take 1 core-hours")
        .contains("has 0 core-hours of 6 core-hours left");
    story.exits(early, 0);
    story.does(longer(job, 6));
    assertThat(story.refuses(longer(job, 7)).message()).contains("has 0 core-hours of 6");
  }

  @Test
  void underABudgetOfMoneySetAnewOnlyWhatALongerLimitCostsMoreIsAskedFor() {
    budgetOfMoney(5 * UNIT);
    told(NAME, 5 * UNIT);
    JobId job = story.submits("liwei", job(1, 2));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    budgetOfMoney(4 * UNIT);
    told(NAME, 2 * UNIT);
    story.does(longer(job, 4));
    assertThat(story.refuses(longer(job, 5)).message())
        .contains("this job may take 1 CNY")
        .contains("has 0 CNY of 4 CNY left");
  }

  private void budgetOfMoney(long amount) {
    MoneyChange change = new MoneyChange.Budget(money(amount, "", ""));
    long proposal =
        ((Reply.Proposed)
                story.hears(new Input.ProposeMoney(user("finance1"), change, "as agreed")))
            .proposal();
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "seen"));
  }

  /** A month begins while nothing happens: the books are where they were. */
  @Test
  void anotherAmountAsOfTheSamePositionIsHeardAndTheSameAmountIsNot() {
    set(hours(NAME, null, 4, 0));
    long position = story.machine.state().position();
    story.does(word(HOUR_MS, position));
    JobId job = story.submits("liwei", job(4, 1));
    assertThat(story.plans()).isZero();
    story.doesWithoutFacts(word(HOUR_MS, position));
    story.doesOneFact(word(4 * HOUR_MS, position));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    story.doesWithoutFacts(word(9 * HOUR_MS, position - 1));
  }

  private static Input word(long left, long asOf) {
    return new Input.TellBudgetUse(List.of(new BudgetUseTold(NAME, left, asOf)));
  }

  /** Where all is refunded, the books have what they had, and the machine counted what it took. */
  @Test
  void theSameAmountIsHeardInPlaceOfWhatTheMachineCounted() {
    set(hours(NAME, null, 4, 0));
    told(NAME, 4 * HOUR_MS);
    JobId job = story.submits("liwei", job(4, 1));
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    story.after(HOUR_MS / 2).exits(job, 0);
    JobId next = story.submits("liwei", job(4, 1));
    assertThat(story.plans()).isZero();
    story.doesOneFact(word(4 * HOUR_MS, story.machine.state().position()));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(JobState.RUNNING);
    long position = story.machine.state().position();
    story.doesOneFact(word(0, position));
    story.after(1_000);
    story.doesWithoutFacts(word(0, story.machine.state().position()));
  }

  @Test
  void aBudgetThatEndsBoundsNothingAndAnOldWordOfItChangesNothing() {
    set(hours(NAME, null, 1, 0));
    long position = story.machine.state().position();
    told(NAME, 2 * HOUR_MS);
    told(NAME, HOUR_MS);
    story.doesWithoutFacts(word(9 * HOUR_MS, position));
    JobId job = story.submits("liwei", job(2, 1));
    assertThat(story.plans()).isZero();
    BudgetTerms ended = with(hours(NAME, null, 1, 0), "climate", HOUR_MS, "", "", true);
    set(ended);
    story.doesWithoutFacts(
        new Input.TellBudgetUse(
            List.of(new BudgetUseTold(NAME, 0, story.machine.state().position()))));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
  }
}

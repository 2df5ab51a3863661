package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.limit.BudgetGate;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.state.Wallet;

/** What a project with a wallet can pay for, and what waits until it can. */
final class BudgetStoriesTest {
  /** A core-hour costs one unit of the currency. */
  private static final long UNIT = 1_000_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
  }

  /** The ledger speaks with everything taken in; twice at first, because the first opens only. */
  private void told(ProjectName project, long balanceMicro) {
    tell(project, balanceMicro, story.machine.state().position());
    tell(project, balanceMicro, story.machine.state().position());
  }

  private void tell(ProjectName project, long balanceMicro, long asOf) {
    story.does(new Input.TellBudgets(List.of(new BudgetTold(project, balanceMicro, "CNY", asOf))));
  }

  private static JobRequest.Builder hours(int cores, int hours) {
    return script().cpusPerTask(cores).limitMs(hours * HOUR_MS);
  }

  private PendingWhy why(JobId job) {
    return story.machine.state().pendingWhy(job);
  }

  private long availableMicro(ProjectName project) {
    return story.machine.state().wallet(project).orElseThrow().availableMicro();
  }

  @Test
  void aProjectWithoutAWalletPaysAfterwards() {
    JobId job = story.submits("liwei", hours(16, 24));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    assertThat(story.machine.state().wallet(CLIMATE)).isEmpty();
  }

  @Test
  void aJobThatTheWalletCannotPayWaitsWithTheAmounts() {
    told(CLIMATE, 3 * UNIT + 500_000);
    JobId large = story.submits("liwei", hours(4, 1));
    JobId small = story.submits("wangfang", hours(3, 1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(small)).isEqualTo(JobState.RUNNING);
    assertThat(why(large).word()).isEqualTo("AssocGrpBillingMinutes");
    assertThat(why(large).sentence())
        .isEqualTo(
            "this job may cost 4 CNY; the wallet of project climate has 0.5 CNY left for starts,"
                + " by what the ledger said at 1760000000000");
    assertThat(story.machine.state().explain(large, story.nowMs).orElseThrow().why())
        .isEqualTo(why(large));
  }

  @Test
  void twoJobsRaceForTheLastCoreHourAndOneStarts() {
    told(CLIMATE, UNIT);
    JobId first = story.submits("liwei", hours(1, 1));
    JobId second = story.submits("wangfang", hours(1, 1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(second)).isEqualTo(JobState.PENDING);
    assertThat(availableMicro(CLIMATE)).isZero();
    // The ledger has its own reasons to be slow: an old word does not bring the money back.
    long before = story.log.getFirst().position();
    tell(CLIMATE, UNIT, before);
    assertThat(story.plans()).isZero();
    tell(CLIMATE, 0, story.machine.state().position());
    assertThat(story.plans()).isZero();
    // Money came in.
    tell(CLIMATE, UNIT, story.machine.state().position());
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(second)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void whatAWordOfTheLedgerHasNotSeenIsTakenOffIt() {
    told(CLIMATE, 10 * UNIT);
    long before = story.machine.state().position();
    story.submits("liwei", hours(6, 1));
    story.plans();
    assertThat(availableMicro(CLIMATE)).isEqualTo(4 * UNIT);
    // As of before the start: the hold is not in it.
    tell(CLIMATE, 11 * UNIT, before);
    assertThat(availableMicro(CLIMATE)).isEqualTo(5 * UNIT);
    // As of after it: it is.
    tell(CLIMATE, 5 * UNIT, story.machine.state().position());
    assertThat(availableMicro(CLIMATE)).isEqualTo(5 * UNIT);
  }

  @Test
  void anOlderOrRepeatedWordChangesNothing() {
    told(CLIMATE, 10 * UNIT);
    long position = story.machine.state().position();
    tell(CLIMATE, 7 * UNIT, position);
    byte[] digest = story.machine.digest();
    Input.TellBudgets again =
        new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 9 * UNIT, "CNY", position)));
    story.doesWithoutFacts(again);
    story.doesWithoutFacts(
        new Input.TellBudgets(
            List.of(
                new BudgetTold(CLIMATE, 9 * UNIT, "CNY", position - 1),
                new BudgetTold(new ProjectName("nobody"), UNIT, "CNY", position),
                new BudgetTold(CLIMATE, UNIT, "CNY", position + 1_000))));
    assertThat(story.machine.digest()).isEqualTo(digest);
  }

  @Test
  void anEndGivesBackWhatTheLedgerCannotHaveChargedForIt() {
    told(CLIMATE, 2 * UNIT);
    JobId job = story.submits("liwei", hours(2, 1));
    JobId next = story.submits("liwei", hours(1, 1));
    story.plans();
    story.starts(job);
    story.after(HOUR_MS / 2).exits(job, 0);
    // A core-hour was used; a posting may be a micro-unit above the exact amount.
    assertThat(availableMicro(CLIMATE)).isBetween(UNIT - 3, UNIT);
    assertThat(story.plans()).isZero();
    assertThat(why(next).word()).isEqualTo(BudgetGate.WORD);
    tell(CLIMATE, UNIT, story.machine.state().position());
    assertThat(story.plans()).isEqualTo(1);
  }

  /**
   * What the ledger holds for it is not known here, so all of its cost may still have to be taken.
   */
  @Test
  void whatARunFromBeforeTheWalletCostIsTakenAtItsEnd() {
    JobId job = story.submits("liwei", hours(2, 1));
    story.plans();
    story.starts(job);
    told(CLIMATE, 2 * UNIT);
    story.after(HOUR_MS / 2).exits(job, 0);
    assertThat(availableMicro(CLIMATE)).isBetween(UNIT - 3, UNIT);
    tell(CLIMATE, 3 * UNIT, story.machine.state().position());
    assertThat(availableMicro(CLIMATE)).isEqualTo(3 * UNIT);
  }

  @Test
  void theFirstWordClosesTheGateAndOneThatHasSeenItOpensIt() {
    long before = story.machine.state().position();
    tell(CLIMATE, 5 * UNIT, before);
    JobId job = story.submits("liwei", hours(1, 1));
    assertThat(story.plans()).isZero();
    assertThat(why(job).sentence())
        .isEqualTo(
            "this job may cost 1 CNY;"
                + " the ledger has not yet said what the wallet of climate has");
    tell(CLIMATE, 5 * UNIT, before + 1);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aCreditLineIsMoneyToo() {
    story.does(
        new Input.SetCreditLine(
            user("finance1"), new CreditLineSet(CLIMATE, 2 * UNIT, "CNY", "grant is late")));
    JobId job = story.submits("liwei", hours(1, 1));
    assertThat(story.plans()).isZero();
    tell(CLIMATE, -UNIT, story.machine.state().position());
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    JobId next = story.submits("liwei", hours(1, 1));
    assertThat(story.plans()).isZero();
    assertThat(why(next).sentence())
        .contains("has 0 CNY left for starts, its credit line of 2 CNY included");
    Input.SetCreditLine more =
        new Input.SetCreditLine(
            user("finance1"), new CreditLineSet(CLIMATE, 3 * UNIT, "CNY", "once more"));
    story.doesOneFact(more);
    story.doesWithoutFacts(more);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void onlyFinanceSetsASaneCreditLine() {
    CreditLineSet line = new CreditLineSet(CLIMATE, UNIT, "CNY", "why");
    assertThat(story.refuses(new Input.SetCreditLine(user("admin1"), line)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    for (CreditLineSet wrong :
        List.of(
            new CreditLineSet(new ProjectName("nobody"), UNIT, "CNY", "why"),
            new CreditLineSet(CLIMATE, -1, "CNY", "why"),
            new CreditLineSet(CLIMATE, 1_000_000_000_000_001L, "CNY", "why"),
            new CreditLineSet(CLIMATE, UNIT, "USD", "why"),
            new CreditLineSet(CLIMATE, UNIT, "CNY", ""))) {
      assertThat(story.refuses(new Input.SetCreditLine(user("finance1"), wrong)).code())
          .isEqualTo(Rejection.Code.INVALID);
    }
  }

  @Test
  void whatCostsNothingStartsWithoutMoney() {
    told(CLIMATE, -UNIT);
    JobId free = story.submits("liwei", script().partition(SchedulerStory.DEBUG));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(free)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theSiteSwitchesTheGateOff() {
    told(CLIMATE, 0);
    story.submits("liwei", hours(1, 1));
    assertThat(story.plans()).isZero();
    Input alone = new Input.DefineJobPolicy(OWNER, new JobPolicyDefined(6, false, false));
    assertThat(story.refuses(alone).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    story.jobBilling(false, false);
    story.does(new Input.DefineJobPolicy(OWNER, new JobPolicyDefined(5, false, false)));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(availableMicro(CLIMATE)).isEqualTo(-UNIT);
    story.jobBilling(false, true);
    assertThat(story.machine.state().jobPolicy()).isEqualTo(new JobPolicyDefined(5, false, true));
    story.submits("liwei", hours(1, 1));
    assertThat(story.plans()).isZero();
  }

  @Test
  void aProjectWithoutMoneyHoldsUpNobodyAndIsPromisedNothing() {
    told(CLIMATE, 0);
    JobId poor = story.submits("liwei", hours(16, 1));
    JobId other = story.submits("chenjie", hours(1, 1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(other)).isEqualTo(JobState.RUNNING);
    assertThat(story.job(poor).promisedMs()).isZero();
    assertThat(story.machine.state().wallet(MATERIALS)).isEmpty();
  }

  @Test
  void aLongerLimitIsPaidBeforeOrRefused() {
    told(CLIMATE, 3 * UNIT);
    JobId job = story.submits("liwei", hours(1, 1));
    story.plans();
    story.starts(job);
    assertThat(availableMicro(CLIMATE)).isEqualTo(2 * UNIT);
    story.does(change(job, 2 * HOUR_MS));
    assertThat(availableMicro(CLIMATE)).isEqualTo(UNIT);
    Rejection refusal = story.refuses(change(job, 4 * HOUR_MS));
    assertThat(refusal.code()).isEqualTo(Rejection.Code.CONFLICT);
    assertThat(refusal.message())
        .contains("AssocGrpBillingMinutes: this job may cost 2 CNY;")
        .contains("has 1 CNY left");
    story.does(change(job, HOUR_MS / 2));
    assertThat(availableMicro(CLIMATE)).isEqualTo(2 * UNIT + UNIT / 2);
    story.after(HOUR_MS / 4).exits(job, 0);
    assertThat(availableMicro(CLIMATE)).isBetween(3 * UNIT - UNIT / 4 - 3, 3 * UNIT - UNIT / 4);
  }

  private static Input.ChangeJob change(JobId job, long limitMs) {
    JobRequest.Builder values = script().limitMs(limitMs);
    JobChange change = new JobChange(new TreeSet<>(List.of("limitMs")), values.build(), null);
    return new Input.ChangeJob(user("admin1"), job, change, null);
  }

  @Test
  void eachTaskOfAnArrayIsPaidForItself() {
    told(CLIMATE, 3 * UNIT);
    JobId array = story.submits("liwei", hours(1, 1).array("0-9"));
    int started = 0;
    for (int pass = 0; pass < 5; pass++) {
      started += story.plans();
    }
    assertThat(started).isEqualTo(3);
    assertThat(availableMicro(CLIMATE)).isZero();
    assertThat(why(array).word()).isEqualTo(BudgetGate.WORD);
  }

  @Test
  void aRunThatIsOverIsSettledBeforeTheNextAttemptIsPaid() {
    told(CLIMATE, UNIT);
    JobId job = story.submits("liwei", hours(1, 1));
    story.plans();
    story.starts(job);
    assertThat(availableMicro(CLIMATE)).isZero();
    story.does(new Input.RequeueJob(user("liwei"), job));
    story.after(HOUR_MS / 2).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(JobState.PENDING);
    assertThat(availableMicro(CLIMATE)).isBetween(UNIT / 2 - 3, UNIT / 2);
    assertThat(story.plans()).isZero();
    assertThat(story.job(job).killCause()).isNotEqualTo(KillCause.CANCELLED);
    assertThat(why(job).word()).isEqualTo(BudgetGate.WORD);
  }

  @Test
  void aPriceThatChangesWithinTheLimitIsPaidFromThenOn() {
    story.does(
        new Input.DefineTariff(
            OWNER, new TariffDefined(BATCH, 3 * UNIT, "CNY", story.nowMs + HOUR_MS)));
    told(CLIMATE, 4 * UNIT - 1);
    JobId job = story.submits("liwei", hours(1, 2));
    assertThat(story.plans()).isZero();
    tell(CLIMATE, 4 * UNIT, story.machine.state().position());
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theWalletIsInTheImageAndInTheDigest() {
    told(CLIMATE, 5 * UNIT);
    story.submits("liwei", hours(2, 1));
    story.plans();
    ClusterImage image = story.machine.image();
    SchedulerMachine again = SchedulerMachine.from(image);
    // The same moment and position: the wallet alone makes the difference.
    SchedulerMachine without = SchedulerMachine.from(image.with(image.reservations(), List.of()));
    assertThat(again.digest()).isEqualTo(story.machine.digest()).isNotEqualTo(without.digest());
    assertThat(again.state().wallet(CLIMATE)).isEqualTo(story.machine.state().wallet(CLIMATE));
    assertThat(HexFormat.of().formatHex(again.digest())).hasSize(64);
  }

  @Test
  void aSilentLedgerNeverMakesTheMovesGrowWithoutBound() {
    story.withoutChecks();
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(SchedulerStory.DEBUG, 1, "CNY", 0)));
    told(CLIMATE, 1_000 * UNIT);
    long exact = availableMicro(CLIMATE);
    long middle = 0;
    for (int i = 0; i < Wallet.MAX_MOVES / 2 + 100; i++) {
      JobId job = story.submits("liwei", hours(1, 1));
      story.plans();
      story.starts(job);
      story.after(36).exits(job, 0);
      middle = i == 20 ? story.machine.state().position() : middle;
    }
    long left = availableMicro(CLIMATE);
    assertThat(left).isBetween(exact - (Wallet.MAX_MOVES / 2 + 100) * 13L, exact);
    assertThat(story.machine.image().wallets().getFirst().moves()).hasSize(Wallet.MAX_MOVES);
    // A word from within what became one says nothing, one from behind it does.
    tell(CLIMATE, 5_000 * UNIT, middle);
    assertThat(availableMicro(CLIMATE)).isEqualTo(left);
    tell(CLIMATE, 7 * UNIT, story.machine.state().position());
    assertThat(availableMicro(CLIMATE)).isEqualTo(7 * UNIT);
  }
}

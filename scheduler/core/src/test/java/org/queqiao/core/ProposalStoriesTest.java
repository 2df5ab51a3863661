package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Prices and money that two people change. */
final class ProposalStoriesTest {
  private static final long UNIT = 1_000_000;
  private static final QosName URGENT = new QosName("urgent");

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 0, List.of())));
  }

  private long propose(MoneyChange change) {
    return ((Reply.Proposed)
            story.hears(new Input.ProposeMoney(user("finance1"), change, "as agreed")))
        .proposal();
  }

  private static Input decide(String who, long proposal, boolean approve) {
    return new Input.DecideMoney(user(who), proposal, approve, "looked at it");
  }

  private void tell(long balanceMicro) {
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(
          new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, balanceMicro, "CNY", asOf))));
    }
  }

  private static PriceItem item(long micro, long fromMs, long toMs, DayFactor... factors) {
    return new PriceItem(BATCH, URGENT, micro, "CNY", fromMs, toMs, 480, List.of(factors));
  }

  private long availableMicro() {
    return story.machine.state().wallet(CLIMATE).orElseThrow().availableMicro();
  }

  @Test
  void whoProposesDoesNotApproveAndAnotherDoesOnce() {
    MoneyChange topUp = new MoneyChange.TopUp(CLIMATE, 5 * UNIT, "CNY");
    long proposal = propose(topUp);
    assertThat(proposal).isEqualTo(story.machine.state().position());
    assertThat(story.machine.state().wallet(CLIMATE)).isEmpty();
    assertThat(story.refuses(decide("finance1", proposal, true)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(decide("admin1", proposal, true)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(decide("finance2", proposal, true));
    assertThat(story.machine.state().wallet(CLIMATE)).isPresent();
    Rejection second = story.refuses(decide("finance2", proposal, true));
    assertThat(second.code()).isEqualTo(Rejection.Code.NOT_FOUND);
    assertThat(second.message()).contains("it was decided");
  }

  /** Each kind of change of the money of a project; prices are those of all. */
  @Test
  void whoBelongsToAProjectDoesNotApproveWhatChangesItsMoney() {
    story.account("member", 1_060, CLIMATE, MemberRank.MEMBER, Role.FINANCE);
    BudgetTerms terms =
        new BudgetTerms(
            new BudgetName("b"), CLIMATE, null, BudgetUnit.MONEY, UNIT, 0, "CNY", "", "", false);
    List<MoneyChange> changes =
        List.of(
            new MoneyChange.TopUp(CLIMATE, UNIT, "CNY"),
            new MoneyChange.Correction(CLIMATE, UNIT, "CNY", "fund/1"),
            new MoneyChange.Refund(CLIMATE, UNIT, "CNY", "fund/1", RefundReason.GOODWILL),
            new MoneyChange.CreditLine(CLIMATE, UNIT, "CNY"),
            new MoneyChange.CustomerClass(CLIMATE, "internal", 0),
            new MoneyChange.NewAllowance(
                new Allowance(CLIMATE, AllowanceKind.PACKAGE, HOUR_MS, null, 0, 0)),
            new MoneyChange.StatementPaid(CLIMATE, "2026-02", "2026-02-28", "bank 7"),
            new MoneyChange.Contract(new ContractTerms("HT-1", CLIMATE, "partner", 0, 0, "")),
            new MoneyChange.Budget(terms));
    for (MoneyChange each : changes) {
      long proposal = propose(each);
      assertThat(story.refuses(decide("finance1", proposal, true)).message())
          .isEqualTo("who proposes a change does not approve it: another person of finance must");
      assertThat(story.refuses(decide("member", proposal, true)).message())
          .isEqualTo(
              "who belongs to project climate does not approve what changes its money: another"
                  + " person of finance must");
      story.does(decide("finance2", proposal, true));
    }
    long price = propose(new MoneyChange.Price(item(UNIT, 0, 0)));
    assertThat(story.refuses(decide("finance1", price, true)).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.does(decide("member", price, true));
    long own = propose(new MoneyChange.TopUp(CLIMATE, UNIT, "CNY"));
    story.doesOneFact(decide("member", own, false));
  }

  @Test
  void aStatementIsPaidOnADayOfTheCalendar() {
    for (String day :
        List.of(
            "2026-02-31",
            "2026-02-29",
            "2100-02-29",
            "2026-11-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "26-01-01")) {
      MoneyChange paid = new MoneyChange.StatementPaid(CLIMATE, "2026-02", day, "bank 7");
      Rejection rejection =
          story.refuses(new Input.ProposeMoney(user("finance1"), paid, "as agreed"));
      assertThat(rejection.field()).as(day).isEqualTo("paidOn");
    }
    propose(new MoneyChange.StatementPaid(CLIMATE, "2028-02", "2028-02-29", "bank 7"));
  }

  private static MoneyChange payment(boolean back, MoneyChange.PaidAmount... amounts) {
    return new MoneyChange.StatementPaid(
        CLIMATE, "2026-02", "2026-02-20", "bank 7", List.of(amounts), back);
  }

  @Test
  void aPaymentHasEachCurrencyOnceAndAnAmountAndGoesBackAsItWas() {
    MoneyChange.PaidAmount some = new MoneyChange.PaidAmount("CNY", UNIT);
    for (MoneyChange each :
        List.of(
            payment(false, some, some),
            payment(false, new MoneyChange.PaidAmount("yuan", UNIT)),
            payment(false, new MoneyChange.PaidAmount("CNY", 0)),
            payment(false, new MoneyChange.PaidAmount("CNY", 1_000_000_000_000_000_001L)),
            payment(true, some))) {
      Rejection rejection =
          story.refuses(new Input.ProposeMoney(user("finance1"), each, "as agreed"));
      assertThat(rejection.field()).as(each.toString()).isIn("currency", "amountMicro");
    }
    MoneyChange.PaidAmount most = new MoneyChange.PaidAmount("EUR", 1_000_000_000_000_000_000L);
    propose(payment(false, some, most));
    // One word about a statement waits at a time.
    story.refuses(new Input.ProposeMoney(user("finance1"), payment(true), "as agreed"));
  }

  @Test
  void whoProposesMayWithdraw() {
    long proposal = propose(new MoneyChange.TopUp(CLIMATE, UNIT, "CNY"));
    story.doesOneFact(decide("finance1", proposal, false));
    assertThat(story.machine.state().wallet(CLIMATE)).isEmpty();
  }

  @Test
  void aPriceOfAQualityOfServiceIsWhatItsJobsMayCost() {
    tell(3 * UNIT);
    long proposal = propose(new MoneyChange.Price(item(4 * UNIT, 0, 0)));
    JobId before = story.submits("liwei", script().limitMs(HOUR_MS).qos(URGENT));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(availableMicro()).isEqualTo(2 * UNIT);
    story.does(decide("finance2", proposal, true));
    JobId dear = story.submits("liwei", script().limitMs(HOUR_MS).qos(URGENT));
    JobId plain = story.submits("liwei", script().limitMs(HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.machine.state().pendingWhy(dear).sentence())
        .contains("this job may cost 4 CNY");
    assertThat(story.job(plain).allocations()).isNotEmpty();
    assertThat(story.job(before).allocations()).isNotEmpty();
  }

  @Test
  void partsOfTheDayCountInWhatIsHeld() {
    tell(100 * UNIT);
    // The clock of the factors is 8 hours ahead; the whole day is covered, half at a half.
    long proposal =
        propose(
            new MoneyChange.Price(
                item(
                    2 * UNIT, 0, 0, new DayFactor(0, 720, 500), new DayFactor(720, 1_440, 1_500))));
    story.does(decide("finance2", proposal, true));
    story.submits("liwei", script().limitMs(24 * HOUR_MS).qos(URGENT));
    assertThat(story.plans()).isEqualTo(1);
    // 12 hours at 1 and 12 hours at 3, whenever it starts.
    assertThat(availableMicro()).isEqualTo(100 * UNIT - 48 * UNIT);
  }

  @Test
  void aPriceThatWouldBeginInThePastWhenItIsApprovedIsRefused() {
    long proposal = propose(new MoneyChange.Price(item(UNIT, story.nowMs + HOUR_MS, 0)));
    story.after(2 * HOUR_MS);
    assertThat(story.refuses(decide("finance2", proposal, true)).message())
        .contains("cannot begin in the past");
  }

  @Test
  void aCorrectionThatTakesMoneyCountsAtOnce() {
    tell(5 * UNIT);
    long proposal = propose(new MoneyChange.Correction(CLIMATE, -2 * UNIT, "CNY", "capture/7.1/x"));
    assertThat(availableMicro()).isEqualTo(5 * UNIT);
    story.does(decide("finance2", proposal, true));
    assertThat(availableMicro()).isEqualTo(3 * UNIT);
    tell(3 * UNIT);
    assertThat(availableMicro()).isEqualTo(3 * UNIT);
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() {
    long now = story.nowMs;
    refuses(new MoneyChange.TopUp(new ProjectName("nobody"), UNIT, "CNY"), "project");
    refuses(new MoneyChange.TopUp(CLIMATE, 0, "CNY"), "amountMicro");
    refuses(new MoneyChange.TopUp(CLIMATE, UNIT, "USD"), "currency");
    refuses(new MoneyChange.Correction(CLIMATE, 0, "CNY", "x"), "amountMicro");
    refuses(new MoneyChange.Correction(CLIMATE, 1, "CNY", ""), "corrects");
    refuses(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_001, 0), "permille");
    refuses(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_000, now - 1), "validFromMs");
    refuses(new MoneyChange.Price(item(-1, 0, 0)), "microPerCoreHour");
    refuses(new MoneyChange.Price(item(1, now - 1, 0)), "validFromMs");
    refuses(new MoneyChange.Price(item(1, 0, now)), "validToMs");
    refuses(new MoneyChange.Price(item(1, 0, 0, new DayFactor(0, 60, 500))), "factors");
    refuses(new MoneyChange.Price(item(10, 0, 0, new DayFactor(60, 60, 500))), "factors");
    refuses(
        new MoneyChange.Price(
            item(10, 0, 0, new DayFactor(0, 61, 500), new DayFactor(60, 90, 500))),
        "factors");
    refuses(
        new MoneyChange.Price(
            new PriceItem(new PartitionName("nowhere"), null, 1, "CNY", 0, 0, 0, List.of())),
        "partition");
    refuses(
        new MoneyChange.Price(
            new PriceItem(null, new QosName("nobody"), 1, "CNY", 0, 0, 0, List.of())),
        "qos");
    refuses(
        new MoneyChange.Price(new PriceItem(null, null, 1, "CNY", 0, 0, 841, List.of())),
        "utcOffsetMinutes");
  }

  private void refuses(MoneyChange change, String field) {
    Rejection rejection =
        story.refuses(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
    assertThat(rejection.code()).as(change.toString()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).as(change.toString()).isEqualTo(field);
  }

  @Test
  void whatCouldUndoOrRepeatAnotherProposalWaitsForIt() {
    long first = propose(new MoneyChange.JobBilling(true, true));
    Input second =
        new Input.ProposeMoney(
            user("finance1"), new MoneyChange.JobBilling(false, false), "as agreed");
    assertThat(story.refuses(second).code()).isEqualTo(Rejection.Code.CONFLICT);
    story.does(decide("finance2", first, false));
    story.does(decide("finance2", ((Reply.Proposed) story.hears(second)).proposal(), true));
    assertThat(story.machine.state().jobPolicy().budgetGate()).isFalse();
    long refund = propose(refund("capture/7.1/2026-10-01/5"));
    Input another =
        new Input.ProposeMoney(user("finance1"), refund("capture/7.1/2026-10-02/5"), "as agreed");
    assertThat(story.refuses(another).message()).contains("proposal " + refund);
    propose(refund("capture/7.2/2026-10-02/5"));
  }

  private static MoneyChange refund(String transaction) {
    return new MoneyChange.Refund(CLIMATE, UNIT, "CNY", transaction, RefundReason.GOODWILL);
  }
}

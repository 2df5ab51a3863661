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
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Prices that end, or that are withdrawn before they begin, by two people. */
final class PriceEndStoriesTest {
  private static final long UNIT = 1_000_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 20 * UNIT, "CNY", asOf))));
    }
  }

  private PriceItem agreed(long micro, long fromMs, long toMs) {
    agree(
        new MoneyChange.Price(
            new PriceItem(BATCH, null, micro, "CNY", fromMs, toMs, 0, List.of())));
    return last().item();
  }

  private AgreedPrice last() {
    return story.machine.image().money().items().getLast();
  }

  private void agree(MoneyChange change) {
    story.does(new Input.DecideMoney(user("finance2"), propose(change), true, "looked at it"));
  }

  private long propose(MoneyChange change) {
    return ((Reply.Proposed)
            story.hears(new Input.ProposeMoney(user("finance1"), change, "as agreed")))
        .proposal();
  }

  private Rejection refused(MoneyChange change) {
    return story.refuses(new Input.ProposeMoney(user("finance1"), change, "as agreed"));
  }

  private static MoneyChange end(PriceItem item, long fromMs) {
    return new MoneyChange.PriceEnd(7, item, fromMs);
  }

  private long heldOfFourHours() {
    story.submits("liwei", script().limitMs(4 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    return 20 * UNIT - story.machine.state().wallet(CLIMATE).orElseThrow().availableMicro();
  }

  @Test
  void whatIsHeldForAStartFollowsTheEndOfAPriceInForce() {
    PriceItem item = agreed(5 * UNIT, 0, 0);
    agree(end(item, story.nowMs + HOUR_MS));
    assertThat(heldOfFourHours()).isEqualTo(5 * UNIT + 3 * UNIT);
  }

  @Test
  void aPriceThatIsWithdrawnBeforeItBeginsNeverHolds() {
    PriceItem item = agreed(5 * UNIT, story.nowMs + HOUR_MS, 0);
    agree(end(item, 0));
    assertThat(last().item().isNever()).isTrue();
    assertThat(heldOfFourHours()).isEqualTo(4 * UNIT);
    assertThat(refused(end(item, 0)).message()).isEqualTo("price 7 was withdrawn");
  }

  @Test
  void aPriceIsOnlyEndedEarlierAndNeverInThePast() {
    PriceItem item = agreed(5 * UNIT, 0, story.nowMs + 3 * HOUR_MS);
    assertThat(refused(end(item, story.nowMs - 1)).field()).isEqualTo("fromMs");
    assertThat(refused(end(item, story.nowMs + 3 * HOUR_MS)).message())
        .isEqualTo("price 7 ends at " + item.validToMs() + " already");
    agree(end(item, story.nowMs + 2 * HOUR_MS));
    assertThat(refused(end(item, story.nowMs + 2 * HOUR_MS)).code())
        .isEqualTo(Rejection.Code.CONFLICT);
    agree(end(item, story.nowMs + HOUR_MS));
    assertThat(heldOfFourHours()).isEqualTo(5 * UNIT + 3 * UNIT);
    PriceItem other = new PriceItem(BATCH, null, 9, "CNY", 1, 0, 0, List.of());
    assertThat(refused(end(other, 0)).code()).isEqualTo(Rejection.Code.NOT_FOUND);
  }

  private static MoneyChange endOf(AgreedPrice price, long fromMs) {
    return new MoneyChange.PriceEnd(price.number(), price.item(), fromMs, true);
  }

  @Test
  void aPriceThatWasWithdrawnAndStatedAgainIsEndedByItsNumber() {
    long fromMs = story.nowMs + HOUR_MS;
    agreed(5 * UNIT, fromMs, 0);
    AgreedPrice first = last();
    agree(endOf(first, 0));
    agreed(5 * UNIT, fromMs, 0);
    AgreedPrice again = last();
    assertThat(again.number()).isGreaterThan(first.number());
    assertThat(refused(endOf(first, 0)).message())
        .isEqualTo("price " + first.number() + " was withdrawn");
    agree(endOf(again, fromMs + HOUR_MS));
    assertThat(last().item().validToMs()).isEqualTo(fromMs + HOUR_MS);
    assertThat(heldOfFourHours()).isEqualTo(5 * UNIT + 3 * UNIT);
  }

  @Test
  void theEndOfOneOfTwoEqualPricesLeavesTheOther() {
    long fromMs = story.nowMs + HOUR_MS;
    agreed(5 * UNIT, fromMs, fromMs + 2 * HOUR_MS);
    AgreedPrice first = last();
    agreed(5 * UNIT, fromMs, 0);
    AgreedPrice second = last();
    long waits = propose(endOf(first, fromMs + HOUR_MS));
    agree(endOf(second, fromMs + 2 * HOUR_MS));
    story.does(new Input.DecideMoney(user("finance2"), waits, true, "looked at it"));
    assertThat(story.machine.image().money().items().stream().map(each -> each.item().validToMs()))
        .containsExactly(fromMs + HOUR_MS, fromMs + 2 * HOUR_MS);
  }

  @Test
  void aFactFromBeforeNumbersWereKeptEndsEveryPriceThatIsTheSame() {
    long fromMs = story.nowMs + HOUR_MS;
    PriceItem item = agreed(5 * UNIT, fromMs, 0);
    agreed(5 * UNIT, fromMs, 0);
    agree(end(item, fromMs + HOUR_MS));
    assertThat(story.machine.image().money().items())
        .extracting(each -> each.item().validToMs())
        .containsExactly(fromMs + HOUR_MS, fromMs + HOUR_MS);
  }

  @Test
  void aTaxRateIsFromNoneToAllAndNotOfThePast() {
    assertThat(refused(new MoneyChange.TaxRate(-1, 0)).field()).isEqualTo("basisPoints");
    assertThat(refused(new MoneyChange.TaxRate(10_001, 0)).field()).isEqualTo("basisPoints");
    assertThat(refused(new MoneyChange.TaxRate(600, story.nowMs - 1)).field())
        .isEqualTo("validFromMs");
    agree(new MoneyChange.TaxRate(10_000, 0));
  }

  @Test
  void whoProposesTheEndDoesNotApproveItAndASecondOneWaits() {
    PriceItem item = agreed(5 * UNIT, 0, 0);
    long proposal = propose(end(item, 0));
    assertThat(refused(end(item, 0)).message())
        .isEqualTo("proposal " + proposal + " about the same waits: decide on it first");
    assertThat(
            story.refuses(new Input.DecideMoney(user("finance1"), proposal, true, "mine")).code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.nowMs += HOUR_MS;
    story.does(new Input.DecideMoney(user("finance2"), proposal, true, "looked at it"));
    assertThat(last().item().validToMs()).isEqualTo(story.nowMs);
  }
}

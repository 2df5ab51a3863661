package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.ledger.ProposalRow;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.RefundCause;

/** Prices that end and prices that never begin: what runs pay, and what is in force. */
final class PriceEndStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long START = CALENDAR.startMs(LocalDate.parse("2026-11-02"));

  private static PriceItem item(long micro, long fromMs, long toMs) {
    return new PriceItem(History.BATCH, null, micro, "CNY", fromMs, toMs, 0, List.of());
  }

  /** Hours, price and money of each line. */
  private static List<String> lines(History history) {
    ShadowLedger ledger = new ShadowLedger(CALENDAR);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    return ledger.books().lines().values().stream()
        .map(each ->
            each.total().quantity().longValueExact() / HOUR_MS
                + "h at "
                + each.key().microPerCoreHour()
                + " = "
                + each.total().postedMicro())
        .sorted()
        .toList();
  }

  @Test
  void aRunIsCutWhereItsPriceEndsAndPaysTheOneBelowFromThen() {
    History history = new History(START).price(1_000_000);
    PriceItem dear = item(5_000_000, START, 0);
    history.twoPeople(new MoneyChange.Price(dear), true);
    RunId run = history.start(history.submit(History.LI, "long", 1, 10 * HOUR_MS), 1, 1);
    history
        .at(START + HOUR_MS)
        .twoPeople(new MoneyChange.PriceEnd(2, dear, START + 2 * HOUR_MS), true);
    history.at(START + 5 * HOUR_MS).end(run, JobState.COMPLETED);
    assertThat(lines(history))
        .containsExactly("2h at 5000000 = 10000000", "3h at 1000000 = 3000000");
  }

  @Test
  void aWithdrawnPriceIsPaidByNobodyAndARejectedEndEndsNothing() {
    History history = new History(START).price(1_000_000);
    PriceItem never = item(5_000_000, START + 2 * HOUR_MS, 0);
    PriceItem stays = item(2_000_000, START + 3 * HOUR_MS, 0);
    history.twoPeople(new MoneyChange.Price(never), true);
    history.twoPeople(new MoneyChange.Price(stays), true);
    history.twoPeople(new MoneyChange.PriceEnd(2, never, START), true);
    history.twoPeople(new MoneyChange.PriceEnd(4, stays, START), false);
    RunId run = history.start(history.submit(History.LI, "long", 1, 10 * HOUR_MS), 1, 1);
    history.at(START + 5 * HOUR_MS).end(run, JobState.COMPLETED);
    assertThat(lines(history))
        .containsExactly("2h at 2000000 = 4000000", "3h at 1000000 = 3000000");
  }

  @Test
  void aPriceThatWasWithdrawnAndStatedAgainEndsByItsNumber() {
    History history = new History(START).price(1_000_000);
    PriceItem dear = item(5_000_000, START + 2 * HOUR_MS, 0);
    history.twoPeople(new MoneyChange.Price(dear), true);
    history.twoPeople(new MoneyChange.PriceEnd(3, dear, START, true), true);
    history.twoPeople(new MoneyChange.Price(dear), true);
    history.twoPeople(new MoneyChange.PriceEnd(7, dear, START + 4 * HOUR_MS, true), true);
    RunId run = history.start(history.submit(History.LI, "long", 1, 10 * HOUR_MS), 1, 1);
    history.at(START + 5 * HOUR_MS).end(run, JobState.COMPLETED);
    assertThat(lines(history))
        .containsExactly("2h at 5000000 = 10000000", "3h at 1000000 = 3000000");
    assertThat(standing(List.of(), rows(history, true), START))
        .containsExactly("3 WITHDRAWN ended by 5", "7 PLANNED ended by 9");
  }

  /** As accounting keeps proposals, of what a history has. */
  private static List<ProposalRow> rows(History history, boolean decideLast) {
    TreeMap<Long, ProposalRow> open = new TreeMap<>();
    List<ProposalRow> all = new ArrayList<>();
    for (LoggedEvent each : history.events()) {
      String by = each.actor().toString();
      if (each.event() instanceof MoneyProposed e) {
        open.put(
            e.proposal(),
            new ProposalRow(
                e.proposal(),
                ProposalRow.State.OPEN,
                e.change(),
                by,
                each.timeMs(),
                e.reason(),
                "",
                0,
                ""));
      } else if (each.event() instanceof MoneyDecided e && (decideLast || !isLast(each, history))) {
        ProposalRow row = open.remove(e.proposal());
        all.add(
            new ProposalRow(
                row.id(),
                ProposalRow.State.APPROVED,
                e.change(),
                row.proposedBy(),
                row.proposedMs(),
                row.reason(),
                by,
                each.timeMs(),
                e.reason()));
      }
    }
    all.addAll(open.values());
    return all;
  }

  private static boolean isLast(LoggedEvent each, History history) {
    return each == history.events().getLast();
  }

  private static List<String> standing(
      List<TariffDefined> first, List<ProposalRow> rows, long nowMs) {
    return InForce.at(first, rows, nowMs).stream()
        .map(each ->
            (each.row() == null ? "first" : each.row().id())
                + " "
                + each.state()
                + (each.replacedBy() == null ? "" : " by " + each.replacedBy().id())
                + (each.ends() == null ? "" : " ended by " + each.ends().id()))
        .toList();
  }

  @Test
  void whatIsInForcePlannedReplacedEndedAndWithdrawnIsTold() {
    History history = new History(START);
    PriceItem ended = item(5, START, 0);
    PriceItem never = item(6, START + 90 * HOUR_MS, 0);
    history.twoPeople(new MoneyChange.Price(item(3, START, START + 9 * HOUR_MS)), true);
    history.twoPeople(new MoneyChange.Price(ended), true);
    history.twoPeople(new MoneyChange.Price(never), true);
    history.twoPeople(new MoneyChange.PriceEnd(3, ended, START + HOUR_MS), true);
    history.twoPeople(new MoneyChange.PriceEnd(5, never, START), true);
    history.twoPeople(new MoneyChange.Price(item(7, START + 50 * HOUR_MS, 0)), true);
    history.twoPeople(new MoneyChange.Price(item(8, START, 0)), true);
    List<TariffDefined> first =
        List.of(new TariffDefined(History.BATCH, 1, "CNY", START - HOUR_MS));
    assertThat(standing(first, rows(history, false), START))
        .containsExactly(
            "first REPLACED by 4",
            "2 REPLACED by 4",
            "4 IN_FORCE ended by 8",
            "6 WITHDRAWN ended by 10",
            "12 PLANNED",
            "14 PROPOSED");
    assertThat(standing(first, rows(history, false), START + HOUR_MS))
        .startsWith("first REPLACED by 2", "2 IN_FORCE", "4 ENDED ended by 8");
    assertThat(standing(first, rows(history, false), START + 9 * HOUR_MS))
        .startsWith("first IN_FORCE", "2 ENDED");
    assertThat(standing(first, rows(history, true), START + 60 * HOUR_MS))
        .endsWith("12 IN_FORCE", "14 REPLACED by 12");
  }

  @Test
  void rulesAndTheOrderOfAllowancesReplaceThoseOfTheSame() {
    History history = new History(START);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, START), true);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.PREEMPTED, 500, START), true);
    history.twoPeople(
        new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 900, START + HOUR_MS), true);
    List<ProposalRow> rules = rows(history, true);
    assertThat(standing(List.of(), rules, START))
        .containsExactly("2 IN_FORCE", "4 IN_FORCE", "6 PLANNED");
    assertThat(standing(List.of(), rules, START + HOUR_MS))
        .containsExactly("2 REPLACED by 6", "4 IN_FORCE", "6 IN_FORCE");
    History orders = new History(START);
    AllowanceOrder other = new AllowanceOrder(false, List.of(AllowanceKind.values()).reversed());
    orders.twoPeople(new MoneyChange.OrderOfAllowances(AllowanceOrder.DEFAULT), true);
    orders.twoPeople(new MoneyChange.OrderOfAllowances(other), true);
    assertThat(standing(List.of(), rows(orders, true), START))
        .containsExactly("2 REPLACED by 4", "4 IN_FORCE");
  }
}

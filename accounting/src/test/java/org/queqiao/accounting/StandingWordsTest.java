package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.InForce;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.StandingWords;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;

/** What two people agreed on is read a page at a time, however much of it there is. */
final class StandingWordsTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long START = 1_793_500_000_000L;
  private static final int MANY = 20_050;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static List<InForce.Word> page(
      Ledger ledger, String kind, InForce.State state, long before, int limit) {
    StandingWords.Question question =
        new StandingWords.Question(List.of(kind, "PRICE_END"), before, limit);
    return ledger
        .reads()
        .proposals()
        .standing()
        .page(question, List.of(), START, each -> state == null || each.state() == state)
        .words();
  }

  @Test
  void theNewestIsToldHoweverManyThereAreAndEachIsOnOnePage() throws Exception {
    History history = new History(START);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.PREEMPTED, 77, START), true);
    history.twoPeople(new MoneyChange.Conversion("", Resource.CORES, "", 1_500, START), true);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, START), true);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 600, START), true);
    PriceItem item = new PriceItem(null, null, 5, "CNY", START + 1, 0, 0, List.of());
    history.twoPeople(new MoneyChange.Price(item), true);
    history.twoPeople(new MoneyChange.Conversion("", Resource.CORES, "", 2_500, START), true);
    database.create("many");
    try (Ledger ledger = database.open("many", CALENDAR)) {
      ledger.record(history.events());
      // As many of before as no page of old has held.
      database.sql(
          "many",
          "insert into proposal (id, kind, project, state, fact, proposed_by, proposed_ms, reason,"
              + " decided_by, decided_ms, decision, position) select -n, kind, project, state,"
              + " fact, proposed_by, proposed_ms, reason, decided_by, decided_ms, decision, -n from"
              + " (select * from proposal where kind = 'CONVERSION' order by id limit 1) as one,"
              + " generate_series(1, "
              + MANY
              + ") as n");
      List<InForce.Word> rules = page(ledger, "REFUND_RULE", InForce.State.IN_FORCE, 1L << 60, 9);
      assertThat(rules)
          .extracting(each -> ((MoneyChange.RefundRule) each.change()).permille())
          .containsExactly(600, 77);
      assertThat(page(ledger, "CONVERSION", InForce.State.IN_FORCE, 1L << 60, 9))
          .singleElement()
          .extracting(each -> ((MoneyChange.Conversion) each.change()).standardPermille())
          .isEqualTo(2_500L);
      List<Long> paged = new ArrayList<>();
      long before = 1L << 60;
      List<InForce.Word> some;
      do {
        some = page(ledger, "CONVERSION", null, before, 999);
        some.forEach(each -> paged.add(each.row().id()));
        before = some.isEmpty() ? Long.MIN_VALUE : some.getLast().row().id();
      } while (some.size() == 999);
      assertThat(paged).hasSize(MANY + 2).doesNotHaveDuplicates();
      assertThat(paged.getFirst()).isGreaterThan(paged.getLast());
      assertThat(page(ledger, "PRICE", InForce.State.PLANNED, 1L << 60, 9)).hasSize(1);
    }
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.price.TariffBook;

/** What the energy of runs costs, each with its exact lines. */
final class EnergyStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long KWH_MJ = 3_600_000_000L;

  private static long ms(String day, long hour) {
    return CALENDAR.startMs(LocalDate.parse(day)) + hour * HOUR_MS;
  }

  private static History priced(History history, long fromMs, long microPerKwh) {
    return history.twoPeople(
        new MoneyChange.Price(
            new PriceItem(
                null,
                null,
                microPerKwh,
                "CNY",
                fromMs,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.ENERGY, "", "", "", false, false))),
        true);
  }

  private static ShadowLedger books(History history) {
    ShadowLedger ledger = new ShadowLedger(CALENDAR);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    return ledger;
  }

  /** Month, millijoules, price and amount of each line of energy. */
  private static List<String> lines(ShadowLedger ledger) {
    List<String> all = new ArrayList<>();
    for (MemoryBooks.Line each : ledger.books().lines().values()) {
      if (each.key().resource().equals("energy")) {
        all.add(
            each.key().month()
                + " "
                + each.total().quantity()
                + "mJ at "
                + each.key().microPerCoreHour()
                + " = "
                + each.total().postedMicro());
      }
    }
    return all;
  }

  private static RunId run(History history) {
    JobId job = history.submit(History.LI, "warm", 1, 99 * HOUR_MS);
    return history.start(job, 1, 1);
  }

  @Test
  void theEnergyOfARunIsChargedByTheKilowattHour() {
    long noon = ms("2026-11-02", 12);
    History history = priced(new History(noon).price(40_000).fund(5_000_000), noon, 650_000);
    RunId run = run(history);
    history.at(noon + 2 * HOUR_MS).ended(run, 5 * KWH_MJ / 2 + 1);
    ShadowLedger ledger = books(history);
    assertThat(lines(ledger)).containsExactly("2026-11 9000000001mJ at 650000 = 1625000");
    assertThat(ledger.books().balance("usage:climate", Unit.MILLIJOULES, ""))
        .isEqualTo(9_000_000_001L);
    assertThat(ledger.books().balance("wallet:climate", Unit.MICRO, "CNY"))
        .isEqualTo(5_000_000 - 80_000 - 1_625_000);
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(ledger.books().job(run.job()).orElseThrow().chargeMicro()).isEqualTo(1_705_000);
    assertThat(ledger.books().postings())
        .filteredOn(each -> each.unit() == Unit.MILLIJOULES)
        .extracting(Posting::transaction)
        .containsOnly("meter/" + run + "/2026-11-02/" + noon + "/energy");
  }

  @Test
  void energyAcrossAMonthsEdgeAndAChangeOfItsPriceIsSplitByTime() {
    long evening = ms("2026-11-30", 22);
    History history = priced(new History(evening).price(0), evening, 600_000);
    priced(history, ms("2026-12-01", 1), 900_000);
    RunId run = run(history);
    history.at(evening + 4 * HOUR_MS).ended(run, 4 * KWH_MJ + 3);
    // Four hours: two in November, one in December at each price; the parts sum to the whole.
    assertThat(lines(books(history)))
        .containsExactlyInAnyOrder(
            "2026-11 " + (2 * KWH_MJ + 1) + "mJ at 600000 = 1200000",
            "2026-12 " + (KWH_MJ + 1) + "mJ at 600000 = 600000",
            "2026-12 " + (KWH_MJ + 1) + "mJ at 900000 = 900000");
  }

  @Test
  void energyUnderAnotherPriceIsPricedByTheKilowattHourToo() {
    long noon = ms("2026-11-02", 12);
    TariffBook other = new TariffBook();
    other.add(
        new PriceItem(
            null,
            null,
            500_000,
            "CNY",
            0,
            0,
            480,
            List.of(),
            new PriceTerms(Resource.ENERGY, "", "", "", false, false)));
    Repricing repricing = new Repricing(other, CALENDAR, false);
    repricing.add(
        new Repricing.Piece(
            new RunId(new JobId(1), 1),
            History.CLIMATE,
            History.LI,
            new PartitionName("thin"),
            "",
            "energy",
            List.of(new Repricing.Part("", 3 * KWH_MJ + 1, 3 * KWH_MJ + 1, 900_000)),
            false,
            noon,
            noon + 7 * HOUR_MS,
            "2026-11",
            true,
            History.CLIMATE));
    assertThat(repricing.lines())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.quantity()).isEqualTo(3 * KWH_MJ + 1);
          assertThat(each.chargedMicro()).isEqualTo(900_000);
          assertThat(each.whatIfMicro()).isEqualTo(1_500_000);
        });
  }

  @Test
  void withoutAPriceEnergyIsMeteredAndWithoutAMeasureThereIsNone() {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000);
    RunId measured = run(history);
    RunId unknown = run(history);
    history.at(noon + HOUR_MS).ended(measured, KWH_MJ).ended(unknown, 0);
    ShadowLedger ledger = books(history);
    assertThat(lines(ledger)).containsExactly("2026-11 " + KWH_MJ + "mJ at 0 = 0");
    assertThat(ledger.books().balance("usage:climate", Unit.MILLIJOULES, "")).isEqualTo(KWH_MJ);
    assertThat(ledger.books().job(unknown.job()).orElseThrow().chargeMicro()).isEqualTo(40_000);
  }
}

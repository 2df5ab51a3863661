package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.money.Resource;

/** Cases that other systems get wrong, each with its exact lines. */
final class EdgeCaseStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final BillingCalendar BERLIN = new BillingCalendar(ZoneId.of("Europe/Berlin"));
  private static final long HOUR_MS = 3_600_000;

  private static long ms(BillingCalendar calendar, String day, long hour) {
    return calendar.startMs(LocalDate.parse(day)) + hour * HOUR_MS;
  }

  private static ShadowLedger books(History history, BillingCalendar calendar) {
    ShadowLedger ledger = new ShadowLedger(calendar);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    return ledger;
  }

  /** Month, resource, kind of nodes, hours and price of each line. */
  private static List<String> lines(ShadowLedger ledger) {
    List<String> all = new ArrayList<>();
    for (MemoryBooks.Line each : ledger.books().lines().values()) {
      all.add(
          each.key().month()
              + " "
              + each.key().resource()
              + "@"
              + each.key().nodeType()
              + " "
              + each.total().quantity().longValueExact() / HOUR_MS
              + "h at "
              + each.key().microPerCoreHour()
              + " = "
              + each.total().postedMicro());
    }
    return all;
  }

  /** The billing days of what was metered, with their hours. */
  private static List<String> days(ShadowLedger ledger) {
    return ledger.books().postings().stream()
        .filter(each -> each.account().startsWith("usage:") && each.unit() == Unit.CORE_MS)
        .map(each -> each.transaction().split("/")[2] + " " + each.amount() / HOUR_MS + "h")
        .toList();
  }

  private static RunId run(History history, int cores) {
    return history.start(history.submit(History.LI, "long", cores, 999 * HOUR_MS), 1, cores);
  }

  @Test
  void daysOfTwentyThreeAndOfTwentyFiveHoursAreBilledAsTheyAre() {
    History spring = new History(ms(BERLIN, "2026-03-28", 0)).price(1_000_000);
    RunId first = run(spring, 1);
    spring.at(ms(BERLIN, "2026-03-31", 0)).end(first, JobState.COMPLETED);
    ShadowLedger short_ = books(spring, BERLIN);
    assertThat(days(short_)).containsExactly("2026-03-28 24h", "2026-03-29 23h", "2026-03-30 24h");
    assertThat(lines(short_)).containsExactly("2026-03 cores@ 71h at 1000000 = 71000000");
    History autumn = new History(ms(BERLIN, "2026-10-24", 0)).price(1_000_000);
    RunId second = run(autumn, 1);
    autumn.at(ms(BERLIN, "2026-10-27", 0)).end(second, JobState.COMPLETED);
    ShadowLedger long_ = books(autumn, BERLIN);
    assertThat(days(long_)).containsExactly("2026-10-24 24h", "2026-10-25 25h", "2026-10-26 24h");
    assertThat(lines(long_)).containsExactly("2026-10 cores@ 73h at 1000000 = 73000000");
  }

  @Test
  void theLeapDayBelongsToFebruaryAndTheNewYearBeginsAtMidnightOfTheBillingZone() {
    History leap = new History(ms(SHANGHAI, "2028-02-28", 12)).price(1_000_000);
    RunId first = run(leap, 2);
    leap.at(ms(SHANGHAI, "2028-03-01", 12)).end(first, JobState.COMPLETED);
    ShadowLedger february = books(leap, SHANGHAI);
    assertThat(days(february))
        .containsExactly("2028-02-28 24h", "2028-02-29 48h", "2028-03-01 24h");
    assertThat(lines(february))
        .containsExactlyInAnyOrder(
            "2028-02 cores@ 72h at 1000000 = 72000000", "2028-03 cores@ 24h at 1000000 = 24000000");
    History year = new History(ms(SHANGHAI, "2026-12-31", 20)).price(1_000_000);
    RunId second = run(year, 1);
    year.at(ms(SHANGHAI, "2027-01-01", 3)).end(second, JobState.COMPLETED);
    assertThat(lines(books(year, SHANGHAI)))
        .containsExactlyInAnyOrder(
            "2026-12 cores@ 4h at 1000000 = 4000000", "2027-01 cores@ 3h at 1000000 = 3000000");
  }

  @Test
  void aHeterogeneousJobIsOneJobWithOneGroupOfLines() {
    long noon = ms(SHANGHAI, "2026-11-02", 12);
    History history = new History(noon).price(40_000);
    history.twoPeople(
        new MoneyChange.Price(
            new PriceItem(
                History.BATCH,
                null,
                2_000_000,
                "CNY",
                noon,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.ACCELERATORS, "gpu", "", "", false, false))),
        true);
    JobId job = history.submit(History.LI, "coupled", 24, 10 * HOUR_MS);
    RunId run =
        history.start(
            job,
            1,
            History.on("n1", "thin", 16, 0, 0, "", 0),
            History.on("g1", "gpu8", 8, 0, 0, "a100", 4));
    history.at(noon + HOUR_MS).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history, SHANGHAI);
    assertThat(lines(ledger))
        .containsExactlyInAnyOrder(
            "2026-11 cores@thin 16h at 40000 = 640000",
            "2026-11 cores@gpu8 8h at 40000 = 320000",
            "2026-11 gpu:a100@gpu8 4h at 2000000 = 8000000");
    assertThat(ledger.books().lines().values())
        .allMatch(each -> each.key().user().equals(History.LI));
    assertThat(ledger.books().job(job).orElseThrow().chargeMicro()).isEqualTo(8_960_000);
    assertThat(ledger.books().postings())
        .filteredOn(each -> each.run() != null)
        .allMatch(each -> each.run().equals(run));
  }

  @Test
  void aRunThatIsRequeuedIsRefundedByItsOwnCauseAndNotByThatOfTheNext() {
    long noon = ms(SHANGHAI, "2026-11-02", 12);
    History history = new History(noon).price(1_000_000).fund(99_000_000);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 250, noon), true);
    JobId job = history.submit(History.LI, "twice", 1, 10 * HOUR_MS);
    RunId lost = history.start(job, 1, 1);
    history.at(noon + 4 * HOUR_MS).requeue(lost);
    RunId again = history.start(job, 2, 1);
    history.at(noon + 6 * HOUR_MS).end(again, JobState.FAILED);
    ShadowLedger ledger = books(history, SHANGHAI);
    assertThat(lines(ledger)).containsExactly("2026-11 cores@ 6h at 1000000 = 6000000");
    assertThat(ledger.books().entries()).hasSize(1);
    assertThat(ledger.books().entries().getFirst().run()).isEqualTo(lost);
    assertThat(ledger.books().entries().getFirst().amountMicro()).isEqualTo(1_000_000);
    assertThat(ledger.books().balance("wallet:climate", Unit.MICRO, "CNY"))
        .isEqualTo(99_000_000 - 5_000_000);
  }
}

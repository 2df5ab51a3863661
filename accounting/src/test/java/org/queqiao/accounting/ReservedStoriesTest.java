package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.IdleTime;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.reservation.Repeat;

/** What reservations keep and nobody uses, each with its exact lines. */
final class ReservedStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long MINUTE_MS = 60_000;

  private static long ms(String day, long hour) {
    return CALENDAR.startMs(LocalDate.parse(day)) + hour * HOUR_MS;
  }

  private static final long NOON = ms("2026-11-02", 12);

  /** Two nodes of 16 cores, cores at 0.04 and idle reserved ones at the price. */
  private static History site(long startMs, long reservedMicro) {
    return site(startMs, reservedMicro, List.of());
  }

  private static History site(long startMs, long reservedMicro, List<DayFactor> factors) {
    History history = new History(startMs).price(40_000).node("cn1", 16).node("cn2", 16);
    return reservedMicro < 0
        ? history
        : history.twoPeople(
            new MoneyChange.Price(
                new PriceItem(
                    null,
                    null,
                    reservedMicro,
                    "CNY",
                    startMs,
                    0,
                    480,
                    factors,
                    new PriceTerms(Resource.RESERVED, "", "", "", false, false))),
            true);
  }

  private static ShadowLedger books(History history) {
    ShadowLedger ledger = new ShadowLedger(CALENDAR);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    return ledger;
  }

  /** Month, resource, core-minutes and price of each line. */
  private static List<String> lines(ShadowLedger ledger) {
    List<String> all = new ArrayList<>();
    for (MemoryBooks.Line each : ledger.books().lines().values()) {
      all.add(
          each.key().month()
              + " "
              + each.key().project()
              + " "
              + each.key().resource()
              + " "
              + each.total().quantity().longValueExact() / MINUTE_MS
              + "min at "
              + each.key().microPerCoreHour()
              + " = "
              + each.total().postedMicro());
    }
    return all;
  }

  /** Node, begin and end in minutes after noon, core-minutes. */
  private static List<String> idle(ShadowLedger ledger) {
    List<String> all = new ArrayList<>();
    for (IdleTime each : ledger.books().idle()) {
      all.add(
          each.node()
              + " "
              + (each.fromMs() - NOON) / MINUTE_MS
              + ".."
              + (each.toMs() - NOON) / MINUTE_MS
              + " "
              + each.coreMs() / MINUTE_MS);
    }
    return all;
  }

  private static RunId run(History history, String node, int cores) {
    JobId job = history.submit(History.LI, "member", cores, 999 * HOUR_MS);
    return history.start(job, 1, History.on(node, "", cores, 0, 0, "", 0));
  }

  @Test
  void ofAReservationThatIsHalfUsedTheOtherHalfIsChargedToItsProject() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.reserve("course", NOON, 4 * HOUR_MS, Repeat.ONCE, "cn1", "cn2");
    history.at(NOON).opened("course", NOON);
    RunId run = run(history, "cn1", 16);
    history.at(NOON + 4 * HOUR_MS).end(run, JobState.COMPLETED).closed("course", NOON, 0);
    long closed = history.events().size();
    ShadowLedger ledger = books(history);
    assertThat(lines(ledger))
        .containsExactlyInAnyOrder(
            "2026-11 climate cores 3840min at 40000 = 2560000",
            "2026-11 climate reserved:course 3840min at 20000 = 1280000");
    assertThat(idle(ledger)).containsExactly("cn2 0..240 3840");
    List<Posting> charge =
        ledger.books().postings().stream()
            .filter(each -> each.transaction().startsWith("charge/reserved/"))
            .toList();
    assertThat(charge)
        .extracting(Posting::transaction)
        .containsOnly("charge/reserved/course/2026-11-02/" + NOON);
    assertThat(charge).extracting(Posting::position).containsOnly(closed);
    assertThat(charge)
        .extracting(each -> each.account() + " " + each.amount())
        .containsExactly("revenue:reserved/course 1280000", "wallet:climate -1280000");
    assertThat(ledger.books().balance("reserved:climate", Unit.CORE_MS, ""))
        .isEqualTo(64 * HOUR_MS);
  }

  @Test
  void aPartOfANodeThatRunsHoldIsNotChargedAsReserved() {
    History history = site(NOON - HOUR_MS, 20_000);
    RunId late = run(history, "cn1", 8);
    history.reserve("course", NOON, 2 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("course", NOON);
    history.at(NOON + HOUR_MS / 2).end(late, JobState.COMPLETED);
    RunId member = run(history, "cn1", 4);
    history.suspend(member, NOON + HOUR_MS, false);
    history.at(NOON + HOUR_MS * 3 / 2).resume(member, NOON + HOUR_MS * 3 / 2);
    history.at(NOON + 2 * HOUR_MS).closed("course", NOON, 0);
    // 8 free for half an hour, 12 for half an hour, 16 while it is stopped, 12 for the last half.
    assertThat(idle(books(history)))
        .containsExactly("cn1 0..120 " + (8 * 30 + 12 * 30 + 16 * 30 + 12 * 30));
  }

  @Test
  void everyOccurrenceOfARecurringReservationIsChargedAndNothingBetween() {
    long day = 24 * HOUR_MS;
    History history = site(NOON - HOUR_MS, 30_000);
    history.reserve("nightly", NOON, HOUR_MS, Repeat.DAILY, "cn1");
    for (int i = 0; i < 3; i++) {
      long begin = NOON + i * day;
      history.at(begin).opened("nightly", begin);
      if (i == 1) {
        RunId run = run(history, "cn1", 16);
        history.at(begin + HOUR_MS / 4).end(run, JobState.COMPLETED);
      }
      history.at(begin + HOUR_MS).closed("nightly", begin, i == 2 ? 0 : begin + day);
    }
    ShadowLedger ledger = books(history);
    assertThat(lines(ledger))
        .containsExactlyInAnyOrder(
            "2026-11 climate cores 240min at 40000 = 160000",
            "2026-11 climate reserved:nightly 2640min at 30000 = 1320000");
    assertThat(idle(ledger))
        .containsExactly("cn1 0..60 960", "cn1 1440..1500 720", "cn1 2880..2940 960");
  }

  @Test
  void aReservationThatIsCancelledInTheMiddleIsChargedUntilThen() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.reserve("course", NOON, 8 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("course", NOON);
    history.at(NOON + 90 * MINUTE_MS).deleted("course");
    history.at(NOON + 20 * HOUR_MS).price(50_000);
    assertThat(lines(books(history)))
        .containsExactly("2026-11 climate reserved:course 1440min at 20000 = 480000");
  }

  @Test
  void aReservationThatChangesInTheMiddleCountsTheNodesOfEachPart() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.reserve("course", NOON, 2 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("course", NOON);
    RunId run = run(history, "cn2", 4);
    history.at(NOON + HOUR_MS).reserve("course", NOON, 2 * HOUR_MS, Repeat.ONCE, "cn1", "cn2");
    history.at(NOON + 2 * HOUR_MS).closed("course", NOON, 0).end(run, JobState.COMPLETED);
    assertThat(idle(books(history)))
        .containsExactly("cn1 0..60 960", "cn1 60..120 960", "cn2 60..120 720");
  }

  @Test
  void timeInWhichANodeIsDownOrDrainedIsNotCharged() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.reserve("course", NOON, 4 * HOUR_MS, Repeat.ONCE, "cn1", "cn2");
    history.at(NOON).opened("course", NOON);
    RunId run = run(history, "cn1", 16);
    history.at(NOON + 61 * MINUTE_MS).down("cn1", NOON + HOUR_MS);
    history.at(NOON + 2 * HOUR_MS).drained("cn2");
    history.at(NOON + 3 * HOUR_MS).up("cn1").lost(run, NOON + HOUR_MS).resumed("cn2");
    history.at(NOON + 4 * HOUR_MS).closed("course", NOON, 0);
    ShadowLedger ledger = books(history);
    assertThat(idle(ledger)).containsExactly("cn1 0..240 960", "cn2 0..240 2880");
    assertThat(lines(ledger))
        .contains("2026-11 climate reserved:course 3840min at 20000 = 1280000");
  }

  @Test
  void aReservationAcrossAMonthsEdgeHasALineInEachMonthAndIsSettledByTheDay() {
    long evening = ms("2026-11-30", 22);
    History history = site(evening - HOUR_MS, 20_000);
    history.reserve("course", evening, 6 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(evening).opened("course", evening);
    history.at(evening + 2 * HOUR_MS + 11 * MINUTE_MS).price(40_000);
    assertThat(lines(books(history)))
        .containsExactly("2026-11 climate reserved:course 1920min at 20000 = 640000");
    history.at(evening + 6 * HOUR_MS).closed("course", evening, 0);
    assertThat(lines(books(history)))
        .containsExactlyInAnyOrder(
            "2026-11 climate reserved:course 1920min at 20000 = 640000",
            "2026-12 climate reserved:course 3840min at 20000 = 1280000");
  }

  @Test
  void withoutAPriceOfItReservedTimeIsMeteredAndNotCharged() {
    History history = site(NOON - HOUR_MS, -1);
    history.reserve("course", NOON, HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("course", NOON);
    history.at(NOON + HOUR_MS).closed("course", NOON, 0);
    ShadowLedger ledger = books(history);
    assertThat(lines(ledger)).isEmpty();
    assertThat(idle(ledger)).containsExactly("cn1 0..60 960");
    assertThat(ledger.books().balance("reserved:climate", Unit.CORE_MS, ""))
        .isEqualTo(16 * HOUR_MS);
    assertThat(ledger.books().balance("wallet:climate", Unit.MICRO, "CNY")).isZero();
  }

  @Test
  void maintenanceIsMeteredByNodeAndIsForNobody() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.maintain("works", NOON, HOUR_MS, "cn1");
    history.at(NOON).opened("works", NOON);
    history.at(NOON + HOUR_MS).closed("works", NOON, 0);
    ShadowLedger ledger = books(history);
    assertThat(idle(ledger)).containsExactly("cn1 0..60 960");
    assertThat(ledger.books().idle()).allMatch(each -> each.project() == null);
    assertThat(lines(ledger)).isEmpty();
    assertThat(ledger.books().postings()).isEmpty();
  }

  @Test
  void reservedTimeIsSplitWhereItsPriceChanges() {
    History history = site(NOON - HOUR_MS, 20_000, List.of(new DayFactor(13 * 60, 24 * 60, 2_000)));
    history.project(new ProjectName("materials"), "Materials");
    history.reserve("course", NOON, 2 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("course", NOON);
    RunId run = run(history, "cn1", 8);
    history.at(NOON + 90 * MINUTE_MS).end(run, JobState.COMPLETED);
    history.at(NOON + 2 * HOUR_MS).closed("course", NOON, 0);
    assertThat(lines(books(history)))
        .contains(
            "2026-11 climate reserved:course 480min at 20000 = 160000",
            "2026-11 climate reserved:course 720min at 40000 = 480000");
  }

  @Test
  void whatIsSaidOfAReservationFromBeforeTheBooksKeptThemStopsNothing() {
    History history = site(NOON - HOUR_MS, 20_000);
    history.at(NOON).opened("old", NOON).opened("older", NOON);
    history.at(NOON + HOUR_MS).closed("old", NOON, NOON + 24 * HOUR_MS).closed("older", NOON, 0);
    history.at(NOON + 2 * HOUR_MS).deleted("old");
    // Defined anew it counts from then on.
    history.reserve("old", NOON + 3 * HOUR_MS, HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON + 3 * HOUR_MS).opened("old", NOON + 3 * HOUR_MS);
    history.at(NOON + 4 * HOUR_MS).closed("old", NOON + 3 * HOUR_MS, 0);
    assertThat(idle(books(history))).containsExactly("cn1 180..240 960");
  }

  @Test
  void oneReservationAfterTheOtherOnTheSameNodeCountsWhatEachLeavesFree() {
    History history = site(NOON - HOUR_MS, 20_000);
    long next = NOON + HOUR_MS;
    history.reserve("zeta", NOON, HOUR_MS, Repeat.ONCE, "cn1", "cn2");
    history.reserve("alpha", next, 2 * HOUR_MS, Repeat.ONCE, "cn1");
    history.at(NOON).opened("zeta", NOON);
    RunId first = run(history, "cn1", 4);
    history.at(next).opened("alpha", next).closed("zeta", NOON, 0);
    // 12 free for half an hour, then 8 for one hour, then 16.
    history.at(next + 30 * MINUTE_MS);
    RunId second = run(history, "cn1", 4);
    history
        .at(next + 90 * MINUTE_MS)
        .end(first, JobState.COMPLETED)
        .end(second, JobState.COMPLETED);
    history.at(next + 2 * HOUR_MS).closed("alpha", next, 0);
    assertThat(idle(books(history)))
        .containsExactly(
            "cn1 0..60 720", "cn2 0..60 960", "cn1 60..180 " + (12 * 30 + 8 * 60 + 16 * 30));
  }

  @Test
  void twoReservationsOfOneNodeAtATimeForgetNothingThatTheOtherNeeds() {
    long evening = ms("2026-11-02", 22);
    History history = site(NOON - HOUR_MS, 20_000);
    history.reserve("long", evening, 4 * HOUR_MS, Repeat.ONCE, "cn1");
    history.reserve("short", evening + HOUR_MS, HOUR_MS / 2, Repeat.ONCE, "cn1");
    history.at(evening).opened("long", evening);
    RunId run = run(history, "cn1", 16);
    history.at(evening + HOUR_MS / 2).end(run, JobState.COMPLETED);
    history.at(evening + HOUR_MS).opened("short", evening + HOUR_MS);
    history.at(evening + HOUR_MS * 3 / 2).closed("short", evening + HOUR_MS, 0);
    history.at(evening + 4 * HOUR_MS).closed("long", evening, 0);
    // Half an hour of the two before midnight was used.
    assertThat(idle(books(history)))
        .containsExactly("cn1 660..690 480", "cn1 600..720 1440", "cn1 720..840 1920");
  }
}

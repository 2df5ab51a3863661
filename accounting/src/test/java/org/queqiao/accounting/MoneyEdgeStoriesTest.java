package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.metering.Meter;
import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.TariffBook;

/**
 * Money to the micro-unit: of tasks of an array, at the edge of a month, of a price that changes.
 */
final class MoneyEdgeStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final BigInteger HOUR = BigInteger.valueOf(HOUR_MS);

  private static long ms(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  private static ShadowLedger books(History history, BillingCalendar calendar) {
    ShadowLedger ledger = new ShadowLedger(calendar);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    return ledger;
  }

  /** Month, core-milliseconds, price and money of each line. */
  private static List<String> lines(ShadowLedger ledger) {
    return ledger.books().lines().values().stream()
        .map(each ->
            each.key().month()
                + " "
                + each.total().quantity()
                + " at "
                + each.key().microPerCoreHour()
                + " = "
                + each.total().postedMicro())
        .sorted()
        .toList();
  }

  /** Core-milliseconds times price of all lines: the money in 3,600,000ths of a micro-unit. */
  private static BigInteger exact(ShadowLedger ledger) {
    BigInteger sum = BigInteger.ZERO;
    for (MemoryBooks.Line each : ledger.books().lines().values()) {
      sum =
          sum.add(
              each.total().quantity().multiply(BigInteger.valueOf(each.key().microPerCoreHour())));
    }
    return sum;
  }

  /** What was charged, by run. */
  private static Map<RunId, Long> charges(ShadowLedger ledger) {
    Map<RunId, Long> all = new TreeMap<>();
    ledger.books().postings().stream()
        .filter(each -> each.run() != null && each.unit() == Unit.MICRO)
        .filter(each -> each.account().startsWith("revenue:"))
        .forEach(each -> all.merge(each.run(), each.amount(), Math::addExact));
    return all;
  }

  /**
   * Each task is charged what the rounded total of the line rises by, in the order of their ends.
   */
  @Test
  void tasksOfAnArrayAreChargedOneByOneAndSumToTheirLine() {
    History history = new History(ms("2026-11-02T04:00:00Z")).price(41_111);
    JobId array = history.array(History.LI, 3);
    long start = history.timeMs();
    List<RunId> runs = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      runs.add(history.start(history.split(array, task), 1, 1));
    }
    history.at(start + 7_000).end(runs.get(2), JobState.COMPLETED);
    history.at(start + 11_000).end(runs.get(0), JobState.FAILED);
    history.at(start + 13_000).end(runs.get(1), JobState.COMPLETED);
    ShadowLedger ledger = books(history, SHANGHAI);
    // 79.938, then 205.555 and 354.011 in all.
    assertThat(charges(ledger))
        .isEqualTo(Map.of(runs.get(2), 80L, runs.get(0), 126L, runs.get(1), 148L));
    assertThat(lines(ledger)).containsExactly("2026-11 31000 at 41111 = 354");
    for (RunId run : runs) {
      assertThat(ledger.books().job(run.job()).orElseThrow().chargeMicro())
          .isEqualTo(charges(ledger).get(run));
    }
    assertThat(ledger.books().job(array).orElseThrow().chargeMicro()).isZero();
  }

  /** A run over midnight of the zone: each month has its part, and the parts are the whole. */
  @Test
  void theMonthsOfARunOverTheirEdgeSumToTheWhole() {
    long from = ms("2026-10-31T14:17:33.123Z");
    long edge = ms("2026-10-31T16:00:00Z");
    long to = ms("2026-10-31T19:41:07.456Z");
    History over = new History(from).price(77_777);
    RunId run = over.start(over.submit(History.LI, "over", 3, 99 * HOUR_MS), 1, 3);
    over.at(to).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(over, SHANGHAI);
    // 398,404.710 and 859,919.104 micro-units, 1,258,323.815 in all.
    assertThat(lines(ledger))
        .containsExactly(
            "2026-10 " + 3 * (edge - from) + " at 77777 = 398405",
            "2026-11 " + 3 * (to - edge) + " at 77777 = 859919");
    assertThat(3 * (edge - from)).isEqualTo(18_440_631);
    assertThat(exact(ledger)).isEqualTo(BigInteger.valueOf(3 * (to - from) * 77_777));
    // Where midnight is elsewhere it is one month, and the same money exactly.
    ShadowLedger west = books(over, new BillingCalendar(ZoneId.of("America/New_York")));
    assertThat(lines(west)).containsExactly("2026-10 " + 3 * (to - from) + " at 77777 = 1258324");
    assertThat(exact(west)).isEqualTo(exact(ledger));
  }

  /** Hours of the clock end with the month, also where that is not an hour of UTC. */
  @Test
  void hoursOfARunAreOfOneMonthEachAndSumToTheWhole() {
    for (String zone : List.of("Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin")) {
      BillingCalendar calendar = new BillingCalendar(ZoneId.of(zone));
      long edge = calendar.startMs(LocalDate.parse("2026-11-01"));
      long from = edge - 2 * HOUR_MS - 1_001;
      long to = edge + HOUR_MS + 999;
      Meter meter = new Meter(new TariffBook(), calendar);
      Use use = new Use(History.BATCH, null, History.CLIMATE, Resource.CORES, "", "");
      List<Segment> all = meter.billed(List.of(new Holding.Part(use, 7, 7)), from, to);
      List<Segment> hours = meter.hours(all);
      assertThat(hours)
          .as(zone)
          .extracting(each -> calendar.month(each.fromMs()) + " " + each.durationMs())
          .containsExactly(
              "2026-10 1001",
              "2026-10 3600000",
              "2026-10 3600000",
              "2026-11 3600000",
              "2026-11 999");
      assertThat(hours).allMatch(each -> each.day().equals(calendar.day(each.toMs() - 1)));
      assertThat(hours.stream().mapToLong(Segment::coreMs).sum()).isEqualTo(7 * (to - from));
    }
  }

  @Test
  void aPriceThatChangesWithinAnHourSplitsItToTheMillisecond() {
    long from = ms("2026-11-02T02:05:00.500Z");
    long change = ms("2026-11-02T02:23:17.001Z");
    long to = ms("2026-11-02T02:59:59.999Z");
    History history = new History(ms("2026-11-02T02:00:00Z")).price(60_001);
    history.at(from);
    RunId run = history.start(history.submit(History.LI, "steady", 2, 9 * HOUR_MS), 1, 2);
    history.at(change).price(90_007);
    history.at(to).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history, SHANGHAI);
    // 36,550.643 and 110,158.467 micro-units.
    assertThat(lines(ledger))
        .containsExactly("2026-11 2193002 at 60001 = 36551", "2026-11 4405996 at 90007 = 110158");
    assertThat(charges(ledger)).isEqualTo(Map.of(run, 146_709L));
    assertThat(exact(ledger).divide(HOUR)).isEqualTo(BigInteger.valueOf(146_709));
  }
}

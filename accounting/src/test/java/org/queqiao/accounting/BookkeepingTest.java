package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.DomainSplit;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.price.Holding;
import org.queqiao.contract.price.RunCost;

/** What the books say of runs, told with a clock that the tests move. */
final class BookkeepingTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;

  private static long ms(String localDate, long hour) {
    return SHANGHAI.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  private static ShadowLedger books(History history) {
    ShadowLedger ledger = new ShadowLedger(SHANGHAI);
    history.events().forEach(ledger::record);
    return ledger;
  }

  @Test
  void aRunIsHeldAtItsStartAndChargedAtItsEnd() {
    History history = new History(ms("2026-11-02", 8)).price(40_000).fund(10_000_000);
    JobId job = history.submit(History.LI, "storm", 4, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 4);
    ShadowLedger midway = books(history);
    assertThat(midway.books().balance("held:climate", Unit.MICRO, "CNY")).isEqualTo(1_600_000);
    assertThat(midway.books().balance("wallet:climate", Unit.MICRO, "CNY")).isEqualTo(8_400_000);

    history.at(ms("2026-11-02", 10)).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history);
    assertThat(ledger.books().balance("revenue:batch", Unit.MICRO, "CNY")).isEqualTo(320_000);
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(ledger.books().balance("wallet:climate", Unit.MICRO, "CNY")).isEqualTo(9_680_000);
    assertThat(ledger.books().balance("usage:climate", Unit.CORE_MS, "")).isEqualTo(8 * HOUR_MS);
    assertThat(ledger.books().job(job).orElseThrow().chargeMicro()).isEqualTo(320_000);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void whatIsHeldFollowsTheLimitOfARunningJob() {
    History history = new History(ms("2026-11-02", 8)).price(40_000).fund(10_000_000);
    JobId job = history.submit(History.LI, "storm", 4, 10 * HOUR_MS);
    history.limit(job, 5 * HOUR_MS);
    RunId run = history.start(job, 1, 4);
    assertThat(books(history).books().balance("held:climate", Unit.MICRO, "CNY"))
        .isEqualTo(800_000);
    history.at(ms("2026-11-02", 9)).limit(job, 20 * HOUR_MS);
    ShadowLedger longer = books(history);
    assertThat(longer.books().balance("held:climate", Unit.MICRO, "CNY")).isEqualTo(3_200_000);
    assertThat(longer.books().balance("wallet:climate", Unit.MICRO, "CNY")).isEqualTo(6_800_000);
    history.limit(job, 2 * HOUR_MS);
    assertThat(books(history).books().balance("held:climate", Unit.MICRO, "CNY"))
        .isEqualTo(320_000);
    history.at(ms("2026-11-02", 10)).end(run, JobState.COMPLETED);
    ShadowLedger ended = books(history);
    assertThat(ended.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(ended.books().balance("wallet:climate", Unit.MICRO, "CNY")).isEqualTo(9_680_000);
    assertThat(ended.unbalanced()).isEmpty();
  }

  @Test
  void noRunIsChargedMoreThanTheMostThatTheSchedulerCountsOn() {
    for (long seed = 1; seed <= 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      History history = new History(ms("2026-11-30", random.nextInt(24)));
      history.price(random.nextInt(100_000));
      for (int i = 0; i < 30; i++) {
        int cores = 1 + random.nextInt(9);
        RunId run = history.start(history.submit(History.LI, "job", cores, HOUR_MS), 1, cores);
        long startMs = history.timeMs();
        history.at(startMs + random.nextLong(1, 200_000_000)).price(random.nextInt(100_000));
        history.at(history.timeMs() + random.nextLong(1, 200_000_000));
        history.end(run, JobState.COMPLETED);
        MemoryBooks books = books(history).books();
        long charged = books.job(run.job()).orElseThrow().chargeMicro();
        BigInteger most =
            RunCost.mostCharged(
                books.tariffs(),
                Holding.parts(Holding.cores(cores), History.BATCH, null, History.CLIMATE),
                startMs,
                history.timeMs());
        assertThat(BigInteger.valueOf(charged)).as("seed %d", seed).isLessThanOrEqualTo(most);
      }
    }
  }

  @Test
  void tenThousandShortTasksCostWhatTheirTimeCosts() {
    History history = new History(ms("2026-11-02", 8)).price(40_000);
    for (int task = 0; task < 10_000; task++) {
      RunId run = history.start(history.submit(History.LI, "task", 1, HOUR_MS), 1, 1);
      history.at(history.timeMs() + 36_000).end(run, JobState.COMPLETED);
    }
    assertThat(books(history).books().balance("revenue:batch", Unit.MICRO, "CNY"))
        .isEqualTo(4_000_000);
  }

  @Test
  void aJobAcrossTheEdgeOfAMonthIsSplitAtTheEdge() {
    History history = new History(ms("2026-11-30", 22)).price(3_600_000);
    RunId run = history.start(history.submit(History.LI, "edge", 1, 10 * HOUR_MS), 1, 1);
    history.at(ms("2026-12-01", 1)).end(run, JobState.COMPLETED);
    Map<String, Long> months = new TreeMap<>();
    for (Posting posting : books(history).books().postings()) {
      if (posting.account().startsWith("usage:")) {
        months.merge(posting.line().month(), posting.amount(), Math::addExact);
      }
    }
    assertThat(months).containsEntry("2026-11", 2 * HOUR_MS).containsEntry("2026-12", HOUR_MS);
  }

  @Test
  void aPriceThatChangesWhileAJobRunsSplitsItsCharge() {
    History history = new History(ms("2026-11-02", 8)).price(1_000_000);
    RunId run = history.start(history.submit(History.LI, "long", 2, 10 * HOUR_MS), 1, 2);
    history.at(ms("2026-11-02", 9)).price(3_000_000);
    history.at(ms("2026-11-02", 10)).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history);
    assertThat(ledger.books().balance("revenue:batch", Unit.MICRO, "CNY"))
        .isEqualTo(2 * 1_000_000 + 2 * 3_000_000);
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
  }

  @Test
  void everyRunOfARequeuedJobIsBilledAndAJobThatNeverStartedIsNot() {
    History history = new History(ms("2026-11-02", 8)).price(1_000_000);
    JobId job = history.submit(History.LI, "twice", 1, 10 * HOUR_MS);
    RunId first = history.start(job, 1, 1);
    history.at(history.timeMs() + HOUR_MS).requeue(first);
    JobId lost = history.submit(History.LI, "lost", 1, 10 * HOUR_MS);
    RunId only = history.start(lost, 1, 1);
    history.requeue(only).endWaiting(lost, 1);
    RunId second = history.start(job, 2, 1);
    history.at(history.timeMs() + 2 * HOUR_MS).end(second, JobState.COMPLETED);
    history.endUnstarted(history.submit(History.LI, "never", 1, HOUR_MS));
    ShadowLedger ledger = books(history);
    assertThat(ledger.books().balance("revenue:batch", Unit.MICRO, "CNY")).isEqualTo(3_000_000);
    assertThat(ledger.books().job(job).orElseThrow().coreMs()).isEqualTo(3 * HOUR_MS);
    assertThat(ledger.books().job(job).orElseThrow().attempt()).isEqualTo(2);
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(ledger.books().job(lost).orElseThrow().state()).isEqualTo("CANCELLED");
    assertThat(ledger.books().postings().stream().map(each -> each.id()).distinct())
        .as("each run has postings of its own")
        .hasSameSizeAs(ledger.books().postings());
  }

  @Test
  void aSuspendedRunIsBilledForItsRunningIntervalsAndItsHoldIsResolvedOnce() {
    long start = ms("2026-11-02", 8);
    History history = new History(start).price(1_000_000).fund(100_000_000);
    JobId job = history.submit(History.LI, "still", 2, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 2);
    history.at(start + HOUR_MS + 5_000).suspend(run, start + HOUR_MS, false);
    history.at(start + 40 * HOUR_MS).resume(run, start + 40 * HOUR_MS - 7);
    history.at(start + 41 * HOUR_MS).suspend(run, start + 41 * HOUR_MS, true);
    history.at(start + 42 * HOUR_MS).resume(run, start + 42 * HOUR_MS);
    history.at(start + 43 * HOUR_MS).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history);
    long billedMs = HOUR_MS + 3 * HOUR_MS + 7;
    assertThat(ledger.books().job(job).orElseThrow().coreMs()).isEqualTo(2 * billedMs);
    assertThat(ledger.books().balance("usage:climate", Unit.CORE_MS, "")).isEqualTo(2 * billedMs);
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(
            ledger.books().postings().stream()
                .filter(each -> each.transaction().startsWith("release/")))
        .as("the rest of the hold goes back once")
        .hasSize(2);
    assertThat(ledger.unbalanced()).isEmpty();
  }

  @Test
  void aSuspendedRunThatIsToldToEndIsBilledFromThenOn() {
    long start = ms("2026-11-02", 8);
    History history = new History(start).price(1_000_000);
    RunId run = history.start(history.submit(History.LI, "killed", 1, HOUR_MS), 1, 1);
    history.at(start + 10_000).suspend(run, start + 10_000, false);
    history.at(start + 50_000).kill(run);
    history.at(start + 52_000).end(run, JobState.CANCELLED);
    assertThat(books(history).books().balance("usage:climate", Unit.CORE_MS, "")).isEqualTo(12_000);
  }

  @Test
  void aRunThatEndsWhileItIsSuspendedIsBilledUntilItWasStopped() {
    long start = ms("2026-11-02", 8);
    History history = new History(start).price(1_000_000);
    RunId run = history.start(history.submit(History.LI, "lost", 1, HOUR_MS), 1, 1);
    history.at(start).suspend(run, start, false);
    history.at(start + 90_000).end(run, JobState.FAILED);
    ShadowLedger ledger = books(history);
    assertThat(ledger.books().balance("usage:climate", Unit.CORE_MS, "")).isZero();
    assertThat(ledger.books().balance("held:climate", Unit.MICRO, "CNY")).isZero();
    assertThat(ledger.books().openRuns()).isEmpty();
  }

  @Test
  void aDayOfTwentyThreeHoursIsOneDay() {
    BillingCalendar berlin = new BillingCalendar(ZoneId.of("Europe/Berlin"));
    LocalDate spring = LocalDate.parse("2026-03-29");
    assertThat(berlin.startMs(spring.plusDays(1)) - berlin.startMs(spring)).isEqualTo(23 * HOUR_MS);
    assertThat(berlin.month(berlin.startMs(LocalDate.parse("2028-02-29")))).isEqualTo("2028-02");
  }

  @Test
  void usageWithoutATariffIsMeteredAndCostsNothing() {
    History history = new History(ms("2026-11-02", 8));
    RunId run = history.start(history.submit(History.LI, "free", 3, HOUR_MS), 1, 3);
    history.at(history.timeMs() + 1).end(run, JobState.COMPLETED);
    ShadowLedger ledger = books(history);
    assertThat(ledger.books().balance("usage:climate", Unit.CORE_MS, "")).isEqualTo(3);
    assertThat(ledger.books().postings()).noneMatch(p -> p.unit() == Unit.MICRO);
  }

  private static LineTotal plus(LineTotal line, long quantity, long micro) {
    return line.plus(
        BigInteger.ZERO, BigInteger.valueOf(quantity), BigInteger.ZERO, Resource.CORES, micro);
  }

  @Test
  void anAmountThatDoesNotFitIsRefusedExactly() {
    LineTotal line = plus(LineTotal.EMPTY, Long.MAX_VALUE, 3_600_000);
    assertThat(line.postedMicro()).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> plus(line, 1, 3_600_000)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void roundingIsHalfUpAndOnlyAtTheLine() {
    assertThat(LineTotal.roundHalfUp(BigInteger.valueOf(5), BigInteger.TEN)).isEqualTo(1);
    assertThat(LineTotal.roundHalfUp(BigInteger.valueOf(4), BigInteger.TEN)).isZero();
    // Also of what was taken back: up is towards the larger number.
    assertThat(LineTotal.roundHalfUp(BigInteger.valueOf(-5), BigInteger.TEN)).isZero();
    assertThat(LineTotal.roundHalfUp(BigInteger.valueOf(-6), BigInteger.TEN)).isEqualTo(-1);
    assertThat(StatementForms.toCoin(BigInteger.valueOf(-5_000L * HOUR_MS), RunCost.HOUR_MS))
        .isZero();
    assertThat(StatementForms.toCoin(BigInteger.valueOf(-5_001L * HOUR_MS), RunCost.HOUR_MS))
        .isEqualTo(-10_000);
    assertThat(StatementForms.toCoin(BigInteger.valueOf(5_000L * HOUR_MS), RunCost.HOUR_MS))
        .isEqualTo(10_000);
    assertThat(StatementForms.toCoin(BigInteger.valueOf(4_999L * HOUR_MS), RunCost.HOUR_MS))
        .isZero();
  }

  @Test
  void partsOfDomainsSumToTheWhole() {
    List<DomainShare> thirds =
        List.of(
            new DomainShare(new DomainCode("a"), 333),
            new DomainShare(new DomainCode("b"), 333),
            new DomainShare(new DomainCode("c"), 334));
    for (long whole : new long[] {0, 1, 2, 3, 999, 1000, 1001, Long.MAX_VALUE}) {
      assertThat(
              DomainSplit.split(whole, thirds).values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(whole);
      assertThat(
              DomainSplit.split(-whole, thirds).values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(-whole);
    }
  }

  @Test
  void textCellsCannotBecomeFormulas() {
    assertThat(StatementForms.text("=1+1")).isEqualTo("\"'=1+1\"");
    assertThat(StatementForms.text("@a")).isEqualTo("\"'@a\"");
    assertThat(StatementForms.text("a,b")).isEqualTo("\"a,b\"");
    assertThat(StatementForms.text("plain")).isEqualTo("plain");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void theBooksOfAnyHistoryBalanceAndBillWhatWasUsed(long seed) {
    History history = History.random(seed);
    ShadowLedger ledger = books(history);
    history.events().forEach(ledger::record);
    assertThat(ledger.unbalanced()).isEmpty();
    Map<RunId, Used> runs = new TreeMap<>();
    history.events().forEach(event -> use(event, runs));
    runs.forEach((run, used) -> {
      long metered = ledger.books().meteredCoreMs().getOrDefault(run, 0L);
      if (used.ended) {
        assertThat(metered).as("%s", run).isEqualTo(used.cores * used.billedMs);
      } else {
        // Of one that goes on the days that are over, a stop that was told late among them.
        long sinceMs = history.events().getLast().timeMs() - used.startMs;
        assertThat(metered).as("%s", run).isBetween(0L, used.cores * sinceMs);
      }
      assertThat(ledger.books().openRuns().contains(run)).isEqualTo(!used.ended);
    });
  }

  /** What a run used by the facts alone. */
  private static final class Used {
    private long cores;
    private long startMs;
    private long fromMs;
    private long billedMs;
    private boolean goes = true;
    private boolean ended;

    private void stop(long atMs) {
      billedMs += goes ? atMs - fromMs : 0;
      goes = false;
    }

    private void goOn(long atMs) {
      fromMs = goes ? fromMs : atMs;
      goes = true;
    }
  }

  private static void use(LoggedEvent event, Map<RunId, Used> runs) {
    switch (event.event()) {
      case JobAllocated e -> {
        Used used = new Used();
        used.cores = e.allocations().stream().mapToLong(each -> each.cores().size()).sum();
        used.startMs = event.timeMs();
        used.fromMs = used.startMs;
        runs.put(e.run(), used);
      }
      case JobSuspended e when !e.billed() -> runs.get(e.run()).stop(e.atMs());
      case JobResumed e -> runs.get(e.run()).goOn(e.atMs());
      case JobKillRequested e -> runs.get(e.run()).goOn(event.timeMs());
      case JobEnded e when e.attempt() > 0 -> {
        Used used = runs.get(new RunId(e.job(), e.attempt()));
        used.stop(e.endMs());
        used.ended = true;
      }
      default -> {
        // uses nothing
      }
    }
  }
}

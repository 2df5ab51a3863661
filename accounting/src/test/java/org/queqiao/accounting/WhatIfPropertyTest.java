package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.queqiao.accounting.ledger.Repricing;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.testkit.TestSize;

/** Past months under the prices that were in force cost what was charged, line by line. */
final class WhatIfPropertyTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final int SEEDS = TestSize.ciOrFull(6, 200);
  private static final long SEED = Long.getLong("queqiao.test.from", 0);
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  static LongStream seeds() {
    return LongStream.range(SEED, SEED + SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void underThePricesThatWereInForceMonthsCostWhatWasCharged(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    History history = History.random(seed, seed % 2 == 0 ? SHANGHAI : null);
    String name = "whatif" + seed;
    database.create(name);
    try (Ledger ledger = database.open(name, SHANGHAI)) {
      ledger.record(history.events());
      if (seed % 4 == 0) {
        ledger.archiver().run(history.events().getLast().timeMs());
      }
      YearMonth first = YearMonth.parse(SHANGHAI.month(history.events().getFirst().timeMs()));
      YearMonth last = YearMonth.parse(SHANGHAI.month(history.events().getLast().timeMs()));
      long charged = 0;
      for (int i = 0; i < 4; i++) {
        int months = (int) first.until(last, ChronoUnit.MONTHS);
        YearMonth from = i == 0 ? first : first.plusMonths(random.nextInt(months + 1));
        YearMonth to = i == 0 ? last : from.plusMonths(random.nextInt(4));
        for (Repricing.Line each :
            ledger.reads().whatIf().of(from.toString(), to.toString(), List.of())) {
          assertThat(each.whatIfMicro())
              .as("seed %d %s to %s: %s", seed, from, to, each)
              .isEqualTo(each.chargedMicro());
          charged += each.chargedMicro();
        }
      }
      assertThat(charged).isPositive();
    }
  }
}

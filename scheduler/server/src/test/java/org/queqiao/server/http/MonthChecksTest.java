package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.sql.LedgerUnavailable;

/** The check of a month reads for longer than a call may last. */
final class MonthChecksTest {
  private static final long DEADLINE_MS = 30_000;

  private final AtomicInteger readings = new AtomicInteger();
  private final AtomicLong now = new AtomicLong(1_000);

  private List<String> read(String month) {
    readings.incrementAndGet();
    return List.of("something in " + month);
  }

  @Test
  void whoAsksAgainReadsAnew() {
    MonthChecks checks = new MonthChecks(this::read, DEADLINE_MS, now::get);
    assertThat(checks.of("2026-10")).containsExactly("something in 2026-10");
    assertThat(checks.of("2026-11")).containsExactly("something in 2026-11");
    assertThat(checks.of("2026-11")).containsExactly("something in 2026-11");
    assertThat(readings).hasValue(3);
  }

  /** Reads for longer than anybody waits. */
  private MonthChecks untilThen(CountDownLatch end) {
    return new MonthChecks(
        month -> {
          await(end);
          return read(month);
        },
        20,
        now::get);
  }

  @Test
  void aLongReadingGoesOnAndIsToldToTheNextWhoAsks() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    MonthChecks checks = untilThen(end);
    now.addAndGet(7_000);
    assertThatThrownBy(() -> checks.of("2026-10"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("month 2026-10 are being read since 0 s: ask again");
    now.addAndGet(61_000);
    assertThatThrownBy(() -> checks.of("2026-11")).hasMessageContaining("since 61 s");
    end.countDown();
    assertThat(told(checks)).containsExactly("something in 2026-10");
    assertThat(readings).hasValue(1);
  }

  @Test
  void whatNobodyAskedForAgainIsNotKeptForEver() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    MonthChecks checks = untilThen(end);
    assertThatThrownBy(() -> checks.of("2026-10")).isInstanceOf(Refused.class);
    end.countDown();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);
    while (readings.get() == 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    now.addAndGet(MonthChecks.KEEP_MS + 1_000);
    assertThat(told(checks)).containsExactly("something in 2026-10");
    assertThat(readings.get()).isBetween(1, 2);
  }

  @Test
  void booksThatAreAwayAreSaidToBe() {
    MonthChecks checks =
        new MonthChecks(
            _ -> {
              throw new LedgerUnavailable(new java.sql.SQLException("away"));
            },
            DEADLINE_MS,
            now::get);
    assertThatThrownBy(() -> checks.of("2026-10")).isInstanceOf(LedgerUnavailable.class);
    assertThatThrownBy(() -> checks.of("2026-11")).isInstanceOf(LedgerUnavailable.class);
  }

  @Test
  void aMonthWithOpenMattersIsClosedWithAReasonAlone() {
    YearMonth october = YearMonth.of(2026, 10);
    MonthRoutes.Found settled = new MonthRoutes.Found(List.of(), List.of());
    MonthRoutes.Found matters = new MonthRoutes.Found(List.of(), List.of("dispute 7 is open"));
    MonthRoutes.Found wrong = new MonthRoutes.Found(List.of("run 1.1 goes on"), List.of());
    assertThat(MonthRoutes.refused(october, settled, null)).isEmpty();
    assertThat(MonthRoutes.refused(october, matters, "it concerns November")).isEmpty();
    assertThat(MonthRoutes.refused(october, matters, null).orElseThrow())
        .hasMessageContaining("has open matters: dispute 7 is open: settle them");
    assertThat(MonthRoutes.refused(october, wrong, "all the same").orElseThrow())
        .hasMessageContaining("cannot be closed: run 1.1 goes on");
  }

  private static void await(CountDownLatch end) {
    try {
      assertThat(end.await(DEADLINE_MS, TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks again until there is an answer, as people do. */
  private static List<String> told(MonthChecks checks) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);
    while (true) {
      try {
        return checks.of("2026-10");
      } catch (Refused again) {
        if (System.nanoTime() > deadline) {
          throw again;
        }
      }
    }
  }
}

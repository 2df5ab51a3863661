package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.money.MoneyChange;

/** Many who ask of archived months at once, in a real PostgreSQL. */
final class ArchiveQueueTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  private static final int ASKERS = 8;
  private static final int ANSWERED = 5;

  private static List<?> usage(Ledger ledger) {
    return ledger.reads().usage(LedgerReads.By.USER, OCT, NOV, LedgerReads.Scope.ALL);
  }

  @Test
  @Timeout(120)
  void whoWaitsForFilesKeepsNobodyFromTheBooks() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId first = log.at(OCT + HOUR_MS).start(4, "cn1");
    log.at(OCT + 2 * HOUR_MS).end(first);
    log.at(NOV);
    log.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026), true);
    log.twoPeople(new MoneyChange.ArchiveMonth("2026-10"), true);
    try (TestDatabase database = new TestDatabase();
        ExecutorService askers = Executors.newFixedThreadPool(ASKERS)) {
      database.create("queue");
      try (Ledger ledger = database.open("queue", SHANGHAI);
          Connection reader = database.connect("queue")) {
        ledger.record(log.events());
        List<?> before = usage(ledger);
        assertThat(before).isNotEmpty();
        assertThat(ledger.archiver().run(5_000)).containsExactly("2026-10");
        // Who reads the files now does not get on.
        reader.setAutoCommit(false);
        reader.createStatement().execute("lock table archive_month in access exclusive mode");
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch expected = new CountDownLatch(ASKERS - ANSWERED);
        List<Future<List<?>>> asked = new ArrayList<>();
        for (int i = 0; i < ASKERS; i++) {
          asked.add(
              askers.submit(() -> {
                try {
                  return usage(ledger);
                } catch (LedgerUnavailable busy) {
                  refused.incrementAndGet();
                  expected.countDown();
                  throw busy;
                }
              }));
        }
        assertThat(expected.await(10, TimeUnit.SECONDS)).isTrue();
        int facts = log.events().size();
        RunId later = log.at(NOV + HOUR_MS).start(2, "cn1");
        log.at(NOV + 2 * HOUR_MS).end(later);
        ledger.record(log.events().subList(facts, log.events().size()));
        assertThat(ledger.position()).isEqualTo(log.events().size());
        assertThat(ledger.reads().balances("climate")).isNotNull();
        assertThat(refused).hasValue(ASKERS - ANSWERED);
        reader.rollback();
        int answered = 0;
        for (Future<List<?>> each : asked) {
          try {
            assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(before);
            answered++;
          } catch (ExecutionException busy) {
            assertThat(busy.getCause()).isInstanceOf(LedgerUnavailable.class);
          }
        }
        assertThat(answered).isEqualTo(ANSWERED);
        assertThat(usage(ledger)).isEqualTo(before);
      }
    }
  }
}

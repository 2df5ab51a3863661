package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.event.LoggedEvent;

/** A batch is computed while the one before is written: what it reads may not be there yet. */
final class BatchesInTurnTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final int MOST = 40;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static List<String> ids(List<Posting> postings) {
    return postings.stream()
        .filter(each -> each.run() != null)
        .map(each -> each.id() + "=" + each.amount())
        .sorted()
        .toList();
  }

  private static void same(Ledger ledger, List<LoggedEvent> events) {
    ShadowLedger shadow = new ShadowLedger(CALENDAR);
    events.forEach(shadow::record);
    MemoryBooks books = shadow.books();
    assertThat(ledger.position()).isEqualTo(events.size());
    assertThat(ledger.end().seq()).isEqualTo(books.postings().size());
    List<Posting> stored = new ArrayList<>();
    books.postings().stream()
        .filter(each -> each.run() != null)
        .map(each -> each.run().job())
        .distinct()
        .forEach(job -> stored.addAll(ledger.reads().postings(job)));
    assertThat(ids(stored)).isEqualTo(ids(books.postings()));
    assertThat(ledger.reads().verify()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {301, 302, 303, 304})
  void batchesOfAnySizeGiveTheSameBooks(long seed) throws Exception {
    List<LoggedEvent> events = History.random(seed).events();
    int most = 1 + new SplittableRandom(seed).nextInt(MOST);
    String name = "turn" + seed;
    database.create(name);
    try (Ledger ledger = database.open(name, CALENDAR, most)) {
      ledger.record(events);
      same(ledger, events);
    }
    database.audit(name);
  }

  @Test
  void twoServersOnOneDatabaseTakeTurnsAndPostEverythingOnce() throws Exception {
    List<LoggedEvent> events = History.random(305).events();
    database.create("two");
    try (Ledger one = database.open("two", CALENDAR, 3);
        Ledger other = database.open("two", CALENDAR, 5);
        ExecutorService both = Executors.newFixedThreadPool(2)) {
      Future<?> first = both.submit(() -> one.record(events));
      Future<?> second = both.submit(() -> other.record(events));
      first.get();
      second.get();
      same(one, events);
    }
    database.audit("two");
  }

  @Test
  void whatCannotBeBookedStopsTheBooksBehindTheBatchesThatWereWhole() throws Exception {
    List<LoggedEvent> events = new ArrayList<>(History.random(306).events());
    events.remove(30);
    database.create("stopping");
    try (Ledger ledger = database.open("stopping", CALENDAR, 4)) {
      assertThatThrownBy(() -> ledger.record(events))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("jumped from position 30 to 32");
      assertThat(ledger.position()).isEqualTo(28);
      assertThat(ledger.reads().verify()).isEmpty();
    }
  }
}

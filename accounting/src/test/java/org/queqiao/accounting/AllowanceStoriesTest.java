package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AllowanceRows;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.RunHours;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.AllowanceOrder;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;

/** Packages, grants and rewards of core-hours, from the approval to the last of them. */
final class AllowanceStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate, long hour) {
    return CALENDAR.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  private static void books(String name, History history, TestDatabase.Question question)
      throws Exception {
    database.books(name, CALENDAR, history, question);
  }

  private static MoneyChange hours(AllowanceKind kind, long hours, long fromMs, long toMs) {
    return new MoneyChange.NewAllowance(
        new Allowance(History.CLIMATE, kind, hours * HOUR_MS, null, fromMs, toMs));
  }

  private static List<String> entries(Ledger ledger, String month) {
    List<String> all = new ArrayList<>();
    for (StatementEntry each : ledger.reads().statement("climate", month).entries()) {
      all.add(
          each.kind()
              + " "
              + each.cause().split(" ")[0]
              + " "
              + each.coreMs() / HOUR_MS
              + "h "
              + each.amountMicro());
    }
    return all;
  }

  private static List<String> left(Ledger ledger) {
    List<String> all = new ArrayList<>();
    for (AllowanceRows.Listed listed : ledger.reads().allowances().of("climate").reversed()) {
      AllowanceBook.Row each = listed.row();
      all.add(
          each.left().allowance().kind()
              + " "
              + each.left().leftMs() / HOUR_MS
              + "h left "
              + each.drawnMs() / HOUR_MS
              + "h held");
    }
    return all;
  }

  @Test
  void whatEndsFirstIsUsedFirstAndTheWalletPaysTheRest() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(40_000).fund(10_000_000);
    history.twoPeople(hours(AllowanceKind.REWARD, 3, start, 0), true);
    history.twoPeople(hours(AllowanceKind.PACKAGE, 4, start, 0), true);
    history.twoPeople(hours(AllowanceKind.GRANT, 2, start, ms("2026-12-01", 0)), true);
    history.twoPeople(hours(AllowanceKind.GRANT, 99, start, 0), false);
    RunId run = history.start(history.submit(History.LI, "storm", 2, 9 * HOUR_MS), 1, 2);
    books(
        "endsfirst",
        history,
        ledger -> {
          // Of 18 core-hours 9 are covered; 9 are held as money.
          assertThat(left(ledger))
              .containsExactly(
                  "REWARD 0h left 3h held", "PACKAGE 0h left 4h held", "GRANT 0h left 2h held");
          assertThat(ledger.reads().balances("climate").getFirst().heldMicro())
              .isEqualTo(9 * 40_000);
          history.at(start + 5 * HOUR_MS).end(run, JobState.COMPLETED);
          int last = history.events().size();
          ledger.record(history.events().subList(last - 1, last));
          assertThat(ledger.reads().verify()).isEmpty();
          database.audit("endsfirst");
          assertThat(entries(ledger, "2026-11"))
              .containsExactlyInAnyOrder(
                  "ALLOWANCE GRANT 2h 80000",
                  "ALLOWANCE PACKAGE 4h 160000",
                  "ALLOWANCE REWARD 3h 120000");
          Statement statement = ledger.reads().statement("climate", "2026-11");
          assertThat(statement.lines()).hasSize(1);
          assertThat(statement.lines().getFirst().postedMicro()).isEqualTo(400_000);
          assertThat(statement.totals().getFirst().dueMicro()).isEqualTo(40_000);
          assertThat(StatementForms.csv(statement)).contains("allowance GRANT");
          assertThat(ledger.reads().balances("climate").getFirst().heldMicro()).isZero();
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(10_000_000 - 40_000);
          assertThat(left(ledger))
              .containsExactly(
                  "REWARD 0h left 0h held", "PACKAGE 0h left 0h held", "GRANT 0h left 0h held");
        });
  }

  @Test
  void theSiteSaysInWhichOrder() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(40_000).fund(10_000_000);
    history.twoPeople(hours(AllowanceKind.PACKAGE, 4, start, ms("2026-12-01", 0)), true);
    history.twoPeople(hours(AllowanceKind.REWARD, 4, start, 0), true);
    history.twoPeople(
        new MoneyChange.OrderOfAllowances(
            new AllowanceOrder(
                false, List.of(AllowanceKind.REWARD, AllowanceKind.GRANT, AllowanceKind.PACKAGE))),
        true);
    RunId run = history.start(history.submit(History.LI, "storm", 1, 6 * HOUR_MS), 1, 1);
    history.at(start + 3 * HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "policy",
        history,
        ledger -> {
          assertThat(entries(ledger, "2026-11")).containsExactly("ALLOWANCE REWARD 3h 120000");
          assertThat(left(ledger))
              .containsExactly("PACKAGE 4h left 0h held", "REWARD 1h left 0h held");
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(10_000_000);
        });
  }

  @Test
  void whatIsLeftAtTheEndIsPostedAwayAndWhatARunHoldsThenStaysForIt() throws Exception {
    long start = ms("2026-11-30", 20);
    long end = ms("2026-12-01", 0);
    History history = new History(start).price(40_000).fund(10_000_000);
    history.twoPeople(hours(AllowanceKind.PACKAGE, 10, start, end), true);
    RunId run = history.start(history.submit(History.LI, "storm", 1, 8 * HOUR_MS), 1, 1);
    history.at(end + HOUR_MS);
    JobId late = history.submit(History.LI, "late", 1, HOUR_MS);
    RunId other = history.start(late, 1, 1);
    history.at(end + 2 * HOUR_MS).end(run, JobState.COMPLETED).end(other, JobState.COMPLETED);
    books(
        "expiry",
        history,
        ledger -> {
          // Ten: two were left at midnight, six were used, two came back too late.
          assertThat(entries(ledger, "2026-12"))
              .containsExactlyInAnyOrder(
                  "ALLOWANCE_EXPIRED PACKAGE 2h 0",
                  "ALLOWANCE_EXPIRED PACKAGE 2h 0",
                  "ALLOWANCE PACKAGE 6h 240000");
          assertThat(left(ledger)).containsExactly("PACKAGE 0h left 0h held");
          assertThat(ledger.reads().job(late).orElseThrow().chargeMicro()).isEqualTo(40_000);
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(10_000_000 - 40_000);
          assertThat(ledger.reads().statement("climate", "2026-12").totals()).hasSize(1);
        });
  }

  @Test
  void aRunThatANodeFailedGetsItsCoreHoursBackByTheRule() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(40_000).fund(10_000_000);
    history.twoPeople(new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 500, start), true);
    history.twoPeople(hours(AllowanceKind.GRANT, 4, start, 0), true);
    JobId job = history.submit(History.LI, "storm", 1, 10 * HOUR_MS);
    RunId lost = history.start(job, 1, 1);
    history.at(start + 6 * HOUR_MS).requeue(lost);
    books(
        "hoursback",
        history,
        ledger -> {
          // Four hours of the grant and two of money; half of each comes back.
          assertThat(entries(ledger, "2026-11"))
              .containsExactlyInAnyOrder(
                  "ALLOWANCE GRANT 4h 160000",
                  "ALLOWANCE_REFUND GRANT 2h 0",
                  "REFUND NODE_FAIL 0h 40000");
          assertThat(left(ledger)).containsExactly("GRANT 2h left 0h held");
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(10_000_000 - 40_000);
        });
  }

  @Test
  void eachUnitOfEachTransactionSumsToZeroAndCoreHoursAreNeverLost() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      History history = History.random(seed);
      org.queqiao.accounting.ledger.MemoryBooks books =
          new org.queqiao.accounting.ledger.MemoryBooks(CALENDAR);
      org.queqiao.accounting.ledger.Bookkeeper keeper =
          new org.queqiao.accounting.ledger.Bookkeeper(CALENDAR);
      history.events().forEach(each -> keeper.record(each, books));
      TreeMap<String, Long> sums = new TreeMap<>();
      TreeMap<String, Long> balances = new TreeMap<>();
      for (Posting each : books.postings()) {
        sums.merge(
            each.transaction() + each.unit() + each.currency(), each.amount(), Math::addExact);
        if (each.unit() == Unit.ALLOWANCE_CORE_MS) {
          balances.merge(each.account(), each.amount(), Math::addExact);
        }
      }
      assertThat(sums.values()).as("seed %d", seed).allMatch(each -> each == 0);
      for (AllowanceBook.Row each : books.allowances().rows()) {
        assertThat(balances.getOrDefault("allowance:" + each.left().id(), 0L))
            .as("seed %d", seed)
            .isEqualTo(each.left().leftMs())
            .isNotNegative();
        assertThat(balances.getOrDefault("drawing:" + each.left().id(), 0L))
            .as("seed %d", seed)
            .isEqualTo(each.drawnMs());
      }
    }
  }

  @Test
  void ofARunThatGoesOnWhatCoreHoursPayIsShownAsItIsPostedAtItsEnd() throws Exception {
    long start = ms("2026-11-02", 22);
    History history = new History(start).price(40_001).fund(10_000_000);
    history.twoPeople(hours(AllowanceKind.PACKAGE, 10, start, 0), true);
    JobId job = history.submit(History.LI, "storm", 3, 9 * HOUR_MS);
    RunId run = history.start(job, 1, 3);
    books(
        "coversnow",
        history,
        ledger -> {
          RunHours.Running early = ledger.reads().hours().of(job, start + 3 * HOUR_MS).getFirst();
          assertThat(early.coveredMs()).isEqualTo(9 * HOUR_MS);
          assertThat(early.costMicro()).isEqualTo(9 * 40_001);
          assertThat(early.dueMicro()).isZero();
          // Over midnight: the package pays 6 core-hours of the one day and 4 of 9 of the other.
          RunHours.Running late = ledger.reads().hours().of(job, start + 5 * HOUR_MS).getFirst();
          assertThat(late.coveredMs()).isEqualTo(10 * HOUR_MS);
          assertThat(late.costMicro()).isEqualTo(15 * 40_001);
          assertThat(late.coveredMicro()).isEqualTo(10 * 40_001);
          assertThat(late.dueMicro()).isEqualTo(5 * 40_001);
          history.at(start + 5 * HOUR_MS).end(run, JobState.COMPLETED);
          int last = history.events().size();
          ledger.record(history.events().subList(last - 1, last));
          assertThat(entries(ledger, "2026-11")).containsExactly("ALLOWANCE PACKAGE 10h 400010");
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(10_000_000 - late.dueMicro());
        });
  }
}

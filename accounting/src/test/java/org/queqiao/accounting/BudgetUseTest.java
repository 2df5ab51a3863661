package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.budget.UseTeller;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;

/** What the books say of budgets, over the edge of a month, in PostgreSQL. */
final class BudgetUseTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate, long hour) {
    return CALENDAR.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  private static BudgetTerms terms(
      String name, UserName user, BudgetUnit unit, long amount, String from, String to) {
    return new BudgetTerms(
        new BudgetName(name),
        History.CLIMATE,
        user,
        unit,
        amount,
        0,
        unit == BudgetUnit.MONEY ? "CNY" : "",
        from,
        to,
        false);
  }

  private static String said(BudgetUse use) {
    return use.terms().name()
        + " used "
        + use.used()
        + " held "
        + use.held()
        + " left "
        + use.left();
  }

  @Test
  void useIsThatOfTheMonthOrOfThePeriodAndWhatRunsIsHeld() throws Exception {
    History history = new History(ms("2026-11-30", 12)).price(1_000_000).fund(100_000_000);
    history.budget(terms("month", null, BudgetUnit.CORE_TIME, 100 * HOUR_MS, "", ""));
    history.budget(terms("own", new UserName("wang"), BudgetUnit.CORE_TIME, 100 * HOUR_MS, "", ""));
    history.twoPeople(
        new MoneyChange.Budget(
            terms("year", null, BudgetUnit.MONEY, 50_000_000, "2026-11", "2026-12")),
        true);
    JobId first = history.submit(History.LI, "over the edge", 2, 24 * HOUR_MS);
    JobId second = history.submit(History.LI, "goes on", 1, 10 * HOUR_MS);
    history.at(ms("2026-11-30", 20));
    RunId run = history.start(first, 1, 2);
    history.at(ms("2026-12-01", 2)).end(run, JobState.COMPLETED);
    history.start(second, 1, 1);
    database.create("budgets");
    try (Ledger ledger = database.open("budgets", CALENDAR)) {
      for (int i = 0; i < history.events().size(); i++) {
        ledger.record(history.events().subList(i, i + 1));
      }
      // 4 hours before midnight and 2 behind it, on 2 cores; and a run of at most 10 hours.
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "month used 28800000 held 36000000 left 295200000",
              "own used 0 held 0 left 360000000",
              "year used 12000000 held 10000000 left 28000000");
      assertThat(ledger.reads().budgetUses().uses("2026-12").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "month used 14400000 held 36000000 left 309600000",
              "own used 0 held 0 left 360000000",
              "year used 12000000 held 10000000 left 28000000");
      BudgetUse year = ledger.reads().budgetUses().uses("2027-01").budgets().getLast();
      assertThat(year.isInForce()).isFalse();
      assertThat(year.left()).isEqualTo(BudgetUse.UNBOUNDED);
      assertThat(year.usedPermille()).isEqualTo(240);
      assertThat(year.setBy()).isEqualTo("USER:finance2");
      tellsEachOnceAndAgainWhenItMoves(ledger);
    }
  }

  private static void tellsEachOnceAndAgainWhenItMoves(Ledger ledger) {
    UseTeller teller = new UseTeller();
    List<BudgetUse> november = ledger.reads().budgetUses().uses("2026-11").budgets();
    assertThat(teller.due(november, 11, false)).hasSize(3);
    assertThat(teller.due(november, 12, false)).isEmpty();
    List<BudgetUse> december = ledger.reads().budgetUses().uses("2026-12").budgets();
    BudgetUseTold word = new BudgetUseTold(new BudgetName("month"), 309_600_000, 13);
    assertThat(teller.due(december, 13, false)).containsExactly(word);
    assertThat(teller.due(december, 14, true)).hasSize(3);
    teller.lost(List.of(word));
    assertThat(teller.due(december, 13, false)).containsExactly(word);
  }

  /**
   * December begins somewhere on Earth when it is 18 o'clock in Shanghai on the last of November.
   */
  @Test
  void beforeItsPeriodABudgetHoldsForTheRunsThatMayComeIntoItAndForNoOthers() throws Exception {
    History history = new History(ms("2026-11-30", 0)).price(1_000_000).fund(100_000_000);
    history.budget(terms("each", null, BudgetUnit.CORE_TIME, 100 * HOUR_MS, "", ""));
    history.budget(terms("hours", null, BudgetUnit.CORE_TIME, 100 * HOUR_MS, "2026-12", "2026-12"));
    history.twoPeople(
        new MoneyChange.Budget(
            terms("money", null, BudgetUnit.MONEY, 50_000_000, "2026-12", "2026-12")),
        true);
    RunId before = history.start(history.submit(History.LI, "before", 2, 18 * HOUR_MS), 1, 2);
    RunId into = history.start(history.submit(History.LI, "into", 1, 19 * HOUR_MS), 1, 1);
    database.create("early");
    try (Ledger ledger = database.open("early", CALENDAR)) {
      ledger.record(history.events());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "each used 0 held 198000000 left 162000000",
              "hours used 0 held 68400000 left 291600000",
              "money used 0 held 19000000 left 31000000");
      history.at(ms("2026-11-30", 18)).end(before, JobState.COMPLETED);
      history.at(ms("2026-11-30", 19)).end(into, JobState.COMPLETED);
      ledger.record(history.events());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "each used 198000000 held 0 left 162000000",
              "hours used 0 held 0 left 360000000",
              "money used 0 held 0 left 50000000");
    }
  }

  @Test
  void coreHoursOfAPackageSpareABudgetOfMoneyAndCountForOneOfCoreTime() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).price(1_000_000).fund(100_000_000);
    history.budget(terms("hours", null, BudgetUnit.CORE_TIME, 100 * HOUR_MS, "", ""));
    history.twoPeople(
        new MoneyChange.Budget(terms("money", null, BudgetUnit.MONEY, 50_000_000, "", "")), true);
    history.twoPeople(
        new MoneyChange.NewAllowance(
            new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, 3 * HOUR_MS, null, start, 0)),
        true);
    RunId run = history.start(history.submit(History.LI, "job", 1, 10 * HOUR_MS), 1, 1);
    database.create("spared");
    try (Ledger ledger = database.open("spared", CALENDAR)) {
      ledger.record(history.events());
      // Of ten hours three are held of the package and seven as money.
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "hours used 0 held 36000000 left 324000000",
              "money used 0 held 7000000 left 43000000");
      history.at(start + 5 * HOUR_MS).end(run, JobState.COMPLETED);
      ledger.record(history.events());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "hours used 18000000 held 0 left 342000000",
              "money used 2000000 held 0 left 48000000");
    }
  }

  @Test
  void aRefundByNameGivesBackToTheBudgetOfTheUserWhoseChargeItWas() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(1_000_000).fund(100_000_000);
    UserName li = new UserName("li");
    UserName wang = new UserName("wang");
    history.twoPeople(
        new MoneyChange.Budget(terms("li", li, BudgetUnit.MONEY, 50_000_000, "", "")), true);
    history.twoPeople(
        new MoneyChange.Budget(terms("wang", wang, BudgetUnit.MONEY, 50_000_000, "", "")), true);
    JobId job = history.submit(History.LI, "job", 2, HOUR_MS);
    RunId run = history.start(job, 1, 2);
    history.at(ms("2026-11-02", 1)).end(run, JobState.COMPLETED);
    String charge = "capture/" + run + "/2026-11-02/" + ms("2026-11-02", 0);
    history.twoPeople(
        new MoneyChange.Refund(History.CLIMATE, 700_000, "CNY", charge, RefundReason.WRONG_CHARGE),
        true);
    database.create("by_name");
    try (Ledger ledger = database.open("by_name", CALENDAR)) {
      ledger.record(history.events());
      assertThat(ledger.reads().disputes().jobOf(charge)).contains(job.value());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly(
              "li used 1300000 held 0 left 48700000", "wang used 0 held 0 left 50000000");
      StatementEntry refund = ledger.reads().statement("climate", "2026-11").entries().getFirst();
      assertThat(refund.reason()).isEqualTo(charge + ": as agreed");
      assertThat(refund.people())
          .isEqualTo(new StatementEntry.People("USER:finance1", "USER:finance2"));
    }
  }

  @Test
  void aRefundGivesBackToABudgetOfMoneyAndABudgetThatEndedIsNotListed() throws Exception {
    History history = new History(ms("2026-11-02", 0)).price(1_000_000).fund(100_000_000);
    history.twoPeople(
        new MoneyChange.Budget(terms("m", null, BudgetUnit.MONEY, 50_000_000, "", "")), true);
    history.twoPeople(new MoneyChange.Correction(History.CLIMATE, 400_000, "CNY", "fund/2"), true);
    JobId job = history.submit(History.LI, "job", 1, HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms("2026-11-02", 1)).end(run, JobState.COMPLETED);
    database.create("refunded");
    try (Ledger ledger = database.open("refunded", CALENDAR)) {
      ledger.record(history.events());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets())
          .extracting(BudgetUseTest::said)
          .containsExactly("m used 600000 held 0 left 49400000");
      BudgetTerms m = terms("m", null, BudgetUnit.MONEY, 50_000_000, "", "");
      history.twoPeople(
          new MoneyChange.Budget(
              new BudgetTerms(m.name(), m.project(), null, m.unit(), 1, 0, "CNY", "", "", true)),
          true);
      ledger.record(history.events());
      assertThat(ledger.reads().budgetUses().uses("2026-11").budgets()).isEmpty();
    }
  }
}

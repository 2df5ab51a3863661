package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.user;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Two people let fiscal years begin with another month, from a later month on. */
final class FiscalYearStoriesTest {
  private static final long DAY_MS = 86_400_000;

  private final SchedulerStory story = SchedulerStory.site();

  FiscalYearStoriesTest() {
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(define(4));
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 40_000, "CNY", 0)));
  }

  private static Input define(int start) {
    return new Input.DefineBilling(OWNER, new BillingDefined("Asia/Shanghai", start, "CNY"));
  }

  /** A change whose month begins so many days from now. */
  private MoneyChange change(int start, String month, long days) {
    return new MoneyChange.FiscalYear(start, month, story.nowMs + days * DAY_MS);
  }

  private long propose(MoneyChange change) {
    return ((Reply.Proposed)
            story.hears(new Input.ProposeMoney(user("finance1"), change, "the ministry asks")))
        .proposal();
  }

  private Rejection refused(MoneyChange change) {
    return story.refuses(new Input.ProposeMoney(user("finance1"), change, "the ministry asks"));
  }

  private Input decide(String by, long proposal) {
    return new Input.DecideMoney(user(by), proposal, true, "looked at it");
  }

  private void agree(MoneyChange change) {
    story.does(decide("finance2", propose(change)));
  }

  private FiscalYears years() {
    return new FiscalYears(4, story.machine.image().money().fiscalYears());
  }

  private int year(String month) {
    return years().year(FiscalYears.number(month));
  }

  @Test
  void whatLiesBeforeTheMonthKeepsItsYearAndTheYearThereIsShorter() {
    agree(change(1, "2027-01", 40));
    assertThat(year("2026-03")).isEqualTo(2025);
    assertThat(year("2026-04")).isEqualTo(2026);
    assertThat(year("2026-12")).isEqualTo(2026);
    assertThat(year("2027-01")).isEqualTo(2027);
    assertThat(year("2027-12")).isEqualTo(2027);
    assertThat(year("2028-01")).isEqualTo(2028);
    assertThat(years().last(2026)).isEqualTo(FiscalYears.number("2026-12"));
    assertThat(years().quarter(FiscalYears.number("2026-12"))).isEqualTo(3);
  }

  @Test
  void aYearThatWouldHaveTheNameOfAnotherIsLongerInstead() {
    agree(change(7, "2027-04", 130));
    assertThat(year("2027-04")).isEqualTo(2026);
    assertThat(year("2027-06")).isEqualTo(2026);
    assertThat(year("2027-07")).isEqualTo(2027);
    assertThat(years().first(2026)).isEqualTo(FiscalYears.number("2026-04"));
    assertThat(years().last(2026)).isEqualTo(FiscalYears.number("2027-06"));
    assertThat(years().quarter(FiscalYears.number("2027-06"))).isEqualTo(5);
  }

  @Test
  void aMonthNeverGoesToAYearThatIsOver() {
    assertThat(refused(change(7, "2027-05", 160)).message())
        .isEqualTo(
            "fiscal year 2027 goes on the month before 2027-05, which would be of 2026: let years"
                + " begin with month 7 from the first month of a fiscal year on, or from a month 7"
                + " on");
    agree(change(7, "2027-07", 220));
    assertThat(year("2027-06")).isEqualTo(2027);
    assertThat(year("2028-06")).isEqualTo(2027);
  }

  @Test
  void yearsFollowEachOtherWhateverIsChanged() {
    int changed = 0;
    for (int start = 1; start <= 12; start++) {
      for (int then = 1; then <= 12; then++) {
        for (int month = 0; month < 24; month++) {
          FiscalYears before = FiscalYears.of(start);
          MoneyChange.FiscalYear change =
              new MoneyChange.FiscalYear(
                  then, "%04d-%02d".formatted(2027 + month / 12, month % 12 + 1), 1);
          if (before.admits(change)) {
            changed++;
            FiscalYears after = before.with(change);
            int from = FiscalYears.number("2025-01");
            assertThat(IntStream.range(from, from + 72))
                .allSatisfy(each -> {
                  assertThat(after.year(each + 1) - after.year(each)).isBetween(0, 1);
                  assertThat(after.first(after.year(each))).isLessThanOrEqualTo(each);
                  assertThat(after.last(after.year(each))).isGreaterThanOrEqualTo(each);
                  assertThat(after.quarter(each)).isBetween(1, 8);
                });
            assertThat(after.year(FiscalYears.number(change.month()) - 1))
                .isEqualTo(before.year(FiscalYears.number(change.month()) - 1));
          }
        }
      }
    }
    assertThat(changed).isGreaterThan(1_500);
  }

  @Test
  void neverInThePastAlsoWhenTheSecondPersonIsLate() {
    assertThat(refused(change(1, "2026-11", 0)).message())
        .isEqualTo(
            "month 2026-11 has begun: fiscal years change from a later month on, and what was"
                + " before keeps its year");
    long waits = propose(change(1, "2027-01", 40));
    story.nowMs += 40 * DAY_MS;
    assertThat(story.refuses(decide("finance2", waits)).field()).isEqualTo("fromMonth");
    assertThat(years().changes()).isEmpty();
  }

  @Test
  void oneProposesAndAnotherApprovesAndOneAtATimeWaits() {
    long waits = propose(change(1, "2027-01", 40));
    assertThat(story.refuses(decide("finance1", waits)).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(refused(change(7, "2028-07", 600)).message())
        .isEqualTo("proposal " + waits + " about the same waits: decide on it first");
    assertThat(years().changes()).isEmpty();
    story.does(decide("finance2", waits));
    assertThat(years().changes()).hasSize(1);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(refused(change(13, "2027-01", 40)).field()).isEqualTo("fiscalYearStart");
    assertThat(refused(change(0, "2027-01", 40)).field()).isEqualTo("fiscalYearStart");
    assertThat(refused(change(1, "2027-13", 40)).message())
        .isEqualTo("a month is written YYYY-MM, such as 2026-10, not '2027-13'");
    assertThat(refused(change(4, "2027-01", 40)).message())
        .isEqualTo("fiscal years begin with month 4 from 2027-01 on anyhow");
    assertThat(refused(change(1, "2037-01", 3_700)).message())
        .isEqualTo("fiscal years are changed 10 years ahead at most, not from 2037-01");
  }

  @Test
  void aPlannedChangeGivesWayToOneThatCountsBeforeIt() {
    agree(change(1, "2028-01", 400));
    agree(change(7, "2027-07", 220));
    assertThat(years().changes())
        .extracting(MoneyChange.FiscalYear::month)
        .containsExactly("2027-07");
    // What is planned is taken back by saying what counts anyhow.
    agree(change(4, "2027-07", 220));
    assertThat(year("2027-07")).isEqualTo(2027);
    assertThat(year("2028-04")).isEqualTo(2028);
  }

  @Test
  void aConfigurationThatTwoPeopleAgreedOnIsNoOtherWordAndEveryOtherIs() {
    assertThat(story.refuses(define(1)).code()).isEqualTo(Rejection.Code.CONFLICT);
    agree(change(1, "2027-01", 40));
    for (int later = 0; later < 2; later++) {
      story.doesWithoutFacts(define(4));
      story.doesWithoutFacts(define(1));
      assertThat(story.refuses(define(7)).message())
          .isEqualTo(
              "bills here are made by zone Asia/Shanghai, with fiscal years from month 4, from"
                  + " 2027-01 on from month 1 and in CNY: said otherwise, the same log would make"
                  + " other bills");
      story.nowMs += 50 * DAY_MS;
    }
    assertThat(story.machine.image().money().billing().fiscalYearStart()).isEqualTo(4);
  }
}

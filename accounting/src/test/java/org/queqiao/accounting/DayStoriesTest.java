package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.MoneyChange;

/** Days of runs that go on, posted as they are over, in a real PostgreSQL. */
final class DayStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final long MINUTE_MS = 60_000;
  private static final long SEP = SHANGHAI.startMs(LocalDate.parse("2026-09-01"));
  private static final long OCT = SHANGHAI.startMs(LocalDate.parse("2026-10-01"));
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static Ledger fresh(String name) throws Exception {
    database.create(name);
    return database.open(name, SHANGHAI);
  }

  private static NodeLog site() {
    NodeLog log = new NodeLog(OCT).postsDays().node("cn1", 8);
    log.twoPeople(new MoneyChange.TopUp(History.CLIMATE, 10_000_000_000L, "CNY"), true);
    return log;
  }

  private static List<String> money(Ledger ledger) {
    return ledger.reads().balances("climate").stream()
        .map(each -> each.availableMicro() + " held " + each.heldMicro())
        .toList();
  }

  private static List<String> lines(Ledger ledger, String month) {
    return ledger.reads().statement("climate", month).lines().stream()
        .map(each -> each.coreMs() / HOUR_MS + "h " + each.amountMicro())
        .toList();
  }

  /** Transactions of money of a job, with what they took from its hold or gave back. */
  private static List<String> ofTheHold(Ledger ledger, JobId job) {
    return ledger.reads().postings(job).stream()
        .filter(each -> each.unit() == Unit.MICRO && each.account().startsWith("held:"))
        .map(each -> each.transaction() + " " + each.amount())
        .toList();
  }

  @Test
  void twentyNineDaysOfARunOfThirtyAreInTheLedgerWhileItRuns() throws Exception {
    NodeLog log = site();
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    try (Ledger ledger = fresh("thirty")) {
      ledger.record(log.events());
      assertThat(money(ledger)).containsExactly("8560000000 held 1440000000");
      for (int day = 1; day <= 29; day++) {
        // What is told within ten minutes of midnight may be of the day before.
        log.at(OCT + day * DAY_MS + 9 * MINUTE_MS).node("cn2", 1);
        ledger.record(log.events());
        assertThat(ofTheHold(ledger, run.job())).hasSize(day);
        log.at(OCT + day * DAY_MS + 10 * MINUTE_MS).node("cn2", 1);
        ledger.record(log.events());
        assertThat(ofTheHold(ledger, run.job())).hasSize(day + 1);
      }
      assertThat(ofTheHold(ledger, run.job()))
          .startsWith(
              "hold/1.1 1440000000",
              "capture/1.1/2026-10-01/" + (OCT + 6 * HOUR_MS) + " -36000000",
              "capture/1.1/2026-10-02/" + (OCT + DAY_MS) + " -48000000")
          .endsWith("capture/1.1/2026-10-29/" + (OCT + 28 * DAY_MS) + " -48000000");
      // 18 hours of the first day and 28 days, on two cores.
      assertThat(lines(ledger, "2026-10")).containsExactly("1380h 1380000000");
      assertThat(money(ledger)).containsExactly("8560000000 held 60000000");
      assertThat(ledger.reads().job(run.job()).orElseThrow().chargeMicro())
          .isEqualTo(1_380_000_000);
      assertThat(ledger.reads().hours().of(run.job(), OCT + 29 * DAY_MS + HOUR_MS).getFirst())
          .satisfies(now -> {
            assertThat(now.costMicro()).isEqualTo(1_382_000_000);
            assertThat(now.heldMicro()).isEqualTo(60_000_000);
            assertThat(now.hours()).hasSize(1);
          });
      log.at(OCT + 29 * DAY_MS + 18 * HOUR_MS).end(run);
      ledger.record(log.events());
      assertThat(ofTheHold(ledger, run.job()))
          .endsWith(
              "capture/1.1/2026-10-30/" + (OCT + 29 * DAY_MS) + " -36000000",
              "release/1.1 -24000000");
      assertThat(lines(ledger, "2026-10")).containsExactly("1416h 1416000000");
      assertThat(money(ledger)).containsExactly("8584000000 held 0");
    }
    database.audit("thirty");
  }

  @Test
  void aRunFromBeforeDaysWerePostedIsPostedAtItsEnd() throws Exception {
    NodeLog log = new NodeLog(OCT).node("cn1", 8);
    RunId run = log.at(OCT + HOUR_MS).start(2, "cn1");
    log.at(OCT + 3 * DAY_MS).node("cn2", 1);
    try (Ledger ledger = fresh("before")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).isEmpty();
      log.end(run);
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("142h 142000000");
    }
  }

  private static NodeLog withAPackage(NodeLog log, long hours) {
    log.twoPeople(new MoneyChange.TopUp(History.CLIMATE, 10_000_000_000L, "CNY"), true);
    log.twoPeople(
        new MoneyChange.NewAllowance(
            new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, hours * HOUR_MS, null, SEP, 0)),
        true);
    return log;
  }

  /** What the wallet paid of a run on two cores since the 11th of September, in the last days. */
  private static long spent(String name, NodeLog log, int days, boolean ended) throws Exception {
    RunId run = log.at(SEP + 10 * DAY_MS).start(2, "cn1");
    try (Ledger ledger = fresh(name)) {
      for (long each = SEP + 11 * DAY_MS; each < OCT + 9 * DAY_MS; each += DAY_MS) {
        log.at(each + HOUR_MS).node("cn2", 1);
      }
      log.at(OCT + 9 * DAY_MS);
      if (ended) {
        log.end(run);
      } else {
        log.at(OCT + 9 * DAY_MS + 10 * MINUTE_MS).node("cn2", 1);
      }
      ledger.record(log.events());
      long spent =
          ledger.reads().burnDowns().of("climate", days, OCT + 9 * DAY_MS).getFirst().spent();
      database.audit(name);
      return spent;
    }
  }

  @Test
  void aRunAcrossMonthsUsesOfTheWalletInTheLastDaysWhatNoPackagePaidThen() throws Exception {
    long all = 2_000;
    assertThat(
            spent(
                "burn_days",
                withAPackage(new NodeLog(SEP).postsDays().node("cn1", 8), all),
                8,
                false))
        .isZero();
    assertThat(
            spent(
                "burn_ended",
                withAPackage(new NodeLog(SEP).postsDays().node("cn1", 8), all),
                8,
                true))
        .isZero();
    // A run from before days were posted has one entry, which is shared over all of it.
    assertThat(spent("burn_once", withAPackage(new NodeLog(SEP).node("cn1", 8), all), 8, true))
        .isZero();
    // The package is used up at the end of September: nine days of October are paid by the wallet.
    assertThat(
            spent(
                "burn_part",
                withAPackage(new NodeLog(SEP).postsDays().node("cn1", 8), 20 * 48),
                15,
                false))
        .isEqualTo(9 * 48_000_000L);
  }

  /** Nothing was told for long: all its days are posted at once, each under its own name. */
  @Test
  void daysOfWhichNothingWasToldArePostedWithTheNextFact() throws Exception {
    NodeLog log = site();
    log.twoPeople(packageOf(100), true);
    RunId run = log.at(NOV - DAY_MS).start(2, "cn1");
    log.at(NOV + 2 * DAY_MS + HOUR_MS).node("cn2", 1);
    try (Ledger ledger = fresh("quiet")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("48h 48000000");
      assertThat(lines(ledger, "2026-11")).containsExactly("96h 96000000");
      // What the package paid stands in the month of its days.
      assertThat(ledger.reads().statement("climate", "2026-10").entries())
          .extracting(each -> each.kind() + " " + each.transaction() + " " + each.amountMicro())
          .containsExactly("ALLOWANCE allowance/1.1/7/2026-10-31 48000000");
      assertThat(ledger.reads().statement("climate", "2026-11").entries())
          .extracting(each -> each.kind() + " " + each.transaction() + " " + each.amountMicro())
          .containsExactly("ALLOWANCE allowance/1.1/7/2026-11-02 52000000");
      log.at(NOV + 2 * DAY_MS + 2 * HOUR_MS).end(run);
      ledger.record(log.events());
      // 148 hours, of which the package paid 100.
      assertThat(money(ledger)).containsExactly("9952000000 held 0");
    }
    database.audit("quiet");
  }

  /** It ends, and that is told, before the last day of the month was posted. */
  @Test
  void whatAPackagePaysStandsInTheMonthOfItsDaysThoughTheRunEndsBeforeThatIsPosted()
      throws Exception {
    NodeLog log = site();
    log.twoPeople(packageOf(10_000), true);
    RunId run = log.at(NOV - 12 * HOUR_MS).start(2, "cn1");
    RunId other = log.at(NOV - 10 * HOUR_MS).start(1, "cn1");
    log.at(NOV + 5 * MINUTE_MS).end(run);
    log.at(NOV + 6 * MINUTE_MS).end(other, NOV - HOUR_MS, JobState.COMPLETED);
    try (Ledger ledger = fresh("edge")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("33h 33000000");
      assertThat(paid(ledger, "2026-10"))
          .containsExactlyInAnyOrder(
              "allowance/1.1/7/2026-10-31 24000000", "allowance/2.1/7 9000000");
      assertThat(paid(ledger, "2026-11")).containsExactly("allowance/1.1/7 166667");
      assertThat(money(ledger)).containsExactly("10000000000 held 0");
    }
    database.audit("edge");
  }

  /** Days of the next month are posted already when a stop in the month that is checked is told. */
  @Test
  void aStopThatWasToldLateStandsInItsMonthThoughDaysBehindThatArePosted() throws Exception {
    NodeLog log = site();
    log.twoPeople(packageOf(1_000), true);
    RunId run = log.at(NOV - 2 * DAY_MS).start(2, "cn1");
    log.at(NOV + DAY_MS + HOUR_MS).node("cn2", 1);
    log.suspend(run, NOV - 12 * HOUR_MS, false);
    log.twoPeople(new MoneyChange.CloseMonth("2026-10", NOV, 2026, true), true);
    try (Ledger ledger = fresh("latestop")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("72h 72000000");
      assertThat(lines(ledger, "2026-11")).allMatch(each -> each.equals("0h 0"));
      assertThat(
              ledger.reads().statement("climate", "2026-10").entries().stream()
                  .mapToLong(StatementEntry::amountMicro)
                  .sum())
          .isEqualTo(72_000_000);
      assertThat(paid(ledger, "2026-11"))
          .hasSize(2)
          .anyMatch(each -> each.endsWith(" 48000000"))
          .anyMatch(each -> each.endsWith(" -48000000"));
      log.at(NOV + DAY_MS + 2 * HOUR_MS).go(run, NOV + DAY_MS + 2 * HOUR_MS);
      log.at(NOV + DAY_MS + 4 * HOUR_MS).end(run);
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-11")).containsExactly("4h 4000000");
      assertThat(money(ledger)).containsExactly("10000000000 held 0");
    }
    database.audit("latestop");
    database.drillDown("latestop", SHANGHAI);
  }

  /** A day stands in the month behind because its own was checked; that was then rejected. */
  @Test
  void aDayThatStandsInTheMonthBehindIsTakenBackThereThoughItsOwnIsOpenAgain() throws Exception {
    NodeLog log = site();
    log.twoPeople(packageOf(1_000), true);
    RunId run = log.at(NOV - 2 * DAY_MS).start(2, "cn1");
    log.at(NOV + DAY_MS + HOUR_MS).node("cn2", 1);
    long check = log.events().size() + 1L;
    MoneyChange.CloseMonth october = new MoneyChange.CloseMonth("2026-10", NOV, 2026, true);
    log.add(new MoneyProposed(check, october, "all is there"));
    log.suspend(run, NOV - 12 * HOUR_MS, false).go(run, NOV - 6 * HOUR_MS);
    log.at(NOV + 2 * DAY_MS + HOUR_MS).node("cn3", 1);
    try (Ledger ledger = fresh("behind")) {
      ledger.record(log.events());
      // Of October two days; in November six hours less of that, and two days.
      assertThat(lines(ledger, "2026-10")).containsExactly("96h 96000000");
      assertThat(lines(ledger, "2026-11"))
          .containsExactlyInAnyOrder("-12h -12000000", "96h 96000000");
      log.add(new MoneyDecided(check, false, october, "a node is missing"));
      log.at(NOV + 2 * DAY_MS + 2 * HOUR_MS);
      log.end(run, NOV - 3 * HOUR_MS, JobState.NODE_FAIL);
      ledger.record(log.events());
      // The last six hours are taken from November, where they stand; three of them are of October.
      assertThat(lines(ledger, "2026-10")).containsExactly("102h 102000000");
      assertThat(lines(ledger, "2026-11")).containsExactlyInAnyOrder("-24h -24000000", "0h 0");
      assertThat(allowed(ledger, "2026-10")).isEqualTo(102_000_000);
      assertThat(allowed(ledger, "2026-11")).isEqualTo(-24_000_000);
      assertThat(money(ledger)).containsExactly("10000000000 held 0");
    }
    database.audit("behind");
  }

  /** A stop, or an end, that is told when the month behind has begun, before any check. */
  @Test
  void whatAPackagePaidOfTimeThatWasNotComesBackInTheMonthOfThat() throws Exception {
    for (boolean ends : List.of(true, false)) {
      NodeLog log = site();
      log.twoPeople(packageOf(1_000), true);
      RunId run = log.at(NOV - 2 * DAY_MS).start(2, "cn1");
      log.at(NOV + DAY_MS + HOUR_MS).node("cn2", 1);
      if (ends) {
        log.end(run, NOV - 12 * HOUR_MS, JobState.NODE_FAIL);
      } else {
        log.suspend(run, NOV - 12 * HOUR_MS, false);
      }
      log.at(NOV + 2 * DAY_MS + HOUR_MS).node("cn3", 1);
      String name = ends ? "lateend" : "stoplate";
      try (Ledger ledger = fresh(name)) {
        ledger.record(log.events());
        assertThat(lines(ledger, "2026-10")).containsExactly("72h 72000000");
        assertThat(lines(ledger, "2026-11")).containsExactly("0h 0");
        assertThat(allowed(ledger, "2026-10")).as(name).isEqualTo(72_000_000);
        assertThat(allowed(ledger, "2026-11")).as(name).isZero();
      }
      database.audit(name);
    }
  }

  /** What allowances paid on the statement of a month. */
  private static long allowed(Ledger ledger, String month) {
    return ledger.reads().statement("climate", month).entries().stream()
        .filter(each -> each.kind() == StatementEntry.Kind.ALLOWANCE)
        .mapToLong(StatementEntry::amountMicro)
        .sum();
  }

  private static MoneyChange packageOf(long hours) {
    return new MoneyChange.NewAllowance(
        new Allowance(History.CLIMATE, AllowanceKind.PACKAGE, hours * HOUR_MS, null, OCT, 0));
  }

  private static List<String> paid(Ledger ledger, String month) {
    return ledger.reads().statement("climate", month).entries().stream()
        .map(each -> each.transaction() + " " + each.amountMicro())
        .toList();
  }

  /** Its node had vanished before midnight, which was known an hour later. */
  @Test
  void aDayThatARunDidNotHaveIsTakenBackAndTheSumIsThatOfWhatItHad() throws Exception {
    NodeLog log = site();
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + 2 * DAY_MS + HOUR_MS).node("cn2", 1);
    log.end(run, OCT + DAY_MS + HOUR_MS, JobState.NODE_FAIL);
    try (Ledger ledger = fresh("vanished")) {
      ledger.record(log.events());
      long at = log.events().size();
      assertThat(ofTheHold(ledger, run.job()))
          .containsExactly(
              "hold/1.1 1440000000",
              "capture/1.1/2026-10-01/" + (OCT + 6 * HOUR_MS) + " -36000000",
              "capture/1.1/2026-10-02/" + (OCT + DAY_MS) + " -48000000",
              "reverse/1.1/2026-10-02/" + (OCT + DAY_MS) + "/at" + at + " 48000000",
              "capture/1.1/2026-10-02/" + (OCT + DAY_MS) + "/at" + at + " -2000000",
              "release/1.1 -1402000000");
      assertThat(lines(ledger, "2026-10")).containsExactly("38h 38000000");
      assertThat(money(ledger)).containsExactly("9962000000 held 0");
    }
    database.audit("vanished");
    database.drillDown("vanished", SHANGHAI);
  }

  /** A stop that is told after midnight, of a run that goes on. */
  @Test
  void aStopThatWasToldLateIsPutRightWithTheNextDay() throws Exception {
    NodeLog log = site();
    RunId run = log.at(OCT + 6 * HOUR_MS).start(2, "cn1");
    log.at(OCT + DAY_MS + HOUR_MS).node("cn2", 1);
    log.suspend(run, OCT + 20 * HOUR_MS, false);
    log.at(OCT + DAY_MS + 2 * HOUR_MS).go(run, OCT + DAY_MS + 2 * HOUR_MS);
    try (Ledger ledger = fresh("stopped")) {
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("36h 36000000");
      log.at(OCT + 2 * DAY_MS + HOUR_MS).node("cn2", 1);
      ledger.record(log.events());
      // Fourteen hours of the first day, and 22 of the second, on two cores.
      assertThat(lines(ledger, "2026-10")).containsExactly("72h 72000000");
      log.at(OCT + 2 * DAY_MS + HOUR_MS).end(run);
      ledger.record(log.events());
      assertThat(lines(ledger, "2026-10")).containsExactly("74h 74000000");
    }
    database.audit("stopped");
  }

  /** As many as go on, they are posted in pieces of five hundred, wherever batches are cut. */
  @Test
  void daysOfManyRunsArePostedSomeWithEachFact() throws Exception {
    NodeLog log = new NodeLog(OCT).postsDays().node("cn1", 8);
    List<RunId> runs = new ArrayList<>();
    log.at(OCT + HOUR_MS);
    for (int i = 0; i < 1_200; i++) {
      runs.add(log.start(1, "cn1"));
    }
    log.at(OCT + DAY_MS + 10 * MINUTE_MS);
    int before = log.events().size();
    log.node("cn2", 1).node("cn3", 1);
    // Some end, and others begin, while those of others are posted.
    log.at(OCT + 2 * DAY_MS + 10 * MINUTE_MS).end(runs.get(600)).end(runs.get(1_199));
    log.start(1, "cn1");
    log.end(runs.getFirst()).node("cn4", 1).node("cn5", 1);
    List<LoggedEvent> events = log.events();
    ShadowLedger shadow = new ShadowLedger(SHANGHAI);
    List<Long> posted = new ArrayList<>();
    for (LoggedEvent each : events) {
      shadow.record(each);
      if (each.position() > before && each.position() <= before + 4) {
        posted.add(captures(shadow));
      }
    }
    // Each node is two facts.
    assertThat(posted).containsExactly(500L, 1_000L, 1_200L, 1_200L);
    assertThat(captures(shadow)).isEqualTo(2 * 1_200 + 3);
    for (int seed = 0; seed < 3; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String name = "many" + seed;
      database.create(name);
      try (Ledger ledger = database.open(name, SHANGHAI, seed == 0 ? 7 : 20_000)) {
        for (int at = 0; at < events.size(); ) {
          int to = Math.min(events.size(), at + 1 + random.nextInt(seed == 2 ? 4_000 : 300));
          ledger.record(events.subList(0, to));
          at = to;
        }
        assertThat(ledger.end().seq()).isEqualTo(shadow.books().postings().size());
        assertThat(ledger.reads().postings(runs.get(600).job()).stream().map(Posting::id))
            .isEqualTo(
                shadow.books().postings().stream()
                    .filter(each -> runs.get(600).equals(each.run()))
                    .map(Posting::id)
                    .toList());
      }
      database.audit(name);
    }
  }

  private static long captures(ShadowLedger shadow) {
    return shadow.books().postings().stream()
        .filter(each -> each.transaction().startsWith("capture/"))
        .filter(each -> each.account().startsWith("held:"))
        .count();
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.RunHours;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.DayFactor;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Resource;

/** Prices of resources, kinds of nodes and classes of customers, to the line in PostgreSQL. */
final class PriceStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long GIB = 1L << 30;
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate, long hour) {
    return CALENDAR.startMs(LocalDate.parse(localDate)) + hour * HOUR_MS;
  }

  /** Takes a history into a ledger of its own, one fact at a time, and asks it. */
  private static void books(String name, History history, TestDatabase.Question question)
      throws Exception {
    database.books(name, CALENDAR, history, question);
  }

  private static List<String> lines(Ledger ledger, String month) {
    List<String> all = new ArrayList<>();
    for (Statement.Line each : ledger.reads().statement("climate", month).lines()) {
      all.add(
          each.what()
              + " "
              + each.hours().stripTrailingZeros().toPlainString()
              + "h at "
              + each.microPerCoreHour()
              + " = "
              + each.postedMicro());
    }
    return all;
  }

  private static MoneyChange price(long micro, long fromMs, PriceTerms terms) {
    return new MoneyChange.Price(
        new PriceItem(History.BATCH, null, micro, "CNY", fromMs, 0, 0, List.of(), terms));
  }

  private static PriceTerms cores(String nodeType, String customers, boolean blockedShare) {
    return new PriceTerms(Resource.CORES, "", nodeType, customers, blockedShare, false);
  }

  private static PriceTerms gpu(String device) {
    return new PriceTerms(Resource.ACCELERATORS, device, "", "", false, false);
  }

  private static PriceTerms memory(boolean whileSuspended) {
    return new PriceTerms(Resource.MEMORY, "", "", "", false, whileSuspended);
  }

  @Test
  void eachResourceHasALineAndTheTypeOfADeviceIsMoreExactThanItsName() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    history.twoPeople(price(2_000_000, noon, gpu("gpu")), true);
    history.twoPeople(price(7_000_000, noon, gpu("gpu:a100")), true);
    history.twoPeople(price(1_000, noon, memory(false)), true);
    JobId job = history.submit(History.LI, "train", 8, 10 * HOUR_MS);
    RunId run =
        history.start(
            job,
            1,
            History.on("g1", "", 4, 0, 64 * GIB, "a100", 2),
            History.on("g2", "", 4, 0, 32 * GIB, "v100", 1));
    history.at(noon + HOUR_MS / 2).end(run, JobState.COMPLETED);
    books(
        "resources",
        history,
        ledger -> {
          assertThat(lines(ledger, "2026-11"))
              .containsExactly(
                  "cores 4h at 40000 = 160000",
                  "gpu:a100 1h at 7000000 = 7000000",
                  "gpu:v100 0.5h at 2000000 = 1000000",
                  "mem 48h at 1000 = 48000");
          Statement statement = ledger.reads().statement("climate", "2026-11");
          assertThat(statement.coreMs()).isEqualTo(4 * HOUR_MS);
          assertThat(statement.totals().getFirst().postedMicro()).isEqualTo(8_208_000);
          assertThat(StatementForms.csv(statement))
              .contains("li,batch,1,0.000000,0,7.00,7.00,7.00,CNY,gpu:a100,,1.000000");
          assertThat(ledger.reads().job(job).orElseThrow().chargeMicro()).isEqualTo(8_208_000);
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(100_000_000 - 8_208_000);
          assertThat(
                  ledger
                      .reads()
                      .usage(LedgerReads.By.USER, noon, noon + HOUR_MS, LedgerReads.Scope.ALL)
                      .getFirst()
                      .chargeMicro())
              .isEqualTo(8_208_000);
          assertThat(
                  ledger.reads().postings(job).stream()
                      .filter(each -> each.unit() == Unit.DEVICE_MS)
                      .filter(each -> each.account().equals("usage:climate"))
                      .mapToLong(Posting::amount)
                      .sum())
              .isEqualTo(3 * HOUR_MS / 2);
        });
  }

  @Test
  void whoBlocksMoreOfANodeThanItsCoresPaysItsLargestShareWhereThePriceSaysSo() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    JobId before = history.submit(History.LI, "before", 2, 10 * HOUR_MS);
    RunId first = history.start(before, 1, History.on("n1", "", 2, 16, 128 * GIB, "", 0));
    history.at(noon + HOUR_MS);
    history.twoPeople(price(10_000, noon + HOUR_MS, cores("", "", true)), true);
    history.at(noon + 2 * HOUR_MS).end(first, JobState.COMPLETED);
    books(
        "blocked",
        history,
        ledger -> {
          // The first hour at two cores, the second at the sixteen that its memory blocks.
          assertThat(lines(ledger, "2026-11"))
              .containsExactly("cores 2h at 40000 = 80000", "cores 16h at 10000 = 160000");
          assertThat(ledger.reads().statement("climate", "2026-11").coreMs())
              .isEqualTo(4 * HOUR_MS);
        });
  }

  @Test
  void coresThatASuspendedRunReleasesAreNotBilledAndTheMemoryThatItHoldsIs() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    history.twoPeople(price(1_000, noon, memory(true)), true);
    history.twoPeople(price(2_000_000, noon, gpu("gpu")), true);
    JobId job = history.submit(History.LI, "storm", 4, 10 * HOUR_MS);
    RunId run = history.start(job, 1, History.on("g1", "", 4, 0, 10 * GIB, "a100", 1));
    history.at(noon + HOUR_MS).suspend(run, noon + HOUR_MS, false);
    history.at(noon + 4 * HOUR_MS).resume(run, noon + 4 * HOUR_MS);
    history.at(noon + 5 * HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "suspended",
        history,
        ledger ->
            assertThat(lines(ledger, "2026-11"))
                .containsExactly(
                    "cores 8h at 40000 = 320000",
                    "gpu:a100 2h at 2000000 = 4000000",
                    "mem 50h at 1000 = 50000"));
  }

  @Test
  void aRunOverTwoKindsOfNodesPaysForEachAndIsHeldForBoth() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    history.twoPeople(price(90_000, noon, cores("fat", "", false)), true);
    JobId job = history.submit(History.LI, "both", 12, 10 * HOUR_MS);
    RunId run =
        history.start(
            job,
            1,
            History.on("n1", "fat", 4, 0, 0, "", 0),
            History.on("n2", "thin", 8, 0, 0, "", 0));
    long now = noon + HOUR_MS;
    books(
        "kinds",
        history,
        ledger -> {
          RunHours.Running running = ledger.reads().hours().of(job, now).getFirst();
          assertThat(running.heldMicro()).isEqualTo(10 * (4 * 90_000 + 8 * 40_000));
          assertThat(running.costMicro()).isEqualTo(4 * 90_000 + 8 * 40_000);
          history.at(now).end(run, JobState.COMPLETED);
          int last = history.events().size();
          ledger.record(history.events().subList(last - 1, last));
          assertThat(lines(ledger, "2026-11"))
              .containsExactly("cores@fat 4h at 90000 = 360000", "cores@thin 8h at 40000 = 320000");
          assertThat(ledger.reads().job(job).orElseThrow().coreMs()).isEqualTo(12 * HOUR_MS);
          assertThat(ledger.reads().balances("climate").getFirst().heldMicro()).isZero();
        });
  }

  @Test
  void aWeightOfFourAndAHalfIsFourAndAHalf() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).fund(1_000_000_000);
    history.twoPeople(
        new MoneyChange.Price(
            new PriceItem(
                History.BATCH,
                null,
                40_002,
                "CNY",
                start,
                0,
                480,
                List.of(new DayFactor(0, 1_440, 4_500)))),
        true);
    history.twoPeople(new MoneyChange.Conversion("gpu8", Resource.CORES, "", 4_500, start), true);
    JobId job = history.submit(History.LI, "weighed", 1, 9 * HOUR_MS);
    RunId run = history.start(job, 1, History.on("g1", "gpu8", 1, 0, 0, "", 0));
    history.at(start + HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "weights",
        history,
        ledger -> {
          assertThat(lines(ledger, "2026-11")).containsExactly("cores@gpu8 1h at 180009 = 180009");
          assertThat(ledger.reads().statement("climate", "2026-11").standardMs())
              .isEqualTo(HOUR_MS * 9 / 2);
        });
  }

  @Test
  void aRunWhoseNodeVanishedIsBilledUntilItsLastSignOfLife() throws Exception {
    long start = ms("2026-11-30", 22);
    History history = new History(start).price(40_000).fund(1_000_000_000);
    JobId job = history.submit(History.LI, "lost", 2, 99 * HOUR_MS);
    RunId run = history.start(job, 1, 2);
    history.at(start + 30 * HOUR_MS).lost(run, start + HOUR_MS);
    books(
        "vanished",
        history,
        ledger -> {
          assertThat(lines(ledger, "2026-11")).containsExactly("cores 2h at 40000 = 80000");
          assertThat(lines(ledger, "2026-12")).isEmpty();
          assertThat(ledger.reads().job(job).orElseThrow().state()).isEqualTo("NODE_FAIL");
          assertThat(ledger.reads().job(job).orElseThrow().detail()).isEqualTo("node lost");
        });
  }

  @Test
  void beyondAVolumeTheOtherPriceHoldsFromTheMillisecondOnAndAnewEachMonth() throws Exception {
    long start = ms("2026-11-29", 0);
    History history = new History(start).fund(1_000_000_000);
    List<PriceTier> tiers = List.of(new PriceTier(10, 30_000), new PriceTier(20, 10_000));
    history.twoPeople(price(40_000, start, cores("", "", false).with(tiers, 0, 0)), true);
    JobId small = history.submit(History.LI, "small", 3, 99 * HOUR_MS);
    JobId large = history.submit(History.LI, "large", 1, 99 * HOUR_MS);
    RunId first = history.start(small, 1, 3);
    RunId second = history.start(large, 1, 1);
    history.at(start + 2 * HOUR_MS + 1).end(first, JobState.COMPLETED);
    history.at(start + 50 * HOUR_MS).end(second, JobState.COMPLETED);
    books(
        "tiers",
        history,
        ledger -> {
          // 6 core-hours and 3 core-ms, then 48 core-hours in November and 2 in December.
          List<String> amounts = new ArrayList<>();
          for (Statement.Line each : ledger.reads().statement("climate", "2026-11").lines()) {
            amounts.add(each.quantity() + " " + each.microPerCoreHour() + " " + each.postedMicro());
          }
          assertThat(amounts)
              .containsExactlyInAnyOrder(
                  10 * HOUR_MS + " 40000 400000",
                  10 * HOUR_MS + " 30000 300000",
                  34 * HOUR_MS + 3 + " 10000 340000");
          assertThat(lines(ledger, "2026-12")).containsExactly("cores 2h at 40000 = 80000");
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(1_000_000_000 - 1_120_000);
          assertThat(ledger.reads().balances("climate").getFirst().heldMicro()).isZero();
        });
  }

  /** The year of volume is the one that the price says, whatever a setting says later. */
  @Test
  void overAFiscalYearVolumeIsSummedBeyondNewYearUntilTheMonthWithWhichTheNextOneBegins()
      throws Exception {
    for (int yearStart : new int[] {4, 1}) {
      History history = new History(ms("2026-12-31", 12)).fund(1_000_000_000);
      List<PriceTier> tiers = List.of(new PriceTier(10, 30_000));
      PriceTerms terms = cores("", "", false).with(tiers, yearStart, 0);
      history.twoPeople(price(40_000, ms("2026-12-31", 12), terms), true);
      for (String day : List.of("2026-12-31", "2027-01-05", "2027-03-31", "2027-04-01")) {
        history.at(ms(day, 12));
        RunId run = history.start(history.submit(History.LI, day, 8, 9 * HOUR_MS), 1, 8);
        history.at(ms(day, 13)).end(run, JobState.COMPLETED);
      }
      boolean fiscal = yearStart == 4;
      books(
          "fiscal_tiers" + yearStart,
          history,
          ledger -> {
            assertThat(lines(ledger, "2026-12")).containsExactly("cores 8h at 40000 = 320000");
            assertThat(lines(ledger, "2027-01"))
                .isEqualTo(
                    fiscal
                        ? List.of("cores 6h at 30000 = 180000", "cores 2h at 40000 = 80000")
                        : List.of("cores 8h at 40000 = 320000"));
            assertThat(lines(ledger, "2027-03"))
                .isEqualTo(
                    fiscal
                        ? List.of("cores 8h at 30000 = 240000")
                        : List.of("cores 6h at 30000 = 180000", "cores 2h at 40000 = 80000"));
            assertThat(lines(ledger, "2027-04"))
                .containsExactly(
                    fiscal ? "cores 8h at 40000 = 320000" : "cores 8h at 30000 = 240000");
          });
    }
  }

  /** 12 core-hours are used in the month already; the run goes on behind them. */
  @Test
  void hoursOfARunThatGoesOnAreUnderTheTiersAndItCostsNoLessThanItsMinimum() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).fund(1_000_000_000);
    List<PriceTier> tiers = List.of(new PriceTier(10, 30_000), new PriceTier(20, 10_000));
    history.twoPeople(price(40_000, start, cores("", "", false).with(tiers, 0, 300_000)), true);
    RunId before = history.start(history.submit(History.LI, "before", 6, 9 * HOUR_MS), 1, 6);
    history.at(start + 2 * HOUR_MS).end(before, JobState.COMPLETED);
    JobId job = history.submit(History.LI, "goes on", 5, 99 * HOUR_MS);
    RunId run = history.start(job, 1, 5);
    long begun = start + 2 * HOUR_MS;
    books(
        "running_tiers",
        history,
        ledger -> {
          RunHours.Running short_ = ledger.reads().hours().of(job, begun + 2 * HOUR_MS).getFirst();
          // 8 core-hours under the second price, 2 under the third.
          assertThat(short_.hours())
              .extracting(each ->
                  each.coreMs() + " at " + each.microPerCoreHour() + " = " + each.costMicro())
              .containsExactly(
                  5 * HOUR_MS + " at 30000 = 150000",
                  3 * HOUR_MS + " at 30000 = 90000",
                  2 * HOUR_MS + " at 10000 = 20000");
          assertThat(short_.minimumMicro()).isEqualTo(40_000);
          assertThat(short_.costMicro()).isEqualTo(300_000);
          RunHours.Running longer = ledger.reads().hours().of(job, begun + 10 * HOUR_MS).getFirst();
          assertThat(longer.minimumMicro()).isZero();
          assertThat(longer.costMicro()).isEqualTo(240_000 + 420_000);
          history.at(begun + 10 * HOUR_MS).end(run, JobState.COMPLETED);
          ledger.record(history.events());
          assertThat(ledger.reads().job(job).orElseThrow().chargeMicro()).isEqualTo(660_000);
        });
  }

  @Test
  void aRunCostsNoLessThanTheMinimumOfThePriceUnderWhichItStarted() throws Exception {
    long start = ms("2026-11-02", 0);
    History history = new History(start).fund(1_000_000_000);
    history.twoPeople(price(40_000, start, cores("", "", false).with(List.of(), 0, 100_000)), true);
    RunId small = history.start(history.submit(History.LI, "small", 1, HOUR_MS), 1, 1);
    RunId large = history.start(history.submit(History.LI, "large", 9, HOUR_MS), 1, 9);
    history.at(start + HOUR_MS).end(small, JobState.COMPLETED);
    history.end(large, JobState.COMPLETED);
    books(
        "minimum",
        history,
        ledger -> {
          Statement statement = ledger.reads().statement("climate", "2026-11");
          assertThat(lines(ledger, "2026-11")).containsExactly("cores 10h at 40000 = 400000");
          assertThat(statement.entries()).hasSize(1);
          assertThat(statement.entries().getFirst().kind()).isEqualTo(StatementEntry.Kind.MINIMUM);
          assertThat(statement.entries().getFirst().run()).isEqualTo(small);
          assertThat(statement.totals().getFirst().dueMicro()).isEqualTo(460_000);
          assertThat(ledger.reads().job(small.job()).orElseThrow().chargeMicro())
              .isEqualTo(100_000);
          assertThat(ledger.reads().balances("climate").getFirst().availableMicro())
              .isEqualTo(1_000_000_000 - 460_000);
        });
  }

  @Test
  void bothUnitsArePostedAndShownFromTheFirstWordOfTheTableOn() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    JobId first = history.submit(History.LI, "before", 2, 10 * HOUR_MS);
    RunId before = history.start(first, 1, History.on("g1", "gpu8", 2, 0, 0, "a100", 1));
    history.at(noon + HOUR_MS).end(before, JobState.COMPLETED);
    JobId job = history.submit(History.LI, "train", 3, 10 * HOUR_MS);
    RunId run = history.start(job, 1, History.on("g1", "gpu8", 3, 0, 0, "a100", 2));
    history.twoPeople(
        new MoneyChange.Conversion("gpu8", Resource.CORES, "", 1_500, noon + 2 * HOUR_MS), true);
    history.twoPeople(
        new MoneyChange.Conversion("", Resource.ACCELERATORS, "gpu", 32_333, noon + 2 * HOUR_MS),
        true);
    history.at(noon + 3 * HOUR_MS + 1).end(run, JobState.COMPLETED);
    books(
        "standard",
        history,
        ledger -> {
          // One hour at 1 and one at 1.5 on three cores; 32.333 for one hour of two devices,
          // rounded up.
          long cores = 2 * HOUR_MS + 3 * HOUR_MS + (3 * HOUR_MS + 3) * 3 / 2;
          long devices = (2 * (HOUR_MS + 1) * 32_333 + 500) / 1_000;
          Statement statement = ledger.reads().statement("climate", "2026-11");
          assertThat(statement.coreMs()).isEqualTo(2 * HOUR_MS + 3 * (2 * HOUR_MS + 1));
          assertThat(statement.standardMs()).isEqualTo(cores + 1 + devices);
          assertThat(
                  ledger.reads().postings(job).stream()
                      .filter(each -> each.unit() == Unit.STANDARD_CORE_MS)
                      .filter(each -> each.account().equals("usage:climate"))
                      .mapToLong(Posting::amount)
                      .sum())
              .isEqualTo(statement.standardMs() - 2 * HOUR_MS);
          assertThat(
                  ledger
                      .reads()
                      .reports()
                      .usage(
                          UsageReports.Question.of(
                              List.of(ReportBy.MONTH), "2026-11", "2026-11", 9),
                          LedgerReads.Scope.ALL)
                      .stream()
                      .mapToLong(ReportRow::standardMs)
                      .sum())
              .isEqualTo(statement.standardMs());
          assertThat(StatementForms.csv(statement)).contains("standard_core_hours");
        });
  }

  @Test
  void aProjectThatBecomesAPartnerPaysItsPriceFromThatInstantOn() throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    history.twoPeople(price(20_000, noon, cores("", "partner", false)), true);
    JobId job = history.submit(History.LI, "storm", 1, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.twoPeople(
        new MoneyChange.CustomerClass(History.CLIMATE, "partner", noon + 3 * HOUR_MS), true);
    history.at(noon + 5 * HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "classes",
        history,
        ledger ->
            assertThat(lines(ledger, "2026-11"))
                .containsExactlyInAnyOrder(
                    "cores 3h at 40000 = 120000", "cores 2h at 20000 = 40000"));
  }

  @Test
  void aContractGivesItsClassUntilItEndsAlsoWhereItsEndComesEarlierThanItSaidFirst()
      throws Exception {
    long noon = ms("2026-11-02", 12);
    History history = new History(noon).price(40_000).fund(100_000_000);
    history.twoPeople(price(20_000, noon, cores("", "partner", false)), true);
    history.twoPeople(price(30_000, noon, cores("", "friend", false)), true);
    history.twoPeople(new MoneyChange.CustomerClass(History.CLIMATE, "friend", noon), true);
    history.twoPeople(contract("HT-1", noon + 2 * HOUR_MS, noon + 90 * HOUR_MS), true);
    history.twoPeople(contract("HT-2", noon + 3 * HOUR_MS, 0), false);
    JobId job = history.submit(History.LI, "storm", 1, 10 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(noon + 4 * HOUR_MS);
    history.twoPeople(contract("HT-1", noon + 4 * HOUR_MS, noon + 7 * HOUR_MS), true);
    history.at(noon + 10 * HOUR_MS).end(run, JobState.COMPLETED);
    books(
        "contracts",
        history,
        ledger -> {
          // Two hours before it, five of it, three behind its end.
          assertThat(lines(ledger, "2026-11"))
              .containsExactlyInAnyOrder(
                  "cores 5h at 30000 = 150000", "cores 5h at 20000 = 100000");
          assertThat(ledger.reads().proposals().contracts(History.CLIMATE))
              .extracting(each -> ((MoneyChange.Contract) each.change()).terms().validToMs())
              .containsExactly(noon + 7 * HOUR_MS, noon + 90 * HOUR_MS);
        });
  }

  private static MoneyChange contract(String number, long fromMs, long toMs) {
    return new MoneyChange.Contract(
        new ContractTerms(number, History.CLIMATE, "partner", fromMs, toMs, "archive 17"));
  }

  @Test
  void memoryOfAYearOnALargeMachineIsCountedExactly() throws Exception {
    long start = ms("2026-01-01", 0);
    History history = new History(start).price(0);
    history.twoPeople(price(1, start, memory(false)), true);
    JobId job = history.submit(History.LI, "year", 1, 400 * 24 * HOUR_MS);
    RunId run = history.start(job, 1, History.on("n1", "", 1, 0, (1L << 50) + 1, "", 0));
    history.at(ms("2026-02-01", 0)).end(run, JobState.COMPLETED);
    books(
        "year",
        history,
        ledger -> {
          Statement.Line line = ledger.reads().statement("climate", "2026-01").lines().getLast();
          assertThat(line.quantity())
              .isEqualTo(
                  BigInteger.ONE
                      .shiftLeft(50)
                      .add(BigInteger.ONE)
                      .multiply(BigInteger.valueOf(31 * 24 * HOUR_MS)));
          assertThat(line.postedMicro()).isEqualTo((1L << 20) * 31 * 24);
        });
  }

  /** What is posted of each line is its exact total, rounded once; nothing drifts. */
  @Test
  void whatIsPostedOfEveryLineIsItsExactTotalRounded() {
    for (long seed = 301; seed <= 340; seed++) {
      History history = History.random(seed);
      ShadowLedger shadow = new ShadowLedger(CALENDAR);
      history.events().forEach(shadow::record);
      assertThat(shadow.unbalanced()).as("seed %d", seed).isEmpty();
      TreeMap<String, BigInteger> revenue = new TreeMap<>();
      for (Posting each : shadow.books().postings()) {
        if (each.account().startsWith("revenue:")) {
          revenue.merge(each.line().toString(), BigInteger.valueOf(each.amount()), BigInteger::add);
        }
      }
      long metered = 0;
      for (long each : shadow.books().meteredCoreMs().values()) {
        metered += each;
      }
      long posted = 0;
      for (Posting each : shadow.books().postings()) {
        boolean usage = each.account().startsWith("usage:") && each.unit() == Unit.CORE_MS;
        posted += usage ? each.amount() : 0;
      }
      assertThat(posted).as("bill and usage, seed %d", seed).isEqualTo(metered);
      long owed = seed;
      shadow
          .books()
          .lines()
          .forEach((name, line) ->
              assertThat(revenue.getOrDefault(name, BigInteger.ZERO))
                  .as("line %s, seed %d", name, owed)
                  .isEqualTo(due(line)));
    }
  }

  private static BigInteger due(MemoryBooks.Line line) {
    long divisor =
        switch (line.key().resource()) {
          case "mem" -> HOUR_MS * GIB;
          case "energy" -> HOUR_MS * 1_000;
          default -> HOUR_MS;
        };
    return new BigDecimal(line.total().quantity())
        .multiply(BigDecimal.valueOf(line.key().microPerCoreHour()))
        .divide(BigDecimal.valueOf(divisor), 0, RoundingMode.HALF_UP)
        .toBigIntegerExact();
  }

  /** Facts of different jobs may come in any order: each line comes to the same. */
  @Test
  void theOrderInWhichRunsEndDoesNotChangeALine() {
    for (long seed = 401; seed <= 430; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long start = ms("2026-11-02", 0);
      History there = runs(start, random.split(), false);
      History back = runs(start, new SplittableRandom(seed).split(), true);
      ShadowLedger one = new ShadowLedger(CALENDAR);
      there.events().forEach(one::record);
      ShadowLedger other = new ShadowLedger(CALENDAR);
      back.events().forEach(other::record);
      assertThat(other.books().lines()).as("seed %d", seed).isEqualTo(one.books().lines());
    }
  }

  private static History runs(long start, SplittableRandom random, boolean backwards) {
    History history = new History(start).price(random.nextInt(100_000));
    history.twoPeople(price(random.nextInt(10_000), start, memory(true)), true);
    history.twoPeople(price(random.nextInt(10_000), start, gpu("gpu")), true);
    List<RunId> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      JobId job = history.submit(History.LI, "job", 1, 100 * HOUR_MS);
      runs.add(
          history.start(
              job,
              1,
              History.on("n1", "", 1 + random.nextInt(9), 0, random.nextLong(GIB), "a100", 1)));
    }
    history.at(start + random.nextLong(1, 100 * HOUR_MS));
    for (RunId run : backwards ? runs.reversed() : runs) {
      history.end(run, JobState.COMPLETED);
    }
    return history;
  }
}

package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AuditRows;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.usage.DomainTree;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;

/** Research domains that are parts of others, and that move, in reports over what was posted. */
final class DomainStoriesTest {
  private static final BillingCalendar CALENDAR = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final DomainCode EARTH = new DomainCode("earth");
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long ms(String localDate) {
    return CALENDAR.startMs(LocalDate.parse(localDate));
  }

  /** One core for ten hours. */
  private static void runs(History history, String localDate) {
    history.at(ms(localDate));
    JobId job = history.submit(History.LI, "storm", 1, 100 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms(localDate) + 10 * HOUR_MS).end(run, JobState.COMPLETED);
  }

  /**
   * October as it was; the ocean becomes part of life within November; the project is of the
   * atmosphere alone from December on.
   */
  private static History moved() {
    History history = new History(ms("2026-10-01")).price(40_000).fund(100_000_000);
    history.domain("earth", null).domain("life", null);
    history.domain("atmosphere", "earth").domain("ocean", "earth");
    runs(history, "2026-10-02");
    runs(history, "2026-11-02");
    history.at(ms("2026-11-15")).domain("ocean", "life");
    history.at(ms("2026-12-01")).project(History.CLIMATE, "Climate", "atmosphere", 1000);
    runs(history, "2026-12-02");
    return history;
  }

  private static List<String> rows(Ledger ledger, DomainView view, ReportBy... by) {
    UsageReports.Question asked =
        new UsageReports.Question(List.of(by), "2026-10", "2026-12", 99, false, false, view);
    return ledger.reads().reports().usage(asked, LedgerReads.Scope.ALL).stream()
        .map(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h " + each.chargeMicro())
        .toList();
  }

  @Test
  void aMonthIsRolledUpByThePlacesThatDomainsHadAtItsEnd() throws Exception {
    database.books(
        "rolled",
        CALENDAR,
        moved(),
        ledger -> {
          assertThat(rows(ledger, DomainView.PLAIN, ReportBy.DOMAIN, ReportBy.MONTH))
              .containsExactly(
                  "[atmosphere, 2026-10] 6h 240000",
                  "[atmosphere, 2026-11] 6h 240000",
                  "[atmosphere, 2026-12] 10h 400000",
                  "[ocean, 2026-10] 4h 160000",
                  "[ocean, 2026-11] 4h 160000");
          DomainView widest = new DomainView(1, null, false);
          assertThat(rows(ledger, widest, ReportBy.DOMAIN, ReportBy.MONTH))
              .containsExactly(
                  "[earth, 2026-10] 10h 400000",
                  "[earth, 2026-11] 6h 240000",
                  "[earth, 2026-12] 10h 400000",
                  "[life, 2026-11] 4h 160000");
          // The same without the month: each month by its own tree, and nothing is lost.
          assertThat(rows(ledger, widest, ReportBy.DOMAIN))
              .containsExactly("[earth] 26h 1040000", "[life] 4h 160000");
        });
  }

  private static List<String> ended(
      Ledger ledger, DomainView view, int most, EndedReports.By... by) {
    return ledger
        .reads()
        .endedReports()
        .ended(List.of(by), "2026-10", "2026-12", LedgerReads.Scope.ALL, most, view)
        .stream()
        .map(each ->
            each.keys()
                + " "
                + each.coreMs() / HOUR_MS
                + "h, limit "
                + each.limitCoreMs() / HOUR_MS
                + "h")
        .toList();
  }

  @Test
  void whatRunsMadeOfTheirTimeIsToldByTheSameDomainsPlatformsAndFiscalPeriods() throws Exception {
    BillingCalendar november = new BillingCalendar(ZoneId.of("Asia/Shanghai"), 11);
    database.books(
        "ended_domains",
        november,
        moved().platform(History.CLIMATE, "portal"),
        ledger -> {
          List<String> plain =
              ended(ledger, DomainView.PLAIN, 99, EndedReports.By.DOMAIN, EndedReports.By.MONTH);
          assertThat(plain)
              .extracting(each -> each.substring(0, each.indexOf(',', each.indexOf(']'))))
              .containsExactly(
                  "[atmosphere, 2026-10] 6h",
                  "[atmosphere, 2026-11] 6h",
                  "[atmosphere, 2026-12] 10h",
                  "[ocean, 2026-10] 4h",
                  "[ocean, 2026-11] 4h");
          DomainView widest = new DomainView(1, null, false);
          List<String> all = ended(ledger, DomainView.PLAIN, 99, EndedReports.By.FISCAL_YEAR);
          // The fiscal year of 2026 begins with November.
          assertThat(all).hasSize(2);
          assertThat(all.getFirst()).startsWith("[2025] 10h");
          assertThat(all.getLast()).startsWith("[2026] 20h");
          assertThat(
                  ended(ledger, widest, 99, EndedReports.By.DOMAIN, EndedReports.By.FISCAL_QUARTER))
              .extracting(each -> each.substring(0, each.indexOf(',', each.indexOf(']'))))
              .containsExactly(
                  "[earth, 2025-Q4] 10h", "[earth, 2026-Q1] 16h", "[life, 2026-Q1] 4h");
          assertThat(
                  ended(
                      ledger,
                      new DomainView(0, new DomainCode("life"), false),
                      99,
                      EndedReports.By.DOMAIN))
              .singleElement()
              .asString()
              .startsWith("[ocean] 4h");
          assertThat(ended(ledger, new DomainView(0, null, true), 99, EndedReports.By.DOMAIN))
              .singleElement()
              .asString()
              .startsWith("[atmosphere] 30h");
          assertThat(ended(ledger, widest, 1, EndedReports.By.DOMAIN)).hasSize(1);
          assertThat(
                  ended(
                      ledger,
                      DomainView.PLAIN,
                      99,
                      EndedReports.By.PLATFORM,
                      EndedReports.By.MONTH))
              .extracting(each -> each.substring(0, each.indexOf(']') + 1))
              .containsExactly("[, 2026-10]", "[, 2026-11]", "[portal, 2026-12]");
        });
  }

  @Test
  void whatLiesBelowADomainIsToldAlone() throws Exception {
    database.books(
        "within",
        CALENDAR,
        moved(),
        ledger -> {
          assertThat(rows(ledger, new DomainView(0, EARTH, false), ReportBy.DOMAIN, ReportBy.MONTH))
              .containsExactly(
                  "[atmosphere, 2026-10] 6h 240000",
                  "[atmosphere, 2026-11] 6h 240000",
                  "[atmosphere, 2026-12] 10h 400000",
                  "[ocean, 2026-10] 4h 160000");
          assertThat(
                  rows(
                      ledger,
                      new DomainView(0, new DomainCode("life"), false),
                      ReportBy.YEAR,
                      ReportBy.DOMAIN))
              .containsExactly("[2026, ocean] 4h 160000");
        });
  }

  @Test
  void theSameMonthsAreToldWithTheDomainsOfTodayWhereThatIsAsked() throws Exception {
    database.books(
        "today",
        CALENDAR,
        moved().at(ms("2026-12-20")).project(History.CLIMATE, "Climate", "ocean", 1000),
        ledger -> {
          assertThat(rows(ledger, new DomainView(1, null, true), ReportBy.DOMAIN, ReportBy.MONTH))
              .containsExactly(
                  "[life, 2026-10] 10h 400000",
                  "[life, 2026-11] 10h 400000",
                  "[life, 2026-12] 10h 400000");
          assertThat(rows(ledger, new DomainView(0, null, true), ReportBy.DOMAIN))
              .containsExactly("[ocean] 30h 1200000");
          // What was is as it was.
          assertThat(rows(ledger, new DomainView(1, null, false), ReportBy.DOMAIN))
              .containsExactly("[earth] 26h 1040000", "[life] 4h 160000");
        });
  }

  /**
   * Planned for December: the ocean is part of life, and the project belongs to a portal. The
   * scheduler is down from November on until January, while a run goes on; the months in between
   * are told as it was said.
   */
  @Test
  void whatWasPlannedCountsFromItsMonthOnHoweverLateItIsMade() throws Exception {
    History history = new History(ms("2026-10-01")).price(40_000).fund(1_000_000_000);
    history.domain("earth", null).domain("life", null);
    history.domain("atmosphere", "earth").domain("ocean", "earth");
    PlannedChange place =
        new PlannedChange(
            1,
            ms("2026-12-01"),
            new PlannedChange.Place(new DomainCode("ocean"), new DomainCode("life")));
    PlannedChange owner =
        new PlannedChange(
            2,
            ms("2026-12-01"),
            new PlannedChange.Owner(History.CLIMATE, new PlatformName("portal")));
    PlannedChange never =
        new PlannedChange(
            3, ms("2026-11-01"), new PlannedChange.Place(new DomainCode("ocean"), null));
    history.by("admin1", "as of the new catalogue", new ChangePlanned(place));
    history.by("admin1", "sold", new ChangePlanned(owner));
    history.by("admin1", "", new ChangePlanned(never));
    history.by("admin2", "not after all", new PlannedChangeWithdrawn(never));
    history.at(ms("2026-11-15"));
    JobId job = history.submit(History.LI, "storm", 1, 9_000 * HOUR_MS);
    RunId run = history.start(job, 1, 1);
    history.at(ms("2027-01-10")).domain("ocean", "life").made(place);
    history.platform(History.CLIMATE, "portal").made(owner);
    history.at(ms("2027-01-11")).end(run, JobState.COMPLETED);
    DomainView widest = new DomainView(1, null, false);
    UsageReports.Question asked =
        new UsageReports.Question(
            List.of(ReportBy.MONTH, ReportBy.PLATFORM, ReportBy.DOMAIN),
            "2026-11",
            "2027-01",
            99,
            false,
            false,
            widest);
    database.books(
        "planned",
        CALENDAR,
        history,
        ledger -> {
          assertThat(ledger.reads().reports().usage(asked, LedgerReads.Scope.ALL))
              .extracting(each -> each.keys() + " " + each.coreMs() / HOUR_MS + "h")
              .containsExactly(
                  "[2026-11, , earth] 384h",
                  "[2026-12, portal, earth] 446h",
                  "[2026-12, portal, life] 297h",
                  "[2027-01, portal, earth] 144h",
                  "[2027-01, portal, life] 96h");
          assertThat(
                  ledger
                      .reads()
                      .audit()
                      .before(
                          Long.MAX_VALUE,
                          new AuditRows.Which(null, null, null, 0, Long.MAX_VALUE),
                          100))
              .extracting(each ->
                  each.actor() + " " + each.kind() + " " + each.about() + " " + each.reason())
              .containsExactly(
                  "USER:admin2 PlannedChangeWithdrawn domain:ocean not after all",
                  "USER:admin1 ChangePlanned domain:ocean ",
                  "USER:admin1 ChangePlanned project:climate sold",
                  "USER:admin1 ChangePlanned domain:ocean as of the new catalogue");
        });
  }

  @Test
  void levelsAreCountedFromTheWidestDomainOrFromTheOneThatIsAskedFor() {
    DomainTree tree =
        DomainTree.at(
            "2026-10",
            List.of(
                part("ocean", "2026-01", "earth"),
                part("ice", "2026-02", "ocean"),
                part("ice", "2026-11", "")));
    DomainCode ice = new DomainCode("ice");
    DomainCode ocean = new DomainCode("ocean");
    assertThat(tree.told(ice, 0, null)).contains(ice);
    assertThat(tree.told(ice, 1, null)).contains(EARTH);
    assertThat(tree.told(ice, 2, null)).contains(ocean);
    assertThat(tree.told(ice, 8, null)).contains(ice);
    assertThat(tree.told(ice, 1, EARTH)).contains(ocean);
    assertThat(tree.told(EARTH, 1, EARTH)).contains(EARTH);
    assertThat(tree.told(EARTH, 1, ocean)).isEmpty();
  }

  private static DomainTree.Part part(String domain, String fromMonth, String parent) {
    return new DomainTree.Part(
        new DomainCode(domain),
        fromMonth,
        parent.isEmpty() ? Optional.empty() : Optional.of(new DomainCode(parent)));
  }
}

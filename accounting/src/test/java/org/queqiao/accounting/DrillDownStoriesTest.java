package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.export.DrillForm;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.Language;
import org.queqiao.accounting.ledger.Dimensions;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LineRuns;
import org.queqiao.accounting.sql.PostingReads;
import org.queqiao.accounting.statement.LineRun;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.reservation.Repeat;

/** From a line of a statement to its runs, their postings and the log. */
final class DrillDownStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long NOV = SHANGHAI.startMs(LocalDate.parse("2026-11-01"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static List<String> told(List<LineRun> runs) {
    return runs.stream()
        .map(each ->
            each.run()
                + " "
                + each.quantity().longValueExact() / HOUR_MS
                + "h = "
                + each.chargedMicro())
        .toList();
  }

  @Test
  void aLineLeadsToTheRunsUnderItsPriceAndThoseToTheirPostings() throws Exception {
    History history = new History(NOV).price(40_000).fund(100_000_000);
    history.platform(History.CLIMATE, "west");
    JobId first = history.submitFor("visitor", History.LI, "first", 2, 10 * HOUR_MS);
    RunId over = history.start(first, 1, History.on("n1", "", 2, 0, 0, "", 0));
    history.at(NOV + HOUR_MS).price(90_000);
    JobId second = history.submit(History.LI, "second", 4, 10 * HOUR_MS);
    RunId typed = history.start(second, 1, History.on("n2", "fat", 4, 0, 0, "", 0));
    history.at(NOV + 3 * HOUR_MS).end(over, JobState.COMPLETED);
    history.end(typed, JobState.COMPLETED);
    database.books(
        "lines",
        SHANGHAI,
        history,
        ledger -> {
          List<Statement.Line> lines = ledger.reads().statement("climate", "2026-11").lines();
          assertThat(lines).hasSize(3);
          assertThat(told(DrillDown.runs(ledger, "climate", "2026-11", lines.get(0).id())))
              .containsExactly("1.1 2h = 80000");
          assertThat(told(DrillDown.runs(ledger, "climate", "2026-11", lines.get(1).id())))
              .containsExactly("1.1 4h = 360000");
          List<LineRun> fat = DrillDown.runs(ledger, "climate", "2026-11", lines.get(2).id());
          assertThat(told(fat)).containsExactly("2.1 8h = 720000");
          LineRuns runs = ledger.reads().lineRuns();
          long line = lines.getFirst().id();
          LineRuns.After begin = LineRuns.After.NOTHING;
          assertThat(runs.of("materials", "2026-11", line, begin, 10)).isEmpty();
          assertThat(runs.of("climate", "2026-12", line, begin, 10)).isEmpty();
          List<Dimensions.Of> postings = ledger.reads().postingReads().told(second, 1, 0, 100);
          Dimensions.Of paid =
              postings.stream()
                  .filter(each -> each.posting().account().equals("revenue:batch"))
                  .findFirst()
                  .orElseThrow();
          assertThat(paid.posting().amount()).isEqualTo(720_000);
          assertThat(paid.posting().position()).isEqualTo(fat.getFirst().firstPosition());
          assertThat(paid.dimensions().item())
              .isEqualTo(new Dimensions.Item("2026-11-01", "cores", "fat"));
          assertThat(paid.dimensions().user()).isEqualTo("li");
          assertThat(paid.dimensions().project()).isEqualTo("climate");
          assertThat(paid.dimensions().partition()).isEqualTo("batch");
          assertThat(paid.dimensions().platform()).isEqualTo("west");
          assertThat(paid.dimensions().domains()).isNotEmpty();
          assertThat(ledger.reads().postingReads().told(first, 2, 0, 100)).isEmpty();
          assertThat(ledger.reads().postingReads().told(first, 1, 0, 100).getFirst().dimensions())
              .extracting(Dimensions::endUser)
              .isEqualTo("visitor");
          assertThat(
                  ledger
                      .reads()
                      .postingReads()
                      .toldOfWallet(History.CLIMATE, PostingReads.Before.NOTHING, 10))
              .extracting(each -> each.dimensions().project())
              .containsOnly("climate");
          ByteArrayOutputStream csv = new ByteArrayOutputStream();
          FormWriter.CSV.write(DrillForm.postings(List.of(paid), "2", Language.EN), csv);
          assertThat(csv.toString(StandardCharsets.UTF_8))
              .contains(",0.72,CNY,,,2026-11-01,2,1,li,climate,")
              .contains(",west,,,batch,,cores,fat\r\n");
        });
  }

  @Test
  void whatWasMeteredBeforePricesWereKeptIsToldWithWhatItMayBe() throws Exception {
    History history = new History(NOV).price(40_000).fund(100_000_000);
    RunId run = history.start(history.submit(History.LI, "old", 2, 10 * HOUR_MS), 1, 2);
    history.at(NOV + HOUR_MS).price(90_000);
    history.at(NOV + 2 * HOUR_MS).end(run, JobState.COMPLETED);
    database.books(
        "before",
        SHANGHAI,
        history,
        ledger -> {
          database.sql("before", "update segment set parts = ''");
          for (Statement.Line each : ledger.reads().statement("climate", "2026-11").lines()) {
            List<LineRun> found = DrillDown.runs(ledger, "climate", "2026-11", each.id());
            assertThat(found).hasSize(1);
            assertThat(found.getFirst().exact()).isFalse();
          }
        });
  }

  @Test
  void aPageMayBeEmptyAlthoughARunOfTheLineFollows() throws Exception {
    History history = new History(NOV).price(40_000).fund(100_000_000);
    for (int i = 0; i < 5; i++) {
      RunId run = history.start(history.submit(History.LI, "many" + i, 2, 10 * HOUR_MS), 1, 2);
      history.at(NOV + (i + 1) * HOUR_MS).end(run, JobState.COMPLETED);
    }
    history.price(90_000);
    RunId rare = history.start(history.submit(History.LI, "rare", 2, 10 * HOUR_MS), 1, 2);
    history.at(NOV + 6 * HOUR_MS).end(rare, JobState.COMPLETED);
    database.books(
        "rare",
        SHANGHAI,
        history,
        ledger -> {
          long line = ledger.reads().statement("climate", "2026-11").lines().getLast().id();
          LineRuns runs = ledger.reads().lineRuns();
          LineRuns.Page page =
              runs.of("climate", "2026-11", line, LineRuns.After.NOTHING, 10, 3).orElseThrow();
          assertThat(page.runs()).isEmpty();
          assertThat(page.next()).isEqualTo(new LineRuns.After(3, 1));
          page = runs.of("climate", "2026-11", line, page.next(), 10, 4).orElseThrow();
          assertThat(told(page.runs())).containsExactly("6.1 2h = 180000");
          assertThat(page.next()).isNull();
        });
  }

  @Test
  void thePostingsOfAWalletHaveStablePages() throws Exception {
    History history = new History(NOV).price(40_000);
    for (int i = 1; i <= 7; i++) {
      history.fund(i * 1_000_000L);
    }
    database.books(
        "wallet",
        SHANGHAI,
        history,
        ledger -> {
          PostingReads reads = ledger.reads().postingReads();
          List<Dimensions.Of> whole =
              reads.toldOfWallet(History.CLIMATE, PostingReads.Before.NOTHING, 100);
          assertThat(whole).hasSize(7);
          List<Dimensions.Of> paged = new ArrayList<>();
          PostingReads.Before before = PostingReads.Before.NOTHING;
          List<Dimensions.Of> page = reads.toldOfWallet(History.CLIMATE, before, 3);
          int facts = history.events().size();
          history.fund(8_000_000);
          ledger.record(history.events().subList(facts, history.events().size()));
          while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            paged.addAll(page);
            before = before.behind(page);
            page = reads.toldOfWallet(History.CLIMATE, before, 3);
          }
          assertThat(paged).isEqualTo(whole);
        });
  }

  @Test
  void theTimesOfAReservationAreBehindItsLine() throws Exception {
    History history = new History(NOV).price(40_000).fund(100_000_000).node("cn1", 8);
    history.twoPeople(
        new MoneyChange.Price(
            new PriceItem(
                null,
                null,
                10_000,
                "CNY",
                NOV,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.RESERVED, "", "", "", false, false))),
        true);
    history
        .reserve("course", NOV + HOUR_MS, 5 * HOUR_MS, Repeat.ONCE, "cn1")
        .opened("course", NOV + HOUR_MS);
    history.at(NOV + 6 * HOUR_MS).closed("course", NOV + HOUR_MS, 0);
    database.books(
        "reserved",
        SHANGHAI,
        history,
        ledger -> {
          Statement.Line line = ledger.reads().statement("climate", "2026-11").lines().getFirst();
          List<LineRun> found = DrillDown.runs(ledger, "climate", "2026-11", line.id());
          assertThat(found).hasSize(1);
          assertThat(found.getFirst().run()).isNull();
          assertThat(found.getFirst().job()).isEqualTo("course");
          assertThat(found.getFirst().chargedMicro()).isEqualTo(line.postedMicro()).isPositive();
        });
  }
}

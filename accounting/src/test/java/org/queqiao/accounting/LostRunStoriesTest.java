package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.export.DrillForm;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.Language;
import org.queqiao.accounting.ledger.AuditEntry;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AuditRows;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.LostRuns;
import org.queqiao.contract.event.LostRunsSeen;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;

/** Runs whose node vanished: somebody is to look at what they are billed. */
final class LostRunStoriesTest {
  private static final long HOUR_MS = 3_600_000;
  private static final BillingCalendar CALENDAR =
      new BillingCalendar(ZoneId.of("Asia/Shanghai"), 1);
  private static final long BEGIN_MS = CALENDAR.startMs(LocalDate.of(2026, 10, 31)) + 20 * HOUR_MS;
  private static final long NOVEMBER_MS = CALENDAR.startMs(LocalDate.of(2026, 11, 1));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  /** Run 1.1 is lost an hour after its start, 2.1 ends as it should, 3.1 is lost in November. */
  private static History story() {
    History history = new History(BEGIN_MS).price(40_000).fund(1_000_000_000);
    RunId lost = history.start(history.submit(History.LI, "lost", 2, 99 * HOUR_MS), 1, 2);
    RunId seen = history.start(history.submit(History.LI, "seen", 1, 99 * HOUR_MS), 1, 1);
    RunId later = history.start(history.submit(History.LI, "later", 1, 99 * HOUR_MS), 1, 1);
    history.at(BEGIN_MS + 2 * HOUR_MS).end(seen, JobState.COMPLETED);
    history.at(NOVEMBER_MS + HOUR_MS).lost(lost, BEGIN_MS + HOUR_MS);
    history.at(NOVEMBER_MS + 2 * HOUR_MS).lost(later, NOVEMBER_MS);
    return history;
  }

  private static RunId run(long job) {
    return new RunId(new JobId(job), 1);
  }

  private static String words(LostRuns.Row each) {
    return each.run().run()
        + " of "
        + each.run().user()
        + " on "
        + each.run().nodes()
        + " until +"
        + (each.run().billedMs() - BEGIN_MS) / HOUR_MS
        + "h, "
        + each.run().why()
        + (each.seen() ? "; " + each.seenBy() + ": " + each.seenWhy() : "");
  }

  private static List<String> list(Ledger ledger, Boolean seen) {
    return ledger.reads().lostRuns().before(Long.MAX_VALUE, seen, 10).stream()
        .map(LostRunStoriesTest::words)
        .toList();
  }

  @Test
  void aRunWhoseNodeVanishedIsAMatterOfItsMonthUntilSomebodyHasLookedAtIt() throws Exception {
    History history = story();
    database.books(
        "lost",
        CALENDAR,
        history,
        ledger -> {
          assertThat(list(ledger, null))
              .containsExactly(
                  "3.1 of li on [cn1] until +4h, node lost",
                  "1.1 of li on [cn1] until +1h, node lost");
          assertThat(ledger.reads().months().matters("2026-10"))
              .containsExactly(
                  "run 1.1 of project climate ended with its node and is billed until "
                      + (BEGIN_MS + HOUR_MS)
                      + ", its last sign of life: nobody has looked at it");
          assertThat(ledger.reads().months().matters("2026-11")).hasSize(2);
        });
    // The run that ended as it should is none; who looks first has seen it, and it costs the same.
    history.by("finance1", "", new LostRunsSeen(List.of(run(1), run(2)), "the console says so"));
    history.by("finance2", "", new LostRunsSeen(List.of(run(1)), "me too"));
    database.books(
        "lost_seen",
        CALENDAR,
        history,
        ledger -> {
          assertThat(list(ledger, true))
              .containsExactly(
                  "1.1 of li on [cn1] until +1h, node lost; USER:finance1: the console says so");
          assertThat(list(ledger, false))
              .containsExactly("3.1 of li on [cn1] until +4h, node lost");
          assertThat(ledger.reads().months().matters("2026-10")).isEmpty();
          assertThat(ledger.reads().months().matters("2026-11"))
              .singleElement()
              .asString()
              .startsWith("run 3.1 of project climate ");
          assertThat(ledger.reads().lostRuns().of(List.of(run(1), run(2))))
              .extracting(each -> each.run().run())
              .containsExactly(run(1));
          assertThat(ledger.reads().statement("climate", "2026-10").lines())
              .extracting(each -> each.quantity().toString())
              .containsExactly(Long.toString(8 * HOUR_MS));
          assertThat(
                  ledger
                      .reads()
                      .audit()
                      .before(
                          Long.MAX_VALUE,
                          new AuditRows.Which(null, "LostRunsSeen", null, 0, Long.MAX_VALUE),
                          10))
              .extracting(AuditEntry::actor, AuditEntry::about, AuditEntry::reason)
              .containsExactly(
                  org.assertj.core.api.Assertions.tuple(
                      "USER:finance2", "site:lost-runs", "me too"),
                  org.assertj.core.api.Assertions.tuple(
                      "USER:finance1", "site:lost-runs", "the console says so"));
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          FormWriter.CSV.write(
              DrillForm.lostRuns(
                  ledger.reads().lostRuns().before(Long.MAX_VALUE, true, 10), Language.EN),
              file);
          assertThat(file.toString(StandardCharsets.UTF_8))
              .contains(
                  "1,1,looked at,climate,li,cn1,2026-10-31T12:00:00Z,2026-10-31T13:00:00Z,node"
                      + " lost,");
        });
  }
}

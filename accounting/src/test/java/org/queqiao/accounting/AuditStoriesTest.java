package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.ledger.AuditEntry;
import org.queqiao.accounting.ledger.Bookkeeper;
import org.queqiao.accounting.ledger.MemoryBooks;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AuditRows;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;

/** Who changed what, and why. */
final class AuditStoriesTest {
  private static final BillingCalendar CALENDAR =
      new BillingCalendar(ZoneId.of("Asia/Shanghai"), 1);
  private static final long BEGIN_MS = 1_790_000_000_000L;
  private static final AuditRows.Which ALL =
      new AuditRows.Which(null, null, null, 0, Long.MAX_VALUE);
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static History story() {
    History history = new History(BEGIN_MS).node("n1", 4);
    history.by(
        "admin1",
        "joins, =SUM(A1)",
        new MembershipSet(History.CLIMATE, History.LI, MemberRank.MEMBER));
    history.by("admin1", "", new NodeDrained(new NodeName("n1"), "fan is loud"));
    history.at(BEGIN_MS + 1_000);
    history.by("admin1", "fan is new", new NodeResumed(new NodeName("n1")));
    // By its health check, which is no person.
    history.drained("n1");
    JobId job = history.submit(History.LI, "mine", 1, 3_600_000);
    history.by("li", "", new JobHeld(job, false));
    history.by("admin1", "asks for too much", new JobHeld(job, true));
    RunId run = history.start(job, 1, 1);
    history.by("li", "", new RunCheckpointed(run, history.timeMs()));
    history.at(BEGIN_MS + 61_000);
    history.by("admin1", "saved for them", new RunCheckpointed(run, history.timeMs()));
    return history;
  }

  @Test
  void anEntrySaysWhoWhatAndWhyAndWhatPeopleDoWithTheirOwnJobsIsNone() throws Exception {
    History history = story();
    database.books(
        "audit",
        CALENDAR,
        history,
        ledger -> {
          List<AuditEntry> all = ledger.reads().audit().before(Long.MAX_VALUE, ALL, 100);
          assertThat(all)
              .extracting(AuditEntry::kind, AuditEntry::about, AuditEntry::reason)
              .containsExactly(
                  org.assertj.core.api.Assertions.tuple(
                      "RunCheckpointed", "job:1", "saved for them"),
                  org.assertj.core.api.Assertions.tuple("JobHeld", "job:1", "asks for too much"),
                  org.assertj.core.api.Assertions.tuple("NodeResumed", "node:n1", "fan is new"),
                  org.assertj.core.api.Assertions.tuple("NodeDrained", "node:n1", "fan is loud"),
                  org.assertj.core.api.Assertions.tuple(
                      "MembershipSet", "project:climate", "joins, =SUM(A1)"));
          assertThat(all.getLast().actor()).isEqualTo("USER:admin1");
          assertThat(all.getLast().content())
              .isEqualTo("{\"project\":\"climate\",\"user\":\"li\",\"rank\":\"MEMBER\"}");
          AuditRows rows = ledger.reads().audit();
          assertThat(
                  rows.before(
                      Long.MAX_VALUE,
                      new AuditRows.Which("admin1", "NodeDrained", "node:n1", 0, BEGIN_MS + 1),
                      100))
              .singleElement()
              .isEqualTo(all.get(3));
          assertThat(
                  rows.before(
                      Long.MAX_VALUE, new AuditRows.Which("li", null, null, 0, Long.MAX_VALUE), 9))
              .isEmpty();
          assertThat(rows.before(all.get(2).position(), ALL, 1)).containsExactly(all.get(3));
        });
  }

  @Test
  void aFeedThatIsCutAndRepeatedGivesTheSameEntries() throws Exception {
    History history = story();
    MemoryBooks memory = new MemoryBooks(CALENDAR);
    Bookkeeper bookkeeper = new Bookkeeper(CALENDAR);
    for (LoggedEvent each : history.events()) {
      bookkeeper.record(each, memory);
    }
    assertThat(memory.audit()).hasSize(5);
    database.create("repeated");
    try (Ledger ledger = database.open("repeated", CALENDAR)) {
      int half = history.events().size() / 2;
      ledger.record(history.events().subList(0, half));
      ledger.record(history.events());
      ledger.record(history.events());
      assertThat(ledger.reads().audit().before(Long.MAX_VALUE, ALL, 100).reversed())
          .isEqualTo(memory.audit());
    }
  }

  @Test
  void whatIsVeryLongIsToldByItsLength() throws Exception {
    History history = new History(BEGIN_MS);
    history.by(
        "admin1",
        "",
        new org.queqiao.contract.event.UserDefined(
            new UserName("long"), "x".repeat(20_000), "", -1, null));
    database.books(
        "long",
        CALENDAR,
        history,
        ledger ->
            assertThat(ledger.reads().audit().before(Long.MAX_VALUE, ALL, 9).getFirst().content())
                .matches("\\{\"length\":2\\d{4}}"));
  }
}

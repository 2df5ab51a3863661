package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.nodes.CoreTime;
import org.queqiao.accounting.nodes.NodeBook;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.sql.NodeReports;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobState;

/** Where the core time of each node went, to the millisecond. */
final class NodeTimeStoriesTest {
  private static final BillingCalendar SHANGHAI = new BillingCalendar(ZoneId.of("Asia/Shanghai"));
  private static final long HOUR_MS = 3_600_000;
  private static final long NOV_2 = SHANGHAI.startMs(LocalDate.parse("2026-11-02"));
  @AutoClose private static final TestDatabase database = TestDatabase.begun();

  private static long hour(long hours) {
    return NOV_2 + hours * HOUR_MS;
  }

  /** Days and nodes with capacity, allocated, reserved, idle and down in core-hours. */
  private static List<String> days(NodeLog log) {
    ShadowLedger ledger = new ShadowLedger(SHANGHAI);
    log.events().forEach(ledger::record);
    List<String> all = new ArrayList<>();
    ledger
        .books()
        .nodes()
        .until(log.timeMs())
        .forEach((key, time) -> {
          assertThat(time.reconciles()).as("%s %s", key, time).isTrue();
          all.add(
              key.day()
                  + " "
                  + key.node()
                  + " "
                  + time.capacityMs() / HOUR_MS
                  + " = "
                  + time.allocatedMs() / HOUR_MS
                  + " + "
                  + time.reservedMs() / HOUR_MS
                  + " + "
                  + time.idleMs() / HOUR_MS
                  + " + "
                  + time.downMs() / HOUR_MS);
        });
    return all;
  }

  @Test
  void aDayOfANodeIsWhatRanWhatWasFreeAndWhatWasDown() {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 10);
    RunId run = log.at(hour(2)).start(4, "cn1");
    log.at(hour(7)).end(run);
    log.at(hour(10)).drain("cn1").at(hour(12)).resume("cn1");
    log.at(hour(14)).down("cn1").at(hour(15)).up("cn1");
    log.at(hour(24));
    // Ran 4 x 5; down 10 x 3.
    assertThat(days(log)).containsExactly("2026-11-02 cn1 240 = 20 + 0 + 190 + 30");
  }

  @Test
  void aRunAcrossMidnightIsSplitAndOneThatGoesOnCountsUntilNow() {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 8).node("cn2", 8);
    RunId run = log.at(hour(20)).start(8, "cn1", "cn2");
    log.at(hour(30));
    assertThat(days(log))
        .containsExactly(
            "2026-11-02 cn1 192 = 32 + 0 + 160 + 0",
            "2026-11-02 cn2 192 = 32 + 0 + 160 + 0",
            "2026-11-03 cn1 48 = 48 + 0 + 0 + 0",
            "2026-11-03 cn2 48 = 48 + 0 + 0 + 0");
    List<String> before = days(log);
    log.end(run);
    assertThat(days(log)).isEqualTo(before);
  }

  @Test
  void coresOfARunWhoseNodeVanishedAreDownFromItsLastSignOfLifeUntilTheNodeIsUpAgain() {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 10);
    RunId run = log.at(hour(1)).start(6, "cn1");
    log.at(hour(5)).down("cn1").at(hour(9)).up("cn1");
    log.at(hour(10)).end(run, hour(4), JobState.NODE_FAIL).at(hour(24));
    // Ran 6 x 3. Free: 10 x 1, 4 x 4, 4 x 1 up again, 6 x 1 still held, 10 x 14.
    assertThat(days(log)).containsExactly("2026-11-02 cn1 240 = 18 + 0 + 176 + 46");
  }

  @Test
  void freeCoresOfAnOpenReservationAreReservedAndOfAMaintenanceDown() {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 10);
    log.reserve("course", hour(2), 4 * HOUR_MS, false, "cn1").at(hour(2)).open("course");
    RunId run = log.at(hour(3)).start(5, "cn1");
    log.at(hour(5)).end(run).at(hour(6)).close("course", hour(2));
    log.reserve("work", hour(8), HOUR_MS, true, "cn1").at(hour(8)).open("work");
    log.at(hour(9)).close("work", hour(8)).at(hour(24));
    assertThat(days(log)).containsExactly("2026-11-02 cn1 240 = 10 + 30 + 190 + 10");
  }

  @Test
  void coresOfASuspendedRunAreFreeForAnotherAlsoWhereTheyAreBilled() {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 8);
    RunId below = log.at(hour(1)).start(8, "cn1");
    log.at(hour(3)).suspend(below, hour(3), true);
    RunId above = log.start(8, "cn1");
    log.at(hour(5)).end(above).at(hour(6)).go(below, hour(6));
    log.at(hour(8)).end(below).at(hour(24));
    // Ran 8 x (2 + 2 + 2); free 8 x (1 + 1 + 16).
    assertThat(days(log)).containsExactly("2026-11-02 cn1 192 = 48 + 0 + 144 + 0");
  }

  @Test
  void aCoreThatTwoRunsHaveAtOnceIsNamed() throws Exception {
    NodeLog log = new NodeLog(NOV_2).node("cn1", 4);
    RunId one = log.start(4, "cn1");
    RunId other = log.start(2, "cn1");
    log.at(hour(1)).end(one).end(other).at(hour(1)).node("cn2", 1);
    database.create("twice");
    try (Ledger ledger = database.open("twice", SHANGHAI)) {
      ledger.record(log.events());
      assertThat(report(ledger, true).stream().map(NodeReports.Row::problem))
          .contains("node cn1 in 2026-11-02: 7200000 core-milliseconds are accounted for twice");
    }
  }

  private static String lines(Map<NodeBook.Key, CoreTime> days) {
    StringBuilder all = new StringBuilder();
    days.forEach((key, time) -> all.append(key).append(' ').append(time).append('\n'));
    return all.toString();
  }

  private static List<NodeReports.Row> report(Ledger ledger, boolean byDay) {
    return ledger.reads().nodes().coreTime("2026-01", "2027-12", byDay, null, 10_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {501, 502, 503, 504})
  void coreTimeIsConservedForEachNodeHoweverTheFeedIsCutDoubledAndRepeated(long seed)
      throws Exception {
    NodeLog log = NodeLog.random(seed, NOV_2, Boolean.getBoolean("queqiao.full") ? 5_000 : 300);
    List<LoggedEvent> events = log.events();
    ShadowLedger shadow = new ShadowLedger(SHANGHAI);
    events.forEach(shadow::record);
    Map<NodeBook.Key, CoreTime> expected = shadow.books().nodes().until(events.getLast().timeMs());
    long allocated = 0;
    for (Map.Entry<NodeBook.Key, CoreTime> each : expected.entrySet()) {
      assertThat(each.getValue().differenceMs()).as("seed %d %s", seed, each).isZero();
      allocated += each.getValue().allocatedMs() + each.getValue().suspendedMs();
    }
    long metered =
        shadow.books().meteredCoreMs().values().stream().mapToLong(Long::longValue).sum();
    assertThat(allocated)
        .as("seed %d: nodes and bills have the same core time", seed)
        .isEqualTo(metered);
    SplittableRandom random = new SplittableRandom(seed);
    database.create("nodes" + seed);
    try (Ledger ledger = database.open("nodes" + seed, SHANGHAI)) {
      int at = 0;
      while (at < events.size()) {
        int to = Math.min(events.size(), at + 1 + random.nextInt(40));
        ledger.record(events.subList(random.nextInt(at + 1), to));
        at = to;
      }
      ledger.record(events);
      Map<NodeBook.Key, CoreTime> stored = new TreeMap<>();
      for (NodeReports.Row row : report(ledger, true)) {
        stored.put(new NodeBook.Key(row.node(), row.period()), row.time());
      }
      assertThat(lines(stored)).as("seed %d", seed).isEqualTo(lines(expected));
      CoreTime whole = CoreTime.NONE;
      for (NodeReports.Row row : report(ledger, false)) {
        whole = whole.plus(row.time());
      }
      assertThat(whole).isEqualTo(expected.values().stream().reduce(CoreTime.NONE, CoreTime::plus));
    }
  }
}

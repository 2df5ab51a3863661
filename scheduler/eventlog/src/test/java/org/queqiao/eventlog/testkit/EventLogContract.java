package org.queqiao.eventlog.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogCursor;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.LogInUse;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.StaleEpoch;
import org.queqiao.eventlog.StorageFull;

/** The promises of {@link EventLog}; every store passes them. */
@SuppressWarnings("JUnitClassModifiers")
public abstract class EventLogContract {
  private LogStore store;

  /** A fresh place without a log. */
  protected abstract LogStore newStore();

  @BeforeEach
  void makeStore() {
    store = newStore();
  }

  @AfterEach
  void removeStore() {
    store.close();
  }

  @Test
  void aNewLogIsEmpty() {
    try (EventLog log = store.open()) {
      assertThat(log.head()).isEqualTo(LogHead.empty());
      assertThat(log.durablePosition()).isZero();
      assertThat(log.acceptsNewWork()).isTrue();
      assertThat(log.snapshots().newest()).isEmpty();
      assertThat(readAll(log, 1)).isEmpty();
    }
  }

  @Test
  void positionsAreContiguousFromOne() {
    try (EventLog log = claimed()) {
      for (long position = 1; position <= 100; position++) {
        assertThat(log.append(position, bytes("entry " + position))).isEqualTo(position);
        assertThat(log.head().position()).isEqualTo(position);
        assertThat(log.head().timeMs()).isEqualTo(position);
      }
    }
  }

  @Test
  void nothingIsDurableOrReadableBeforeTheSync() {
    try (EventLog log = claimed();
        LogCursor cursor = log.read(1)) {
      log.append(1, bytes("one"));
      assertThat(log.durablePosition()).isZero();
      assertThat(cursor.next()).isNull();
      log.sync();
      assertThat(log.durablePosition()).isEqualTo(1);
      assertThat(cursor.next()).isEqualTo(new LogEntry(1, 1, 1, bytes("one")));
      assertThat(cursor.next()).isNull();
    }
  }

  @Test
  void syncedEntriesSurviveACrash() {
    EventLog log = claimed();
    List<LogEntry> expected = appendSome(log, 1, 500);
    log.sync();
    LogHead head = log.head();
    store.crash();
    try (EventLog reopened = store.open()) {
      assertThat(readAll(reopened, 1)).isEqualTo(expected);
      assertThat(reopened.head()).isEqualTo(head);
      assertThat(reopened.durablePosition()).isEqualTo(500);
    }
  }

  @Test
  void theLogGoesOnAfterACrash() {
    EventLog log = claimed();
    List<LogEntry> expected = new ArrayList<>(appendSome(log, 1, 20));
    log.sync();
    store.crash();
    try (EventLog reopened = claimed()) {
      assertThat(reopened.head().epoch()).isEqualTo(2);
      expected.addAll(appendSome(reopened, 21, 40));
      reopened.sync();
      assertThat(readAll(reopened, 1)).isEqualTo(expected);
      assertThat(readAll(reopened, 21)).allMatch(entry -> entry.epoch() == 2);
    }
  }

  @Test
  void theHeadHashDependsOnThePositionAloneAndOnEverythingBefore() {
    byte[] first;
    try (EventLog log = claimed()) {
      log.append(1, bytes("one"));
      log.sync();
      first = log.head().hash();
      log.claimEpoch("again");
      assertThat(log.head().hash()).isEqualTo(first);
      log.append(1, bytes("one"));
      assertThat(log.head().hash()).isNotEqualTo(first);
    }
  }

  @Test
  void anEpochIsDurableWhenItIsClaimed() {
    for (long epoch = 1; epoch <= 5; epoch++) {
      EventLog log = store.open();
      assertThat(log.claimEpoch("writer")).isEqualTo(epoch);
      assertThat(log.head().epoch()).isEqualTo(epoch);
      store.crash();
    }
  }

  @Test
  void whoClaimedNoEpochAppendsNothing() {
    try (EventLog log = store.open()) {
      assertThatThrownBy(() -> log.append(1, bytes("x"))).isInstanceOf(StaleEpoch.class);
      log.sync();
      assertThat(log.head().position()).isZero();
      log.claimEpoch("writer");
      assertThat(log.append(1, bytes("x"))).isEqualTo(1);
    }
  }

  @Test
  void aSecondWriterIsRefusedWhileTheFirstLives() {
    try (EventLog log = claimed()) {
      log.append(1, bytes("one"));
      assertThatThrownBy(() -> store.open())
          .isInstanceOf(LogInUse.class)
          .hasMessageContaining("held by");
      assertThatThrownBy(() -> store.open()).isInstanceOf(LogInUse.class);
      log.sync();
      assertThat(readAll(log, 1)).hasSize(1);
    }
    try (EventLog reopened = store.open()) {
      assertThat(reopened.durablePosition()).isEqualTo(1);
    }
  }

  @Test
  void timeThatRunsBackwardsIsRefusedAndTheLogGoesOn() {
    try (EventLog log = claimed()) {
      log.append(10, bytes("one"));
      assertThatThrownBy(() -> log.append(9, bytes("two")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("before");
      assertThat(log.append(10, bytes("two"))).isEqualTo(2);
      log.sync();
      assertThat(readAll(log, 1)).hasSize(2);
    }
  }

  @Test
  void payloadsFromNothingToTheLargestAreKept() {
    byte[] largest = new byte[EventLog.MAX_PAYLOAD_BYTES];
    largest[largest.length - 1] = 7;
    try (EventLog log = claimed()) {
      log.append(1, new byte[0]);
      log.append(1, largest);
      log.append(1, bytes("after"));
      assertThatThrownBy(() -> log.append(1, new byte[largest.length + 1]))
          .isInstanceOf(IllegalArgumentException.class);
      log.sync();
      List<LogEntry> read = readAll(log, 1);
      assertThat(read).hasSize(3);
      assertThat(read.get(0).payload()).isEmpty();
      assertThat(read.get(1).payload()).isEqualTo(largest);
      assertThat(read.get(2).payload()).isEqualTo(bytes("after"));
    }
  }

  @Test
  void thePayloadIsCopied() {
    byte[] payload = bytes("before");
    try (EventLog log = claimed()) {
      log.append(1, payload);
      payload[0] = 'X';
      log.sync();
      assertThat(readAll(log, 1).getFirst().payload()).isEqualTo(bytes("before"));
    }
  }

  @Test
  void aCursorStartsAnywhere() {
    try (EventLog log = claimed()) {
      List<LogEntry> expected = appendSome(log, 1, 3000);
      log.sync();
      for (int from : new int[] {1, 2, 1500, 2999, 3000}) {
        assertThat(readAll(log, from)).isEqualTo(expected.subList(from - 1, 3000));
      }
      assertThatThrownBy(() -> log.read(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aCursorPastTheEndWaitsForItsPosition() {
    try (EventLog log = claimed();
        LogCursor cursor = log.read(15)) {
      appendSome(log, 1, 10);
      log.sync();
      assertThat(cursor.next()).isNull();
      assertThat(cursor.nextPosition()).isEqualTo(15);
      List<LogEntry> appended = appendSome(log, 11, 15);
      log.sync();
      assertThat(cursor.next()).isEqualTo(appended.getLast());
      assertThat(cursor.nextPosition()).isEqualTo(16);
    }
  }

  @Test
  void aCursorFollowsTheWriterFromAnotherThread() throws Exception {
    int entries = 20_000;
    try (EventLog log = claimed();
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<List<LogEntry>> reader = executor.submit(() -> follow(log, entries));
      List<LogEntry> appended = new ArrayList<>();
      for (int from = 1; from <= entries; from += 100) {
        appended.addAll(appendSome(log, from, from + 99));
        log.sync();
      }
      assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(appended);
    }
  }

  @Test
  void theNewestSnapshotIsFoundAfterACrash() {
    EventLog log = claimed();
    for (int position = 1; position <= 6; position++) {
      log.append(position, bytes("entry"));
      log.sync();
      log.snapshots().write(snapshot(log, "state " + position));
    }
    Snapshot newest = snapshot(log, "state 6");
    store.crash();
    try (EventLog reopened = store.open()) {
      assertThat(reopened.snapshots().newest()).contains(newest);
    }
  }

  @Test
  void aSnapshotThatDoesNotBelongToTheLogIsRefused() {
    try (EventLog log = claimed()) {
      log.append(1, bytes("one"));
      Snapshot ahead = snapshot(log, "ahead");
      assertThatThrownBy(() -> log.snapshots().write(ahead))
          .isInstanceOf(IllegalArgumentException.class);
      log.sync();
      Snapshot foreign = new Snapshot(1, new byte[LogHead.HASH_BYTES], bytes("foreign"));
      assertThatThrownBy(() -> log.snapshots().write(foreign))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(log.snapshots().newest()).isEmpty();
      log.snapshots().write(ahead);
      assertThat(log.snapshots().newest()).contains(ahead);
    }
  }

  @Test
  void aFullDiskRefusesNewWorkFirstThenEverything() {
    try (EventLog log = claimed()) {
      List<LogEntry> expected = new ArrayList<>(appendSome(log, 1, 5));
      log.sync();
      store.setFreeBytes(1);
      expected.addAll(appendSome(log, 6, 6));
      log.sync();
      assertThat(log.acceptsNewWork()).isFalse();
      assertThatThrownBy(() -> log.append(7, new byte[EventLog.MAX_PAYLOAD_BYTES]))
          .isInstanceOf(StorageFull.class);
      assertThat(log.head().position()).isEqualTo(6);
      store.freeSpaceReturns();
      assertThat(log.acceptsNewWork()).isTrue();
      expected.addAll(appendSome(log, 7, 8));
      log.sync();
      assertThat(readAll(log, 1)).isEqualTo(expected);
    }
  }

  @Test
  void aClosedLogFails() {
    EventLog log = claimed();
    log.append(1, bytes("x"));
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(1, bytes("x"))).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> log.claimEpoch("x")).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> log.read(1)).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::head).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::durablePosition).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::acceptsNewWork).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> log.snapshots().newest()).isInstanceOf(LogFault.class);
  }

  /** All durable entries from a position on. */
  public static List<LogEntry> readAll(EventLog log, long fromPosition) {
    List<LogEntry> entries = new ArrayList<>();
    try (LogCursor cursor = log.read(fromPosition)) {
      LogEntry entry;
      while ((entry = cursor.next()) != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /** Appends entries of various lengths at these positions. */
  public static List<LogEntry> appendSome(EventLog log, long first, long last) {
    List<LogEntry> entries = new ArrayList<>();
    for (long position = first; position <= last; position++) {
      byte[] payload = bytes(("entry " + position + " ").repeat((int) (position % 7)));
      long appended = log.append(position, payload);
      entries.add(new LogEntry(appended, log.head().epoch(), position, payload));
    }
    return entries;
  }

  private EventLog claimed() {
    EventLog log = store.open();
    log.claimEpoch("writer");
    return log;
  }

  private static Snapshot snapshot(EventLog log, String state) {
    LogHead head = log.head();
    return new Snapshot(head.position(), head.hash(), bytes(state));
  }

  private static List<LogEntry> follow(EventLog log, int count) {
    List<LogEntry> entries = new ArrayList<>();
    try (LogCursor cursor = log.read(1)) {
      while (entries.size() < count) {
        LogEntry entry = cursor.next();
        if (entry == null) {
          Thread.onSpinWait();
        } else {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

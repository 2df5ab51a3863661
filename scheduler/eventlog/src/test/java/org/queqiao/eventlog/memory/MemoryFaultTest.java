package org.queqiao.eventlog.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.LogInUse;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.StaleEpoch;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.eventlog.testkit.EventLogContract;

/** The faults of a disk, one by one: F5 to F14 of the fault table. */
class MemoryFaultTest {
  private static final String FIRST_SEGMENT = "segment-0000000001.qlog";
  private final MemoryDisk disk = new MemoryDisk();

  @Test
  void aFailedForceEndsTheLogAndALaterSuccessIsNotBelieved() {
    EventLog log = claimed();
    append(log, "one");
    log.sync();
    append(log, "two");
    disk.failForceAfter(0);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class).hasMessageContaining("sync");
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> append(log, "three")).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> log.claimEpoch("again")).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::head).isInstanceOf(LogFault.class);
    assertThatThrownBy(log::acceptsNewWork).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> log.snapshots().newest()).isInstanceOf(LogFault.class);
    disk.crash(new Crash.PowerLoss());
    try (EventLog reopened = open()) {
      assertThat(reopened.durablePosition()).isEqualTo(1);
    }
  }

  @Test
  void whatAFailedForceLeftLookingCleanIsWrittenAgainBeforeItCountsAsDurable() {
    EventLog log = claimed();
    append(log, "one");
    disk.failForceAfter(0);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    disk.crash(new Crash.Process());
    try (EventLog second = open()) {
      assertThat(second.durablePosition()).isEqualTo(1);
    }
    disk.crash(new Crash.PowerLoss());
    try (EventLog third = open()) {
      assertThat(third.durablePosition()).isEqualTo(1);
    }
  }

  @Test
  void aFailedWriteEndsTheLog() {
    EventLog log = claimed();
    append(log, "one");
    disk.failWriteAfter(0);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    assertThatThrownBy(() -> append(log, "two")).isInstanceOf(LogFault.class);
  }

  @Test
  void aReadOnlyFileSystemEndsTheLog() {
    EventLog log = claimed();
    append(log, "one");
    disk.setReadOnly(true);
    assertThatThrownBy(log::sync)
        .isInstanceOf(LogFault.class)
        .hasRootCauseMessage("Read-only file system");
  }

  @Test
  void shortWritesAreContinuedUntilAllIsWritten() {
    EventLog log = claimed();
    disk.shortenWrites(131);
    List<LogEntry> appended = EventLogContract.appendSome(log, 1, 50);
    log.sync();
    disk.crash(new Crash.PowerLoss());
    try (EventLog reopened = open()) {
      assertThat(EventLogContract.readAll(reopened, 1)).isEqualTo(appended);
    }
  }

  @Test
  void aWriteThatWentElsewhereIsFound() {
    EventLog log = claimed();
    EventLogContract.appendSome(log, 1, 10);
    log.sync();
    EventLogContract.appendSome(log, 11, 12);
    disk.misdirectNextWrite(-300);
    log.sync();
    disk.crash(new Crash.PowerLoss());
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptLog.class)
        .hasMessageContaining(FIRST_SEGMENT);
  }

  @Test
  void aTornTailIsCutAtEveryByte() {
    for (int kept = 0; kept < 400; kept++) {
      MemoryDisk torn = new MemoryDisk();
      EventLog log = MemoryEventLog.open(torn, MemoryEventLog.settings());
      log.claimEpoch("writer");
      List<LogEntry> appended = new ArrayList<>(EventLogContract.appendSome(log, 1, 3));
      log.sync();
      appended.addAll(EventLogContract.appendSome(log, 4, 6));
      torn.failForceAfter(0);
      int keptBytes = kept;
      assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
      torn.crash(new Crash.Process());
      int durable = durableBytes(appended.subList(0, 3));
      torn.cut(FIRST_SEGMENT, Math.min(durable + keptBytes, torn.bytes(FIRST_SEGMENT).length));
      try (EventLog reopened = MemoryEventLog.open(torn, MemoryEventLog.settings())) {
        List<LogEntry> found = EventLogContract.readAll(reopened, 1);
        assertThat(found.size()).isBetween(3, 6);
        assertThat(found).isEqualTo(appended.subList(0, found.size()));
        assertThat(torn.bytes(FIRST_SEGMENT)).hasSize(durableBytes(found));
      }
    }
  }

  @Test
  void aLaterFrameOfTheSameBatchDoesNotMakeATearLookLikeDamage() {
    EventLog log = claimed();
    append(log, "one");
    log.sync();
    long durable = disk.bytes(FIRST_SEGMENT).length;
    append(log, "two");
    append(log, "three");
    disk.failForceAfter(0);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    disk.crash(new Crash.Process());
    disk.flipBit(FIRST_SEGMENT, durable + 73, 0);
    try (EventLog reopened = open()) {
      assertThat(reopened.durablePosition()).isEqualTo(1);
    }
  }

  @Test
  void aFrameOfALaterBatchProvesDamageEvenWhenTheMarkIsBehind() {
    EventLog log = claimed();
    append(log, "one");
    log.sync();
    byte[] oldMark = disk.bytes("durable.mark");
    long start = disk.bytes(FIRST_SEGMENT).length;
    append(log, "two");
    log.sync();
    append(log, "three");
    log.sync();
    disk.crash(new Crash.PowerLoss());
    disk.overwrite("durable.mark", 0, oldMark);
    disk.flipBit(FIRST_SEGMENT, start + 73, 5);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            CorruptLog.class, corrupt -> assertThat(corrupt.byteOffset()).isEqualTo(start + 73));
  }

  @Test
  void aPayloadThatImitatesALaterFrameDoesNotMakeATearLookLikeDamage() {
    LogSettings settings = MemoryEventLog.settings();
    MemoryDisk other = new MemoryDisk();
    try (EventLog log = MemoryEventLog.open(other, settings.withSalt(99))) {
      log.claimEpoch("writer");
      for (int i = 0; i < 20; i++) {
        append(log, "an entry of some length, for its frame to lie behind the tear");
        log.sync();
      }
    }
    byte[] foreign = other.bytes(FIRST_SEGMENT);
    EventLog log = claimed();
    log.append(1, foreign);
    disk.failForceAfter(0);
    assertThatThrownBy(log::sync).isInstanceOf(LogFault.class);
    disk.crash(new Crash.Process());
    disk.cut(FIRST_SEGMENT, disk.bytes(FIRST_SEGMENT).length - 1L);
    try (EventLog reopened = open()) {
      assertThat(reopened.durablePosition()).isZero();
    }
  }

  @Test
  void garbageBehindTheDurableEndIsCut() {
    EventLog log = claimed();
    List<LogEntry> appended = EventLogContract.appendSome(log, 1, 10);
    log.sync();
    disk.crash(new Crash.PowerLoss());
    int durable = disk.bytes(FIRST_SEGMENT).length;
    disk.overwrite(FIRST_SEGMENT, durable, "garbage".repeat(200).getBytes(UTF_8));
    try (EventLog reopened = open()) {
      assertThat(EventLogContract.readAll(reopened, 1)).isEqualTo(appended);
      assertThat(disk.bytes(FIRST_SEGMENT)).hasSize(durable);
    }
  }

  @Test
  void aLogThatLostItsDurableEndIsRefused() {
    EventLog log = claimed();
    EventLogContract.appendSome(log, 1, 10);
    log.sync();
    disk.crash(new Crash.Process());
    int durable = disk.bytes(FIRST_SEGMENT).length;
    disk.cut(FIRST_SEGMENT, durable - 1L);
    assertThatThrownBy(this::open).isInstanceOf(CorruptLog.class);
    disk.cut(FIRST_SEGMENT, 132);
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptLog.class)
        .hasMessageContaining(durable + " were durable");
  }

  @Test
  void aFullDiskKeepsRoomForTheRecordsOfRunningJobs() {
    EventLog log = claimed();
    disk.setCapacityBytes(used() + 40_000);
    List<LogEntry> appended = new ArrayList<>();
    long position = 1;
    while (log.acceptsNewWork()) {
      appended.addAll(EventLogContract.appendSome(log, position, position));
      log.sync();
      position++;
    }
    long refusedAt = position;
    boolean full = false;
    while (!full) {
      try {
        appended.addAll(EventLogContract.appendSome(log, position, position));
        log.sync();
        position++;
      } catch (StorageFull nothingWritten) {
        full = true;
      }
    }
    assertThat(position - refusedAt)
        .as("records that fit after new work is refused")
        .isGreaterThan(150);
    assertThat(log.acceptsNewWork()).isFalse();
    assertThat(disk.names()).doesNotContain("reserve.zeros");
    disk.setCapacityBytes(used() + 1_000_000);
    assertThat(log.acceptsNewWork()).isTrue();
    appended.addAll(EventLogContract.appendSome(log, position, position + 9));
    log.sync();
    assertThat(disk.names()).contains("reserve.zeros");
    disk.crash(new Crash.PowerLoss());
    try (EventLog reopened = open()) {
      assertThat(EventLogContract.readAll(reopened, 1)).isEqualTo(appended);
    }
  }

  @Test
  void aSegmentThatCannotBeBegunRefusesTheEntryAndTheLogGoesOn() {
    LogSettings settings = MemoryEventLog.settings().withSegmentBytes(1024).withReserve(0, 0);
    EventLog log = MemoryEventLog.open(disk, settings);
    log.claimEpoch("writer");
    List<LogEntry> appended = new ArrayList<>(EventLogContract.appendSome(log, 1, 4));
    log.sync();
    disk.setCapacityBytes(used());
    assertThatThrownBy(() -> log.append(5, new byte[900])).isInstanceOf(StorageFull.class);
    disk.setCapacityBytes(used() + 100_000);
    appended.addAll(EventLogContract.appendSome(log, 5, 30));
    log.sync();
    assertThat(EventLogContract.readAll(log, 1)).isEqualTo(appended);
  }

  @Test
  void aFullSnapshotDiskCostsSnapshotsAndNotTheLog() {
    MemoryDisk snapshots = new MemoryDisk();
    EventLog log = MemoryEventLog.open(disk, snapshots, MemoryEventLog.settings());
    log.claimEpoch("writer");
    append(log, "one");
    log.sync();
    log.snapshots().write(snapshot(log, new byte[100]));
    append(log, "two");
    log.sync();
    snapshots.setCapacityBytes(1000);
    assertThatThrownBy(() -> log.snapshots().write(snapshot(log, new byte[5000])))
        .isInstanceOf(StorageFull.class);
    snapshots.setCapacityBytes(5200);
    assertThatThrownBy(() -> log.snapshots().write(snapshot(log, new byte[4900])))
        .isInstanceOf(StorageFull.class);
    assertThat(log.snapshots().newest().orElseThrow().position()).isEqualTo(1);
    append(log, "three");
    log.sync();
    assertThat(log.durablePosition()).isEqualTo(3);
  }

  @Test
  void aDamagedNewestSnapshotFallsBackToTheOneBefore() {
    EventLog log = claimed();
    append(log, "one");
    log.sync();
    Snapshot first = snapshot(log, new byte[200_000]);
    log.snapshots().write(first);
    append(log, "two");
    log.sync();
    log.snapshots().write(snapshot(log, new byte[100]));
    disk.flipBit("snapshot-0000000000000000002.qsnap", 99, 3);
    assertThat(log.snapshots().newest()).contains(first);
  }

  @Test
  void aSnapshotPastTheLogsEndProvesThatTheLogIsOlder() {
    EventLog log = claimed();
    append(log, "one");
    log.sync();
    MemoryDisk older = new MemoryDisk();
    log.snapshots().write(snapshot(log, new byte[10]));
    EventLog empty = MemoryEventLog.open(older, disk, MemoryEventLog.settings());
    assertThatThrownBy(() -> empty.snapshots().newest())
        .isInstanceOf(CorruptLog.class)
        .hasMessageContaining("log ends at 0");
  }

  @Test
  void aWriterThatWasReplacedWritesNothingMore() {
    EventLog old = claimed();
    append(old, "one");
    old.sync();
    append(old, "never durable");
    assertThatThrownBy(this::open).isInstanceOf(LogInUse.class);
    disk.revokeLocks();
    EventLog standby = open();
    assertThat(standby.claimEpoch("standby")).isEqualTo(2);
    assertThatThrownBy(() -> append(old, "two")).isInstanceOf(StaleEpoch.class);
    assertThatThrownBy(old::sync).isInstanceOf(StaleEpoch.class);
    assertThatThrownBy(() -> old.claimEpoch("old")).isInstanceOf(StaleEpoch.class);
    assertThatThrownBy(() -> old.snapshots().write(new Snapshot(0, new byte[32], new byte[0])))
        .isInstanceOf(StaleEpoch.class);
    append(standby, "two");
    standby.sync();
    assertThat(EventLogContract.readAll(standby, 1))
        .extracting(entry -> new String(entry.payload(), UTF_8))
        .containsExactly("one", "two");
  }

  @Test
  void oneSyncForcesOnce() {
    EventLog log = claimed();
    EventLogContract.appendSome(log, 1, 200);
    long before = disk.forces();
    log.sync();
    assertThat(disk.forces() - before).isEqualTo(1);
    log.sync();
    assertThat(disk.forces() - before).as("nothing to sync").isEqualTo(1);
  }

  private EventLog open() {
    return MemoryEventLog.open(disk, MemoryEventLog.settings());
  }

  private EventLog claimed() {
    EventLog log = open();
    log.claimEpoch("writer");
    return log;
  }

  private static void append(EventLog log, String text) {
    log.append(log.head().timeMs(), text.getBytes(UTF_8));
  }

  private static Snapshot snapshot(EventLog log, byte[] state) {
    LogHead head = log.head();
    return new Snapshot(head.position(), head.hash(), state);
  }

  private long used() {
    return disk.names().stream().mapToLong(name -> disk.bytes(name).length).sum();
  }

  /** Header, claim by "writer", and these entries. */
  private static int durableBytes(List<LogEntry> entries) {
    return 132 + 72 + 6 + entries.stream().mapToInt(entry -> 72 + entry.payload().length).sum();
  }
}

package org.queqiao.eventlog.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.eventlog.testkit.EventLogContract;

/** Dies at each kill point of the log, in every way, and looks at what the next life finds. */
class KillPointTest {
  private static final int ENTRIES = 120;
  private static final int MOST_PASSES = 6;

  @Test
  void everyPointOfTheLogIsReached() {
    Set<KillPoint> reached = EnumSet.noneOf(KillPoint.class);
    MemoryDisk disk = new MemoryDisk();
    Life life = new Life(disk, name -> reached.add(byName(name)));
    life.run();
    MemoryDisk torn = new MemoryDisk();
    LogSettings settings = MemoryEventLog.settings();
    try (EventLog log = MemoryEventLog.open(torn, settings)) {
      log.claimEpoch("writer");
    }
    String only = "segment-0000000001.qlog";
    torn.overwrite(only, torn.bytes(only).length, TORN);
    KillPoints recorder = name -> reached.add(byName(name));
    MemoryEventLog.open(torn, settings.withKillPoints(recorder)).close();

    Set<KillPoint> expected = EnumSet.allOf(KillPoint.class);
    expected.removeIf(point -> point.place() != KillPoint.Place.LOG);
    assertThat(reached).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(KillPoint.class)
  void nothingAcknowledgedIsLost(KillPoint point) {
    for (int pass = 1; pass <= MOST_PASSES; pass++) {
      for (Crash crash : crashes(pass)) {
        dieAndRecover(point, pass * pass, crash);
      }
    }
  }

  private static void dieAndRecover(KillPoint point, int pass, Crash crash) {
    MemoryDisk disk = new MemoryDisk();
    Life first = new Life(disk, new DieAt(point, pass));
    first.run();
    disk.crash(crash);
    // The second life may die at the same point again: recovery has kill points of its own.
    Life second = new Life(disk, new DieAt(point, 1));
    second.run();
    disk.crash(crash);
    String scenario = point + " pass " + pass + " " + crash;
    try (EventLog log = MemoryEventLog.open(disk, Life.SETTINGS)) {
      List<LogEntry> found = EventLogContract.readAll(log, 1);
      Life last = second.started ? second : first;
      assertThat(found.size()).as(scenario).isGreaterThanOrEqualTo((int) last.acknowledged);
      assertThat(found.size()).as(scenario).isLessThanOrEqualTo(last.appended.size());
      assertThat(found).as(scenario).isEqualTo(last.appended.subList(0, found.size()));
      assertThat(log.head().epoch())
          .as(scenario)
          .isGreaterThanOrEqualTo(Math.max(first.epoch, second.epoch));
      log.snapshots().newest().ifPresent(last::assertIsOwnSnapshot);
    }
  }

  private static List<Crash> crashes(long seed) {
    return List.of(
        new Crash.Process(),
        new Crash.PowerLoss(),
        new Crash.Torn(seed * 37),
        new Crash.Scattered(new SplittableRandom(seed)),
        new Crash.Scattered(new SplittableRandom(-seed)));
  }

  private static KillPoint byName(String name) {
    for (KillPoint point : KillPoint.values()) {
      if (point.pointName().equals(name)) {
        return point;
      }
    }
    throw new IllegalArgumentException("no kill point is named " + name);
  }

  private static final byte[] TORN = "torn".getBytes(UTF_8);

  /** One life of a process that appends, syncs and takes snapshots until it ends or dies. */
  private static final class Life {
    static final LogSettings SETTINGS =
        MemoryEventLog.settings().withSegmentBytes(2048).withBufferBytes(512);
    private final MemoryDisk disk;
    private final KillPoints killPoints;
    private List<LogEntry> appended = new ArrayList<>();
    private long acknowledged;
    private long epoch;
    private boolean started;

    Life(MemoryDisk disk, KillPoints killPoints) {
      this.disk = disk;
      this.killPoints = killPoints;
    }

    void run() {
      try {
        EventLog log = MemoryEventLog.open(disk, SETTINGS.withKillPoints(killPoints));
        appended = new ArrayList<>(EventLogContract.readAll(log, 1));
        acknowledged = appended.size();
        started = true;
        epoch = log.claimEpoch("writer");
        for (int i = 1; i <= ENTRIES; i++) {
          appendOne(log, i);
          if (i % 7 == 0) {
            log.sync();
            acknowledged = appended.size();
          }
          if (i % 21 == 0) {
            LogHead head = log.head();
            log.snapshots().write(new Snapshot(head.position(), head.hash(), state(head)));
          }
        }
      } catch (Died expected) {
        // What follows is the next life's business.
      }
    }

    private void appendOne(EventLog log, int i) {
      byte[] payload = ("entry " + i + " of epoch " + epoch).getBytes(UTF_8);
      // Known before the call: an entry may reach the disk although append never returned.
      long timeMs = log.head().timeMs() + 1;
      appended.add(new LogEntry(log.head().position() + 1, epoch, timeMs, payload));
      log.append(timeMs, payload);
    }

    void assertIsOwnSnapshot(Snapshot snapshot) {
      assertThat(new String(snapshot.payload(), UTF_8)).isEqualTo("state " + snapshot.position());
    }

    private static byte[] state(LogHead head) {
      return ("state " + head.position()).getBytes(UTF_8);
    }
  }

  /** Dies when a point is reached for the nth time. */
  private static final class DieAt implements KillPoints {
    private final KillPoint point;
    private int passesLeft;

    DieAt(KillPoint point, int pass) {
      this.point = point;
      this.passesLeft = pass;
    }

    @Override
    public void reach(String name) {
      if (name.equals(point.pointName()) && --passesLeft == 0) {
        throw new Died();
      }
    }
  }

  /** The death of a process. */
  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}

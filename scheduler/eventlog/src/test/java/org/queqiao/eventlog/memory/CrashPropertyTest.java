package org.queqiao.eventlog.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.eventlog.testkit.EventLogContract;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * Many lives of one log, drawn from a seed: random batches, random faults, random crashes. After
 * each crash the log holds everything that was acknowledged, and nothing that was not appended.
 */
class CrashPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(300, 20_000);
  private static final int LIVES = 6;

  @Test
  void noAcknowledgedEntryIsLost() {
    SeededProperty.holds(SEEDS, Stories::new);
  }

  /** A life as a move: others may be left out. */
  private record Stories(long seed) implements SeededProperty.Case<Step> {
    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed + 1_000_003), LIVES);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      new Story(seed).live(moves);
    }
  }

  /** The lives of one log. */
  private static final class Story {
    private SplittableRandom random;
    private final MemoryDisk disk = new MemoryDisk();
    private final LogSettings settings;
    private List<LogEntry> appended = new ArrayList<>();
    private long acknowledged;
    private long epoch;

    Story(long seed) {
      random = new SplittableRandom(seed);
      settings =
          MemoryEventLog.settings()
              .withSegmentBytes(random.nextInt(1024, 8192))
              .withBufferBytes(random.nextInt(256, 4096))
              .withReserve(random.nextInt(0, 4096), 4096);
    }

    void live(List<Step> lives) {
      for (Step life : lives) {
        random = life.dice();
        try {
          oneLife();
        } catch (LogFault | StorageFull endOfLife) {
          // The process ends here and the machine with it.
        }
        disk.setCapacityBytes(1L << 40);
        disk.crash(randomCrash());
        checkWhatIsLeft();
      }
    }

    private void oneLife() {
      EventLog log = MemoryEventLog.open(disk, settings);
      long claimed = log.claimEpoch("life");
      assertThat(claimed).isGreaterThan(epoch);
      epoch = claimed;
      acknowledged = log.durablePosition();
      orderFault();
      int batches = random.nextInt(1, 20);
      for (int batch = 0; batch < batches; batch++) {
        int entries = random.nextInt(0, 12);
        for (int i = 0; i < entries; i++) {
          append(log);
        }
        if (random.nextInt(4) > 0) {
          log.sync();
          acknowledged = appended.size();
          assertThat(log.durablePosition()).isEqualTo(acknowledged);
        }
        if (random.nextInt(8) == 0) {
          snapshot(log);
        }
      }
    }

    private void append(EventLog log) {
      byte[] payload = new byte[random.nextInt(0, 600)];
      random.nextBytes(payload);
      LogHead head = log.head();
      long timeMs = head.timeMs() + random.nextInt(3);
      // Known before the call: an entry may reach the disk although append never returned.
      appended.add(new LogEntry(head.position() + 1, epoch, timeMs, payload));
      try {
        log.append(timeMs, payload);
      } catch (StorageFull nothingWritten) {
        appended.removeLast();
        throw nothingWritten;
      }
    }

    private void snapshot(EventLog log) {
      LogHead head = log.head();
      if (head.position() == log.durablePosition()) {
        try {
          log.snapshots().write(new Snapshot(head.position(), head.hash(), new byte[500]));
        } catch (UncheckedIOException | StorageFull degraded) {
          // A snapshot that cannot be written costs a longer replay.
        }
      }
    }

    private void orderFault() {
      switch (random.nextInt(7)) {
        case 0 -> disk.failForceAfter(random.nextInt(30));
        case 1 -> disk.failWriteAfter(random.nextInt(60));
        case 2 -> disk.shortenWrites(random.nextInt(128, 700));
        case 3 -> disk.setCapacityBytes(used() + random.nextInt(20_000));
        default -> {}
      }
    }

    private Crash randomCrash() {
      return switch (random.nextInt(5)) {
        case 0 -> new Crash.Process();
        case 1 -> new Crash.PowerLoss();
        case 2 -> new Crash.Torn(random.nextInt(3000));
        default -> new Crash.Scattered(random.split());
      };
    }

    private void checkWhatIsLeft() {
      try (EventLog log = MemoryEventLog.open(disk, settings)) {
        List<LogEntry> found = EventLogContract.readAll(log, 1);
        assertThat((long) found.size()).isBetween(acknowledged, (long) appended.size());
        assertThat(found).isEqualTo(appended.subList(0, found.size()));
        assertThat(log.head().epoch()).isGreaterThanOrEqualTo(epoch);
        log.snapshots()
            .newest()
            .ifPresent(
                snapshot -> assertThat(snapshot.position()).isLessThanOrEqualTo(found.size()));
        appended = new ArrayList<>(found);
        epoch = log.head().epoch();
      }
      disk.crash(new Crash.PowerLoss());
    }

    private long used() {
      return disk.names().stream().mapToLong(name -> disk.bytes(name).length).sum();
    }
  }
}

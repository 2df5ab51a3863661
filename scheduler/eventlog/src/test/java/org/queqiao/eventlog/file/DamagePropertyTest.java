package org.queqiao.eventlog.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.disk.OsDisk;
import org.queqiao.eventlog.testkit.EventLogContract;
import org.queqiao.testkit.TestSize;

/**
 * Damages real files at random bytes: what lies behind the durable end is cut, what lies before it
 * is refused with its offset.
 */
class DamagePropertyTest {
  @TempDir Path folder;

  @Test
  void tearsAreCutAndDamageIsNamed() {
    int seeds = TestSize.ciOrFull(30, 5_000);
    for (long seed = 1; seed <= seeds; seed++) {
      Path place = folder.resolve("seed" + seed);
      long failing = seed;
      assertThatCode(() -> new Case(place, failing).check())
          .as("seed %d", seed)
          .doesNotThrowAnyException();
    }
  }

  /** One log and one kind of damage. */
  private static final class Case {
    private final Path place;
    private final SplittableRandom random;
    private final LogSettings settings;
    private List<LogEntry> durable;
    private final List<LogEntry> appended = new ArrayList<>();
    private Path lastSegment;
    private long durableBytes;

    Case(Path place, long seed) {
      this.place = place;
      random = new SplittableRandom(seed);
      settings =
          LogSettings.defaults()
              .withSegmentBytes(random.nextInt(1024, 20_000))
              .withBufferBytes(256)
              .withReserve(0, 0);
    }

    void check() throws IOException {
      write();
      long size = Files.size(lastSegment);
      switch (random.nextInt(4)) {
        case 0 -> {
          cutTo(random.nextLong(durableBytes, size + 1));
          expectPrefix();
        }
        case 1 -> {
          byte[] garbage = new byte[random.nextInt(1, 5000)];
          random.nextBytes(garbage);
          overwrite(lastSegment, random.nextLong(durableBytes, size + 1), garbage);
          expectPrefix();
        }
        case 2 -> {
          cutTo(random.nextLong(durableBytes));
          assertThatThrownBy(() -> FileEventLog.open(place, settings).close())
              .isInstanceOf(CorruptLog.class);
        }
        default -> flipSomeDurableBit();
      }
    }

    private void write() throws IOException {
      long segment;
      try (EventLog log = FileEventLog.open(place, settings)) {
        log.claimEpoch("writer");
        int entries = random.nextInt(1, 120);
        for (int position = 1; position <= entries; position++) {
          append(log);
          if (random.nextInt(5) == 0) {
            log.sync();
          }
        }
        log.sync();
        durable = List.copyOf(appended);
        segment = newestSegment();
        durableBytes = Files.size(lastSegment);
        // These are written, because the buffer is small, and never forced.
        while (newestSegment() == segment && random.nextInt(12) != 0) {
          append(log);
        }
        if (newestSegment() != segment) {
          // A roll forces the segment before it.
          durable = EventLogContract.readAll(log, 1);
          durableBytes = SegmentHeader.BYTES;
        }
      }
      newestSegment();
    }

    private void append(EventLog log) {
      byte[] payload = new byte[random.nextInt(0, 700)];
      random.nextBytes(payload);
      long position = log.append(appended.size(), payload);
      appended.add(new LogEntry(position, 1, position - 1, payload));
    }

    private long newestSegment() throws IOException {
      long number = SegmentFiles.numbers(OsDisk.openReadOnly(place)).getLast();
      lastSegment = place.resolve(SegmentHeader.fileName(number));
      return number;
    }

    private void expectPrefix() {
      try (EventLog log = FileEventLog.open(place, settings)) {
        List<LogEntry> found = EventLogContract.readAll(log, 1);
        assertThat(found.size()).isBetween(durable.size(), appended.size());
        assertThat(found).isEqualTo(appended.subList(0, found.size()));
      }
    }

    private void flipSomeDurableBit() throws IOException {
      List<Long> numbers = SegmentFiles.numbers(OsDisk.openReadOnly(place));
      Path file =
          place.resolve(SegmentHeader.fileName(numbers.get(random.nextInt(numbers.size()))));
      long limit = file.equals(lastSegment) ? durableBytes : Files.size(file);
      long offset = random.nextLong(limit);
      byte[] content = Files.readAllBytes(file);
      byte[] flipped = {(byte) (content[(int) offset] ^ (1 << random.nextInt(8)))};
      overwrite(file, offset, flipped);
      assertThatThrownBy(() -> FileEventLog.open(place, settings).close())
          .isInstanceOfSatisfying(
              CorruptLog.class,
              corrupt -> {
                assertThat(corrupt.file()).isEqualTo(file.toString());
                assertThat(corrupt.byteOffset()).isEqualTo(offset);
              });
    }

    private void cutTo(long size) throws IOException {
      try (FileChannel channel = FileChannel.open(lastSegment, StandardOpenOption.WRITE)) {
        channel.truncate(size);
      }
    }

    private static void overwrite(Path file, long offset, byte[] bytes) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes), offset);
      }
    }
  }
}

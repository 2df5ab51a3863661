package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.memory.MemoryDisk;
import org.queqiao.eventlog.memory.MemoryEventLog;
import org.queqiao.eventlog.testkit.EventLogContract;

/** Flips every bit of a small log, one at a time: each is found, and its byte is named. */
class FlippedBitTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final LogSettings settings =
      MemoryEventLog.settings().withSegmentBytes(1024).withReserve(0, 0);

  @BeforeEach
  void writeALog() {
    try (EventLog log = MemoryEventLog.open(disk, settings)) {
      log.claimEpoch("first writer");
      EventLogContract.appendSome(log, 1, 8);
      log.sync();
      LogHead head = log.head();
      byte[] state = "state ".repeat(30).getBytes(UTF_8);
      log.snapshots().write(new Snapshot(head.position(), head.hash(), state));
      log.claimEpoch("second writer");
      for (int i = 9; i <= 20; i++) {
        EventLogContract.appendSome(log, i, i);
        log.sync();
      }
    }
  }

  @Test
  void everyBitOfEverySegmentIsFoundAtItsByte() throws IOException {
    List<Long> numbers = SegmentFiles.numbers(disk);
    assertThat(numbers).hasSizeGreaterThan(2);
    for (long number : numbers) {
      String name = SegmentHeader.fileName(number);
      int size = disk.bytes(name).length;
      for (int offset = 0; offset < size; offset++) {
        for (int bit = 0; bit < 8; bit++) {
          disk.flipBit(name, offset, bit);
          long flipped = offset;
          assertThatThrownBy(() -> MemoryEventLog.open(disk, settings))
              .as("%s byte %d bit %d", name, offset, bit)
              .isInstanceOfSatisfying(
                  CorruptLog.class,
                  corrupt -> {
                    assertThat(corrupt.file()).endsWith(name);
                    assertThat(corrupt.byteOffset()).isEqualTo(flipped);
                  })
              .hasMessageContaining("bit " + bit + " of this byte is flipped");
          disk.flipBit(name, offset, bit);
        }
      }
    }
    MemoryEventLog.open(disk, settings).close();
  }

  @Test
  void everyBitOfASnapshotIsFoundAtItsByte() throws IOException {
    String name = SnapshotFormat.fileName(8);
    int size = disk.bytes(name).length;
    for (int offset = 0; offset < size; offset++) {
      for (int bit = 0; bit < 8; bit++) {
        disk.flipBit(name, offset, bit);
        Damage damage = SnapshotScan.run(disk).getFirst().damage().orElseThrow();
        assertThat(damage.byteOffset()).as("byte %d bit %d", offset, bit).isEqualTo(offset);
        disk.flipBit(name, offset, bit);
      }
    }
    assertThat(SnapshotScan.run(disk).getFirst().damage()).isEmpty();
  }

  @Test
  void everyBitOfTheDurableMarkIsFoundAtItsByte() throws IOException {
    int size = disk.bytes(DurableMark.FILE_NAME).length;
    for (int offset = 0; offset < size; offset++) {
      for (int bit = 0; bit < 8; bit++) {
        disk.flipBit(DurableMark.FILE_NAME, offset, bit);
        ScanResult result = LogScan.run(disk, (segment, frame) -> {});
        assertThat(result.markDamages()).as("byte %d bit %d", offset, bit).hasSize(1);
        assertThat(result.markDamages().getFirst().byteOffset()).isEqualTo(offset);
        assertThat(result.damage()).as("the other slot still tells").isEmpty();
        disk.flipBit(DurableMark.FILE_NAME, offset, bit);
      }
    }
  }

  @Test
  void aMarkWithoutAGoodSlotIsRefused() {
    disk.flipBit(DurableMark.FILE_NAME, 20, 0);
    disk.flipBit(DurableMark.FILE_NAME, 532, 0);
    assertThatThrownBy(() -> MemoryEventLog.open(disk, settings))
        .isInstanceOf(CorruptLog.class)
        .hasMessageContaining(DurableMark.FILE_NAME);
  }

  @Test
  void aMissingSegmentOrMarkIsRefused() throws IOException {
    String last = SegmentHeader.fileName(SegmentFiles.numbers(disk).getLast());
    for (String name :
        List.of(SegmentHeader.fileName(1), SegmentHeader.fileName(2), last, "durable.mark")) {
      disk.rename(name, "elsewhere");
      assertThatThrownBy(() -> MemoryEventLog.open(disk, settings))
          .isInstanceOf(CorruptLog.class)
          .hasMessageContaining(name)
          .hasMessageContaining("missing");
      disk.rename("elsewhere", name);
    }
  }

  @Test
  void aSegmentCutAtAFrameIsRefused() {
    String sealed = SegmentHeader.fileName(1);
    int claim = FrameFormat.HEADER_BYTES + "first writer".length();
    disk.cut(sealed, SegmentHeader.BYTES + (long) claim);
    assertThatThrownBy(() -> MemoryEventLog.open(disk, settings))
        .isInstanceOf(CorruptLog.class)
        .hasMessageContaining("does not continue");
  }
}

package org.queqiao.eventlog.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.disk.DiskFile;
import org.queqiao.eventlog.memory.MemoryDisk;
import org.queqiao.eventlog.memory.MemoryEventLog;
import org.queqiao.eventlog.testkit.EventLogContract;

/**
 * The log as the first version wrote it, byte by byte. {@code -Dqueqiao.golden=write} writes files
 * that are not there yet.
 */
class GoldenLogTest {
  private static final Path GOLDEN =
      Path.of("src", "test", "resources", "golden", "1").toAbsolutePath();
  private static final LogSettings SETTINGS =
      MemoryEventLog.settings().withSegmentBytes(1024).withReserve(0, 0).withSalt(42);
  private static final List<String> FILES =
      List.of(
          "segment-0000000001.qlog",
          "segment-0000000002.qlog",
          "durable.mark",
          "snapshot-0000000000000000006.qsnap");

  @Test
  void todaysCodeWritesTheSameBytes() throws IOException {
    MemoryDisk disk = new MemoryDisk();
    try (EventLog log = MemoryEventLog.open(disk, SETTINGS)) {
      write(log);
    }
    for (String name : FILES) {
      Path file = GOLDEN.resolve(name);
      if (!Files.exists(file) && "write".equals(System.getProperty("queqiao.golden"))) {
        Files.createDirectories(GOLDEN);
        Files.write(file, disk.bytes(name));
      }
      assertThat(disk.bytes(name)).as(name).isEqualTo(Files.readAllBytes(file));
    }
  }

  @Test
  void todaysCodeReadsTheOldBytes() throws IOException {
    MemoryDisk disk = new MemoryDisk();
    for (String name : FILES) {
      try (DiskFile file = disk.create(name)) {
        file.writeFully(ByteBuffer.wrap(Files.readAllBytes(GOLDEN.resolve(name))), 0);
      }
    }
    try (EventLog log = MemoryEventLog.open(disk, SETTINGS)) {
      assertThat(log.head().position()).isEqualTo(12);
      assertThat(log.head().epoch()).isEqualTo(2);
      assertThat(EventLogContract.readAll(log, 1))
          .extracting(entry -> entry.epoch() + " " + entry.timeMs() + " " + text(entry.payload()))
          .startsWith("1 1 entry 1 ", "1 2 entry 2 entry 2 ")
          .endsWith("2 12 " + "entry 12 ".repeat(5));
      Snapshot snapshot = log.snapshots().newest().orElseThrow();
      assertThat(snapshot.position()).isEqualTo(6);
      assertThat(text(snapshot.payload())).isEqualTo("state after 6");
    }
  }

  private static void write(EventLog log) {
    log.claimEpoch("first");
    EventLogContract.appendSome(log, 1, 6);
    log.sync();
    LogHead head = log.head();
    byte[] state = "state after 6".getBytes(UTF_8);
    log.snapshots().write(new Snapshot(head.position(), head.hash(), state));
    log.claimEpoch("second");
    EventLogContract.appendSome(log, 7, 12);
    log.sync();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}

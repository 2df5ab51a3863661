package org.queqiao.eventlog.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;

/** What people see of a log without its server. */
class LogToolTest {
  private static final LogSettings SETTINGS =
      LogSettings.defaults().withSegmentBytes(2048).withReserve(0, 0);
  private static final String SEGMENT = "segment-0000000002.qlog";
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, UTF_8);
  @TempDir Path folder;

  @BeforeEach
  void writeALog() {
    try (EventLog log = FileEventLog.open(folder, SETTINGS)) {
      log.claimEpoch("host-1 \u001b[31m\u202e");
      for (int position = 1; position <= 60; position++) {
        log.append(1_700_000_000_000L + position, ("entry " + position).getBytes(UTF_8));
        if (position % 20 == 0) {
          log.sync();
          LogHead head = log.head();
          byte[] state = ("state " + position).getBytes(UTF_8);
          log.snapshots().write(new Snapshot(head.position(), head.hash(), state));
        }
      }
      log.sync();
    }
  }

  @Test
  void describeSaysWhatIsThere() throws IOException {
    assertThat(LogTool.describe(OfflineLog.in(folder), out)).isTrue();
    assertThat(text())
        .contains("positions 1 to ", "2023-11-14T22:13:20.001Z", "epochs 0 to 1")
        .contains("epoch 1 claimed by host-1 \uFFFD[31m\uFFFD after position 0")
        .contains("snapshot-0000000000000000060.qsnap: position 60, payload 8 bytes")
        .contains("head position 60, epoch 1, hash ");
  }

  @Test
  void aWholeLogVerifies() throws IOException {
    assertThat(LogTool.verify(OfflineLog.in(folder), out)).isTrue();
    assertThat(text()).contains("the log is whole").doesNotContain("DAMAGED");
  }

  @Test
  void aFolderWithoutALogIsAnEmptyLog() throws IOException {
    OfflineLog none = OfflineLog.in(folder.resolve("none"));
    assertThat(LogTool.verify(none, out)).isTrue();
    assertThat(text()).contains("head position 0");
    assertThat(Files.exists(folder.resolve("none"))).isFalse();
  }

  @Test
  void verifyNamesTheByteAndTheBit() throws IOException {
    flip(folder.resolve(SEGMENT), 1000, 5);
    assertThat(LogTool.verify(OfflineLog.in(folder), out)).isFalse();
    assertThat(text())
        .contains("DAMAGED " + folder.resolve(SEGMENT) + " at byte offset 1000: bit 5 of this byte")
        .contains("the log is NOT whole");
  }

  @Test
  void verifyNamesTheByteOfEveryDamagedSnapshot() throws IOException {
    Path snapshots = folder.resolve(FileEventLog.SNAPSHOT_FOLDER);
    flip(snapshots.resolve("snapshot-0000000000000000020.qsnap"), 70, 1);
    flip(snapshots.resolve("snapshot-0000000000000000060.qsnap"), 40, 2);
    assertThat(LogTool.verify(OfflineLog.in(folder), out)).isFalse();
    assertThat(text())
        .contains("0020.qsnap at byte offset 70")
        .contains("0040.qsnap: whole")
        .contains("0060.qsnap at byte offset 40");
  }

  @Test
  void verifyFindsASnapshotOfAnotherLog() throws IOException {
    Path snapshots = folder.resolve(FileEventLog.SNAPSHOT_FOLDER);
    Path other = folder.resolve("other");
    try (EventLog log = FileEventLog.open(other, SETTINGS)) {
      log.claimEpoch("other");
      for (int position = 1; position <= 20; position++) {
        log.append(position, new byte[0]);
      }
      log.sync();
      LogHead head = log.head();
      log.snapshots().write(new Snapshot(20, head.hash(), new byte[0]));
    }
    String name = "snapshot-0000000000000000020.qsnap";
    byte[] foreign = Files.readAllBytes(other.resolve(FileEventLog.SNAPSHOT_FOLDER).resolve(name));
    Files.write(snapshots.resolve(name), foreign);
    assertThat(LogTool.verify(OfflineLog.in(folder), out)).isFalse();
    assertThat(text()).contains("0020.qsnap: is not of this log's past");
  }

  @Test
  void aTornTailIsReportedAndIsNoDamage() throws IOException {
    Path last;
    try (var files = Files.list(folder)) {
      last = files.filter(file -> file.toString().endsWith(".qlog")).sorted().toList().getLast();
    }
    long size = Files.size(last);
    Files.write(last, "torn".getBytes(UTF_8), StandardOpenOption.APPEND);
    assertThat(LogTool.verify(OfflineLog.in(folder), out)).isTrue();
    assertThat(text()).contains("torn tail " + last + " from byte offset " + size + ": 4 bytes");
    assertThat(Files.size(last)).as("nothing is changed").isEqualTo(size + 4);
  }

  @Test
  void dumpPrintsARange() throws IOException {
    PayloadRenderer renderer = entry -> new String(entry.payload(), UTF_8);
    assertThat(LogTool.dump(OfflineLog.in(folder), 19, 21, renderer, out)).isTrue();
    assertThat(text().lines())
        .containsExactly(
            "19 epoch 1 2023-11-14T22:13:20.019Z entry 19",
            "20 epoch 1 2023-11-14T22:13:20.020Z entry 20",
            "21 epoch 1 2023-11-14T22:13:20.021Z entry 21");
  }

  @Test
  void replayStartsAtTheNewestSnapshotBeforeThePosition() throws IOException {
    Replayed target = new Replayed();
    assertThat(LogTool.replay(OfflineLog.in(folder), 45, target, out)).isTrue();
    assertThat(target.restored).containsExactly("state 40");
    assertThat(target.applied).containsExactly(41L, 42L, 43L, 44L, 45L);
    assertThat(text()).contains("restored from position 40", "position 45", "digest 5 applied");
  }

  @Test
  void replayWithoutASnapshotStartsAtTheFirstEntry() throws IOException {
    Replayed target = new Replayed();
    assertThat(LogTool.replay(OfflineLog.in(folder), 3, target, out)).isTrue();
    assertThat(target.restored).isEmpty();
    assertThat(target.applied).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aLogThatIsBeingWrittenVerifies() throws IOException {
    try (EventLog log = FileEventLog.open(folder, SETTINGS)) {
      log.claimEpoch("writer");
      log.append(log.head().timeMs(), new byte[500]);
      log.sync();
      log.append(log.head().timeMs(), new byte[500]);
      assertThat(LogTool.verify(OfflineLog.in(folder), out)).isTrue();
    }
    assertThat(text()).contains("head position 61");
  }

  private String text() {
    return printed.toString(UTF_8);
  }

  private static void flip(Path file, int offset, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= (byte) (1 << bit);
    Files.write(file, bytes);
  }

  /** Remembers what it was told. */
  private static final class Replayed implements ReplayTarget {
    private final List<String> restored = new ArrayList<>();
    private final List<Long> applied = new ArrayList<>();

    @Override
    public void restore(Snapshot snapshot) {
      restored.add(new String(snapshot.payload(), UTF_8));
    }

    @Override
    public void apply(LogEntry entry) {
      applied.add(entry.position());
    }

    @Override
    public String digest() {
      return applied.size() + " applied";
    }
  }
}

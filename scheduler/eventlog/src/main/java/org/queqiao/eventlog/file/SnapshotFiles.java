package org.queqiao.eventlog.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.queqiao.eventlog.CorruptLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.KillPoints;
import org.queqiao.eventlog.LogHead;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.SnapshotStore;
import org.queqiao.eventlog.StorageFull;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/** Snapshots as one file each, given its name only when it is whole and forced. */
final class SnapshotFiles implements SnapshotStore {
  private final Disk disk;
  private final FreeSpace freeSpace;
  private final KillPoints killPoints;
  private final int kept;
  private final SegmentedLog log;

  SnapshotFiles(Disk disk, LogSettings settings, SegmentedLog log) throws IOException {
    this.disk = disk;
    this.freeSpace = settings.freeSpace();
    this.killPoints = settings.killPoints();
    this.kept = settings.snapshotsKept();
    this.log = log;
    for (String name : disk.names()) {
      if (name.endsWith(SegmentFiles.TEMPORARY_SUFFIX) && isTemporary(name)) {
        disk.delete(name);
      }
    }
  }

  /** Names of the snapshots of a disk, oldest first. */
  static List<String> names(Disk disk) throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : disk.names()) {
      if (SnapshotFormat.positionOf(name).isPresent()) {
        names.add(name);
      }
    }
    return names;
  }

  @Override
  public synchronized void write(Snapshot snapshot) {
    log.failIfNotHeld();
    long durable = log.durablePosition();
    if (snapshot.position() > durable) {
      throw new IllegalArgumentException(
          "a snapshot at "
              + snapshot.position()
              + " would be ahead of the log, durable to "
              + durable);
    }
    if (!Arrays.equals(snapshot.headHash(), log.hashAt(snapshot.position()))) {
      throw new IllegalArgumentException(
          "the snapshot names another hash for position "
              + snapshot.position()
              + " than the log has");
    }
    killPoints.reach(KillPoint.SNAPSHOT_BEFORE_WRITE);
    String name = SnapshotFormat.fileName(snapshot.position());
    String temporary = name + SegmentFiles.TEMPORARY_SUFFIX;
    try {
      refuseIfFull(snapshot);
      try (DiskFile file = disk.create(temporary)) {
        SnapshotFormat.write(file, snapshot);
        killPoints.reach(KillPoint.SNAPSHOT_AFTER_WRITE_BEFORE_SYNC);
        file.force();
      }
      killPoints.reach(KillPoint.SNAPSHOT_BEFORE_RENAME);
      disk.rename(temporary, name);
      killPoints.reach(KillPoint.SNAPSHOT_AFTER_RENAME_BEFORE_DIRECTORY_SYNC);
      disk.forceNames();
      deleteOldest();
    } catch (IOException failure) {
      throw refusal(temporary, snapshot, failure);
    }
  }

  @Override
  public synchronized Optional<Snapshot> newestUpTo(long position) {
    log.failIfFaulted();
    try {
      for (String name : names(disk).reversed()) {
        if (SnapshotFormat.positionOf(name).orElseThrow() > position) {
          continue;
        }
        try (DiskFile file = disk.open(name)) {
          switch (SnapshotFormat.read(file, disk.describe(name))) {
            case SnapshotFormat.Decoded.Good good -> {
              requireSamePast(name, good.snapshot());
              return Optional.of(good.snapshot());
            }
            case SnapshotFormat.Decoded.Bad passedOver -> {}
          }
        }
      }
      return Optional.empty();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read snapshots in " + disk.describe("."), failure);
    }
  }

  private static boolean isTemporary(String name) {
    int end = name.length() - SegmentFiles.TEMPORARY_SUFFIX.length();
    OptionalLong position = SnapshotFormat.positionOf(name.substring(0, end));
    return position.isPresent();
  }

  private void requireSamePast(String name, Snapshot snapshot) {
    long durable = log.durablePosition();
    if (snapshot.position() > durable) {
      throw new CorruptLog(
          disk.describe(name),
          16,
          "the snapshot is of position "
              + snapshot.position()
              + ", the log ends at "
              + durable
              + ": the log has lost entries, or is another one");
    }
    if (!Arrays.equals(snapshot.headHash(), log.hashAt(snapshot.position()))) {
      throw new CorruptLog(
          disk.describe(name),
          SnapshotFormat.HEAD_HASH_AT,
          "the snapshot names another hash for position "
              + snapshot.position()
              + " than the log has: the log's past was changed, or is another one");
    }
  }

  private void refuseIfFull(Snapshot snapshot) throws IOException {
    if (isFullFor(snapshot)) {
      throw new StorageFull(noRoom(snapshot));
    }
  }

  private boolean isFullFor(Snapshot snapshot) throws IOException {
    return freeSpace.usableBytes(disk) < snapshot.payload().length + 2L * LogHead.HASH_BYTES;
  }

  private String noRoom(Snapshot snapshot) {
    return "no room for a snapshot of "
        + snapshot.payload().length
        + " bytes in "
        + disk.describe(".");
  }

  private RuntimeException refusal(String temporary, Snapshot snapshot, IOException failure) {
    try {
      boolean full = isFullFor(snapshot);
      disk.delete(temporary);
      if (full) {
        return new StorageFull(noRoom(snapshot));
      }
    } catch (IOException another) {
      failure.addSuppressed(another);
    }
    return new UncheckedIOException("cannot write a snapshot to " + disk.describe("."), failure);
  }

  private void deleteOldest() throws IOException {
    List<String> names = names(disk);
    for (int i = 0; i < names.size() - kept; i++) {
      disk.delete(names.get(i));
    }
  }
}

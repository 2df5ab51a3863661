package org.queqiao.eventlog.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;

/** Reads all snapshots of a disk and changes nothing. */
public final class SnapshotScan {
  private SnapshotScan() {}

  /** What is there, oldest first. */
  public static List<Found> run(Disk disk) throws IOException {
    List<Found> found = new ArrayList<>();
    for (String name : SnapshotFiles.names(disk)) {
      found.add(read(disk, name));
    }
    return found;
  }

  /** The newest whole snapshot at or before a position. */
  public static Optional<Snapshot> newestUpTo(Disk disk, long position) throws IOException {
    for (String name : SnapshotFiles.names(disk).reversed()) {
      if (SnapshotFormat.positionOf(name).orElseThrow() > position) {
        continue;
      }
      Found found = read(disk, name);
      if (found.snapshot().isPresent() && found.snapshot().get().position() <= position) {
        return found.snapshot();
      }
    }
    return Optional.empty();
  }

  private static Found read(Disk disk, String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      String shown = disk.describe(name);
      return switch (SnapshotFormat.read(file, shown)) {
        case SnapshotFormat.Decoded.Good good ->
            new Found(shown, file.size(), Optional.of(good.snapshot()), Optional.empty());
        case SnapshotFormat.Decoded.Bad bad ->
            new Found(shown, file.size(), Optional.empty(), Optional.of(bad.damage()));
      };
    }
  }

  /**
   * One snapshot file.
   *
   * @param file as a person finds it
   * @param fileBytes its length
   * @param snapshot what it holds, when it is whole
   * @param damage what is wrong, when it is not
   */
  public record Found(
      String file, long fileBytes, Optional<Snapshot> snapshot, Optional<Damage> damage) {}
}

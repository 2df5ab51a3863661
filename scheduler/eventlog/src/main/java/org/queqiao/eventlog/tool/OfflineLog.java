package org.queqiao.eventlog.tool;

import java.nio.file.Path;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.OsDisk;
import org.queqiao.eventlog.file.FileEventLog;

/**
 * A log that is only read.
 *
 * @param disk of the log
 * @param snapshotDisk of its snapshots
 */
public record OfflineLog(Disk disk, Disk snapshotDisk) {

  /** The log of a folder. A folder without one is an empty log. */
  public static OfflineLog in(Path folder) {
    return new OfflineLog(
        OsDisk.openReadOnly(folder),
        OsDisk.openReadOnly(folder.resolve(FileEventLog.SNAPSHOT_FOLDER)));
  }
}

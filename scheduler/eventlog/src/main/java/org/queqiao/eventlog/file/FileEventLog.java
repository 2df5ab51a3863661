package org.queqiao.eventlog.file;

import java.io.IOException;
import java.nio.file.Path;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.LogFault;
import org.queqiao.eventlog.disk.OsDisk;

/**
 * Opens the log that a folder of the operating system holds.
 *
 * <p>An interrupt of the writer's thread closes the file under it, as the JDK's channels do: the
 * log takes that for the fault that it is. The folder lies on a local file system: locks and forces
 * of network file systems are not what they say.
 */
public final class FileEventLog {
  /** Folder of the snapshots inside the log's folder. */
  public static final String SNAPSHOT_FOLDER = "snapshots";

  private FileEventLog() {}

  /** Opens a folder's log, with its snapshots in a folder inside. */
  public static EventLog open(Path folder, LogSettings settings) {
    return open(folder, folder.resolve(SNAPSHOT_FOLDER), settings);
  }

  /**
   * Opens a folder's log, with its snapshots in another folder.
   *
   * @throws org.queqiao.eventlog.CorruptLog when something that was durable is not whole
   * @throws org.queqiao.eventlog.LogInUse when another process holds it
   * @throws LogFault when the disk fails
   */
  public static EventLog open(Path folder, Path snapshotFolder, LogSettings settings) {
    try {
      OsDisk disk = OsDisk.open(folder);
      return SegmentedLog.open(disk, OsDisk.open(snapshotFolder), settings);
    } catch (IOException failure) {
      throw new LogFault("cannot open the folder " + folder, failure);
    }
  }
}

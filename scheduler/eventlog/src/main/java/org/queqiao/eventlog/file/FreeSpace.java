package org.queqiao.eventlog.file;

import java.io.IOException;
import org.queqiao.eventlog.disk.Disk;

/** Says how much room is left; tests say something else than the disk does. */
@FunctionalInterface
public interface FreeSpace {
  /** Bytes that can still be written to the disk. */
  long usableBytes(Disk disk) throws IOException;
}

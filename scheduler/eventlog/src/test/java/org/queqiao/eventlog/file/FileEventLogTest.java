package org.queqiao.eventlog.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.testkit.EventLogContract;
import org.queqiao.eventlog.testkit.LogStore;

/** The contract, on the operating system's files. */
class FileEventLogTest extends EventLogContract {
  @Override
  protected LogStore newStore() {
    return new FolderStore();
  }

  /** A folder that is deleted with its store. */
  private static final class FolderStore implements LogStore {
    private static final int KIBIBYTE = 1024;
    private final Path folder;
    private EventLog opened;
    private volatile long freeBytes = -1;

    FolderStore() {
      try {
        folder = Files.createTempDirectory("eventlog");
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public EventLog open() {
      LogSettings settings =
          LogSettings.defaults()
              .withSegmentBytes(64 * KIBIBYTE)
              .withReserve(256 * KIBIBYTE, 64 * KIBIBYTE)
              .withFreeSpace(disk -> freeBytes < 0 ? disk.usableBytes() : freeBytes);
      EventLog log = FileEventLog.open(folder, settings);
      opened = log;
      return log;
    }

    /** Closing makes nothing durable and frees the lock, as the end of a process does. */
    @Override
    public void crash() {
      opened.close();
    }

    @Override
    public void setFreeBytes(long bytes) {
      freeBytes = bytes;
    }

    @Override
    public void freeSpaceReturns() {
      freeBytes = -1;
    }

    @Override
    public void close() {
      if (opened != null) {
        opened.close();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.delete(file);
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}

package org.queqiao.eventlog.memory;

import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.testkit.EventLogContract;
import org.queqiao.eventlog.testkit.LogStore;

/** The contract, on a disk in memory that loses what was not forced. */
class MemoryEventLogTest extends EventLogContract {
  @Override
  protected LogStore newStore() {
    return new MemoryStore();
  }

  /** A disk in memory whose power fails. */
  private static final class MemoryStore implements LogStore {
    private static final long ALL = Long.MAX_VALUE / 4;
    private final MemoryDisk disk = new MemoryDisk();

    @Override
    public EventLog open() {
      return MemoryEventLog.open(disk, MemoryEventLog.settings());
    }

    @Override
    public void crash() {
      disk.crash(new Crash.PowerLoss());
    }

    @Override
    public void setFreeBytes(long bytes) {
      disk.setCapacityBytes(ALL - disk.usableBytes() + bytes);
    }

    @Override
    public void freeSpaceReturns() {
      disk.setCapacityBytes(ALL);
    }

    @Override
    public void close() {
      disk.crash(new Crash.PowerLoss());
    }
  }
}
